"""Publishing a report: its public version is made, proved safe, and stays as it is.

It is public, so its entries in the log are open. Nothing is published that the attacker breaks, nor
with a sentence that names a hidden number, nor anything but what was seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from sqlalchemy import Connection

from whistle.audit.log import Deed
from whistle.casework.acts import Done
from whistle.casework.cases import Cases
from whistle.casework.entering import inbox_to_enter
from whistle.casework.learning.book import read_book
from whistle.casework.reporting.gathering import Gathered, gather
from whistle.casework.reporting.making import parts_of, told_by
from whistle.disclosure import Publication, PublicationError
from whistle.domain.channel import Channel
from whistle.domain.counting import Period
from whistle.domain.errors import RefusedError
from whistle.domain.logged import Logged
from whistle.domain.published import REPORT_RECORD
from whistle.domain.report_draft import ReportDraft
from whistle.keys.files import content_digest
from whistle.report import chapters
from whistle.report.building import Wanted, basis_of
from whistle.report.periods import Step
from whistle.report.public import Public, make_public
from whistle.report.published import Published, in_order, is_proved, of_public, seen_as
from whistle.storage import public_documents
from whistle.storage.errors import ConflictError, DuplicateError
from whistle.storage.public_documents import PublicDocumentRow
from whistle.storage.tables import ID_BYTES


class Why(Enum):
    """Why nothing can be published, whatever is hidden."""

    NOT_OVER = "the period is not over yet"
    DAMAGED = "there are cases that do not open, so the numbers would be wrong for ever"
    UNREADABLE = "an earlier report does not read, so nothing can be proved beside it"
    CONTRADICTS = "the numbers contradict those of a report that is published"
    UNPROVED = "the certificate does not prove it"


class NotPublishedError(RefusedError):
    """Nothing can be published."""

    def __init__(self, why: Why) -> None:
        """Say why."""
        super().__init__(f"nothing can be published: {why.value}")
        self.why = why


@dataclass(frozen=True, slots=True)
class Proposed:
    """What would be published. ``earlier``: everything that is, in the order of publication.

    ``wrong``: live numbers that there are not, ``hidden``: those that are hidden here.
    """

    public: Public
    published: Published
    earlier: Sequence[Published]
    wrong: Sequence[str]
    hidden: Sequence[str]

    @property
    def corrects(self) -> Published | None:
        """What it is a correction of: the newest of the same days."""
        days = (self.published.report.first, self.published.report.last)
        same = [one for one in self.earlier if (one.report.first, one.report.last) == days]
        return same[-1] if same else None

    @property
    def seen(self) -> str:
        """The digest of what is read of it: see `seen_as`."""
        return seen_as(self.published)


def propose(cases: Cases, draft: ReportDraft, changes: str = "") -> Proposed:
    """Make the public version of a draft; nothing is published.

    Raises `CannotProtect` where it cannot be made safe, `NotPublishedError`, `NotGrantedError` for
    who cannot open the citizens' cases, and as `gather`.
    """
    inbox_to_enter(cases, Channel.CITIZEN)
    today = cases.here.clock.today()
    if draft.last >= today:
        raise NotPublishedError(Why.NOT_OVER)
    with cases.here.store.read() as db:
        earlier = published_in(db)
    gathered, book = gather(cases), told_by(read_book(cases))
    if gathered.damaged:
        raise NotPublishedError(Why.DAMAGED)
    profile = cases.here.profiles
    wanted = gathered.wanted(Period(draft.first, draft.last), draft.language, Step(draft.by))
    public = _public(cases, gathered, wanted, [one.publication for one in earlier])
    basis = basis_of(profile, gathered.facts, wanted)
    notes = [*public.report.notes, *chapters.notes(book, basis)]
    public = replace(public, report=replace(public.report, notes=notes))
    parts = parts_of(basis, public.report, book, draft)
    days = (draft.first, draft.last)
    number = 1 + sum((one.report.first, one.report.last) == days for one in earlier)
    made = of_public(public, today, number, changes, (parts.before, parts.after))
    made = replace(made, order=len(earlier) + 1)
    return Proposed(public, made, earlier, parts.wrong, parts.hidden)


def _public(
    cases: Cases, gathered: Gathered, wanted: Wanted, earlier: Sequence[Publication]
) -> Public:
    try:
        return make_public(cases.here.profiles, gathered.facts, wanted, earlier)
    except PublicationError as error:
        if not earlier:
            raise
        raise NotPublishedError(Why.CONTRADICTS) from error


def publish(cases: Cases, form_id: bytes, draft: ReportDraft, changes: str) -> Done:
    """Publish a draft's public version as it is now: see `put_out`, and raises as `propose`."""
    if is_published(cases, form_id):
        return Done.ALREADY
    proposed = propose(cases, draft, changes)
    return put_out(cases, form_id, proposed, proposed.seen)


def is_published(cases: Cases, form_id: bytes) -> bool:
    """Say whether a form was sent before, and published."""
    with cases.here.store.read() as db:
        return public_documents.get(db, _record_id(cases, form_id)) is not None


def put_out(cases: Cases, form_id: bytes, proposed: Proposed, seen: str) -> Done:
    """Publish what is proposed; ``form_id`` names the form: twice publishes once.

    ``seen``: the digest of what the member read. `Done.CHANGED` where that was something else, or
    a sentence names a number that is hidden or that there is not, a correction does not say what
    changed, or another report was published meanwhile. Raises `NotPublishedError`.
    """
    inbox_to_enter(cases, Channel.CITIZEN)
    changes = proposed.published.changes
    if proposed.wrong or proposed.hidden or (proposed.corrects and not changes):
        return Done.CHANGED
    if seen != proposed.seen:
        return Done.CHANGED
    if not is_proved(proposed.published, proposed.earlier):
        raise NotPublishedError(Why.UNPROVED)
    record_id = _record_id(cases, form_id)
    row = _row(record_id, proposed.published)
    about = {"item": record_id.hex(), "version": proposed.published.number}
    try:
        with cases.log.write(Deed(Logged.REPORT_PUBLISHED, about)) as db:
            _add(db, row, proposed)
    except ConflictError:
        return Done.CHANGED
    except DuplicateError:
        return Done.ALREADY
    return Done.YES


def published_in(db: Connection) -> list[Published]:
    """Give all reports that are published, in the order of publication.

    Raises `NotPublishedError` where one does not read: nothing is safe beside what is not known.
    """
    found = []
    for row in public_documents.of_kind(db, REPORT_RECORD):
        one = Published.decode(row.body)
        if one is None:
            raise NotPublishedError(Why.UNREADABLE)
        found.append(one)
    return in_order(found)


def _add(db: Connection, row: PublicDocumentRow, proposed: Proposed) -> None:
    """Store it; `ConflictError` undoes what the log says of it, too."""
    if len(published_in(db)) != len(proposed.earlier):
        raise ConflictError("another report was published meanwhile")
    row.insert(db)


def _record_id(cases: Cases, form_id: bytes) -> bytes:
    return content_digest(cases.here.id, form_id, REPORT_RECORD, ())[:ID_BYTES]


def _row(record_id: bytes, published: Published) -> PublicDocumentRow:
    report = published.report
    name = f"{report.first.isoformat()}_{report.last.isoformat()}_{published.number}"
    title = published.document.title
    return PublicDocumentRow(
        record_id,
        REPORT_RECORD,
        title,
        published.day,
        f"{name}.json",
        "application/json",
        published.encode(),
    )

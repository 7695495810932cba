"""Publishing a report: its public version is made, proved safe, and stays as it is.

It is public, so its entries in the log are open. Nothing is published that the attacker breaks, nor
with a sentence that names a hidden number, nor anything but what was seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from whistle.audit.log import Deed
from whistle.casework.acts import Done
from whistle.casework.cases import Cases
from whistle.casework.entering import inbox_to_enter
from whistle.casework.learning.book import read_book
from whistle.casework.reporting.gathering import gather
from whistle.casework.reporting.making import parts_of, told_by
from whistle.casework.reporting.refusing import NotPublishedError, Why
from whistle.casework.reporting.safe_numbers import Numbers, earlier_in, numbers_of
from whistle.casework.reporting.same_lots import check_sources
from whistle.domain.channel import Channel
from whistle.domain.counting import Period
from whistle.domain.logged import Logged
from whistle.domain.published import REPORT_RECORD
from whistle.domain.report_draft import ReportDraft
from whistle.keys.counted import box_counted
from whistle.keys.files import content_digest
from whistle.keys.keyring import InboxKeys
from whistle.report import chapters
from whistle.report.building import basis_of
from whistle.report.periods import Step
from whistle.report.public import Public
from whistle.report.published import Published, is_proved, of_public, seen_as
from whistle.report.tables import Basis
from whistle.storage import inbox_records, public_documents
from whistle.storage.errors import ConflictError, DuplicateError
from whistle.storage.public_documents import PublicDocumentRow
from whistle.storage.rows import RecordKind
from whistle.storage.tables import ID_BYTES


@dataclass(frozen=True, slots=True)
class Proposed:
    """What would be published. ``earlier``: everything that is, in the order of publication.

    ``wrong``: live numbers that there are not, ``hidden``: those that are hidden here. ``stood``:
    the ids of the releases that stood when it was made.
    """

    numbers: Numbers
    published: Published
    earlier: Sequence[Published]
    wrong: Sequence[str]
    hidden: Sequence[str]
    stood: frozenset[bytes]

    @property
    def public(self) -> Public:
        """Its numbers, safe beside everything earlier."""
        return self.numbers.public

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
    inbox = inbox_to_enter(cases, Channel.CITIZEN)
    today = cases.here.clock.today()
    if draft.last >= today:
        raise NotPublishedError(Why.NOT_OVER)
    with cases.here.store.read() as db:
        earlier = earlier_in(db)
    profile, days = cases.here.profiles, Period(draft.first, draft.last)
    gathered = gather(cases).for_report(profile, days, Step(draft.by))
    book = told_by(read_book(cases))
    if gathered.damaged:
        raise NotPublishedError(Why.DAMAGED)
    wanted = gathered.wanted(draft.language, public=True)
    check_sources(cases, inbox, days, gathered.sources, earlier)
    numbers = numbers_of(cases, inbox, gathered.facts, wanted, earlier)
    public, before = numbers.public, [one.published for one in earlier]
    basis = basis_of(profile, gathered.facts, wanted)
    notes = [*public.report.notes, *_of_told_days(numbers, basis), *chapters.notes(book, basis)]
    public = replace(public, report=replace(public.report, notes=notes))
    parts = parts_of(basis, public.report, book, draft)
    same = [one for one in before if Period(one.report.first, one.report.last) == days]
    number = 1 + len(same)
    made = of_public(public, today, number, changes, (parts.before, parts.after))
    made = replace(made, order=len(earlier) + 1)
    counted = replace(numbers.counted, sources=gathered.sources)
    numbers = replace(numbers, public=public, counted=counted)
    return Proposed(numbers, made, before, parts.wrong, parts.hidden, gathered.stood)


def _of_told_days(numbers: Numbers, basis: Basis) -> Sequence[str]:
    """Say of days that an earlier report told of how they are counted; whether anything waits, not.

    It is said of each such report, so that it tells nothing.
    """
    return [basis.said("told_before")] if numbers.told_before else []


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
    changed, or another report was published or a release taken back meanwhile. Raises
    `NotPublishedError`.
    """
    inbox = inbox_to_enter(cases, Channel.CITIZEN)
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
            _check_releases(db, inbox, proposed)
            kept = box_counted(inbox, record_id, proposed.numbers.counted)
            inbox_records.insert(db, [kept], inbox.inbox.epoch)
    except ConflictError:
        return Done.CHANGED
    except DuplicateError:  # the form, or the turn: another one was published in the same moment
        return Done.ALREADY if is_published(cases, form_id) else Done.CHANGED
    return Done.YES


def published_in(db: Connection) -> list[Published]:
    """Give all reports that are published, in the order of publication; raises as `earlier_in`."""
    return [one.published for one in earlier_in(db)]


def _add(db: Connection, row: PublicDocumentRow, proposed: Proposed) -> None:
    """Store it; `ConflictError` undoes what the log says of it, too."""
    if len(published_in(db)) != len(proposed.earlier):
        raise ConflictError("another report was published meanwhile")
    row.insert(db)


def _check_releases(db: Connection, inbox: InboxKeys, proposed: Proposed) -> None:
    """Hold what was released until all is stored; `ConflictError` where it is not what stood."""
    stand = inbox_records.hold_kind(db, inbox.inbox.inbox_id, RecordKind.RELEASE)
    if stand != proposed.stood:
        raise ConflictError("a release was made or taken back meanwhile")


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
        published.order,
    )

"""Publishing a report: its public version is made, proved safe, and stays as it is.

It is public, so its entries in the log are open. Nothing is published that the attacker breaks, nor
with a sentence that names a hidden number.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from whistle.audit.log import Deed
from whistle.casework.acts import Done
from whistle.casework.cases import Cases
from whistle.casework.entering import inbox_to_enter
from whistle.casework.learning.book import read_book
from whistle.casework.reporting.gathering import gather
from whistle.casework.reporting.making import parts_of, told_by
from whistle.domain.channel import Channel
from whistle.domain.counting import Period
from whistle.domain.logged import Logged
from whistle.domain.published import REPORT_RECORD
from whistle.domain.report_draft import ReportDraft
from whistle.keys.files import content_digest
from whistle.report.building import Wanted, basis_of
from whistle.report.periods import Step
from whistle.report.public import Public, make_public
from whistle.report.published import Published, is_proved, of_public
from whistle.storage import public_documents
from whistle.storage.errors import DuplicateError
from whistle.storage.public_documents import PublicDocumentRow
from whistle.storage.tables import ID_BYTES


class NotSafeError(Exception):
    """The certificate does not prove that it is safe, so nothing is published."""


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
    damaged: int = 0

    @property
    def corrects(self) -> Published | None:
        """What it is a correction of: the newest of the same days."""
        days = (self.published.report.first, self.published.report.last)
        same = [one for one in self.earlier if (one.report.first, one.report.last) == days]
        return same[-1] if same else None


def propose(cases: Cases, draft: ReportDraft, changes: str = "") -> Proposed:
    """Make the public version of a draft; nothing is published.

    Raises `CannotProtect` where it cannot be made safe, and as `gather`.
    """
    gathered, book = gather(cases), told_by(read_book(cases))
    with cases.here.store.read() as db:
        earlier = published_in(db)
    wanted = Wanted(Period(draft.first, draft.last), draft.language, Step(draft.by))
    profile = cases.here.profiles
    public = make_public(profile, gathered.facts, wanted, [one.publication for one in earlier])
    parts = parts_of(basis_of(profile, gathered.facts, wanted), public.report, book, draft)
    days = (draft.first, draft.last)
    number = 1 + sum((one.report.first, one.report.last) == days for one in earlier)
    made = of_public(public, cases.here.clock.today(), number, changes, (parts.before, parts.after))
    return Proposed(public, made, earlier, parts.wrong, parts.hidden, gathered.damaged)


def publish(cases: Cases, form_id: bytes, draft: ReportDraft, changes: str) -> Done:
    """Publish a draft's public version; ``form_id`` names the form: twice publishes once.

    `Done.CHANGED` where a sentence names a number that is hidden or that there is not, or a
    correction does not say what changed. Raises `NotSafeError`, and as `propose`.
    """
    inbox_to_enter(cases, Channel.CITIZEN)
    record_id = content_digest(cases.here.id, form_id, REPORT_RECORD, ())[:ID_BYTES]
    with cases.here.store.read() as db:
        if public_documents.get(db, record_id):
            return Done.ALREADY
    proposed = propose(cases, draft, changes)
    if proposed.wrong or proposed.hidden or (proposed.corrects and not changes):
        return Done.CHANGED
    if not is_proved(proposed.published, proposed.earlier):
        raise NotSafeError("the certificate does not prove this publication")
    row = _row(record_id, proposed.published)
    about = {"item": record_id.hex(), "number": proposed.published.number}
    done = Deed(Logged.REPORT_PUBLISHED, about)
    try:
        with cases.log.write(done) as db:
            if len(published_in(db)) != len(proposed.earlier):
                return Done.CHANGED
            row.insert(db)
    except DuplicateError:
        return Done.ALREADY
    return Done.YES


def published_in(db: Connection) -> list[Published]:
    """Give all reports that are published, in the order of publication."""
    rows = public_documents.of_kind(db, REPORT_RECORD)
    found = [one for one in (Published.decode(row.body) for row in rows) if one]
    return sorted(found, key=lambda one: (one.day, one.number))


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

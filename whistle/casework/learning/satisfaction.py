"""What people thought of the adviser's work: added up a handful at a time, and then forgotten.

Fewer than the profile's ``least`` are not opened for anybody, and nobody is told how many wait.
What is added up together goes into the book in one sum, by the year in which that is done, and the
single answers are erased in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from whistle.audit.log import deed
from whistle.casework.acts import Done
from whistle.casework.cases import Cases
from whistle.casework.learning.book import OpenedBook, open_book, read_book
from whistle.crypto.errors import SealingError
from whistle.domain.book import Answers
from whistle.domain.logged import Logged
from whistle.domain.satisfaction import Answer, add_up, nothing
from whistle.keys.book import Entry, seal_entry
from whistle.keys.files import content_digest
from whistle.keys.keyring import InboxKeys
from whistle.keys.satisfaction import open_answer
from whistle.storage import inbox_records
from whistle.storage import satisfaction as queries
from whistle.storage.errors import ConflictError, DuplicateError
from whistle.storage.tables import ID_BYTES


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """The sums, the newest year first; ``ready``: there are enough new answers to add up."""

    years: Sequence[Answers]
    ready: bool
    least: int


def open_satisfaction(cases: Cases) -> Satisfaction:
    """Open the sums, and log that.

    Raises `NotGrantedError` where this member's keys do not open the citizens' main inbox.
    """
    book = open_book(cases, Answers)
    years = [one for _, one in book.of_kind(Answers)]
    least = _least(cases)
    ready = len(_opened(cases, book.inbox)) >= least
    return Satisfaction(sorted(years, key=lambda one: -one.year), ready, least)


def add_waiting(cases: Cases) -> Done:
    """Add up what waits; `Done.ALREADY` where that is too little.

    `Done.CHANGED` where somebody else was about it at the same time: then nothing was done here.
    """
    book = read_book(cases)
    opened = _opened(cases, book.inbox)
    if len(opened) < _least(cases):
        return Done.ALREADY
    entry = _summed(cases, book, [answer for _, answer in opened])
    done = deed(Logged.BOOK_WRITTEN, book.inbox, item=entry.entry_id, kind=Answers.kind)
    ids = [answer_id for answer_id, _ in opened]
    try:
        with cases.log.write(done) as db:
            inbox_records.insert(db, [seal_entry(book.inbox, entry)], book.inbox.inbox.epoch)
            queries.remove(db, ids)
    except (ConflictError, DuplicateError):
        return Done.CHANGED
    return Done.YES


def _least(cases: Cases) -> int:
    return cases.here.profile.office.satisfaction.least


def _opened(cases: Cases, inbox: InboxKeys) -> list[tuple[bytes, Answer]]:
    """Open what waits; what does not open counts for nothing, and stays for who can open it."""
    with cases.here.store.read() as db:
        rows = queries.waiting(db, inbox.inbox.inbox_id)
    found = []
    for row in rows:
        try:
            found.append((row.id, open_answer(inbox, row)))
        except SealingError:
            continue
    return found


def _summed(cases: Cases, book: OpenedBook, answers: Sequence[Answer]) -> Entry:
    """Give the next version of this year's sums.

    Its id follows from the year: of two who add up at once, one is refused.
    """
    now = cases.here.clock.now().replace(microsecond=0)
    year = cases.here.clock.today().year
    entry_id = content_digest(cases.here.id, str(year).encode(), Answers.kind, ())[:ID_BYTES]
    kept = book.find(entry_id)
    before = kept.content if kept else None
    counts = before.counts if isinstance(before, Answers) else nothing()
    version = kept.newest.version + 1 if kept else 1
    content = Answers(year, add_up(counts, answers))
    return Entry(entry_id, version, cases.keyring.member_id, now, content)

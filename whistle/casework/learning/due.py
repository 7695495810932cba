"""What of the office's book has a date: what was agreed is looked at again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from whistle.casework.cases import Cases
from whistle.casework.learning.book import read_book
from whistle.crypto.errors import NotGrantedError
from whistle.domain.book import OPEN_STATUSES, Measure, Recommendation
from whistle.keys.book import KeptEntry, Page


@dataclass(frozen=True, slots=True)
class DueInBook:
    """Something of the book that is to be looked at on a day. ``content``: what it belongs to."""

    day: date
    entry: bytes
    content: Page

    @property
    def order(self) -> tuple[date, date, bytes]:
        """Where it stands in a list of what is due."""
        return self.day, date.max, self.entry


def due_in_book(cases: Cases) -> Sequence[DueInBook]:
    """Give what is due in the book; nothing for whose keys do not open it. It logs nothing."""
    try:
        book = read_book(cases)
    except NotGrantedError:
        return ()
    return [due for kept in book.entries if not kept.newest.deleted for due in _due_of(kept)]


def _due_of(kept: KeptEntry) -> Iterator[DueInBook]:
    told = kept.content
    if isinstance(told, Recommendation) and told.ended is None:
        for response in told.responses:
            if response.follow_up and response.status in OPEN_STATUSES:
                yield DueInBook(response.follow_up, kept.entry_id, told)
    elif isinstance(told, Measure) and told.follow_up and not (told.followed or told.dismissed):
        yield DueInBook(told.follow_up, kept.entry_id, told)

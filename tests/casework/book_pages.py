"""What the tests of the book's pages share."""

from tests.support.office import Desk, Office, hidden_fields
from whistle.casework.learning.book import read_book
from whistle.keys.book import KeptEntry, Page


def entries(office: Office) -> list[KeptEntry]:
    """Give all that is in the book and not struck out."""
    book = read_book(office.work_of(office.adviser))
    return [one for one in book.entries if not one.newest.deleted]


def the_only(office: Office) -> tuple[str, int, Page]:
    """Give the only entry: its id in hexadecimal, its version, and what it says."""
    [kept] = entries(office)
    return kept.entry_id.hex(), kept.newest.version, kept.content


def send(desk: Desk, page: str, to: str = "", **fields: object) -> tuple[int, str]:
    """Fill in the form of a page and send it; give the status, and where it leads or what it says.

    ``to``: where it is sent, if not to the page itself.
    """
    form = hidden_fields(desk.get(page).text)
    answer = desk.post(to or page, {**form, **fields})
    return answer.status_code, answer.headers.get("Location", answer.text)

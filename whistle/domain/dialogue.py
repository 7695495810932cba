"""What a dialogue's messages add up to: the same for both doors."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol, TypeVar

from whistle.domain.channel import Act, Side


class Entry(Protocol):
    """What these rules need to know of a message."""

    @property
    def side(self) -> Side:
        """Who it comes from."""

    @property
    def act(self) -> Act:
        """What it does, besides saying something."""

    @property
    def written(self) -> date:
        """The day it was written."""

    @property
    def text(self) -> str:
        """What it says; may be empty."""

    @property
    def files(self) -> Sequence[object]:
        """What came with it."""

    @property
    def identity_given(self) -> bool:
        """Whether an identity came with it."""

    @property
    def kept_apart(self) -> bool:
        """Whether answers came with it that are kept apart."""


_Entry = TypeVar("_Entry", bound=Entry)
SAYS_MORE = frozenset({Act.WROTE, Act.CORRECTED})  # of a reporter's: there is something to read


def identity_is_given(messages: Iterable[Entry]) -> bool:
    """Say whether the reporter has told who they are, and not taken it back since.

    ``messages`` in their order.
    """
    given = False
    for message in messages:
        if message.act is Act.WITHDREW_IDENTITY:
            given = False
        elif message.identity_given:
            given = True
    return given


def has_answers_apart(messages: Iterable[Entry]) -> bool:
    """Say whether some of the reporter's answers are kept apart, with the identity."""
    return any(message.kept_apart for message in messages)


MOST_ON_PAGE = 50  # messages
MOST_CHARACTERS_ON_PAGE = 200_000


def split_pages(messages: Sequence[_Entry]) -> list[list[_Entry]]:
    """Give a dialogue in pages, the newest first, each in its order; at least one page.

    So that whoever writes without end makes nobody's page without end.
    """
    pages: list[list[_Entry]] = [[]]
    characters = 0
    for message in reversed(messages):
        characters += len(message.text)
        is_full = len(pages[-1]) == MOST_ON_PAGE or characters > MOST_CHARACTERS_ON_PAGE
        if pages[-1] and is_full:
            pages.append([])
            characters = len(message.text)
        pages[-1].insert(0, message)
    return pages


def acknowledges(message: Entry) -> bool:
    """Say whether a message tells the reporter that their report has arrived.

    What casework wrote in for them is the report itself.
    """
    if message.act is Act.ACKNOWLEDGED:
        return True
    is_answer = message.side is Side.CASEWORK and message.act is not Act.WROTE_IN
    return is_answer and bool(message.text or message.files)


def acknowledged_on(messages: Iterable[Entry]) -> date | None:
    """Give the day of the acknowledgement: the automatic one's, or that of the first answer."""
    return next((one.written for one in messages if acknowledges(one)), None)


def is_done_for_reporter(messages: Iterable[Entry]) -> bool:
    """Say whether the reporter said that they need no more, and has written nothing since."""
    done = False
    for message in messages:
        if message.side is Side.REPORTER and message.act in {Act.CLOSED, *SAYS_MORE}:
            done = message.act is Act.CLOSED
    return done

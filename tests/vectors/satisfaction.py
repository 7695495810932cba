"""Vectors of answers to the three questions."""

from collections.abc import Iterator
from typing import Any

from tests.vectors.book import Book, Seals, flipped, made, place
from tests.vectors.directory import ANNE, FIRST, INBOX, SECOND, SECRET, root_json, row, row_json
from whistle.crypto import errors
from whistle.crypto.place import Place, Purpose

ANSWER = made("answer")


def books(seals: Seals) -> Iterator[Book]:
    """Give the file of answers."""
    yield _answers(seals)


def _answers(seals: Seals) -> Book:
    book = Book("satisfaction", "Answers to the three questions, sealed to an inbox.")
    book.value("first", row_json(row(FIRST, ANNE)))
    book.value("second", row_json(row(SECOND, ANNE)))

    def sealed(name: str, content: bytes, at: Place) -> bytes:
        return seals.seal(f"answer {name}", SECRET.pair, at, content)

    own = _place(Purpose.SATISFACTION)
    elsewhere = sealed("of another purpose", bytes(3), _place(Purpose.CASE_KEYS_INBOX))
    good = _opening(sealed("of three", bytes((0, 1, 3)), own))
    book.expect("yes, partly, unknown", "open_answer", ["yes", "partly", "unknown"], **good)
    unreadable, content = errors.UnreadableError, errors.ContentError
    for name, code, changes in (
        ("another answer's id", unreadable, {"answer_id": made("other answer")}),
        ("another epoch", unreadable, {"epoch": 2}),
        ("an epoch that was not granted", errors.NotGrantedError, {"epoch": 3}),
        ("a bit flipped", unreadable, {"sealed": flipped(good["sealed"], -1)}),
        ("another purpose", unreadable, {"sealed": elsewhere}),
        ("two bytes", content, {"sealed": sealed("of two", b"\0\0", own)}),
        ("four bytes", content, {"sealed": sealed("of four", bytes(4), own)}),
        ("a choice that is none", content, {"sealed": sealed("of a fifth", b"\0\0\4", own)}),
    ):
        book.error(name, "open_answer", code, **{**good, **changes})
    return book


def _place(purpose: Purpose) -> Place:
    return place(purpose, owner=INBOX, item=ANSWER, generation=1)


def _opening(sealed: bytes) -> dict[str, Any]:
    return {
        "root": root_json(),
        "rows": ["@first", "@second"],
        "secrets": {"1": SECRET.reveal(), "2": SECRET.reveal()},
        "answer_id": ANSWER,
        "epoch": 1,
        "sealed": sealed,
    }

"""Vectors of notes and recusals: the canonical JSON inside items of the casework compartment."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tests.vectors.book import Book, made
from whistle.crypto import errors
from whistle.domain.recusal import Ground
from whistle.keys.notes import Note
from whistle.keys.recusals import Recusal

WRITTEN = datetime(2026, 11, 20, 12, 5, tzinfo=UTC).replace(tzinfo=None)
NOTE = Note(made("note"), 2, made("member anne"), WRITTEN, "Ring til Økonomi.\n“Haster”")


def books() -> Iterator[Book]:
    """Give the file of notes."""
    book = Book("notes", "Versions of a note, as they lie in items of the casework compartment.")
    first = Note(NOTE.note_id, 1, NOTE.author, WRITTEN, "")
    deleted = Note(NOTE.note_id, 3, NOTE.author, WRITTEN, NOTE.text, deleted=True)
    for name, note in (
        ("a version", NOTE),
        ("the first version, without a text", first),
        ("a deletion", deleted),
    ):
        book.expect(name, "note_decode", note.encode(), encoded=note.encode())
    told = json.loads(NOTE.encode())
    for name, changes in _wrong_fields():
        spoilt = _dumped(dict(sorted({**told, **changes}.items())))
        book.error(name, "note_decode", errors.ContentError, encoded=spoilt)
    without = {name: value for name, value in told.items() if name != "author"}
    for name, spoilt in (
        ("nothing", b""),
        ("a list", b"[]"),
        ("a field missing", _dumped(without)),
        ("fields in another order", _dumped(dict(reversed(told.items())))),
        ("white space", NOTE.encode().replace(b'"version":2', b'"version": 2')),
        ("cut short", NOTE.encode()[:-1]),
    ):
        book.error(name, "note_decode", errors.ContentError, encoded=spoilt)
    yield book
    yield _recusals()


def _recusals() -> Book:
    book = Book("recusals", "Who was left out of a case, in items of the casework compartment.")
    anne, bo = made("member anne"), made("member bo")
    own = Recusal(anne, anne, Ground.RELATIVE, "", WRITTEN)
    for name, recusal in (
        ("a recusal without words", own),
        ("of a colleague", Recusal(anne, bo, Ground.OTHER, "Æblegrød.", WRITTEN)),
        ("handed back", Recusal(bo, anne, Ground.RELATIVE, "En navnefælle.", WRITTEN, lifted=True)),
    ):
        encoded = recusal.encode()
        book.expect(name, "recusal_decode", encoded, encoded=encoded)
    told = json.loads(own.encode())
    wrong: dict[str, dict[str, Any]] = {
        "another kind": {"kind": "note"},
        "a ground that the law does not have": {"ground": "6"},
        "no ground": {"ground": ""},
        "nobody left out": {"member": ""},
        "lifted as a number": {"lifted": 1},
        "a moment with a zone": {"written": "2026-11-20T12:05:00Z"},
        "a field too many": {"version": 1},
    }
    for name, changes in wrong.items():
        spoilt = _dumped(dict(sorted({**told, **changes}.items())))
        book.error(name, "recusal_decode", errors.ContentError, encoded=spoilt)
    return book


def _wrong_fields() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "another kind", {"kind": "memo"}
    yield "no kind", {"kind": ""}
    yield "version 0", {"version": 0}
    yield "a version below 0", {"version": -1}
    yield "a version that is true", {"version": True}
    yield "a deletion that is a number", {"deleted": 1}
    yield "a deletion that is a text", {"deleted": "true"}
    yield "an author of 15 bytes", {"author": "A" * 20}
    yield "no author", {"author": ""}
    yield "an id that is no base64", {"note": "*"}
    yield "a text that is a number", {"text": 1}
    yield "a field too many", {"extra": 1}
    yield "a moment without seconds", {"written": "2026-11-20T12:05"}
    yield "a moment with fractions of a second", {"written": "2026-11-20T12:05:00.5"}
    yield "a moment with a zone", {"written": "2026-11-20T12:05:00+00:00"}
    yield "a moment with a space", {"written": "2026-11-20 12:05:00"}
    yield "a moment that is none", {"written": "2026-11-31T12:05:00"}
    yield "a day in place of a moment", {"written": "2026-11-20"}
    yield "a moment that is a number", {"written": 0}


def _dumped(record: dict[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()

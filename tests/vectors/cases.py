"""Vectors of cases: their keys, items, registrations, records."""

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tests.vectors.book import INSTALLATION, Book, Seals, fixed_box, flipped, made, place
from tests.vectors.directory import (
    ANNE,
    FIRST,
    INBOX,
    ROTATED,
    SECOND,
    SECRET,
    root_json,
    row,
    row_json,
)
from whistle.crypto import errors
from whistle.crypto.envelope import KeyPair, derive
from whistle.crypto.padding import pad_text
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import Seed, SymmetricKey
from whistle.domain.approval import About, Put, TextKind
from whistle.domain.channel import Act, Side
from whistle.domain.erasing import Erased, Reason
from whistle.keys.fields import join_fields
from whistle.keys.records import (
    CaseKeys,
    FileManifest,
    Generation,
    Identity,
    Message,
    Registration,
)

CASE = made("case")
ITEM = made("item")
REPORTER_SEED = made("reporter seed", 32)
REPORTER = KeyPair(Seed(REPORTER_SEED))


def key(label: str) -> SymmetricKey:
    """Give a key."""
    return SymmetricKey(made(label, 32))


OLD = Generation(key("dialogue 0"), key("identity 0"), key("casework 0"))
NEW = Generation(key("dialogue 1"), key("identity 1"))
FRESH = CaseKeys((Generation(OLD.dialogue, OLD.identity),), REPORTER.public)
MOVED = CaseKeys((OLD, NEW), REPORTER.public)
ADOPTED = CaseKeys((OLD, replace(NEW, casework=key("casework 1"))), REPORTER.public)
TITLE = Registration("Sagsbehandlingstid", 2, datetime(2026, 11, 20, tzinfo=UTC).date(), None)


def books(seals: Seals) -> Iterator[Book]:
    """Give the files of cases."""
    yield _encodings()
    yield _inbox_keys(seals)
    yield _reporter_keys(seals)
    yield _registration()
    yield _item()
    yield _records()


def keys_json(keys: CaseKeys) -> dict[str, Any]:
    """Write a case's keys."""
    return {
        "reporter": keys.reporter.raw.hex() if keys.reporter else "",
        "generations": [
            {
                "dialogue": one.dialogue.reveal().hex(),
                "identity": one.identity.reveal().hex(),
                "casework": one.casework.reveal().hex() if one.casework else "",
            }
            for one in keys.generations
        ],
    }


def _encodings() -> Book:
    book = Book("case_keys", "The canonical bytes of a case's keys.")
    for name, keys in (
        ("as intake makes them", FRESH),
        ("after a move", MOVED),
        ("without a reporter", replace(FRESH, reporter=None)),
    ):
        book.expect(name, "case_keys_decode", keys_json(keys), encoded=keys.encode())
    reporter = REPORTER.public.raw
    three = [made("a", 32), made("b", 32), b""]
    for name, code, encoded in (
        ("nothing", errors.ContentError, b""),
        ("no generation", errors.ContentError, join_fields([reporter])),
        ("half a generation", errors.ContentError, join_fields([reporter, *three[:2]])),
        ("cut short", errors.ContentError, FRESH.encode()[:-1]),
        ("a byte too many", errors.ContentError, FRESH.encode() + b"\0"),
        ("a length beyond the end", errors.ContentError, b"\xff" * 8),
        ("a short key", errors.KeyShapeError, join_fields([reporter, three[0][1:], *three[1:]])),
        ("a reporter's key that is none", errors.KeyShapeError, join_fields([b"\0", *three])),
    ):
        book.error(name, "case_keys_decode", code, encoded=encoded)
    return book


def sealed_content(keys: CaseKeys, registered: bytes = b"") -> bytes:
    """Give what is sealed to an inbox."""
    return pad_text(len(registered).to_bytes(4, "big") + registered + keys.encode())


def keys_place(purpose: Purpose, generation: int, **changes: Any) -> Place:
    """Give the place of a case's keys in the vectors' inbox."""
    given = {"owner": INBOX, "item": CASE, "generation": 1, "version": generation}
    return place(purpose, **{**given, **changes})


def _inbox_keys(seals: Seals) -> Book:
    book = Book("inbox_keys", "A case's keys, sealed to an inbox or boxed in its vault.")
    book.value("first", row_json(row(FIRST, ANNE)))
    book.value("second", row_json(row(SECOND, ANNE)))

    def sealed(name: str, content: bytes, generation: int = 0) -> bytes:
        at = keys_place(Purpose.CASE_KEYS_INBOX, generation)
        return seals.seal(f"inbox keys {name}", SECRET.pair, at, content)

    fresh = sealed("fresh", sealed_content(FRESH))
    moved = sealed("moved", sealed_content(MOVED, TITLE.encode()), 1)
    vault_place = keys_place(Purpose.CASE_KEYS_VAULT, 1)
    vault_key = SECRET.vault_key.reveal()
    boxed = fixed_box(vault_key, vault_place, ADOPTED.encode())
    good = _opening(book.value("fresh", fresh))
    in_vault = _opening(book.value("boxed", boxed), generation=1, in_vault=True)
    told = {"handed_over": "", **keys_json(FRESH)}
    book.expect("as intake seals them", "open_inbox_keys", told, **good)
    told = {"handed_over": TITLE.encode().hex(), **keys_json(MOVED)}
    handed = _opening(book.value("moved", moved), generation=1)
    book.expect("handed over, with a registration", "open_inbox_keys", told, **handed)
    told = {"handed_over": "", **keys_json(ADOPTED)}
    book.expect("in the vault", "open_inbox_keys", told, **in_vault)
    _inbox_keys_moved(book, good, in_vault)
    smuggled = CaseKeys((OLD,), REPORTER.public)
    other_vault = fixed_box(ROTATED.vault_key.reveal(), vault_place, ADOPTED.encode())
    content, padding = errors.ContentError, errors.PaddingError
    for name, code, body, changes in (
        ("a casework key made elsewhere", content, sealed_content(smuggled), {}),
        ("fewer generations than the row says", content, sealed_content(FRESH), {"generation": 1}),
        ("more generations than the row says", content, sealed_content(MOVED), {}),
        ("no keys", content, pad_text(b""), {}),
        ("a registration beyond the end", content, pad_text(b"\0\0\x10\0"), {}),
        ("not padded", padding, sealed_content(FRESH)[:-1], {}),
    ):
        generation = changes.get("generation", 0)
        seal = sealed(name, body, generation)
        book.error(name, "open_inbox_keys", code, **_opening(seal, generation=generation))
    unreadable = errors.UnreadableError
    book.error("another vault", "open_inbox_keys", unreadable, **{**in_vault, "body": other_vault})
    book.error("a bit flipped", "open_inbox_keys", unreadable, **_opening(flipped(fresh, -1)))
    return book


def _opening(body: object, **changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "root": root_json(),
        "rows": ["@first", "@second"],
        "secrets": {"1": SECRET.reveal(), "2": SECRET.reveal()},
        "case_id": CASE,
        "epoch": 1,
        "generation": 0,
        "in_vault": False,
        "body": body,
    }
    return {**given, **changes}


def _inbox_keys_moved(book: Book, good: dict[str, Any], in_vault: dict[str, Any]) -> None:
    other = made("other case")
    unreadable = errors.UnreadableError
    only_first = {"1": SECRET.reveal()}
    for name, code, given in (
        ("moved to another case", unreadable, {**good, "case_id": other}),
        ("under another epoch", unreadable, {**good, "epoch": 2}),
        ("as another generation", unreadable, {**good, "generation": 1}),
        ("from the vault, moved to another case", unreadable, {**in_vault, "case_id": other}),
        ("from the vault, an older generation", unreadable, {**in_vault, "generation": 2}),
        ("sealed, said to be in the vault", unreadable, {**good, "in_vault": True}),
        (
            "an epoch that the member was not granted",
            errors.NotGrantedError,
            {**good, "epoch": 2, "secrets": only_first},
        ),
        (
            "a vault that the member was not granted",
            errors.NotGrantedError,
            {**in_vault, "epoch": 2, "secrets": only_first},
        ),
        ("in the vault, said to be sealed", unreadable, {**in_vault, "in_vault": False}),
        ("an epoch below 0", errors.PlaceError, {**good, "epoch": -1}),
    ):
        book.error(name, "open_inbox_keys", code, **given)


def _reporter_keys(seals: Seals) -> Book:
    book = Book("reporter_keys", "A case's keys, sealed to its reporter by generation.")

    def sealed(name: str, content: bytes, generation: int) -> bytes:
        at = place(Purpose.CASE_KEYS_REPORTER, owner=CASE, generation=generation)
        return seals.seal(f"reporter keys {name}", REPORTER, at, content)

    zero = book.value("zero", sealed("0", OLD.encode_for_reporter(), 0))
    one = book.value("one", sealed("1", NEW.encode_for_reporter(), 1))
    short = sealed("short", OLD.encode_for_reporter()[:-1], 0)
    whole = [{"generation": 0, "sealed": zero}, {"generation": 1, "sealed": one}]
    good = {"installation": INSTALLATION, "case_id": CASE, "seed": REPORTER_SEED}
    told = keys_json(replace(MOVED, generations=(replace(OLD, casework=None), NEW)))
    book.expect("two generations", "open_reporter_keys", told, rows=whole, **good)
    swapped = [{"generation": 0, "sealed": one}, {"generation": 1, "sealed": zero}]
    missing = errors.ContentError
    for name, code, rows in (
        ("no generation", missing, []),
        ("the first generation missing", missing, whole[1:]),
        ("in another order", missing, whole[::-1]),
        ("a generation twice", missing, [whole[0], whole[0]]),
        ("a generation below 0", missing, [{"generation": -1, "sealed": zero}]),
        ("generations exchanged", errors.UnreadableError, swapped),
        ("a key cut short", errors.KeyShapeError, [{"generation": 0, "sealed": short}]),
    ):
        book.error(name, "open_reporter_keys", code, rows=rows, **good)
    for name, changes in (
        ("another receipt's key", {"seed": made("other reporter", 32)}),
        ("moved to another case", {"case_id": made("other case")}),
        ("in another installation", {"installation": made("other installation")}),
    ):
        changed = {**good, **changes}
        book.error(name, "open_reporter_keys", errors.UnreadableError, rows=whole, **changed)
    return book


def _registration() -> Book:
    book = Book("registration", "A registration in an inbox's vault.")
    book.value("first", row_json(row(FIRST, ANNE)))
    at = keys_place(Purpose.REGISTRATION, 2)
    body = fixed_box(SECRET.vault_key.reveal(), at, pad_text(TITLE.encode()))
    good: dict[str, Any] = {
        "root": root_json(),
        "rows": ["@first"],
        "secrets": {"1": SECRET.reveal()},
        "case_id": CASE,
        "epoch": 1,
        "version": 2,
        "body": book.value("body", body),
    }
    book.expect("a registration", "open_registration", TITLE.encode(), **good)
    rotated = {"1": SECRET.reveal()[:32] + made("other vault", 32)}
    for name, changes in (
        ("an older version under a newer number", {"version": 3}),
        ("moved to another case", {"case_id": made("other case")}),
        ("another vault", {"secrets": rotated}),
        ("a bit flipped", {"body": flipped(body, 20)}),
    ):
        changed = {**good, **changes}
        book.error(name, "open_registration", errors.UnreadableError, **changed)
    unpadded = fixed_box(SECRET.vault_key.reveal(), at, TITLE.encode())
    changed = {**good, "body": unpadded}
    book.error("not padded", "open_registration", errors.PaddingError, **changed)
    return book


def item_body(content: bytes, compartment: str = "dialogue", generation: int = 0) -> bytes:
    """Box an item's padded content."""
    fields = {"owner": CASE, "item": ITEM, "kind": compartment, "generation": generation}
    secret = getattr(ADOPTED.generations[generation], compartment)
    item_key = derive(secret, place(Purpose.ITEM_KEY, **fields))
    return fixed_box(item_key, place(Purpose.ITEM, version=1, **fields), content)


def _item() -> Book:
    book = Book("item", "Items of a case: messages, identities, notes.")
    text = b"Et punkt i en sag"
    body = item_body(pad_text(text))
    good: dict[str, Any] = {
        "installation": INSTALLATION,
        "keys": book.value("keys", keys_json(ADOPTED)),
        "case_id": CASE,
        "item_id": ITEM,
        "compartment": "dialogue",
        "generation": 0,
        "version": 1,
        "body": book.value("body", body),
    }
    book.expect("of the dialogue", "open_item", text, **good)
    for compartment, generation in (("identity", 0), ("casework", 0), ("dialogue", 1)):
        changed = {"compartment": compartment, "generation": generation}
        other = item_body(pad_text(text), compartment, generation)
        name = f"of the compartment {compartment}, generation {generation}"
        book.expect(name, "open_item", text, **{**good, **changed, "body": other})
    keys = {"keys": keys_json(CaseKeys((ADOPTED.generations[1], OLD), REPORTER.public))}
    for name, changes in (
        ("wrong key", keys),
        ("moved to another case", {"case_id": made("other case")}),
        ("moved to another item", {"item_id": made("other item")}),
        ("as another compartment", {"compartment": "casework"}),
        ("as another generation", {"generation": 1}),
        ("an older version under a newer number", {"version": 2}),
        ("in another installation", {"installation": made("other installation")}),
        ("flipped bit", {"body": flipped(body, 1000)}),
        ("truncated", {"body": body[:2000]}),
    ):
        book.error(name, "open_item", errors.UnreadableError, **{**good, **changes})
    reporters: dict[str, Any] = {"keys": keys_json(FRESH), "compartment": "casework"}
    for name, code, changes in (
        ("a casework item with the reporter's keys", errors.ContentError, reporters),
        ("an unknown compartment", errors.ContentError, {"compartment": "secret"}),
        ("a generation that is not at hand", errors.ContentError, {"generation": 2}),
        ("a generation below 0", errors.ContentError, {"generation": -1}),
        ("a version below 0", errors.PlaceError, {"version": -1}),
        ("not padded", errors.PaddingError, {"body": item_body(text)}),
        ("cut to nothing", errors.TruncatedError, {"body": b""}),
    ):
        book.error(name, "open_item", code, **{**good, **changes})
    return book


def _records() -> Book:
    book = Book("records", "The canonical JSON inside items.")
    manifest = FileManifest(made("file"), key("file"), "brev.pdf", "application/pdf", 1000, 1)
    day = datetime(2026, 11, 20, tzinfo=UTC).date()
    digest = made("digest", 32)
    message = Message(Side.REPORTER, day, 0, "Linje ét\n“to”", (manifest,), digest, True)
    answer = Message(Side.CASEWORK, day, 1, "Tak")
    chosen = {"relation": ("employee",), "witnesses": ()}
    filled = Message(Side.REPORTER, day, 0, "Set", answers=chosen)
    renewed = Message(
        Side.REPORTER,
        day,
        2,
        "",
        act=Act.NEW_RECEIPT,
        reporter=KeyPair(Seed(made("new", 32))).public,
    )
    gone = Message(
        Side.REPORTER,
        day,
        3,
        "",
        erased=(Erased(day, Reason.BY_MISTAKE, file=True), Erased(day, Reason.OTHER_MATTER)),
    )
    put = Put(made("text"), TextKind.COMPLAINT, day, "Ankestyrelsen", day)
    proposed = Message(Side.CASEWORK, day, 4, "Klage", act=Act.PROPOSED, author="Ida", put=put)
    about = About(proposed.fingerprint, with_name=True)
    approved = Message(Side.REPORTER, day, 5, "", act=Act.APPROVED, about=about)
    for name, record in (
        ("message", message),
        ("message", proposed),
        ("message", approved),
        ("message", gone),
        ("message", answer),
        ("message", filled),
        ("message", renewed),
        ("identity", Identity("Åse Ømann", "4000 0000")),
        ("identity", Identity()),
        ("identity", Identity(answers={"reported_name": ("Åse Ømann",)})),
    ):
        encoded = record.encode()
        operation = f"{name}_decode"
        book.expect(f"{name} of {len(encoded)} bytes", operation, encoded, encoded=encoded)
    told = json.loads(message.encode())
    for name, changes in _wrong_fields(told):
        spoilt = _canonical({**told, **changes})
        book.error(f"message: {name}", "message_decode", errors.ContentError, encoded=spoilt)
    for name, old, new in _wrong_bytes():
        if message.encode().count(old) != 1:
            raise AssertionError(old)
        spoilt = message.encode().replace(old, new)
        book.error(f"message: {name}", "message_decode", errors.ContentError, encoded=spoilt)
    without = {name: value for name, value in told.items() if name != "position"}
    for name, spoilt in (
        ("a field missing", _canonical(without)),
        ("fields in another order", _dumped(dict(reversed(told.items())))),
    ):
        book.error(f"message: {name}", "message_decode", errors.ContentError, encoded=spoilt)
    short_key = message.encode().replace(_b64(manifest.key.reveal()), _b64(made("key", 31)))
    book.error(
        "message: a file key of 31 bytes", "message_decode", errors.ContentError, encoded=short_key
    )
    for kind, name, encoded in _spoilt_others():
        book.error(f"{kind}: {name}", f"{kind}_decode", errors.ContentError, encoded=encoded)
    return book


def _b64(value: bytes) -> bytes:
    return b64encode(value)


def _canonical(record: dict[str, Any]) -> bytes:
    return _dumped(dict(sorted(record.items())))


def _dumped(record: dict[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()


def _wrong_fields(told: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "a side that is none", {"side": "mayor"}
    yield "a side that is a number", {"side": 1}
    yield "an author without a name", {"author": ""}
    yield "a version of nothing", {"put": {}}
    yield "a version of a text whose id is too short", {"put": {"kind": "report", "text": "AAAA"}}
    yield "about nothing", {"about": {}}
    yield "about a fingerprint that is too short", {"about": {"version": "AAAA"}}
    yield "a date in another form", {"written": "20261120"}
    yield "a day that is none", {"written": "2026-11-31"}
    yield "no date", {"written": ""}
    yield "a position that is a text", {"position": "0"}
    yield "a position below 0", {"position": -1}
    yield "a position that is true", {"position": True}
    yield "a position with a fraction", {"position": 0.0}
    yield "a text that is a number", {"text": 1}
    yield "a truth that is a number", {"identity_given": 1}
    yield "another truth that is a text", {"kept_apart": "false"}
    yield "an act that is none", {"act": "danced"}
    yield "answers that are no object", {"answers": []}
    yield "an answer that is no list", {"answers": {"relation": "employee"}}
    yield "an answer that is a number", {"answers": {"relation": [1]}}
    yield "a reporter's key that is too short", {"reporter": "AAAA"}
    yield "a field too many", {"extra": 1}
    yield from _wrong_files(told["files"][0])
    yield "bytes that are no base64", {"digest": "*"}
    yield "base64 with bits left over", {"digest": told["digest"][:-2] + "B="}
    yield "base64 that is no text", {"digest": 0}
    yield "a digest of another length", {"digest": "AAAA"}


def _wrong_files(file: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "files that are no list", {"files": 1}
    yield "erased, and nothing is", {"erased": []}
    yield "erased as a word", {"erased": "other-matter"}
    yield "erased without a reason", {"erased": [{"day": "2026-11-20"}]}
    yield "erased for no reason there is", {"erased": [{"day": "2026-11-20", "reason": "x"}]}
    wrong = {"day": "2026-11-20", "reason": "by-mistake", "file": False}
    yield "erased, with a file that says nothing", {"erased": [wrong]}
    yield "a file that is no object", {"files": [1]}
    yield "a number of chunks that does not fit", {"files": [{**file, "chunks": 2}]}
    yield "a number of chunks that is true", {"files": [{**file, "chunks": True}]}
    yield "a length below 0", {"files": [{**file, "length": -1}]}
    yield "a length that is a text", {"files": [{**file, "length": "1000"}]}
    yield "a file with a field too many", {"files": [{**file, "extra": 1}]}
    yield "a file id of 15 bytes", {"files": [{**file, "id": _b64(bytes(15)).decode()}]}


def _wrong_bytes() -> Iterator[tuple[str, bytes, bytes]]:
    yield "a field twice", b'"position":0,', b'"position":0,"position":0,'
    yield "white space", b'"position":0', b'"position": 0'
    yield "escapes where none are needed", b"brev.pdf", b"\\u0062rev.pdf"
    yield "half a surrogate pair", b"brev.pdf", b"\\ud800.pdf"
    yield "bytes that are no UTF-8", b"brev.pdf", b"\xff.pdf"
    yield "a number that is none", b'"position":0', b'"position":NaN'
    yield "cut short", b'"written":"2026-11-20"}', b'"written":"2026-11-20"'


def _spoilt_others() -> Iterator[tuple[str, str, bytes]]:
    yield "identity", "nothing", b""
    yield "identity", "a list", b"[]"
    yield "identity", "null", b"null"
    yield "identity", "a name that is a number", b'{"answers":{},"contact":"","name":1}'
    yield "identity", "answers that are a list", b'{"answers":[],"contact":"","name":""}'
    yield "identity", "a field missing", b'{"answers":{},"contact":""}'
    yield "identity", "lists in lists without end", b"[" * 5_000

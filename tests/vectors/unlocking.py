"""Vectors of passkeys and key files: what opens a member's seed without a passphrase."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from tests.vectors.book import INSTALLATION, Book, fixed_box, flipped, made, place
from whistle.crypto import errors
from whistle.crypto.envelope import derive
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import Seed

MEMBER, SEED = made("member anne"), made("seed anne", 32)
CREDENTIAL, PRF_OUTPUT = made("credential", 32), made("prf output", 32)
FILE_KEY = made("file key", 32)


def books() -> Iterator[Book]:
    """Give the files of passkeys and key files."""
    yield _passkey()
    yield _key_file()


def _derived(prf_output: bytes, credential_id: bytes) -> bytes:
    at = Place(Purpose.PASSKEY_UNLOCK, b"", item=credential_id)
    return derive(Seed(prf_output), at)


def _passkey() -> Book:
    book = Book("passkey", "What a browser derives from a PRF's output, and what that opens.")
    for name, output, credential in (
        ("a key", PRF_OUTPUT, CREDENTIAL),
        ("of another passkey", PRF_OUTPUT, made("credential 2", 64)),
        ("from another output", made("prf output 2", 32), CREDENTIAL),
    ):
        derived = _derived(output, credential)
        book.expect(name, "passkey_key", derived, prf_output=output, credential_id=credential)
    key = _derived(PRF_OUTPUT, CREDENTIAL)
    boxed = fixed_box(key, place(Purpose.MEMBER_PASSKEY, owner=MEMBER, item=CREDENTIAL), SEED)
    good: dict[str, Any] = {
        "installation": INSTALLATION,
        "member_id": MEMBER,
        "credential_id": CREDENTIAL,
        "key": key,
        "seed_box": boxed,
    }
    book.expect("a member's seed", "open_by_passkey", SEED, **good)
    without = {**good, "seed_box": None}
    book.error("a passkey without PRF", "open_by_passkey", errors.NotGrantedError, **without)
    changes = {"another passkey": {"credential_id": made("credential 2", 64)}, **_others(boxed)}
    changes["the PRF's output itself"] = {"key": PRF_OUTPUT}
    _refused(book, "open_by_passkey", good, changes)
    return book


def _key_file() -> Book:
    book = Book("key_file", "A member's seed, opened by a key file.")
    at = place(Purpose.MEMBER_KEY_FILE, owner=MEMBER, item=sha256(FILE_KEY).digest())
    boxed = fixed_box(FILE_KEY, at, SEED)
    good = {
        "installation": INSTALLATION,
        "member_id": MEMBER,
        "key": FILE_KEY,
        "seed_box": boxed,
    }
    book.expect("a member's seed", "open_by_key_file", SEED, **good)
    _refused(book, "open_by_key_file", good, _others(boxed))
    return book


def _others(boxed: bytes) -> dict[str, dict[str, bytes]]:
    return {
        "another member": {"member_id": made("member bo")},
        "another installation": {"installation": made("other installation")},
        "another key": {"key": made("another key", 32)},
        "a bit flipped": {"seed_box": flipped(boxed, 20)},
    }


def _refused(
    book: Book, operation: str, good: dict[str, Any], changes: dict[str, dict[str, bytes]]
) -> None:
    for name, changed in changes.items():
        book.error(name, operation, errors.UnreadableError, **{**good, **changed})

"""Vectors of members' second factors."""

from collections.abc import Iterator
from typing import Any

from tests.vectors.book import INSTALLATION, Book, fixed_box, flipped, made, place
from tests.vectors.directory import ANNE, BO
from whistle.crypto import errors
from whistle.crypto.envelope import derive
from whistle.crypto.place import Purpose
from whistle.keys.factors import backup_code_digest
from whistle.keys.keyring import Keyring

SECRET = made("app", 20)
CODE = "0123A-BCDEF"


def books() -> Iterator[Book]:
    """Give the file of second factors."""
    book = Book("factors", "Authenticator apps' secrets, their codes, and backup codes.")
    _secrets(book)
    _codes(book)
    _backup_codes(book)
    yield book


def _who(keyring: Keyring) -> dict[str, Any]:
    return {
        "installation": INSTALLATION,
        "member_id": keyring.member_id,
        "seed": keyring.seed.reveal(),
    }


def _secrets(book: Book) -> None:
    at = place(Purpose.MEMBER_TOTP, owner=ANNE.member_id)
    boxed = fixed_box(derive(ANNE.seed, at), at, SECRET)
    book.expect("an app's secret", "open_totp", SECRET, **_who(ANNE), totp_box=boxed)
    short = fixed_box(derive(ANNE.seed, at), at, SECRET[1:])
    for name, who, value, error in (
        ("another member's secret", BO, boxed, errors.UnreadableError),
        ("a bit flipped", ANNE, flipped(boxed, 20), errors.UnreadableError),
        ("nothing", ANNE, b"", errors.TruncatedError),
        ("another version", ANNE, b"\2" + boxed[1:], errors.UnknownVersionError),
        ("too short a secret", ANNE, short, errors.KeyShapeError),
    ):
        book.error(name, "open_totp", error, **_who(who), totp_box=value)
    other_id = {**_who(ANNE), "member_id": BO.member_id}
    book.error("under another id", "open_totp", errors.UnreadableError, **other_id, totp_box=boxed)


def _codes(book: Book) -> None:
    rfc = b"12345678901234567890"
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        name = f"RFC 6238 at {seconds}"
        book.expect(name, "totp_code", code, secret=rfc, step=seconds // 30)


def _backup_codes(book: Book) -> None:
    digest = backup_code_digest(ANNE, CODE)
    for name, text in (
        ("a backup code", CODE),
        ("as people type it", " o i23a bcdef\t"),
        ("without its hyphen", "0123ABCDEF"),
    ):
        book.expect(name, "backup_code_digest", digest, **_who(ANNE), code=text)
    told = backup_code_digest(BO, CODE)
    book.expect("another member's", "backup_code_digest", told, **_who(BO), code=CODE)

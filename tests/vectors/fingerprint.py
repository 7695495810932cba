"""Vectors of the fingerprints that are compared by voice."""

from collections.abc import Iterator

from tests.vectors.book import INSTALLATION, Book, made
from tests.vectors.directory import ANNE, BO
from whistle.crypto import errors
from whistle.domain.fingerprint import show_spoken
from whistle.keys.fingerprints import member_fingerprint
from whistle.keys.statements import MemberKeys


def books() -> Iterator[Book]:
    """Give the file of members' fingerprints."""
    book = Book("fingerprint", "Members' fingerprints, as they are read aloud.")
    half = MemberKeys(ANNE.member_id, BO.public.public, ANNE.public.verifying)
    alias = MemberKeys(made("another id"), ANNE.public.public, ANNE.public.verifying)
    for name, installation, keys in (
        ("Anne's", INSTALLATION, ANNE.public),
        ("Bo's", INSTALLATION, BO.public),
        ("Anne's with Bo's public key", INSTALLATION, half),
        ("Anne's keys under another id", INSTALLATION, alias),
        ("Anne's in another installation", made("other installation"), ANNE.public),
    ):
        spoken = show_spoken(member_fingerprint(installation, keys))
        given = _given(book, keys)
        book.expect(name, "member_fingerprint", spoken, installation=installation, **given)
    for name, changes in (
        ("a public key that is none", {"public": bytes(1216)}),
        ("a verifying key of small order", {"verifying": bytes(32)}),
        ("a verifying key cut short", {"verifying": ANNE.public.verifying.raw[:-1]}),
    ):
        given = {**_given(book, ANNE.public), "installation": INSTALLATION, **changes}
        book.error(name, "member_fingerprint", errors.KeyShapeError, **given)
    yield book


def _given(book: Book, keys: MemberKeys) -> dict[str, object]:
    return {
        "member_id": keys.member_id,
        "public": book.value(f"public {keys.public.raw[:4].hex()}", keys.public.raw),
        "verifying": keys.verifying.raw,
    }

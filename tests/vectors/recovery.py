"""Vectors of recovery: keys from a seed, SLIP-39 shares and their marks, grants of the key."""

from collections.abc import Iterator
from dataclasses import replace
from unittest.mock import patch

from shamir_mnemonic import shamir

from tests.vectors.book import INSTALLATION, Book, Seals, flipped, made, place
from tests.vectors.directory import (
    ANNE,
    BO,
    FIRST,
    FOURTH,
    INBOX,
    ROTATED,
    SECOND,
    STRANGER_SECRET,
    THIRD,
    root_json,
    row,
    row_json,
)
from whistle.crypto import errors
from whistle.crypto.place import Place, Purpose
from whistle.domain.fingerprint import show_fingerprint
from whistle.keys.recovery import RecoveryKeyring, RecoverySeed
from whistle.keys.statements import Statement
from whistle.recovery.public_file import share_mark
from whistle.recovery.shares import Share, split

SEED = RecoverySeed(made("recovery seed", 32))
OTHER_SEED = RecoverySeed(made("other recovery seed", 32))


def books(seals: Seals) -> Iterator[Book]:
    """Give the file of recovery."""
    book = Book("recovery", "A recovery key: from its seed, its shares, and what it opens.")
    _keys(book)
    _shares(book)
    _grants(book, seals)
    yield book


def _keys(book: Book) -> None:
    for name, installation in (
        ("keys", INSTALLATION),
        ("keys in another town", made("other town")),
    ):
        public = RecoveryKeyring(installation, SEED).public
        told = {
            "key": public.encode(),
            "fingerprint": show_fingerprint(public.digest(installation)),
        }
        given = {"installation": installation, "seed": SEED.reveal()}
        book.expect(name, "recovery_keys", told, **given)


def fixed_shares() -> list[Share]:
    """Split the vectors' seed, with randomness that comes out the same each time."""
    drawn: list[int] = []

    def draw(length: int) -> bytes:
        drawn.append(length)
        return made(f"randomness {len(drawn)} of shares", length)

    with patch.object(shamir, "RANDOM_BYTES", draw):
        return split(SEED, 2, 3)


def _shares(book: Book) -> None:
    shares = fixed_shares()
    for share in shares:
        told = {
            "number": share.number,
            "needed": share.needed,
            "set": share.set_number,
            "mark": share_mark(INSTALLATION, share),
        }
        given = {"installation": INSTALLATION, "words": share.text}
        book.expect(f"share {share.number}", "share", told, **given)
    for pair in (shares[:2], shares[1:], shares):
        name = f"shares {', '.join(str(share.number) for share in pair)}"
        book.expect(name, "combine_shares", SEED.reveal(), shares=[share.text for share in pair])


def _grant_place(epoch: int, inbox_id: bytes = INBOX, of: Statement = FOURTH) -> Place:
    return place(Purpose.RECOVERY_GRANT, owner=inbox_id, item=of.digest, generation=epoch)


def _grants(book: Book, seals: Seals) -> None:
    chain = ((FIRST, ANNE), (SECOND, ANNE), (THIRD, ANNE), (FOURTH, BO))
    rows = [book.value(f"epoch {one.epoch}", row_json(row(one, by))) for one, by in chain]
    pair = RecoveryKeyring(INSTALLATION, SEED).pair

    def sealed(
        name: str,
        secret: bytes,
        epoch: int = 4,
        inbox_id: bytes = INBOX,
        of: Statement = FOURTH,
    ) -> bytes:
        where = _grant_place(epoch, inbox_id, of)
        return seals.seal(f"recovery grant {name}", pair, where, secret)

    fork = replace(FOURTH, members=THIRD.members)
    own = sealed("of epoch 4", ROTATED.reveal())
    for name, seed, epoch, body, outcome in (
        ("a grant", SEED, 4, own, None),
        ("of another recovery key", OTHER_SEED, 4, own, errors.UnreadableError),
        ("in another epoch", SEED, 3, own, errors.UnreadableError),
        (
            "moved from another door",
            SEED,
            4,
            sealed("of another door", ROTATED.reveal(), inbox_id=made("other inbox")),
            errors.UnreadableError,
        ),
        (
            "of another statement with the same epoch and inbox key",
            SEED,
            4,
            sealed("of a fork", ROTATED.reveal(), of=fork),
            errors.UnreadableError,
        ),
        (
            "a secret that makes another key",
            SEED,
            4,
            sealed("of another secret", STRANGER_SECRET.reveal()),
            errors.DirectoryMemberError,
        ),
        ("a short secret", SEED, 4, sealed("cut", ROTATED.reveal()[:-1]), errors.KeyShapeError),
        (
            "an epoch that the directory does not have",
            SEED,
            9,
            sealed("of epoch 9", ROTATED.reveal(), 9),
            errors.DirectoryChainError,
        ),
        ("a bit flipped", SEED, 4, flipped(own, -1), errors.UnreadableError),
        ("cut short", SEED, 4, own[:100], errors.TruncatedError),
        ("of another version", SEED, 4, b"\2" + own[1:], errors.UnknownVersionError),
        ("nothing", SEED, 4, b"", errors.TruncatedError),
    ):
        given = {"root": root_json(), "rows": rows, "seed": seed.reveal(), "epoch": epoch}
        if outcome is None:
            book.expect(name, "open_recovery_grant", ROTATED.reveal(), **given, sealed=body)
        else:
            book.error(name, "open_recovery_grant", outcome, **given, sealed=body)

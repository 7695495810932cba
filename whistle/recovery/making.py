"""Making a recovery key: in memory, with no network and no database, on any computer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from whistle.keys.recovery import RecoveryKeyring, RecoverySeed
from whistle.recovery.public_file import Covers, PublicFile, share_mark
from whistle.recovery.shares import Share, split


@dataclass(frozen=True, slots=True)
class NewRecoveryKey:
    """What the ceremony gives: shares for the trustees, and the public file for the page."""

    keyring: RecoveryKeyring
    shares: Sequence[Share]
    public: PublicFile


def make_recovery_key(
    installation: bytes, covers: Covers, needed: int, count: int, today: date
) -> NewRecoveryKey:
    """Draw a seed, split it, and try that the shares make it again.

    ``installation``: 16 bytes. Raises `RefusedError` for numbers of shares that make no sense.
    """
    seed = RecoverySeed.random()
    shares = split(seed, needed, count)
    keyring = RecoveryKeyring(installation, seed)
    marks = tuple(share_mark(installation, share) for share in shares)
    public = PublicFile(installation, covers, today, needed, marks, keyring.public)
    return NewRecoveryKey(keyring, shares, public)

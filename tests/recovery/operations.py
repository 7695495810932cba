"""What the vectors of recovery ask for, done by the code."""

from collections.abc import Mapping
from typing import Any

from whistle.domain.fingerprint import show_fingerprint
from whistle.keys.chain import TrustedInbox
from whistle.keys.recovery import RecoveryKeyring, RecoverySeed
from whistle.recovery.public_file import share_mark
from whistle.recovery.shares import Share, combine
from whistle.storage.rows import RecoveryGrantRow

Input = Mapping[str, Any]


def recovery_keys(given: Input) -> dict[str, str]:
    """Derive a recovery key's public halves, and their fingerprint."""
    installation = bytes.fromhex(given["installation"])
    seed = RecoverySeed(bytes.fromhex(given["seed"]))
    public = RecoveryKeyring(installation, seed).public
    return {
        "key": public.encode().hex(),
        "fingerprint": show_fingerprint(public.digest(installation)),
    }


def share(given: Input) -> dict[str, Any]:
    """Read a share's words."""
    read = Share.read(given["words"])
    return {
        "number": read.number,
        "needed": read.needed,
        "set": read.set_number,
        "mark": share_mark(bytes.fromhex(given["installation"]), read).hex(),
    }


def combine_shares(given: Input) -> str:
    """Put shares together."""
    return combine([Share.read(words) for words in given["shares"]]).reveal().hex()


def open_recovery_grant(given: Input, inbox: TrustedInbox) -> str:
    """Open a grant of the recovery key's."""
    seed = RecoverySeed(bytes.fromhex(given["seed"]))
    grant = RecoveryGrantRow(inbox.inbox_id, given["epoch"], bytes.fromhex(given["sealed"]))
    keyring = RecoveryKeyring(inbox.current.installation, seed)
    return keyring.open_grant(inbox, grant).reveal().hex()

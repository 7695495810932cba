"""What opens a member's keys without their passphrase: to be looked at when something is amiss."""

from collections.abc import Sequence
from dataclasses import dataclass

from whistle.installation import Installation
from whistle.storage import passkeys as queries
from whistle.storage.rows import KeyFileRow, PasskeyRow


@dataclass(frozen=True, slots=True)
class WaysIn:
    """A member's passkeys and key files, the oldest first."""

    passkeys: Sequence[PasskeyRow]
    key_files: Sequence[KeyFileRow]


def ways_in(here: Installation, member_id: bytes) -> WaysIn:
    """Give a member's ways in."""
    with here.store.read() as db:
        return WaysIn(queries.passkeys_of(db, member_id), queries.key_files_of(db, member_id))

"""A member's seed under a key file, for scripts (``docs/sealing.md``, "Key files")."""

import hashlib

from whistle.crypto.envelope import box, unbox
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import Seed, SymmetricKey
from whistle.keys.keyring import Keyring
from whistle.storage.rows import KeyFileRow


class FileKey(SymmetricKey):
    """32 random bytes: what the file holds."""

    __slots__ = ()

    @property
    def hash(self) -> bytes:
        """The row's key."""
        return hashlib.sha256(self.reveal()).digest()


def box_for_key_file(keyring: Keyring, key: FileKey) -> bytes:
    """Box a member's seed for a key file of theirs."""
    place = _place(keyring.installation, keyring.member_id, key)
    return box(key, place, keyring.seed.reveal())


def open_by_key_file(installation: bytes, row: KeyFileRow, key: FileKey) -> Keyring:
    """Unlock a member; raise `UnreadableError` for the key of another file."""
    place = _place(installation, row.member_id, key)
    return Keyring(installation, row.member_id, Seed(unbox(key, place, row.seed_box)))


def _place(installation: bytes, member_id: bytes, key: FileKey) -> Place:
    return Place(Purpose.MEMBER_KEY_FILE, installation, owner=member_id, item=key.hash)

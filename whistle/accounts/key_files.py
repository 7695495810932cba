"""Key files: a member's keys for scripts. Made by the member, named, revocable (``docs/data.md``).

A key file opens what its member opens, and makes nothing that would outlive it: another key file, a
passkey and a new passphrase all ask for the member.
"""

import json
import os
import stat
from collections.abc import Sequence
from pathlib import Path

from whistle.audit.log import deed
from whistle.crypto.errors import KeyShapeError, SealingError
from whistle.domain.errors import RefusedError
from whistle.domain.logged import Logged
from whistle.installation import Installation
from whistle.keys.key_files import FileKey, box_for_key_file, open_by_key_file
from whistle.keys.keyring import Keyring
from whistle.storage import members as member_queries
from whistle.storage import passkeys as queries
from whistle.storage.rows import KeyFileRow

FORMAT = "whistle-key-file/1"
MOST = 20  # of one member's
LONGEST_NAME = 60  # characters
_LARGEST = 4096  # bytes of a file that holds a key or a passphrase


class KeyFileError(RefusedError):
    """A key file cannot be read, or opens nothing any more; the message says which."""


class NameTakenError(RefusedError):
    """The member has a key file of this name: the two could not be told apart."""


class TooManyError(RefusedError):
    """The member has as many key files as anybody may have."""


class KeyFileService:
    """The key files of one installation."""

    def __init__(self, installation: Installation) -> None:
        """Work on ``installation``."""
        self._here = installation

    def make(self, keyring: Keyring, name: str) -> str:
        """Make a key file for a member, and give its content: it is kept nowhere else.

        Raises `NameTakenError`, `TooManyError`, and `KeyFileError` for keys that are old by now.
        """
        key = FileKey.random()
        boxed = box_for_key_file(keyring, key)
        today = self._here.clock.today()
        with self._here.store.write() as db:
            member = queries.hold_factors(db, keyring.member_id)
            if member is None or not queries.is_current(member, keyring.public.verifying.raw):
                raise KeyFileError("your keys were renewed meanwhile; sign in again")
            others = queries.key_files_of(db, keyring.member_id)
            if len(others) >= MOST:
                raise TooManyError(f"nobody has more than {MOST} key files; revoke one first")
            if any(one.name == name for one in others):
                raise NameTakenError("you have a key file of this name; give another")
            KeyFileRow(key.hash, keyring.member_id, boxed, name, today).insert(db)
            done = deed(Logged.KEY_FILE_MADE, key_file=key.hash)
            self._here.log_of(member).append(db, done)
        return _written(self._here.id, key)

    def unlock(self, key: FileKey) -> Keyring:
        """Open the keys of a file's member; `KeyFileError` when it was revoked, or they left."""
        with self._here.store.read() as db:
            row = queries.key_file(db, key.hash)
            member = member_queries.by_id(db, row.member_id) if row else None
        if row is None or member is None or member.left is not None:
            raise KeyFileError("the key file was revoked, or its member has left")
        try:
            keyring = open_by_key_file(self._here.id, row, key)
        except SealingError as error:
            raise KeyFileError("the key file opens nothing: somebody changed its row") from error
        self._here.log_of(member).note(deed(Logged.KEY_FILE_USED, key_file=key.hash))
        return keyring

    def all_of(self, member_id: bytes) -> Sequence[KeyFileRow]:
        """Give a member's key files, the oldest first."""
        with self._here.store.read() as db:
            return queries.key_files_of(db, member_id)

    def revoke(self, member_id: bytes, key_hash: bytes) -> bool:
        """Revoke one of a member's key files; say whether it was there."""
        with self._here.store.write() as db:
            member = queries.hold_factors(db, member_id)
            if member is None or not queries.revoke_key_file(db, member_id, key_hash):
                return False
            done = deed(Logged.KEY_FILE_REVOKED, key_file=key_hash)
            self._here.log_of(member).append(db, done)
        return True


def read_key_file(path: Path, installation: bytes) -> FileKey:
    """Read a key file of this installation, or raise `KeyFileError`.

    One that others than its owner can read is not used: it may be in other hands by now.
    """
    try:
        told = json.loads(read_small(path, private=True))
        key = FileKey(bytes.fromhex(told["key"]))
        fits = told == json.loads(_written(installation, key))
    except (ValueError, TypeError, LookupError, KeyShapeError, RecursionError) as error:
        raise KeyFileError(f"{path} is no key file") from error
    if not fits:
        raise KeyFileError(f"{path} is no key file of this installation")
    return key


def read_small(path: Path, *, private: bool = False) -> str:
    """Read a small file, a ``private`` one only if it is, or is a pipe; raise `KeyFileError`."""
    try:
        with path.open("rb") as file:
            state = os.fstat(file.fileno())  # of what was opened, whatever the name means by now
            if private and stat.S_ISREG(state.st_mode) and state.st_mode & 0o077:
                raise KeyFileError(f"{path}: others can read it; use: chmod 600 {path}")
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > _LARGEST:
        raise KeyFileError(f"{path} is too long for what it should hold")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise KeyFileError(f"{path} is no text") from error


def _written(installation: bytes, key: FileKey) -> str:
    told = {"format": FORMAT, "installation": installation.hex(), "key": key.reveal().hex()}
    return json.dumps(told, indent=1) + "\n"

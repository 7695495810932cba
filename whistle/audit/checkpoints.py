"""Checkpoints: how the log stood at the end of a day, signed, to be kept by others too.

Whoever holds one can see later whether the log still begins as it did then.
"""

from datetime import date

from sqlalchemy import Connection

from whistle.crypto.errors import NoteShapeError
from whistle.crypto.notes import Checkpoint, NoteKey, NoteSigner, open_note
from whistle.crypto.secret import Seed
from whistle.crypto.signing import VerifyingKey
from whistle.storage import log as queries
from whistle.storage.log import CheckpointRow


def origin(installation: bytes) -> str:
    """Name the log of an installation, and the key that signs its checkpoints."""
    return f"whistle/{installation.hex()}"


def note_key(installation: bytes, public: VerifyingKey) -> NoteKey:
    """Give the public key by which everybody checks a log's checkpoints."""
    return NoteKey(origin(installation), public)


def sign_head(db: Connection, installation: bytes, log_key: Seed) -> tuple[Checkpoint, bytes]:
    """Sign the log as it stands: one row is read, however long it is. Nothing is stored."""
    tree = queries.head(db)
    checkpoint = Checkpoint(origin(installation), tree.size, tree.root())
    return checkpoint, NoteSigner(checkpoint.origin, log_key).sign(checkpoint.encode())


def make_checkpoint(db: Connection, installation: bytes, log_key: Seed, day: date) -> CheckpointRow:
    """Sign the log as it stands and store that as the checkpoint of ``day``.

    ``installation``: 16 bytes. Call it in the transaction that wrote the day's batch, after it.
    Raises `DuplicateError` where the day has one.
    """
    checkpoint, note = sign_head(db, installation, log_key)
    row = CheckpointRow(day, checkpoint.size, note)
    row.insert(db)
    return row


def read_checkpoint(encoded: bytes, key: NoteKey) -> Checkpoint:
    """Read a checkpoint that ``key`` has signed, or raise `NoteError`."""
    checkpoint = Checkpoint.parse(open_note(encoded, key))
    if checkpoint.origin != key.name:
        raise NoteShapeError("a checkpoint of another log")
    return checkpoint

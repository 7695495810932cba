"""Files: sealed while they arrive, opened while they leave, never whole and never on disk."""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from whistle.crypto.errors import StreamLengthError
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import SymmetricKey
from whistle.crypto.stream import StreamSealer, open_stream
from whistle.keys.fields import join_fields
from whistle.keys.records import FileManifest
from whistle.storage import attachments as queries
from whistle.storage.engine import Store
from whistle.storage.rows import AttachmentRow, ChunkRow
from whistle.storage.tables import ID_BYTES


class SealingUpload:
    """One file on its way in: chunks are stored as they fill, each in its own transaction.

    A slow upload therefore holds no lock. Until `queries.bind` gives it a case it is nobody's, and
    `discard` or the sweep removes it.
    """

    def __init__(self, installation: bytes, store: Store, today: date) -> None:
        """Start; nothing is stored before the first full chunk."""
        self.attachment_id = secrets.token_bytes(ID_BYTES)
        self._key = SymmetricKey.random()
        self._store = store
        self._today = today
        self._sealer = StreamSealer(self._key, file_place(installation, self.attachment_id))
        self._hash = hashlib.sha256()
        self._stored = 0

    @property
    def length(self) -> int:
        """How many bytes have come."""
        return self._sealer.length

    @property
    def digest(self) -> bytes:
        """SHA-256 of what has come; only ever kept sealed."""
        return self._hash.digest()

    def write(self, data: bytes) -> None:
        """Take more of the file."""
        self._hash.update(data)
        self._put(self._sealer.update(data))

    def finish(self, name: str, media_type: str) -> FileManifest:
        """Seal and store what remains; give the manifest, which must itself be sealed.

        Raises `StreamLengthError` when the database did not take a chunk: the file has a hole.
        """
        length = self.length
        self._put(self._sealer.finish())
        if self._stored != self._sealer.chunks:
            raise StreamLengthError("a chunk was sealed and not stored")
        return FileManifest(
            self.attachment_id, self._key, name, media_type, length, self._sealer.chunks
        )

    def discard(self) -> None:
        """Remove what was stored; for files that no case will have."""
        if self._stored:
            with self._store.write() as db:
                queries.discard(db, self.attachment_id)
            self._stored = 0

    def _put(self, chunks: Iterator[bytes]) -> None:
        for body in chunks:
            with self._store.write() as db:
                if not self._stored:
                    AttachmentRow(self.attachment_id, None, self._today).insert(db)
                ChunkRow(self.attachment_id, self._stored, body).insert(db)
            self._stored += 1


def open_file(installation: bytes, store: Store, manifest: FileManifest) -> Iterator[bytes]:
    """Give a file's bytes, each chunk read and authenticated just before it is given.

    Raises a `SealingError` at the call when chunks are missing, later when one was changed.
    """
    with store.read() as db:
        count = queries.count_chunks(db, manifest.attachment_id)
    return open_stream(
        manifest.key,
        file_place(installation, manifest.attachment_id),
        queries.each_chunk(store, manifest.attachment_id, count),
        length=manifest.length,
        count=count,
    )


def file_place(installation: bytes, attachment_id: bytes) -> Place:
    """Give the place of a file's chunks. Its case is not known yet while it arrives."""
    return Place(Purpose.FILE_CHUNK, installation, item=attachment_id)


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file that came whole. ``digest``: SHA-256 of its content, only ever kept sealed."""

    manifest: FileManifest
    digest: bytes


def content_digest(
    installation: bytes, form_id: bytes, text: str, files: Sequence[ReceivedFile]
) -> bytes:
    """Give SHA-256 over a text and its files, as sent from the form that ``form_id`` names.

    The same content from the same form has the same digest: so a double click is known again.
    """
    fields = [Place(Purpose.CONTENT_DIGEST, installation, item=form_id).encode(), text.encode()]
    for file in files:
        fields += [file.manifest.name.encode(), file.digest]
    return hashlib.sha256(join_fields(fields)).digest()

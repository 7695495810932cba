"""Files: a STREAM of chunks (Hoang et al., 2015, as age uses it), sealed as the bytes arrive.

A chunk holds 256 KiB of plaintext, the last one the rest. Chunk *i* is AES-256-GCM with the nonce
``i`` as 11 big-endian bytes and a last byte that is 1 for the final chunk; the file's `Place` is
the ``aad``, the byte `VERSION` goes before. The plaintext is padded with zeros to its PADMÉ length.
"""

from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from whistle.crypto.envelope import TAG_BYTES, VERSION
from whistle.crypto.errors import (
    PaddingError,
    StreamLengthError,
    TruncatedError,
    UnknownVersionError,
    UnreadableError,
)
from whistle.crypto.padding import padme
from whistle.crypto.place import Place
from whistle.crypto.secret import SymmetricKey

CHUNK_BYTES = 256 * 1024


class StreamSealer:
    """Seals one file. Feed it with `update`, end it with `finish`; both give sealed chunks."""

    def __init__(self, key: SymmetricKey, place: Place) -> None:
        """Start a stream; ``key`` must be new for every file, as nonces begin at 0."""
        self._cipher = AESGCM(key.reveal())
        self._place = place.encode()
        self._waiting = bytearray()
        self.chunks = 0
        self.length = 0

    def update(self, data: bytes) -> Iterator[bytes]:
        """Take more plaintext; give every chunk that is now known not to be the last."""
        self._waiting += data
        self.length += len(data)
        while len(self._waiting) > CHUNK_BYTES:
            chunk = bytes(self._waiting[:CHUNK_BYTES])
            del self._waiting[:CHUNK_BYTES]
            yield self._seal(chunk, last=False)

    def finish(self) -> Iterator[bytes]:
        """Pad, and give what remains; an empty file is one final chunk."""
        length = self.length
        for start in range(length, padme(length), CHUNK_BYTES):
            yield from self.update(bytes(min(CHUNK_BYTES, padme(length) - start)))
        self.length = length
        yield self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _seal(self, chunk: bytes, *, last: bool) -> bytes:
        nonce = _nonce(self.chunks, last=last)
        self.chunks += 1
        return VERSION + self._cipher.encrypt(nonce, chunk, self._place)


def chunk_count(length: int) -> int:
    """Say how many chunks a file of ``length`` true bytes has."""
    return max(1, -(-padme(length) // CHUNK_BYTES))


def open_stream(
    key: SymmetricKey, place: Place, chunks: Iterable[bytes], *, length: int, count: int
) -> Iterator[bytes]:
    """Give the ``length`` true bytes of a file, chunk by chunk, each authenticated before it goes.

    ``count`` is the number of chunks that are stored; it is held against the length before the
    first byte is released. Raises `StreamLengthError`, or the error of the chunk at fault.
    """
    if count != chunk_count(length):
        raise StreamLengthError("another number of chunks than the manifest says")
    return _open_chunks(key, place, chunks, length, count)


def _open_chunks(
    key: SymmetricKey, place: Place, chunks: Iterable[bytes], length: int, count: int
) -> Iterator[bytes]:
    cipher, aad = AESGCM(key.reveal()), place.encode()
    opened = 0
    for number, sealed in enumerate(chunks):
        start = number * CHUNK_BYTES
        plain = _open_chunk(cipher, aad, sealed, number, last=number == count - 1)
        if len(plain) != min(CHUNK_BYTES, padme(length) - start):
            raise StreamLengthError("a chunk has another length than the manifest says")
        content = plain[: max(0, length - start)]
        if any(plain[len(content) :]):
            raise PaddingError("not padded as files are")
        opened = number + 1
        if content:
            yield content
    if opened != count:
        raise StreamLengthError("chunks are missing or too many")


def _open_chunk(cipher: AESGCM, aad: bytes, sealed: bytes, number: int, *, last: bool) -> bytes:
    if len(sealed) < 1 + TAG_BYTES:
        raise TruncatedError("too short to be a chunk")
    if sealed[:1] != VERSION:
        raise UnknownVersionError(f"version {sealed[0]} is not spoken here")
    try:
        return cipher.decrypt(_nonce(number, last=last), sealed[1:], aad)
    except InvalidTag as error:
        raise UnreadableError("a chunk is changed, moved, or another file's") from error


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")

"""Signed notes and the checkpoints of a log, as others' tools read them.

The formats are C2SP's ``signed-note`` and ``tlog-checkpoint``, with Ed25519 (RFC 8032). A note's
signature is over its text alone: no `Place` is before it, so its key must sign nothing else.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519

from whistle.crypto.errors import (
    KeyShapeError,
    NoteShapeError,
    NoteSignatureError,
    NoteUnsignedError,
)
from whistle.crypto.merkle import HASH_BYTES
from whistle.crypto.secret import Seed
from whistle.crypto.signing import VerifyingKey

LONGEST_NOTE = 64 * 1024  # bytes
MOST_SIGNATURES = 100
MOST_ENTRIES = 2**63
_ED25519 = b"\x01"
_HASH_BYTES = 4  # of a key
_LINES = 3  # of a checkpoint, or more
_DASH = "\N{EM DASH} "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key with the name under which it signs; a "vkey" when it is written down."""

    name: str
    public: VerifyingKey

    def __post_init__(self) -> None:
        """Raise `NoteShapeError` for a name that no note can hold, or nobody can see."""
        if not _is_name(self.name) or not self.name.isprintable():
            raise NoteShapeError("not the name of a key")

    @property
    def hash(self) -> bytes:
        """Four bytes that stand in a signature to say which key it is by."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._encoded).digest()[:_HASH_BYTES]

    def show(self) -> str:
        """Write it: name, hash and key, joined by ``+``."""
        return f"{self.name}+{self.hash.hex()}+{base64.b64encode(self._encoded).decode()}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `show` wrote, or raise `NoteShapeError`."""
        name, _, rest = text.partition("+")
        told, _, encoded = rest.partition("+")
        key = _unbase64(encoded)
        if key[:1] != _ED25519:
            raise NoteShapeError("not an Ed25519 key of a log")
        try:
            found = cls(name, VerifyingKey(key[1:]))
        except KeyShapeError as error:
            raise NoteShapeError("not an Ed25519 key of a log") from error
        if found.hash.hex() != told:
            raise NoteShapeError("a key of a log whose parts do not belong together")
        return found

    def verifies(self, text: str, signature: bytes) -> bool:
        """Say whether ``signature`` is this key's over a note's text."""
        try:
            key = ed25519.Ed25519PublicKey.from_public_bytes(self.public.raw)
            key.verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True

    @property
    def _encoded(self) -> bytes:
        return _ED25519 + self.public.raw


class NoteSigner:
    """A private key that signs notes, and nothing else."""

    def __init__(self, name: str, seed: Seed) -> None:
        """Take the seed of RFC 8032; raise `NoteShapeError` for a name that no note can hold."""
        self._key = ed25519.Ed25519PrivateKey.from_private_bytes(seed.reveal())
        self.key = NoteKey(name, VerifyingKey(self._key.public_key().public_bytes_raw()))

    def sign(self, text: str) -> bytes:
        """Give the signed note. ``text``: whole lines; raises `NoteShapeError` for others."""
        if not text.endswith("\n") or _CONTROL.search(text):
            raise NoteShapeError("not the text of a note")
        signature = self.key.hash + self._key.sign(text.encode())
        line = f"{_DASH}{self.key.name} {base64.b64encode(signature).decode()}\n"
        return f"{text}\n{line}".encode()

    def __repr__(self) -> str:
        """Show the type and nothing else."""
        return "<NoteSigner>"


@dataclass(frozen=True, slots=True)
class Signature:
    """A line under a note. ``signature``: nobody has verified it yet."""

    name: str
    key_hash: bytes
    signature: bytes

    def claims(self, key: NoteKey) -> bool:
        """Say whether it says to be by ``key``."""
        return (self.name, self.key_hash) == (key.name, key.hash)


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it was read; nothing in it is to be believed before `open_note`."""

    text: str
    signatures: Sequence[Signature]

    @classmethod
    def parse(cls, encoded: bytes) -> Self:
        """Read a note's bytes, or raise `NoteShapeError`."""
        if len(encoded) > LONGEST_NOTE:
            raise NoteShapeError("too long for a note")
        try:
            whole = encoded.decode()
        except UnicodeDecodeError as error:
            raise NoteShapeError("a note is UTF-8") from error
        text, gap, under = whole.rpartition("\n\n")
        if not gap or not under.endswith("\n") or _CONTROL.search(whole):
            raise NoteShapeError("not a text with signatures under it")
        lines = under[:-1].split("\n")
        if len(lines) > MOST_SIGNATURES:
            raise NoteShapeError("too many signatures")
        return cls(text + "\n", tuple(_signatures(lines)))


def open_note(encoded: bytes, *known: NoteKey) -> str:
    """Give a note's text, which at least one of the ``known`` keys has signed.

    Signatures by other keys are ignored. Raises `NoteShapeError`, `NoteSignatureError` when one
    that claims to be by a known key is not, and `NoteUnsignedError` when there is none.
    """
    note = Note.parse(encoded)
    claimed = [(one, key) for one in note.signatures for key in known if one.claims(key)]
    if not claimed:
        raise NoteUnsignedError("signed by no key that is known")
    if not all(key.verifies(note.text, one.signature) for one, key in claimed):
        raise NoteSignatureError("a signature does not fit the note")
    return note.text


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How a log stood: its tree's ``size`` and ``root`` (32 bytes). ``origin`` names the log."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def encode(self) -> str:
        """Write it as a note's text."""
        root = base64.b64encode(self.root).decode()
        return "".join(
            f"{line}\n" for line in (self.origin, str(self.size), root, *self.extensions)
        )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a note's text, or raise `NoteShapeError`."""
        lines = text.removesuffix("\n").split("\n")
        if len(lines) < _LINES or not all(lines) or not _NUMBER.fullmatch(lines[1]):
            raise NoteShapeError("not a checkpoint")
        origin, size, encoded, *extensions = lines
        root = _unbase64(encoded)
        if len(root) != HASH_BYTES or int(size) >= MOST_ENTRIES:
            raise NoteShapeError("not the root of a checkpoint")
        return cls(origin, int(size), root, tuple(extensions))


def _signatures(lines: Sequence[str]) -> Iterator[Signature]:
    for line in lines:
        if not line.startswith(_DASH):
            raise NoteShapeError("not a signature of a note")
        name, _, encoded = line.removeprefix(_DASH).partition(" ")
        signature = _unbase64(encoded)
        if not _is_name(name) or len(signature) <= _HASH_BYTES:
            raise NoteShapeError("not a signature of a note")
        yield Signature(name, signature[:_HASH_BYTES], signature[_HASH_BYTES:])


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(map(str.isspace, name))


def _unbase64(text: str) -> bytes:
    """Decode base64 in its one form."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except ValueError as error:  # also where it is not ASCII
        raise NoteShapeError("not base64") from error
    if base64.b64encode(decoded).decode() != text:
        raise NoteShapeError("not base64 as it is written")
    return decoded

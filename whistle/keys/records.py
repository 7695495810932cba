"""What lies inside sealed values: case keys in fixed bytes, the rest as canonical JSON (UTF-8)."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self, TypeAlias, cast

from whistle.crypto.envelope import PublicKey
from whistle.crypto.errors import ContentError
from whistle.crypto.secret import SymmetricKey
from whistle.domain.channel import Side
from whistle.keys.fields import join_fields, split_fields

Json: TypeAlias = Mapping[str, object]
_FIELDS_PER_GENERATION = 3


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation of a case's keys. Intake never makes or sees the casework key."""

    dialogue: SymmetricKey
    identity: SymmetricKey
    casework: SymmetricKey | None = None

    def encode_for_reporter(self) -> bytes:
        """Give what the reporter gets: dialogue key, identity key."""
        return self.dialogue.reveal() + self.identity.reveal()

    @classmethod
    def decode_from_reporter(cls, encoded: bytes) -> Self:
        """Read what `encode_for_reporter` wrote."""
        size = SymmetricKey.size
        return cls(SymmetricKey(encoded[:size]), SymmetricKey(encoded[size:]))


@dataclass(frozen=True, slots=True)
class CaseKeys:
    """Every generation of a case's keys, oldest first, and the reporter's public key.

    The reporter's key travels with them, sealed, so that who can write to the database cannot
    have a later generation sealed to a key of their own.
    """

    generations: tuple[Generation, ...]
    reporter: PublicKey | None

    @property
    def newest(self) -> int:
        """The index of the generation to write with."""
        return len(self.generations) - 1

    def encode(self) -> bytes:
        """Give the canonical bytes: the reporter's key, then three fields a generation."""
        fields = [self.reporter.raw if self.reporter else b""]
        for generation in self.generations:
            casework = generation.casework.reveal() if generation.casework else b""
            fields += [generation.dialogue.reveal(), generation.identity.reveal(), casework]
        return join_fields(fields)

    @classmethod
    def decode(cls, encoded: bytes) -> Self:
        """Read what `encode` wrote, or raise `ContentError` or `KeyShapeError`."""
        fields = split_fields(encoded)
        keys = fields[1:]
        if not keys or len(keys) % _FIELDS_PER_GENERATION:
            raise ContentError("not a case's keys")
        return cls(
            tuple(
                Generation(
                    SymmetricKey(dialogue),
                    SymmetricKey(identity),
                    SymmetricKey(casework) if casework else None,
                )
                for dialogue, identity, casework in zip(
                    keys[::3], keys[1::3], keys[2::3], strict=True
                )
            ),
            PublicKey(fields[0]) if fields[0] else None,
        )


@dataclass(frozen=True, slots=True)
class FileManifest:
    """A file's name, type, true length in bytes, number of chunks, and key; always sealed."""

    attachment_id: bytes
    key: SymmetricKey
    name: str
    media_type: str
    length: int
    chunks: int

    def to_json(self) -> Json:
        """Give the JSON object; bytes as base64."""
        return {
            "id": _text(self.attachment_id),
            "key": _text(self.key.reveal()),
            "name": self.name,
            "type": self.media_type,
            "length": self.length,
            "chunks": self.chunks,
        }

    @classmethod
    def from_json(cls, record: Json) -> Self:
        """Read what `to_json` wrote."""
        return cls(
            _bytes(record["id"]),
            SymmetricKey(_bytes(record["key"])),
            cast("str", record["name"]),
            cast("str", record["type"]),
            cast("int", record["length"]),
            cast("int", record["chunks"]),
        )


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the dialogue; the first is the report.

    ``position`` counts from 0 and orders the dialogue; ``digest`` is of text and files, so that a
    form sent twice is known again; ``identity_given``: whether the identity item says anything.
    """

    side: Side
    written: date
    position: int
    text: str
    files: tuple[FileManifest, ...] = ()
    digest: bytes = b""
    identity_given: bool = False

    def encode(self) -> bytes:
        """Give canonical JSON."""
        return _dump(
            {
                "side": self.side,
                "written": self.written.isoformat(),
                "position": self.position,
                "text": self.text,
                "files": [manifest.to_json() for manifest in self.files],
                "digest": _text(self.digest),
                "identity_given": self.identity_given,
            }
        )

    @classmethod
    def decode(cls, encoded: bytes) -> Self:
        """Read what `encode` wrote, or raise `ContentError`."""
        record = _load(encoded)
        try:
            return cls(
                Side(cast("str", record["side"])),
                date.fromisoformat(cast("str", record["written"])),
                cast("int", record["position"]),
                cast("str", record["text"]),
                tuple(FileManifest.from_json(one) for one in cast("list[Json]", record["files"])),
                _bytes(record["digest"]),
                cast("bool", record["identity_given"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ContentError("not a message") from error


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the reporter is, as far as they said; empty when they did not."""

    name: str = ""
    contact: str = ""

    @property
    def is_given(self) -> bool:
        """Whether there is anything to know."""
        return bool(self.name or self.contact)

    def encode(self) -> bytes:
        """Give canonical JSON."""
        return _dump({"name": self.name, "contact": self.contact})

    @classmethod
    def decode(cls, encoded: bytes) -> Self:
        """Read what `encode` wrote, or raise `ContentError`."""
        record = _load(encoded)
        try:
            return cls(cast("str", record["name"]), cast("str", record["contact"]))
        except KeyError as error:
            raise ContentError("not an identity") from error


@dataclass(frozen=True, slots=True)
class Registration:
    """What casework knows of a case without opening its messages.

    ``title``: neutral (offentlighedsloven § 15), empty until somebody gives one. ``seen``: how many
    messages had been read; ``acknowledged`` and ``feedback``: when those duties were met.
    """

    title: str = ""
    seen: int = 0
    acknowledged: date | None = None
    feedback: date | None = None

    def encode(self) -> bytes:
        """Give canonical JSON."""
        return _dump(
            {
                "title": self.title,
                "seen": self.seen,
                "acknowledged": _day(self.acknowledged),
                "feedback": _day(self.feedback),
            }
        )

    @classmethod
    def decode(cls, encoded: bytes) -> Self:
        """Read what `encode` wrote, or raise `ContentError`."""
        record = _load(encoded)
        try:
            return cls(
                cast("str", record["title"]),
                cast("int", record["seen"]),
                _date(record["acknowledged"]),
                _date(record["feedback"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ContentError("not a registration") from error


def _dump(record: Json) -> bytes:
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _load(encoded: bytes) -> Json:
    try:
        record = json.loads(encoded)
    except ValueError as error:
        raise ContentError("not a record") from error
    if not isinstance(record, dict):
        raise ContentError("not a record")
    return cast("Json", record)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(value: object) -> bytes:
    return base64.b64decode(cast("str", value), validate=True)


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def _date(value: object) -> date | None:
    return date.fromisoformat(cast("str", value)) if value else None

"""What lies inside sealed values: case keys in fixed bytes, the rest as canonical JSON (UTF-8).

What a person wrote has no ``repr`` that shows it, so that no log or traceback can.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import Self, TypeAlias, TypeVar

from whistle.crypto.envelope import PUBLIC_KEY_BYTES, PublicKey
from whistle.crypto.errors import ContentError
from whistle.crypto.secret import SymmetricKey
from whistle.crypto.stream import chunk_count
from whistle.domain.channel import Act, Side
from whistle.keys.fields import join_fields, split_fields
from whistle.storage.tables import HASH_BYTES, ID_BYTES

Json: TypeAlias = Mapping[str, object]
_FIELDS_PER_GENERATION = 3
_Choice = TypeVar("_Choice", bound=StrEnum)


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


@dataclass(frozen=True, slots=True, repr=False)
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
        """Read what `to_json` wrote, or raise `ContentError`."""
        _check_fields(record, "id", "key", "name", "type", "length", "chunks")
        length = _number(record["length"])
        if record["chunks"] != chunk_count(length):
            raise ContentError("another number of chunks than a file of this length has")
        return cls(
            _bytes(record["id"], ID_BYTES),
            SymmetricKey(_bytes(record["key"], SymmetricKey.size)),
            _string(record["name"]),
            _string(record["type"]),
            length,
            _number(record["chunks"]),
        )


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """One message of the dialogue; the first is the report.

    ``position`` counts from 0 and orders the dialogue; ``digest`` is of text and files, so that a
    form sent twice is known again; ``identity_given``: whether the identity item says anything;
    ``answers``: what was chosen or written in the other fields of a form, values by field;
    ``reporter``: the public key that a new receipt brings, else none.
    """

    side: Side
    written: date
    position: int
    text: str
    files: tuple[FileManifest, ...] = ()
    digest: bytes = b""
    identity_given: bool = False
    act: Act = Act.WROTE
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reporter: PublicKey | None = None

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
                "act": self.act,
                "answers": {name: list(values) for name, values in self.answers.items()},
                "reporter": _text(self.reporter.raw if self.reporter else b""),
            }
        )

    @classmethod
    def decode(cls, encoded: bytes) -> Self:
        """Read what `encode` wrote, or raise `ContentError`."""
        record = _load(encoded)
        _check_fields(record, *(one.name for one in fields(cls)))
        sent, given, written = record["files"], record["identity_given"], _date(record["written"])
        key = _bytes(record["reporter"], 0, PUBLIC_KEY_BYTES)
        if not isinstance(sent, list) or not isinstance(given, bool) or written is None:
            raise ContentError("not a message")
        return cls(
            _choice(Side, record["side"]),
            written,
            _number(record["position"]),
            _string(record["text"]),
            tuple(FileManifest.from_json(_object(one)) for one in sent),
            _bytes(record["digest"], 0, HASH_BYTES),
            given,
            _choice(Act, record["act"]),
            _answers(record["answers"]),
            PublicKey(key) if key else None,
        )


@dataclass(frozen=True, slots=True, repr=False)
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
        _check_fields(record, "name", "contact")
        return cls(_string(record["name"]), _string(record["contact"]))


@dataclass(frozen=True, slots=True, repr=False)
class Registration:
    """What casework knows of a case without opening its messages.

    ``title``: neutral (offentlighedsloven § 15), empty until somebody gives one. ``seen``: how many
    messages had been read; ``acknowledged`` and ``feedback``: when those duties were met;
    ``closed``: since when the case is closed. ``last_act`` names what casework did last, if that
    can be undone, and ``last_item`` the item it was done to (16 bytes, or none).
    """

    title: str = ""
    seen: int = 0
    acknowledged: date | None = None
    feedback: date | None = None
    closed: date | None = None
    last_act: str = ""
    last_item: bytes = b""

    def encode(self) -> bytes:
        """Give canonical JSON."""
        return _dump(
            {
                "title": self.title,
                "seen": self.seen,
                "acknowledged": _day(self.acknowledged),
                "feedback": _day(self.feedback),
                "closed": _day(self.closed),
                "last_act": self.last_act,
                "last_item": _text(self.last_item),
            }
        )

    @classmethod
    def decode(cls, encoded: bytes) -> Self:
        """Read what `encode` wrote, or raise `ContentError`."""
        record = _load(encoded)
        _check_fields(record, *(one.name for one in fields(cls)))
        return cls(
            _string(record["title"]),
            _number(record["seen"]),
            _date(record["acknowledged"]),
            _date(record["feedback"]),
            _date(record["closed"]),
            _string(record["last_act"]),
            _bytes(record["last_item"], 0, ID_BYTES),
        )


# -- canonical JSON: one way to write a record, one way to read it ------------------------------


def _dump(record: Json) -> bytes:
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _load(encoded: bytes) -> Json:
    try:
        record = _object(json.loads(encoded))
        canonical = _dump(record)
    except (ValueError, RecursionError) as error:
        raise ContentError("not a record") from error
    if canonical != encoded:
        raise ContentError("not the canonical bytes of a record")
    return record


def _object(value: object) -> Json:
    if not isinstance(value, dict):
        raise ContentError("not a record")
    return value


def _check_fields(record: Json, *names: str) -> None:
    if set(record) != set(names):
        raise ContentError("other fields than this record has")


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise ContentError("not a text")
    return value


def _number(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ContentError("not a number from 0 up")
    return value


def _choice(kind: type[_Choice], value: object) -> _Choice:
    try:
        return kind(_string(value))
    except ValueError as error:
        raise ContentError("not one of what it may be") from error


def _answers(value: object) -> Mapping[str, tuple[str, ...]]:
    answers = {}
    for name, values in _object(value).items():
        if not isinstance(values, list):
            raise ContentError("not answers")
        answers[name] = tuple(_string(one) for one in values)
    return answers


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(value: object, *lengths: int) -> bytes:
    text = _string(value)
    try:
        decoded = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ContentError("not base64") from error
    if _text(decoded) != text or len(decoded) not in lengths:
        raise ContentError("not the bytes that belong here")
    return decoded


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def _date(value: object) -> date | None:
    text = _string(value)
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ContentError("not a date") from error
    if day.isoformat() != text:
        raise ContentError("not the canonical form of a date")
    return day

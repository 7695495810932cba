"""What lies inside sealed values: case keys in fixed bytes, the rest as canonical JSON (UTF-8).

What a person wrote has no ``repr`` that shows it, so that no log or traceback can.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Self

from whistle.crypto.envelope import PUBLIC_KEY_BYTES, PublicKey
from whistle.crypto.errors import ContentError
from whistle.crypto.secret import SymmetricKey
from whistle.crypto.stream import chunk_count
from whistle.domain.approval import About, Put
from whistle.domain.channel import Act, Side
from whistle.domain.erasing import Erased
from whistle.domain.registration import Due, Enquiry, Link
from whistle.keys.canonical import (
    Json,
    as_answers,
    as_bytes,
    as_choice,
    as_day,
    as_number,
    as_object,
    as_string,
    as_truth,
    check_fields,
    dump,
    load,
    write_answers,
    write_bytes,
)
from whistle.keys.fields import join_fields, split_fields
from whistle.keys.shapes import as_records, from_json, to_json
from whistle.storage.tables import HASH_BYTES, ID_BYTES

_FIELDS_PER_GENERATION = 3
# What of a message is left out where it says nothing, as nothing is written then.
_LEFT_OUT: Json = {"erased": (), "author": "", "put": {}, "about": {}}


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
            "id": write_bytes(self.attachment_id),
            "key": write_bytes(self.key.reveal()),
            "name": self.name,
            "type": self.media_type,
            "length": self.length,
            "chunks": self.chunks,
        }

    @classmethod
    def from_json(cls, record: Json) -> Self:
        """Read what `to_json` wrote, or raise `ContentError`."""
        check_fields(record, "id", "key", "name", "type", "length", "chunks")
        length = as_number(record["length"])
        if record["chunks"] != chunk_count(length):
            raise ContentError("another number of chunks than a file of this length has")
        return cls(
            as_bytes(record["id"], ID_BYTES),
            SymmetricKey(as_bytes(record["key"], SymmetricKey.size)),
            as_string(record["name"]),
            as_string(record["type"]),
            length,
            as_number(record["chunks"]),
        )


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """One message of the dialogue; the first is the report.

    ``position`` counts from 0 and orders the dialogue; ``digest`` is of text and files, so that a
    form sent twice is known again; ``identity_given``: whether the identity item says who the
    reporter is; ``answers``: what was chosen or written in the other fields of a form, values by
    field; ``kept_apart``: whether the identity item has more answers; ``reporter``: the public key
    that a new receipt brings, else none; ``erased``: what of it is gone, the oldest first.
    ``author``: the name of the member who wrote it for the reporter, or noted what they said;
    ``put`` and ``about``: of a text that is put before the reporter (`whistle.domain.approval`).
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
    kept_apart: bool = False
    reporter: PublicKey | None = None
    erased: tuple[Erased, ...] = ()
    author: str = ""
    put: Put | None = None
    about: About | None = None

    def encode(self) -> bytes:
        """Give canonical JSON; of the last four fields what says nothing is left out."""
        record: dict[str, object] = {
            "side": self.side,
            "written": self.written.isoformat(),
            "position": self.position,
            "text": self.text,
            "files": [manifest.to_json() for manifest in self.files],
            "digest": write_bytes(self.digest),
            "identity_given": self.identity_given,
            "act": self.act,
            "answers": write_answers(self.answers),
            "kept_apart": self.kept_apart,
            "reporter": write_bytes(self.reporter.raw if self.reporter else b""),
        }
        if self.erased:
            record["erased"] = [to_json(one) for one in self.erased]
        if self.author:
            record["author"] = self.author
        if self.put:
            record["put"] = to_json(self.put)
        if self.about:
            record["about"] = to_json(self.about)
        return dump(record)

    @property
    def fingerprint(self) -> bytes:
        """Give SHA-256 over all of it: what an approval names."""
        return hashlib.sha256(b"whistle/v1/message" + self.encode()).digest()

    @classmethod
    def decode(cls, encoded: bytes) -> Self:
        """Read what `encode` wrote, or raise `ContentError`."""
        told = load(encoded)
        record: Json = {**_LEFT_OUT, **told}
        check_fields(record, *(one.name for one in fields(cls)))
        sent, written, gone = record["files"], as_day(record["written"]), record["erased"]
        key = as_bytes(record["reporter"], 0, PUBLIC_KEY_BYTES)
        if not isinstance(sent, list) or written is None:
            raise ContentError("not a message")
        if any(name in told and not told[name] for name in _LEFT_OUT):
            raise ContentError("a field that says nothing")
        return cls(
            as_choice(Side, record["side"]),
            written,
            as_number(record["position"]),
            as_string(record["text"]),
            tuple(FileManifest.from_json(as_object(one)) for one in sent),
            as_bytes(record["digest"], 0, HASH_BYTES),
            as_truth(record["identity_given"]),
            as_choice(Act, record["act"]),
            as_answers(record["answers"]),
            as_truth(record["kept_apart"]),
            PublicKey(key) if key else None,
            as_records(Erased, gone),
            as_string(record["author"]),
            _put(as_object(record["put"])),
            _about(as_object(record["about"])),
        )


def _put(record: Json) -> Put | None:
    put = from_json(Put, record) if record else None
    if put and len(put.text) != ID_BYTES:
        raise ContentError("not the bytes that belong here")
    return put


def _about(record: Json) -> About | None:
    about = from_json(About, record) if record else None
    if about and len(about.version) != HASH_BYTES:
        raise ContentError("not the bytes that belong here")
    return about


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """Who the reporter is, as far as they said; empty when they did not.

    ``answers``: to the fields that the profile keeps apart, such as the name of the person whom a
    report is about; values by field.
    """

    name: str = ""
    contact: str = ""
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_given(self) -> bool:
        """Whether it says who the reporter is."""
        return bool(self.name or self.contact)

    def encode(self) -> bytes:
        """Give canonical JSON."""
        return dump(
            {"name": self.name, "contact": self.contact, "answers": write_answers(self.answers)}
        )

    @classmethod
    def decode(cls, encoded: bytes) -> Self:
        """Read what `encode` wrote, or raise `ContentError`."""
        record = load(encoded)
        check_fields(record, *(one.name for one in fields(cls)))
        return cls(
            as_string(record["name"]),
            as_string(record["contact"]),
            as_answers(record["answers"]),
        )


@dataclass(frozen=True, slots=True, repr=False)
class Registration:
    """What casework knows of a case without opening its messages.

    ``title``: neutral (offentlighedsloven § 15), empty until somebody gives one. ``seen``: how many
    messages had been read; ``acknowledged`` and ``feedback``: when those duties were met;
    ``closed``: since when the case is closed, and ``closed_before`` until it was opened again.
    ``last_act`` names what casework did last, if that can be undone, and ``last_item`` the item it
    was done to (16 bytes, or none). ``due``: what of the filed things has a date. ``record``: the
    anonymised record of a closed case, 16 bytes. ``source``: which enquiry of an imported file it
    is. ``held``: since when a legal hold stands, and ``held_for`` why.
    """

    title: str = ""
    seen: int = 0
    acknowledged: date | None = None
    feedback: date | None = None
    closed: date | None = None
    closed_before: date | None = None
    last_act: str = ""
    last_item: bytes = b""
    enquiry: Enquiry = Enquiry()  # noqa: RUF009  (it is frozen)
    due: tuple[Due, ...] = ()
    links: tuple[Link, ...] = ()
    record: bytes = b""
    source: str = ""
    held: date | None = None
    held_for: str = ""

    def encode(self) -> bytes:
        """Give canonical JSON."""
        return dump(to_json(self))

    @classmethod
    def decode(cls, encoded: bytes) -> Self:
        """Read what `encode` wrote, or raise `ContentError`."""
        read = from_json(cls, load(encoded))
        if len(read.last_item) not in {0, ID_BYTES} or len(read.record) not in {0, ID_BYTES}:
            raise ContentError("not the bytes that belong here")
        return read

"""A case for machines: what another system of cases needs to take it over, as JSON."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC

from whistle.casework.exchange.case_parts import (
    TELLS_WHO,
    Taken,
    TakenFile,
    marking_of,
    marking_of_message,
)
from whistle.domain.approval import About, Put
from whistle.domain.channel import Channel, Side
from whistle.domain.clock import DANISH
from whistle.domain.filed import Marking
from whistle.domain.masking import MaskedCopy
from whistle.keys.filed import Document, KeptFiled
from whistle.keys.notes import KeptNote
from whistle.keys.records import Message
from whistle.keys.shapes import to_json

FORMAT = "whistle-case/1"
NAME = "case.json"


def manifest(taken: Taken, digests: Mapping[str, str]) -> bytes:
    """Write the manifest; ``digests``: SHA-256 of each file, hexadecimal, by its path."""
    opened = taken.opened
    registration = opened.registration
    content: dict[str, object] = {
        "format": FORMAT,
        "municipality": taken.profile.municipality,
        "kle": taken.office.kle,
        "case": opened.case.id.hex(),
        "channel": taken.channel,
        "title": registration.title,
        "received": opened.case.received.isoformat(),
        "closed": registration.closed.isoformat() if registration.closed else None,
        "registration": to_json(registration.enquiry),
        "links": [{"case": link.case.hex(), "kind": link.kind} for link in registration.links],
        "items": [
            *(_message(taken, one) for one in opened.messages),
            *(_note(taken, one) for one in opened.notebook.shown),
            *(_filed(taken, one) for one in taken.filed),
        ],
        "files": [_file(one, digests) for one in taken.files],
    }
    if taken.identity is not None:
        content["identity"] = {"name": taken.identity.name, "contact": taken.identity.contact}
    if taken.apart is not None:
        content["kept_apart"] = {name: list(values) for name, values in taken.apart.items()}
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"


def _message(taken: Taken, one: Message) -> Mapping[str, object]:
    return {
        "kind": "message",
        "date": one.written.isoformat(),
        "marking": marking_of_message(taken.channel, one),
        "from": one.side,
        "act": one.act,
        "text": one.text,
        **({"version_of": _put(one.put), "version": one.fingerprint.hex()} if one.put else {}),
        **({"about": _about(one.about)} if one.about else {}),
        "answers": {name: list(values) for name, values in one.answers.items()},
        "files": [taken.path_of(file) for file in one.files],
    }


def _put(put: Put) -> Mapping[str, object]:
    return {**to_json(put), "text": put.text.hex()}


def _about(about: About) -> Mapping[str, object]:
    return {**to_json(about), "version": about.version.hex()}


def _note(taken: Taken, kept: KeptNote) -> Mapping[str, object]:
    versions: Sequence[Mapping[str, object]] = [
        {
            "date": one.written.replace(tzinfo=UTC).astimezone(DANISH).date().isoformat(),
            "by": taken.names.get(one.author, ""),
            "text": one.text,
        }
        for one in kept.versions
    ]
    marking = marking_of(taken.channel, Side.CASEWORK)
    return {"kind": "note", **versions[-1], "marking": marking, "before": versions[-2::-1]}


def _filed(taken: Taken, kept: KeptFiled) -> Mapping[str, object]:
    first, content = kept.versions[0], kept.content
    hidden = TELLS_WHO if taken.identity is None else ()
    told = {name: value for name, value in to_json(content).items() if name not in hidden}
    marking = marking_of(taken.channel, Side.CASEWORK)
    if isinstance(content, Document):
        told["file"] = taken.path_of(content.file)  # and never the key that it was sealed with
        marking = content.marking
    if isinstance(content, MaskedCopy):
        marking = _marking_of_copy(taken.channel, content)
    return {
        "kind": content.kind,
        "id": kept.filed_id.hex(),
        "date": first.written.replace(tzinfo=UTC).astimezone(DANISH).date().isoformat(),
        "by": taken.names.get(kept.newest.author, ""),
        **told,
        "marking": marking,
    }


def _marking_of_copy(channel: Channel, copy: MaskedCopy) -> Marking:
    """Say what a masked copy is: the report, where any of it is (§ 25), whatever is masked."""
    is_report = any(one.marking is Marking.REPORT for one in copy.texts)
    return marking_of(channel, Side.REPORTER if is_report else Side.CASEWORK)


def _file(one: TakenFile, digests: Mapping[str, str]) -> Mapping[str, object]:
    return {
        "path": one.path,
        "name": one.file.name,
        "type": one.file.media_type,
        "bytes": one.file.length,
        "sha256": digests[one.path],
        "date": one.day.isoformat(),
        "marking": one.marking,
    }

"""A published report as it is kept: its words, its numbers, and the certificate that proves them.

``whistle-publication/1``, JSON in UTF-8. What is published stays as it was: a correction is a new
one for the same days, with the next number, that says what changed.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any

from whistle.disclosure import (
    Certificate,
    Publication,
    PublicationError,
    Single,
    check,
    read_certificate,
    read_publication,
    write_certificate,
    write_publication,
)
from whistle.report.document import Document, Part, Told
from whistle.report.model import Json, Report, as_json, from_json
from whistle.report.public import Public

FORMAT = "whistle-publication/1"
_UNREADABLE = (
    PublicationError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    RecursionError,
)
_ADDED = ("dimensions", "population", "threshold")


@dataclass(frozen=True, slots=True)
class Published:
    """A published report. ``number`` counts from 1 among those of the same days.

    ``before`` and ``after``: its sections around the numbers. ``changes``: what is new in it.
    ``order``: how many reports were published with it and before it; its certificate is about all.
    """

    number: int
    day: date
    changes: str
    report: Report
    publication: Publication
    certificate: Certificate
    before: Sequence[Part] = ()
    after: Sequence[Part] = ()
    order: int = 0

    @property
    def turn(self) -> tuple[int, date, int]:
        """What puts reports in the order of their publication."""
        return self.order, self.day, self.number

    @property
    def document(self) -> Document:
        """All of it, to be read."""
        return Document.of(self.report, self.before, self.after)

    def encode(self) -> bytes:
        """Give what is kept."""
        told = {
            "format": FORMAT,
            "number": self.number,
            "order": self.order,
            "published": self.day.isoformat(),
            "changes": self.changes,
            "before": [_part(one) for one in self.before],
            "after": [_part(one) for one in self.after],
            "report": public_json(self.report, self.publication),
            "certificate": json.loads(write_certificate(self.certificate)),
        }
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def decode(cls, encoded: bytes) -> "Published | None":
        """Read what `encode` gave; none for anything else."""
        try:
            told = json.loads(encoded)
            if told["format"] != FORMAT:
                return None
            return cls(
                int(told["number"]),
                date.fromisoformat(told["published"]),
                str(told["changes"]),
                _report(told["report"]),
                read_publication(json.dumps(told["report"])),
                read_certificate(json.dumps(told["certificate"])),
                [_part_of(one) for one in told["before"]],
                [_part_of(one) for one in told["after"]],
                int(told.get("order", 0)),
            )
        except _UNREADABLE:
            return None


def in_order(published: Iterable[Published]) -> list[Published]:
    """Give published reports in the order of their publication."""
    return sorted(published, key=lambda one: one.turn)


def seen_as(published: Published) -> str:
    """Give a digest of all that is read of a report before it is published, in hex.

    The day and what a correction says of itself are not in it: these are told when it is published.
    """
    read = replace(published, day=date.min, changes="")
    return sha256(read.encode()).hexdigest()


def of_public(
    public: Public, day: date, number: int, changes: str, parts: tuple[Sequence[Part], ...]
) -> Published:
    """Put together what is published. ``parts``: the sections before and after the numbers."""
    before, after = parts
    return Published(
        number, day, changes, public.report, public.publication, public.certificate, before, after
    )


def is_proved(published: Published, earlier: Sequence[Published]) -> bool:
    """Say whether the certificate proves it safe beside what was published before it.

    By arithmetic, without the solver that made it.
    """
    every = [*(one.publication for one in earlier), published.publication]
    return check(every, published.certificate).valid


def public_json(report: Report, publication: Publication) -> Json:
    """Give ``whistle-report/1`` with what the attacker has to know (docs/disclosure.md)."""
    told = as_json(report)
    known: dict[str, Any] = json.loads(write_publication(publication))
    told["disclosure"] = known["disclosure"]
    of_table = {one["id"]: one for one in known["tables"]}
    for table in told["tables"]:
        added = of_table[table["id"]]
        table.update({name: added[name] for name in _ADDED if name in added})
    told["tables"] += [
        {**table, "counts": "enquiries"} for table in known["tables"] if not table["rows"]
    ]
    return told


def encode_public(public: Public) -> bytes:
    """Write a public version; `read_public` reads it."""
    told = {
        "report": public_json(public.report, public.publication),
        "certificate": json.loads(write_certificate(public.certificate)),
        "hidden": public.hidden,
        "warnings": [[one.table, one.line, one.other] for one in public.warnings],
    }
    return json.dumps(told).encode()


def read_public(encoded: bytes) -> Public:
    """Read what `encode_public` wrote."""
    told = json.loads(encoded)
    return Public(
        _report(told["report"]),
        read_publication(json.dumps(told["report"])),
        read_certificate(json.dumps(told["certificate"])),
        told["hidden"],
        [Single(*one) for one in told["warnings"]],
    )


def _report(told: Json) -> Report:
    """Read the tables that say something; the others only ask (`whistle.report.batches`)."""
    return from_json({**told, "tables": [one for one in told["tables"] if one["rows"]]})


def _part(part: Part) -> Json:
    told = [{"title": one.title, "text": list(one.text)} for one in part.told]
    return {"title": part.title, "text": list(part.text), "told": told}


def _part_of(told: Json) -> Part:
    more = [Told(one["title"], one["text"]) for one in told["told"]]
    return Part(told["title"], told["text"], more)

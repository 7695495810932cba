"""The texts of a case, for a search: read from the records, and nothing else of them.

A search looks at a hundred thousand records and shows twenty: it reads what people wrote, and
leaves the checks of every other field to whoever opens a case (`whistle.keys.records`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from functools import cache

from whistle.domain.channel import Side
from whistle.keys import recusals
from whistle.keys.canonical import Json, load
from whistle.keys.filed import KINDS

# Of the profile: nobody wrote them.
_IDENTIFIERS = {"centre", "division", "how", "other_side", "agreed_how", "wish", "law"}
_APART = {"person"}  # who a letter says it is: opened by a step of its own, and never by a search


class Where(StrEnum):
    """Where a text stands. What is filed has the name of its kind."""

    TITLE = "title"
    REGISTRATION = "registration"
    REPORTER = "reporter"
    CASEWORK = "casework"
    FILE = "file"
    NOTE = "note"
    RECUSAL = "recusal"
    REFERRAL = "referral"
    DOCUMENT = "document"
    TASK = "task"
    CONSENT = "consent"
    DISCLOSURE = "disclosure"
    ACCESS = "access"
    COMPETENCE = "competence"
    MEDIATION = "mediation"
    MEETING = "meeting"
    IMPROVEMENT = "improvement"
    WISH = "wish"
    SUPPORT = "support"
    RISK = "risk"
    OPENING = "opening"
    MASKED = "masked"
    IDENTITY = "identity"


@dataclass(frozen=True, slots=True, repr=False)
class Text:
    """A text of a case. ``day``: when it was written, where that is known."""

    where: Where
    text: str
    day: date | None = None


def read(encoded: bytes) -> Json:
    """Read a record, or raise `ContentError`: also for half a character, which no page can show."""
    return load(encoded)


def of_registration(record: Json) -> Iterator[Text]:
    """Give the texts of a registration."""
    enquiry = _object(record.get("enquiry"))
    yield Text(Where.TITLE, _text(record.get("title")))
    yield Text(Where.REGISTRATION, _text(enquiry.get("purpose")))
    for reason in _objects(enquiry.get("overrides")):
        yield Text(Where.REGISTRATION, _text(reason.get("reason")))
    yield Text(Where.REGISTRATION, _text(record.get("held_for")))


def of_dialogue(records: Iterable[Json]) -> Iterator[Text]:
    """Give the texts of messages, the names of their files among them, in their order."""
    for record in sorted(records, key=lambda record: _number(record.get("position"))):
        day = _day(record.get("written"))
        side = Where.REPORTER if record.get("side") == Side.REPORTER else Where.CASEWORK
        yield Text(side, _text(record.get("text")), day)
        yield Text(side, _text(_object(record.get("put")).get("recipient")), day)
        yield Text(side, _text(_object(record.get("about")).get("how")), day)
        for answer in _answers(record):
            yield Text(side, answer, day)
        for file in _objects(record.get("files")):
            yield Text(Where.FILE, _text(file.get("name")), day)


def of_casework(records: Iterable[Json]) -> Iterator[Text]:
    """Give the texts of notes and of what is filed, as they are now; what is deleted has none.

    ``records``: by the ids of their rows. Of two with one number the later counts, as on the page
    (`whistle.keys.notes.open_notes`).
    """
    newest: dict[tuple[str, str], Json] = {}
    for record in records:
        kind = _text(record.get("kind"))
        if kind == recusals.KIND:
            yield Text(Where.RECUSAL, _text(record.get("text")), _day(record.get("written")))
            continue
        known = kind, _text(record.get("filed") or record.get("note"))
        if known not in newest or _version(newest[known]) <= _version(record):
            newest[known] = record
    for (kind, _), record in newest.items():
        if not record.get("deleted"):
            yield from _of_newest(kind, record)


def of_identity(record: Json) -> Iterator[Text]:
    """Give name, contact and what else is kept apart."""
    for name in ("name", "contact"):
        yield Text(Where.IDENTITY, _text(record.get(name)))
    for answer in _answers(record):
        yield Text(Where.IDENTITY, answer)


def _of_newest(kind: str, record: Json) -> Iterator[Text]:
    day = _day(record.get("written"))
    if kind not in KINDS:
        yield Text(Where.NOTE, _text(record.get("text")), day)
        return
    content = _object(record.get("content"))
    for name in _written_fields(kind):
        yield Text(Where(kind), _text(content.get(name)), day)
    if "file" in content:
        yield Text(Where(kind), _text(_object(content["file"]).get("name")), day)


@cache
def _written_fields(kind: str) -> tuple[str, ...]:
    """Give the names of the fields that people write into."""
    names = [one.name for one in fields(KINDS[kind]) if one.type is str]
    return tuple(name for name in names if name not in _IDENTIFIERS | _APART)


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[Json]:
    return [_object(one) for one in value] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _version(record: Json) -> int:
    return _number(record.get("version"))


def _answers(record: Json) -> Iterator[str]:
    for values in _object(record.get("answers")).values():
        yield from filter(None, map(_text, values if isinstance(values, list) else []))


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(_text(value)[:10])
    except ValueError:
        return None

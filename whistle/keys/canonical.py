"""Canonical JSON (UTF-8): one record has one form, and each value is what its field may be.

Every function raises `ContentError` for anything else.
"""

import base64
import json
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias, TypeVar

from whistle.crypto.errors import ContentError

Json: TypeAlias = Mapping[str, object]
_Choice = TypeVar("_Choice", bound=StrEnum)


_write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_read = json.JSONDecoder().decode


def dump(record: Json) -> bytes:
    """Write a record: sorted keys, no spaces, UTF-8."""
    return _write(record).encode()


def load(encoded: bytes) -> Json:
    """Read canonical bytes of a record, or raise `ContentError`."""
    try:
        record = as_object(_read(encoded.decode()))
        canonical = dump(record)
    except (ValueError, RecursionError) as error:
        raise ContentError("not a record") from error
    if canonical != encoded:
        raise ContentError("not the canonical bytes of a record")
    return record


def as_object(value: object) -> Json:
    """Take a JSON object."""
    if not isinstance(value, dict):
        raise ContentError("not a record")
    return value


def check_fields(record: Json, *names: str) -> None:
    """Hold a record to exactly the fields it has."""
    if set(record) != set(names):
        raise ContentError("other fields than this record has")


def as_string(value: object) -> str:
    """Take a text."""
    if not isinstance(value, str):
        raise ContentError("not a text")
    return value


def as_number(value: object) -> int:
    """Take a whole number from 0 up."""
    if type(value) is not int or value < 0:
        raise ContentError("not a number from 0 up")
    return value


def as_choice(kind: type[_Choice], value: object) -> _Choice:
    """Take one of an enumeration."""
    try:
        return kind(as_string(value))
    except ValueError as error:
        raise ContentError("not one of what it may be") from error


def as_truth(value: object) -> bool:
    """Take true or false."""
    if not isinstance(value, bool):
        raise ContentError("not true or false")
    return value


def write_answers(answers: Mapping[str, tuple[str, ...]]) -> Json:
    """Write lists of texts by name."""
    return {name: list(values) for name, values in answers.items()}


def as_answers(value: object) -> Mapping[str, tuple[str, ...]]:
    """Take lists of texts by name."""
    answers = {}
    for name, values in as_object(value).items():
        if not isinstance(values, list):
            raise ContentError("not answers")
        answers[name] = tuple(as_string(one) for one in values)
    return answers


def write_bytes(value: bytes) -> str:
    """Write bytes as base64."""
    return base64.b64encode(value).decode()


def as_bytes(value: object, *lengths: int) -> bytes:
    """Take bytes, base64, of one of ``lengths``."""
    decoded = as_any_bytes(value)
    if len(decoded) not in lengths:
        raise ContentError("not the bytes that belong here")
    return decoded


def as_any_bytes(value: object) -> bytes:
    """Take bytes, base64, however many."""
    text = as_string(value)
    try:
        decoded = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ContentError("not base64") from error
    if write_bytes(decoded) != text:
        raise ContentError("not the bytes that belong here")
    return decoded


def write_day(value: date | None) -> str:
    """Write a day; none as nothing."""
    return value.isoformat() if value else ""


def as_day(value: object) -> date | None:
    """Take a day in ISO form; none where there is nothing."""
    text = as_string(value)
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ContentError("not a date") from error
    if day.isoformat() != text:
        raise ContentError("not the canonical form of a date")
    return day


def write_moment(value: datetime) -> str:
    """Write a moment: UTC without zone, whole seconds."""
    return value.isoformat(timespec="seconds")


def as_moment(value: object) -> datetime:
    """Take a moment as `write_moment` writes it."""
    text = as_string(value)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ContentError("not a moment") from error
    if moment.tzinfo or write_moment(moment) != text:
        raise ContentError("not the canonical form of a moment")
    return moment

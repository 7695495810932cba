"""Small JSON files that stand beside copies: how they are written and read."""

import json
import os
from datetime import date
from pathlib import Path

from whistle.backup.errors import CopyError
from whistle.crypto.errors import ContentError
from whistle.keys.canonical import Json, as_day, as_object, as_string


def write(path: Path, record: Json) -> None:
    """Write a record, a line for each field: whole, on the disk, its owner's alone, or not."""
    lines = (f" {json.dumps(name)}: {json.dumps(record[name])}" for name in record)
    write_text(path, "{\n" + ",\n".join(lines) + "\n}\n")


def write_text(path: Path, text: str) -> None:
    """Write a file in the place of what stood there: whole and on the disk, or not at all."""
    part = path.with_name(f".{path.name}.part")
    number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Have the disk keep a file's bytes, or a folder's names."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def read(path: Path, most: int) -> Json:
    """Read a JSON object of at most ``most`` bytes; raise `CopyError` for anything else."""
    try:
        with path.open("rb") as file:
            encoded = file.read(most + 1)
        if len(encoded) > most:
            raise CopyError(f"{path} is too large to be what it is named for")
        return as_object(json.loads(encoded))
    except FileNotFoundError as error:
        raise CopyError(f"{path} is missing") from error
    except (OSError, ValueError, RecursionError, ContentError) as error:
        raise CopyError(f"{path} cannot be read, or was damaged") from error


def as_known_day(value: object) -> date:
    """Take a day in ISO form."""
    day = as_day(value)
    if day is None:
        raise ContentError("no day")
    return day


def as_hex(value: object, *lengths: int) -> bytes:
    """Take bytes in hexadecimal, of one of ``lengths``, or of any where none is told."""
    try:
        found = bytes.fromhex(as_string(value))
    except ValueError as error:
        raise ContentError("not hexadecimal") from error
    if lengths and len(found) not in lengths:
        raise ContentError("not the bytes that belong here")
    return found

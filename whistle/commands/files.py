"""Files that commands read and write: refused in words, and before anything that counts is done."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from whistle.domain.errors import RefusedError


def read_text(path: Path) -> str:
    """Read a file that somebody names; raise `RefusedError` where it cannot be read."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RefusedError(f"{path} cannot be read") from error


def check_new(*paths: Path) -> None:
    """Refuse files that are there already, or whose folder is not."""
    for path in paths:
        if path.exists():
            raise RefusedError(f"{path} is there already; nothing was done")
        if not path.absolute().parent.is_dir():
            raise RefusedError(f"{path.parent} is no folder; nothing was done")


@contextmanager
def created(path: Path) -> Iterator[TextIO]:
    """Make a file that its owner alone can read, before anything is used up; none if it fails."""
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise RefusedError(f"{path}: {error.strerror}; nothing was made") from error
    with os.fdopen(number, "w", encoding="utf-8") as file:
        try:
            yield file
            file.flush()
        except BaseException:
            path.unlink()
            raise


def write_new(path: Path, text: str) -> None:
    """Write a file that was not there, its owner's alone, whole or not at all."""
    with created(path) as file:
        file.write(text)

"""The folder of copies: their names, which is whole, and which is too old to be kept.

A copy is three files: ``whistle-2026-11-22.db``, and beside it ``.json`` (`Manifest`) and
``.sha256``. The database gets its name last: what has it is whole.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from whistle.backup.errors import CopyError
from whistle.backup.manifest import Manifest

_NAME = re.compile(r"whistle-\d{4}-\d\d-\d\d(-\d+)?")
_PART = re.compile(r"\.(whistle-\d{4}-\d\d-\d\d(-\d+)?\.(db|json|sha256)|deletions\.json)\.part")


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy by its place; whether it is whole, `check` of another module says."""

    folder: Path
    name: str

    @classmethod
    def at(cls, database: Path) -> "Copy":
        """Take the copy whose database is at a path; `CopyError` where it cannot be one."""
        if database.suffix != ".db" or not _NAME.fullmatch(database.stem):
            raise CopyError(
                f"{database}: a copy is named whistle-YYYY-MM-DD.db, with its .json and .sha256 "
                "beside it"
            )
        return cls(database.absolute().parent, database.stem)

    @property
    def database(self) -> Path:
        """The rows."""
        return self.folder / f"{self.name}.db"

    @property
    def manifest(self) -> Path:
        """What it is of."""
        return self.folder / f"{self.name}.json"

    @property
    def checksums(self) -> Path:
        """What its files were when they were written."""
        return self.folder / f"{self.name}.sha256"

    @property
    def part(self) -> Path:
        """The database while it is being written."""
        return self.folder / f".{self.name}.db.part"

    def is_there(self) -> bool:
        """Say whether any of its files is."""
        return any(map(os.path.lexists, (self.database, self.manifest, self.checksums)))

    def remove(self) -> None:
        """Remove its files; the manifest last, by which what is left is known again."""
        for path in (self.database, self.checksums, self.manifest):
            path.unlink(missing_ok=True)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Make a folder, its owner's alone, and write to it as the only one until the block ends.

    What runs that were killed have left behind is removed. Raises `CopyError` when another writes.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CopyError(f"{folder}: another backup is being written; wait for it") from error
        for path in folder.iterdir():
            if _PART.fullmatch(path.name):
                path.unlink()
        yield
    finally:
        os.close(number)


def new_copy(folder: Path, day: date) -> Copy:
    """Name a day's next copy: the second has a 2."""
    copy, number = Copy(folder, f"whistle-{day}"), 1
    while copy.is_there():
        number += 1
        copy = Copy(folder, f"whistle-{day}-{number}")
    return copy


def remove_old(
    folder: Path, installation: bytes, today: date, keep_days: int
) -> tuple[list[str], list[str]]:
    """Remove an installation's copies that are ``keep_days`` old; give their names.

    Nothing else: a file counts by its name, and by a manifest of this installation beside it. Also
    gives the names of those whose manifest cannot be read: nobody knows how old they are.
    """
    removed, unknown = [], []
    for path in sorted(folder.glob("whistle-*.json")):
        copy = Copy(folder, path.stem)
        if _NAME.fullmatch(path.stem) and path.is_file() and not path.is_symlink():
            try:
                manifest = Manifest.read(path)
            except CopyError:
                unknown.append(copy.name)
                continue
            too_old = manifest.day <= today - timedelta(days=keep_days)
            if manifest.installation == installation and too_old:
                copy.remove()
                removed.append(copy.name)
    return removed, unknown

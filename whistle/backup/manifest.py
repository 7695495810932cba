"""What stands beside a copy: a manifest that says of what it is, and checksums of both.

The manifest tells nothing that the copy does not. The checksums are as ``sha256sum --check`` reads
them; they tell a damaged copy from a whole one, not a forged one.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

from whistle.backup import records
from whistle.backup.errors import CopyError
from whistle.crypto.errors import ContentError
from whistle.keys.canonical import Json, as_number, as_object, as_string, check_fields
from whistle.storage.tables import HASH_BYTES, ID_BYTES

FORMAT = "whistle-backup/1"
MOST_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a copy is of.

    ``installation``: 16 bytes. ``day``: Danish. ``log_size`` and ``log_root``: of the tree over
    the entries that the copy has. ``rows``: how many, by table.
    """

    installation: bytes
    revision: str
    day: date
    log_size: int
    log_root: bytes
    rows: Mapping[str, int]

    def write(self, path: Path) -> None:
        """Write it as JSON."""
        record = {
            "format": FORMAT,
            "installation": self.installation.hex(),
            "revision": self.revision,
            "day": self.day.isoformat(),
            "log_size": self.log_size,
            "log_root": self.log_root.hex(),
            "rows": dict(self.rows),
        }
        records.write(path, record)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what `write` wrote; raise `CopyError` for anything else."""
        record = records.read(path, MOST_BYTES)
        try:
            return cls._read(record)
        except ContentError as error:
            raise CopyError(f"{path} is no manifest of a copy, or was damaged") from error

    @classmethod
    def _read(cls, record: Json) -> Self:
        check_fields(
            record, "format", "installation", "revision", "day", "log_size", "log_root", "rows"
        )  # fmt: skip
        if record["format"] != FORMAT:
            raise ContentError("another format")
        rows = as_object(record["rows"])
        return cls(
            records.as_hex(record["installation"], ID_BYTES),
            as_string(record["revision"]),
            records.as_known_day(record["day"]),
            as_number(record["log_size"]),
            records.as_hex(record["log_root"], HASH_BYTES),
            {table: as_number(number) for table, number in rows.items()},
        )


def write_checksums(path: Path, files: Mapping[str, Path]) -> None:
    """Write the SHA-256 of files under the names that they will have."""
    lines = (f"{digest(file)}  {name}\n" for name, file in files.items())
    records.write_text(path, "".join(lines))


def check_checksums(path: Path) -> None:
    """Raise `CopyError` unless every file that is listed is there, and has its SHA-256."""
    try:
        lines = path.read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CopyError(f"{path} is missing, or cannot be read") from error
    expected = {f"{path.stem}.db", f"{path.stem}.json"}
    for line in lines:
        found = re.fullmatch(r"([0-9a-f]{64})  ([\w.-]+)", line)
        if not found or found[2] not in expected:
            raise CopyError(f"{path} is no list of checksums, or was damaged")
        expected.discard(found[2])
        file = path.with_name(found[2])
        if not file.is_file():
            raise CopyError(f"{file} is missing: the copy is not whole")
        if digest(file) != found[1]:
            raise CopyError(
                f"{file} is not what was written: its checksum is another one. Use another copy"
            )
    if expected:
        raise CopyError(f"{path} has no checksum for {', '.join(sorted(expected))}")


def digest(path: Path) -> str:
    """Give the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""What the adviser publishes: which files may be, and evaluations word for word.

Whoever opens a public document trusts the municipality: so only types that a list names, each known
by its first bytes too, and nothing that a browser would run.
"""

import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from io import BytesIO
from typing import Self

MOST_BYTES = 10_000_000


class DocumentKind(StrEnum):
    """What a public document is, in the order in which the public page has them."""

    STATUTES = "statutes"  # vedtægter
    JOB_PROFILE = "job-profile"
    REPORT = "report"  # beretning
    EVALUATION = "evaluation"
    RESPONSE = "response"  # forvaltningens redegørelse
    OTHER = "other"


EVALUATION_RECORD = "evaluation-record"  # in the place of a kind: `PublicEvaluation`


@dataclass(frozen=True, slots=True)
class PublicEvaluation:
    """An evaluation as the public page has it."""

    day: date
    body: str
    decision: str
    text: str = ""

    def encode(self) -> bytes:
        """Give JSON, UTF-8."""
        told = asdict(self) | {"day": self.day.isoformat()}
        return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()

    @classmethod
    def decode(cls, encoded: bytes) -> Self | None:
        """Read what `encode` wrote; none for anything else."""
        try:
            told = json.loads(encoded)
            texts = [str(told[name]) for name in ("body", "decision", "text")]
            return cls(date.fromisoformat(told["day"]), *texts)
        except (ValueError, TypeError, KeyError):
            return None


# -- types of files ----------------------------------------------------------------------------


def media_type_of(name: str, body: bytes) -> str | None:
    """Give a file's media type by its extension; none where it is not on the list, or no such file.

    What the sender's browser says it is does not count.
    """
    _stem, dot, extension = name.rpartition(".")
    known = TYPES.get(extension.lower()) if dot else None
    return known.media_type if known and known.is_one(body) else None


@dataclass(frozen=True, slots=True)
class FileType:
    """A type that may be published."""

    media_type: str
    is_one: Callable[[bytes], bool]


def _begins(*starts: bytes) -> Callable[[bytes], bool]:
    return lambda body: body.startswith(starts)


def _is_text(body: bytes) -> bool:
    try:
        return "\0" not in body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False


def _holds(part: str) -> Callable[[bytes], bool]:
    """Say whether a ZIP has a part, and no macros."""

    def is_one(body: bytes) -> bool:
        try:
            with zipfile.ZipFile(BytesIO(body)) as archive:
                names = archive.namelist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
            return False
        return part in names and not any("vbaproject" in one.lower() for one in names)

    return is_one


_OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES: Mapping[str, FileType] = {
    "pdf": FileType("application/pdf", _begins(b"%PDF-")),
    "docx": FileType(f"{_OFFICE}.wordprocessingml.document", _holds("word/document.xml")),
    "odt": FileType("application/vnd.oasis.opendocument.text", _holds("content.xml")),
    "xlsx": FileType(f"{_OFFICE}.spreadsheetml.sheet", _holds("xl/workbook.xml")),
    "csv": FileType("text/csv; charset=utf-8", _is_text),
    "txt": FileType("text/plain; charset=utf-8", _is_text),
    "png": FileType("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "jpg": FileType("image/jpeg", _begins(b"\xff\xd8\xff")),
    "jpeg": FileType("image/jpeg", _begins(b"\xff\xd8\xff")),
}
MEDIA_TYPES = frozenset(one.media_type for one in TYPES.values())

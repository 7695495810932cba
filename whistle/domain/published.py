"""What the adviser publishes: which files may be, and evaluations word for word.

Whoever opens a public document trusts the municipality: so only types that a list names, each known
by its first bytes too, and nothing that a browser would run.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
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


REPORT_RECORD = "report-record"  # in the place of a kind: a published report with its proof
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


def _holds(part: bytes) -> Callable[[bytes], bool]:
    """Say whether a ZIP has a part, and no macros.

    Nothing is unpacked, nor its directory read: names stand in it as they are.
    """

    def is_one(body: bytes) -> bool:
        if not body.startswith(b"PK\x03\x04") or part not in body:
            return False
        lowered = body.lower()
        return not any(macros in lowered for macros in MACROS)

    return is_one


MACROS = (b"vbaproject", b"basic/script", b"scripts/python")
_OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES: Mapping[str, FileType] = {
    "pdf": FileType("application/pdf", _begins(b"%PDF-")),
    "docx": FileType(f"{_OFFICE}.wordprocessingml.document", _holds(b"word/document.xml")),
    "odt": FileType(
        "application/vnd.oasis.opendocument.text",
        _holds(b"mimetypeapplication/vnd.oasis.opendocument.text"),
    ),
    "xlsx": FileType(f"{_OFFICE}.spreadsheetml.sheet", _holds(b"xl/workbook.xml")),
    "csv": FileType("text/csv; charset=utf-8", _is_text),
    "txt": FileType("text/plain; charset=utf-8", _is_text),
    "png": FileType("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "jpg": FileType("image/jpeg", _begins(b"\xff\xd8\xff")),
    "jpeg": FileType("image/jpeg", _begins(b"\xff\xd8\xff")),
}
MEDIA_TYPES = frozenset(one.media_type for one in TYPES.values())

"""One case as a ZIP, written while it is read: the paper, the files, the manifest. Never on disk.

Each file is opened chunk by chunk as whoever downloads takes it, so that a case with large files
needs no more memory than a small one.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from whistle.audit.log import deed
from whistle.casework.cases import OpenedCase
from whistle.casework.exchange.case_manifest import NAME, manifest
from whistle.casework.exchange.case_paper import case_paper
from whistle.casework.exchange.case_parts import Taken, files_of
from whistle.casework.identity import Reason, open_apart, open_identity
from whistle.casework.service import CaseworkService
from whistle.domain.logged import Logged
from whistle.keys.files import open_file
from whistle.letters.pdf import case_file

PAPER = {"da": "sag.pdf", "en": "case.pdf"}
_FIRST_YEAR = 1980  # of ZIP


@dataclass(frozen=True, slots=True, repr=False)
class Also:
    """What of who somebody is comes along: name and contact, what is kept apart; and why."""

    why: Reason
    reporter: bool = False
    apart: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class CaseExport:
    """A case on its way out. ``name``: of the archive; ``content``: its bytes, piece by piece."""

    name: str
    content: Iterator[bytes]


def export_case(
    cases: CaseworkService, case_id: bytes, language: str, also: Also | None = None
) -> CaseExport | None:
    """Take a case out; none when there is none, or this member's keys do not open it.

    ``also``: with who somebody is; each part is opened by an act of its own, as on its page. Raises
    `PaperError`, and as `Cases.note`.
    """
    identity = open_identity(cases, case_id, also.why) if also and also.reporter else None
    apart = open_apart(cases, case_id, also.why) if also and also.apart else None

    def step(opened: OpenedCase) -> OpenedCase:
        told = int(identity is not None or apart is not None)
        done = deed(Logged.CASE_EXPORTED, opened.inbox, case=case_id, identity=told)
        cases.looking(opened, done)
        return replace(opened, arrears=())

    opened = cases.attempt(case_id, step)
    if opened is None:
        return None
    profiles, received = cases.here.profiles, opened.case.received
    taken = Taken(
        opened,
        profiles.on(received),
        profiles.door(opened.inbox.inbox.root.channel, received),
        cases.names(),
        files_of(opened),
        identity[1] if identity else None,
        apart[1] if apart else None,
    )
    paper = case_file(case_paper(taken, language))
    name = f"{opened.case.received.isoformat()}-{case_id.hex()[:8]}.zip"
    return CaseExport(name, _archive(cases, taken, PAPER[language], paper))


def _archive(
    cases: CaseworkService, taken: Taken, paper_name: str, paper: bytes
) -> Iterator[bytes]:
    out = _Pipe()
    day, digests = taken.opened.case.received, {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_entry(paper_name, day), paper)
        yield out.take()
        for one in taken.files:
            digest = hashlib.sha256()
            with archive.open(_entry(one.path, one.day), "w") as written:
                for piece in open_file(cases.here.id, cases.here.store, one.file):
                    digest.update(piece)
                    written.write(piece)
                    yield out.take()
            digests[one.path] = digest.hexdigest()
        archive.writestr(_entry(NAME, day), manifest(taken, digests))
    yield out.take()


def _entry(name: str, day: date) -> zipfile.ZipInfo:
    """Name a file of the archive; of its time no more is told than the day."""
    year = max(day.year, _FIRST_YEAR)
    entry = zipfile.ZipInfo(name, (year, day.month, day.day, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


class _Pipe(io.RawIOBase):
    """What the archive is written into; each piece is taken out before the next."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """Give what was written since."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken

"""Faults put into a running server's calls to the system, where they touch the database's files.

strace attaches to the server, counts the calls on those files, and makes one of them fail or the
server die as it makes it.
"""

import re
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

PATIENCE = 30
_CALL = re.compile(r"^\d+ +(\w+)\((.*)", re.MULTILINE)


class Fault(StrEnum):
    """What happens at a call, as strace's ``inject`` is told."""

    DISK_FULL = "error=ENOSPC"
    BROKEN_DISK = "error=EIO"
    KILLED = "signal=SIGKILL"


@dataclass(frozen=True)
class Call:
    """The ``number``-th call of a name that touches the database, from 1.

    ``releases``: whether it gives a lock back. That needs no disk: it can be the last, not fail.
    """

    name: str
    number: int
    releases: bool = False

    def can_meet(self, fault: Fault) -> bool:
        """Say whether a fault can happen at this call."""
        return fault is Fault.KILLED or not self.releases


def database_files(database: Path) -> list[Path]:
    """Give what SQLite keeps a database in."""
    return [database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))]


@contextmanager
def traced(process: int, files: Sequence[Path], *options: str) -> Iterator[Path]:
    """Attach strace to a process and all its threads; give the file it writes calls to."""
    with tempfile.NamedTemporaryFile(suffix=".strace") as written:
        command = ["strace", "--follow-forks", "-qq", "-o", written.name, *options]
        command += [part for file in files for part in ("-P", str(file))]
        with subprocess.Popen(
            [*command, "-p", str(process)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as strace:
            try:
                _wait_until_attached(process, strace.pid)
                yield Path(written.name)
            finally:
                _end(strace)


@contextmanager
def injected(process: int, files: Sequence[Path], call: Call, fault: Fault) -> Iterator[None]:
    """Have one call end in a fault."""
    inject = f"inject={call.name}:{fault}:when={call.number}"
    with traced(process, files, "-e", f"trace={call.name}", "-e", inject):
        yield


def calls_in(trace: Path) -> list[Call]:
    """Read the calls that strace wrote down, in their order."""
    counted: Counter[str] = Counter()
    calls = []
    for name, rest in _CALL.findall(trace.read_text(errors="replace")):
        counted[name] += 1
        calls.append(Call(name, counted[name], releases="F_UNLCK" in rest))
    return calls


def _wait_until_attached(process: int, tracer: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        threads = list(Path(f"/proc/{process}/task").iterdir())
        if all(_tracer_of(thread) == tracer for thread in threads):
            return
        time.sleep(0.005)
    raise AssertionError("strace did not attach; may this process trace others?")


def _end(strace: subprocess.Popen[bytes]) -> None:
    """End strace, which lets go of what it traces; it may wait in vain for a process that died."""
    strace.terminate()
    try:
        strace.wait(timeout=0.3)
    except subprocess.TimeoutExpired:
        strace.kill()


def _tracer_of(thread: Path) -> int:
    found = re.search(r"TracerPid:\s+(\d+)", (thread / "status").read_text())
    return int(found[1]) if found else 0

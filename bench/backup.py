"""How fast a copy is made, put back and tried out, and how much memory that takes.

    uv run python -m bench.backup [MEGABYTES]

Fills a database with cases that have files of 100 MB (1,000 MB unless told), on SQLite and on
PostgreSQL, and runs `whistle backup`, `whistle restore --drill` and `whistle restore` on it, each
as a process of its own. Memory is the most that the process had, the page cache aside.
"""

import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from sqlalchemy import insert, select

from tests.faults.postgresql import move, own_server
from whistle.cli import main as whistle
from whistle.settings import load_settings
from whistle.storage import tables
from whistle.storage.engine import open_store

CHUNK = 262_144 + 16
FILE = 400  # chunks
MEGABYTE = 1_000_000


def fill(url: str, megabytes: int) -> None:
    """Add files to the cases there are; what is in them counts for nothing here."""
    store = open_store(url)
    with store.read() as db:
        cases = list(db.execute(select(tables.cases.c.id, tables.cases.c.received)))
    for number in range(megabytes * MEGABYTE // CHUNK // FILE + 1):
        case = cases[number % len(cases)]
        file = {"id": secrets.token_bytes(16), "case_id": case.id, "started": case.received}
        with store.write() as db:
            db.execute(insert(tables.attachments), [file])
            for first in range(0, FILE, 50):
                rows = [
                    {"attachment_id": file["id"], "number": n, "body": os.urandom(CHUNK)}
                    for n in range(first, first + 50)
                ]
                db.execute(insert(tables.chunks), rows)
    store.dispose()


def timed(name: str, arguments: Sequence[str], size: float, url: str) -> None:
    """Run a command, and print how long it took and what it needed."""
    begun = time.monotonic()
    command = [sys.executable, "-m", "whistle", *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, env={**os.environ, "WHISTLE_DATABASE": url}
    )
    memory = 0.0
    while process.poll() is None:
        memory = max(memory, _memory(process.pid))
        time.sleep(0.02)
    took = time.monotonic() - begun
    assert process.returncode == 0, (name, process.returncode)
    print(f"  {name:<18}{took:6.1f} s  {size / took:6.0f} MB/s  {memory:5.0f} MB of memory")


def _memory(process: int) -> float:
    """Give the most megabytes that a process had till now; as rusage tells its parent's, too."""
    with suppress(OSError):
        status = Path(f"/proc/{process}/status").read_text()
        return int((re.findall(r"VmHWM:\s+(\d+)", status) or ["0"])[0]) / 1000
    return 0.0


def measure(data: Path, url: str, empty: str) -> None:
    """Measure the three commands on one engine."""
    folder = data / f"copies-{url.partition(':')[0]}"
    there = ["--data", str(data)]
    timed("backup", ["backup", *there, "--to", str(folder)], _size(url), url)
    [copy] = folder.glob("*.db")
    size = copy.stat().st_size / MEGABYTE
    print(f"  (the copy: {size:.0f} MB)")
    timed("restore --drill", ["restore", "--drill", str(copy), *there], size, url)
    timed("restore", ["restore", str(copy), *there], size, empty)


def _size(url: str) -> float:
    store = open_store(url)
    with store.read() as db:
        query = select(tables.chunks.c.number)
        chunks = len(db.execute(query).all())
    store.dispose()
    return chunks * CHUNK / MEGABYTE


def main() -> None:
    """Measure on both engines."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory(prefix="whistle-bench-") as home:
        data = Path(home) / "data"
        assert whistle(["demo", "--no-serve", "--data", str(data)]) == 0
        url = load_settings(data).database
        with own_server() as server:
            name, empty = server.cluster.create_database(), server.cluster.create_database()
            move(url, server.cluster.url(name))
            print("SQLite")
            fill(url, megabytes)
            measure(data, url, f"sqlite:///{home}/empty.db")
            for path in (*data.glob("whistle.db*"), Path(home) / "empty.db"):
                path.unlink()
            print("PostgreSQL")
            fill(server.cluster.url(name), megabytes)
            measure(data, server.cluster.url(name), server.cluster.url(empty))


if __name__ == "__main__":
    main()

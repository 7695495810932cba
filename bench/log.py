"""What the audit log costs: an entry in a request, a checkpoint, and checking a million entries.

    uv run python -m bench.log [ENTRIES [REQUESTS]]

An entry: the same requests of a member with the log and without it, by turns, in one process on
SQLite (aim: 15 % of a request at most). A checkpoint: of 1,000 entries and of all (aim: 50 ms).
Checking: in a process of its own, the database and its export, with the most memory it had (aims:
20 s and 200 MB for a million). The defaults are 1,000,000 entries and 200 requests.
"""

import hashlib
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from tests.audit.logs import INSTALLATION, KEY, SEED
from tests.support.office import found, open_office
from whistle.audit.checkpoints import make_checkpoint
from whistle.audit.evidence import database
from whistle.audit.export import export, read_export
from whistle.audit.log import Deed, Log
from whistle.audit.verify import verify
from whistle.audit.written import leaf_of
from whistle.crypto.merkle import Frontier
from whistle.storage import answerable
from whistle.storage.engine import Store, open_store
from whistle.storage.log import SUBTREE_LEVELS
from whistle.storage.log_guard import guard, unguard
from whistle.storage.migrations import upgrade
from whistle.storage.read_only import open_read_only

ENTRIES, REQUESTS = 1_000_000, 200
BODY = 316  # bytes of a sealed entry
A_FEW = 10_000
DAY = date(2026, 11, 20)


def main() -> None:
    """Measure, and print."""
    if sys.argv[1:2] == ["verify"]:
        check(Path(sys.argv[2]))
        return
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
    requests = int(sys.argv[2]) if len(sys.argv) > 2 else REQUESTS  # noqa: PLR2004
    with tempfile.TemporaryDirectory() as folder:
        measure_entry(Path(folder) / "office.db", requests)
        path = Path(folder) / "long.db"
        store = open_store(f"sqlite:///{path}")
        upgrade(store)
        for size in (1_000, entries):
            fill(store, path, size)
            measure_checkpoint(store)
        exported = Path(folder) / "export.jsonl"
        with store.read() as db, exported.open("wb") as file:
            file.writelines(export(db, KEY))
        store.dispose()
        for one in (path, exported):
            subprocess.run([sys.executable, "-m", "bench.log", "verify", str(one)], check=True)


def measure_entry(path: Path, requests: int) -> None:
    """Open a case, and answer it, with the log and without."""
    store = open_store(f"sqlite:///{path}")
    upgrade(store)
    office = open_office(store, found())
    case = office.case_of(office.reporter().report())
    desk = office.desk_of(office.adviser)
    acts: dict[str, Callable[[], object]] = {
        "opening a case": lambda: desk.open(case),
        "answering (with the form)": lambda: desk.answer(case, "Tak."),
    }
    for name, act in acts.items():
        act()
        times: dict[bool, list[float]] = {True: [], False: []}
        for number in range(2 * requests):
            logged = number % 2 == 0
            with with_the_log() if logged else without_the_log():
                begun = time.perf_counter()
                act()
                times[logged].append(time.perf_counter() - begun)
        with_log, without = (1000 * statistics.median(times[one]) for one in (True, False))
        print(
            f"{name}: {with_log:.2f} ms with its entries, {without:.2f} ms without: "
            f"{100 * (with_log - without) / with_log:.0f} % are the log's",
            flush=True,
        )
    store.dispose()


@contextmanager
def with_the_log() -> Iterator[None]:
    """Change nothing."""
    yield


class _Everything:
    """A set that has everything: no change needs an entry."""

    def __rsub__(self, _other: object) -> set[object]:
        return set()


@contextmanager
def without_the_log() -> Iterator[None]:
    """Let acts write no entry."""

    @contextmanager
    def write(self: Log, *_deeds: Deed) -> Iterator[Connection]:
        with self.store.write() as db:
            yield db

    kept = Log.write, Log.append, Log.note, answerable.FREE
    Log.write = write  # type: ignore[method-assign]
    Log.append = lambda *_: None  # type: ignore[method-assign]
    Log.note = lambda *_: None  # type: ignore[method-assign]
    answerable.FREE = _Everything()  # type: ignore[assignment]
    try:
        yield
    finally:
        Log.write, Log.append, Log.note, answerable.FREE = kept  # type: ignore[method-assign]


def fill(store: Store, path: Path, size: int) -> None:
    """Have a log of ``size`` entries, written as fast as can be; what is in them is random."""
    with store.write() as db:
        unguard(db)
    files = sqlite3.connect(path)
    files.execute("PRAGMA synchronous = OFF")
    files.execute("DELETE FROM log_entry")
    files.execute("DELETE FROM log_subtree")
    files.execute("DELETE FROM log_checkpoint")
    tree = Frontier()
    for start in range(0, size, A_FEW):
        rows, subtrees = [], []
        for number in range(start, min(start + A_FEW, size)):
            commitment = hashlib.sha256(number.to_bytes(8, "big")).digest()
            raw = (number, number, 2, b"m" * 16, b"b" * 16, 1, commitment, os.urandom(BODY), b"")
            leaf = leaf_of(raw)
            tree, grown = tree.add(leaf)
            rows.append((*raw[:8], leaf))
            subtrees += [
                (one.level, one.number, one.root)
                for one in grown
                if one.level % SUBTREE_LEVELS == 0
            ]
        files.executemany("INSERT INTO log_entry VALUES (?,?,?,?,?,?,?,?,?)", rows)
        files.executemany("INSERT INTO log_subtree VALUES (?,?,?)", subtrees)
    files.execute("UPDATE log_head SET size = ?, roots = ?", (tree.size, tree.encode()))
    files.commit()
    files.close()
    with store.write() as db:
        guard(db)


def measure_checkpoint(store: Store) -> None:
    """Sign the log and store that, durably."""
    begun = time.perf_counter()
    with store.write() as db:
        row = make_checkpoint(db, INSTALLATION, SEED, DAY)
    took = 1000 * (time.perf_counter() - begun)
    print(f"a checkpoint over {row.size:,} entries: {took:.1f} ms", flush=True)


def check(path: Path) -> None:
    """Check a database or an export, and say what it took."""
    begun, used = time.perf_counter(), time.process_time()
    if path.suffix == ".db":
        with open_read_only(f"sqlite:///{path}").read() as db:
            report = verify(replace(database(db, KEY), compare=None), KEY)
    else:
        with path.open("rb") as file:
            report = verify(read_export(file), KEY)
    assert report.is_fine
    seconds, worked = time.perf_counter() - begun, time.process_time() - used
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"checking {report.size:,} entries of the {path.suffix[1:]}: {seconds:.1f} s "
        f"({worked:.1f} s of this process's own time), at most {most:.0f} MB",
        flush=True,
    )


if __name__ == "__main__":
    main()

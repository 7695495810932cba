"""A PostgreSQL server of a test's own, that keeps its promises and can be stopped in many ways."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from tests.support.postgres import (
    SUPERUSER,
    Cluster,
    as_server,
    environment,
    folder,
    programs,
    server_user,
)
from tests.support.requirements import missing
from whistle.storage.engine import open_store
from whistle.storage.log_guard import guard, unguard
from whistle.storage.migrations import upgrade
from whistle.storage.tables import metadata

PATIENCE = 60
FAST, AT_ONCE = signal.SIGINT, signal.SIGQUIT  # in good order; as if the power went


@dataclass
class Server:
    """Writes to disk before it says so, unlike the tests' own server; ``process`` when it runs."""

    home: Path
    binaries: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def cluster(self) -> Cluster:
        """How it is reached."""
        return Cluster(self.home)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [str(self.binaries / "postgres"), "-D", str(self.home / "data")]
        command += ["-k", str(self.home), "-c", "listen_addresses="]
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(
                as_server(command), cwd=self.home, env=environment(), stdout=log, stderr=log
            )
        ready = [str(self.binaries / "pg_isready"), "-q", "-h", str(self.home)]
        deadline = time.monotonic() + PATIENCE
        while subprocess.run(ready, env=environment(), check=False).returncode:
            assert time.monotonic() < deadline, (self.home / "log").read_text()
            time.sleep(0.05)

    def stop(self, how: signal.Signals) -> None:
        """Stop it, and wait until it is gone."""
        if self.process:
            self.process.send_signal(how)
            self.process.wait(PATIENCE)
            self.process = None


@contextmanager
def own_server() -> Iterator[Server]:
    """Make a server, and remove it when the block ends."""
    binaries = programs()
    if binaries is None:
        missing("PostgreSQL", "postgresql")
    home = folder()
    if os.geteuid() == 0:
        os.chown(home, server_user().pw_uid, server_user().pw_gid)
    initdb = [str(binaries / "initdb"), "--no-sync", "--auth=trust", f"--username={SUPERUSER}"]
    initdb += ["--encoding=UTF8", "--locale=C.UTF-8", "--pgdata", str(home / "data")]
    subprocess.run(as_server(initdb), cwd=home, env=environment(), check=True, capture_output=True)
    server = Server(home, binaries)
    server.start()
    try:
        yield server
    finally:
        with suppress(ProcessLookupError):
            server.stop(AT_ONCE)
        subprocess.run(["rm", "-rf", str(home)], check=True)


def move(sqlite_url: str, postgresql_url: str) -> None:
    """Copy every row of an SQLite database to an empty PostgreSQL one."""
    here, there = open_store(sqlite_url), open_store(postgresql_url)
    upgrade(there)
    with here.read() as source, there.write() as target:
        unguard(target)  # a migration began the log
        for table in metadata.sorted_tables:
            target.execute(table.delete())
            rows = [dict(row._mapping) for row in source.execute(select(table))]
            if rows:
                target.execute(table.insert(), rows)
        guard(target)
    here.dispose()
    there.dispose()

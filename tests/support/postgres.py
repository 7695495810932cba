"""A throwaway PostgreSQL server for one run of the tests, and an empty database for each test.

The server is made by the first test that wants it and shared by all workers; it listens on a unix
socket only. The process that began the run stops it, and a watchdog does if that process is killed.
"""

import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.support.requirements import missing

SUPERUSER = "whistle"
ROOM = 2**30  # bytes; a container's /dev/shm may hold a few megabytes only

# Nothing here has to survive a crash, so nothing waits for the disk.
SERVER_OPTIONS = (
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "max_wal_senders=0",
    "wal_level=minimal",
    "shared_buffers=32MB",
    "max_connections=200",
)

# Runs the server as it is told to and ends it at once, in good order (`INT`), when the file `stop`
# appears or the run's process is no more; then nobody else is left to clear up.
# It leaves its parent at once: no worker has to wait for it.
WATCHDOG = """
home=$1 owner=$2; shift 2
(
  "$@" >"$home/log" 2>&1 &
  server=$!
  while [ -d "/proc/$owner" ] && [ ! -e "$home/stop" ] && kill -0 $server 2>/dev/null; do
    sleep 0.1
  done
  kill -INT $server 2>/dev/null
  wait $server
  [ -d "/proc/$owner" ] || rm -rf "$home"
) &
"""


@dataclass(frozen=True)
class Cluster:
    """A running server, found by the folder of its unix socket."""

    home: Path

    def url(self, database: str, *, role: str = SUPERUSER) -> str:
        """Return SQLAlchemy's URL of a database, as the superuser or a role that a test made."""
        return f"postgresql+psycopg://{role}@/{database}?host={self.home}&port=5432"

    def create_database(self, template: str = "template0") -> str:
        """Make a database with a name of its own and return the name.

        A template with tables has to have no open connections while it is copied.
        """
        name = f"t{uuid.uuid4().hex}"
        self._execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def disconnect(self, name: str) -> None:
        """End every connection to a database, whatever it is in the middle of."""
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}"
        self._execute(sql.SQL(query).format(name))

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(
            host=str(self.home), port=5432, user=SUPERUSER, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement)


def programs() -> Path | None:
    """Return the folder of the newest server's programs, or None if there is no server."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(found, key=lambda folder: float(folder.parent.name), default=None)


def as_server(command: Sequence[str]) -> list[str]:
    """Return the command as the server's user runs it: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return list(command)
    user = server_user()
    ids = (f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")
    return ["setpriv", *ids, "--", *command]


def server_user() -> pwd.struct_passwd:
    """Return the account that runs the server when the tests run as root."""
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def environment() -> dict[str, str]:
    """Return an environment in which no PG variable points the programs elsewhere."""
    return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}


def start(home: Path, owner: int) -> Cluster:
    """Return the server of this run, started if it is not yet; workers wait for each other.

    Args:
        home: the run's folder, empty at first; its path is short, as a socket's has to be.
        owner: the process whose end is the server's end.
    """
    binaries = programs()
    if binaries is None:
        missing("PostgreSQL", "postgresql")
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (home / "failed").exists():
            pytest.fail(f"PostgreSQL did not start:\n{(home / 'failed').read_text()}")
        if not (home / "ready").exists():
            launch(binaries, home, owner)
            (home / "ready").touch()
    return Cluster(home)


def launch(binaries: Path, home: Path, owner: int) -> None:
    """Make a cluster, start its server and wait until it answers."""
    if os.geteuid() == 0:
        os.chown(home, server_user().pw_uid, server_user().pw_gid)
    data = str(home / "data")
    initdb = [str(binaries / "initdb"), "--no-sync", "--auth=trust", f"--username={SUPERUSER}"]
    initdb += ["--encoding=UTF8", "--locale=C.UTF-8", "--pgdata", data]
    made = subprocess.run(
        as_server(initdb), cwd=home, env=environment(), capture_output=True, text=True, check=False
    )
    if made.returncode:
        (home / "failed").write_text(made.stdout + made.stderr)
        pytest.fail(f"initdb failed:\n{made.stdout}{made.stderr}")
    server = [str(binaries / "postgres"), "-D", data, "-k", str(home)]
    server += [part for option in SERVER_OPTIONS for part in ("-c", option)]
    subprocess.run(
        as_server(["sh", "-c", WATCHDOG, "watchdog", str(home), str(owner), *server]),
        cwd=home,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        check=True,
    )
    ready = [str(binaries / "pg_isready"), "-q", "-h", str(home)]
    deadline = time.monotonic() + 60
    while subprocess.run(ready, env=environment(), check=False).returncode:
        if time.monotonic() > deadline:
            shutil.copy(home / "log", home / "failed")
            pytest.fail(f"PostgreSQL did not start:\n{(home / 'log').read_text()}")
        time.sleep(0.05)


def stop(home: Path) -> None:
    """End the run's server, if one was started, and remove its folder."""
    (home / "stop").touch()
    deadline = time.monotonic() + 30
    while (home / "data" / "postmaster.pid").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    shutil.rmtree(home, ignore_errors=True)


def folder() -> Path:
    """Make the run's folder: in memory, where databases are made 8 times faster, if it has room."""
    memory = Path("/dev/shm")  # noqa: S108  # mkdtemp makes a folder that is ours alone
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > ROOM
    return Path(tempfile.mkdtemp(prefix="whistle-postgres-", dir=memory if roomy else None))


# The process that began the run makes the folder, tells the workers and clears up at the end.

HOME = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the run's folder; nothing is started in it before a test asks."""
    if not hasattr(config, "workerinput"):
        config.stash[HOME] = folder()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker where the run's folder is and whose end is the server's."""
    node.workerinput["postgres"] = (str(node.config.stash[HOME]), os.getpid())


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server, whatever the tests did."""
    if home := config.stash.get(HOME, None):
        stop(home)


@pytest.fixture(scope="session")
def run_folder(pytestconfig: pytest.Config) -> Path:
    """The run's folder, shared by all workers and gone when the run is over."""
    told = getattr(pytestconfig, "workerinput", None)
    return Path(told["postgres"][0]) if told else pytestconfig.stash[HOME]


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config, run_folder: Path) -> Cluster:
    """The run's PostgreSQL server, for tests that make roles or several databases.

    Roles belong to the whole server and all workers share it: give a role the name of its
    test's database, or make it only if it does not exist.
    """
    told = getattr(pytestconfig, "workerinput", None)
    return start(run_folder, told["postgres"][1] if told else os.getpid())


@pytest.fixture
def postgres_url(postgres: Cluster) -> Iterator[str]:
    """SQLAlchemy's URL of an empty PostgreSQL database that is this test's own."""
    name = postgres.create_database()
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def backend(request: pytest.FixtureRequest) -> str:
    """Name each of the two databases: the test runs once on each."""
    name: str = request.param
    return name


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """SQLAlchemy's URL of an empty database, without tables, that is this test's own."""
    if backend == "sqlite":
        return f"sqlite:///{tmp_path / 'whistle.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url

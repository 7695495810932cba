"""Housekeeping beside a server: it is there, does its work, and ends when the server does."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.housekeeping.life import house_of
from tests.support.mail_server import free_port
from tests.support.office import Office
from whistle.cli import main
from whistle.housekeeping import in_process
from whistle.settings import load_settings
from whistle.storage import log
from whistle.storage.engine import open_store

SERVE = """
import sys
from whistle.cli import main
from whistle.housekeeping import in_process
in_process.FIRST = in_process.EVERY = in_process.AGAIN = 0.2
sys.exit(main(["serve", *sys.argv[1:]]))
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    assert main(["init", "--data", str(tmp_path / "data")]) == 0
    configure(tmp_path / "data", "hour = 0")
    return tmp_path / "data"


def configure(data: Path, line: str) -> None:
    path = data / "whistle.toml"
    head, _, tail = path.read_text().partition("[housekeeping]\n")
    path.write_text(f"{head}[housekeeping]\n{tail}{line}\n")


@contextmanager
def served(data: Path, *options: str) -> Iterator[int]:
    """Serve until the block ends; give the server's process."""
    command = [sys.executable, "-c", SERVE, "--data", str(data), "--port", str(free_port())]
    with subprocess.Popen([*command, *options], stderr=subprocess.PIPE, text=True) as server:
        try:
            yield server.pid
        finally:
            for process in (*children(server.pid), server.pid):
                os.kill(process, signal.SIGKILL)


def children(process: int) -> list[int]:
    """Give the children of a process."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            after_the_name = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(after_the_name[1]) == process and after_the_name[0] != "Z":
            found.append(int(folder.name))
    return found


def keepers(server: int) -> list[int]:
    """Give the process that keeps house beside a server, while there is one."""
    return [keeper for process in children(server) for keeper in children(process)]


def soon(is_so: Callable[[], object]) -> bool:
    for _ in range(150):
        if is_so():
            return True
        time.sleep(0.2)
    return False


def checkpoints(data: Path) -> int:
    store = open_store(load_settings(data).database)
    with store.read() as db:
        found = len(log.checkpoints(db))
    store.dispose()
    return found


@pytest.mark.parametrize("door", ["both", "casework"])
def test_a_server_keeps_house_in_a_process_of_its_own(data: Path, door: str) -> None:
    with served(data, "--door", door) as server:
        assert soon(lambda: checkpoints(data) == 1)
        assert soon(lambda: len(children(server)) == 2)  # a worker, and this one


def test_two_servers_on_one_database_keep_house_once(data: Path) -> None:
    with served(data, "--door", "casework"), served(data, "--door", "both"):
        assert soon(lambda: checkpoints(data))
        time.sleep(1)
        assert checkpoints(data) == 1


def test_the_anonymous_door_does_not_and_who_has_a_timer_does_not(data: Path) -> None:
    with served(data, "--door", "intake") as server:
        assert soon(lambda: len(children(server)) == 1)
        time.sleep(1)
        assert (len(children(server)), checkpoints(data)) == (1, 0)
    configure(data, "in_process = false")
    with served(data) as server:
        assert soon(lambda: len(children(server)) == 1)
        time.sleep(1)
        assert (len(children(server)), checkpoints(data)) == (1, 0)


def test_one_that_died_is_begun_again(data: Path) -> None:
    with served(data) as server:
        assert soon(lambda: keepers(server))
        (first,) = keepers(server)
        os.kill(first, signal.SIGKILL)
        assert soon(lambda: keepers(server) and keepers(server) != [first])
        assert soon(lambda: checkpoints(data) == 1)


def test_whatever_goes_wrong_in_a_round_is_named_by_its_kind_and_no_more(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patch:
        patch.delattr("whistle.housekeeping.service.tidy")  # a kind that nobody thought of
        in_process._round(house_of(office))
    assert capsys.readouterr().err == "whistle housekeeping: NameError\n"
    in_process._round(house_of(office))
    assert not capsys.readouterr().err


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_when_the_server_ends(data: Path, how: signal.Signals) -> None:
    with served(data) as server:
        assert soon(lambda: checkpoints(data))
        assert soon(lambda: len(children(server)) == 2)
        processes = [*children(server), *keepers(server)]
        assert len(processes) == 3  # one looks after the one that keeps house
        os.kill(server, how)
        workers = [one for one in processes if how is signal.SIGKILL and _is_worker(one)]
        assert len(workers) == (how is signal.SIGKILL)  # granian's outlive it then
        try:
            assert soon(lambda: [one for one in processes if _lives(one)] == workers)
        finally:
            for worker in workers:
                os.kill(worker, signal.SIGKILL)


def _lives(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def _is_worker(process: int) -> bool:
    """Say whether a process listens: whoever kills a server has to end its workers as well."""
    return any("socket:" in _target(one) for one in Path(f"/proc/{process}/fd").iterdir())


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""

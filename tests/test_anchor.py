"""By command: new keys, the anchor that a technician types, and a server that refuses to start."""

import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.demo import free_port
from whistle.cli import DONE, FAILED, REFUSED, main
from whistle.settings import load_settings

INBOX = "citizen/main"


class Installation:
    """A demonstration's data folder, and the commands on it."""

    def __init__(self, data: Path, printed: Callable[[], str]) -> None:
        self.data = data
        self.printed = printed

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run a command; give its exit status and all it printed."""
        self.printed()
        status = main([*arguments, "--data", str(self.data)])
        return status, self.printed()

    def rotate(self, *options: str) -> tuple[int, str]:
        return self.run("rotate", "--key-file", str(self.data / "adviser.key"), *options)

    def serve(self) -> tuple[int, str]:
        """Start the server, where it must not start."""
        return self.run("serve", "--port", str(free_port()))

    def sql(self, statement: str) -> None:
        with closing(sqlite3.connect(self.data / "whistle.db")) as database:
            database.execute(statement)
            database.commit()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("anchor") / "data"
    assert main(["demo", "--no-serve", "--data", str(data)]) == DONE
    return data


@pytest.fixture
def here(demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Installation:
    """A copy of the demonstration, which a test may spoil."""
    data = tmp_path / "data"
    shutil.copytree(demo, data)
    text = (data / "whistle.toml").read_text().replace(str(demo), str(data))
    (data / "whistle.toml").write_text(text)

    def printed() -> str:
        told = capsys.readouterr()
        return told.out + told.err

    return Installation(data, printed)


def test_new_keys_wait_to_be_confirmed_by_the_fingerprint_that_a_member_reads_aloud(
    here: Installation,
) -> None:
    assert here.run("confirm") == (DONE, "No inbox waits to be confirmed.\n")
    before = (here.data / "whistle.toml").read_text()
    status, printed = here.rotate("--inbox", INBOX)
    assert status == DONE
    assert "citizen, main: new keys, epoch 2" in printed
    assert "Every case is under the newest keys of its inbox." in printed
    assert here.rotate() == (DONE, "Every case is under the newest keys of its inbox.\n")
    _, waiting = here.run("confirm")
    fingerprint = re.search(r"citizen, main: +((?:[0-9a-f]{4} ?){5}) +\(epoch 2\)", waiting)
    assert fingerprint
    assert here.run("confirm", "0000 1111 2222 3333 4444")[0] == REFUSED
    assert (here.data / "whistle.toml").read_text() == before
    assert here.run("confirm", fingerprint[1])[0] == DONE
    assert here.run("confirm") == (DONE, "No inbox waits to be confirmed.\n")
    (root,) = [one for one in load_settings(here.data).inboxes if one.lowest_epoch > 1]
    assert (f"{root.channel}/{root.kind}", root.lowest_epoch) == (INBOX, 2)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        ("DELETE FROM statement WHERE epoch = 2", "older than the configuration allows"),
        ("UPDATE statement SET signature = zeroblob(64) WHERE epoch = 2", "signed by nobody"),
        ("UPDATE statement SET epoch = 3 WHERE epoch = 2", "out of order"),
        ("DELETE FROM statement", "no statement"),
    ],
)
def test_a_server_whose_keys_were_tampered_with_does_not_start(
    here: Installation, spoil: str, told: str
) -> None:
    here.rotate("--inbox", INBOX)
    fingerprint = re.search(r": +((?:[0-9a-f]{4} ?){5})", here.run("confirm")[1])
    assert fingerprint
    assert here.run("confirm", fingerprint[1])[0] == DONE
    here.sql(spoil)
    for command in (here.serve, here.rotate, lambda: here.run("confirm")):
        status, printed = command()
        assert status == FAILED
        assert "the keys cannot be trusted" in printed
        assert told in printed
        assert "When the keys cannot be trusted" in printed


def test_who_has_left_cannot_have_a_server_believe_that_they_stayed(here: Installation) -> None:
    """Two statements of epoch 2, each signed by somebody who could: the confirmed one counts."""
    other = here.data.with_name("other")
    shutil.copytree(here.data, other)
    here.rotate("--inbox", INBOX)
    fingerprint = re.search(r": +((?:[0-9a-f]{4} ?){5})", here.run("confirm")[1])
    assert fingerprint
    text = (other / "whistle.toml").read_text().replace(str(here.data), str(other))
    (other / "whistle.toml").write_text(text)
    forger = Installation(other, here.printed)
    assert forger.rotate("--inbox", INBOX)[0] == DONE
    assert here.run("confirm", fingerprint[1])[0] == DONE
    shutil.copy(other / "whistle.db", here.data / "whistle.db")
    status, printed = here.serve()
    assert status == FAILED
    assert "has become another one" in printed


def test_an_inbox_of_another_s_is_not_given_new_keys(here: Installation) -> None:
    for inbox in ("citizen/reserve", "citizen", "mayor/main", "citizen/"):
        status, printed = here.rotate("--inbox", inbox)
        assert status == REFUSED
        assert f"--inbox {inbox}" in printed
    assert here.run("confirm") == (DONE, "No inbox waits to be confirmed.\n")

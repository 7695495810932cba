"""``deploy/seal-keys``: the keys leave ``whistle.toml`` only when nothing can be lost by it."""

import os
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.support.requirements import missing

SEAL_KEYS = Path(__file__).parents[2] / "deploy" / "seal-keys"
KEYS = {"form_key": bytes(range(32)).hex(), "log_key": bytes(range(64, 96)).hex()}
TOLD = f"""\
# The settings of this installation.
database = "sqlite:////var/lib/whistle/whistle.db"
form_key = "{KEYS["form_key"]}"
log_key="{KEYS["log_key"]}"  # from the ceremony

[limits]
reports_per_hour = 7
"""


@pytest.fixture
def folder(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    if shutil.which("systemd-creds") is None:
        missing("systemd-creds", "systemd")
    if os.geteuid() != 0:
        pytest.skip("only root may have a machine's key")
    key = tmp_path_factory.mktemp("machine") / "credential.secret"  # not this machine's own
    monkeypatch.setenv("SYSTEMD_CREDENTIAL_SECRET", str(key))
    (tmp_path / "whistle.toml").write_text(TOLD)
    return tmp_path


def seal(folder: Path, *names: str) -> subprocess.CompletedProcess[str]:
    command = ["sh", SEAL_KEYS, folder, folder / "kept" / "with-keys.toml", *(names or KEYS)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def told(folder: Path) -> str:
    return (folder / "whistle.toml").read_text()


def kept(folder: Path) -> str:
    return (folder / "kept" / "with-keys.toml").read_text()


def opened(folder: Path, name: str) -> str:
    sealed = str(folder / "secrets" / name)
    command = ["systemd-creds", "decrypt", f"--name=whistle_{name}", sealed, "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_keys_are_sealed_and_a_second_time_changes_nothing(folder: Path) -> None:
    for _ in range(2):
        done = seal(folder)
        assert done.returncode == 0, done.stderr
        assert kept(folder) == TOLD
        assert {name: opened(folder, name) for name in KEYS} == KEYS
        assert not set(KEYS) & set(tomllib.loads(told(folder)))
        assert tomllib.loads(told(folder))["limits"] == {"reports_per_hour": 7}
        files = {path.name for path in folder.iterdir()}
        assert files == {"whistle.toml", "secrets", "kept"}
        assert not [value for value in KEYS.values() if value in done.stdout + done.stderr]


def test_no_key_goes_that_the_kept_copy_lacks(folder: Path) -> None:
    assert seal(folder).returncode == 0
    another = TOLD.replace(KEYS["log_key"], KEYS["log_key"][::-1])
    (folder / "whistle.toml").write_text(another)
    shutil.rmtree(folder / "secrets")
    done = seal(folder, "log_key")
    assert done.returncode == 1
    assert "has another log_key, or none" in done.stderr
    assert (told(folder), kept(folder)) == (another, TOLD)


def test_what_is_sealed_already_is_not_written_over_by_another_key(folder: Path) -> None:
    assert seal(folder).returncode == 0
    (folder / "kept" / "with-keys.toml").unlink()
    another = TOLD.replace(KEYS["form_key"], KEYS["form_key"][::-1])
    (folder / "whistle.toml").write_text(another)
    done = seal(folder)
    assert done.returncode == 1
    assert "opens to something else" in done.stderr
    assert (told(folder), kept(folder)) == (another, another)
    assert opened(folder, "form_key") == KEYS["form_key"]


@pytest.mark.parametrize("line", ["form_key = 'ab'", 'form_key = ""', '"form_key" = "ab"'])
def test_a_key_that_is_written_in_another_way_stays(folder: Path, line: str) -> None:
    (folder / "whistle.toml").write_text(f"{line}\n")
    done = seal(folder)
    assert done.returncode == 1
    assert "STOP: form_key is not written as" in done.stderr
    assert told(folder) == f"{line}\n"


def test_an_address_with_a_password_needs_no_copy(folder: Path) -> None:
    assert seal(folder, "database").returncode == 0
    assert opened(folder, "database") == "sqlite:////var/lib/whistle/whistle.db"
    assert told(folder) == TOLD.replace('database = "sqlite:////var/lib/whistle/whistle.db"\n', "")
    assert not (folder / "kept" / "with-keys.toml").exists()

"""`whistle import` and `whistle export`: what scripts rely on."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from tests.exchange.tables import a_table
from whistle.cli import main

STEVNS = str(resources.files("whistle.demo").joinpath("stevns-2020-2021.csv"))
TOTALS = str(resources.files("whistle.demo").joinpath("stevns-2020-2021-totals.csv"))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with members and keys, and no cases: to be copied."""
    data = tmp_path_factory.mktemp("whistle") / "data"
    assert main(["demo", "--data", str(data), "--empty", "--no-serve"]) == 0
    return data


@pytest.fixture
def data(empty: Path, tmp_path: Path) -> Path:
    """A data folder of this test's own."""
    copied = tmp_path / "data"
    copied.mkdir(mode=0o700)
    for path in empty.iterdir():
        content = path.read_bytes().replace(str(empty).encode(), str(copied).encode())
        made = copied / path.name
        made.touch(mode=0o600)
        made.write_bytes(path.read_bytes() if path.suffix == ".db" else content)
    return copied


def command(name: str, data: Path, *arguments: str) -> list[str]:
    return [name, *arguments, "--data", str(data), "--key-file", str(data / "adviser.key")]


def told(capsys: pytest.CaptureFixture[str]) -> Mapping[str, Any]:
    result: Mapping[str, Any] = json.loads(capsys.readouterr().out)
    return result


def write(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return str(path)


def test_the_file_of_stevns_comes_in_with_its_totals(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = (STEVNS, "--totals", TOTALS, "--format", "json")
    assert main(command("import", data, *arguments, "--dry-run")) == 0
    assert told(capsys) == {"rows": 33, "written": 0, "faults": []}
    assert main(command("import", data, *arguments)) == 0
    assert told(capsys) == {"rows": 33, "written": 33, "faults": []}


def test_a_faulty_file_is_refused_with_status_2_and_every_fault(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "a.csv", a_table({}, {"enquiry_id": "2", "centre": "xx"}))
    assert main(command("import", data, path, "--format", "json")) == 2
    result = told(capsys)
    assert (result["rows"], result["written"]) == (2, 0)
    (fault,) = result["faults"]
    assert set(fault) == {"row", "column", "code", "message"}
    assert (fault["row"], fault["column"], fault["code"]) == (3, "centre", "unknown_centre")


@pytest.mark.parametrize(
    ("lang", "said"), [("da_DK.UTF-8", "Intet er importeret"), ("en_GB.UTF-8", "Nothing was")]
)
def test_faults_are_told_in_danish_unless_the_environment_wants_english(
    data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    lang: str,
    said: str,
) -> None:
    monkeypatch.setenv("LC_ALL", lang)
    path = write(tmp_path / "a.csv", a_table({"centre": "xx"}))
    assert main(command("import", data, path)) == 2
    out = capsys.readouterr().out
    assert said in out
    assert "2, centre:" in out


def test_a_file_that_is_not_there_is_refused(data: Path, tmp_path: Path) -> None:
    assert main(command("import", data, str(tmp_path / "none.csv"))) == 2


def test_progress_is_told_beside_the_result(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command("import", data, STEVNS)) == 0
    captured = capsys.readouterr()
    assert "33 / 33" in captured.err
    assert "33" in captured.out


def test_what_is_exported_is_what_was_imported(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command("import", data, STEVNS)) == 0
    out = tmp_path / "out.csv"
    assert main(command("export", data, "--out", str(out))) == 0
    exported = out.read_text("utf-8-sig").replace(";", ",").replace("\r\n", "\n")
    assert exported == Path(STEVNS).read_text("utf-8")
    assert out.stat().st_mode & 0o077 == 0
    assert main(command("export", data, "--out", str(out))) == 2, "nothing is overwritten"
    capsys.readouterr()
    assert main(command("export", data, "--format", "json", "--out", "-")) == 0
    assert len(told(capsys)["enquiries"]) == 33


@pytest.mark.parametrize("wrong", [["--format", "zip"], ["--identity"], ["--case", "17"]])
def test_a_case_is_asked_for_by_its_id(data: Path, tmp_path: Path, wrong: list[str]) -> None:
    assert main(command("export", data, *wrong, "--out", str(tmp_path / "x"))) == 2
    assert not (tmp_path / "x").exists()


def test_an_import_that_is_killed_leaves_nothing_and_can_be_done_again(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"enquiry_id": str(number)} for number in range(3000)]
    path = write(tmp_path / "many.csv", a_table(*rows))
    arguments = command("import", data, path)
    with subprocess.Popen(
        [sys.executable, "-m", "whistle", *arguments],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=os.environ,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline()  # at 500 of 3000
        process.kill()
    capsys.readouterr()
    assert main(command("import", data, path, "--dry-run", "--format", "json")) == 0
    assert told(capsys)["faults"] == []

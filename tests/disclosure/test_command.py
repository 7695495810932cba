"""`whistle disclosure attack` and `check`: anybody can try what was published."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.disclosure.heuristics import small_only
from tests.disclosure.towns import stevns, stevns_cross
from whistle.cli import main
from whistle.disclosure import protect, write_certificate, write_publication


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a safe report with its certificate, and one with small numbers blanked alone."""
    into = tmp_path_factory.mktemp("published")
    made = protect(stevns_cross(), crossed=True, seconds=0)
    (into / "safe.json").write_text(write_publication(made.publication), "utf-8")
    (into / "proof.json").write_text(write_certificate(made.certificate), "utf-8")
    (into / "broken.json").write_text(write_publication(small_only(stevns())), "utf-8")
    return into


def test_a_safe_report_is_0(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["disclosure", "attack", str(folder / "safe.json")]) == 0
    assert capsys.readouterr().out.startswith("Sikker: ")


def test_a_broken_report_is_1_and_says_which_numbers_and_what_to_do(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["disclosure", "attack", str(folder / "broken.json"), "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert not told["safe"]
    assert len(told["findings"]) == 33
    exact = [one for one in told["findings"] if one["exact"]]
    assert len(exact) > 20
    assert {one["mend"]["kind"] for one in told["findings"]} <= {"blank", "merge"}


def test_it_speaks_danish_unless_english_is_wanted(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["disclosure", "attack", str(folder / "broken.json")]) == 1
    assert "IKKE sikker: 33 af" in capsys.readouterr().out
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert main(["disclosure", "attack", str(folder / "broken.json")]) == 1
    assert "NOT safe: 33 of" in capsys.readouterr().out


@pytest.fixture(scope="module")
def corrected(folder: Path) -> Path:
    """The safe report once more, with one person more in a cell that is printed."""
    told = json.loads((folder / "safe.json").read_text("utf-8"))
    cell = next(one for row in told["tables"][0]["cells"] for one in row if one.get("value"))
    cell["value"] += 1
    path = folder / "corrected.json"
    path.write_text(json.dumps(told), "utf-8")
    return path


def test_reports_that_contradict_each_other_are_broken_as_their_difference_is_known(
    folder: Path, corrected: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [str(folder / "safe.json"), str(corrected)]
    assert main(["disclosure", "attack", *files]) == 1
    told = capsys.readouterr().out
    assert told.startswith("IKKE sikker: Tallene modsiger hinanden.")
    assert "får forskellen at vide" in told
    assert main(["disclosure", "attack", *files, "--format", "json"]) == 1
    as_json = json.loads(capsys.readouterr().out)
    assert (as_json["safe"], as_json["findings"]) == (False, [])
    assert "contradict" in as_json["contradiction"]


def test_a_certificate_is_checked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(folder / name) for name in ("safe.json", "proof.json")]
    assert main(["disclosure", "check", *files]) == 0
    assert capsys.readouterr().out.startswith("Beviset holder: ")
    assert main(["disclosure", "check", *reversed(files), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["missing"] == []


def test_a_certificate_of_another_report_is_refused(folder: Path) -> None:
    files = [str(folder / name) for name in ("broken.json", "proof.json")]
    assert main(["disclosure", "check", *files]) == 2
    assert main(["disclosure", "check", files[0]]) == 2


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        '{"format": "whistle-report/1"}',
        '{"format": "whistle-report/1", "from": "2020-01-01", "to": "2020-12-31", "tables": [1]}',
        '{"format": "whistle-report/1", "from": "2020-13-01", "to": "2020-12-31"}',
    ],
)
def test_what_is_no_report_is_refused_with_its_name(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "report.json"
    path.write_text(text, "utf-8")
    assert main(["disclosure", "attack", str(path)]) == 2
    assert str(path) in capsys.readouterr().err
    assert main(["disclosure", "attack", str(tmp_path / "none.json")]) == 2


def test_a_threshold_that_cannot_be_is_refused(folder: Path) -> None:
    assert main(["disclosure", "attack", str(folder / "safe.json"), "--threshold", "1"]) == 2


def test_a_report_as_the_contract_has_it_is_read_without_more(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = json.loads((folder / "broken.json").read_text("utf-8"))
    del told["disclosure"]
    for table in told["tables"]:
        del table["dimensions"], table["population"]
    path = tmp_path / "bare.json"
    path.write_text(json.dumps(told), "utf-8")
    assert main(["disclosure", "attack", str(path), "--format", "json"]) == 1
    assert len(json.loads(capsys.readouterr().out)["findings"]) == 33


def test_the_solver_is_not_loaded_before_something_is_solved() -> None:
    code = "import sys, whistle.cli, whistle.disclosure; print('highspy' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"

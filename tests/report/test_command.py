"""`whistle import`, then `whistle report`: Stevns' tables as scripts get them."""

import json
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.exchange.test_commands import STEVNS, TOTALS, command
from tests.report.test_golden import LINES, golden
from whistle.cli import main

PERIOD = ("--from", "2020-01-01", "--to", "2021-03-15", "--version", "closed")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the file of Stevns in it."""
    folder = tmp_path_factory.mktemp("report") / "data"
    assert main(["demo", "--data", str(folder), "--empty", "--no-serve"]) == 0
    assert main(command("import", folder, STEVNS, "--totals", TOTALS)) == 0
    return folder


def test_the_tables_come_out_as_json(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    assert main(command("report", data, *PERIOD, "--format", "json", "--out", str(out))) == 0
    tables = {one["id"]: one["cells"] for one in json.loads(out.read_bytes())["tables"]}
    for table in LINES:
        assert [[cell["value"] for cell in row] for row in tables[table]] == golden(table)


def test_the_pdf_says_the_seeds_words(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.pdf"
    assert main(command("report", data, *PERIOD, "--format", "pdf", "--out", str(out))) == 0
    pages = PdfReader(BytesIO(out.read_bytes())).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "3.4 Udspecificering af kategori nr. 4 (Klager over sagsbehandling)" in text
    assert "Jan. – midt marts 2021 14 2 12 I alt 33 3 30" in text


def test_as_text_it_is_read_in_a_terminal(
    data: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(command("report", data, *PERIOD)) == 0
    told = capfdbinary.readouterr().out.decode()
    assert "I alt                   33  3  30" in told


def test_nothing_is_overwritten(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "there"
    out.write_text("mine")
    assert main(command("report", data, *PERIOD, "--format", "csv", "--out", str(out))) == 2
    assert out.read_text() == "mine"


def test_days_the_wrong_way_round_are_refused(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    days = ("--from", "2021-03-15", "--to", "2020-01-01", "--version", "closed")
    assert main(command("report", data, *days)) == 2
    assert "--from is after --to" in capsys.readouterr().err


def test_unless_told_the_version_is_the_public_one_and_anybody_can_attack_it(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "public.json"
    days = ("--from", "2020-01-01", "--to", "2021-03-15", "--format", "json", "--out", str(out))
    assert main(command("report", data, *days)) == 0
    told = json.loads(out.read_bytes())
    assert told["version"] == "public"
    assert {"hidden": True} in told["tables"][0]["cells"][0]
    assert main(["disclosure", "attack", str(out)]) == 0
    capsys.readouterr()

"""`whistle backup`, `restore`, `upgrade` and the drill, as somebody types them."""

import json
import shutil
import tempfile
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from tests.backup.copying import all_rows, opened
from whistle.backup.reports import forgotten
from whistle.cli import main
from whistle.commands.drill import SAMPLE
from whistle.domain.published import REPORT_RECORD
from whistle.settings import load_settings
from whistle.storage import tables
from whistle.storage.engine import open_store
from whistle.storage.migrations import migrate
from whistle.storage.public_documents import PublicDocumentRow
from whistle.storage.restoring import mark


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demonstration with a copy of it, which every test may copy in its turn."""
    data = tmp_path_factory.mktemp("demo") / "data"
    assert main(["demo", "--no-serve", "--data", str(data)]) == 0
    assert main(["backup", "--data", str(data)]) == 0
    return data


@pytest.fixture
def data(demo: Path, tmp_path: Path) -> Path:
    """A data folder of the test's own."""
    copied = tmp_path / "data"
    shutil.copytree(demo, copied)
    settings = copied / "whistle.toml"
    settings.write_text(settings.read_text().replace(str(demo), str(copied)))
    return copied


def cases_in(data: Path) -> int:
    """Say how many cases an installation has."""
    with opened(load_settings(data).database) as store, store.read() as db:
        return db.execute(select(func.count()).select_from(tables.cases)).scalar_one()


def put_aside(data: Path) -> str:
    """Move an installation's database away; give its URL."""
    (data / "old").mkdir()
    for path in data.glob("whistle.db*"):
        path.rename(data / "old" / path.name)
    return f"sqlite:///{data / 'old' / 'whistle.db'}"


def copy_in(data: Path) -> str:
    [copy] = (data / "backups").glob("*.db")
    return str(copy)


def test_the_drill_opens_a_sample_shows_nothing_and_leaves_nothing(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(load_settings(data).database) as store:
        before = all_rows(store, every=True)
    left = set(Path(tempfile.gettempdir()).glob("whistle-*"))
    key_file = str(data / "adviser.key")
    drill = ["restore", "--drill", copy_in(data), "--data", str(data), "--key-file", key_file]
    assert main(drill) == 0
    told = capsys.readouterr().out
    assert f"Opened {SAMPLE} of {cases_in(data)} cases" in told
    assert "Nothing is wrong." in told
    assert "Lost since would be: 0 days, 0 entries of the log, 0 cases, 0 messages" in told
    assert "borger" not in told.lower()
    assert set(Path(tempfile.gettempdir()).glob("whistle-*")) <= left
    with opened(load_settings(data).database) as store:
        assert all_rows(store, every=True) == before


def test_the_drill_says_what_is_lost_since(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["key-file", "revoke", "--data", str(data), "--key-file",
                 str(data / "adviser.key")]) == 0  # fmt: skip
    with opened(load_settings(data).database) as store, store.write() as db:
        case = tables.cases.c
        inbox_id = db.execute(select(case.inbox_id)).scalars().first()
        row = {"id": b"n" * 16, "inbox_id": inbox_id, "received": "2026-11-22", "is_open": 1}
        db.execute(text("INSERT INTO enquiry_case (id, inbox_id, received, is_open) "
                        "VALUES (:id, :inbox_id, :received, :is_open)"), row)  # fmt: skip
    assert main(["restore", "--drill", copy_in(data), "--data", str(data)]) == 0
    told = capsys.readouterr().out
    assert "1 cases, 0 messages, 0 files." in told
    assert "0 entries of the log" not in told


def test_a_drill_with_a_case_that_does_not_open_ends_with_1(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(load_settings(data).database) as store, store.write() as db:
        db.execute(text("UPDATE item SET body = zeroblob(100)"))
    assert main(["backup", "--data", str(data), "--to", str(data / "later")]) == 0
    [copy] = (data / "later").glob("*.db")
    drill = ["restore", "--drill", str(copy), "--data", str(data)]
    assert main(drill) == 0
    assert main([*drill, "--key-file", str(data / "adviser.key")]) == 1
    assert "DO NOT OPEN" in capsys.readouterr().out


def test_a_drill_opens_the_files_of_filed_documents_too(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whistle.commands.drill.SAMPLE", 10_000)
    drill = ["restore", "--drill", copy_in(data), "--data", str(data)]
    assert main([*drill, "--key-file", str(data / "adviser.key")]) == 0
    column = tables.attachments.c.case_id
    with opened(load_settings(data).database) as store, store.read() as db:
        files = db.execute(select(func.count()).where(column.is_not(None))).scalar_one()
    assert f"and {files} files; nothing was shown" in capsys.readouterr().out


def test_a_drill_needs_no_database_to_compare_with(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in data.glob("whistle.db*"):
        path.unlink()
    assert main(["restore", "--drill", copy_in(data), "--data", str(data)]) == 0
    assert "cannot be said" in capsys.readouterr().out
    assert not (data / "whistle.db").exists()


def test_a_restore_says_what_has_to_be_done_again(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["restore", copy_in(data), "--data", str(data)]) == 2
    assert "not empty" in capsys.readouterr().err
    old = put_aside(data)
    assert main(["restore", copy_in(data), "--data", str(data), "--old", old]) == 0
    told = capsys.readouterr().out
    assert f"with {cases_in(data)} cases" in told
    assert "All sessions are over" in told
    assert "key file" in told
    assert (data / "whistle.db").stat().st_mode & 0o777 == 0o600
    assert main(["audit", "verify", "--data", str(data)]) == 0


def test_a_restore_names_the_reports_that_it_forgot_and_forbids_their_days(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = load_settings(data).database
    since = PublicDocumentRow(
        b"r" * 16, REPORT_RECORD, "Beretning", date(2027, 1, 9), "2026-01-01_2026-06-30_1.json",
        "application/json", b"{}", 99,
    )  # fmt: skip
    with opened(url) as store, store.write() as db:
        since.insert(db)
    old = put_aside(data)
    assert main(["restore", copy_in(data), "--data", str(data), "--old", old]) == 0
    told = capsys.readouterr().out
    assert "Publish no report\n  whose days overlap theirs" in told
    named = [line for line in told.splitlines() if line.startswith("Published since, and")]
    assert [line.rpartition(" ")[2] for line in named] == ["2026-01-01_2026-06-30_1"]
    assert forgotten(f"{old}.gone", url) is None
    assert forgotten(url, url) == []


def test_a_restore_without_the_old_database_says_that_nobody_knows_what_was_published(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in data.glob("whistle.db*"):
        path.unlink()
    assert main(["restore", copy_in(data), "--data", str(data)]) == 0
    assert "Which reports were published since is not known here" in capsys.readouterr().out


def test_a_key_file_is_for_the_drill_alone(data: Path) -> None:
    restore = ["restore", copy_in(data), "--data", str(data)]
    assert main([*restore, "--key-file", str(data / "adviser.key")]) == 2


@pytest.mark.parametrize(
    "command",
    [["serve", "--port", "0"], ["rotate"], ["backup"], ["upgrade"], ["housekeeping"]],
    ids=lambda command: command[0],
)
def test_no_command_works_on_a_database_that_a_restore_did_not_finish(
    data: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(load_settings(data).database) as store, store.write() as db:
        mark(db)
    key = ["--key-file", str(data / "adviser.key")] if command[0] == "rotate" else []
    assert main([*command, *key, "--data", str(data)]) == 2
    assert "whistle restore FILE" in capsys.readouterr().err


def test_upgrade_says_what_it_did(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["upgrade", "--data", str(data)]) == 0
    assert "is up to date" in capsys.readouterr().out
    (data / "whistle.db").unlink()
    store = open_store(load_settings(data).database)
    migrate(store, "0003")
    store.dispose()
    assert main(["backup", "--data", str(data)]) == 2
    assert "whistle upgrade" in capsys.readouterr().err
    assert main(["upgrade", "--data", str(data)]) == 0
    assert "before it was at 0003" in capsys.readouterr().out


def test_what_lies_beside_the_copies_is_small_and_says_little(data: Path) -> None:
    record = json.loads((data / "backups" / "deletions.json").read_text())
    assert set(record) == {
        "format", "installation", "day", "log_size", "removed", "checkpoints",
    }  # fmt: skip

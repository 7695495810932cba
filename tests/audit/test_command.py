"""`whistle audit`: what it checks and writes, in words and by its exit status."""

import base64
import io
import json
import re
import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from tests.audit.logs import KEY, OTHER_KEY, Copy, check_export, made, put
from tests.support.office import Office
from whistle.audit.checkpoints import make_checkpoint, note_key
from whistle.audit.entries import Who, opening_of
from whistle.audit.export import export
from whistle.audit.log import Log, deed
from whistle.audit.proofs import disclose
from whistle.cli import main
from whistle.crypto.notes import NoteKey
from whistle.domain.errors import RefusedError
from whistle.domain.logged import Logged
from whistle.storage import log as queries
from whistle.storage.engine import Store
from whistle.storage.log_guard import unguard
from whistle.storage.read_only import open_read_only

DONE, WRONG, NOT_CHECKED = 0, 1, 2


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an installation whose log has a few entries."""
    data = tmp_path_factory.mktemp("audit") / "data"
    assert main(["demo", "--no-serve", "--empty", "--data", str(data)]) == DONE
    return data


@pytest.fixture
def key(data: Path, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(["audit", "key", "--data", str(data)]) == DONE
    return capsys.readouterr().out.strip()


def test_the_key_is_printed_as_others_read_it(key: str) -> None:
    assert re.fullmatch(r"whistle/[0-9a-f]{32}\+[0-9a-f]{8}\+A[A-Za-z0-9+/]{43}", key)
    assert NoteKey.parse(key).show() == key


def test_a_whole_log_is_fine_and_the_report_says_what_that_proves(
    data: Path, tmp_path: Path, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, exported = tmp_path / "kept", tmp_path / "log.jsonl"
    assert main(["audit", "checkpoint", "--data", str(data), "--out", str(kept)]) == DONE
    assert main(["audit", "export", "--data", str(data), "--out", str(exported)]) == DONE
    known = ["--key", key, "--checkpoint", str(kept)]
    capsys.readouterr()
    assert main(["audit", "verify", "--data", str(data), *known]) == DONE
    at_the_server = capsys.readouterr().out
    assert main(["audit", "verify", "--export", str(exported), *known]) == DONE
    anywhere = capsys.readouterr().out
    for told in (at_the_server, anywhere):
        assert "Nothing is wrong." in told
        assert "This proves that entries 0 to" in told
        assert "Give the one you know" not in told
    assert "Not checked: whether the sealed rows" in anywhere
    assert "Not checked" not in at_the_server
    assert stat.S_IMODE(exported.stat().st_mode) == 0o600


def test_who_brings_nothing_is_told_what_is_not_proved(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", "verify", "--data", str(data)]) == DONE
    told = capsys.readouterr().out
    assert "with --key" in told
    assert "with --checkpoint" in told


def test_a_checkpoint_that_came_by_mail_has_other_line_ends(
    data: Path, tmp_path: Path, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["audit", "checkpoint", "--data", str(data)]) == DONE
    kept = tmp_path / "mailed"
    kept.write_bytes(capsys.readouterr().out.replace("\n", "\r\n").encode())
    given = ["--key", key, "--checkpoint", str(kept)]
    assert main(["audit", "verify", "--data", str(data), *given]) == DONE


def test_an_export_says_in_the_log_that_it_was_made(
    data: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    capfdbinary.readouterr()
    assert main(["audit", "export", "--data", str(data)]) == DONE
    lines = capfdbinary.readouterr().out.splitlines()
    last = json.loads(lines[-1])
    assert last["actor_kind"] == 1
    assert b"log-exported" in base64.b64decode(last["body"])


def test_scripts_read_the_same(data: Path, key: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["audit", "verify", "--data", str(data), "--key", key, "--json"]) == DONE
    told = json.loads(capsys.readouterr().out)
    assert (told["format"], told["fine"], told["findings"]) == ("whistle-log-check/1", True, [])


def test_a_touched_database_is_wrong(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    assert main(["demo", "--no-serve", "--empty", "--data", str(other)]) == DONE
    files = sqlite3.connect(other / "whistle.db")
    files.execute("DROP TRIGGER log_entry_kept")
    files.execute("UPDATE log_entry SET time = time - 3600 WHERE number = 2")
    files.commit()
    files.close()
    capsys.readouterr()
    assert main(["audit", "verify", "--data", str(other)]) == WRONG
    assert "changed: Entry 2 does not fit" in capsys.readouterr().out
    assert main(["audit", "verify", "--data", str(other), "--json"]) == WRONG
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["fault"], finding["first"]) == ("changed", 2)
    assert data != other


def test_another_key_is_wrong(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--key", OTHER_KEY.show()]
    assert main(["audit", "verify", "--data", str(data), *given]) == WRONG
    assert "other-key" in capsys.readouterr().out


def test_what_cannot_be_checked_is_neither_fine_nor_wrong(data: Path, tmp_path: Path) -> None:
    junk = tmp_path / "junk"
    junk.write_bytes(b"\x00\xff")
    empty = tmp_path / "empty.db"
    empty.touch()
    for what in (
        ["--data", str(tmp_path)],
        ["--export", str(junk)],
        ["--export", str(tmp_path / "missing")],
        ["--entry", str(junk), "--key", KEY.show()],
        ["--entry", str(junk)],
        ["--database", f"sqlite:///{data / 'whistle.db'}"],
        ["--database", "nonsense", "--key", KEY.show()],
        ["--database", f"sqlite:///{tmp_path / 'missing.db'}", "--key", KEY.show()],
        ["--database", f"sqlite:///{empty}", "--key", KEY.show()],
        ["--database", f"sqlite:///{junk}", "--key", KEY.show()],
        ["--data", str(data), "--key", "nonsense"],
        ["--data", str(data), "--checkpoint", str(tmp_path / "missing")],
        ["--data", str(data), "--checkpoint", str(junk)],
    ):
        assert main(["audit", "verify", *what]) == NOT_CHECKED, what
    assert not (tmp_path / "missing.db").exists()


def url_of(store: Store) -> str:
    return store.engine.url.render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def whole() -> Copy:
    return made(600, 250, came_in=0)


def test_a_database_alone_is_checked_and_not_written(store: Store, whole: Copy) -> None:
    put(store, whole)
    given = ["--database", url_of(store), "--key", KEY.show()]
    assert main(["audit", "verify", *given]) == DONE
    with store.write() as db:
        unguard(db)
        db.exec_driver_sql("DELETE FROM log_entry WHERE number = 300")
    assert main(["audit", "verify", *given]) == WRONG


def test_what_is_opened_to_look_cannot_be_written(store: Store) -> None:
    looking = open_read_only(url_of(store))
    with (
        looking.read() as db,
        pytest.raises(DBAPIError, match=r"read-?only"),
    ):
        db.exec_driver_sql("DELETE FROM log_head")
    looking.dispose()
    with pytest.raises(RefusedError):
        open_read_only("sqlite:////nowhere/whistle.db")


def test_one_entry_is_checked_with_the_public_key_alone(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = office.installation
    who = Who.member(office.adviser.member_id)
    Log(here.store, here.id, here.clock, who, "adviser").note(deed(Logged.SIGNED_IN))
    with here.store.write() as db:
        checkpoint = make_checkpoint(db, here.id, office.log_key, office.clock.today())
    with here.store.read() as db:
        row = list(queries.entries(db))[-1]
        shown = disclose(db, row, opening_of(here.id, row), checkpoint)
    file, key = tmp_path / "entry.json", note_key(here.id, here.log_public).show()
    file.write_bytes(shown)
    capsys.readouterr()
    assert main(["audit", "verify", "--entry", str(file), "--key", key]) == DONE
    told = capsys.readouterr().out
    assert f"Entry {row.number} of the log whistle/" in told
    assert "It is in the log that was signed" in told
    file.write_bytes(shown.replace(b"adviser", b"nobody!"))
    assert main(["audit", "verify", "--entry", str(file), "--key", key]) == WRONG
    assert main(["audit", "verify", "--entry", str(file), "--key", OTHER_KEY.show()]) == WRONG


def test_an_export_is_read_from_standard_input(
    whole: Copy, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, whole)
    with store.read() as db:
        exported = b"".join(export(db, KEY))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(exported)))
    assert main(["audit", "verify", "--export", "-", "--key", KEY.show()]) == DONE
    assert check_export(store).is_fine

"""What is no copy of ours, or none that may be used: refused in words, and nothing is touched."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.backup.copying import Archive, all_rows, opened
from whistle.backup import files, manifest, records
from whistle.backup.errors import CopyError
from whistle.backup.folder import Copy
from whistle.backup.sources import Sources
from whistle.domain.channel import InboxKind
from whistle.storage import migrations, tables
from whistle.storage.engine import open_store
from whistle.storage.migrations import SchemaError, current, newest, upgrade
from whistle.storage.restoring import UnfinishedRestoreError, mark


def told_again(copy: Copy) -> bool:
    """Write checksums that fit what is there, as whoever changed it could."""
    named = {path.name: path for path in (copy.database, copy.manifest)}
    manifest.write_checksums(copy.checksums, named)
    return True


def change_manifest(copy: Copy, **values: object) -> None:
    record = {**json.loads(copy.manifest.read_text()), **values}
    records.write(copy.manifest, record)
    told_again(copy)


def change_database(copy: Copy, statement: str) -> None:
    with sqlite3.connect(copy.database) as db:
        for name in ("log_entry_kept", "log_entry_stays", "log_head_grows"):
            db.execute(f"DROP TRIGGER {name}")
        assert db.execute(statement).rowcount
    db.close()
    told_again(copy)


def flip_a_bit(copy: Copy) -> None:
    content = bytearray(copy.database.read_bytes())
    content[len(content) // 2] ^= 1
    copy.database.write_bytes(content)


def cut_short(copy: Copy) -> None:
    copy.database.write_bytes(copy.database.read_bytes()[:-4096])


DAMAGE: dict[str, tuple[Callable[[Copy], object], str]] = {
    "a bit flipped": (flip_a_bit, "checksum is another"),
    "cut short": (cut_short, "checksum is another"),
    "no manifest": (lambda copy: copy.manifest.unlink(), "not whole"),
    "no checksums": (lambda copy: copy.checksums.unlink(), "missing"),
    "no rows": (lambda copy: copy.database.unlink(), "not whole"),
    "empty checksums": (lambda copy: copy.checksums.write_text(""), "no checksum for"),
    "a checksum of something else": (
        lambda copy: copy.checksums.write_text(f"{'0' * 64}  ../whistle.toml\n"),
        "no list of checksums",
    ),
    "another installation": (
        lambda copy: change_manifest(copy, installation="ab" * 16),
        "another installation",
    ),
    "a newer program": (lambda copy: change_manifest(copy, revision="9999"), "install the version"),
    "another format": (lambda copy: change_manifest(copy, format="x"), "no manifest"),
    "more in the manifest": (lambda copy: change_manifest(copy, more=1), "no manifest"),
    "a manifest that is no JSON": (
        lambda copy: copy.manifest.write_text("{") and told_again(copy),
        "damaged",
    ),
    "another number of rows": (
        lambda copy: change_database(copy, "DELETE FROM receipt"),
        "not the rows",
    ),
    "a changed entry": (
        lambda copy: change_database(copy, "UPDATE log_entry SET time = 1 WHERE number = 7"),
        "damaged at entry 7",
    ),
    "an entry that is gone": (
        lambda copy: change_database(copy, "DELETE FROM log_entry WHERE number = 7"),
        "damaged at entry 7",
    ),
    "a log cut at its end": (
        lambda copy: change_database(
            copy, "DELETE FROM log_entry WHERE number = (SELECT size - 1 FROM log_head)"
        ),
        "another head",
    ),
    "another log": (lambda copy: change_manifest(copy, log_root="00" * 32), "not the one"),
    "another key directory": (
        lambda copy: change_database(copy, "UPDATE statement SET signature = zeroblob(64)"),
        "not those that whistle.toml names",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_no_whole_copy_of_ours_is_refused(
    damage: str, sqlite_lived_in: Archive, tmp_path: Path
) -> None:
    copy = sqlite_lived_in.back_up().copy
    change, told = DAMAGE[damage]
    change(copy)
    url = f"sqlite:///{tmp_path / 'there.db'}"
    with pytest.raises(CopyError, match=told):
        sqlite_lived_in.restore(copy, url)
    if (tmp_path / "there.db").exists():
        with opened(url) as store, store.read() as db:
            assert not db.execute(select(tables.cases.c.id)).all()


def test_a_copy_from_before_the_last_confirmed_change_of_keys_is_refused(
    sqlite_lived_in: Archive, tmp_path: Path
) -> None:
    copy = sqlite_lived_in.back_up().copy
    roots = sqlite_lived_in.settings.inboxes
    later = replace(roots[0], lowest_epoch=2, lowest_digest=bytes(32))
    assert later.kind is InboxKind.MAIN
    sqlite_lived_in.settings = replace(sqlite_lived_in.settings, inboxes=(later, *roots[1:]))
    with pytest.raises(CopyError, match="restore a newer copy"):
        sqlite_lived_in.restore(copy, f"sqlite:///{tmp_path / 'there.db'}")
    assert not (tmp_path / "there.db").exists()


@pytest.mark.parametrize("name", ["whistle.db", "whistle-2026-11-20.json", "whistle-20-11.db"])
def test_a_file_of_another_name_is_no_copy(name: str) -> None:
    with pytest.raises(CopyError, match=r"whistle-YYYY-MM-DD\.db"):
        Copy.at(Path(name))


def test_a_database_with_anything_in_it_is_not_restored_into(lived_in: Archive) -> None:
    copy = lived_in.back_up().copy
    before = all_rows(lived_in.office.installation.store, every=True)
    with pytest.raises(CopyError, match="not empty"):
        lived_in.restore(copy, lived_in.settings.database)
    assert all_rows(lived_in.office.installation.store, every=True) == before


def test_without_a_log_of_deletions_somebody_has_to_say_so(
    sqlite_lived_in: Archive, tmp_path: Path
) -> None:
    copy = sqlite_lived_in.back_up().copy
    (copy.folder / "deletions.json").unlink()
    url = f"sqlite:///{tmp_path / 'there.db'}"
    with pytest.raises(CopyError, match="--without-deletions"):
        sqlite_lived_in.restore(copy, url)
    sqlite_lived_in.restore(copy, url, Sources(nothing=True))


def test_an_older_copy_is_brought_up_to_date(
    sqlite_lived_in: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = sqlite_lived_in.back_up().copy
    older = files.changeable(copy.database)
    migrations.downgrade(older, "0004")  # the first that has a log
    assert current(older) == "0004"
    older.dispose()
    change_manifest(copy, revision="0004")
    with monkeypatch.context() as patch:
        if newest() == "0004":  # as if there were a later one
            patch.setattr("whistle.backup.restoring.newest", lambda: "0005")
        before = copy.database.read_bytes()
        url = f"sqlite:///{tmp_path / 'there.db'}"
        sqlite_lived_in.restore(copy, url)
    assert copy.database.read_bytes() == before
    with opened(url) as store:
        assert current(store) == newest()
        found, expected = all_rows(store), all_rows(sqlite_lived_in.office.installation.store)
        assert found["item"] == expected["item"]


def test_a_newer_database_is_neither_copied_nor_served(sqlite_lived_in: Archive) -> None:
    store = sqlite_lived_in.office.installation.store
    with store.write() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(CopyError, match="9999"):
        sqlite_lived_in.back_up()
    with pytest.raises(SchemaError, match="older than the one that was here"):
        upgrade(store)
    assert not list(sqlite_lived_in.folder.glob("whistle-*"))


def test_a_disk_that_would_fill_is_left_alone(sqlite_lived_in: Archive) -> None:
    settings = sqlite_lived_in.settings
    limits = replace(settings.limits, free_megabytes=10**9)
    sqlite_lived_in.settings = replace(settings, limits=limits)
    with pytest.raises(CopyError, match="Make room"):
        sqlite_lived_in.back_up()
    assert list(sqlite_lived_in.folder.iterdir()) == []


def test_what_fails_on_the_way_leaves_no_copy(
    sqlite_lived_in: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_arguments: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr("whistle.backup.manifest.write_checksums", failing)
        with pytest.raises(OSError, match="no space left"):
            sqlite_lived_in.back_up()
    assert list(sqlite_lived_in.folder.iterdir()) == []


def test_a_database_that_a_restore_did_not_finish_serves_nothing(database_url: str) -> None:
    store = open_store(database_url)
    upgrade(store)
    with store.write() as db:
        mark(db)
    with pytest.raises(UnfinishedRestoreError, match="whistle restore FILE"):
        upgrade(store)
    store.dispose()

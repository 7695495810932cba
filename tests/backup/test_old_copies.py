"""Copies that are too old are removed by every run, and nothing else is."""

import fcntl
import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.backup.copying import Archive
from whistle.backup import records
from whistle.backup.errors import CopyError
from whistle.backup.folder import alone_in
from whistle.backup.manifest import Manifest
from whistle.domain.copies import Copies
from whistle.domain.errors import RefusedError
from whistle.settings import load_settings


@pytest.fixture
def archive(sqlite_lived_in: Archive) -> Archive:
    return sqlite_lived_in


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_copy_lives_for_thirty_days_and_no_longer(archive: Archive) -> None:
    first = archive.back_up().copy
    archive.office.later(days=29)
    assert archive.back_up().removed == []
    assert first.database.exists()
    archive.office.later(days=1)
    assert archive.back_up().removed == ["whistle-2026-11-20"]
    assert not any(name.startswith(first.name) for name in names(archive.folder))
    assert len(list(archive.folder.glob("*.db"))) == 2


def test_it_lives_shorter_where_the_settings_say_so(archive: Archive) -> None:
    archive.settings = replace(archive.settings, backup=Copies(keep_days=3))
    archive.back_up()
    archive.office.later(days=3)
    assert archive.back_up().removed == ["whistle-2026-11-20"]


@pytest.mark.parametrize("line", ["keep_days = 31", "keep_days = 0", "keep_days = true", "x = 1"])
def test_no_copy_may_live_longer_than_thirty_days(line: str, tmp_path: Path) -> None:
    (tmp_path / "whistle.toml").write_text(
        f'database = "sqlite:////x"\nprofile = "stevns"\ninstallation = "{"ab" * 16}"\n'
        f'form_key = "{bytes(range(32)).hex()}"\nlog_key = "{bytes(range(32)).hex()}"\n'
        f"[backup]\n{line}\n"
    )
    with pytest.raises(RefusedError, match="keep_days"):
        load_settings(tmp_path, {})


def test_nothing_is_removed_but_old_copies_of_this_installation(archive: Archive) -> None:
    archive.folder.mkdir()
    old = archive.office.clock.today().replace(year=2020)
    mine = Manifest(archive.settings.installation, "0004", old, 1, bytes(32), {})
    others = replace(mine, installation=b"o" * 16)
    others.write(archive.folder / "whistle-2020-11-20.json")
    (archive.folder / "whistle-2020-11-20.db").touch()
    (archive.folder / "whistle-2020-11-21.db").touch()  # without a manifest
    (archive.folder / "whistle-2020-11-22.json").write_text("{}")
    mine.write(archive.folder / "whistle-by-hand.json")  # not our naming
    mine.write(archive.folder / "elsewhere.json")
    (archive.folder / "whistle-2020-11-23.json").symlink_to(archive.folder / "elsewhere.json")
    (archive.folder / "notes.txt").touch()
    before = names(archive.folder)
    assert archive.back_up().removed == []
    assert before < names(archive.folder)
    mine.write(archive.folder / "whistle-2020-11-24-2.json")
    assert archive.back_up().removed == ["whistle-2020-11-24-2"]
    assert before < names(archive.folder)


def test_old_copies_go_even_when_there_is_no_room_for_a_new_one(archive: Archive) -> None:
    first = archive.back_up().copy
    archive.office.later(days=30)
    limits = replace(archive.settings.limits, free_megabytes=10**9)
    archive.settings = replace(archive.settings, limits=limits)
    with pytest.raises(CopyError, match="Make room"):
        archive.back_up()
    assert not first.database.exists()


def test_what_killed_runs_left_is_cleared_away(archive: Archive) -> None:
    archive.folder.mkdir()
    (archive.folder / ".whistle-2026-11-19.db.part").write_bytes(b"half a copy")
    (archive.folder / ".deletions.json.part").touch()
    (archive.folder / ".mine.part").touch()
    archive.back_up()
    assert {name for name in names(archive.folder) if name.startswith(".")} == {".mine.part"}


def test_two_runs_at_once_do_not_mix(archive: Archive) -> None:
    with alone_in(archive.folder), pytest.raises(CopyError, match="another backup"):
        archive.back_up()
    archive.back_up()
    number = os.open(archive.folder, os.O_RDONLY)
    fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(number)


def test_a_link_laid_in_the_way_is_not_followed(archive: Archive, tmp_path: Path) -> None:
    archive.folder.mkdir()
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (archive.folder / ".deletions.json.part").symlink_to(victim)
    archive.back_up()
    assert victim.read_text() == "mine"
    (archive.folder / ".x.json.part").symlink_to(victim)
    with pytest.raises(OSError, match="symbolic links"):
        records.write_text(archive.folder / "x.json", "theirs")
    assert victim.read_text() == "mine"

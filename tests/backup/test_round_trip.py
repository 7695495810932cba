"""What a copy brings back: every row that it should have, on either engine, and nothing else."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from tests.backup.copying import Archive, Rows, all_rows, fill, opened
from whistle.audit.entries import open_details
from whistle.backup import files
from whistle.backup.rows import LEFT_OUT, copied
from whistle.domain.logged import Actor, Logged
from whistle.installation import open_installation
from whistle.storage import log, log_tables, tables
from whistle.storage.log_guard import ONLY_GROWS
from whistle.storage.log_tables import metadata

LOG = ("log_entry", "log_head", "log_subtree")


def without_log(rows: Rows) -> Rows:
    return {name: found for name, found in rows.items() if name not in LOG}


def test_every_row_comes_back_on_either_engine(lived_in: Archive, anywhere: str) -> None:
    made = lived_in.back_up()
    before = all_rows(lived_in.office.installation.store)
    assert all(before.values()), [name for name, rows in before.items() if not rows]
    lived_in.restore(made.copy, anywhere)
    with opened(anywhere) as store:
        after = all_rows(store)
        assert without_log(after) == without_log(before)
        assert after["log_entry"][: len(before["log_entry"])] != []
        with store.read() as db:
            entries = list(log.entries(db))
    here = lived_in.office.installation
    with here.store.read() as db:
        assert entries[:-1] == list(log.entries(db))
    last = open_details(here.id, entries[-1])
    assert (last.act, entries[-1].actor_kind) == (Logged.RESTORED, Actor.COMMAND)
    assert last.about["log_size"] == made.manifest.log_size == len(entries) - 1
    assert last.about["day"] == "2026-11-20"


def test_a_copy_of_what_was_restored_is_the_same_copy(lived_in: Archive, elsewhere: str) -> None:
    first = lived_in.back_up()
    lived_in.restore(first.copy, elsewhere)
    lived_in.settings = lived_in.into(elsewhere)
    again = lived_in.back_up()
    one, other = (files.opened(made.copy.database) for made in (first, again))
    assert without_log(all_rows(one)) == without_log(all_rows(other))


def test_sessions_and_what_is_soon_over_never_touch_the_file(lived_in: Archive) -> None:
    office = lived_in.office
    unsent = b"never sent " * 30
    with office.installation.store.write() as db:
        db.execute(insert(tables.attachments).values(id=b"u" * 16, started=office.clock.today()))
        db.execute(insert(tables.chunks).values(attachment_id=b"u" * 16, number=0, body=unsent))
        for table in sorted(LEFT_OUT, key=lambda one: one.name):
            if db.execute(select(table)).first() is None:
                fill(db, table)
    every = all_rows(office.installation.store, every=True)
    inboxes = {inbox.inbox_id for inbox in office.installation.directory.inboxes}
    secrets = [
        value
        for table in LEFT_OUT - {log_tables.fresh_rows}  # their keys are others' keys as well
        for row in every[table.name]
        for value in row
        if isinstance(value, bytes) and value not in {office.adviser.member_id, *inboxes}
    ]
    assert len(secrets) >= len(LEFT_OUT)
    made = lived_in.back_up()
    for path in lived_in.folder.iterdir():
        content = path.read_bytes()
        for secret in (*secrets, unsent):
            assert secret not in content, path
            assert secret.hex().encode() not in content, path
    with files.opened(made.copy.database).read() as db:
        for table in LEFT_OUT:
            assert db.execute(select(table)).first() is None


def test_what_is_left_out_is_a_short_list() -> None:
    names = {table.name for table in LEFT_OUT}
    assert names == {
        "member_session", "used_challenge", "sign_in_failure", "job_lease", "fresh_row",
        "satisfaction_used", "satisfaction_answer",
    }  # fmt: skip
    assert {table.name for table in copied()} | names == set(metadata.tables)


def test_rows_lie_in_the_order_of_their_random_keys(lived_in: Archive) -> None:
    for number in range(20):
        lived_in.office.reporter().report(f"Nummer {number}.")
    made = lived_in.back_up()
    with files.opened(made.copy.database).read() as db:
        ids = list(db.execute(select(tables.receipts.c.lookup)).scalars())
    assert len(ids) > 20
    assert ids == sorted(ids)


def test_what_stands_beside_a_copy_says_what_it_is(lived_in: Archive) -> None:
    made = lived_in.back_up()
    assert [path.name for path in sorted(lived_in.folder.iterdir())] == [
        "deletions.json",
        "whistle-2026-11-20.db",
        "whistle-2026-11-20.json",
        "whistle-2026-11-20.sha256",
    ]
    for path in lived_in.folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
    check = ["sha256sum", "--check", "--strict", made.copy.checksums.name]
    told = subprocess.run(check, cwd=lived_in.folder, capture_output=True, text=True, check=True)
    assert told.stdout.splitlines() == [
        "whistle-2026-11-20.db: OK",
        "whistle-2026-11-20.json: OK",
    ]
    manifest = json.loads(made.copy.manifest.read_text())
    with lived_in.office.installation.store.read() as db:
        tree = log.head(db)
    assert manifest["installation"] == lived_in.settings.installation.hex()
    assert (manifest["log_size"], manifest["log_root"]) == (tree.size, tree.root().hex())
    assert manifest["rows"]["enquiry_case"] == 2


def test_a_copy_says_itself_that_it_was_made(lived_in: Archive) -> None:
    made = lived_in.back_up()
    with files.opened(made.copy.database).read() as db:
        last = list(log.entries(db))[-1]
    details = open_details(lived_in.settings.installation, last)
    assert details.act == Logged.BACKED_UP
    assert details.about == {"copy": "whistle-2026-11-20"}


def test_a_restored_log_only_grows(lived_in: Archive, elsewhere: str) -> None:
    made = lived_in.back_up()
    lived_in.restore(made.copy, elsewhere)
    with opened(elsewhere) as store:
        for table in (log_tables.log_entries, log_tables.log_checkpoints):
            with pytest.raises(Exception, match=ONLY_GROWS), store.write() as db:
                db.execute(table.delete())


def test_people_find_everything_where_it_was(archive: Archive, anywhere: str) -> None:
    office = archive.office
    receipt = office.reporter().report("Der trækker i kælderen.")
    case_id = office.case_of(receipt)
    desk = office.desk_of(office.adviser)
    assert desk.answer(case_id, "Hvor længe?").status_code == 303
    made = archive.back_up()
    archive.restore(made.copy, anywhere)

    there = open_installation(archive.into(anywhere), clock=office.clock)
    restored = replace(office, installation=there)
    assert restored.desk_of(office.adviser).open(case_id).status_code == 200
    page = restored.reporter().come_back(receipt).text
    assert "Der trækker i kælderen." in page
    assert "Hvor længe?" in page
    with there.store.read() as db:
        assert len(db.execute(select(tables.member_sessions)).all()) == 1  # the one made just now
    there.store.dispose()


def test_a_second_copy_of_a_day_has_a_number(archive: Archive) -> None:
    names = [archive.back_up().copy.name for _ in range(3)]
    assert names == ["whistle-2026-11-20", "whistle-2026-11-20-2", "whistle-2026-11-20-3"]
    assert len(list(Path(archive.folder).glob("*.db"))) == 3

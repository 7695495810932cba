"""What was deleted stays deleted: a restore deletes it again, and the log says so."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.backup.copying import Archive, opened
from tests.support.office import a_file
from whistle.audit.entries import open_details
from whistle.backup import deletions
from whistle.backup.deletions import Checkpoint, Known, Removed
from whistle.backup.errors import CopyError
from whistle.backup.replaying import AGAIN, REPLACED
from whistle.backup.sources import Sources
from whistle.domain.logged import Logged
from whistle.storage import casework, log, removal, tables
from whistle.storage.digests import Kind
from whistle.storage.engine import Store
from whistle.storage.log_tables import removed_rows
from whistle.storage.rows import InboxKeysRow, ItemRow

FIRST = date(2026, 11, 1)


def items(store: Store) -> set[bytes]:
    with store.read() as db:
        return set(db.execute(select(tables.items.c.id)).scalars())


def delete_a_message(archive: Archive) -> bytes:
    """Erase some message, as casework erases."""
    store = archive.office.installation.store
    with store.write() as db:
        item = tables.items.c
        query = select(item.case_id, item.id).where(item.compartment == "dialogue")
        case_id, item_id = db.execute(query.order_by(item.id)).first() or (b"", b"")
        casework.delete_items(db, case_id, [item_id])
    return item_id


@pytest.fixture
def reported(archive: Archive) -> Archive:
    """An office with two reports."""
    for text in ("Der trækker.", "Skolen svarer ikke."):
        archive.office.reporter().report(text, files=[a_file()])
    return archive


def test_every_kind_of_the_deletion_log_is_thought_through() -> None:
    assert set(Kind) == AGAIN | REPLACED
    assert not AGAIN & REPLACED


def test_what_was_deleted_after_the_copy_does_not_come_back(
    reported: Archive, elsewhere: str
) -> None:
    copy = reported.back_up().copy
    before = items(reported.office.installation.store)
    gone = delete_a_message(reported)
    reported.back_up()  # which writes down what was deleted
    restored = reported.restore(copy, elsewhere)
    assert restored.replayed.deleted == 1
    with opened(elsewhere) as store:
        assert items(store) == before - {gone}
        with store.read() as db:
            announced = db.execute(select(removed_rows.c.kind, removed_rows.c.key)).all()
            entry = list(log.entries(db))[-1]
    assert [(kind, key[16:]) for kind, key in announced] == [("item", gone)]
    details = open_details(reported.settings.installation, entry)
    assert (details.act, details.about["replayed"]) == (Logged.RESTORED, 1)


def test_what_was_deleted_after_the_last_copy_is_asked_of_the_old_database(
    reported: Archive, elsewhere: str
) -> None:
    copy = reported.back_up().copy
    gone = delete_a_message(reported)
    old = reported.settings.database
    restored = reported.restore(copy, elsewhere, Sources(old=old))
    assert restored.replayed.deleted == 1
    with opened(elsewhere) as store:
        assert gone not in items(store)


def test_another_database_is_not_taken_for_the_old_one(
    reported: Archive, elsewhere: str, tmp_path: Path
) -> None:
    copy = reported.back_up().copy
    with pytest.raises(CopyError, match="not there"):
        reported.restore(copy, elsewhere, Sources(old=f"sqlite:///{tmp_path / 'no.db'}"))
    assert not (tmp_path / "no.db").exists()
    other = f"sqlite:///{tmp_path / 'other.db'}"
    (tmp_path / "other.db").touch()
    with pytest.raises(CopyError, match="cannot be read"):
        reported.restore(copy, elsewhere, Sources(old=other))
    reported.restore(copy, elsewhere)
    reported.office.installation.store.dispose()
    (tmp_path / "other.db").unlink()
    reported.restore(copy, other, Sources())
    reported.settings = reported.into(elsewhere)
    later = reported.back_up().copy  # after its restore, this log is one of its own
    with pytest.raises(CopyError, match="its log is another one"):
        reported.restore(later, f"sqlite:///{tmp_path / 'third.db'}", Sources(old=other))


def test_a_named_file_goes_together_with_the_one_beside_the_copy(
    reported: Archive, elsewhere: str, tmp_path: Path
) -> None:
    copy = reported.back_up().copy
    delete_a_message(reported)
    reported.back_up()
    newest = tmp_path / "carried.json"
    newest.write_bytes((reported.folder / "deletions.json").read_bytes())
    record = json.loads(newest.read_text())
    beside = reported.folder / "deletions.json"
    beside.write_text(json.dumps({**record, "removed": []}))
    assert reported.restore(copy, elsewhere, Sources(file=newest)).replayed.deleted == 1


@pytest.mark.parametrize(
    "change",
    [
        {"format": "x"}, {"removed": [["item", "zz", "2026-11-20"]]}, {"removed": [["item"]]},
        {"checkpoints": [3]}, {"installation": "ab" * 16}, {"day": ""}, {"more": 1},
        {"day": "2026-11-19"},
    ],
    ids=str,
)  # fmt: skip
def test_a_log_of_deletions_that_is_damaged_foreign_or_older_than_the_copy_is_refused(
    change: dict[str, object], sqlite_lived_in: Archive, tmp_path: Path
) -> None:
    copy = sqlite_lived_in.back_up().copy
    path = sqlite_lived_in.folder / "deletions.json"
    record = {**json.loads(path.read_text()), **change}
    path.write_text(json.dumps(record))
    with pytest.raises(CopyError):
        sqlite_lived_in.restore(copy, f"sqlite:///{tmp_path / 'there.db'}")
    if change != {"day": "2026-11-19"}:
        with pytest.raises(CopyError):
            sqlite_lived_in.back_up()
        assert json.loads(path.read_text()) == record, "it may be all that is known"


def test_the_log_of_deletions_is_kept_as_long_as_copies_live(archive: Archive) -> None:
    today = archive.office.clock.today()
    days = (today - timedelta(days=n) for n in (0, 30, 31, 32))
    removed = tuple(Removed("item", bytes([n]) * 32, b"", day) for n, day in enumerate(days))
    known = Known(archive.settings.installation, today, 7, removed, ())
    archive.folder.mkdir()
    deletions.keep(archive.folder, known)
    assert [row.key[0] for row in archive.known().removed] == [0, 1, 2]
    archive.back_up()
    assert [row.key[0] for row in archive.known().removed] == [0, 1, 2], "nothing is forgotten"
    archive.office.later(days=1)
    archive.back_up()
    assert [row.key[0] for row in archive.known().removed] == [0, 1]


def test_what_several_know_is_put_together() -> None:
    day = timedelta(days=1)
    older = Known(b"i" * 16, FIRST, 5, (Removed("item", b"a", b"1", FIRST),), ())
    point = Checkpoint(FIRST + day, 9, b"note")
    row = Removed("item", b"a", b"2", FIRST + day)
    newer = Known(b"i" * 16, FIRST + day, 9, (row,), (point,))
    for one, other in ((older, newer), (newer, older)):
        joined = one.joined([other])
        assert (joined.log_size, joined.day) == (9, FIRST + day)
        assert joined.removed == (*older.removed, row)
        assert joined.checkpoints == (point,)


def test_a_case_that_was_handed_over_since_is_told_and_stays_readable(
    archive: Archive, elsewhere: str
) -> None:
    office = archive.office
    case_id = office.case_of(office.reporter().report("Om rådgiveren."))
    assert office.desk_of(office.adviser).open(case_id).status_code == 200
    copy = archive.back_up().copy
    with office.installation.store.write() as db:  # as a hand-over does
        keys = InboxKeysRow.first(db, InboxKeysRow.select(tables.inbox_keys.c.case_id == case_id))
        assert keys is not None
        removal.remove_registration(db, keys)
    archive.back_up()
    restored = archive.restore(copy, elsewhere)
    assert restored.replayed.moved == (case_id,)
    assert restored.replayed.deleted == 0
    with opened(elsewhere) as store, store.read() as db:
        found = casework.get_case(db, case_id)
    assert found is not None
    assert found.registration is not None


def test_what_was_written_anew_under_a_removed_key_is_kept(
    reported: Archive, elsewhere: str
) -> None:
    with reported.office.installation.store.read() as db:
        item = ItemRow.first(db, ItemRow.select()) or ItemRow(b"", b"", "", 0, 0, b"")
    copy, known = reported.back_up().copy, reported.known()
    row = Removed(Kind.ITEM, item.case_id + item.id, b"another one's digest", known.day)
    deletions.keep(reported.folder, Known(known.installation, known.day, 99, (row,), ()))
    assert reported.restore(copy, elsewhere).replayed.deleted == 0
    with opened(elsewhere) as store, store.read() as db:
        assert item in ItemRow.all(db, ItemRow.select())


def test_a_file_that_was_removed_is_removed_again_with_its_chunks(
    reported: Archive, elsewhere: str
) -> None:
    copy = reported.back_up().copy
    with reported.office.installation.store.read() as db:
        file_id = db.execute(select(tables.attachments.c.id)).scalars().first() or b""
    known = reported.known()
    row = Removed(Kind.ATTACHMENT, file_id, b"", known.day)
    deletions.keep(reported.folder, Known(known.installation, known.day, 99, (row,), ()))
    assert reported.restore(copy, elsewhere).replayed.deleted == 1
    with opened(elsewhere) as store, store.read() as db:
        chunk = tables.chunks.c.attachment_id
        assert file_id not in db.execute(select(chunk)).scalars().all()

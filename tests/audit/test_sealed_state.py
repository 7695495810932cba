"""Sealed rows that are missing, changed or put back are found by the log, with the entry."""

import pytest
from sqlalchemy import ColumnElement, delete, update

from tests.housekeeping.life import Life, house_of
from tests.support.office import Office
from whistle.audit.checkpoints import note_key
from whistle.audit.evidence import database
from whistle.audit.findings import Fault, Report
from whistle.audit.sealed_state import SealedState
from whistle.audit.verify import verify
from whistle.casework import acts
from whistle.crypto.errors import ContentError
from whistle.housekeeping.day import finish_day
from whistle.storage import tables
from whistle.storage.digests import Kind
from whistle.storage.engine import open_store
from whistle.storage.migrations import upgrade
from whistle.storage.rows import RegistrationRow
from whistle.storage.sealed_rows import SealedRow


def check(office: Office) -> Report:
    here = office.installation
    with here.store.read() as db:
        return verify(database(db, note_key(here.id, here.log_public)))


def day_is_over(office: Office) -> None:
    """Let a day pass, and housekeeping tell of it."""
    office.later(days=1)
    assert finish_day(house_of(office)) is not None


@pytest.fixture
def busy(office: Office) -> Office:
    """An office of which the log knows reports, answers and titles."""
    life = Life(office, 7)
    for _ in range(3):
        life.report()
    life.answer()
    day_is_over(office)
    day_is_over(office)
    life.title()
    life.answer()
    return office


def test_an_office_at_work_is_fine_before_and_after_every_batch(busy: Office) -> None:
    before = check(busy)
    assert before.is_fine, before.findings
    day_is_over(busy)
    day_is_over(busy)
    after = check(busy)
    assert after.is_fine, after.findings
    assert before.rows is not None
    assert after.rows is not None
    assert after.rows > before.rows > 0


def test_rows_that_vanish_in_silence_are_named_by_the_entry_that_told_of_them(
    busy: Office,
) -> None:
    with busy.installation.store.write() as db:
        db.execute(delete(tables.items))
    report = check(busy)
    assert {one.fault for one in report.findings} == {Fault.ROWS_MISSING}
    assert all(one.first is not None and "item" in one.message for one in report.findings)


def test_rows_that_were_altered_in_silence_are_not_as_they_came(busy: Office) -> None:
    with busy.installation.store.write() as db:
        db.execute(update(tables.items).values(body=b"other"))
    faults = {one.fault for one in check(busy).findings}
    assert faults == {Fault.ROWS_CHANGED}


def test_a_row_that_was_put_back_from_an_older_copy_is_older_than_logged(busy: Office) -> None:
    column = tables.registrations.c
    with busy.installation.store.read() as db:
        old = RegistrationRow.all(db, RegistrationRow.select())
    for n, row in enumerate(old):
        work = busy.work_of(busy.adviser)
        opened = work.open(row.case_id)
        assert opened is not None
        acts.give_title(work, row.case_id, f"Ny titel {n}", opened.registration.title)
    day_is_over(busy)
    day_is_over(busy)
    assert check(busy).is_fine
    with busy.installation.store.write() as db:
        for row in old:
            db.execute(
                update(tables.registrations)
                .where(column.case_id == row.case_id)
                .values(version=row.version, body=row.body)
            )
    faults = {one.fault for one in check(busy).findings}
    assert Fault.ROWS_OLDER in faults


def test_a_row_that_is_passed_off_as_another_is_gone_all_the_same(busy: Office) -> None:
    known, item = SealedRow.table.c, tables.items.c
    registration: tuple[ColumnElement[bool], ...] = (known.kind == Kind.REGISTRATION,)
    with busy.installation.store.write() as db:
        row = SealedRow.all(db, SealedRow.select(known.kind == Kind.ITEM))[0]
        other = SealedRow.all(db, SealedRow.select(*registration))[0]
        db.execute(delete(tables.items).where(item.id == row.key[16:]))
        db.execute(delete(SealedRow.table).where(known.key == row.key))
        here = (*registration, known.key == other.key)
        passed_off = update(SealedRow.table).where(*here)
        db.execute(passed_off.values(progress=b"", digest=row.digest))
    report = check(busy)
    assert [one.fault for one in report.findings] == [Fault.STATE]
    assert report.findings[0].first is not None
    day_is_over(busy)
    day_is_over(busy)  # nor do later batches cover it up
    again = check(busy)
    assert [one.fault for one in again.findings] == [Fault.STATE]
    assert again.findings[0].first != report.findings[0].first


@pytest.mark.parametrize(
    "about",
    [
        {"came": [], "went": [], "state": "ab" * 32},
        {},
        {"came": 1, "went": []},
        {"came": ["00"], "went": []},
        {"came": [1], "went": []},
    ],
)
def test_a_batch_that_tells_no_digests_is_none(about: dict[str, object]) -> None:
    with pytest.raises(ContentError):
        SealedState().batch(0, about)


def test_what_went_and_came_again_was_put_back() -> None:
    state, digest = SealedState(), "ab" * 32
    state.batch(3, {"came": [digest], "went": []})
    state.batch(5, {"came": [], "went": [digest]})
    state.batch(9, {"came": [digest], "went": []})
    store = open_store("sqlite://")
    upgrade(store)
    with store.read() as db:
        found = state.compare(db)
    assert [(one.fault, one.first) for one in found] == [
        (Fault.ROWS_MISSING, 9),
        (Fault.ROWS_OLDER, 9),
    ]

"""New keys for an inbox: its anonymised records come under them, the cases they were of or not."""

import secrets
import time
from datetime import date

import pytest
from sqlalchemy import update

from tests.casework.records import close_case, counted, opened_case, rows
from tests.casework.test_rotation import citizens, epochs, finish, step, take
from tests.support.office import Office
from whistle.casework.acts import reopen
from whistle.casework.entering import NewCase, case_id_of, enter
from whistle.casework.rotation import Slice, is_pending, pending, rotate_for
from whistle.domain.channel import Channel
from whistle.keys.inbox_records import renew
from whistle.keys.keyring import InboxKeys, Keyring
from whistle.keys.records import Registration
from whistle.keys.recovery import RecoveryKeyring, RecoverySeed
from whistle.keys.steps import recover, set_recovery
from whistle.storage import directory, tables
from whistle.storage.rotation import Progress
from whistle.storage.rows import InboxRecordRow

TODAY = date(2026, 11, 20)


@pytest.fixture
def closed(office: Office) -> list[bytes]:
    """Three cases that were entered and are closed: three records."""
    work = office.work_of(office.adviser)
    found = [case_id_of(work, bytes([number])) for number in range(3)]
    for case_id in found:
        enter(work, Channel.CITIZEN, NewCase(case_id, TODAY, Registration(closed=TODAY)))
    return found


def test_records_come_under_the_new_key_and_are_counted_as_cases_are(
    office: Office, closed: list[bytes]
) -> None:
    before = counted(office)
    take(office, office.adviser)
    work = office.work_of(office.adviser)
    assert [one.progress for one in pending(work)] == [Progress(0, 6)]
    assert finish(office, office.adviser) == Slice(renewed=2 * len(closed))
    assert not is_pending(work)
    assert counted(office) == before
    assert {row.epoch for row in rows(office)} == {2}
    assert epochs(office) == {2}


def test_a_record_outlives_its_case_through_any_number_of_keys(
    office: Office, closed: list[bytes]
) -> None:
    with office.installation.store.write() as db:
        db.execute(tables.cases.delete())
    for _ in range(2):
        take(office, office.adviser)
        assert finish(office, office.adviser) == Slice(renewed=len(closed))
    assert len(counted(office)) == len(closed)
    assert epochs(office) == {3}


def slowly(inbox: InboxKeys, row: InboxRecordRow) -> InboxRecordRow:
    time.sleep(0.3)
    return renew(inbox, row)


def test_a_slice_that_ends_among_the_records_goes_on_there(
    office: Office, closed: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    with office.installation.store.write() as db:
        db.execute(tables.cases.delete())
    take(office, office.adviser)
    work = office.work_of(office.adviser)
    assert rotate_for(work, -1) == Slice()
    monkeypatch.setattr("whistle.casework.rotation.RECORDS", 1)
    with monkeypatch.context() as slow:
        slow.setattr("whistle.casework.rotation.renew", slowly)
        assert rotate_for(work, 0.2) == Slice(renewed=1)
    assert [one.progress for one in pending(work)] == [Progress(1, len(closed))]
    assert epochs(office) == {1, 2}
    assert finish(office, office.adviser) == Slice(renewed=2)
    assert epochs(office) == {2}


def test_a_damaged_record_keeps_its_grants_until_its_case_makes_it_anew(
    office: Office, closed: list[bytes]
) -> None:
    work = office.work_of(office.adviser)
    column = tables.inbox_records.c
    record = opened_case(work, closed[0]).registration.record
    with office.installation.store.write() as db:
        change = update(tables.inbox_records).where(column.id == record)
        db.execute(change.values(body=b"\x01" + bytes(60)))
    take(office, office.adviser)
    assert finish(office, office.adviser) == Slice(renewed=5, damaged=1)
    assert epochs(office) == {1, 2}
    work.open(closed[0])
    assert finish(office, office.adviser) == Slice()
    assert len(counted(office)) == len(closed)
    assert epochs(office) == {2}


def test_a_case_that_is_reopened_meanwhile_leaves_no_record_behind(
    office: Office, closed: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    take(office, office.adviser)
    work, waiting = office.work_of(office.adviser), [closed[0]]

    def renewed(inbox: InboxKeys, row: InboxRecordRow) -> InboxRecordRow:
        if waiting:
            reopen(work, waiting.pop())
        return renew(inbox, row)

    monkeypatch.setattr("whistle.casework.rotation.renew", renewed)
    done = rotate_for(work, 60)
    assert (done.renewed, done.missed) == (5, 1)
    assert len(counted(office)) == len(closed) - 1


def test_a_closing_under_an_older_key_begins_again(office: Office, case_id: bytes) -> None:
    work = office.work_of(office.adviser)
    work.open(case_id)
    take(office, office.adviser)
    close_case(work, case_id)
    assert [row.epoch for row in rows(office)] == [2]
    assert len(counted(office)) == 1


def test_who_left_counts_nothing_and_who_recovers_the_inbox_counts_all(
    office: Office, closed: list[bytes], deputy: Keyring
) -> None:
    here, recovered = office.installation, office.reserve
    held, next_held = (RecoveryKeyring(here.id, RecoverySeed.random()) for _ in range(2))
    with here.store.read() as db:
        grants = directory.grants_of(db, deputy.member_id)
    step(office, set_recovery(deputy, citizens(office), grants, held.public))
    with here.store.read() as db:
        kept = directory.recovery_grants(db, citizens(office).inbox_id)
    named = [recovered.public]
    step(office, recover(held, citizens(office), kept, named, next_held.public))
    assert len(counted(office, recovered)) == len(closed)
    assert counted(office, deputy) == []
    finish(office, recovered)
    assert len(counted(office, recovered)) == len(closed)
    with here.store.read() as db:
        left = directory.recovery_grants(db, citizens(office).inbox_id)
    assert [row.epoch for row in left] == [citizens(office).epoch]


def test_all_records_look_alike_however_many_were_let_in_between(
    office: Office, deputy: Keyring
) -> None:
    assert citizens(office).epoch == 2
    work = office.work_of(deputy)
    new = NewCase(secrets.token_bytes(16), TODAY, Registration(closed=TODAY))
    enter(work, Channel.CITIZEN, new)
    assert [row.epoch for row in rows(office)] == [1]
    assert len(counted(office)) == len(counted(office, deputy)) == 1

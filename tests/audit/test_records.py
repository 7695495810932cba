"""Anonymised records are known to the log: one that goes or changes in silence is found."""

from sqlalchemy import delete, update

from tests.audit.test_sealed_state import check, day_is_over
from tests.casework.records import close_case, counted, opened_case, rows
from tests.casework.test_rotation import finish, take
from tests.support.office import Office
from whistle.audit.findings import Fault
from whistle.casework.acts import reopen
from whistle.casework.service import CaseworkService
from whistle.storage import log_tables, tables
from whistle.storage.digests import Kind
from whistle.storage.sealed_rows import known

RECORDS = tables.inbox_records


def closed(office: Office, number: int = 2) -> tuple[CaseworkService, list[bytes]]:
    """Close some cases, and have the log know."""
    work = office.work_of(office.adviser)
    cases = [office.case_of(office.reporter().report()) for _ in range(number)]
    for case_id in cases:
        close_case(work, case_id)
    day_is_over(office)
    day_is_over(office)
    return work, cases


def known_records(office: Office) -> set[bytes]:
    with office.installation.store.read() as db:
        return {row.key for row in known(db, Kind.RECORD)}


def test_the_log_knows_the_records_and_nothing_of_their_cases(office: Office) -> None:
    _, cases = closed(office)
    assert known_records(office) == {row.id for row in rows(office)}
    assert not known_records(office) & set(cases)
    assert check(office).is_fine


def test_a_record_that_vanishes_is_missing(office: Office) -> None:
    closed(office)
    with office.installation.store.write() as db:
        db.execute(delete(RECORDS).where(RECORDS.c.id == rows(office)[0].id))
    (finding,) = check(office).findings
    assert finding.fault is Fault.ROWS_MISSING
    assert "1 sealed row (record)" in finding.message


def test_a_record_that_is_altered_is_not_as_it_came(office: Office) -> None:
    closed(office)
    with office.installation.store.write() as db:
        db.execute(update(RECORDS).values(body=b"other"))
    assert {one.fault for one in check(office).findings} == {Fault.ROWS_CHANGED}


def test_a_record_from_an_older_key_is_older_than_logged(office: Office) -> None:
    closed(office)
    old = rows(office)
    take(office, office.adviser)
    finish(office, office.adviser)
    assert check(office).is_fine  # before the log was told of the new key
    day_is_over(office)
    day_is_over(office)
    assert check(office).is_fine
    with office.installation.store.write() as db:
        db.execute(delete(RECORDS))
        type(old[0]).insert_all(db, old)
    assert Fault.ROWS_OLDER in {one.fault for one in check(office).findings}


def test_a_record_that_goes_as_its_case_is_reopened_was_announced(office: Office) -> None:
    work, cases = closed(office)
    kept = opened_case(work, cases[1]).registration.record
    reopen(work, cases[0])
    assert check(office).is_fine
    day_is_over(office)
    day_is_over(office)
    assert check(office).is_fine
    assert known_records(office) == {kept}


def test_putting_back_a_record_that_went_is_found(office: Office) -> None:
    work, cases = closed(office)
    (gone,) = [
        row for row in rows(office) if row.id == opened_case(work, cases[0]).registration.record
    ]
    reopen(work, cases[0])
    day_is_over(office)
    day_is_over(office)
    with office.installation.store.write() as db:
        gone.insert(db)
    assert Fault.ROWS_OLDER in {one.fault for one in check(office).findings}


def test_a_record_outlives_its_case_and_the_log_knows_it_still(office: Office) -> None:
    _, cases = closed(office)
    with office.installation.store.write() as db:
        db.execute(delete(tables.cases))
    told = [one.message for one in check(office).findings]
    assert told
    assert not any("record" in message for message in told)
    assert len(counted(office)) == len(cases)
    assert known_records(office) == {row.id for row in rows(office)}


def test_a_record_that_lost_its_announcement_is_missing(office: Office) -> None:
    work, cases = closed(office)
    reopen(work, cases[0])
    with office.installation.store.write() as db:
        db.execute(delete(log_tables.removed_rows))
    assert Fault.ROWS_MISSING in {one.fault for one in check(office).findings}

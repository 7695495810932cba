"""Anonymised records in copies: carried, and not brought back where they were taken away."""

from datetime import date

from tests.backup.copying import Archive, opened
from tests.casework.records import close_case, counted, opened_case
from tests.support.office import Office
from whistle.audit.checkpoints import note_key
from whistle.audit.evidence import database
from whistle.audit.verify import verify
from whistle.casework.acts import reopen
from whistle.casework.entering import NewCase, case_id_of, enter
from whistle.casework.service import CaseworkService
from whistle.domain.channel import Channel
from whistle.domain.registration import Enquiry
from whistle.installation import Installation, open_installation
from whistle.keys.records import Registration
from whistle.storage import tables
from whistle.storage.engine import Store
from whistle.storage.rows import InboxRecordRow

TODAY = date(2026, 11, 20)


def records(store: Store) -> list[InboxRecordRow]:
    with store.read() as db:
        query = InboxRecordRow.select().order_by(tables.inbox_records.c.id)
        return list(InboxRecordRow.all(db, query))


def restored(archive: Archive, url: str) -> Installation:
    return open_installation(archive.into(url), clock=archive.office.clock)


def is_fine(here: Installation) -> bool:
    with here.store.read() as db:
        return verify(database(db, note_key(here.id, here.log_public))).is_fine


def entered(office: Office) -> bytes:
    """Enter a closed case with a note."""
    work = office.work_of(office.adviser)
    registration = Registration("Om tag", closed=TODAY, enquiry=Enquiry(casework=True))
    new = NewCase(case_id_of(work, b"f"), TODAY, registration, "Ringede om sit tag.")
    assert enter(work, Channel.CITIZEN, new)
    return new.case_id


def test_a_case_without_a_reporter_and_its_record_come_back_and_open(
    archive: Archive, elsewhere: str
) -> None:
    case_id = entered(archive.office)
    before, told = records(archive.office.installation.store), counted(archive.office)
    made = archive.back_up()
    assert made.manifest.rows["inbox_record"] == 1
    archive.restore(made.copy, elsewhere)
    with opened(elsewhere) as store:
        assert records(store) == before
    here = restored(archive, elsewhere)
    case = opened_case(CaseworkService(here, archive.office.adviser), case_id)
    assert case.registration.title == "Om tag"
    assert [one.newest.text for one in case.notebook.shown] == ["Ringede om sit tag."]
    assert len(told) == 1
    assert is_fine(here)
    here.store.dispose()


def test_a_record_that_was_taken_away_after_the_copy_does_not_come_back(
    archive: Archive, elsewhere: str
) -> None:
    office = archive.office
    work = office.work_of(office.adviser)
    kept, other = (office.case_of(office.reporter().report()) for _ in range(2))
    close_case(work, kept)
    close_case(work, other)
    copy = archive.back_up().copy
    (gone,) = [
        row
        for row in records(office.installation.store)
        if row.id == opened_case(work, other).registration.record
    ]
    office.later(days=1)
    reopen(work, other)
    archive.back_up()
    assert archive.restore(copy, elsewhere).replayed.deleted > 0
    here = restored(archive, elsewhere)
    assert gone not in records(here.store)
    assert len(records(here.store)) == 1
    again = CaseworkService(here, office.adviser)
    again.open(other)  # closed still, in the copy: it is counted again
    assert len(records(here.store)) == 2
    assert gone not in records(here.store)
    assert is_fine(here)
    here.store.dispose()


def test_a_record_of_a_case_that_was_erased_since_stays(archive: Archive, elsewhere: str) -> None:
    office = archive.office
    entered(office)
    copy = archive.back_up().copy
    with office.installation.store.write() as db:
        db.execute(tables.cases.delete())
    archive.back_up()
    archive.restore(copy, elsewhere)
    with opened(elsewhere) as store:
        assert len(records(store)) == 1

"""What never opens is erased by a step of its own, so that its case can be closed, and erased."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from tests.casework.journal import Journal
from tests.casework.papers import open_case, path_of
from tests.casework.records import GUIDED
from tests.casework.test_closing import close
from tests.support.office import Desk, Office, hidden_fields
from tests.support.registered import registered
from whistle.casework import keeping, notes
from whistle.casework.acts import Done
from whistle.casework.erasing_damaged import erase_damaged
from whistle.casework.filing import Filing, file_new
from whistle.casework.kept import KeptError
from whistle.domain.filed import Consent
from whistle.domain.logged import Logged
from whistle.keys.keyring import Keyring
from whistle.storage import tables


@pytest.fixture
def damaged(office: Office, case_id: bytes) -> bytes:
    """A case with two notes, one of which does not open any more."""
    work = office.work_of(office.adviser)
    registered(work, case_id, GUIDED)
    for form_id, text in ((b"f", "Hel"), (b"g", "Ødelagt")):
        assert notes.write_note(work, case_id, form_id, text) is Done.YES
    rows = {one.newest.text: one.row_ids for one in open_case(office, case_id).notebook.notes}
    with office.installation.store.write() as db:
        column = tables.items.c
        [row_id] = rows["Ødelagt"]
        broken = update(tables.items).where(column.id == row_id).values(body=bytes(100))
        db.execute(broken)
    return case_id


def test_what_does_not_open_is_erased_and_its_case_can_be_closed(
    office: Office, english: Callable[[Keyring], Desk], damaged: bytes
) -> None:
    desk, page = english(office.adviser), path_of(damaged, "/erase-damaged")
    assert close(office, damaged) is not Done.YES
    assert f'href="{page}"' in desk.get(path_of(damaged, "/close")).text
    shown = desk.get(page).text
    assert "1 thing in the case does not open." in shown
    journal, form = Journal(office), hidden_fields(shown)
    assert desk.post(page, {**form, "seen": "2"}).status_code == 409
    assert desk.post(page, {**form, "csrf_token": "x"}).status_code == 422
    journal.skip()
    assert desk.post(page, form).status_code == 303
    [told] = journal.new()
    assert (told.act, told.about["number"]) == (Logged.DAMAGED_ERASED, 1)
    assert [one.newest.text for one in open_case(office, damaged).notebook.shown] == ["Hel"]
    assert desk.post(page, form).status_code == 303  # a double click
    assert close(office, damaged) is Done.YES


def test_what_does_not_open_is_kept_under_a_legal_hold(office: Office, damaged: bytes) -> None:
    work = office.work_of(office.adviser)
    assert keeping.hold(work, damaged, "Stævning") is Done.YES
    with pytest.raises(KeptError):
        erase_damaged(work, damaged, 1)
    assert open_case(office, damaged).notebook.damaged == 1


def test_a_consent_that_stood_ends_as_its_withdrawal_may_be_what_is_erased(
    office: Office, damaged: bytes
) -> None:
    work, today = office.work_of(office.adviser), office.clock.today()
    yes = Consent("bl", today)
    assert file_new(work, damaged, b"c", yes, Filing(Logged.FILED)) is Done.YES
    assert erase_damaged(work, damaged, 1) is Done.YES
    ((kept, now),) = open_case(office, damaged).notebook.of_kind(Consent)
    assert (kept.newest.version, now.withdrawn) == (2, today)

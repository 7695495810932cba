"""What does not open may be what is waited for: nothing rests on guessing what it says."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

import pytest

from tests.casework.papers import damage, open_case, path_of, place_of
from tests.support.office import Desk, Office
from tests.support.registered import registered
from whistle.casework import acts, tasks
from whistle.casework.acts import Closing, Done
from whistle.casework.cases import OpenedCase
from whistle.casework.filing import Filing, change, file_new, strike
from whistle.domain.filed import Referral, Task
from whistle.domain.logged import Logged
from whistle.domain.registration import Enquiry, Issue
from whistle.keys.canonical import dump
from whistle.keys.cases import Compartment

Open = Callable[[], OpenedCase]
PASSED_ON = Enquiry(
    casework=True, approached=True, outcome="passed_on", issues=(Issue("4", "4.1", "bl"),)
)
SENT = Referral("bl", date(2026, 11, 20), date(2026, 12, 4))
TO_DO = Task("Ring", date(2026, 12, 1))


@pytest.fixture
def letter(office: Office, case_id: bytes) -> bytes:
    """A case that waits for a letter's answer; give the row of the letter."""
    work = office.work_of(office.adviser)
    registered(work, case_id, PASSED_ON)
    assert file_new(work, case_id, b"f", SENT, Filing(Logged.FILED)) is Done.YES
    ((kept, _),) = open_case(office, case_id).notebook.of_kind(Referral)
    return kept.row_ids[0]


def test_a_letter_that_does_not_open_keeps_the_date_it_had(
    office: Office, case_id: bytes, letter: bytes, opened: Open
) -> None:
    work = office.work_of(office.adviser)
    damage(office, letter)
    assert file_new(work, case_id, b"t", TO_DO, Filing(Logged.FILED)) is Done.YES
    assert [due.day for due in opened().registration.due] == [TO_DO.by, SENT.reply_by]
    assert tasks.mark(work, place_of(office, case_id, Task), done=True) is Done.YES
    assert [due.day for due in opened().registration.due] == [SENT.reply_by]
    assert tasks.mark(work, place_of(office, case_id, Task), done=False) is Done.YES
    where = place_of(office, case_id, Task)
    assert strike(work, where, Filing(Logged.FILED_DELETED)) is Done.YES
    assert [due.day for due in opened().registration.due] == [SENT.reply_by]
    assert acts.undo(work, case_id, opened().version) is Done.YES
    assert [due.day for due in opened().registration.due] == [TO_DO.by, SENT.reply_by]


@pytest.mark.usefixtures("letter")
def test_an_answer_that_does_not_open_has_nobody_wait_again(
    office: Office, case_id: bytes, opened: Open
) -> None:
    work, answered = office.work_of(office.adviser), replace(SENT, unanswered="Intet svar")
    where = place_of(office, case_id, Referral)
    assert change(work, where, lambda _: answered, Filing(Logged.FILED_CHANGED)) is Done.YES
    ((kept, _),) = opened().notebook.of_kind(Referral)
    damage(office, kept.row_ids[-1])
    assert file_new(work, case_id, b"t", TO_DO, Filing(Logged.FILED)) is Done.YES
    assert [due.day for due in opened().registration.due] == [TO_DO.by]


def test_a_case_with_something_that_does_not_open_is_not_closed(
    office: Office, desk: Desk, case_id: bytes, letter: bytes
) -> None:
    damage(office, letter)
    work = office.work_of(office.adviser)
    closing = Closing(secrets.token_bytes(16), len(open_case(office, case_id).messages))
    assert acts.close(work, case_id, closing) is Done.INCOMPLETE
    assert acts.close(work, case_id, replace(closing, unanswered="Intet svar")) is Done.INCOMPLETE
    page = desk.get(path_of(case_id, "/close")).text
    assert "data-once" not in page
    assert f'href="{path_of(case_id)}"' in page


@pytest.mark.parametrize(
    "record",
    [
        {"kind": ["referral"]},
        {"kind": {"a": 1}},
        {"kind": None},
        {"kind": "novel"},
        {"kind": "consent", "content": {"recipient": "x", "given": "0001-01-01", "how": 5}},
    ],
)
def test_a_record_of_no_known_kind_is_damaged_and_hides_nothing(
    office: Office, opened: Open, record: Mapping[str, object]
) -> None:
    row = opened().items.seal(Compartment.CASEWORK, dump(record), item_id=secrets.token_bytes(16))
    with office.log_of_commands.store.write() as db:
        row.insert(db)
    assert opened().notebook.damaged == 1

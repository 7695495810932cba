"""An enquiry is one case, whatever became of it since: nothing is counted twice."""

from collections.abc import Callable

import pytest

from tests.casework.papers import open_case
from tests.casework.records import counted
from tests.casework.test_rotation import finish, take
from tests.exchange.tables import a_table
from tests.support.office import Office, a_file, hidden_fields
from whistle.casework import erasing
from whistle.casework.acts import Done
from whistle.casework.erasing import Seen
from whistle.casework.exchange.importing import Files, Report, import_files, try_import
from whistle.casework.exchange.registrations import export_table, open_all
from whistle.casework.exchange.writing import as_csv
from whistle.casework.recusal import Declaration, recuse
from whistle.domain.erasing import Early
from whistle.domain.recusal import Ground

TABLE = a_table({"closed": "2025-03-04", "outcome": "guided"})
Afterwards = Callable[[Office], None]


def bring(office: Office, content: bytes = TABLE) -> Report:
    return import_files(office.work_of(office.adviser), Files(content))


def the_case(office: Office) -> bytes:
    """Give the one case that was imported."""
    opened = open_all(office.work_of(office.adviser))
    [case_id] = [one.case.id for one in opened if one and one.registration.source]
    return case_id


def erase(office: Office) -> None:
    opened = open_case(office, the_case(office))
    seen = Seen(opened.version, len(opened.messages))
    work = office.work_of(office.adviser)
    assert erasing.erase_case(work, opened.case.id, seen, Early.ASKED) is Done.YES


def pass_on(office: Office) -> None:
    declared = Declaration(office.adviser.member_id, Ground.RELATIVE, "Min søster.", 0)
    assert recuse(office.work_of(office.adviser), the_case(office), declared) is Done.YES


def new_keys(office: Office) -> None:
    take(office, office.adviser)
    finish(office, office.adviser)  # and forget the old ones


def pass_on_and_open(office: Office) -> None:
    case_id = the_case(office)
    pass_on(office)
    office.work_of(office.reserve).open(case_id)


def pass_on_and_erase_there(office: Office) -> None:
    case_id = the_case(office)
    pass_on_and_open(office)
    reserve = office.work_of(office.reserve)
    opened = reserve.attempt(case_id, lambda opened: opened)
    assert opened
    seen = Seen(opened.version, len(opened.messages))
    assert erasing.erase_case(reserve, case_id, seen, Early.ASKED) is Done.YES


def forget(office: Office) -> None:
    """Let the days pass after which nobody remembers which rows were removed."""
    office.later(days=400)


@pytest.mark.parametrize(
    "since",
    [
        [new_keys],
        [erase],
        [erase, forget, new_keys],
        [new_keys, erase, new_keys],
        [pass_on],
        [pass_on, new_keys],
        [pass_on_and_open, new_keys],
        [pass_on_and_erase_there, forget],
    ],
    ids=lambda since: ", ".join(one.__name__ for one in since),
)
def test_an_enquiry_that_was_imported_is_there_already_whatever_became_of_it(
    office: Office, since: list[Afterwards]
) -> None:
    assert bring(office).written == 1
    for happens in since:
        happens(office)
    before = [counted(office, member) for member in (office.adviser, office.reserve)]
    tried = try_import(office.work_of(office.adviser), Files(TABLE))
    brought = bring(office)
    for report in (tried, brought):
        assert [(one.row, one.code) for one in report.faults] == [(2, "already_there")]
    assert brought.written == 0
    assert [counted(office, member) for member in (office.adviser, office.reserve)] == before
    assert sum(map(len, before)) <= 1


def test_a_case_that_was_taken_out_by_its_own_id_and_erased_does_not_come_back(
    office: Office,
) -> None:
    work = office.work_of(office.adviser)
    assert bring(office).written == 1
    case_id = the_case(office)
    exported = as_csv(export_table(work).rows).replace(b"2025-001", case_id.hex().encode())
    erase(office)
    assert {one.code for one in bring(office, exported).faults} == {"already_there"}


def test_another_enquiry_comes_in_after_one_was_erased(office: Office) -> None:
    assert bring(office).written == 1
    erase(office)
    assert bring(office, a_table({"enquiry_id": "2025-002"})).written == 1


def test_the_reserve_takes_out_what_was_passed_on_before_anybody_opened_it_there(
    office: Office,
) -> None:
    assert bring(office).written == 1
    registered = export_table(office.work_of(office.adviser)).rows
    pass_on(office)
    table = export_table(office.work_of(office.reserve))
    assert (table.rows, table.unregistered, table.damaged) == (registered, 0, 0)
    assert not export_table(office.work_of(office.adviser)).rows


def test_the_page_says_which_enquiry_was_passed_on_and_takes_the_rest_without_it(
    office: Office,
) -> None:
    assert bring(office).written == 1
    pass_on(office)
    desk = office.desk_of(office.adviser)
    both = a_file(a_table({}, {"enquiry_id": "2025-009"}), "tabel.csv")
    form = hidden_fields(desk.get("/casework/exchange").text)
    page = desk.post("/casework/exchange", {**form, "files": [both]})
    assert page.status_code == 422
    assert "2025-001" in page.text
    rest = a_file(a_table({"enquiry_id": "2025-009"}), "tabel.csv")
    page = desk.post("/casework/exchange", {**form, "files": [rest]})
    done = desk.post("/casework/exchange/import", hidden_fields(page.text))
    assert done.status_code in {200, 303}

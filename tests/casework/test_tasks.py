"""Tasks of a case: with a date or without, done and not done after all, changed, deleted."""

from datetime import timedelta

from tests.casework.papers import open_case, path_of
from tests.support.office import Desk, Office, hidden_fields
from whistle.casework import tasks
from whistle.casework.acts import Done, undo
from whistle.casework.filing import Place
from whistle.domain.filed import Task
from whistle.domain.registration import DueKind
from whistle.keys.keyring import Keyring


def kept(office: Office, case_id: bytes) -> list[tuple[bytes, int, Task]]:
    book = open_case(office, case_id).notebook
    return [(one.filed_id, one.newest.version, task) for one, task in book.of_kind(Task)]


def add(desk: Desk, case_id: bytes, text: str, by: str = "") -> int:
    form = hidden_fields(desk.get(path_of(case_id, "/tasks")).text)
    return desk.post(path_of(case_id, "/tasks"), {**form, "text": text, "by": by}).status_code


def test_a_task_with_a_date_is_due_until_it_is_done(
    office: Office, desk: Desk, case_id: bytes
) -> None:
    assert add(desk, case_id, "Ring til Børn & Læring", "27-11-2026") == 303
    [(filed_id, version, _)] = kept(office, case_id)
    [due] = open_case(office, case_id).registration.due
    assert (due.kind, due.day.isoformat(), due.item) == (DueKind.TASK, "2026-11-27", filed_id)
    address = path_of(case_id, f"/task/{filed_id.hex()}/done")
    form = {**hidden_fields(desk.get(path_of(case_id, "/tasks")).text), "version": str(version)}
    assert desk.post(address, {**form, "done": "1"}).status_code == 303
    assert open_case(office, case_id).registration.due == ()
    assert kept(office, case_id)[0][2].done == office.clock.today()
    again = desk.post(address, {**form, "done": "0"})  # from the old page
    assert again.headers["Location"].endswith("done=changed")
    assert desk.post(address, {**form, "version": "2", "done": "0"}).status_code == 303
    assert open_case(office, case_id).registration.due == (due,)


def test_a_task_that_is_sent_again_after_it_was_deleted_is_kept_for_a_new_one(
    office: Office, desk: Desk, case_id: bytes
) -> None:
    page = path_of(case_id, "/tasks")
    form = {**hidden_fields(desk.get(page).text), "text": "Ring igen", "by": ""}
    assert desk.post(page, form).status_code == 303
    [(filed_id, version, _)] = kept(office, case_id)
    where = Place(case_id, filed_id, version)
    assert tasks.remove(office.work_of(office.adviser), where) is Done.YES
    refused = desk.post(page, form)
    assert refused.status_code == 409
    assert 'value="Ring igen"' in refused.text
    again = {**hidden_fields(refused.text), "text": "Ring igen", "by": ""}
    assert desk.post(page, again).status_code == 303
    assert len(kept(office, case_id)) == 1


def test_what_is_no_task_is_refused_and_kept(office: Office, desk: Desk, case_id: bytes) -> None:
    form = hidden_fields(desk.get(path_of(case_id, "/tasks")).text)
    for text, by in (("", "2026-12-01"), ("Ring", "snart"), ("x" * 1_001, "")):
        refused = desk.post(path_of(case_id, "/tasks"), {**form, "text": text, "by": by})
        assert refused.status_code == 422
        assert f'value="{text}"' in refused.text
        assert f'value="{by}"' in refused.text
    assert kept(office, case_id) == []


def test_a_task_sent_twice_is_filed_once(office: Office, desk: Desk, case_id: bytes) -> None:
    form = {**hidden_fields(desk.get(path_of(case_id, "/tasks")).text), "text": "Ring"}
    for _ in range(2):
        assert desk.post(path_of(case_id, "/tasks"), form).status_code == 303
    assert len(kept(office, case_id)) == 1


def test_of_two_who_change_a_task_the_second_is_shown_what_changed(
    office: Office, desk: Desk, deputy: Keyring, case_id: bytes
) -> None:
    add(desk, case_id, "Først")
    [(filed_id, _, _)] = kept(office, case_id)
    address = path_of(case_id, f"/task/{filed_id.hex()}")
    other = office.desk_of(deputy)
    mine, theirs = (hidden_fields(each.get(address).text) for each in (desk, other))
    assert other.post(address, {**theirs, "text": "Veras"}).status_code == 303
    refused = desk.post(address, {**mine, "text": "Idas"})
    assert refused.status_code == 409
    assert "Veras" in refused.text
    assert 'value="Idas"' in refused.text
    again = {**hidden_fields(refused.text), "text": "Idas"}
    assert desk.post(address, again).status_code == 303
    assert kept(office, case_id)[0][2].text == "Idas"


def test_words_for_a_task_that_is_gone_are_not_lost(
    office: Office, desk: Desk, case_id: bytes
) -> None:
    add(desk, case_id, "Først")
    [(filed_id, version, _)] = kept(office, case_id)
    address = path_of(case_id, f"/task/{filed_id.hex()}")
    form = hidden_fields(desk.get(address).text)
    where = Place(case_id, filed_id, version)
    assert tasks.remove(office.work_of(office.adviser), where) is Done.YES
    refused = desk.post(address, {**form, "text": "Mine ord"})
    assert refused.status_code == 409
    assert 'value="Mine ord"' in refused.text


def test_a_deleted_task_comes_back_by_undo_with_its_date(office: Office, case_id: bytes) -> None:
    work = office.work_of(office.adviser)
    by = office.clock.today() + timedelta(days=3)
    open_case(office, case_id)
    tasks.add(work, case_id, b"f", "Ring", by)
    [(filed_id, version, _)] = kept(office, case_id)
    assert tasks.remove(work, Place(case_id, filed_id, version)) is Done.YES
    assert open_case(office, case_id).registration.due == ()
    assert undo(work, case_id, open_case(office, case_id).version) is Done.YES
    assert [due.day for due in open_case(office, case_id).registration.due] == [by]

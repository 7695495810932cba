"""Closing, reopening, marking, titles; and taking them back."""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from tests.support.office import Desk, Office, hidden_fields
from tests.support.registered import registered
from whistle.casework import acts, notes
from whistle.casework.acts import Closing, Done, Undoable
from whistle.casework.cases import OpenedCase
from whistle.domain.channel import Act, Side
from whistle.keys.keyring import Keyring

Open = Callable[[], OpenedCase]


@pytest.fixture
def case_id(office: Office, case_id: bytes) -> bytes:
    """A citizen's case that is registered."""
    registered(office.work_of(office.adviser), case_id)
    return case_id


def close(office: Office, case_id: bytes, text: str = "", note: str = "", seen: int = -1) -> Done:
    work = office.work_of(office.adviser)
    opened = work.open(case_id)
    assert opened is not None
    seen = len(opened.messages) if seen < 0 else seen
    registered(work, case_id)
    return acts.close(work, case_id, Closing(secrets.token_bytes(16), seen, text, note))


def post(desk: Desk, case_id: bytes, path: str, **fields: str) -> tuple[int, str]:
    form = hidden_fields(desk.open(case_id).text)
    answer = desk.post(f"/casework/case/{case_id.hex()}/{path}", {**form, **fields})
    return answer.status_code, answer.headers.get("Location", "")


def undo(office: Office, opened: OpenedCase) -> Done:
    return acts.undo(office.work_of(office.adviser), opened.case.id, opened.version)


def told(opened: OpenedCase) -> list[tuple[Act, str]]:
    return [(message.act, message.text) for message in opened.messages[1:]]


# -- closing -----------------------------------------------------------------------------------


def test_a_closed_case_tells_the_reporter_and_keeps_the_note_to_casework(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    case_id = office.case_of(receipt)
    registered(office.work_of(office.adviser), case_id)
    desk = office.desk_of(office.adviser)
    page = desk.get(f"/casework/case/{case_id.hex()}/close").text
    form = {**hidden_fields(page), "text": "Tak for din henvendelse.", "note": "Intet at gøre."}
    assert desk.post(f"/casework/case/{case_id.hex()}/close", form).status_code == 303
    shown = reporter.come_back(receipt).text
    assert "Tak for din henvendelse." in shown
    assert "Intet at gøre." not in shown
    opened = office.work_of(office.adviser).open(case_id)
    assert opened is not None
    assert not opened.case.is_open
    assert opened.registration.closed == date(2026, 11, 20)
    assert opened.messages[-1].side is Side.CASEWORK
    assert told(opened) == [(Act.CLOSED, "Tak for din henvendelse.")]
    assert [note.newest.text for note in opened.notebook.shown] == ["Intet at gøre."]


def test_closing_warns_while_feedback_is_due_and_closes_all_the_same(
    office: Office, desk: Desk, case_id: bytes, opened: Open
) -> None:
    page = desk.get(f"/casework/case/{case_id.hex()}/close").text
    assert page.count("alert-warning") == 2
    office.work_of(office.adviser).answer(case_id, b"f", "Svar", (), is_feedback=True)
    page = desk.get(f"/casework/case/{case_id.hex()}/close").text
    assert "alert-warning" not in page
    assert close(office, case_id) is Done.YES
    assert not opened().case.is_open


def test_closing_twice_closes_once(desk: Desk, case_id: bytes, opened: Open) -> None:
    address = f"/casework/case/{case_id.hex()}/close"
    form = {**hidden_fields(desk.get(address).text), "text": "Slut"}
    for _ in range(2):
        assert desk.post(address, form).status_code == 303
    assert told(opened()) == [(Act.CLOSED, "Slut")]


def test_a_case_is_not_closed_on_a_message_that_nobody_has_read(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    case_id = office.case_of(receipt)
    registered(office.work_of(office.adviser), case_id)
    desk = office.desk_of(office.adviser)
    address = f"/casework/case/{case_id.hex()}/close"
    form = hidden_fields(desk.get(address).text)
    reporter.come_back(receipt)
    reporter.write("Vent, der er mere")
    refused = desk.post(address, {**form, "text": "Jeg lukker."})
    assert refused.status_code == 409
    assert "Vent, der er mere" in refused.text
    assert "Jeg lukker." in refused.text
    assert desk.post(address, hidden_fields(refused.text)).status_code == 303


def test_who_closes_second_loses_no_words(
    office: Office, desk: Desk, case_id: bytes, opened: Open
) -> None:
    address = f"/casework/case/{case_id.hex()}/close"
    form = hidden_fields(desk.get(address).text)
    close(office, case_id)
    refused = desk.post(address, {**form, "text": "Mine ord", "note": "Min note"})
    assert refused.status_code == 409
    assert "Mine ord" in refused.text
    assert "Min note" in refused.text
    assert told(opened()) == [(Act.CLOSED, "")]


def test_two_who_close_at_the_same_moment_close_once(
    office: Office, case_id: bytes, opened: Open, deputy: Keyring
) -> None:
    opened()

    def each(member: Keyring) -> Done:
        closing = Closing(secrets.token_bytes(16), 1)
        return acts.close(office.work_of(member), case_id, closing)

    with ThreadPoolExecutor(2) as pool:
        done = set(pool.map(each, (office.adviser, deputy)))
    assert done == {Done.YES, Done.ALREADY}
    assert told(opened()) == [(Act.CLOSED, "")]


def test_a_message_after_closing_stands_out_and_reopens_nothing(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    case_id = office.case_of(receipt)
    close(office, case_id)
    reporter.come_back(receipt)
    reporter.write("Det skete igen")
    work = office.work_of(office.adviser)
    [listed] = [case for inbox in work.inboxes() for case in inbox.cases]
    assert (listed.unread, listed.case.is_open) == (1, False)
    opened = work.open(case_id)
    assert opened is not None
    assert opened.wrote_after_closing
    assert not opened.case.is_open
    acts.reopen(work, case_id)
    opened = work.open(case_id)
    assert opened is not None
    assert not opened.wrote_after_closing


def test_an_open_case_is_not_reopened(office: Office, case_id: bytes, opened: Open) -> None:
    assert acts.reopen(office.work_of(office.adviser), case_id) is Done.ALREADY
    assert told(opened()) == []


# -- undoing -----------------------------------------------------------------------------------


def test_closing_is_undone_with_its_note_and_its_line(
    office: Office, case_id: bytes, opened: Open
) -> None:
    close(office, case_id, note="Forkert sag")
    assert undo(office, opened()) is Done.YES
    assert opened().case.is_open
    assert opened().registration.closed is None
    assert opened().notebook.notes == []
    assert told(opened()) == []


def test_what_the_reporter_was_told_is_not_taken_back(
    office: Office, case_id: bytes, opened: Open
) -> None:
    close(office, case_id, text="Farvel")
    assert undo(office, opened()) is Done.YES
    assert opened().case.is_open
    assert told(opened()) == [(Act.CLOSED, "Farvel"), (Act.REOPENED, "")]


def test_reopening_is_undone_to_the_day_it_was_closed(
    office: Office, case_id: bytes, opened: Open
) -> None:
    close(office, case_id)
    office.later(days=3)
    acts.reopen(office.work_of(office.adviser), case_id)
    assert undo(office, opened()) is Done.YES
    assert not opened().case.is_open
    assert opened().registration.closed == date(2026, 11, 20)
    assert told(opened()) == [(Act.CLOSED, "")]


@pytest.mark.parametrize("what", [Undoable.ACKNOWLEDGED, Undoable.FEEDBACK])
def test_a_duty_met_in_another_way_is_marked_and_unmarked(
    office: Office, case_id: bytes, opened: Open, what: Undoable
) -> None:
    work, before = office.work_of(office.adviser), opened().case
    assert acts.mark(work, case_id, what) is Done.YES
    marked = opened().case
    gone = (marked.acknowledge_by is None, marked.feedback_by is None)
    assert gone == (what is Undoable.ACKNOWLEDGED, what is Undoable.FEEDBACK)
    assert acts.mark(work, case_id, what) is Done.ALREADY
    assert undo(office, opened()) is Done.YES
    assert opened().case == before


def test_a_case_is_marked_unread_and_read_again(office: Office, desk: Desk, case_id: bytes) -> None:
    status, location = post(desk, case_id, "mark", mark="unread")
    assert status == 303
    page = desk.get(location).text
    assert "1 ulæst" in page
    form = hidden_fields(page)
    desk.post(f"/casework/case/{case_id.hex()}/undo", form)
    [listed] = [case for inbox in office.work_of(office.adviser).inboxes() for case in inbox.cases]
    assert listed.unread == 0


def test_nothing_is_undone_twice(office: Office, case_id: bytes, opened: Open) -> None:
    close(office, case_id)
    before = opened()
    assert undo(office, before) is Done.YES
    assert undo(office, before) is Done.CHANGED
    assert undo(office, opened()) is Done.CHANGED


@pytest.mark.parametrize("what", ["a note", "an answer", "a title", "a message"])
def test_nothing_is_undone_when_something_else_has_happened(office: Office, what: str) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    case_id = office.case_of(receipt)
    close(office, case_id)
    desk = office.desk_of(office.adviser)
    page = desk.get(f"/casework/case/{case_id.hex()}?done=closed").text
    form = hidden_fields(page.partition('class="undo"')[2].partition("</form>")[0])
    work = office.work_of(office.adviser)
    if what == "a note":
        notes.write_note(work, case_id, b"f", "note")
    elif what == "an answer":
        work.answer(case_id, b"f", "Svar", (), is_feedback=False)
    elif what == "a title":
        acts.give_title(work, case_id, "Titel", "")
    else:
        reporter.come_back(receipt)
        reporter.write("Hov")
    answer = desk.post(f"/casework/case/{case_id.hex()}/undo", form)
    assert answer.headers["Location"].endswith("done=not-undone")
    opened = work.open(case_id)
    assert opened is not None
    assert not opened.case.is_open


def test_undo_is_offered_on_the_page_that_follows_and_not_by_any_address(
    office: Office, desk: Desk, case_id: bytes
) -> None:
    assert "/undo" not in desk.get(f"/casework/case/{case_id.hex()}?done=closed").text
    close(office, case_id)
    assert "/undo" in desk.get(f"/casework/case/{case_id.hex()}?done=closed").text
    assert "/undo" not in desk.get(f"/casework/case/{case_id.hex()}?done=feedback").text
    assert "/undo" not in desk.open(case_id).text


# -- titles ------------------------------------------------------------------------------------


def test_a_title_is_shown_in_place_of_the_neutral_one(
    desk: Desk, case_id: bytes, opened: Open
) -> None:
    assert post(desk, case_id, "title", title="  Svar  fra Økonomi ")[0] == 303
    assert opened().registration.title == "Svar fra Økonomi"
    assert "Svar fra Økonomi" in desk.get("/casework/inboxes").text


def test_of_two_who_give_a_title_the_second_is_shown_the_firsts(
    office: Office, desk: Desk, case_id: bytes, opened: Open
) -> None:
    form = hidden_fields(desk.open(case_id).text)
    acts.give_title(office.work_of(office.adviser), case_id, "Den ene", "")
    address = f"/casework/case/{case_id.hex()}/title"
    refused = desk.post(address, {**form, "title": "Den anden"})
    assert refused.status_code == 409
    assert "Den ene" in refused.text
    assert 'value="Den anden"' in refused.text
    again = {**hidden_fields(refused.text), "title": "Den anden"}
    assert desk.post(address, again).status_code == 303
    assert opened().registration.title == "Den anden"


def test_a_title_that_is_too_long_comes_back(desk: Desk, case_id: bytes, opened: Open) -> None:
    assert post(desk, case_id, "title", title="æ" * 121)[0] == 422
    assert opened().registration.title == ""


# -- hostile -----------------------------------------------------------------------------------

ACTS = ("title", "close", "reopen", "mark", "undo", "note", "identity", "apart")


@pytest.mark.parametrize("path", ACTS)
def test_no_act_is_done_without_the_sessions_token(
    desk: Desk, case_id: bytes, opened: Open, path: str
) -> None:
    before = opened().version
    data = {"seen": "1", "version": "1", "mark": "unread", "note": "x", "title": "x"}
    for token in ({}, {"csrf_token": "x"}):
        refused = desk.post(f"/casework/case/{case_id.hex()}/{path}", {**data, **token})
        assert refused.status_code in {403, 422}
    assert opened().version == before


@pytest.mark.parametrize("path", ACTS)
@pytest.mark.parametrize("who", ["nobody", "the reserve"])
def test_no_act_is_done_by_whose_keys_do_not_open_the_case(
    office: Office, case_id: bytes, opened: Open, path: str, who: str
) -> None:
    before = opened().version
    address = f"/casework/case/{case_id.hex()}/{path}"
    data = {"seen": "1", "version": "1", "mark": "unread", "note": "x", "title": "x"}
    if who == "nobody":
        refused = office.casework.test_client().post(address, data=data)
        assert refused.status_code == 401  # the sign-in page, with what was written
        assert "Set-Cookie" not in refused.headers
    else:
        desk = office.desk_of(office.reserve)
        token = hidden_fields(desk.get("/casework/inboxes").text)
        assert desk.post(address, {**token, **data}).status_code == 404
    assert opened().version == before


@pytest.mark.parametrize("path", ACTS)
@pytest.mark.parametrize("address", ["zz", "0" * 32])
def test_no_act_is_done_to_what_is_no_case(desk: Desk, path: str, address: str) -> None:
    token = hidden_fields(desk.get("/casework/inboxes").text)
    data = {"seen": "1", "version": "1", "mark": "unread", "note": "x", "title": "x"}
    assert desk.post(f"/casework/case/{address}/{path}", {**token, **data}).status_code == 404


@pytest.mark.parametrize("mark", ["", "closed", "note-deleted", "../x"])
def test_only_what_can_be_marked_is_marked(
    desk: Desk, case_id: bytes, opened: Open, mark: str
) -> None:
    before = opened().version
    assert post(desk, case_id, "mark", mark=mark)[0] == 400
    assert opened().version == before


@pytest.mark.parametrize("version", ["", "-1", "x", "9" * 30])
def test_an_undo_of_no_version_is_refused(desk: Desk, case_id: bytes, version: str) -> None:
    assert post(desk, case_id, "undo", version=version)[0] == 403


@pytest.mark.parametrize(
    ("field", "text"), [("text", "æ" * 200_001), ("note", "æ" * 20_001), ("seen", "x")]
)
def test_a_closing_that_cannot_be_taken_comes_back(
    desk: Desk, case_id: bytes, opened: Open, field: str, text: str
) -> None:
    address = f"/casework/case/{case_id.hex()}/close"
    form = hidden_fields(desk.get(address).text)
    assert desk.post(address, {**form, field: text}).status_code == 422
    assert opened().case.is_open

"""Activities, gaps and changes of method, evaluations: written, changed, struck out, taken back."""

from collections.abc import Callable
from datetime import date

import pytest

from tests.casework.book_pages import entries, send, the_only
from tests.support.office import Desk, Office, hidden_fields
from whistle.domain.book import Activity, ActivityKind, Change, ChangeKind, Evaluation
from whistle.keys.keyring import Keyring

ACTIVITIES = "/casework/activities"
COVID = "På grund af covid 19 – har der ikke i 2020 været hjemtaget interne kursusforløb."
GAP = "I en periode på tre måneder har der ikke været en borgerrådgiver."


def teach(desk: Desk, **fields: object) -> tuple[int, str]:
    told = {"what": "teaching", "first": "2026-03-02", "text": "Kursus i forvaltningsret"}
    return send(desk, ACTIVITIES, "", **{**told, **fields})


def test_an_activity_is_kept_with_all_that_is_told_of_it(office: Office, desk: Desk) -> None:
    told = {"last": "03-03-2026", "hours": "1,5", "people": "12", "centres": ["bl", "so"]}
    assert teach(desk, **told)[0] == 303
    assert the_only(office)[2] == Activity(
        ActivityKind.TEACHING,
        date(2026, 3, 2),
        "Kursus i forvaltningsret",
        date(2026, 3, 3),
        ("bl", "so"),
        90,
        12,
    )
    page = desk.get(ACTIVITIES).text
    for words in ("Kursus i forvaltningsret", "Børn &amp; Læring, Sund &amp; Omsorg", "1,5", "12"):
        assert words in page


def test_table_3_5_of_stevns_can_be_written_word_for_word(desk: Desk) -> None:
    told = {"what": "remark", "text": COVID, "first": "2020-01-01", "last": "2021-03-15"}
    assert teach(desk, **told)[0] == 303
    page = desk.get(ACTIVITIES).text
    assert COVID in page
    assert "Alle, generelt" in page or "All, in general" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("what", "party"),
        ("text", " "),
        ("first", ""),
        ("first", "2026-02-30"),
        ("last", "2026-03-01"),
        ("centres", "no-such-centre"),
        ("hours", "-1"),
        ("hours", "1e9"),
        ("hours", "."),
        ("hours", "²"),
        ("people", "many"),
        ("people", "99999999999"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_lost(
    office: Office, desk: Desk, field: str, value: str
) -> None:
    status, page = teach(desk, **{"people": "12", field: value})
    assert status == 422
    assert entries(office) == []
    assert field == "text" or "Kursus i forvaltningsret" in page
    assert 'aria-invalid="true"' in page or field == "centres"


def test_the_list_is_filtered_by_year(desk: Desk) -> None:
    teach(desk)
    teach(desk, first="2025-12-30", last="2026-01-02", text="Over nytår")
    teach(desk, first="2025-05-05", text="Besøg hos jobcentret", hours="2", people="3")
    this = desk.get(f"{ACTIVITIES}?year=2026").text
    assert "Kursus i forvaltningsret" in this
    assert "Over nytår" in this
    assert "Besøg hos jobcentret" not in this
    assert "Kursus i forvaltningsret" not in desk.get(f"{ACTIVITIES}?year=2025").text
    assert "Besøg hos jobcentret" in desk.get(f"{ACTIVITIES}?year=nonsense").text


def test_who_is_slower_sees_what_is_there_and_keeps_their_own(office: Office, desk: Desk) -> None:
    teach(desk)
    entry, _version, _content = the_only(office)
    page = f"/casework/activity/{entry}"
    mine = hidden_fields(desk.get(page).text)
    told = {"what": "visit", "first": "2026-03-02"}
    assert send(desk, page, **told, text="Besøg")[0] == 303
    slower = desk.post(page, {**mine, **told, "text": "Mit eget"})
    assert slower.status_code == 409
    assert "Besøg" in slower.text
    assert "Mit eget" in slower.text
    again = desk.post(page, {**hidden_fields(slower.text), **told, "text": "Mit eget"})
    assert again.status_code == 303
    content = the_only(office)[2]
    assert isinstance(content, Activity)
    assert content.text == "Mit eget"


def test_what_was_struck_out_meanwhile_is_kept_as_something_new(office: Office, desk: Desk) -> None:
    teach(desk)
    entry, version, _content = the_only(office)
    page = f"/casework/activity/{entry}"
    mine = hidden_fields(desk.get(page).text)
    assert send(desk, page, f"/casework/book/{entry}/strike", version=str(version))[0] == 303
    told = {"what": "visit", "first": "2026-03-02", "text": "Mit eget"}
    late = desk.post(page, {**mine, **told})
    assert late.status_code == 409
    assert "Mit eget" in late.text
    assert desk.post(ACTIVITIES, {**hidden_fields(late.text), **told}).status_code == 303
    assert [one.content.text for one in entries(office) if isinstance(one.content, Activity)] == [
        "Mit eget"
    ]


def test_striking_out_is_offered_to_be_taken_back(office: Office, desk: Desk) -> None:
    teach(desk)
    entry, version, _content = the_only(office)
    strike = f"/casework/book/{entry}/strike"
    assert send(desk, ACTIVITIES, strike, version="7")[1].endswith(f"done=changed&entry={entry}")
    status, there = send(desk, ACTIVITIES, strike, version=str(version))
    assert (status, there) == (303, f"{ACTIVITIES}?done=struck&entry={entry}")
    assert entries(office) == []
    assert f"/casework/book/{entry}/take-back" in desk.get(there).text
    assert send(desk, there, f"/casework/book/{entry}/take-back")[0] == 303
    assert len(entries(office)) == 1


def test_a_gap_and_a_change_of_method_are_dated(office: Office, desk: Desk) -> None:
    page = "/casework/changes"
    told = {"why": "gap", "first": "2026-08-01", "last": "2026-10-31", "text": GAP}
    assert send(desk, page, **told)[0] == 303
    entry, _version, content = the_only(office)
    assert content == Change(ChangeKind.GAP, date(2026, 8, 1), GAP, date(2026, 10, 31))
    assert GAP in desk.get(page).text
    assert send(desk, f"/casework/change/{entry}", **{**told, "why": "method"})[0] == 303
    assert send(desk, page, **{**told, "text": ""})[0] == 422
    changed = the_only(office)[2]
    assert isinstance(changed, Change)
    assert changed.why is ChangeKind.METHOD


def test_an_evaluation_has_its_body_and_decision(office: Office, desk: Desk) -> None:
    page = "/casework/evaluations"
    told = {"held": "2020-12-07", "body": "Byrådet", "decision": "Funktionen videreføres"}
    assert send(desk, page, **told)[0] == 303
    assert the_only(office)[2] == Evaluation(date(2020, 12, 7), "Byrådet", "Funktionen videreføres")
    assert send(desk, page, **{**told, "held": "2030-01-01"})[0] == 422
    assert send(desk, page, **{**told, "body": "x" * 201})[0] == 422


def test_the_book_is_not_there_for_the_reserve(office: Office, desk: Desk) -> None:
    teach(desk)
    entry, _version, _content = the_only(office)
    reserve = office.desk_of(office.reserve)
    for page in (
        ACTIVITIES,
        f"/casework/activity/{entry}",
        "/casework/changes",
        "/casework/evaluations",
        "/casework/recommendations",
        "/casework/recommendations/none",
        f"/casework/recommendation/{entry}",
        "/casework/standing",
    ):
        assert reserve.get(page).status_code == 404, page
    assert "/casework/recommendations" not in reserve.get("/casework/inboxes").text
    assert "/casework/recommendations" in desk.get("/casework/inboxes").text


def test_a_page_of_one_kind_does_not_show_an_entry_of_another(office: Office, desk: Desk) -> None:
    teach(desk)
    entry, _version, _content = the_only(office)
    assert desk.get(f"/casework/change/{entry}").status_code == 404
    assert desk.get(f"/casework/recommendation/{entry}").status_code == 404
    assert desk.get(f"/casework/activity/{'0' * 32}").status_code == 404
    assert desk.get("/casework/activity/nonsense").status_code == 404


def test_a_deputy_may_write_in_it_and_the_page_is_in_their_language(
    deputy: Keyring, english: Callable[[Keyring], Desk]
) -> None:
    desk = english(deputy)
    teach(desk)
    page = desk.get(ACTIVITIES).text
    assert "Written by Vera Vikar." in page
    assert "Teaching" in page


def test_no_title_or_text_stands_in_an_address_or_the_log(office: Office, desk: Desk) -> None:
    _status, there = teach(desk)
    assert there == f"{ACTIVITIES}?done=written"
    entry, _version, _content = the_only(office)
    for page in (f"/casework/activity/{entry}", "/casework/log"):
        assert "forvaltningsret" not in desk.get(page).request.full_path
    assert "forvaltningsret" not in desk.get("/casework/log").text

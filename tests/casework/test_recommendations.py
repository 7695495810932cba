"""Recommendations and learning points: across years, answered, followed up, ended with a reason."""

import re
from dataclasses import fields
from datetime import date

import pytest

from tests.casework.book_pages import entries, send, the_only
from tests.support.office import Desk, Office, hidden_fields
from whistle.domain.book import (
    NoRecommendations,
    Recommendation,
    Response,
    ResponseStatus,
    Sort,
)

LIST = "/casework/recommendations"
TITLE = "Godt sprog"
TEXT = "Derfor anbefales det fortsat, at alle centre har stort fokus på ”godt sprog”."
PLAN = "Alle breve læses af en kollega."


def recommend(desk: Desk, **told: object) -> tuple[int, str]:
    return send(desk, LIST, "", **{"title": TITLE, "text": TEXT, "sort": "recommendation"} | told)


def written(office: Office, desk: Desk, **told: object) -> str:
    """Write a recommendation of last year's report; give its page."""
    assert recommend(desk, **{"year": "2025", **told})[0] == 303
    return f"/casework/recommendation/{the_only(office)[0]}"


def content(office: Office) -> Recommendation:
    told = the_only(office)[2]
    assert isinstance(told, Recommendation)
    return told


def press(desk: Desk, page: str, act: str, **told: object) -> tuple[int, str]:
    return send(desk, page, f"{page}/{act}", **told)


def answer(desk: Desk, page: str, **told: object) -> tuple[int, str]:
    form = {"initiative": PLAN, "owner": "Centerchefen", "status": "planned"}
    return press(desk, page, "response", **{**form, "answered": "2026-11-02", **told})


def test_it_is_repeated_by_one_press(office: Office, desk: Desk) -> None:
    page = written(office, desk)
    assert content(office).years == (2025,)
    assert press(desk, page, "repeat", year="2026")[0] == 303
    assert content(office).years == (2025, 2026)
    assert press(desk, page, "repeat", year="2026")[1].endswith("done=repeated")
    assert content(office).years == (2025, 2026)
    shown = desk.get(page).text
    assert "2025, 2026" in shown
    assert f"{page}/repeat" not in shown, "it stands in both reports that can be written now"
    assert press(desk, page, "repeat", year="1999")[0] == 422


def test_it_can_be_left_out_again_but_of_its_last_year(office: Office, desk: Desk) -> None:
    page = written(office, desk)
    press(desk, page, "repeat", year="2026")
    assert press(desk, page, "leave-out", year="2025")[0] == 303
    assert press(desk, page, "leave-out", year="2026")[0] == 303
    assert content(office).years == (2026,)


def test_changing_it_keeps_its_years_and_responses(office: Office, desk: Desk) -> None:
    page = written(office, desk)
    press(desk, page, "repeat", year="2026")
    answer(desk, page)
    told = {"title": "Klart sprog", "text": TEXT, "sort": "learning-point", "theme": "guidance"}
    assert send(desk, f"{page}/change", **told, centres=["bl"])[0] == 303
    now = content(office)
    assert (now.title, now.sort, now.theme) == ("Klart sprog", Sort.LEARNING_POINT, "guidance")
    assert (now.centres, now.years, len(now.responses)) == (("bl",), (2025, 2026), 1)


def test_the_administration_answers_with_initiative_role_status_and_day(
    office: Office, desk: Desk
) -> None:
    page = written(office, desk)
    assert answer(desk, page, follow_up="2026-12-15")[0] == 303
    assert content(office).responses == (
        Response(
            date(2026, 11, 2), PLAN, "Centerchefen", ResponseStatus.PLANNED, date(2026, 12, 15)
        ),
    )
    shown = desk.get(page).text
    assert PLAN in shown
    assert "Centerchefen" in shown


@pytest.mark.parametrize(
    ("field", "value"),
    [("initiative", ""), ("status", "perhaps"), ("answered", ""), ("follow_up", "2026-11-01")],
)
def test_a_response_that_is_not_complete_is_kept_on_the_page(
    office: Office, desk: Desk, field: str, value: str
) -> None:
    page = written(office, desk)
    status, shown = answer(desk, page, **{field: value})
    assert status == 422
    assert "Centerchefen" in shown
    assert content(office).responses == ()


def test_its_follow_up_is_due_until_it_is_carried_out(office: Office, desk: Desk) -> None:
    page = written(office, desk)
    assert page not in desk.get("/casework/dates").text
    answer(desk, page, follow_up="2026-11-19", answered="2026-11-02")
    dates = desk.get("/casework/dates").text
    assert page in dates
    assert TITLE in dates
    assert page not in office.desk_of(office.reserve).get("/casework/dates").text
    told = {"initiative": PLAN, "status": "done", "answered": "2026-11-02"}
    assert send(desk, f"{page}/response/0", **told, follow_up="2026-11-19")[0] == 303
    assert page not in desk.get("/casework/dates").text


def test_what_has_ended_is_not_due(office: Office, desk: Desk) -> None:
    page = written(office, desk)
    answer(desk, page, follow_up="2026-11-19")
    assert press(desk, page, "end", ended="2026-11-20", reason="")[0] == 422
    assert press(desk, page, "end", ended="2026-11-20", reason="Det er nu praksis.")[0] == 303
    assert content(office).why_ended == "Det er nu praksis."
    assert page not in desk.get("/casework/dates").text
    assert page not in desk.get(LIST).text
    assert page in desk.get(f"{LIST}?state=ended").text
    assert press(desk, page, "resume")[0] == 303
    assert content(office).ended is None
    assert page in desk.get("/casework/dates").text


def test_who_answers_more_slowly_loses_nothing(office: Office, desk: Desk) -> None:
    page = written(office, desk)
    mine = hidden_fields(desk.get(page).text)
    assert answer(desk, page)[0] == 303
    told = {"initiative": "Et kursus.", "status": "started", "answered": "2026-11-03"}
    slower = desk.post(f"{page}/response", {**mine, **told})
    assert slower.status_code == 409
    assert PLAN in slower.text
    assert "Et kursus." in slower.text
    again = desk.post(f"{page}/response", {**hidden_fields(slower.text), **told})
    assert again.status_code == 303
    assert len(content(office).responses) == 2
    repeated = desk.post(f"{page}/repeat", {**mine, "year": "2026"})
    assert repeated.headers["Location"].endswith("done=changed")


def test_its_history_is_on_its_page(office: Office, desk: Desk) -> None:
    page = written(office, desk)
    press(desk, page, "repeat", year="2026")
    answer(desk, page)
    told = {"initiative": PLAN, "status": "done", "answered": "2026-11-02"}
    send(desk, f"{page}/response/0", **told)
    press(desk, page, "response/0/remove")
    press(desk, page, "end", ended="2026-11-20", reason="Det er nu praksis.")
    [history] = re.findall(r'class="book-history">(.*?)</ul>', desk.get(page).text, re.DOTALL)
    assert len(re.findall("<li>", history)) == 6
    assert "2026" in history
    assert history.index("Det er nu praksis.") < history.index(PLAN)


def test_the_list_is_filtered_by_year_centre_and_theme(office: Office, desk: Desk) -> None:
    recommend(desk, title="Overhold svartider", year="2025", centres=["bl"], theme="waiting")
    recommend(desk, title="For alle", year="2026")
    found = {
        query: [
            name
            for name in ("Overhold svartider", "For alle")
            if name in desk.get(f"{LIST}?{query}").text
        ]
        for query in ("year=2025", "year=2026", "centre=bl", "centre=so", "theme=waiting", "year=x")
    }
    assert found == {
        "year=2025": ["Overhold svartider"],
        "year=2026": ["For alle"],
        "centre=bl": ["Overhold svartider", "For alle"],
        "centre=so": ["For alle"],
        "theme=waiting": ["Overhold svartider"],
        "year=x": [],
    }
    assert len(entries(office)) == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", " "), ("year", "1999"), ("theme", "none"), ("centres", "none"), ("sort", "")],
)
def test_a_recommendation_that_cannot_be_is_refused(
    office: Office, desk: Desk, field: str, value: str
) -> None:
    status, shown = recommend(desk, **{"year": "2026", field: value})
    assert status == 422
    assert TEXT in shown
    assert entries(office) == []


def test_a_year_without_any_says_why(office: Office, desk: Desk) -> None:
    page, why = f"{LIST}/none", "Beretningen er den første for nuværende borgerrådgiver."
    assert send(desk, page, year="2025", reason="")[0] == 422
    assert send(desk, page, year="2025", reason=why)[0] == 303
    assert the_only(office)[2] == NoRecommendations(2025, why)
    assert why in desk.get(LIST).text
    own = f"{page}/{the_only(office)[0]}"
    assert send(desk, own, year="2026", reason=why)[0] == 303
    assert the_only(office)[2] == NoRecommendations(2026, why)


def test_nothing_of_a_response_can_rank_an_employee(desk: Desk) -> None:
    assert {one.name for one in fields(Response)} == {
        *("day", "initiative", "owner", "status", "follow_up"),
    }
    recommend(desk, year="2026")
    filters = re.findall(r'<select[^>]*name="(\w+)"', desk.get(LIST).text)
    assert "owner" not in filters, "nobody is filtered or counted by who is responsible"

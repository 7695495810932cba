"""Signing out and "Lock now": what they end, whatever the state, and that they say the truth."""

import re

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from tests.accounts.test_own_sessions import SECURITY, is_in
from tests.accounts.test_second_factor import half_way_in
from tests.support.office import Desk, Office
from whistle.accounts import browsers
from whistle.accounts.views.entering import COOKIE
from whistle.crypto.errors import DirectoryError
from whistle.storage import tables
from whistle.storage.engine import Store

BUTTONS = ("/casework/panic", "/casework/sign-out")
EVERYWHERE = "/casework/locked?done=everywhere"
HERE = "/casework/locked"


def sessions(office: Office) -> int:
    with office.installation.store.read() as db:
        return len(db.execute(tables.member_sessions.select()).all())


def has_cookie(desk: Desk, name: str = COOKIE) -> bool:
    return desk.client.get_cookie(name, domain="whistle.example") is not None


def said(page: str) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", page)


def test_panic_ends_everything_at_one_click_from_every_page(office: Office) -> None:
    receipt = office.reporter().report()
    here, elsewhere = office.desk_of(office.adviser), office.desk_of(office.adviser)
    colleague = office.desk_of(office.reserve)
    case = f"/casework/case/{office.case_of(receipt).hex()}"
    for path in ("/casework/inboxes", case, SECURITY, "/casework/nowhere"):
        assert 'action="/casework/panic"' in here.get(path).text
    left = here.post("/casework/panic", {})
    assert (left.status_code, left.headers["Location"]) == (303, EVERYWHERE)
    assert left.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert here.client.get_cookie(COOKIE, domain="whistle.example") is None
    assert not is_in(elsewhere)
    assert is_in(colleague)
    with office.installation.store.read() as db:
        rows = db.execute(tables.member_sessions.select()).all()
    assert {row.member_id for row in rows} == {office.reserve.member_id}


def test_the_page_after_panic_says_nothing_of_what_was_here(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    desk.post("/casework/panic", {})
    for address in ("/casework/locked", EVERYWHERE):
        page = desk.get(address)
        assert page.status_code == 200
        for word in ("Ida", "Stevns", "raadgiver", "rådgiver", "Whistle", "<a ", "sager", "cases"):
            assert word not in page.text
        assert "no-store" in page.headers["Cache-Control"]


def test_panic_works_from_a_page_that_has_grown_old_and_half_way_in(office: Office) -> None:
    half, whole = half_way_in(office), office.desk_of(office.adviser)
    assert half.post("/casework/panic", {"csrf_token": "old"}).status_code == 303
    assert not is_in(whole)
    nobody = Desk(office.casework.test_client())
    assert nobody.post("/casework/panic", {}).headers["Location"] == "/casework/locked"


def test_another_site_cannot_press_the_panic_button(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    forged = desk.post("/casework/panic", {}, headers={"Origin": "https://evil.example"})
    assert forged.status_code == 403
    assert desk.get("/casework/panic").status_code == 405
    assert is_in(desk)


def test_lock_now_ends_the_others_from_a_page_that_nobody_touched_for_an_hour(
    office: Office,
) -> None:
    here, elsewhere = office.desk_of(office.adviser), office.desk_of(office.adviser)
    for _ in range(3):
        office.later(minutes=20)
        assert is_in(elsewhere)
    answer = here.post("/casework/panic", {})
    assert answer.headers["Location"] == EVERYWHERE
    assert not is_in(elsewhere)
    assert sessions(office) == 0


def test_lock_now_says_everywhere_only_where_it_was(office: Office) -> None:
    """Its own session is over, and its row gone: nobody can know whose others to end."""
    here, elsewhere = office.desk_of(office.adviser), office.desk_of(office.adviser)
    office.later(minutes=20)
    assert is_in(elsewhere)
    office.later(minutes=20)
    assert not is_in(here)
    answer = here.post("/casework/panic", {})
    assert answer.headers["Location"] == HERE
    assert not has_cookie(here)
    page = here.get(HERE, headers={"Accept-Language": "en"}).text
    assert "everywhere" not in said(page)
    assert "We could not see whether you are signed in elsewhere" in said(page)
    assert "signed out everywhere" in here.get(EVERYWHERE, headers={"Accept-Language": "en"}).text
    assert is_in(elsewhere)


@pytest.mark.parametrize("button", BUTTONS)
def test_a_database_that_does_not_answer_is_told_and_the_cookie_goes(
    office: Office, button: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = office.desk_of(office.adviser)

    def gone(_store: Store) -> None:
        raise OperationalError("", {}, Exception())

    with monkeypatch.context() as broken:
        broken.setattr(Store, "write", gone)
        answer = desk.post(button, {})
    assert (answer.status_code, answer.headers["Location"]) == (303, HERE)
    assert not has_cookie(desk)
    assert sessions(office) == 1


@pytest.mark.parametrize("button", BUTTONS)
def test_both_work_while_the_keys_alarm_is_up(office: Office, button: str) -> None:
    desk = office.desk_of(office.adviser)
    with office.installation.store.write() as db:
        db.execute(update(tables.statements).values(signature=b"x" * 64))
    with pytest.raises(DirectoryError):
        office.installation.directory.refresh()
    assert desk.get("/casework/inboxes").status_code == 503
    answer = desk.post(button, {})
    assert answer.status_code == 303
    assert not has_cookie(desk)
    assert sessions(office) == 0
    assert desk.get(EVERYWHERE).status_code == 200


def test_a_page_whose_token_is_old_signs_out_all_the_same(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    assert desk.post("/casework/sign-out", {"csrf_token": "old"}).status_code == 303
    assert sessions(office) == 0
    assert not has_cookie(desk)


@pytest.mark.parametrize("button", BUTTONS)
@pytest.mark.parametrize("value", ["", "x", "æ", "AAAA", "A" * 43 + "="])
def test_a_cookie_that_is_no_session_s_goes_too(office: Office, button: str, value: str) -> None:
    desk = Desk(office.casework.test_client())
    desk.client.set_cookie(COOKIE, value, domain="whistle.example", secure=True)
    office.desk_of(office.adviser)
    assert desk.post(button, {}).status_code == 303
    assert not has_cookie(desk)
    assert sessions(office) == 1


def test_after_lock_now_a_member_still_comes_in_by_their_own_lane(office: Office) -> None:
    """A flood of strangers' sign-ins would keep out who has just locked."""
    client = office.casework.test_client()
    desk = Desk(client)
    assert desk.post("/casework/", office.credentials()).status_code == 303
    desk.post("/casework/panic", {})
    assert not has_cookie(desk)
    assert has_cookie(desk, browsers.COOKIE)

"""A member's sessions: which there are, ending them, panic; and those of who has left."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import update

from tests.accounts.test_second_factor import half_way_in
from tests.support.office import HOST, Desk, Office, hidden_fields
from whistle.accounts.service import AccountService
from whistle.accounts.views.entering import COOKIE
from whistle.storage import tables

SECURITY = "/casework/security"


def is_in(desk: Desk) -> bool:
    return desk.get("/casework/inboxes").status_code == 200


def listed(desk: Desk) -> list[str]:
    return re.findall(r'name="session" value="([0-9a-f]{64})"', desk.get(SECURITY).text)


def token_of(desk: Desk) -> str:
    return hidden_fields(desk.get(SECURITY).text)["csrf_token"]


def cookie(desk: Desk) -> str:
    held = desk.client.get_cookie(COOKIE, domain="whistle.example")
    assert held is not None
    return held.value


def test_one_s_own_sessions_are_listed_and_ended(office: Office) -> None:
    here, elsewhere = office.desk_of(office.adviser), office.desk_of(office.adviser)
    office.desk_of(office.reserve)
    [other] = listed(here)
    fields = {"csrf_token": token_of(here), "session": other}
    assert here.post("/casework/sessions/end", fields).status_code == 303
    assert not is_in(elsewhere)
    assert is_in(here)
    assert listed(here) == []


def test_the_list_tells_when_and_neither_where_nor_with_what(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    desk.get("/casework/inboxes", headers={"User-Agent": "kanariefugl/1", "X-Real-IP": "10.1.2.3"})
    page = desk.get(SECURITY).text
    assert "13:00" in page  # noon by UTC
    assert "kanariefugl" not in page
    assert "10.1.2.3" not in page


def test_half_a_session_of_one_s_own_is_seen(office: Office) -> None:
    """Somebody has the passphrase: the member sees it, and can end it."""
    desk, half = office.desk_of(office.adviser), half_way_in(office)
    [other] = listed(desk)
    desk.post("/casework/sessions/end", {"csrf_token": token_of(desk), "session": other})
    assert half.get("/casework/second-factor").status_code == 303


def test_another_member_s_session_is_not_ended_by_its_identifier(office: Office) -> None:
    mine, theirs = office.desk_of(office.adviser), office.desk_of(office.reserve)
    with office.installation.store.read() as db:
        rows = db.execute(tables.member_sessions.select()).all()
    [hash_] = [row.token_hash for row in rows if row.member_id == office.reserve.member_id]
    fields = {"csrf_token": token_of(mine), "session": hash_.hex()}
    assert mine.post("/casework/sessions/end", fields).status_code == 303
    assert is_in(theirs)
    added = {"csrf_token": token_of(mine), "member_id": office.reserve.member_id.hex()}
    assert mine.post("/casework/sessions/end-others", added).status_code == 303
    assert is_in(theirs)


@pytest.mark.parametrize("session", ["", "xyz", "00", "æ" * 64, "0" * 400])
def test_what_names_no_session_ends_none(office: Office, session: str) -> None:
    desk = office.desk_of(office.adviser)
    fields = {"csrf_token": token_of(desk), "session": session}
    assert desk.post("/casework/sessions/end", fields).status_code == 303
    assert is_in(desk)


@pytest.mark.parametrize("path", ["/casework/sessions/end", "/casework/sessions/end-others"])
def test_a_form_forged_for_a_session_s_end_is_refused(office: Office, path: str) -> None:
    desk, other = office.desk_of(office.adviser), office.desk_of(office.adviser)
    [session] = listed(desk)
    for token in ("", "x", token_of(other)):
        refused = desk.post(path, {"csrf_token": token, "session": session})
        assert refused.status_code == 403
    assert is_in(other)


def test_all_others_are_ended_at_once(office: Office) -> None:
    desk, *others = (office.desk_of(office.adviser) for _ in range(4))
    half = half_way_in(office)
    desk.post("/casework/sessions/end-others", {"csrf_token": token_of(desk)})
    assert is_in(desk)
    assert not any(is_in(one) for one in others)
    assert half.get("/casework/second-factor").status_code == 303


def test_a_stolen_session_table_and_a_stolen_cookie_open_nothing(office: Office) -> None:
    """Whoever copies rows under another member, or another's cookie, has nothing either."""
    mine, theirs = office.desk_of(office.adviser), office.desk_of(office.reserve)
    with office.installation.store.write() as db:
        rows = db.execute(tables.member_sessions.select()).all()
        boxes = {row.member_id: row.seed_box for row in rows}
        swapped = {
            office.adviser.member_id: boxes[office.reserve.member_id],
            office.reserve.member_id: boxes[office.adviser.member_id],
        }
        for member_id, seed_box in swapped.items():
            changed = update(tables.member_sessions).values(seed_box=seed_box)
            db.execute(changed.where(tables.member_sessions.c.member_id == member_id))
    assert not is_in(mine)
    assert not is_in(theirs)


def test_who_has_left_is_out_at_once_and_refused_as_if_unknown(office: Office) -> None:
    desk, half = office.desk_of(office.adviser), half_way_in(office)
    credentials = office.credentials()
    with office.installation.store.write() as db:
        db.execute(update(tables.members).values(left=office.clock.today()))
    assert not is_in(desk)
    assert half.get("/casework/second-factor").status_code == 303
    client = office.casework.test_client()
    pages = [
        client.post("/casework/", base_url=HOST, data={**credentials, "username": name})
        for name in ("raadgiver", "ingenkender")
    ]
    assert {page.status_code for page in pages} == {403}
    told = [re.sub(r"[\w-]{60,}", "a challenge", page.text) for page in pages]
    assert told[0].replace("raadgiver", "ingenkender") == told[1]
    with office.installation.store.read() as db:
        assert db.execute(tables.member_sessions.select()).all() == []


def test_public_keys_that_are_missing_are_written_down_at_the_next_sign_in(office: Office) -> None:
    with office.installation.store.write() as db:
        db.execute(update(tables.members).values(public=None, verifying=None))
    unlocked = AccountService(office.installation).unlock("raadgiver", office.passphrase)
    assert unlocked is not None
    keys = office.adviser.public
    row = office.member(office.adviser)
    assert (row.public, row.verifying) == (keys.public.raw, keys.verifying.raw)
    assert unlocked.member == replace(row)

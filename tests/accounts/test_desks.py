"""The technician and the reader of statistics: what they see, and that it is never content."""

import re
from collections import defaultdict

import pytest
from flask import Flask
from sqlalchemy import update

from tests.support.newcomers import newcomer
from tests.support.office import Desk, Office, a_file, hidden_fields
from whistle.domain.channel import InboxKind
from whistle.domain.role import Role
from whistle.storage import tables
from whistle.storage.migrations import newest

KEYLESS = ["technician", "reader"]
SECRET = "Det må kun rådgiveren læse"
DESKS = {"technician": "/casework/technician", "reader": "/casework/statistics"}


def casework_addresses(app: Flask, case_id: str) -> list[tuple[str, str]]:
    """Give method and address of everything that the casework room answers to."""
    filled = defaultdict(lambda: "0" * 32, case_id=case_id, kind="consent", day="2026-11-20")
    found: list[tuple[str, str]] = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("casework."):
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda one: filled[one[1]], rule.rule)
            methods = rule.methods or set()
            found += [(method, path) for method in ("GET", "POST") if method in methods]
    return found


@pytest.mark.parametrize("role", KEYLESS)
def test_every_page_of_casework_is_closed_to_who_may_hold_no_key(office: Office, role: str) -> None:
    case = office.case_of(office.reporter().report(SECRET))
    desk = office.desk_of(newcomer(office, role).keyring)
    token = hidden_fields(desk.get("/casework/members").text)["csrf_token"]
    addresses = casework_addresses(office.casework, case.hex())
    assert len(addresses) > 12
    for method, path in addresses:
        fields = {"csrf_token": token, "text": "x", "note": "x", "title": "x", "lang": "da"}
        answer = desk.get(path) if method == "GET" else desk.post(path, fields)
        assert answer.status_code == 403, (method, path)
        assert "kommunestyrelsesloven" in answer.text
        assert SECRET not in answer.text


@pytest.mark.parametrize("role", KEYLESS)
def test_who_may_hold_no_key_begins_at_a_desk_of_their_own(office: Office, role: str) -> None:
    desk = office.desk_of(newcomer(office, role).keyring)
    assert desk.get("/casework/").headers["Location"] == DESKS[role]
    assert desk.get(DESKS[role]).status_code == 200


@pytest.mark.parametrize("role", list(Role))
def test_a_desk_is_there_for_its_own_role_alone(office: Office, role: Role) -> None:
    desk = office.desk_of(newcomer(office, role).keyring)
    for other, address in DESKS.items():
        assert desk.get(address).status_code == (200 if role == other else 404)


def test_whom_nobody_has_let_in_is_led_to_their_fingerprint(office: Office) -> None:
    desk = office.desk_of(newcomer(office, "deputy").keyring)
    assert desk.get("/casework/").headers["Location"] == "/casework/keys"
    page = desk.get("/casework/inboxes")
    assert page.status_code == 403
    assert "/casework/keys" in page.text


def test_the_technician_sees_sizes_and_states_and_nothing_of_a_case(office: Office) -> None:
    reporter = office.reporter()
    office.case_of(reporter.report(SECRET, files=[a_file(b"x" * 1000)], name="Bo Borger"))
    page = office.desk_of(newcomer(office, "technician").keyring).get(DESKS["technician"]).text
    for told in (SECRET, "Bo Borger", "bilag.txt", "2026-11-20", "20. november"):
        assert told not in page
    assert "Ida Rådgiver" in page
    assert "badge-error" not in page
    assert newest() in page


def test_the_technician_is_told_of_no_inbox_how_many_cases_are_in_it(office: Office) -> None:
    """The number in a reserve's inbox would tell that somebody wrote about the adviser."""
    desk = office.desk_of(newcomer(office, "technician").keyring)
    office.reporter().report(SECRET)
    before = desk.get(DESKS["technician"]).text
    with office.installation.store.write() as db:
        reserve = next(
            one.inbox_id
            for one in office.installation.directory.inboxes
            if one.root.kind is InboxKind.RESERVE
        )
        db.execute(update(tables.cases).values(inbox_id=reserve))
    assert _without_tokens(desk.get(DESKS["technician"]).text) == _without_tokens(before)


def test_keys_that_were_changed_in_the_database_are_an_alarm(office: Office) -> None:
    desk = office.desk_of(newcomer(office, "technician").keyring)
    with office.installation.store.write() as db:
        db.execute(update(tables.statements).values(signature=b"x" * 64))
    assert desk.get(DESKS["technician"]).status_code == 200
    page = desk.get(DESKS["technician"])
    assert page.status_code == 200
    for other in (desk, office.desk_of(office.adviser)):
        closed = other.get("/casework/members")
        assert closed.status_code == 503
        assert "<nav" in closed.text
    assert "DirectorySignatureError" in page.text
    assert "alert-error" in page.text


def test_a_technician_gets_no_inbox_by_asking_in_another_name(office: Office) -> None:
    """Fields are added, identifiers swapped, and their own role changed in the database."""
    technician = newcomer(office, "technician")
    desk = office.desk_of(technician.keyring)
    token = hidden_fields(desk.get("/casework/members").text)["csrf_token"]
    fields = {
        "csrf_token": token,
        "heard": technician.spoken,
        "inboxes": [one.inbox_id.hex() for one in office.installation.directory.inboxes],
        "role": "adviser",
        "member_id": office.adviser.member_id.hex(),
        "granter": office.adviser.member_id.hex(),
    }
    with office.installation.store.write() as db:
        mine = tables.members.c.id == technician.row.id
        db.execute(update(tables.members).where(mine).values(role="adviser"))
    for member_id in (technician.row.id, office.adviser.member_id, office.reserve.member_id):
        address = f"/casework/members/{member_id.hex()}/inboxes"
        assert desk.post(address, fields).status_code == 404
    case = office.case_of(office.reporter().report(SECRET))
    assert desk.open(case).status_code in {403, 404}
    assert not _can_open_anything(office, technician.row.id)


def test_a_technician_makes_no_member_who_can_open_anything(office: Office) -> None:
    """Neither by inviting, nor with write access to the database and a grant of their own."""
    technician = newcomer(office, "technician")
    desk = office.desk_of(technician.keyring)
    fields = {**hidden_fields(desk.get("/casework/members").text), "name": "X", "username": "xx"}
    for role in ("adviser", "deputy", "reserve"):
        for more in ({}, {"inviter": office.adviser.member_id.hex()}):
            answer = desk.post("/casework/members/invite", {**fields, "role": role, **more})
            assert answer.status_code == 403
    made = desk.post("/casework/members/invite", {**fields, "role": "technician"})
    assert made.status_code == 200
    with office.installation.store.write() as db:
        db.execute(update(tables.invitations).values(role="adviser"))
        grant = db.execute(tables.grants.select()).mappings().first()
        assert grant is not None
        swapped = {**grant, "member_id": technician.row.id}
        db.execute(tables.grants.insert().values(**swapped))
    case = office.case_of(office.reporter().report(SECRET))
    assert desk.open(case).status_code == 403
    assert not _can_open_anything(office, technician.row.id)


def _can_open_anything(office: Office, member_id: bytes) -> bool:
    return any(
        one.member_id == member_id
        for inbox in office.installation.directory.inboxes
        for one in inbox.current.members
    )


def _without_tokens(page: str) -> str:
    return re.sub(r'value="[0-9a-f]+"|[\d,.]+ [kM]B', "", page)


def test_the_menu_of_who_may_hold_no_key_has_no_inboxes(office: Office) -> None:
    for role in KEYLESS:
        page = office.desk_of(newcomer(office, role).keyring).get("/casework/members").text
        assert "/casework/inboxes" not in page
    assert "/casework/inboxes" in office.desk_of(office.adviser).get("/casework/members").text


def test_a_desk_of_nobody_is_sent_to_sign_in(office: Office) -> None:
    stranger = Desk(office.casework.test_client())
    for address in (*DESKS.values(), "/casework/members", "/casework/keys"):
        assert stranger.get(address).headers["Location"] == "/casework/"

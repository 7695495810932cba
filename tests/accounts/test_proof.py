"""Showing again that it is oneself, and what that is asked for: the passphrase's change."""

import re

import pytest
from werkzeug.test import TestResponse

from tests.support.office import Desk, Office, hidden_fields
from whistle.accounts.views.entering import COOKIE
from whistle.crypto.passphrase import Passphrase

PROVE = "/casework/prove"
GUARDED = ("/casework/passphrase", "/casework/security/app", "/casework/security/backup-codes")


def prove(office: Office, desk: Desk, to: str = GUARDED[0], **fields: str) -> TestResponse:
    form = hidden_fields(desk.get(f"{PROVE}?to={to}").text)
    credentials = {"passphrase": office.passphrase.show(), "totp": office.code()}
    return desk.post(PROVE, {**form, **credentials, **fields})


def cookie(desk: Desk) -> str:
    held = desk.client.get_cookie(COOKIE, domain="whistle.example")
    assert held is not None
    return held.value


def stale_desk(office: Office) -> Desk:
    """Give a browser that was signed in a quarter of an hour ago."""
    desk = office.desk_of(office.adviser)
    office.later(minutes=15)
    return desk


@pytest.mark.parametrize("path", GUARDED)
def test_what_changes_keys_asks_for_a_proof_of_the_last_ten_minutes(
    office: Office, path: str
) -> None:
    desk = office.desk_of(office.adviser)
    office.later(minutes=10)
    token = hidden_fields(desk.get(path).text)["csrf_token"]
    office.later(seconds=1)
    assert desk.get(path).headers["Location"] == f"{PROVE}?to={path}"
    assert desk.post(path, {"csrf_token": token}).headers["Location"] == f"{PROVE}?to={path}"
    assert prove(office, desk, path).headers["Location"] == path
    assert desk.get(path).status_code == 200


def test_a_proof_gives_the_session_a_new_token(office: Office) -> None:
    desk, thief = stale_desk(office), Desk(office.casework.test_client())
    before = cookie(desk)
    assert prove(office, desk).status_code == 303
    assert cookie(desk) != before
    thief.client.set_cookie(COOKIE, before, domain="whistle.example", secure=True)
    assert thief.get("/casework/inboxes").status_code == 303


def test_neither_passphrase_nor_code_alone_is_a_proof(office: Office) -> None:
    desk, before = stale_desk(office), office.member(office.adviser)
    wrong = Passphrase.generate().show()
    code = office.code()
    for fields in ({"passphrase": wrong}, {"passphrase": ""}, {"totp": ""}, {"totp": "000000"}):
        refused = prove(office, desk, **{"totp": code, **fields})
        assert refused.status_code == 403
        assert wrong not in refused.text
    assert desk.get(GUARDED[0]).status_code == 303
    assert office.member(office.adviser) == before  # the right code was not used up


def test_a_proof_by_a_code_that_was_used_is_refused(office: Office) -> None:
    desk, other, code = stale_desk(office), office.desk_of(office.adviser), office.code()
    assert prove(office, other, totp=code).status_code == 303
    assert prove(office, desk, totp=code).status_code == 403


def test_another_member_s_passphrase_is_no_proof(office: Office) -> None:
    reserve = office.desk_of(office.reserve)
    assert prove(office, reserve, username="raadgiver").status_code == 403


@pytest.mark.parametrize(
    "to",
    [
        "",
        "https://evil.example/",
        "//evil.example",
        "/da/",
        "/casework/../da/",
        "/casework/sign-out",
        "/casework/panic",
        "/casework/prove",
        "/casework/nowhere",
        "/casework/inboxes?x=y",
        "javascript:alert(1)",
        "/casework/\\evil.example",
        "/casework/" + "x" * 300,
    ],
)
def test_a_proof_leads_nowhere_but_to_a_page_of_casework(office: Office, to: str) -> None:
    desk = office.desk_of(office.adviser)
    assert prove(office, desk, to).headers["Location"] == "/casework/inboxes"


def test_a_form_forged_for_a_proof_is_refused(office: Office) -> None:
    desk = stale_desk(office)
    for token in ("", "x", "0" * 64):
        assert prove(office, desk, csrf_token=token).status_code == 403
    assert desk.get(GUARDED[0]).status_code == 303


def test_guesses_at_a_proof_are_delayed(office: Office) -> None:
    desk = stale_desk(office)
    for _ in range(5):
        assert prove(office, desk, totp="000000").status_code == 403
    assert prove(office, desk).status_code == 429


# -- the passphrase --------------------------------------------------------------------------------


def change(desk: Desk, **fields: str) -> tuple[TestResponse, str]:
    page = desk.get("/casework/passphrase").text
    words = " ".join(re.findall(r"<span>([a-z-]+)</span>", page))
    data = {**hidden_fields(page), "passphrase": words, **fields}
    return desk.post("/casework/passphrase", data), words


def test_a_changed_passphrase_opens_and_the_old_one_does_not(office: Office) -> None:
    desk, elsewhere = office.desk_of(office.adviser), office.desk_of(office.adviser)
    before = cookie(desk)
    changed, words = change(desk)
    assert changed.headers["Location"] == "/casework/security?done=passphrase"
    assert cookie(desk) != before
    assert desk.get("/casework/inboxes").status_code == 200
    assert elsewhere.get("/casework/inboxes").status_code == 303
    credentials = office.credentials()
    fresh = Desk(office.casework.test_client())
    assert fresh.post("/casework/", credentials).status_code == 403
    assert fresh.post("/casework/", {**credentials, "passphrase": words}).status_code == 303


def test_nobody_chooses_a_new_passphrase_of_their_own(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    _, words = change(office.desk_of(office.reserve))
    for fields in (
        {"passphrase": "one two three four five six"},
        {"proof": ""},
        {"proof": "æ"},
        {"passphrase": words},
        {"passphrase": ""},
    ):
        refused, _ = change(desk, **fields)
        assert refused.status_code == 422
        assert "one two three" not in refused.text


def test_a_form_forged_for_the_passphrase_is_refused(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    refused, _ = change(desk, csrf_token="")
    assert refused.status_code == 403
    fresh = Desk(office.casework.test_client())
    assert fresh.post("/casework/", office.credentials()).status_code == 303  # the old one

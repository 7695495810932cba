"""Showing again that it is oneself, and what that is asked for: the passphrase's change."""

import re

import pytest
from werkzeug.test import TestResponse

from tests.support.office import Desk, Office, hidden_fields
from whistle.accounts.views.entering import COOKIE
from whistle.crypto.passphrase import Passphrase
from whistle.storage import members

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
    led = desk.post(path, {"csrf_token": token}).headers["Location"]
    assert led == f"{PROVE}?to={path}&undone=button"
    assert hidden_fields(desk.get(led).text)["undone"] == "button"
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
    assert office.member(office.adviser).totp_step == before.totp_step  # it was not used up


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


# -- what was written ------------------------------------------------------------------------------


def sent_too_late(office: Office, path: str, **fields: str) -> tuple[Desk, TestResponse]:
    """Send a form that was open for a quarter of an hour."""
    with office.installation.store.write() as db:
        members.set_language(db, office.adviser.member_id, "en")
    desk = office.desk_of(office.adviser)
    form = hidden_fields(desk.get(path).text)
    office.later(minutes=15)
    return desk, desk.post(path, {**form, **fields})


def proof(office: Office) -> dict[str, str]:
    return {"passphrase": office.passphrase.show(), "totp": office.code()}


def test_a_recusal_that_was_written_is_kept_while_a_proof_is_asked_for(office: Office) -> None:
    case = office.case_of(office.reporter().report()).hex()
    path, text = f"/casework/case/{case}/recusal", "En lang <forklaring>"
    member = office.adviser.member_id.hex()
    desk, asked = sent_too_late(office, path, member=member, ground="2", text=text)
    assert asked.status_code == 401
    assert "En lang &lt;forklaring&gt;" in asked.text
    form = {**hidden_fields(asked.text), "kept.text": text}
    wrong = desk.post(PROVE, {**form, **proof(office), "totp": "000000"})
    assert wrong.status_code == 403
    assert "En lang &lt;forklaring&gt;" in wrong.text
    again = desk.post(PROVE, {**form, **proof(office)})
    assert again.status_code == 200
    assert "En lang &lt;forklaring&gt;" in again.text
    assert f'action="{path}"' in again.text
    done = desk.post(path, {**hidden_fields(again.text), "text": text})
    assert done.headers["Location"] == "/casework/inboxes?done=recused"


def test_an_invitation_that_was_written_is_kept_while_a_proof_is_asked_for(office: Office) -> None:
    path, written = "/casework/members/invite", {"name": "Bo Ny", "username": "bony"}
    desk, asked = sent_too_late(office, path, role="deputy", **written)
    assert "Bo Ny" in asked.text
    kept = {f"kept.{name}": value for name, value in written.items()}
    again = desk.post(PROVE, {**hidden_fields(asked.text), **kept, **proof(office)})
    made = desk.post(path, {**hidden_fields(again.text), **written})
    assert made.status_code == 200
    assert "bony" in made.text


def test_a_public_file_that_was_pasted_is_kept_while_a_proof_is_asked_for(office: Office) -> None:
    path, public = "/casework/recovery/key", '{"linje": 1,\n "anden": 2}'
    desk, asked = sent_too_late(office, path, public=public)
    kept = {"kept.public": public}
    again = desk.post(PROVE, {**hidden_fields(asked.text), **kept, **proof(office)})
    assert "&#34;anden&#34;: 2}" in again.text
    assert desk.post(path, {**hidden_fields(again.text), "public": public}).status_code == 422


def test_no_secret_that_was_sent_too_late_is_shown_again(office: Office) -> None:
    secrets = {"credential": "HEM1", "unlock": "HEM2", "passphrase": "HEM3", "totp": "HEM4"}
    _, asked = sent_too_late(office, "/casework/passkeys", name="Nøgle", **secrets)
    assert asked.status_code == 401
    assert "Nøgle" in asked.text
    assert "HEM" not in asked.text


@pytest.mark.parametrize("path", ["/casework/passphrase", "/casework/keys/renew"])
def test_a_passphrase_that_was_written_down_too_late_is_said_to_be_void(
    office: Office, path: str
) -> None:
    desk, asked = sent_too_late(office, path, passphrase="one two three four five six", proof="x")
    page = desk.get(asked.headers["Location"]).text
    assert "it is void. Destroy that paper." in page
    wrong = desk.post(PROVE, {**hidden_fields(page), "passphrase": "x", "totp": "1"})
    assert "it is void. Destroy that paper." in wrong.text
    assert "one two three" not in asked.text + asked.headers["Location"] + page


def test_a_button_that_was_pressed_too_late_is_said_to_have_done_nothing(office: Office) -> None:
    desk, asked = sent_too_late(office, "/casework/security/backup-codes")
    page = desk.get(asked.headers["Location"]).text
    assert "Nothing has been done yet." in page
    assert "Press the button once more afterwards." in page
    assert "Nothing has been done yet." not in desk.get(PROVE).text


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

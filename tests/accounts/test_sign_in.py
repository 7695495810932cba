"""Signing in, staying in, and being out."""

import re
import unicodedata
from dataclasses import replace

import pytest
from sqlalchemy.exc import OperationalError
from werkzeug.test import Client, TestResponse

from tests.support.office import HOST, Office, hidden_fields
from whistle.accounts import service
from whistle.accounts.service import AccountService
from whistle.app import create_casework
from whistle.crypto.passphrase import Passphrase
from whistle.keys.sessions import BootKey
from whistle.storage import tables
from whistle.storage.engine import Store


@pytest.fixture
def client(office: Office) -> Client:
    return office.casework.test_client()


def sign_in(client: Client, username: str, passphrase: str, totp: str = "") -> TestResponse:
    data = {"username": username, "passphrase": passphrase, "totp": totp}
    return client.post("/casework/", base_url=HOST, data=data)


def is_in(client: Client) -> bool:
    return client.get("/casework/inboxes", base_url=HOST).status_code == 200


def test_the_passphrase_opens_the_inboxes_and_no_other_does(office: Office, client: Client) -> None:
    for username, passphrase in (
        ("raadgiver", Passphrase.generate().show()),
        ("nobody", office.passphrase.show()),
        ("reserve", office.passphrase.show()),
        ("", ""),
    ):
        refused = sign_in(client, username, passphrase)
        assert refused.status_code == 403
        assert "Set-Cookie" not in refused.headers
        assert not is_in(client)
    typed = "  ".join(office.passphrase.show().upper().split())
    answer = sign_in(client, " Raadgiver ", typed, office.code())
    assert (answer.status_code, answer.headers["Location"]) == (303, "/casework/inboxes")
    assert is_in(client)


def test_wrong_name_and_wrong_passphrase_are_told_in_the_same_words(client: Client) -> None:
    wrong = Passphrase.generate().show()
    pages = [sign_in(client, name, wrong).text for name in ("raadgiver", "ingenkender")]
    pages = [re.sub(r"challenge&#34;: &#34;[\w-]+", "", page) for page in pages]  # a passkey's
    assert pages[0].replace("raadgiver", "ingenkender") == pages[1]
    assert all(wrong not in page for page in pages)


def test_a_user_name_is_found_however_its_letters_are_put_together(office: Office) -> None:
    """A Mac sends å as a and a ring."""
    with office.installation.store.write() as db:
        db.execute(
            tables.members.update()
            .where(tables.members.c.id == office.adviser.member_id)
            .values(username="åse")
        )
    for name in ("åse", unicodedata.normalize("NFD", "Åse"), "\N{ANGSTROM SIGN}se"):
        client = office.casework.test_client()
        assert sign_in(client, name, office.passphrase.show()).status_code == 303


def test_the_cookie_is_kept_from_scripts_other_sites_and_disks(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    client = office.casework.test_client()
    answer = sign_in(client, "raadgiver", office.passphrase.show(), office.code())
    cookie = answer.headers["Set-Cookie"]
    for flag in ("__Host-casework=", "Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
        assert flag in cookie
    assert "Expires" not in cookie
    assert "Max-Age" not in cookie
    assert is_in(desk.client)


def test_a_page_that_was_open_while_the_token_changed_still_signs_out(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    old = hidden_fields(desk.get("/casework/inboxes").text)
    form = hidden_fields(desk.get("/casework/prove").text)
    proof = {"passphrase": office.passphrase.show(), "totp": office.code()}
    assert desk.post("/casework/prove", {**form, **proof}).status_code == 303
    left = desk.post("/casework/sign-out", {"csrf_token": old["csrf_token"]})
    assert left.status_code == 303
    assert not is_in(desk.client)


def test_another_site_s_page_signs_nobody_out(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert desk.post("/casework/sign-out", {}, headers=headers).status_code == 403
    assert is_in(desk.client)


def test_signing_out_ends_the_session_for_whoever_has_the_cookie(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    cookie = desk.client.get_cookie("__Host-casework", domain="whistle.example")
    assert cookie is not None
    assert desk.get("/casework/sign-out").status_code == 405
    left = desk.post("/casework/sign-out", {})
    assert "Clear-Site-Data" in left.headers
    desk.client.set_cookie("__Host-casework", cookie.value, domain="whistle.example", secure=True)
    assert not is_in(desk.client)
    with office.installation.store.read() as db:
        assert db.execute(tables.member_sessions.select()).all() == []


def test_a_session_ends_after_half_an_hour_without_work(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    office.later(minutes=29)
    assert is_in(desk.client)
    office.later(minutes=29)
    assert is_in(desk.client)
    office.later(minutes=31)
    assert not is_in(desk.client)


def test_a_session_ends_after_ten_hours_of_work(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    for _ in range(24):
        office.later(minutes=25)
        assert is_in(desk.client)
    office.later(minutes=25)
    assert not is_in(desk.client)


def test_a_stolen_session_table_and_cookie_open_nothing_after_a_restart(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    cookie = desk.client.get_cookie("__Host-casework", domain="whistle.example")
    assert cookie is not None
    restarted = create_casework(replace(office.installation, boot_key=BootKey.random()))
    thief = restarted.test_client()
    thief.set_cookie("__Host-casework", cookie.value, domain="whistle.example", secure=True)
    assert not is_in(thief)


@pytest.mark.parametrize("value", ["", "x", "AAAA", "æøå", "A" * 44, "A" * 3900])
def test_a_forged_cookie_is_nobody(client: Client, value: str) -> None:
    client.set_cookie("__Host-casework", value, domain="whistle.example", secure=True)
    client.set_cookie("remember_token", "1|x", domain="whistle.example", secure=True)
    client.set_cookie("session", "eyJfdXNlcl9pZCI6IjEifQ.x", domain="whistle.example", secure=True)
    assert not is_in(client)


def test_a_post_from_another_site_cannot_sign_anybody_in(office: Office, client: Client) -> None:
    refused = client.post(
        "/casework/",
        base_url=HOST,
        data={"username": "raadgiver", "passphrase": office.passphrase.show()},
        headers={"Origin": "https://evil.example"},
    )
    assert refused.status_code == 403
    assert not is_in(client)


def test_the_language_is_chosen_before_and_after_signing_in(office: Office, client: Client) -> None:
    assert '<html lang="da">' in client.get("/casework/", base_url=HOST).text
    client.post("/casework/language", base_url=HOST, data={"lang": "en"})
    assert '<html lang="en">' in client.get("/casework/", base_url=HOST).text
    assert client.post("/casework/language", base_url=HOST, data={"lang": "xx"}).status_code == 400
    desk = office.desk_of(office.adviser)
    page = desk.get("/casework/inboxes").text
    assert '<html lang="da">' in page
    assert desk.post("/casework/language", {"lang": "en"}).status_code == 403
    desk.post("/casework/language", {"lang": "en", "csrf_token": hidden_fields(page)["csrf_token"]})
    assert '<html lang="en">' in desk.get("/casework/inboxes").text


def test_who_is_signed_in_already_goes_straight_to_the_inboxes(office: Office) -> None:
    answer = office.desk_of(office.adviser).get("/casework/")
    assert answer.headers["Location"] == "/casework/inboxes"


def test_while_the_database_is_away_casework_says_so_and_shows_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = office.desk_of(office.adviser)

    def broken(_self: Store) -> None:
        raise OperationalError("SELECT", {}, Exception("no connection"))

    monkeypatch.setattr(Store, "read", broken)
    for path, status in (
        ("/casework/", 200),
        ("/casework/inboxes", 503),
        ("/casework/nowhere", 404),
    ):
        answer = desk.get(path)
        assert answer.status_code == status
        assert "</html>" in answer.text
        assert "Ida" not in answer.text


def test_an_answer_written_past_the_end_of_the_session_is_not_lost(office: Office) -> None:
    receipt = office.reporter().report()
    desk = office.desk_of(office.adviser)
    address = f"/casework/case/{office.case_of(receipt).hex()}/answer"
    form = hidden_fields(desk.open(office.case_of(receipt)).text)
    office.later(minutes=31)
    refused = desk.post(address, {**form, "text": "Et langt svar", "is_feedback": "y"})
    assert refused.status_code == 401
    assert "Et langt svar" in refused.text
    kept = {**hidden_fields(refused.text), "kept.text": "Et langt svar"}
    wrong = desk.post("/casework/", {**kept, "username": "raadgiver", "passphrase": "x"})
    assert wrong.status_code == 403
    assert "Et langt svar" in wrong.text
    again = desk.post("/casework/", {**kept, **office.credentials()})
    assert again.status_code == 200
    assert "Et langt svar" in again.text
    assert office.passphrase.show() not in again.text
    sent = desk.post(address, {**hidden_fields(again.text), "text": "Et langt svar"})
    assert sent.status_code == 303
    opened = office.work_of(office.adviser).open(office.case_of(receipt))
    assert opened is not None
    assert opened.messages[-1].text == "Et langt svar"
    assert opened.registration.feedback is not None


@pytest.mark.parametrize(
    "path", ["https://evil.example/", "//evil.example", "/da/", "/casework/../x"]
)
def test_a_draft_is_only_ever_sent_to_casework(office: Office, client: Client, path: str) -> None:
    data = {"kept_path": path, "kept.text": "x", **office.credentials()}
    answer = client.post("/casework/", base_url=HOST, data=data)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/casework/inboxes"


@pytest.mark.parametrize(
    "body", [b'{"username": 5}', b"[1]", b"[" * 1000, b'{"username": "\\ud800"}']
)
def test_only_forms_are_taken(office: Office, client: Client, body: bytes) -> None:
    for door, path in ((client, "/casework/"), (office.intake.test_client(), "/da/receipt")):
        answer = door.post(path, base_url=HOST, data=body, content_type="application/json")
        assert answer.status_code == 415


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "", "null"])
def test_an_origin_that_is_none_is_refused(client: Client, origin: str) -> None:
    answer = client.post("/casework/", base_url=HOST, data={"x": "y"}, headers={"Origin": origin})
    assert answer.status_code == 403


@pytest.mark.parametrize("host", ["x" * 64 + ".dk", "a..b", "[", "æ" * 80, "a b", "a/b", ""])
@pytest.mark.parametrize("path", ["/casework/", "/casework/nowhere"])
def test_a_host_that_is_none_is_refused_in_words_and_not_logged(
    client: Client, host: str, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    environment = {"HTTP_HOST": host.encode().decode("latin-1")}
    answer = client.get(path, environ_overrides=environment)
    assert answer.status_code == 400
    assert '<html lang="da">' in answer.text
    assert not caplog.records


@pytest.mark.parametrize(
    "host", ["whistle.example", "whistle.example:8443", "127.0.0.1:80", "[::1]"]
)
def test_every_host_that_is_one_is_answered(client: Client, host: str) -> None:
    environment = {"HTTP_HOST": host}
    assert client.get("/casework/", environ_overrides=environment).status_code == 200


def test_a_redirect_never_names_a_host(office: Office, client: Client) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Proto": "https"}
    for door, path in ((client, "/casework"), (office.intake.test_client(), "/da")):
        location = door.get(path, headers=headers).headers["Location"]
        assert location in {"/casework/", "/da/"}


def test_a_head_request_stretches_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(AccountService, "unlock", never)
    assert client.head("/casework/", base_url=HOST).status_code == 200


def test_a_user_name_with_a_nul_is_nobody(office: Office, client: Client) -> None:
    assert sign_in(client, "raad\0giver\0x", office.passphrase.show()).status_code == 403


def test_when_too_many_sign_in_the_page_says_wait(
    office: Office, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "LONGEST_WAIT", 0.01)
    with service._STRETCHING, service._STRETCHING:
        assert sign_in(client, "raadgiver", office.passphrase.show()).status_code == 503
    assert sign_in(client, "raadgiver", office.passphrase.show()).status_code == 303


def test_signing_in_again_ends_the_session_before(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    old = desk.client.get_cookie("__Host-casework", domain="whistle.example")
    assert old is not None
    sign_in(desk.client, "raadgiver", office.passphrase.show(), office.code())
    desk.client.set_cookie("__Host-casework", old.value, domain="whistle.example", secure=True)
    assert not is_in(desk.client)

"""Signing in, staying in, and being out."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import OperationalError
from werkzeug.test import Client, TestResponse

from tests.support.office import HOST, Office, hidden_fields
from whistle.accounts.service import AccountService
from whistle.app import create_casework
from whistle.crypto.passphrase import Passphrase
from whistle.keys.sessions import BootKey
from whistle.storage import tables
from whistle.storage.engine import Store


@pytest.fixture
def client(office: Office) -> Client:
    return office.casework.test_client()


def sign_in(client: Client, username: str, passphrase: str) -> TestResponse:
    data = {"username": username, "passphrase": passphrase}
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
    answer = sign_in(client, " Raadgiver ", typed)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/casework/inboxes")
    assert is_in(client)


def test_wrong_name_and_wrong_passphrase_are_told_in_the_same_words(client: Client) -> None:
    wrong = Passphrase.generate().show()
    pages = [sign_in(client, name, wrong).text for name in ("raadgiver", "ingenkender")]
    assert pages[0].replace("raadgiver", "ingenkender") == pages[1]
    assert all(wrong not in page for page in pages)


def test_the_cookie_is_kept_from_scripts_other_sites_and_disks(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    token = AccountService(office.installation).sign_in("raadgiver", office.passphrase)
    assert token is not None
    client = office.casework.test_client()
    cookie = sign_in(client, "raadgiver", office.passphrase.show()).headers["Set-Cookie"]
    for flag in ("__Host-casework=", "Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
        assert flag in cookie
    assert "Expires" not in cookie
    assert "Max-Age" not in cookie
    assert is_in(desk.client)


def test_signing_out_ends_the_session_for_whoever_has_the_cookie(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    form = hidden_fields(desk.get("/casework/inboxes").text)
    cookie = desk.client.get_cookie("__Host-casework", domain="whistle.example")
    assert cookie is not None
    assert desk.get("/casework/sign-out").status_code == 405
    assert desk.post("/casework/sign-out", {}).status_code == 403
    left = desk.post("/casework/sign-out", {"csrf_token": form["csrf_token"]})
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

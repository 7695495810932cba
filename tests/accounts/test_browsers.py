"""Known browsers: a lane of their own, and nothing else."""

import base64
from dataclasses import replace
from typing import Any

import pytest

from tests.support.office import HOST, Office, hidden_fields
from whistle.accounts.browsers import COOKIE, KnownBrowsers
from whistle.gateway.gateway import TURNED_AWAY
from whistle.gateway.turnstile import Lane
from whistle.settings import FormKey


@pytest.fixture
def known(office: Office) -> KnownBrowsers:
    return KnownBrowsers(office.installation)


def posting(cookie: str = "", path: str = "/casework/", method: str = "POST") -> dict[str, Any]:
    return {"REQUEST_METHOD": method, "PATH_INFO": path, "HTTP_COOKIE": cookie}


def signed_in(office: Office) -> Any:
    client = office.casework.test_client()
    answer = client.post("/casework/", base_url=HOST, data=office.credentials())
    assert answer.status_code == 303
    return client


def test_who_has_signed_in_has_a_known_browser_even_after_signing_out(
    office: Office, known: KnownBrowsers
) -> None:
    client = signed_in(office)
    page = client.get("/casework/inboxes", base_url=HOST).text
    left = client.post("/casework/sign-out", base_url=HOST, data=hidden_fields(page))
    assert "cookies" not in left.headers["Clear-Site-Data"]
    assert client.get_cookie("__Host-casework", domain="whistle.example") is None
    kept = client.get_cookie(COOKIE, domain="whistle.example")
    assert (kept.secure, kept.http_only, kept.same_site) == (True, True, "Strict")
    assert kept.max_age == 400 * 24 * 3600
    assert known.lane(posting(f"a=b; {COOKIE}={kept.value}; c=d")) is Lane.KNOWN


def test_a_known_browser_opens_nothing(office: Office, known: KnownBrowsers) -> None:
    client = office.casework.test_client()
    mark = known.mark(office.adviser.member_id)
    client.set_cookie(COOKIE, mark, domain="whistle.example", secure=True)
    assert client.get("/casework/inboxes", base_url=HOST).status_code == 303


def test_a_mark_is_the_same_at_every_time_and_says_nothing_but_whose_it_is(
    office: Office, known: KnownBrowsers
) -> None:
    mark = known.mark(office.adviser.member_id)
    office.later(days=300)
    assert known.mark(office.adviser.member_id) == mark
    assert base64.urlsafe_b64decode(mark)[:16] == office.adviser.member_id
    assert len(base64.urlsafe_b64decode(mark)) == 48


def test_nobody_writes_a_mark_without_the_key(office: Office, known: KnownBrowsers) -> None:
    mark = known.mark(office.adviser.member_id)
    raw = bytearray(base64.urlsafe_b64decode(mark))
    raw[3] ^= 1
    forged = [base64.urlsafe_b64encode(raw).decode(), "", "x", "A" * 64, mark[:-4], "æ", mark * 99]
    assert known.knows(mark)
    assert not any(map(known.knows, forged))
    other = KnownBrowsers(replace(office.installation, form_key=FormKey.random()))
    assert not other.knows(mark)


def test_only_what_stretches_a_passphrase_waits(office: Office, known: KnownBrowsers) -> None:
    cookie = f"{COOKIE}={known.mark(office.adviser.member_id)}"
    assert known.lane(posting()) is Lane.OTHER
    assert known.lane(posting(f"{COOKIE}=forged")) is Lane.OTHER
    assert known.lane(posting(f"x{cookie}")) is Lane.OTHER
    for passing in (posting(cookie, method="GET"), posting(cookie, "/casework/inboxes")):
        assert known.lane(passing) is None


def test_who_is_turned_away_is_told_when_to_try_again_and_keeps_the_draft(office: Office) -> None:
    client = office.casework.test_client()
    data = {
        "username": "raadgiver",
        "passphrase": office.passphrase.show(),
        "kept_path": "/casework/case/aa/answer",
        "kept.text": "Et langt svar",
    }
    away = client.post(
        "/casework/", base_url=HOST, data=data, environ_overrides={TURNED_AWAY: True}
    )
    assert away.status_code == 503
    assert away.headers["Retry-After"] == "60"
    assert "13:01" in away.text
    assert "Et langt svar" in away.text
    assert "Set-Cookie" not in away.headers

"""Methods, addresses and headers that no browser sends, or only one that was talked into it."""

import re

import pytest

from tests.abuse.forms import URLENCODED, every_form, pairs_of, refused, stored
from tests.support.office import HOST, Office, Reporter

METHODS = ["TRACE", "PUT", "PATCH", "DELETE", "CONNECT", "PROPFIND", "FOO"]
TRICKS = [
    "/%2e%2e/%2e%2e/etc/passwd",
    "/static/%2e%2e/%2e%2e/settings.py",
    "/static/..%5c..%5csettings.py",
    "/static/dkfds/../../web.py",
    "/static/%00",
    "/static//etc/passwd",
    "/casework/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/da/..;/casework/inboxes",
    "/da/receipt;x=1/file",
    "/da/receipt%00",
    "/da/report/citizen%00.css",
    "/da/report/" + "a" * 20_000,
    "/" + "da/" * 3_000,
    "/da/%C3%A6%C3%B8%C3%A5",
    "/da/%FF%FE",
    "/da/%ED%A0%80",
    "/da/%E2%80%AEtpiecer",
    "/da/report/\uff43itizen",
    "/DA/",
    "/da/receipt/file/" + "0" * 33,
    "/da/receipt/file/%20" + "0" * 31,
    "/casework/case/" + "g" * 32,
    "/casework/begin/" + "A" * 43,
    "/casework/begin%00",
]
NO_EFFECT = [
    {"X-Forwarded-Host": "evil.example"},
    {"X-Forwarded-Proto": "http", "X-Forwarded-Port": "80", "X-Forwarded-Prefix": "/evil"},
    {"X-Forwarded-For": "10.0.0.1", "X-Real-IP": "10.0.0.1", "Client-IP": "10.0.0.1"},
    {"Forwarded": "host=evil.example;proto=http;for=10.0.0.1"},
    {"X-Original-URL": "/casework/inboxes", "X-Rewrite-URL": "/casework/inboxes"},
    {"X-HTTP-Method-Override": "DELETE", "X-Method-Override": "POST", "X-HTTP-Method": "PUT"},
    {"Host": "evil.example"},
    {"X-Host": "evil.example", "Host": "evil.example:8080"},
    {"X-Requested-With": "XMLHttpRequest", "Accept": "application/json"},
]
COOKIES = [
    "",
    "=",
    ";;;",
    "x" * 20_000,
    "a=\xff; b=\x00",
    '__Host-receipt="',
    "__Host-casework=%00",
]


def both(office: Office) -> list[Reporter]:
    """Give a stranger at each door."""
    return [Reporter(door.test_client()) for door in (office.intake, office.casework)]


def fixed(page: str) -> str:
    """Leave out what differs from one showing to the next."""
    unlike = r'value="[^"]*"|<p class="receipt".*?</p>|data-(copy|options)="[^"]*"| +'
    return re.sub(unlike, "", page)


@pytest.mark.parametrize("method", METHODS)
def test_a_method_that_a_form_does_not_have_does_nothing(office: Office, method: str) -> None:
    forms = list(every_form(office))
    before = stored(office)
    for form in forms:
        answer = form.browser.client.open(
            form.path, method=method, base_url=HOST, data=pairs_of(form), content_type=URLENCODED
        )
        assert refused(form, answer) == 405, form.path
        assert "TRACE" not in answer.headers.get("Allow", "")
    assert stored(office) == before


def test_head_and_options_do_nothing_and_say_nothing(office: Office) -> None:
    forms = list(every_form(office))
    before = stored(office)
    for form in forms:
        for method in ("HEAD", "OPTIONS"):
            answer = form.browser.client.open(form.path, method=method, base_url=HOST)
            assert answer.status_code in {200, 303, 405}
            assert not answer.data.strip()
            assert answer.headers["Cache-Control"] == "no-store"
    assert stored(office) == before


@pytest.mark.parametrize("path", TRICKS)
def test_an_address_that_is_bent_leads_nowhere(office: Office, path: str) -> None:
    for stranger in both(office):
        answer = stranger.get(path)
        assert answer.status_code in {303, 308, 404}, answer.status
        if answer.location:
            assert answer.location in {"/da/receipt", "/casework/", "/static/etc/passwd"}
        else:
            language = "en" if path.startswith("/en/") else "da"
            assert f'<html lang="{language}">' in answer.text
        assert "root:" not in answer.text
        assert "import " not in answer.text


@pytest.mark.parametrize("path", ["//evil.example", "///evil.example/", "/\\evil.example", "//da"])
def test_no_address_leads_to_another_host(office: Office, path: str) -> None:
    for door in (office.intake, office.casework):
        answer = door.test_client().open(environ_overrides={"PATH_INFO": path}, base_url=HOST)
        assert re.match(r"/(?![/\\])", answer.headers.get("Location", "/x"))


@pytest.mark.parametrize("headers", NO_EFFECT, ids=lambda headers: next(iter(headers)))
def test_what_a_proxy_might_say_changes_nothing(office: Office, headers: dict[str, str]) -> None:
    for stranger, path in zip(both(office), ("/da/report/citizen", "/casework/"), strict=True):
        plain, told = stranger.get(path), stranger.get(path, headers=headers)
        assert told.status_code == plain.status_code == 200
        assert fixed(told.text) == fixed(plain.text)
        assert "evil" not in told.text + str(told.headers)


@pytest.mark.parametrize("cookie", COOKIES)
def test_whoever_brings_garbage_as_a_cookie_is_a_stranger(office: Office, cookie: str) -> None:
    for stranger, path in zip(both(office), ("/da/receipt", "/casework/"), strict=True):
        environment = {"HTTP_COOKIE": cookie}
        assert stranger.get(path, environ_overrides=environment).status_code == 200


def test_a_post_from_another_site_is_refused_at_every_form(office: Office) -> None:
    forms = list(every_form(office))
    before = stored(office)
    for form in forms:
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            assert refused(form, form.send(pairs_of(form), URLENCODED, headers=headers)) == 403
    assert stored(office) == before


def test_a_body_without_a_length_is_no_body(office: Office) -> None:
    """The gateway refuses it (tests/gateway); a door behind nothing reads none of it."""
    forms = list(every_form(office))
    before = stored(office)
    for form in forms:
        for length in ("", "-1", "x", "1e3"):
            environment = {"CONTENT_LENGTH": length, "HTTP_TRANSFER_ENCODING": "chunked"}
            answer = form.send(pairs_of(form), URLENCODED, environ_overrides=environment)
            assert answer.status_code in {200, 303, 400, 401, 403, 422}, (form.path, length)
    assert {**stored(office), "item": 0} == {**before, "item": 0}


@pytest.mark.parametrize(
    "languages", ["*;q=inf", "da;q=nan", "en;q=-1", ",,;=", "x" * 9_000, "\xff"]
)
def test_a_language_that_is_none_is_danish(office: Office, languages: str) -> None:
    for stranger in both(office):
        answer = stranger.get("/nowhere", environ_overrides={"HTTP_ACCEPT_LANGUAGE": languages})
        assert answer.status_code == 404
        assert '<html lang="da">' in answer.text


@pytest.mark.parametrize("header", ["Range", "If-None-Match", "If-Modified-Since", "If-Range"])
@pytest.mark.parametrize("value", ["x", "bytes=9-1", "bytes=0-,0-", "*", '"', "\x7f", "9" * 400])
def test_asking_for_a_part_of_a_style_breaks_nothing(
    office: Office, header: str, value: str
) -> None:
    stranger = office.reporter()
    with stranger.get("/static/whistle.css", headers={header: value}) as answer:
        assert answer.status_code in {200, 206, 304, 416}

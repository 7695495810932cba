"""Passkeys in Chromium with its own virtual authenticator, with the PRF extension and without."""

import base64
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import CDPSession, Page, Request

from tests.browser import doors
from tests.browser.doors import Walk
from tests.support.demo import Demo, Member
from whistle.crypto.envelope import derive_from
from whistle.keys.passkeys import unlock_place

PASSKEY = "[data-passkey] button"
OPEN = 'form[action$="/passkeys/open"]'
# Has the page tell what the authenticator's PRF gave, which it otherwise keeps to itself.
LISTEN = """for (const act of ["create", "get"]) {
    const asked = navigator.credentials[act].bind(navigator.credentials);
    navigator.credentials[act] = async (options) => {
        const credential = await asked(options);
        const {prf} = credential.getClientExtensionResults();
        if (prf && prf.results) {
            await gavePrf(btoa(String.fromCharCode(...new Uint8Array(prf.results.first))));
        }
        return credential;
    };
}"""


@dataclass
class Device:
    """A virtual authenticator, what its PRF gave, and the forms that its page sent."""

    page: Page
    session: CDPSession
    has_prf: bool
    id: str = ""
    prf: list[bytes] = field(default_factory=list)
    sent: list[dict[str, list[str]]] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)

    def note(self, request: Request) -> None:
        """Keep what a form sent."""
        if request.method == "POST" and request.post_data:
            self.bodies.append(request.post_data)
            self.sent.append(parse_qs(request.post_data))

    def plug_in(self, *, verified: bool = True) -> None:
        """Take an authenticator in the place of the one before; its user may fail to be verified.

        Chromium blocks one whose user has failed, as real ones do.
        """
        self.unplug()
        options = {
            "protocol": "ctap2",
            "ctap2Version": "ctap2_1",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": verified,
            "hasPrf": self.has_prf,
        }
        made = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.id = made["authenticatorId"]

    def unplug(self) -> None:
        """Have no authenticator."""
        if self.id:
            self.session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.id})
        self.id = ""


@pytest.fixture
def device(walk: Walk) -> Iterator[Callable[..., Device]]:
    """Give the visitor an authenticator; scripts run, whatever the visitor's language."""
    walk.page.close()
    walk.javascript = True
    walk.page = walk.visitor.open()
    walk.page.on("response", walk._note)
    devices: list[Device] = []

    def plug_in(*, prf: bool) -> Device:
        session = walk.page.context.new_cdp_session(walk.page)
        session.send("WebAuthn.enable", {"enableUI": False})
        new = Device(walk.page, session, has_prf=prf)
        new.plug_in()
        devices.append(new)
        walk.page.expose_function("gavePrf", lambda told: new.prf.append(base64.b64decode(told)))
        walk.page.add_init_script(LISTEN)
        walk.page.on("request", new.note)
        return new

    yield plug_in
    for one in devices:
        one.unplug()
        one.session.send("WebAuthn.disable")


@pytest.fixture
def reserve(demo_server: Demo) -> Member:
    """Whose sign-in is changed here."""
    return demo_server.member("reserve")


def come_in(walk: Walk, demo: Demo, member: Member) -> None:
    """Sign in by passphrase and code, in the walk's language."""
    doors.sign_in(walk.page, demo, member, walk.lang)


def press_passkey(page: Page) -> None:
    """Press the page's button for a passkey, and wait for what comes of it."""
    doors.press(page, PASSKEY)


def press_and_read(page: Page, told: str) -> None:
    """Press the page's button for a passkey, and wait until the page tells what went wrong."""
    page.locator(PASSKEY).click()
    words = page.locator("[data-passkey]").get_attribute(f"data-{told}") or "nothing"
    page.locator("[data-passkey] [role=status]").filter(has_text=words).wait_for()


def add(walk: Walk, demo: Demo, name: str) -> None:
    """Register a passkey on the page of passkeys."""
    walk.page.goto(f"{demo.casework}/passkeys")
    walk.page.locator('[name="name"]').fill(name)
    press_passkey(walk.page)


def remove_all(walk: Walk, demo: Demo) -> None:
    """Remove every passkey of whoever is signed in."""
    walk.page.goto(f"{demo.casework}/passkeys")
    button = 'form[action$="/passkeys/remove"] button'
    while walk.page.locator(button).count():
        doors.press(walk.page, walk.page.locator(button).first)


def path(page: Page) -> str:
    return urlsplit(page.url).path


def test_a_passkey_with_prf_is_registered_and_signs_in_by_itself(
    walk: Walk, demo_server: Demo, device: Callable[..., Device], reserve: Member
) -> None:
    phone, page = device(prf=True), walk.page
    come_in(walk, demo_server, reserve)
    page.goto(f"{demo_server.casework}/passkeys")
    walk.sees()
    add(walk, demo_server, "Telefon")
    walk.sees()
    assert path(page) == "/casework/passkeys"
    assert "Telefon" in page.locator(".own-keys").inner_text()
    doors.sign_out(page)
    press_passkey(page)
    assert path(page) == "/casework/inboxes"
    walk.sees()
    page.goto(f"{demo_server.casework}/prove?to=/casework/key-files")
    walk.sees()
    press_passkey(page)
    assert path(page) == "/casework/key-files"
    walk.sees()
    remove_all(walk, demo_server)
    assert page.locator(".own-keys").count() == 0
    walk.sees()
    doors.sign_out(page)
    press_passkey(page)
    assert path(page) == "/casework/passkey"
    assert page.locator(".alert-error").count() == 1
    walk.sees(403)
    walk.visitor.forget(page)
    assert phone.prf


def test_the_prfs_output_never_leaves_the_browser_and_the_key_is_the_protocols(
    walk: Walk, demo_server: Demo, device: Callable[..., Device], reserve: Member
) -> None:
    phone = device(prf=True)
    come_in(walk, demo_server, reserve)
    add(walk, demo_server, "Telefon")
    doors.sign_out(walk.page)
    press_passkey(walk.page)
    sent = [form for form in phone.sent if "credential" in form]
    assert len(sent) == 2
    (output,) = set(phone.prf)
    for form in sent:
        told = json.loads(form["credential"][0])
        credential_id = base64.urlsafe_b64decode(told["id"] + "==")
        derived = derive_from(output, unlock_place(credential_id))
        assert base64.urlsafe_b64decode(form["unlock"][0] + "=") == derived
        assert set(told) == {"id", "rawId", "type", "response"}
    for secret in _spellings(output):
        assert not any(secret in body for body in phone.bodies)
        assert secret not in walk.page.content()
    remove_all(walk, demo_server)


def _spellings(secret: bytes) -> Iterator[str]:
    yield secret.hex()
    for plain in (base64.b64encode(secret).decode(), base64.urlsafe_b64encode(secret).decode()):
        yield plain.rstrip("=")
    yield ",".join(map(str, secret))


def test_a_passkey_without_prf_is_the_second_step_and_no_more(
    walk: Walk, demo_server: Demo, device: Callable[..., Device], reserve: Member
) -> None:
    key, page = device(prf=False), walk.page
    come_in(walk, demo_server, reserve)
    add(walk, demo_server, "Nøgle")
    walk.sees()
    doors.sign_out(page)
    press_passkey(page)
    assert path(page) == "/casework/passkey"
    walk.sees(403)
    walk.visitor.forget(page)
    doors.try_sign_in(page, demo_server, reserve.username, reserve.passphrase)
    assert path(page) == "/casework/second-factor"
    walk.sees()
    press_passkey(page)
    assert path(page) == "/casework/inboxes"
    assert key.prf == []
    page.goto(f"{demo_server.casework}/prove?to=/casework/passkeys")
    press_passkey(page)
    assert path(page) == "/casework/passkeys"
    doors.press(page, f"{OPEN} button")
    assert path(page) == "/casework/passkeys/open"
    walk.sees(403)
    walk.visitor.forget(page)
    remove_all(walk, demo_server)


def test_who_cancels_is_told_and_can_try_again(
    walk: Walk, demo_server: Demo, device: Callable[..., Device], reserve: Member
) -> None:
    phone, page = device(prf=True), walk.page
    come_in(walk, demo_server, reserve)
    page.goto(f"{demo_server.casework}/passkeys")
    phone.plug_in(verified=False)
    press_and_read(page, "cancelled")
    walk.sees()
    assert not [form for form in phone.sent if "credential" in form]
    phone.plug_in()
    press_passkey(page)
    assert page.locator(".own-keys li").count() == 1
    press_and_read(page, "known")
    remove_all(walk, demo_server)


def test_a_passkey_is_let_open_the_cases_after_its_member_has_renewed_their_keys(
    walk: Walk, demo_server: Demo, device: Callable[..., Device], reserve: Member
) -> None:
    device(prf=True)
    page = walk.page
    come_in(walk, demo_server, reserve)
    add(walk, demo_server, "Telefon")
    assert page.locator(OPEN).count() == 0
    with closing(sqlite3.connect(demo_server.data / "whistle.db", timeout=30)) as db, db:
        db.execute("UPDATE passkey SET seed_box = NULL")
    page.goto(f"{demo_server.casework}/passkeys")
    walk.sees()
    doors.press(page, f"{OPEN} button")
    assert page.locator(OPEN).count() == 0
    walk.sees()
    doors.sign_out(page)
    press_passkey(page)
    assert path(page) == "/casework/inboxes"
    remove_all(walk, demo_server)


def test_a_page_that_was_open_too_long_asks_anew(
    walk: Walk, demo_server: Demo, device: Callable[..., Device]
) -> None:
    phone, page = device(prf=True), walk.page
    page.goto(f"{demo_server.casework}/")
    doors.choose_language(page, walk.lang)
    page.evaluate("performance.now = () => 5 * 60 * 1000")
    press_passkey(page)
    walk.sees(403)
    walk.visitor.forget(page)
    assert phone.sent[-1].get("credential") is None
    assert page.locator(PASSKEY).is_visible()


def test_without_script_or_without_passkeys_there_is_no_button(
    walk: Walk, demo_server: Demo
) -> None:
    page = walk.page
    if walk.javascript:
        page.add_init_script("delete window.PublicKeyCredential")
    page.goto(f"{demo_server.casework}/")
    assert page.locator('[name="passphrase"]').is_visible()
    assert page.locator("[data-passkey]").count() == 1
    assert not page.locator(PASSKEY).is_visible()
    walk.visitor.forget(page)

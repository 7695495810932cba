"""What opens a member's keys: seen in one place, and what changes it ends the other sessions."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete

from tests.accounts.test_own_sessions import SECURITY, is_in
from tests.accounts.test_passkey_pages import add
from tests.accounts.test_standing import a_passphrase, backup_codes, new_keys, words
from tests.support.authenticator import Authenticator
from tests.support.office import Desk, Office, hidden_fields
from whistle.accounts import service
from whistle.accounts.browsers import KnownBrowsers
from whistle.accounts.factors import FactorService
from whistle.accounts.key_files import KeyFileService
from whistle.accounts.views.entering import COOKIE
from whistle.domain.channel import InboxKind
from whistle.gateway.gateway import TURNED_AWAY
from whistle.storage import tables

FOUNDING, RENEW = "/casework/founding", "/casework/keys/renew"


def cookie(desk: Desk) -> str:
    held = desk.client.get_cookie(COOKIE, domain="whistle.example")
    assert held is not None
    return held.value


def revoke_key_file(office: Office, desk: Desk) -> None:
    KeyFileService(office.installation).make(office.adviser, "Tal")
    page = desk.get("/casework/key-files").text
    form = hidden_fields(page[page.index("key-files/revoke") :])
    assert (
        desk.post("/casework/key-files/revoke", {**hidden_fields(page), **form}).status_code == 303
    )
    assert KeyFileService(office.installation).all_of(office.adviser.member_id) == []


def make_backup_codes(office: Office, desk: Desk) -> None:
    assert desk.post(*backup_codes(office, desk)).status_code == 200


@pytest.mark.parametrize("change", [revoke_key_file, make_backup_codes])
def test_who_takes_a_way_in_back_is_alone_afterwards_and_under_a_new_token(
    office: Office, change: object
) -> None:
    """Whoever had come in by it, or with the old paper, would have stayed."""
    assert callable(change)
    desk, other = office.desk_of(office.adviser), office.desk_of(office.adviser)
    colleague, before = office.desk_of(office.reserve), cookie(desk)
    change(office, desk)
    assert not is_in(other)
    assert is_in(desk)
    assert is_in(colleague)
    assert cookie(desk) != before


def test_one_s_sign_in_lists_passkeys_and_key_files_with_their_days(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    assert desk.get(SECURITY).text.count("Du har ingen.") == 2
    add(desk, Authenticator(), "Blå <nøgle>")
    KeyFileService(office.installation).make(office.adviser, "Månedens tal")
    KeyFileService(office.installation).make(office.reserve, "En andens")
    page = desk.get(SECURITY).text
    for shown in ("Blå &lt;nøgle&gt;", "Månedens tal"):
        assert re.search(rf"<strong>{shown}</strong>[^<]*20\.\s*november\s*2026", page), shown
    assert "En andens" not in page


def test_who_cannot_see_the_list_hears_which_session_a_button_ends(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    for _ in range(2):
        office.later(minutes=3)
        office.desk_of(office.adviser)
    page = desk.get(SECURITY).text
    buttons = re.findall(r"<button[^>]*>([^<]*<span class=\"sr-only\">[^<]*</span>)</button>", page)
    assert len(set(buttons)) == 2


def test_of_backup_codes_made_at_the_same_moment_ten_are_good(office: Office) -> None:
    factors = FactorService(office.installation, office.member(office.adviser), office.adviser)
    factors.make_backup_codes()
    together = threading.Barrier(6)

    def make(_number: int) -> list[str]:
        together.wait(10)
        return factors.make_backup_codes()

    with ThreadPoolExecutor(6) as threads:
        assert len(list(threads.map(make, range(6)))) == 6
    assert factors.backup_codes_left() == 10


def test_an_inbox_s_keys_are_made_by_who_has_just_proved_who_they_are(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    mine = next(
        one.inbox_id
        for one in office.installation.directory.inboxes
        if one.root.kind is InboxKind.MAIN
    )
    with office.installation.store.write() as db:
        for table in (tables.grants, tables.statements):
            db.execute(delete(table).where(table.c.inbox_id == mine))
        db.execute(delete(tables.inboxes).where(tables.inboxes.c.id == mine))
    form = {"csrf_token": hidden_fields(desk.get(FOUNDING).text)["csrf_token"]}
    office.later(minutes=11)
    assert desk.get(FOUNDING).status_code == 200
    sent = desk.post(FOUNDING, form)
    assert sent.headers["Location"].startswith("/casework/prove?to=/casework/founding")


@pytest.mark.parametrize("why", ["turned away", "no place"])
@pytest.mark.parametrize("what", [new_keys, a_passphrase])
def test_a_passphrase_that_is_on_paper_stays_good_while_too_many_sign_in(
    office: Office, what: object, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(what)
    monkeypatch.setattr(service, "LONGEST_WAIT", 0.01)
    desk = office.desk_of(office.adviser)
    path, form = what(office, desk)
    before = office.member(office.adviser)
    if why == "turned away":
        answer = desk.post(path, form, environ_overrides={TURNED_AWAY: True})
    else:
        with service._STRETCHING, service._STRETCHING:
            answer = desk.post(path, form)
    assert answer.status_code == 503
    assert words(answer.text) == form["passphrase"]
    assert office.member(office.adviser) == before
    again = {**hidden_fields(answer.text), "passphrase": form["passphrase"]}
    assert desk.post(path, again).status_code == 303
    assert office.member(office.adviser).seed_box != before.seed_box


def test_new_keys_wait_at_the_turnstile(office: Office) -> None:
    lane = KnownBrowsers(office.installation).lane
    for path in ("/casework/passphrase", RENEW):
        assert lane({"REQUEST_METHOD": "POST", "PATH_INFO": path}) is not None

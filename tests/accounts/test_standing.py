"""What was sent before a session ended, and arrives afterwards: nothing of it is stored."""

import io
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import Connection
from werkzeug.test import TestResponse

from tests.accounts.test_passkey_pages import LIST, asked
from tests.support.authenticator import Authenticator
from tests.support.newcomers import Newcomer, choose_app, newcomer
from tests.support.office import HOST, Desk, Office, hidden_fields
from whistle.accounts.key_files import KeyFileService
from whistle.crypto.totp import TotpSecret, step_at
from whistle.domain.channel import InboxKind
from whistle.keys.keyring import Keyring
from whistle.keys.sessions import SessionBoxer
from whistle.storage import tables
from whistle.storage.engine import Store
from whistle.storage.standing import hold_session

KEPT = (
    tables.members,
    tables.passkeys,
    tables.key_files,
    tables.backup_codes,
    tables.statements,
    tables.grants,
    tables.invitations,
)


class Trickling(io.BytesIO):
    """A body whose sender does something else before they send it."""

    def __init__(self, body: bytes, meanwhile: Callable[[], Any]) -> None:
        super().__init__(body)
        self.meanwhile: Callable[[], Any] | None = meanwhile

    def readinto(self, buffer: Any) -> int:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            with ThreadPoolExecutor(1) as elsewhere:
                elsewhere.submit(meanwhile).result()
        return super().readinto(buffer)


def trickle(
    desk: Desk, path: str, fields: dict[str, str], meanwhile: Callable[[], Any]
) -> TestResponse:
    """Send a form; the guards have passed when ``meanwhile`` happens."""
    body = urlencode(fields).encode()
    return desk.client.post(
        path,
        base_url=HOST,
        input_stream=Trickling(body, meanwhile),
        content_length=len(body),
        content_type="application/x-www-form-urlencoded",
    )


def stored(office: Office) -> list[Any]:
    """Give everything that opens keys, says whose they are, or could come to."""
    with office.installation.store.read() as db:
        return [db.execute(table.select()).all() for table in KEPT]


def words(page: str) -> str:
    return " ".join(re.findall(r"<span>([a-z-]+)</span>", page))


def a_key_file(_office: Office, desk: Desk) -> tuple[str, dict[str, str]]:
    path = "/casework/key-files"
    return path, {**hidden_fields(desk.get(path).text), "name": "tyv"}


def a_passkey(_office: Office, desk: Desk) -> tuple[str, dict[str, str]]:
    page = desk.get(LIST).text
    return LIST, {**hidden_fields(page), **Authenticator().create(asked(page)).fields}


def backup_codes(_office: Office, desk: Desk) -> tuple[str, dict[str, str]]:
    path = "/casework/security/backup-codes"
    return path, hidden_fields(desk.get(path).text)


def another_app(office: Office, desk: Desk) -> tuple[str, dict[str, str]]:
    path = "/casework/security/app"
    page = desk.get(path).text
    shown = re.search(r'<p class="receipt"[^>]*>(.*?)</p>', page, re.DOTALL)
    assert shown is not None
    secret = TotpSecret.parse("".join(re.findall(r"[A-Z2-7]{4}", shown[1])))
    return path, {**hidden_fields(page), "totp": secret.code(step_at(office.clock.now()))}


def a_passphrase(_office: Office, desk: Desk) -> tuple[str, dict[str, str]]:
    path = "/casework/passphrase"
    page = desk.get(path).text
    return path, {**hidden_fields(page), "passphrase": words(page)}


def new_keys(_office: Office, desk: Desk) -> tuple[str, dict[str, str]]:
    path = "/casework/keys/renew"
    page = desk.post(path, hidden_fields(desk.get(path).text)).text
    return path, {**hidden_fields(page), "passphrase": words(page)}


def new_inbox_keys(office: Office, desk: Desk) -> tuple[str, dict[str, str]]:
    inboxes = office.installation.directory.inboxes
    inbox = next(one for one in inboxes if one.root.kind is InboxKind.MAIN)
    path = f"/casework/keys/inbox/{inbox.inbox_id.hex()}"
    return path, hidden_fields(desk.get(path).text)


def an_invitation(_office: Office, desk: Desk) -> tuple[str, dict[str, str]]:
    path = "/casework/members/invite"
    told = {"name": "Ny Navn", "username": "nynavn", "role": "deputy"}
    return path, {**hidden_fields(desk.get(path).text), **told}


def letting_in(office: Office, desk: Desk) -> tuple[str, dict[str, str]]:
    who = newcomer(office)
    path = f"/casework/members/{who.row.id.hex()}/inboxes"
    page = desk.get(path).text
    inbox = re.search(r'name="inboxes" value="([0-9a-f]+)"', page)
    assert inbox is not None
    return path, {**hidden_fields(page), "heard": who.spoken, "inboxes": inbox[1]}


def removing(office: Office, desk: Desk) -> tuple[str, dict[str, str]]:
    path = f"/casework/members/{newcomer(office).row.id.hex()}/leave"
    return path, hidden_fields(desk.get(path).text)


WHAT = (
    a_key_file,
    a_passkey,
    backup_codes,
    another_app,
    a_passphrase,
    new_keys,
    new_inbox_keys,
    an_invitation,
    letting_in,
    removing,
)


@pytest.mark.parametrize("what", WHAT, ids=lambda what: str(what.__name__))
def test_what_is_on_its_way_at_lock_now_changes_no_keys(
    office: Office, what: Callable[[Office, Desk], tuple[str, dict[str, str]]]
) -> None:
    thief, owner = office.desk_of(office.adviser), office.desk_of(office.adviser)
    path, fields = what(office, thief)
    before = stored(office)
    answer = trickle(thief, path, fields, lambda: owner.post("/casework/panic", {}))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/casework/")
    assert stored(office) == before


@pytest.mark.parametrize("what", WHAT, ids=lambda what: str(what.__name__))
def test_what_is_on_its_way_while_nothing_ends_does_change_them(
    office: Office, what: Callable[[Office, Desk], tuple[str, dict[str, str]]]
) -> None:
    """Or the test above would hold nothing."""
    desk = office.desk_of(office.adviser)
    path, fields = what(office, desk)
    before = stored(office)
    trickle(desk, path, fields, lambda: None)
    assert stored(office) != before


def half(office: Office, keyring: Keyring) -> Desk:
    """Give the browser of who has shown a passphrase, and has no second factor yet."""
    boxer = SessionBoxer(office.installation.id, office.installation.boot_key)
    token, row = boxer.start(keyring, office.clock.now())
    with office.installation.store.write() as db:
        row.insert(db)
    desk = Desk(office.casework.test_client())
    desk.sign_in_with(token.reveal())
    return desk


def test_a_thief_of_the_passphrase_adds_no_passkey_after_the_first_app_was_chosen(
    office: Office,
) -> None:
    new = newcomer(office)
    thief, owner = half(office, new.keyring), half(office, new.keyring)
    page = thief.get(LIST).text
    fields = {**hidden_fields(page), **Authenticator().create(asked(page)).fields}
    chosen: list[int] = []
    answer = trickle(
        thief,
        LIST,
        fields,
        lambda: chosen.append(choose_app(owner.client, office.clock.now()).status_code),
    )
    assert chosen == [200]
    assert (answer.status_code, answer.headers["Location"]) == (303, "/casework/")
    assert passkeys_of(office, new) == []


def test_half_a_session_that_is_still_there_adds_nothing_beside_a_second_factor(
    office: Office,
) -> None:
    """Whoever wrote the factor ended no session: the row itself is looked at."""
    new = newcomer(office)
    thief = half(office, new.keyring)
    page = thief.get(LIST).text
    fields = {**hidden_fields(page), **Authenticator().create(asked(page)).fields}

    def enrol() -> None:
        with office.installation.store.write() as db:
            db.execute(
                tables.members.update()
                .where(tables.members.c.id == new.row.id)
                .values(totp_box=b"x")
            )

    assert trickle(thief, LIST, fields, enrol).headers["Location"] == "/casework/"
    assert passkeys_of(office, new) == []


def passkeys_of(office: Office, who: Newcomer) -> list[Any]:
    with office.installation.store.read() as db:
        query = tables.passkeys.select().where(tables.passkeys.c.member_id == who.row.id)
        return list(db.execute(query).all())


def test_when_lock_now_has_answered_nothing_is_on_its_way_any_more(office: Office) -> None:
    """Whoever looked at the session first is waited for: what they store is in the lists then."""
    desk = office.desk_of(office.adviser)
    with office.installation.store.read() as db:
        [session] = db.execute(tables.member_sessions.select()).all()
    held, go_on = threading.Event(), threading.Event()

    def hold(db: Connection) -> None:
        hold_session(db, session.token_hash)
        held.set()
        assert go_on.wait(10)

    store = office.installation.store.beginning_with(hold)
    with ThreadPoolExecutor(2) as threads:
        making = threads.submit(make_key_file, office, store)
        assert held.wait(10)
        locking = threads.submit(desk.post, "/casework/panic", {})
        with pytest.raises(TimeoutError):
            locking.result(0.3)
        go_on.set()
        making.result(10)
        assert locking.result(10).status_code == 303
    assert len(KeyFileService(office.installation).all_of(office.adviser.member_id)) == 1


def make_key_file(office: Office, store: Store) -> None:
    KeyFileService(replace(office.installation, store=store)).make(office.adviser, "Tal")

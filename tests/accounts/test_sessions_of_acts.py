"""A session begins, and others end, in the transaction of the act that it is for, or not at all."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug.test import TestResponse

from tests.accounts.test_passkey_pages import LIST, asked
from tests.accounts.test_passkeys import register
from tests.accounts.test_proof import prove
from tests.accounts.test_second_factor import half_way_in, is_in, show
from tests.accounts.test_standing import a_passphrase, another_app, backup_codes
from tests.casework.journal import Journal
from tests.support.authenticator import Authenticator
from tests.support.office import HOST, Desk, Office, hidden_fields
from whistle.accounts.key_files import KeyFileService
from whistle.accounts.service import AccountService
from whistle.domain.logged import Logged
from whistle.keys.sessions import SessionBoxer
from whistle.storage import members
from whistle.storage.errors import BusyError


def a_revoked_key_file(office: Office, desk: Desk) -> tuple[str, dict[str, str]]:
    path, service = "/casework/key-files", KeyFileService(office.installation)
    service.make(office.adviser, "Tal")
    [made] = service.all_of(office.adviser.member_id)
    form = hidden_fields(desk.get(path).text)
    return f"{path}/revoke", {**form, "id": made.key_hash.hex()}


def a_removed_passkey(office: Office, desk: Desk) -> tuple[str, dict[str, str]]:
    phone = Authenticator()
    register(office, office.adviser, phone)
    form = hidden_fields(desk.get(LIST).text)
    return f"{LIST}/remove", {**form, "id": phone.passkeys[0].id.hex(), "sure": "1"}


def busy(*_about: object) -> None:
    raise BusyError("others write")


ENDS_OTHERS = [
    (a_passphrase, Logged.PASSPHRASE_CHANGED),
    (another_app, Logged.APP_SET),
    (backup_codes, Logged.BACKUP_CODES_MADE),
    (a_revoked_key_file, Logged.KEY_FILE_REVOKED),
    (a_removed_passkey, Logged.PASSKEY_REMOVED),
]


@pytest.mark.parametrize(("act", "logged"), ENDS_OTHERS)
@pytest.mark.parametrize("fails", [(members, "end_sessions_of"), (SessionBoxer, "start")])
def test_what_ends_other_sessions_is_not_done_where_they_cannot_be_ended(
    office: Office,
    act: Callable[[Office, Desk], tuple[str, dict[str, str]]],
    logged: Logged,
    fails: tuple[object, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk, service = office.desk_of(office.adviser), AccountService(office.installation)
    thief = service.start(office.adviser, proved=True)
    path, fields = act(office, desk)
    journal = Journal(office)
    with monkeypatch.context() as patch:
        patch.setattr(*fails, busy)
        assert desk.post(path, fields).status_code >= 500
    assert journal.rows() == []
    assert service.resume(thief) is not None
    assert desk.post(path, fields).status_code in {200, 303}
    assert journal.acts()[0] is logged  # with a second factor come backup codes, an act as well
    assert service.resume(thief) is None
    assert is_in(desk.client)


def at_once(office: Office) -> tuple[Desk, Callable[[], TestResponse]]:
    desk, credentials = Desk(office.casework.test_client()), office.credentials()
    data = {**credentials, "totp": office.code()}
    return desk, lambda: desk.client.post("/casework/", base_url=HOST, data=data)


def after_the_passphrase(office: Office) -> tuple[Desk, Callable[[], TestResponse]]:
    desk, code = half_way_in(office), office.code()
    return desk, lambda: show(desk, code)


def by_passkey(office: Office) -> tuple[Desk, Callable[[], TestResponse]]:
    desk, phone = Desk(office.casework.test_client()), Authenticator()
    register(office, office.adviser, phone)
    answer = phone.get(asked(desk.get("/casework/").text))
    return desk, lambda: desk.post("/casework/passkey", answer.fields)


def by_passkey_after_the_passphrase(office: Office) -> tuple[Desk, Callable[[], TestResponse]]:
    desk, phone = half_way_in(office), Authenticator()
    register(office, office.adviser, phone)
    page = desk.get("/casework/second-factor").text
    fields = {**hidden_fields(page), **phone.get(asked(page)).fields}
    return desk, lambda: desk.post("/casework/second-factor/passkey", fields)


COMING = [at_once, after_the_passphrase, by_passkey, by_passkey_after_the_passphrase]


@pytest.mark.parametrize("coming", COMING, ids=lambda coming: str(coming.__name__))
def test_nobody_is_said_to_have_signed_in_whose_session_could_not_begin(
    office: Office,
    coming: Callable[[Office], tuple[Desk, Callable[[], TestResponse]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk, send = coming(office)
    journal = Journal(office)
    with monkeypatch.context() as patch:
        patch.setattr(SessionBoxer, "start", busy)
        assert send().status_code >= 500
    assert journal.rows() == []
    assert not is_in(desk.client)
    assert send().status_code == 303  # code and answer were not used up
    assert journal.acts() == [Logged.SIGNED_IN]
    assert is_in(desk.client)


def test_a_proof_is_not_logged_where_the_next_session_could_not_begin(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = office.desk_of(office.adviser)
    office.later(minutes=15)
    journal = Journal(office)
    with monkeypatch.context() as patch:
        patch.setattr(SessionBoxer, "start", busy)
        assert prove(office, desk).status_code >= 500
    assert journal.rows() == []
    assert prove(office, desk).status_code == 303
    assert journal.acts() == [Logged.PROVED]


def test_of_two_sessions_that_end_each_other_at_once_one_goes_on(office: Office) -> None:
    desks = [office.desk_of(office.adviser) for _ in range(2)]
    sent = [(desk, *backup_codes(office, desk)) for desk in desks]
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda one: one[0].post(*one[1:]), sent))
    assert sorted(answer.status_code for answer in answers) == [200, 303]
    assert sorted(is_in(desk.client) for desk in desks) == [False, True]

"""An act that cannot be logged does not happen, and whoever wanted it is told so."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from tests.accounts.test_second_factor import half_way_in, is_in, show
from tests.accounts.test_standing import WHAT, an_invitation, stored
from tests.support.logged import break_the_log
from tests.support.office import Desk, Office
from whistle.accounts.invitations import invite
from whistle.accounts.service import AccountService
from whistle.audit.log import Log
from whistle.domain.role import Role
from whistle.installation import Installation
from whistle.storage import log, log_tables, tables
from whistle.storage.engine import is_sqlite, open_store
from whistle.storage.errors import UnloggedError


def unlogged(answer: TestResponse) -> bool:
    """Say whether a page says, in Danish or English, that nothing was done."""
    return answer.status_code == 503 and ("loggen" in answer.text or "the log" in answer.text)


@pytest.mark.parametrize("what", WHAT, ids=lambda what: str(what.__name__))
def test_where_there_is_no_log_nothing_is_done(
    office: Office, what: Callable[[Office, Desk], tuple[str, dict[str, str]]]
) -> None:
    desk = office.desk_of(office.adviser)
    path, fields = what(office, desk)
    before = stored(office)
    break_the_log(office.installation.store)
    assert unlogged(desk.post(path, fields))
    assert stored(office) == before


@pytest.mark.parametrize("what", WHAT, ids=lambda what: str(what.__name__))
def test_a_page_that_forgets_its_entry_does_nothing(
    office: Office,
    what: Callable[[Office, Desk], tuple[str, dict[str, str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = office.desk_of(office.adviser)
    path, fields = what(office, desk)
    before = stored(office)
    monkeypatch.setattr(Log, "_append", lambda *_: None)
    assert unlogged(desk.post(path, fields))
    assert stored(office) == before


def test_where_there_is_no_log_nobody_is_signed_in_and_no_code_is_used_up(office: Office) -> None:
    desk, code = half_way_in(office), office.code()
    break_the_log(office.installation.store)
    assert unlogged(show(desk, code))
    assert not is_in(desk.client)
    assert office.member(office.adviser).totp_step == 0


def test_lock_now_says_that_it_could_not_be_stored_and_the_browser_forgets_all_the_same(
    office: Office,
) -> None:
    desk = office.desk_of(office.adviser)
    break_the_log(office.installation.store)
    answer = desk.post("/casework/panic", {})
    assert answer.headers["Location"] == "/casework/locked"
    assert not is_in(desk.client)
    with office.installation.store.read() as db:
        assert db.execute(select(tables.member_sessions)).first()


def test_an_entry_that_has_no_place_is_not_taken_for_a_user_name_that_is_taken(
    office: Office,
) -> None:
    """Somebody has set the head back: the next entry's number is there already."""
    here = office.installation
    invite(office.log_of_commands, "ny", "Nanna Ny", Role.DEPUTY)
    with here.store.engine.begin() as db:
        if is_sqlite(here.store.engine):
            db.exec_driver_sql("DROP TRIGGER log_head_grows")
        else:
            db.exec_driver_sql("SET LOCAL session_replication_role = replica")
        db.execute(update(log_tables.log_heads).values(size=0, roots=b""))
    with pytest.raises(UnloggedError):
        invite(office.log_of_commands, "nyere", "Nora Nyere", Role.DEPUTY)
    assert unlogged(_invite(office))


def _invite(office: Office) -> TestResponse:
    desk = office.desk_of(office.adviser)
    return desk.post(*an_invitation(office, desk))


@pytest.fixture
def impatient(office: Office) -> Iterator[Installation]:
    """The installation of a process that waits for others for a second only."""
    url = office.installation.store.engine.url.render_as_string(hide_password=False)
    store = open_store(url, patience=1)
    yield replace(office.installation, store=store)
    store.dispose()


def test_while_somebody_else_holds_the_log_nothing_is_done(
    office: Office, impatient: Installation
) -> None:
    with office.installation.store.write() as db:
        log.hold_head(db)
        with pytest.raises((UnloggedError, OperationalError)):
            AccountService(impatient).choose_language(office.member(office.adviser), "en")
    assert office.member(office.adviser).language == "da"
    AccountService(impatient).choose_language(office.member(office.adviser), "en")
    assert office.member(office.adviser).language == "en"

"""Accepting an invitation, when much else goes on."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from werkzeug.test import TestResponse

from tests.support.office import Desk, Office, hidden_fields
from whistle.accounts import service
from whistle.accounts.invitations import Invitation, invite
from whistle.domain.role import Role
from whistle.storage import members
from whistle.storage.errors import DuplicateError
from whistle.storage.rows import InvitationRow, MemberRow

BEGIN = "/casework/begin"


def invited(office: Office) -> Invitation:
    return invite(office.log_of_commands, "nyt", "Ny Navn", Role.DEPUTY)


def shown(desk: Desk, invitation: Invitation) -> dict[str, str]:
    """Give the codes, and all that the page with the passphrase would send."""
    codes = {"invitation": invitation.token.show(), "code": invitation.code}
    return typed(desk.post(BEGIN, codes))


def typed(page: TestResponse) -> dict[str, str]:
    words = " ".join(re.findall(r"<span>([a-z-]+)</span>", page.text))
    return {**hidden_fields(page.text), "passphrase": words}


def member(office: Office) -> MemberRow | None:
    with office.installation.store.read() as db:
        return members.by_username(db, "nyt")


def test_who_accepts_is_let_in_though_strangers_tried_the_user_name(office: Office) -> None:
    desk, invitation = Desk(office.casework.test_client()), invited(office)
    for _ in range(6):
        desk.post("/casework/", {"username": "nyt", "passphrase": "x"})
    answer = desk.post(BEGIN, shown(desk, invitation))
    assert answer.headers["Location"] == "/casework/security/app"
    assert desk.get("/casework/security/app").status_code == 200
    assert member(office) is not None


def test_who_accepts_while_too_many_sign_in_loses_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "LONGEST_WAIT", 0)
    desk, invitation = Desk(office.casework.test_client()), invited(office)
    form = shown(desk, invitation)
    with service.stretching(), service.stretching():
        busy = desk.post(BEGIN, form)
    assert busy.status_code == 503
    assert member(office) is None
    assert typed(busy) == form  # what is on the paper stays good
    assert desk.post(BEGIN, typed(busy)).headers["Location"] == "/casework/security/app"


def test_of_two_who_invite_to_one_user_name_at_once_one_is_told_that_it_is_taken(
    office: Office,
) -> None:
    both = Barrier(2)

    def one(_: int) -> bool:
        both.wait()
        try:
            invited(office)
        except DuplicateError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, range(2))) == [False, True]


def test_no_two_invitations_have_one_user_name(office: Office) -> None:
    invited(office)
    with office.installation.store.read() as db:
        [row] = InvitationRow.all(db, InvitationRow.select())
    values = {name: getattr(row, name) for name in InvitationRow.__slots__}
    second = InvitationRow(**{**values, "token_hash": bytes(32)})
    with pytest.raises(DuplicateError), office.installation.store.write() as db:
        second.insert(db)

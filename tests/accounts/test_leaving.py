"""Goodbyes: whose, by whom, and what is closed afterwards."""

import secrets

import pytest
from sqlalchemy import func, select, update

from tests.support.newcomers import Newcomer, newcomer
from tests.support.office import Desk, Office, hidden_fields
from whistle.accounts.leaving import LeavingService, Obstacle
from whistle.accounts.newcomers import Admission, NewcomerService
from whistle.crypto.errors import SealingError
from whistle.domain.channel import InboxKind
from whistle.keys.keyring import Keyring, open_inboxes
from whistle.storage import directory as directory_queries
from whistle.storage import tables
from whistle.storage.errors import ConflictError
from whistle.storage.rows import BackupCodeRow, GrantRow, KeyFileRow, PasskeyRow

MEMBERS = "/casework/members"


def admitted(office: Office, role: str = "deputy", name: str = "Vera Vikar") -> Newcomer:
    """Make a member, and let them into every inbox that their role may have."""
    who = newcomer(office, role, name)
    by = office.reserve if role == "reserve" else office.adviser
    service = NewcomerService(office.installation, office.member(by), by)
    ids = [one.inbox_id for one in service.open_to(who.row)]
    assert service.admit(who.row, ids, who.spoken) is Admission.DONE
    return who


def ask(office: Office, who: bytes, by: Keyring) -> int:
    """Press the button that ends an access, and give the status."""
    desk = office.desk_of(by)
    token = hidden_fields(desk.get("/casework/keys").text)["csrf_token"]
    answer = desk.post(f"{MEMBERS}/{who.hex()}/leave", {"csrf_token": token})
    return answer.status_code


def signed_in(desk: Desk) -> bool:
    return desk.get(MEMBERS).status_code == 200


def rows_of(office: Office, member_id: bytes) -> dict[str, int]:
    owned = (
        tables.member_sessions,
        tables.passkeys,
        tables.key_files,
        tables.backup_codes,
        tables.grants,
    )
    with office.installation.store.read() as db:
        return {
            table.name: db.execute(
                select(func.count()).select_from(table).where(table.c.member_id == member_id)
            ).scalar_one()
            for table in owned
        }


def test_access_ends_at_once_and_everywhere(office: Office) -> None:
    who = admitted(office)
    day = office.clock.today()
    with office.installation.store.write() as db:
        PasskeyRow(b"credential", who.row.id, b"key", 0, b"box", "Nøgle", day).insert(db)
        KeyFileRow(secrets.token_bytes(32), who.row.id, b"box", "Fil", day).insert(db)
        BackupCodeRow(who.row.id, secrets.token_bytes(32)).insert(db)
    desk = office.desk_of(who.keyring)
    assert signed_in(desk)
    assert all(rows_of(office, who.row.id).values())
    assert ask(office, who.row.id, office.adviser) == 303
    assert not signed_in(desk)
    assert not any(rows_of(office, who.row.id).values())
    row = office.member(who.keyring)
    assert (row.seed_box, row.public, row.verifying, row.totp_box) == (b"", None, None, None)
    assert (row.left, row.name) == (day, "Vera Vikar")


def test_what_comes_after_a_goodbye_is_closed_even_to_kept_keys_and_a_copy_of_the_database(
    office: Office,
) -> None:
    who = admitted(office)
    with office.installation.store.read() as db:
        kept = directory_queries.grants_of(db, who.row.id)
    assert ask(office, who.row.id, office.adviser) == 303
    later = office.case_of(office.reporter().report("Efter farvel"))
    with office.installation.store.write() as db:
        GrantRow.insert_all(db, kept)  # the thief puts back what they had
    try:
        opened = office.work_of(who.keyring).open(later)
    except SealingError:
        opened = None
    assert opened is None
    assert office.work_of(office.adviser).open(later) is not None


def test_who_left_is_in_no_inbox_and_those_who_stay_open_everything(office: Office) -> None:
    before = office.case_of(office.reporter().report("Før"))
    who = admitted(office)
    assert ask(office, who.row.id, office.adviser) == 303
    after = office.case_of(office.reporter().report("Efter"))
    for inbox in office.installation.directory.inboxes:
        assert all(one.member_id != who.row.id for one in inbox.current.members)
    for case in (before, after):
        assert office.work_of(office.adviser).open(case) is not None


def test_an_invitation_goes_with_whoever_made_it(office: Office) -> None:
    who = admitted(office, "adviser")
    desk = office.desk_of(who.keyring)
    token = hidden_fields(desk.get(MEMBERS).text)["csrf_token"]
    fields = {"csrf_token": token, "name": "X", "username": "xx", "role": "deputy"}
    assert desk.post(f"{MEMBERS}/invite", fields).status_code == 200
    assert ask(office, who.row.id, office.adviser) == 303
    with office.installation.store.read() as db:
        assert db.execute(tables.invitations.select()).all() == []


def test_the_last_one_of_an_inbox_cannot_leave(office: Office) -> None:
    for keyring in (office.adviser, office.reserve):
        assert ask(office, keyring.member_id, keyring) == 409
        assert signed_in(office.desk_of(keyring))
        assert rows_of(office, keyring.member_id)["inbox_grant"]
    page = office.desk_of(office.adviser).get(f"{MEMBERS}/{office.adviser.member_id.hex()}/leave")
    assert '<button type="submit" class="button' not in page.text


def test_of_two_who_say_goodbye_at_the_same_time_one_stays(office: Office) -> None:
    who = admitted(office)
    services = [
        LeavingService(office.installation, office.member(keyring), keyring)
        for keyring in (office.adviser, who.keyring)
    ]
    ids = (office.adviser.member_id, who.row.id)
    plans = [one.plan(mine) for one, mine in zip(services, ids, strict=True)]
    assert plans[0] is not None
    assert plans[1] is not None
    services[0].leave(plans[0])
    with pytest.raises(ConflictError):
        services[1].leave(plans[1])
    assert rows_of(office, who.row.id)["inbox_grant"]


def test_who_says_goodbye_is_out_and_those_who_stay_are_asked_for_new_keys(office: Office) -> None:
    who = admitted(office)
    epochs = [one.epoch for one in office.installation.directory.inboxes]
    assert ask(office, who.row.id, who.keyring) == 303
    assert not any(rows_of(office, who.row.id).values())
    assert [one.epoch for one in office.installation.directory.inboxes] == epochs
    desk = office.desk_of(office.adviser)
    page = desk.get(f"{MEMBERS}/settle").text
    assert "Vera Vikar" in page
    token = hidden_fields(page)["csrf_token"]
    assert desk.post(f"{MEMBERS}/settle", {}).status_code == 403
    assert desk.post(f"{MEMBERS}/settle", {"csrf_token": token}).status_code == 303
    for inbox in office.installation.directory.inboxes:
        assert all(one.member_id != who.row.id for one in inbox.current.members)
    assert (
        LeavingService(
            office.installation, office.member(office.adviser), office.adviser
        ).unsettled()
        == []
    )
    case = office.case_of(office.reporter().report())
    assert office.work_of(office.adviser).open(case) is not None
    assert (
        '<button type="submit" class="button button-primary'
        not in desk.get(f"{MEMBERS}/settle").text
    )


def test_a_row_that_says_somebody_left_makes_nobody_sign(office: Office) -> None:
    """The technician writes into the database that the deputy is gone: no page acts on that."""
    who = admitted(office)
    epochs = [one.epoch for one in office.installation.directory.inboxes]
    with office.installation.store.write() as db:
        db.execute(
            update(tables.members)
            .where(tables.members.c.id == who.row.id)
            .values(left=office.clock.today())
        )
    desk = office.desk_of(office.adviser)
    for page in ("/casework/inboxes", MEMBERS, "/casework/keys", f"{MEMBERS}/settle"):
        assert desk.get(page).status_code == 200
    assert [one.epoch for one in office.installation.directory.inboxes] == epochs


def test_who_is_alone_with_somebody_who_left_cannot_leave_too(office: Office) -> None:
    who = admitted(office)
    assert ask(office, who.row.id, who.keyring) == 303
    assert ask(office, office.adviser.member_id, office.adviser) == 409


@pytest.mark.parametrize("role", ["adviser", "deputy", "technician", "reader"])
def test_nobody_but_a_reserve_ends_a_reserves_access(office: Office, role: str) -> None:
    other = admitted(office, "reserve", "En Reserve Mere")
    by = office.adviser if role == "adviser" else newcomer(office, role).keyring
    for member_id in (office.reserve.member_id, other.row.id):
        assert ask(office, member_id, by) == 409
        assert rows_of(office, member_id)["inbox_grant"]
    assert ask(office, other.row.id, office.reserve) == 303


@pytest.mark.parametrize("role", ["deputy", "technician", "reader", "reserve"])
def test_nobody_below_an_adviser_ends_an_advisers_access(office: Office, role: str) -> None:
    admitted(office, "adviser", "To")
    by = newcomer(office, role).keyring
    assert ask(office, office.adviser.member_id, by) == 409
    assert signed_in(office.desk_of(office.adviser))


def test_a_technician_can_be_removed_and_removes_technicians_alone(office: Office) -> None:
    first, second = newcomer(office, "technician"), newcomer(office, "technician")
    assert ask(office, newcomer(office).row.id, first.keyring) == 409
    assert ask(office, second.row.id, first.keyring) == 303
    assert ask(office, first.row.id, office.adviser) == 303
    assert not rows_of(office, first.row.id)["member_session"]


def test_whoever_has_left_is_not_there_to_be_removed_or_let_in(office: Office) -> None:
    who = admitted(office)
    assert ask(office, who.row.id, office.adviser) == 303
    assert ask(office, who.row.id, office.adviser) == 404
    assert ask(office, secrets.token_bytes(16), office.adviser) == 404
    page = office.desk_of(office.adviser).get(f"{MEMBERS}/{who.row.id.hex()}/inboxes")
    assert page.status_code == 404


def test_a_goodbye_needs_the_button_of_the_page_and_a_fresh_proof(office: Office) -> None:
    who = admitted(office)
    desk = office.desk_of(office.adviser)
    address = f"{MEMBERS}/{who.row.id.hex()}/leave"
    token = hidden_fields(desk.get("/casework/keys").text)["csrf_token"]
    assert desk.get(address).status_code == 200
    assert desk.post(address, {}).status_code == 403
    office.later(minutes=11)
    answer = desk.post(address, {"csrf_token": token})
    assert answer.headers["Location"].startswith("/casework/prove?")
    assert signed_in(office.desk_of(who.keyring))


def test_who_is_in_an_inbox_that_the_other_is_not_in_cannot_be_removed_by_them(
    office: Office,
) -> None:
    second = newcomer(office, "adviser", "To")  # in no inbox
    service = LeavingService(office.installation, second.row, second.keyring)
    plan = service.plan(office.adviser.member_id)
    assert plan is not None
    assert plan.obstacle is Obstacle.ELSEWHERE
    with pytest.raises(ConflictError):
        service.leave(plan)


def test_a_removal_is_whole_or_not_at_all(office: Office) -> None:
    who = admitted(office)
    service = LeavingService(office.installation, office.member(office.adviser), office.adviser)
    plan = service.plan(who.row.id)
    assert plan is not None
    admitted(office, name="Kom Imellem")  # the epochs have moved on since the plan
    with pytest.raises(ConflictError):
        service.leave(plan)
    assert office.member(who.keyring).left is None
    with office.installation.store.read() as db:
        grants = directory_queries.grants_of(db, who.row.id)
    mains = [
        one for one in office.installation.directory.inboxes if one.root.kind is InboxKind.MAIN
    ]
    assert len(open_inboxes(who.keyring, mains, grants)) == len(mains)

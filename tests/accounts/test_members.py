"""Who there is, who may invite whom, and who is let into which inbox."""

import re
import unicodedata
from dataclasses import replace

import pytest
from sqlalchemy import update

from tests.support.newcomers import Newcomer, newcomer
from tests.support.office import Desk, Office, hidden_fields
from whistle.accounts.newcomers import NewcomerService
from whistle.app import create_casework
from whistle.domain.channel import InboxKind
from whistle.domain.fingerprint import read_spoken, show_spoken
from whistle.domain.role import Role
from whistle.keys.directory import Directory, TrustedInbox
from whistle.keys.keyring import Keyring
from whistle.storage import members as member_queries
from whistle.storage import membership, tables
from whistle.storage.errors import ConflictError

MEMBERS = "/casework/members"


def inboxes(office: Office, kind: InboxKind = InboxKind.MAIN) -> list[TrustedInbox]:
    return [one for one in office.installation.directory.inboxes if one.root.kind is kind]


def can_open(office: Office, keyring: Keyring) -> list[TrustedInbox]:
    everything = office.installation.directory.inboxes
    return [one for one in everything if keyring.public in one.current.members]


def let_in(
    office: Office, who: Newcomer, heard: str | None = None, by: Keyring | None = None, **more: str
) -> int:
    """Let somebody into all main inboxes, or whatever ``more`` says, and give the status."""
    desk = office.desk_of(by or office.adviser)
    token = hidden_fields(desk.get("/casework/keys").text)["csrf_token"]
    fields = {
        "csrf_token": token,
        "heard": who.spoken if heard is None else heard,
        "inboxes": [one.inbox_id.hex() for one in inboxes(office)],
        **more,
    }
    return desk.post(f"{MEMBERS}/{who.row.id.hex()}/inboxes", fields).status_code


def invite(desk: Desk, role: str, username: str = "ny.kollega", name: str = "Nynne Ny") -> str:
    """Invite somebody, and give the page."""
    fields = hidden_fields(desk.get(MEMBERS).text)
    sent = {**fields, "name": name, "username": username, "role": role}
    return desk.post(f"{MEMBERS}/invite", sent).text


def test_the_page_names_everybody_who_can_open_an_inbox(office: Office) -> None:
    page = office.desk_of(office.adviser).get(MEMBERS).text
    for name in ("Ida Rådgiver", "Rolf Reserve"):
        assert name in page
    assert page.count("<dt>") == len(office.installation.directory.inboxes)


def test_who_can_open_what_comes_from_the_directory_and_never_from_a_role(office: Office) -> None:
    newcomer(office, "adviser", "Falsk Rådgiver")
    page = office.desk_of(office.adviser).get(MEMBERS).text
    readers, members = page.split('id="members"')
    assert "Falsk Rådgiver" not in readers
    assert "Falsk Rådgiver" in members


def test_a_reader_whom_the_database_does_not_know_is_marked(office: Office) -> None:
    who = newcomer(office)
    assert let_in(office, who) == 303
    with office.installation.store.write() as db:
        db.execute(tables.members.delete().where(tables.members.c.id == who.row.id))
    page = office.desk_of(office.adviser).get(MEMBERS).text
    assert page.count("badge-error") == len(inboxes(office))


def test_an_invitation_is_accepted_with_both_codes_and_listed_until_then(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    page = invite(desk, "deputy")
    long_code, short_code = re.findall(r'<p class="receipt"[^>]*>([0-9A-Z-]+)</p>', page)
    listed = desk.get(MEMBERS).text
    assert "Nynne Ny" in listed
    assert long_code not in listed
    assert short_code not in listed
    guest = office.casework.test_client()
    shown = Desk(guest).post("/casework/begin", {"invitation": long_code, "code": short_code})
    words = " ".join(re.findall(r"<span>([a-z-]+)</span>", shown.text))
    typed = {**hidden_fields(shown.text), "passphrase": words}
    assert Desk(guest).post("/casework/begin", typed).status_code == 303
    with office.installation.store.read() as db:
        made = member_queries.by_username(db, "ny.kollega")
    assert made is not None
    assert (made.role, made.name, made.since) == ("deputy", "Nynne Ny", office.clock.today())
    assert made.public is not None


def test_a_withdrawn_invitation_is_void(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    page = invite(desk, "deputy")
    codes = re.findall(r'<p class="receipt"[^>]*>([0-9A-Z-]+)</p>', page)
    listed = desk.get(MEMBERS).text
    (shown,) = re.findall(r'name="invitation" value="([0-9a-f]{64})"', listed)
    token = hidden_fields(listed)["csrf_token"]
    assert desk.post(f"{MEMBERS}/withdraw", {"invitation": shown}).status_code == 403
    form = {"invitation": shown, "csrf_token": token}
    assert desk.post(f"{MEMBERS}/withdraw", form).status_code == 303
    typed = dict(zip(("invitation", "code"), codes, strict=True))
    assert Desk(office.casework.test_client()).post("/casework/begin", typed).status_code == 404


def test_a_user_name_is_given_once(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    assert 'class="receipt"' in invite(desk, "deputy")
    for taken in ("ny.kollega", "RESERVE ", "raadgiver"):
        assert 'class="receipt"' not in invite(desk, "deputy", taken)


def test_a_user_name_is_the_same_however_its_letters_are_put_together(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    assert 'class="receipt"' in invite(desk, "deputy", unicodedata.normalize("NFD", "Åse"))
    with office.installation.store.read() as db:
        assert membership.is_invited(db, "åse")


@pytest.mark.parametrize("username", ["", "a", "med mellemrum", "-x", "a" * 33, "x\ny", "<b>"])
def test_a_user_name_that_cannot_be_typed_is_refused(office: Office, username: str) -> None:
    assert 'class="receipt"' not in invite(office.desk_of(office.adviser), "deputy", username)


@pytest.mark.parametrize("name", ["", " ", "Ida\u202eredvigdår", "a" * 81, "Ida\u200b Rådgiver"])
def test_a_name_that_looks_like_another_is_refused(office: Office, name: str) -> None:
    assert 'class="receipt"' not in invite(office.desk_of(office.adviser), "deputy", name=name)


@pytest.mark.parametrize("role", list(Role))
def test_nobody_invites_to_more_than_their_role_may(office: Office, role: Role) -> None:
    desk = office.desk_of(newcomer(office, role).keyring)
    for other in (*Role, "mayor", ""):
        made = 'class="receipt"' in invite(desk, other, f"ny-{other}")
        assert made == (other in role.may_invite), (role, other)


def test_nobody_below_an_adviser_invites_whoever_may_hold_a_key() -> None:
    for role in (Role.TECHNICIAN, Role.READER, Role.DEPUTY):
        assert all(other.may_open is None for other in role.may_invite)


def test_who_is_let_in_opens_old_and_new_cases(office: Office) -> None:
    who = newcomer(office)
    old = office.case_of(office.reporter().report("Før"))
    assert office.work_of(who.keyring).open(old) is None
    assert let_in(office, who) == 303
    new = office.case_of(office.reporter().report("Efter"))
    assert all(office.work_of(who.keyring).open(one) is not None for one in (old, new))
    assert can_open(office, who.keyring) == inboxes(office)
    assert "Vera Vikar" in office.desk_of(office.adviser).open(old).text


@pytest.mark.parametrize(
    "heard", ["", "12345", "x" * 25, "0" * 25, "1" * 24, "1" * 26, "²" * 25, "٣" * 25]
)
def test_nobody_is_let_in_by_other_digits_than_theirs(office: Office, heard: str) -> None:
    who = newcomer(office)
    assert let_in(office, who, heard) == 422
    assert can_open(office, who.keyring) == []


def test_the_page_does_not_show_the_digits_that_are_to_be_typed(office: Office) -> None:
    who = newcomer(office)
    for heard in ("", "0" * 25):
        let_in(office, who, heard)
    page = office.desk_of(office.adviser).get(f"{MEMBERS}/{who.row.id.hex()}/inboxes").text
    assert all(group not in page for group in who.spoken.split())
    assert all(group in office.desk_of(who.keyring).get("/casework/keys").text
               for group in who.spoken.split())  # fmt: skip


def test_swapped_keys_are_found_out_by_voice(office: Office) -> None:
    who, thief = newcomer(office), newcomer(office, name="Tyv")
    swapped = {"public": thief.row.public, "verifying": thief.row.verifying}
    with office.installation.store.write() as db:
        mine = tables.members.c.id == who.row.id
        db.execute(update(tables.members).where(mine).values(**swapped))
    assert let_in(office, who) == 422
    assert can_open(office, thief.keyring) == can_open(office, who.keyring) == []


def test_half_of_swapped_keys_is_found_out_too(office: Office) -> None:
    who, thief = newcomer(office), newcomer(office, name="Tyv")
    for column in ("public", "verifying"):
        with office.installation.store.write() as db:
            mine = tables.members.c.id == who.row.id
            values = {column: getattr(thief.row, column)}
            db.execute(update(tables.members).where(mine).values(**values))
        assert let_in(office, who) == 422
        with office.installation.store.write() as db:
            whole = {column: getattr(who.row, column)}
            db.execute(update(tables.members).where(mine).values(**whole))
    assert let_in(office, who) == 303


def test_the_digits_of_one_member_let_no_other_in(office: Office) -> None:
    who, other = newcomer(office), newcomer(office, name="En Anden")
    assert let_in(office, who, other.spoken) == 422
    asked = replace(who, row=other.row)
    assert let_in(office, asked) == 422
    assert can_open(office, who.keyring) == can_open(office, other.keyring) == []


@pytest.mark.parametrize("role", ["technician", "reader", "reserve", "mayor", ""])
def test_no_key_of_a_main_inbox_goes_to_a_role_that_may_hold_none(
    office: Office, role: str
) -> None:
    who = newcomer(office, role)
    assert let_in(office, who) == 404
    assert let_in(office, who, role="deputy") == 404
    assert can_open(office, who.keyring) == []


@pytest.mark.parametrize("role", ["adviser", "deputy", "technician", "reader"])
def test_no_key_of_the_reserve_goes_to_anybody_but_a_reserve(office: Office, role: str) -> None:
    who = newcomer(office, role)
    kept = [one.inbox_id.hex() for one in inboxes(office, InboxKind.RESERVE)]
    for by in (office.reserve, office.adviser):
        assert let_in(office, who, by=by, inboxes=kept[0]) in {404, 422}
    assert can_open(office, who.keyring) == []


def test_a_reserve_lets_another_reserve_in(office: Office) -> None:
    who = newcomer(office, "reserve")
    kept = inboxes(office, InboxKind.RESERVE)
    assert let_in(office, who, by=office.reserve, inboxes=kept[0].inbox_id.hex()) == 303
    assert [one.inbox_id for one in can_open(office, who.keyring)] == [kept[0].inbox_id]


def test_an_inbox_of_the_wrong_kind_among_right_ones_lets_nobody_into_any(office: Office) -> None:
    who = newcomer(office)
    mixed = [inboxes(office)[0], inboxes(office, InboxKind.RESERVE)[0]]
    desk = office.desk_of(office.adviser)
    fields = {
        "csrf_token": hidden_fields(desk.get("/casework/keys").text)["csrf_token"],
        "heard": who.spoken,
        "inboxes": [one.inbox_id.hex() for one in mixed],
    }
    assert desk.post(f"{MEMBERS}/{who.row.id.hex()}/inboxes", fields).status_code == 422
    assert can_open(office, who.keyring) == []


def test_who_is_in_no_inbox_lets_nobody_in(office: Office) -> None:
    who = newcomer(office)
    for role in Role:
        assert let_in(office, who, by=newcomer(office, role).keyring) == 404
    assert let_in(office, who, by=who.keyring) == 404
    assert can_open(office, who.keyring) == []


def test_letting_in_asks_for_a_fresh_proof(office: Office) -> None:
    who = newcomer(office)
    desk = office.desk_of(office.adviser)
    token = hidden_fields(desk.get("/casework/keys").text)["csrf_token"]
    office.later(minutes=11)
    address = f"{MEMBERS}/{who.row.id.hex()}/inboxes"
    fields = {
        "csrf_token": token,
        "heard": who.spoken,
        "inboxes": inboxes(office)[0].inbox_id.hex(),
    }
    answer = desk.post(address, fields)
    assert answer.headers["Location"].startswith("/casework/prove?")
    assert can_open(office, who.keyring) == []


def test_a_form_of_another_session_lets_nobody_in(office: Office) -> None:
    who = newcomer(office)
    other = hidden_fields(office.desk_of(who.keyring).get("/casework/keys").text)["csrf_token"]
    assert let_in(office, who, csrf_token=other) == 422
    assert let_in(office, who, csrf_token="") == 422
    assert can_open(office, who.keyring) == []


def test_a_member_who_changed_after_the_comparison_is_not_let_in(office: Office) -> None:
    who, thief = newcomer(office), newcomer(office, name="Tyv")
    service = NewcomerService(office.installation, office.member(office.adviser), office.adviser)
    row = service.member(who.row.id)
    assert row is not None
    for values in ({"public": thief.row.public}, {"role": "technician"}):
        with office.installation.store.write() as db:
            mine = tables.members.c.id == who.row.id
            db.execute(update(tables.members).where(mine).values(**values))
        with pytest.raises(ConflictError):
            service.admit(row, [inboxes(office)[0].inbox_id], who.spoken)
    assert can_open(office, who.keyring) == []


def test_another_process_knows_of_who_was_let_in_at_once(office: Office) -> None:
    other = replace(
        office.installation,
        directory=Directory(
            office.installation.id,
            [one.root for one in office.installation.directory.inboxes],
            office.installation.store,
        ),
    )
    who = newcomer(office)
    desk = office.desk_of(who.keyring)
    cookie = desk.client.get_cookie("__Host-casework", domain="whistle.example")
    assert cookie is not None
    assert let_in(office, who) == 303
    elsewhere = Desk(create_casework(other).test_client())
    elsewhere.client.set_cookie(
        "__Host-casework", cookie.value, domain="whistle.example", secure=True
    )
    assert elsewhere.get("/casework/").headers["Location"] == "/casework/inboxes"
    assert elsewhere.get("/casework/inboxes").status_code == 200


def test_nobody_takes_back_an_invitation_to_a_role_of_others(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    invite(desk, "deputy")
    (shown,) = re.findall(r'name="invitation" value="([0-9a-f]{64})"', desk.get(MEMBERS).text)
    for role in ("technician", "reserve", "deputy", "reader"):
        other = office.desk_of(newcomer(office, role).keyring)
        listed = other.get(MEMBERS).text
        assert shown not in listed
        form = {"invitation": shown, "csrf_token": hidden_fields(listed)["csrf_token"]}
        assert other.post(f"{MEMBERS}/withdraw", form).status_code == 404
    assert shown in desk.get(MEMBERS).text


def test_spoken_fingerprints_are_read_as_they_are_written() -> None:
    shown = show_spoken(bytes(range(32)))
    assert re.fullmatch(r"\d{5}( \d{5}){4}", shown)
    assert show_spoken(bytes(32)) == "00000 00000 00000 00000 00000"
    for typed in (shown.replace(" ", ""), shown.replace(" ", "-"), f" {shown}\n", shown + "."):
        assert read_spoken(typed) == shown
    assert read_spoken(shown[:-1]) is None

"""Every act of accounts leaves its entry, by who did it, and what did nothing leaves none."""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import pytest

from tests.accounts.test_passkey_pages import LIST, PROVE, SECOND, add, asked
from tests.accounts.test_second_factor import half_way_in, show
from tests.accounts.test_standing import (
    a_key_file,
    a_passkey,
    a_passphrase,
    an_invitation,
    another_app,
    backup_codes,
    half,
    letting_in,
    new_inbox_keys,
    new_keys,
    removing,
    words,
)
from tests.support.authenticator import Authenticator
from tests.support.logged import Watch, check_details
from tests.support.newcomers import choose_app, newcomer
from tests.support.office import Desk, Office, hidden_fields
from whistle.accounts.factors import FactorService
from whistle.accounts.invitations import Invitation, invite
from whistle.accounts.key_files import KeyFileService
from whistle.accounts.leaving import LeavingService
from whistle.accounts.newcomers import NewcomerService
from whistle.audit.entries import NO_ID
from whistle.domain.logged import Actor, Logged
from whistle.domain.role import Role
from whistle.storage import members

SECURITY, SETTLE = "/casework/security", "/casework/members/settle"
Act: TypeAlias = Callable[[Office, Desk], tuple[str, dict[str, str]]]


def watching(office: Office) -> Watch:
    return Watch(office.installation.store, office.installation.id)


def ending_others(office: Office, desk: Desk) -> tuple[str, dict[str, str]]:
    office.desk_of(office.adviser)
    return "/casework/sessions/end-others", hidden_fields(desk.get(SECURITY).text)


def ending_one(office: Office, desk: Desk) -> tuple[str, dict[str, str]]:
    office.desk_of(office.adviser)
    page = desk.get(SECURITY).text
    found = re.search(r'name="session" value="([0-9a-f]{64})"', page)
    assert found is not None
    return "/casework/sessions/end", {**hidden_fields(page), "session": found[1]}


def locking(_office: Office, _desk: Desk) -> tuple[str, dict[str, str]]:
    return "/casework/panic", {}


def signing_out(_office: Office, _desk: Desk) -> tuple[str, dict[str, str]]:
    return "/casework/sign-out", {}


def english(_office: Office, desk: Desk) -> tuple[str, dict[str, str]]:
    return "/casework/language", {**hidden_fields(desk.get(SECURITY).text), "lang": "en"}


def withdrawing(office: Office, desk: Desk) -> tuple[str, dict[str, str]]:
    desk.post(*an_invitation(office, desk))
    page = desk.get("/casework/members").text
    found = re.search(r'name="invitation" value="([0-9a-f]{64})"', page)
    assert found is not None
    return "/casework/members/withdraw", {**hidden_fields(page), "invitation": found[1]}


def revoking(office: Office, desk: Desk) -> tuple[str, dict[str, str]]:
    KeyFileService(office.installation).make(office.adviser, "Tal")
    page = desk.get("/casework/key-files").text
    return "/casework/key-files/revoke", hidden_fields(page[page.index("key-files/revoke") :])


def taking_off(_office: Office, desk: Desk) -> tuple[str, dict[str, str]]:
    phone = Authenticator()
    assert add(desk, phone) == 303
    form = {**hidden_fields(desk.get(LIST).text), "id": phone.passkeys[0].id.hex(), "sure": "1"}
    return f"{LIST}/remove", form


def seeing_wrong_codes(office: Office, desk: Desk) -> tuple[str, dict[str, str]]:
    assert show(half_way_in(office), "000000").status_code == 403
    return "/casework/wrong-codes/seen", hidden_fields(desk.get(SECURITY).text)


def proving(office: Office, desk: Desk) -> tuple[str, dict[str, str]]:
    form = hidden_fields(desk.get(PROVE).text)
    return PROVE, {**form, "passphrase": office.passphrase.show(), "totp": office.code()}


def proving_by_passkey(_office: Office, desk: Desk) -> tuple[str, dict[str, str]]:
    phone = Authenticator()
    assert add(desk, phone) == 303
    page = desk.get(PROVE).text
    return f"{PROVE}/passkey", {**hidden_fields(page), **phone.get(asked(page)).fields}


WALK: dict[Act, Sequence[Logged]] = {
    a_key_file: [Logged.KEY_FILE_MADE],
    a_passkey: [Logged.PASSKEY_ADDED],
    taking_off: [Logged.PASSKEY_REMOVED],
    backup_codes: [Logged.BACKUP_CODES_MADE],
    another_app: [Logged.APP_SET, Logged.BACKUP_CODES_MADE],
    a_passphrase: [Logged.PASSPHRASE_CHANGED],
    new_keys: [Logged.KEYS_RENEWED],
    new_inbox_keys: [Logged.INBOX_KEYS_RENEWED],
    an_invitation: [Logged.INVITED],
    withdrawing: [Logged.INVITATION_WITHDRAWN],
    letting_in: [Logged.LET_IN],
    removing: [Logged.LEFT],
    revoking: [Logged.KEY_FILE_REVOKED],
    ending_one: [Logged.SESSION_ENDED],
    ending_others: [Logged.SESSION_ENDED],
    locking: [Logged.LOCKED],
    signing_out: [Logged.SIGNED_OUT],
    english: [Logged.LANGUAGE_CHOSEN],
    seeing_wrong_codes: [Logged.WRONG_CODES_SEEN],
    proving: [Logged.PROVED],
    proving_by_passkey: [Logged.PROVED],
}


def name_of(what: Any) -> str:
    return str(getattr(what, "__name__", ""))


@pytest.mark.parametrize("what", WALK, ids=name_of)
def test_an_act_leaves_its_entry_and_no_other(office: Office, what: Act) -> None:
    desk = office.desk_of(office.adviser)
    path, fields = what(office, desk)
    watch = watching(office)
    assert desk.post(path, fields).status_code in {200, 303}
    told = watch.new()
    assert [one.act for one in told] == WALK[what]
    for one in told:
        assert (one.kind, one.who) == (Actor.MEMBER, office.adviser.member_id)
        assert one.about["role"] == "adviser"
        check_details(one)
        assert "raadgiver" not in str(one.about)
        assert "Ida" not in str(one.about)


@pytest.mark.parametrize(
    "what",
    [withdrawing, taking_off, revoking, ending_one, ending_others, english, seeing_wrong_codes],
    ids=name_of,
)
def test_what_was_done_already_leaves_no_second_entry(office: Office, what: Act) -> None:
    desk = office.desk_of(office.adviser)
    path, fields = what(office, desk)
    desk.post(path, fields)
    token = hidden_fields(desk.get(SECURITY).text)["csrf_token"]
    watch = watching(office)
    assert desk.post(path, {**fields, "csrf_token": token}).status_code == 303
    assert watch.acts() == []


def test_what_is_refused_leaves_no_entry(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    tries = [
        (path, {**fields, **wrong})
        for (path, fields), wrong in (
            (a_passphrase(office, desk), {"passphrase": "noget andet"}),
            (another_app(office, desk), {"totp": "000000"}),
            (an_invitation(office, desk), {"username": "raadgiver"}),
            (letting_in(office, desk), {"heard": "12345 " * 5}),
            (proving(office, desk), {"passphrase": "forkert"}),
        )
    ]
    watch = watching(office)
    for path, fields in tries:
        assert desk.post(path, fields).status_code >= 400, path
    assert watch.acts() == []


def test_whoever_leaves_by_themselves_is_who_did_it(office: Office) -> None:
    who = newcomer(office)
    desk = office.desk_of(who.keyring)
    path = f"/casework/members/{who.row.id.hex()}/leave"
    fields = hidden_fields(desk.get(path).text)
    watch = watching(office)
    desk.post(path, fields)
    (told,) = watch.new()
    assert (told.act, told.who) == (Logged.LEFT, who.row.id)
    assert told.about == {"inboxes": [], "member": who.row.id.hex(), "role": "deputy"}


def test_new_keys_after_a_goodbye_are_told_of_with_who_has_gone(office: Office) -> None:
    who, desk = newcomer(office), office.desk_of(office.adviser)
    letting = NewcomerService(office.installation, office.member(office.adviser), office.adviser)
    inbox_ids = [one.inbox_id for one in letting.open_to(who.row)]
    letting.admit(who.row, inbox_ids, who.spoken)
    goodbye = LeavingService(office.installation, who.row, who.keyring)
    farewell = goodbye.plan(who.row.id)
    assert farewell is not None
    goodbye.leave(farewell)
    fields, watch = hidden_fields(desk.get(SETTLE).text), watching(office)
    assert desk.post(SETTLE, fields).status_code == 303
    told = watch.one_of(office.adviser.member_id)
    assert (told.act, told.about["members"]) == (Logged.SETTLED, [who.row.id.hex()])
    assert told.about["inboxes"] == [one.hex() for one in inbox_ids]
    assert desk.post(SETTLE, fields).status_code == 303
    assert watch.acts() == []


def test_public_keys_that_were_put_right_are_told_of(office: Office) -> None:
    """Somebody had put others into the row, or it is from before they were kept."""
    with office.installation.store.write() as db:
        members.keep_public_keys(db, office.adviser.member_id, b"", b"")
    watch = watching(office)
    desk = Desk(office.casework.test_client())
    desk.post("/casework/", {**office.credentials(), "totp": ""})
    assert watch.one_of(office.adviser.member_id).act is Logged.KEYS_PUT_RIGHT


# -- coming in -------------------------------------------------------------------------------------


def test_signing_in_leaves_one_entry_whether_the_code_comes_along_or_after(office: Office) -> None:
    at_once, watch = Desk(office.casework.test_client()), watching(office)
    assert at_once.post("/casework/", office.credentials()).status_code == 303
    assert watch.one_of(office.adviser.member_id).about["way"] == "app"
    after = Desk(office.casework.test_client())
    after.post("/casework/", {**office.credentials(), "totp": ""})
    assert watch.acts() == [], "half a session is none"
    assert show(after, office.code()).status_code == 303
    assert watch.one_of(office.adviser.member_id).act is Logged.SIGNED_IN


def test_a_backup_code_is_told_from_a_code_of_the_app(office: Office) -> None:
    factors = FactorService(office.installation, office.member(office.adviser), office.adviser)
    code, *_ = factors.make_backup_codes()
    watch = watching(office)
    assert show(half_way_in(office), code).status_code == 303
    assert watch.one_of(office.adviser.member_id).about["way"] == "backup-code"


def test_a_passkey_signs_in_by_one_entry_alone_or_after_the_passphrase(office: Office) -> None:
    phone, stranger = Authenticator(), Desk(office.casework.test_client())
    assert add(office.desk_of(office.adviser), phone) == 303
    watch = watching(office)
    answer = phone.get(asked(stranger.get("/casework/").text))
    assert stranger.post("/casework/passkey", answer.fields).status_code == 303
    told = watch.one_of(office.adviser.member_id)
    assert (told.act, told.about["passkey"]) == (Logged.SIGNED_IN, phone.passkeys[0].id.hex())
    half_in = half_way_in(office)
    page = half_in.get(SECOND).text
    fields = {**hidden_fields(page), **phone.get(asked(page)).fields}
    assert half_in.post(f"{SECOND}/passkey", fields).status_code == 303
    assert watch.one_of(office.adviser.member_id).about["way"] == "passkey"


def test_a_wrong_code_leaves_an_entry_and_a_wrong_passphrase_none(office: Office) -> None:
    watch = watching(office)
    assert show(half_way_in(office), "000000").status_code == 403
    assert watch.one_of(office.adviser.member_id).act is Logged.WRONG_CODE
    stranger = Desk(office.casework.test_client())
    for username in ("raadgiver", "ingen"):
        form = {"username": username, "passphrase": "forkert", "totp": "000000"}
        assert stranger.post("/casework/", form).status_code == 403
    assert watch.acts() == []


def test_a_passkey_that_may_open_again_after_new_keys_is_told_of(office: Office) -> None:
    phone, desk = Authenticator(), office.desk_of(office.adviser)
    assert add(desk, phone) == 303
    desk.post(*new_keys(office, desk))
    page = desk.get(LIST).text
    options = next(one for one in page.split("<form") if f"{LIST}/open" in one)
    fields = {**hidden_fields(page), **phone.get(asked(options)).fields}
    watch = watching(office)
    assert desk.post(f"{LIST}/open", fields).status_code == 303
    assert watch.one_of(office.adviser.member_id).act is Logged.PASSKEY_OPENS


# -- becoming a member -----------------------------------------------------------------------------


def codes(invitation: Invitation, code: str | None = None) -> dict[str, str]:
    return {"invitation": invitation.token.show(), "code": code or invitation.code}


def test_an_invitation_is_followed_from_the_command_to_the_new_member(office: Office) -> None:
    watch = watching(office)
    made = invite(office.log_of_commands, "nyt", "Ny Navn", Role.DEPUTY)
    desk = Desk(office.casework.test_client())
    assert desk.post("/casework/begin", codes(made, "AAAAA-AAAAA")).status_code == 403
    page = desk.post("/casework/begin", codes(made)).text
    form = {**codes(made), **hidden_fields(page), "passphrase": words(page)}
    assert desk.post("/casework/begin", form).status_code == 303
    assert choose_app(desk.client, office.clock.now()).status_code == 200
    told = watch.new()
    with office.installation.store.read() as db:
        new = members.by_username(db, "nyt")
    assert new is not None
    assert [(one.act, one.kind, one.who) for one in told] == [
        (Logged.INVITED, Actor.COMMAND, NO_ID),
        (Logged.INVITATION_REFUSED, Actor.INVITED, NO_ID),
        (Logged.INVITATION_ACCEPTED, Actor.MEMBER, new.id),
        (Logged.APP_SET, Actor.MEMBER, new.id),
        (Logged.BACKUP_CODES_MADE, Actor.MEMBER, new.id),
    ]
    assert {one.about["invitation"] for one in told[:3]} == {made.token.hash.hex()}
    for one in told:
        check_details(one)
        assert made.code not in str(one.about)


def test_the_first_passkey_is_told_of_as_the_app_is(office: Office) -> None:
    who = newcomer(office)
    desk, watch = half(office, who.keyring), watching(office)
    assert add(desk, Authenticator()) == 200
    assert [(one.act, one.who) for one in watch.new()] == [
        (Logged.PASSKEY_ADDED, who.row.id),
        (Logged.BACKUP_CODES_MADE, who.row.id),
    ]

"""The page that gives inboxes a recovery key: whose, after what, and what it refuses."""

from datetime import date
from html import unescape

import pytest

from tests.support.newcomers import newcomer
from tests.support.office import Desk, Office, hidden_fields
from whistle.crypto.errors import SealingError
from whistle.domain.channel import InboxKind
from whistle.domain.role import Role
from whistle.keys.directory import TrustedInbox
from whistle.keys.keyring import Keyring
from whistle.keys.steps import admit
from whistle.recovery.making import NewRecoveryKey, make_recovery_key
from whistle.recovery.public_file import Covers
from whistle.storage import directory as queries
from whistle.storage import membership

PAGE, KEY = "/casework/recovery", "/casework/recovery/key"
TODAY = date(2026, 11, 20)
MADE = make_recovery_key(b"i" * 16, Covers.DOORS, 1, 1, TODAY)
OTHER = make_recovery_key(b"i" * 16, Covers.DOORS, 1, 1, TODAY)


def inboxes(office: Office, kind: InboxKind = InboxKind.MAIN) -> list[TrustedInbox]:
    office.installation.directory.refresh()
    return [one for one in office.installation.directory.inboxes if one.root.kind is kind]


def give(desk: Desk, made: NewRecoveryKey, on_paper: str | None = None) -> tuple[int, str]:
    """Paste a public file, and type a fingerprint from a sheet."""
    token = hidden_fields(desk.get(KEY).text)["csrf_token"]
    file = {"csrf_token": token, "public": made.public.encode()}
    page = desk.post(KEY, file)
    if page.status_code != 200:
        return page.status_code, page.text
    assert made.public.fingerprint not in page.text  # or it would be typed from there
    carried = unescape(page.text.split('name="public" hidden>')[1].split("</textarea>")[0])
    paper = made.public.fingerprint if on_paper is None else on_paper
    answer = desk.post(KEY, {**file, "public": carried, "on_paper": paper})
    return answer.status_code, answer.text


def test_without_a_recovery_key_the_page_urges_and_says_how_one_is_made(office: Office) -> None:
    page = office.desk_of(office.adviser).get(PAGE).text
    assert page.count("<dd><strong>") == len(inboxes(office))
    assert f"whistle recovery new --installation {office.installation.id.hex()}" in page
    assert "--for doors" in page
    assert "--for reserves" in office.desk_of(office.reserve).get(PAGE).text


def test_the_desk_urges_until_every_inbox_has_one(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    link = f'href="{PAGE}"'
    assert link in desk.get("/casework/inboxes").text
    give(desk, MADE)
    assert link not in desk.get("/casework/inboxes").text
    assert link in desk.get("/casework/keys").text


def test_a_member_gives_all_their_inboxes_a_key_and_nobody_elses(office: Office) -> None:
    office.reporter().report("Før nøglen")
    assert give(office.desk_of(office.adviser), MADE)[0] == 303
    for inbox in inboxes(office):
        assert inbox.current.recovery == MADE.public.keys
        with office.installation.store.read() as db:
            grants = queries.recovery_grants(db, inbox.inbox_id)
        assert [grant.epoch for grant in grants] == [1, 2]
        for grant in grants:
            MADE.keyring.open_grant(inbox, grant)
    assert all(one.current.recovery is None for one in inboxes(office, InboxKind.RESERVE))
    page = office.desk_of(office.adviser).get(PAGE).text
    for group in MADE.public.fingerprint.split():
        assert f"<span>{group}</span>" in page
    assert "<dd><strong>" not in page


@pytest.mark.parametrize(
    "on_paper",
    [OTHER.public.fingerprint, "", "0123", "x" * 24, MADE.public.fingerprint[:-1]],
    ids=["another sheet's", "none", "the beginning", "no digits", "a digit short"],
)
def test_a_file_with_another_fingerprint_than_the_sheet_is_refused(
    office: Office, on_paper: str
) -> None:
    status, _ = give(office.desk_of(office.adviser), MADE, on_paper)
    assert status == 422
    assert all(one.current.recovery is None for one in inboxes(office))


def test_a_fingerprint_may_be_typed_without_spaces_or_in_capitals(office: Office) -> None:
    typed = MADE.public.fingerprint.replace(" ", "").upper()
    assert give(office.desk_of(office.adviser), MADE, typed)[0] == 303


@pytest.mark.parametrize(
    "made",
    [
        make_recovery_key(b"j" * 16, Covers.DOORS, 1, 1, TODAY),
        make_recovery_key(b"i" * 16, Covers.RESERVES, 1, 1, TODAY),
    ],
)
def test_a_key_for_another_town_or_for_others_inboxes_is_refused(
    office: Office, made: NewRecoveryKey
) -> None:
    assert give(office.desk_of(office.adviser), made)[0] == 422
    assert all(one.current.recovery is None for one in office.installation.directory.inboxes)


@pytest.mark.parametrize("text", ["", "{}", "academic acid", "\0", '{"format": 1}'])
def test_what_is_no_public_file_is_refused(office: Office, text: str) -> None:
    desk = office.desk_of(office.adviser)
    token = hidden_fields(desk.get(KEY).text)["csrf_token"]
    assert desk.post(KEY, {"csrf_token": token, "public": text}).status_code in (400, 422)


def test_the_same_key_again_changes_nothing(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    assert give(desk, MADE)[0] == 303
    before = [inbox.epoch for inbox in inboxes(office)]
    assert give(desk, MADE)[0] == 422
    assert [inbox.epoch for inbox in inboxes(office)] == before


def test_a_replaced_key_opens_nothing_that_comes_later(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    give(desk, MADE)
    before = {inbox.inbox_id: inbox.current.public for inbox in inboxes(office)}
    assert give(desk, OTHER)[0] == 303
    for inbox in inboxes(office):
        assert inbox.current.public != before[inbox.inbox_id]
        with office.installation.store.read() as db:
            grants = queries.recovery_grants(db, inbox.inbox_id)
        assert [grant.epoch for grant in grants] == [1, 2, 3]
        for grant in grants:
            OTHER.keyring.open_grant(inbox, grant)
            with pytest.raises(SealingError):
                MADE.keyring.open_grant(inbox, grant)


def test_whoever_has_left_is_left_out_when_a_key_is_replaced(office: Office) -> None:
    deputy = newcomer(office, Role.DEPUTY).keyring
    _admit(office, deputy)
    desk = office.desk_of(office.adviser)
    give(desk, MADE)
    with office.installation.store.write() as db:
        membership.end(db, deputy.member_id, TODAY)
    assert give(desk, OTHER)[0] == 303
    for inbox in inboxes(office):
        assert inbox.current.members == (office.adviser.public,)


def _admit(office: Office, who: Keyring) -> None:
    with office.installation.store.read() as db:
        grants = queries.grants_of(db, office.adviser.member_id)
    for inbox in inboxes(office):
        with office.installation.store.write() as db:
            queries.add_step(db, admit(office.adviser, inbox, grants, who.public))


def test_giving_a_key_asks_for_proof_first(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    token = hidden_fields(desk.get(KEY).text)["csrf_token"]
    office.later(minutes=11)
    for answer in (desk.get(KEY), desk.post(KEY, {"csrf_token": token})):
        assert answer.status_code == 303
        assert "/casework/prove" in answer.headers["Location"]
    sent = {"csrf_token": token, "public": MADE.public.encode()}
    desk.post(KEY, {**sent, "on_paper": MADE.public.fingerprint})
    assert all(one.current.recovery is None for one in inboxes(office))


def test_a_form_from_elsewhere_gives_no_key(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    sent = {"public": MADE.public.encode(), "on_paper": MADE.public.fingerprint}
    for token in ({}, {"csrf_token": "0" * 64}):
        assert desk.post(KEY, {**sent, **token}).status_code == 422
    assert all(one.current.recovery is None for one in inboxes(office))


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.READER, Role.ADVISER])
def test_who_is_in_no_inbox_finds_no_page(office: Office, role: Role) -> None:
    desk = office.desk_of(newcomer(office, role).keyring)
    assert desk.get(PAGE).status_code == 404
    assert desk.get(KEY).status_code == 404


def test_who_is_not_signed_in_finds_no_page(office: Office) -> None:
    client = Desk(office.casework.test_client())
    for path in (PAGE, KEY):
        assert client.get(path).headers["Location"].startswith("/casework/")

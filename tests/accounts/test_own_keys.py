"""New keys: an inbox's, and a member's own."""

import re
import secrets
from dataclasses import replace

import pytest

from tests.support.newcomers import newcomer
from tests.support.office import HOST, Desk, Office, hidden_fields
from whistle.accounts.own_keys import OwnKeysService, UnconfirmedError
from whistle.crypto.passphrase import Passphrase
from whistle.crypto.totp import step_at
from whistle.domain.channel import InboxKind
from whistle.domain.fingerprint import show_fingerprint
from whistle.keys.directory import Directory, TrustedInbox
from whistle.keys.keyring import Keyring, unbox_seed
from whistle.storage import tables
from whistle.storage.errors import ConflictError
from whistle.storage.rows import BackupCodeRow, KeyFileRow, PasskeyRow

KEYS = "/casework/keys"


def an_inbox(office: Office, kind: InboxKind = InboxKind.MAIN) -> TrustedInbox:
    return next(one for one in office.installation.directory.inboxes if one.root.kind is kind)


def sign_in(office: Office, passphrase: str) -> str | None:
    """Sign in with the app's code, and give where it leads; none where it leads nowhere."""
    code = office.app.code(step_at(office.clock.now()))
    sent = {"username": "raadgiver", "passphrase": passphrase, "totp": code}
    answer = office.casework.test_client().post("/casework/", base_url=HOST, data=sent)
    return answer.headers.get("Location")


def renewed(office: Office, desk: Desk) -> tuple[str, Keyring]:
    """Renew the adviser's keys as a person would; give the new passphrase and keyring."""
    token = hidden_fields(desk.get(f"{KEYS}/renew").text)["csrf_token"]
    shown = desk.post(f"{KEYS}/renew", {"csrf_token": token}).text
    words = " ".join(re.findall(r"<span>([a-z-]+)</span>", shown))
    answer = desk.post(f"{KEYS}/renew", {**hidden_fields(shown), "passphrase": words})
    assert answer.status_code == 303, answer.text
    row = office.member(office.adviser)
    stored = (office.installation.id, row.id, row.stretch, row.seed_box)
    return words, unbox_seed(*stored, Passphrase(words))


def test_the_page_shows_the_fingerprints_of_ones_own_inboxes(office: Office) -> None:
    page = office.desk_of(office.adviser).get(KEYS).text
    groups = re.findall(r"<span>([0-9a-f]{4})</span>", page)
    mine = [
        show_fingerprint(one.current.digest)
        for one in office.installation.directory.inboxes
        if one.root.kind is InboxKind.MAIN
    ]
    assert " ".join(groups) == " ".join(mine)


def test_a_new_inbox_key_leaves_everybody_in_and_old_cases_readable(office: Office) -> None:
    case = office.case_of(office.reporter().report("Før"))
    before = an_inbox(office)
    desk = office.desk_of(office.adviser)
    address = f"{KEYS}/inbox/{before.inbox_id.hex()}"
    token = hidden_fields(desk.get(address).text)["csrf_token"]
    assert desk.post(address, {}).status_code == 403
    assert desk.post(address, {"csrf_token": token}).status_code == 303
    after = an_inbox(office)
    assert after.current.public != before.current.public
    assert after.current.members == before.current.members
    assert office.work_of(office.adviser).open(case) is not None
    assert office.case_of(office.reporter().report("Efter"))


@pytest.mark.parametrize("kind", [InboxKind.RESERVE, None])
def test_nobody_makes_keys_for_an_inbox_of_others(office: Office, kind: InboxKind | None) -> None:
    inbox_id = an_inbox(office, kind).inbox_id if kind else secrets.token_bytes(16)
    desk = office.desk_of(office.adviser)
    token = hidden_fields(desk.get(KEYS).text)["csrf_token"]
    answer = desk.post(f"{KEYS}/inbox/{inbox_id.hex()}", {"csrf_token": token})
    assert answer.status_code == 404
    stranger = office.desk_of(newcomer(office).keyring)
    mine = hidden_fields(stranger.get(KEYS).text)["csrf_token"]
    address = f"{KEYS}/inbox/{an_inbox(office).inbox_id.hex()}"
    assert stranger.post(address, {"csrf_token": mine}).status_code == 404


def test_with_renewed_keys_everything_is_readable_and_the_old_ones_are_nobodys(
    office: Office,
) -> None:
    before = office.case_of(office.reporter().report("Før"))
    _, keyring = renewed(office, office.desk_of(office.adviser))
    after = office.case_of(office.reporter().report("Efter"))
    for case in (before, after):
        assert office.work_of(keyring).open(case) is not None
    named = [
        one.current.members
        for one in office.installation.directory.inboxes
        if one.root.kind is InboxKind.MAIN
    ]
    assert all(keyring.public in members for members in named)
    assert all(office.adviser.public not in members for members in named)
    row = office.member(keyring)
    assert (row.public, row.verifying) == (
        keyring.public.public.raw,
        keyring.public.verifying.raw,
    )


def test_renewing_ends_all_that_held_the_old_keys(office: Office) -> None:
    member_id, day = office.adviser.member_id, office.clock.today()
    with office.installation.store.write() as db:
        PasskeyRow(b"credential", member_id, b"key", 0, b"box", "Nøgle", day).insert(db)
        KeyFileRow(secrets.token_bytes(32), member_id, b"box", "Fil", day).insert(db)
        BackupCodeRow(member_id, secrets.token_bytes(32)).insert(db)
    elsewhere, here = office.desk_of(office.adviser), office.desk_of(office.adviser)
    renewed(office, here)
    assert elsewhere.get("/casework/inboxes").status_code == 303
    assert here.get("/casework/inboxes").status_code == 200
    with office.installation.store.read() as db:
        assert [one.seed_box for one in db.execute(tables.passkeys.select())] == [None]
        assert db.execute(tables.key_files.select()).all() == []
        assert db.execute(tables.backup_codes.select()).all() == []


def test_after_renewing_one_signs_in_with_the_new_passphrase_and_the_same_app(
    office: Office,
) -> None:
    words, _ = renewed(office, office.desk_of(office.adviser))
    office.later(minutes=2)
    where = [sign_in(office, one) for one in (office.passphrase.show(), words)]
    assert where == [None, "/casework/inboxes"]


def test_who_made_an_inbox_that_nobody_confirmed_keeps_its_keys_until_somebody_has(
    office: Office,
) -> None:
    here = office.installation
    roots = [
        one.root for one in here.directory.inboxes if one.inbox_id != an_inbox(office).inbox_id
    ]
    fewer = replace(here, directory=Directory(here.id, roots, here.store))
    own = OwnKeysService(fewer, office.member(office.adviser), office.adviser)
    passphrase, proof = own.passphrases.propose(office.adviser.member_id)
    with pytest.raises(UnconfirmedError):
        own.renew(passphrase, proof)
    desk = office.desk_of(office.adviser)
    office.casework.extensions["whistle"] = fewer
    page = desk.get(f"{KEYS}/renew")
    assert page.status_code == 409
    assert "<form" not in page.text.split("<main")[1]
    assert sign_in(office, office.passphrase.show()) is not None


def test_nobody_chooses_the_passphrase_of_new_keys(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    token = hidden_fields(desk.get(f"{KEYS}/renew").text)["csrf_token"]
    shown = hidden_fields(desk.post(f"{KEYS}/renew", {"csrf_token": token}).text)
    mine = {**shown, "passphrase": "one two three four five six"}
    for typed in (mine, {**mine, "proof": ""}, {**mine, "proof": "x" * 64}):
        assert desk.post(f"{KEYS}/renew", typed).status_code == 422
    assert office.member(office.adviser).seed_box
    assert any(
        office.adviser.public in one.current.members
        for one in office.installation.directory.inboxes
    )


def test_a_passphrase_drawn_for_one_member_serves_no_other(office: Office) -> None:
    services = [
        OwnKeysService(office.installation, office.member(keyring), keyring)
        for keyring in (office.adviser, office.reserve)
    ]
    drawn, proof = services[0].passphrases.propose(office.adviser.member_id)
    assert services[1].renew(drawn, proof) is None


def test_of_two_renewals_at_the_same_time_one_counts(office: Office) -> None:
    services = [
        OwnKeysService(office.installation, office.member(office.adviser), office.adviser)
        for _ in range(2)
    ]
    drawn, proof = services[0].passphrases.propose(office.adviser.member_id)
    assert services[0].renew(drawn, proof) is not None
    with pytest.raises(ConflictError):
        services[1].renew(drawn, proof)


def test_new_keys_ask_for_a_fresh_proof(office: Office) -> None:
    desk = office.desk_of(office.adviser)
    office.later(minutes=11)
    for path in ("renew", f"inbox/{an_inbox(office).inbox_id.hex()}"):
        for answer in (desk.get(f"{KEYS}/{path}"), desk.post(f"{KEYS}/{path}", {})):
            assert answer.headers["Location"].startswith("/casework/prove?")

"""Each role plays the thief, with all it knows: nothing opens that must not.

Where a role is played already, it is not played twice:

    database, backups and configuration, to read    test_thief
    swapped inbox, member and recovery keys;        tests/test_alarm, tests/keys/test_directory
      statements rolled back or forked              tests/test_anchor, where a server starts
    a technician's own pages and grants             tests/accounts/test_desks
    two of cookie, session row and boot key         tests/keys/test_sessions, .../test_own_sessions
    a session's start and proof, changed in a row   tests/keys/test_sessions
    k - 1 trustees with the database                tests/recovery/test_refusals
    the recused adviser, on the day                 tests/casework/test_recusal
    a passkey's or a key file's row, moved          tests/accounts/test_passkeys, test_key_files
    what happens at the same moment                 test_moments
    who had keys: deputy, recused adviser,          test_former
      trustees, a copy of then; reader

Here: inserted members and rows, changed columns, single rows rolled back.
"""

import secrets
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Table, update

from tests.abuse.story import (
    AFTER,
    BEFORE,
    NOTED,
    Story,
    bring_up_to_date,
    citizens,
    inboxes,
    leave,
    opens,
)
from tests.abuse.thieves import Copy
from tests.support.newcomers import Newcomer, newcomer
from tests.support.office import HOST, Desk, Office
from whistle.accounts.key_files import KeyFileService
from whistle.accounts.newcomers import Admission, NewcomerService
from whistle.accounts.own_keys import OwnKeysService
from whistle.accounts.service import AccountService
from whistle.crypto.errors import DirectoryMemberError
from whistle.crypto.passphrase import Passphrase
from whistle.crypto.secret import Seed
from whistle.crypto.totp import TotpSecret, step_at
from whistle.domain.role import Role
from whistle.keys.factors import backup_code_digest, box_totp, draw_backup_codes
from whistle.keys.inbox_secret import InboxSecret
from whistle.keys.key_files import FileKey, box_for_key_file
from whistle.keys.keyring import Keyring, box_seed, seal_grant
from whistle.keys.passkeys import UnlockKey, box_for_passkey, open_by_passkey
from whistle.keys.steps import rotate
from whistle.storage import directory, tables
from whistle.storage.rows import BackupCodeRow, KeyFileRow, PasskeyRow

# -- the technician, who inserts -------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_an_inserted_member_of_any_role_opens_nothing_with_any_grant(
    story: Story, role: Role
) -> None:
    office, who = story.office, newcomer(story.office, role)
    with office.installation.store.write() as db:
        for inbox in inboxes(office):
            for epoch in range(1, inbox.epoch + 1):
                invented = InboxSecret.random()
                seal_grant(invented, inbox.at(epoch), who.keyring.public).insert(db)
    assert not opens(office, who.keyring, story.case_id)
    assert story.thief(who.keyring, now=story.goes_on()).reads() == ""
    with office.installation.store.read() as db:
        grants = directory.grants_of(db, who.row.id)
    with pytest.raises(DirectoryMemberError):
        rotate(who.keyring, citizens(office), grants)


@pytest.mark.parametrize("role", [Role.ADVISER, Role.DEPUTY])
def test_the_same_member_opens_everything_once_they_were_let_in(story: Story, role: Role) -> None:
    """So that the test above can fail."""
    office, who = story.office, newcomer(story.office, role)
    service = NewcomerService(office.installation, office.member(office.adviser), office.adviser)
    ids = [one.inbox_id for one in service.open_to(who.row)]
    assert service.admit(who.row, ids, who.spoken) is Admission.DONE
    assert opens(office, who.keyring, story.case_id)
    read = story.thief(who.keyring, now=story.goes_on()).reads()
    assert all(text in read for text in (BEFORE, AFTER, NOTED))


def by_passphrase(office: Office, fake: Keyring) -> Keyring | None:
    chosen = Passphrase.generate()
    stretch, boxed = box_seed(fake, chosen)
    mine = tables.members.c.id == fake.member_id
    with office.installation.store.write() as db:
        values = {"stretch": stretch, "seed_box": boxed}
        db.execute(update(tables.members).where(mine).values(**values))
    unlocked = AccountService(office.installation).unlock("raadgiver", chosen)
    return unlocked.keyring if unlocked else None


def by_key_file(office: Office, fake: Keyring) -> Keyring | None:
    key = FileKey.random()
    row = KeyFileRow(key.hash, fake.member_id, box_for_key_file(fake, key), "x", day(office))
    with office.installation.store.write() as db:
        row.insert(db)
    return KeyFileService(office.installation).unlock(key)


def by_passkey(office: Office, fake: Keyring) -> Keyring | None:
    key, credential = UnlockKey.random(), secrets.token_bytes(32)
    boxed = box_for_passkey(fake, credential, key)
    row = PasskeyRow(credential, fake.member_id, b"", 0, boxed, "x", day(office))
    with office.installation.store.write() as db:
        row.insert(db)
    return open_by_passkey(office.installation.id, row, key)


def day(office: Office) -> date:
    return office.clock.today()


@pytest.mark.parametrize("way", [by_passphrase, by_key_file, by_passkey])
def test_who_puts_a_seed_of_theirs_in_the_advisers_place_comes_in_and_opens_nothing(
    story: Story, way: Callable[[Office, Keyring], Keyring | None]
) -> None:
    office = story.office
    fake = Keyring(office.installation.id, office.adviser.member_id, Seed.random())
    keyring = way(office, fake)
    assert keyring is not None  # a box of their own opens: what it holds is a key of nobody
    assert not opens(office, keyring, story.case_id)
    assert opens(office, office.adviser, story.case_id)
    assert story.thief(keyring, now=story.goes_on()).reads() == ""
    own = OwnKeysService(office.installation, office.member(keyring), keyring)
    assert not own.rotate(citizens(office).inbox_id)
    service = NewcomerService(office.installation, office.member(keyring), keyring)
    assert service.open_to(newcomer(office).row) == []
    assert citizens(office).current.members[0] == office.adviser.public


def test_an_inserted_app_or_backup_code_is_no_second_factor(story: Story) -> None:
    """Not even for who knows the passphrase: both are made with the member's seed."""
    office = story.office
    fake = Keyring(office.installation.id, office.adviser.member_id, Seed.random())
    app, code = TotpSecret.random(), draw_backup_codes()[0]
    genuine = office.credentials()
    with office.installation.store.write() as db:
        mine = tables.members.c.id == fake.member_id
        db.execute(update(tables.members).where(mine).values(totp_box=box_totp(fake, app)))
        BackupCodeRow(fake.member_id, backup_code_digest(fake, code)).insert(db)
    for shown in (app.code(step_at(office.clock.now())), code):
        assert signs_in(office, {**genuine, "totp": shown}) is False
    story.old.put_back(office, "member")
    assert signs_in(office, genuine)


def signs_in(office: Office, credentials: dict[str, str]) -> bool:
    client = office.casework.test_client()
    client.post("/casework/", base_url=HOST, data=credentials)
    return Desk(client).get("/casework/inboxes").status_code == 200


# -- the technician, who changes and rolls back ----------------------------------------------------


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (tables.inbox_keys, {"epoch": 1}),
        (tables.inbox_keys, {"epoch": 2**30}),
        (tables.inbox_keys, {"generation": 1}),
        (tables.inbox_keys, {"in_vault": False}),
        (tables.registrations, {"version": 77}),
        (tables.items, {"generation": 1}),
        (tables.items, {"version": 2}),
        (tables.items, {"compartment": "dialogue"}),
        (tables.grants, {"epoch": 99}),
    ],
)
def test_a_changed_number_shows_another_text_to_nobody(
    story: Story, table: Table, values: dict[str, object]
) -> None:
    office = story.office
    now = Copy.of(office)
    with office.installation.store.write() as db:
        if table is tables.grants:
            newest = table.c.epoch == citizens(office).epoch
            mine = (newest, table.c.member_id == office.adviser.member_id)
            db.execute(update(table).where(*mine).values(**values))
        else:
            db.execute(update(table).values(**values))
    assert not opens(office, office.adviser, story.case_id)
    assert not opens(office, office.reserve, story.case_id)
    now.put_back(office, table.name)
    assert opens(office, office.adviser, story.case_id)


@pytest.mark.parametrize("role", list(Role))
def test_another_role_in_the_row_gives_no_key(story: Story, role: Role) -> None:
    """Nobody gets one by it, and nobody whom a key was given loses it."""
    office, who = story.office, newcomer(story.office, "reader")
    with office.installation.store.write() as db:
        db.execute(update(tables.members).values(role=role))
    assert not opens(office, who.keyring, story.case_id)
    assert office.work_of(office.reserve).open(story.case_id) is None
    assert office.work_of(office.adviser).open(story.case_id) is not None


def test_rows_put_back_let_a_deputy_who_has_left_read_nothing_that_came_later(
    story: Story, deputy: Newcomer
) -> None:
    """Their row, grants, key file, and the case's keys from then: all that there was."""
    office = story.office
    assert opens(office, deputy.keyring, story.case_id)
    leave(office, deputy.keyring, office.adviser)
    bring_up_to_date(office, office.adviser)
    now = story.goes_on()
    story.old.put_back(office, "member", "inbox_grant", "key_file", "case_keys_inbox")
    told = story.thief(deputy.keyring, now=now).reads()
    assert BEFORE in told  # what they could read, in the copy: the test can fail
    assert AFTER not in told
    assert NOTED not in told
    desk = office.desk_of(deputy.keyring)
    assert desk.get("/casework/inboxes").status_code == 403
    assert desk.open(story.case_id).status_code == 403

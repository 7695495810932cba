"""Who had keys once, or has some of them: a copy of then, a copy of now, and all they ever held."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.abuse.story import (
    AFTER,
    BEFORE,
    NOTED,
    Story,
    bring_up_to_date,
    citizens,
    goodbyes,
    inboxes,
    leave,
    opens,
    reserves,
)
from tests.abuse.thieves import Copy, Thief
from tests.support.newcomers import Newcomer, newcomer
from tests.support.office import Office
from whistle.accounts.own_keys import OwnKeysService
from whistle.casework.acts import Done
from whistle.casework.recusal import Declaration, hand_back, recuse
from whistle.crypto.errors import SealingError
from whistle.crypto.passphrase import Passphrase
from whistle.domain.recusal import Ground
from whistle.domain.role import Role
from whistle.keys.chain import verify_chain
from whistle.keys.keyring import Keyring, unbox_seed
from whistle.keys.recovery import RecoveryKeyring, RecoverySeed
from whistle.keys.steps import recover
from whistle.recovery.making import NewRecoveryKey
from whistle.recovery.shares import TooFewSharesError, combine
from whistle.storage import directory
from whistle.storage.rows import MemberRow

# -- who had keys ----------------------------------------------------------------------------------


def test_a_deputy_who_was_removed_reads_nothing_that_came_later(
    story: Story, deputy: Newcomer
) -> None:
    """With the seed, the old database and the one of today, and what was in an open session."""
    office = story.office
    session = office.desk_of(deputy.keyring)
    opened = office.work_of(deputy.keyring).open(story.case_id)
    assert opened is not None
    leave(office, deputy.keyring, office.adviser)
    bring_up_to_date(office, office.adviser)
    now = story.goes_on()
    thief = story.thief(deputy.keyring, now=now)
    thief.known.append((story.case_id, opened.items.keys))
    told = thief.reads()
    assert BEFORE in told
    assert AFTER not in told
    assert NOTED not in told
    assert session.get("/casework/inboxes").headers["Location"] == "/casework/"
    stays = story.thief(office.adviser, now=now).reads()
    assert AFTER in stays
    assert NOTED in stays


def test_who_said_goodbye_reads_on_from_a_kept_copy_until_the_others_have_made_new_keys(
    story: Story, deputy: Newcomer
) -> None:
    """Said in docs/members.md: whoever leaves cannot make the keys of those who stay."""
    office = story.office
    leave(office, deputy.keyring, deputy.keyring)
    assert not opens(office, deputy.keyring, story.case_id)
    assert AFTER in story.thief(deputy.keyring, now=story.goes_on()).reads()
    goodbyes(office, office.adviser).settle()
    bring_up_to_date(office, office.adviser)
    later = office.reporter().report("Efter de nye nøgler")
    told = story.thief(deputy.keyring, now=Copy.of(office)).reads()
    assert "Efter de nye nøgler" not in told
    assert office.work_of(office.adviser).open(office.case_of(later)) is not None


def makes_new_keys(office: Office) -> Keyring:
    """Press "New keys" for the citizens' inbox, without a thought of who has gone."""
    own = OwnKeysService(office.installation, office.member(office.adviser), office.adviser)
    assert own.rotate(citizens(office).inbox_id)
    return office.adviser


def renews_their_own(office: Office) -> Keyring:
    """Have the adviser renew their own keys."""
    own = OwnKeysService(office.installation, office.member(office.adviser), office.adviser)
    renewed = own.renew(*own.passphrases.propose(office.adviser.member_id))
    assert renewed is not None
    return renewed


@pytest.mark.parametrize("steps", [makes_new_keys, renews_their_own])
def test_who_said_goodbye_is_given_no_new_secret_by_any_other_step(
    story: Story, deputy: Newcomer, steps: Callable[[Office], Keyring]
) -> None:
    """A statement names them until the others have seen to it, and a step seals to all it names."""
    office = story.office
    leave(office, deputy.keyring, deputy.keyring)
    stays = steps(office)
    bring_up_to_date(office, stays)
    now = story.goes_on()
    told = story.thief(deputy.keyring, now=now).reads()
    assert BEFORE in told
    assert AFTER not in told
    assert AFTER in story.thief(stays, now=now).reads()


def test_a_recused_adviser_stays_out_when_keys_are_renewed_and_in_when_the_case_comes_back(
    story: Story,
) -> None:
    office = story.office
    work, reserve = office.work_of(office.adviser), office.work_of(office.reserve)
    opened = work.open(story.case_id)
    assert opened is not None
    declared = Declaration(office.adviser.member_id, Ground.RELATIVE, "", len(opened.messages))
    assert recuse(work, story.case_id, declared) is Done.YES
    for keyring, inbox in ((office.adviser, citizens(office)), (office.reserve, reserves(office))):
        own = OwnKeysService(office.installation, office.member(keyring), keyring)
        assert own.rotate(inbox.inbox_id)
        bring_up_to_date(office, keyring)
    thief = story.thief(office.adviser, now=story.goes_on())
    thief.known.append((story.case_id, opened.items.keys))
    told = thief.reads()
    assert BEFORE in told
    assert AFTER not in told
    at_the_reserve = reserve.open(story.case_id)
    assert at_the_reserve is not None
    seen = len(at_the_reserve.messages)
    assert hand_back(reserve, story.case_id, "", seen) is Done.YES
    assert AFTER in story.thief(office.adviser, now=Copy.of(office)).reads()


def test_all_trustees_but_one_with_everything_else_learn_nothing_more(
    story: Story, deputy: Newcomer, recovery: NewRecoveryKey
) -> None:
    """With all copies, and with the seed of a deputy who has left."""
    office = story.office
    leave(office, deputy.keyring, office.adviser)
    bring_up_to_date(office, office.adviser)
    now = story.goes_on()
    with pytest.raises(TooFewSharesError):
        combine(recovery.shares[:1])
    guesses = [share.value for share in recovery.shares[:1]] + list(recovery.public.share_marks)
    tried = [RecoveryKeyring(office.installation.id, RecoverySeed(one)) for one in guesses]
    told = story.thief(deputy.keyring, now=now, trustees=tried).reads()
    assert AFTER not in told
    assert NOTED not in told
    whole = RecoveryKeyring(office.installation.id, combine(recovery.shares[:2]))
    told = story.thief(now=now, trustees=[whole]).reads()
    assert all(text in told for text in (BEFORE, AFTER, NOTED))


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.READER])
def test_who_may_hold_no_key_reads_nothing_in_any_copy(story: Story, role: Role) -> None:
    now = story.goes_on()
    who = newcomer(story.office, role)
    assert story.thief(who.keyring, now=now).reads() == ""
    assert AFTER in story.thief(story.office.adviser, now=now).reads()


# -- an old copy -----------------------------------------------------------------------------------


def from_copy(copy: Copy, office: Office, passphrase: Passphrase) -> Keyring:
    """Unlock the adviser as they stand in a copy."""
    mine = office.adviser.member_id
    row = next(one for one in copy.all(MemberRow) if one.id == mine)
    return unbox_seed(office.installation.id, mine, row.stretch, row.seed_box, passphrase)


def test_an_old_copy_opens_with_todays_passphrase_to_what_was_in_it_and_no_more(
    story: Story,
) -> None:
    story.goes_on()
    keyring = from_copy(story.old, story.office, story.office.passphrase)
    told = Thief(inboxes(story.office), [story.old], [keyring]).reads()
    assert BEFORE in told
    assert AFTER not in told
    assert NOTED not in told


def test_after_new_keys_an_old_copy_opens_with_the_old_passphrase_alone_and_to_nothing_later(
    story: Story,
) -> None:
    office = story.office
    own = OwnKeysService(office.installation, office.member(office.adviser), office.adviser)
    passphrase, proof = own.passphrases.propose(office.adviser.member_id)
    renewed = own.renew(passphrase, proof)
    assert renewed is not None
    bring_up_to_date(office, renewed)
    now = story.goes_on()
    with pytest.raises(SealingError):
        from_copy(story.old, office, passphrase)
    assert Thief(inboxes(office), [story.old], [renewed]).reads() == ""
    old = from_copy(story.old, office, office.passphrase)
    told = story.thief(old, now=now).reads()
    assert BEFORE in told
    assert AFTER not in told
    assert NOTED not in told
    assert AFTER in story.thief(renewed, now=now).reads()


def test_trustees_who_are_shown_another_statement_seal_nothing_new_to_who_was_removed(
    story: Story, deputy: Newcomer, recovery: NewRecoveryKey
) -> None:
    """Their computer has no anchor, and it has the deputy's signature under the inbox's new key."""
    office, before = story.office, citizens(story.office)
    leave(office, deputy.keyring, office.adviser)
    now = citizens(office)
    forged = replace(now.current, members=before.current.members).sign(deputy.keyring.signing)
    with office.installation.store.read() as db:
        rows = directory.statements(db, now.inbox_id)
        grants = directory.recovery_grants(db, now.inbox_id)
    fork = verify_chain(office.installation.id, now.root, [*rows[:-1], forged])
    named, held = [deputy.keyring.public], recovery.keyring
    new = RecoveryKeyring(office.installation.id, RecoverySeed.random()).public
    with pytest.raises(SealingError):
        recover(held, fork, grants, named, new)
    assert recover(held, now, grants, named, new).grants  # only the statement is another one

"""Steps of a chain: what is lawful verifies, and nothing else. See the vectors `steps`."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.keys.people import INSTALLATION, Inbox, inbox, member
from whistle.crypto.errors import (
    DirectoryChainError,
    DirectoryError,
    DirectoryForkError,
    DirectoryMemberError,
    DirectoryRollbackError,
    DirectoryRootError,
    DirectorySignatureError,
    NotGrantedError,
)
from whistle.crypto.secret import Seed
from whistle.keys.directory import verify_chain
from whistle.keys.keyring import Keyring
from whistle.keys.recovery import RecoveryKeyring, RecoverySeed
from whistle.keys.steps import recover, renew, rotate, set_recovery
from whistle.storage.rows import StatementRow


def trustees() -> RecoveryKeyring:
    return RecoveryKeyring(INSTALLATION, RecoverySeed.random())


@dataclass
class Story:
    """An inbox, as its members take steps at random."""

    here: Inbox

    def take(self, kind: str, chance: int) -> None:
        """Take a step of one kind, where it can be taken."""
        members = self.here.members
        signer = members[chance % len(members)]
        others = [one for one in members if one is not signer]
        if kind == "admit" and len(members) < 4:
            self.here.admit(signer, member())
        elif kind == "leave" and others:
            self.here.rotate(signer, others[chance % len(others)])
        elif kind == "rotate":
            self.here.rotate(signer)
        elif kind == "renew":
            self.here.renew(signer, Keyring(INSTALLATION, signer.member_id, Seed.random()))
        elif kind == "trust" and self.here.trustees is None:
            self.here.set_recovery(signer, trustees())
        elif kind == "replace" and self.here.trustees:
            self.here.rotate(signer, trustees=trustees())
        elif kind == "recover" and self.here.trustees:
            self.here.recover([member()], trustees())


KINDS = ("admit", "leave", "rotate", "renew", "trust", "replace", "recover")
STORIES = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 9)), max_size=6)


def told(steps: list[tuple[str, int]]) -> Inbox:
    story = Story(inbox(member()))
    for kind, chance in steps:
        story.take(kind, chance)
    return story.here


@settings(deadline=None, max_examples=40)
@given(STORIES)
def test_every_lawful_story_verifies_and_its_members_open_it(steps: list[tuple[str, int]]) -> None:
    here = told(steps)
    assert {one.public for one in here.members} == set(here.trusted.current.members)
    for one in here.members:
        keys = here.keys(one)
        assert keys.pair(here.trusted.epoch).public == here.trusted.current.public
    holders = {row.member_id for row in here.grants}
    assert holders == {one.member_id for one in here.members}


@settings(deadline=None, max_examples=40)
@given(STORIES, st.integers(0, 99), st.integers(0, 5000))
def test_no_byte_of_a_story_can_be_changed(
    steps: list[tuple[str, int]], which: int, where: int
) -> None:
    here = told(steps)
    number = which % len(here.statements)
    row = here.statements[number]
    at = where % len(row.body)
    body = row.body[:at] + bytes([row.body[at] ^ 1]) + row.body[at + 1 :]
    signature = bytes([row.signature[0] ^ 1]) + row.signature[1:]
    with pytest.raises(DirectoryError):
        verify_chain(INSTALLATION, here.root, put(here, number, replace(row, body=body)))
    with pytest.raises(DirectorySignatureError):
        verify_chain(INSTALLATION, here.root, put(here, number, replace(row, signature=signature)))


@settings(deadline=None, max_examples=40)
@given(STORIES, st.integers(0, 99))
def test_no_statement_of_a_story_can_be_left_out(steps: list[tuple[str, int]], which: int) -> None:
    here = told([*steps, ("rotate", 0)])
    number = which % len(here.statements)
    left = [row for at, row in enumerate(here.statements) if at != number]
    newest = here.trusted.current
    anchored = replace(here.root, lowest_epoch=newest.epoch, lowest_digest=newest.digest)
    error: type[DirectoryError] = DirectoryChainError
    if number == 0:
        error = DirectoryRootError
    elif number == len(left):
        error = DirectoryRollbackError
    with pytest.raises(error):
        verify_chain(INSTALLATION, anchored, left)


@settings(deadline=None, max_examples=40)
@given(STORIES, STORIES, st.integers(0, 9))
def test_after_a_confirmed_statement_no_other_story_is_believed(
    steps: list[tuple[str, int]], others: list[tuple[str, int]], chance: int
) -> None:
    """Whoever was a member before it can write another one, and have it signed by themselves."""
    here = told(steps)
    fork = Story(copy_of(here))
    fork.take("rotate", chance)
    for kind, number in others:
        fork.take(kind, number)
    Story(here).take("rotate", chance)
    newest = here.trusted.current
    anchored = replace(here.root, lowest_epoch=newest.epoch, lowest_digest=newest.digest)
    verify_chain(INSTALLATION, here.root, fork.here.statements)
    with pytest.raises(DirectoryForkError):
        verify_chain(INSTALLATION, anchored, fork.here.statements)


@settings(deadline=None, max_examples=40)
@given(STORIES, st.sampled_from(["members", "public", "recovery", "nothing"]))
def test_nobody_outside_adds_anything_to_a_story(steps: list[tuple[str, int]], what: str) -> None:
    here, thief = told(steps), member()
    current = here.trusted.current
    follows = replace(current, epoch=current.epoch + 1, previous=current.digest)
    forged = {
        "members": replace(follows, members=(*current.members, thief.public)),
        "public": replace(follows, public=thief.pair.public),
        "recovery": replace(follows, recovery=trustees().public),
        "nothing": follows,
    }[what]
    with pytest.raises(DirectorySignatureError):
        verify_chain(INSTALLATION, here.root, [*here.statements, forged.sign(thief.signing)])


def put(here: Inbox, number: int, row: StatementRow) -> list[StatementRow]:
    return [*here.statements[:number], row, *here.statements[number + 1 :]]


def copy_of(here: Inbox) -> Inbox:
    return replace(
        here,
        statements=list(here.statements),
        grants=list(here.grants),
        members=list(here.members),
        recovery_grants=list(here.recovery_grants),
        verified=None,
        opened={},
    )


# -- what is refused before anything is signed ---------------------------------------------------


def test_nobody_signs_a_step_that_everybody_would_refuse() -> None:
    anne, bo, stranger = member(), member(), member()
    here = inbox(anne)
    here.admit(anne, bo)
    one = here.trusted
    with pytest.raises(DirectoryMemberError):
        rotate(stranger, one, here.grants)
    with pytest.raises(DirectoryMemberError):
        rotate(anne, one, here.grants, {anne.member_id})
    with pytest.raises(DirectoryMemberError):
        rotate(anne, one, here.grants, {stranger.member_id})
    with pytest.raises(DirectoryMemberError):
        set_recovery(stranger, one, here.grants, trustees().public)
    with pytest.raises(DirectoryChainError):
        rotate(anne, one, here.grants, recovery=trustees().public)
    with pytest.raises(DirectoryChainError):
        renew(anne, stranger, one, here.grants)
    with pytest.raises(DirectoryMemberError):
        recover(trustees(), one, [], [stranger.public], trustees().public)
    here.set_recovery(anne, trustees())
    with pytest.raises(DirectoryChainError):
        set_recovery(anne, here.trusted, here.grants, trustees().public)


@pytest.mark.parametrize("held", [0, 1])
def test_who_cannot_open_the_newest_secret_takes_no_step(held: int) -> None:
    anne, bo = member(), member()
    here = inbox(anne)
    here.admit(anne, bo)
    grants = [row for row in here.grants_of(anne) if row.epoch <= held]
    renewed = Keyring(INSTALLATION, anne.member_id, Seed.random())
    with pytest.raises(NotGrantedError):
        rotate(anne, here.trusted, grants)
    with pytest.raises(NotGrantedError):
        renew(anne, renewed, here.trusted, grants)
    with pytest.raises(NotGrantedError):
        set_recovery(anne, here.trusted, grants, trustees().public)


def test_the_trustees_need_the_newest_secret_and_their_own_key() -> None:
    anne, held, new = member(), trustees(), trustees()
    here = inbox(anne)
    here.set_recovery(anne, held)
    named = [member().public]
    with pytest.raises(NotGrantedError):
        recover(held, here.trusted, [], named, new.public)
    with pytest.raises(DirectoryMemberError):
        recover(new, here.trusted, here.recovery_grants, named, trustees().public)
    with pytest.raises(DirectoryChainError):
        recover(held, here.trusted, here.recovery_grants, named, held.public)


def test_who_was_a_member_before_gets_every_epoch_from_the_trustees_too() -> None:
    """Their grants may be what was lost."""
    anne, held = member(), trustees()
    here = inbox(anne)
    here.set_recovery(anne, held)
    here.rotate(anne)
    here.grants.clear()
    here.recover([anne], trustees())
    assert {grant.epoch for grant in here.grants_of(anne)} == {1, 2, 3, 4}
    assert here.keys(anne).granted == {1, 2, 3, 4}


def test_who_has_older_secrets_already_is_granted_the_new_one_alone() -> None:
    anne, bo = member(), member()
    here = inbox(anne)
    here.rotate(anne)
    here.admit(anne, bo)
    step = rotate(anne, here.trusted, here.grants)
    assert {grant.epoch for grant in step.grants} == {4}
    assert {grant.member_id for grant in step.grants} == {anne.member_id, bo.member_id}
    assert {grant.epoch for grant in here.grants_of(bo)} == {1, 2, 3}


def test_grants_of_another_inbox_are_passed_over() -> None:
    anne = member()
    here, other = inbox(anne), inbox(anne)
    other.rotate(anne)
    step = rotate(anne, here.trusted, [*other.grants, *here.grants])
    assert {row.inbox_id for row in step.grants} == {here.row.id}
    assert step.statement.inbox_id == here.row.id

"""Members' keys and grants: see also the vectors `grant` and `passphrase`."""

from dataclasses import replace

import pytest

from tests.keys.people import INSTALLATION, OTHER_INSTALLATION, inbox, member
from whistle.crypto.envelope import seal
from whistle.crypto.errors import (
    DirectoryMemberError,
    NotGrantedError,
    UnreadableError,
)
from whistle.crypto.passphrase import Passphrase
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import Seed
from whistle.keys.inbox_secret import InboxSecret
from whistle.keys.keyring import (
    Keyring,
    box_seed,
    open_inboxes,
    unbox_seed,
)
from whistle.keys.steps import admit
from whistle.storage.rows import GrantRow


def test_a_passphrase_opens_its_member_and_nobody_else() -> None:
    anne = member()
    stretch, boxed = box_seed(anne, Passphrase("seks ord"))
    opened = unbox_seed(INSTALLATION, anne.member_id, stretch, boxed, Passphrase("Seks-Ord"))
    assert opened.public == anne.public
    for installation, member_id, passphrase in (
        (INSTALLATION, anne.member_id, "syv ord"),
        (INSTALLATION, bytes(16), "seks ord"),
        (OTHER_INSTALLATION, anne.member_id, "seks ord"),
    ):
        with pytest.raises(UnreadableError):
            unbox_seed(installation, member_id, stretch, boxed, Passphrase(passphrase))


def test_a_keyring_prints_nothing() -> None:
    assert repr(member()) == "<Keyring>"
    assert repr(InboxSecret.random()) == "<InboxSecret>"


def test_one_seed_makes_other_keys_for_another_member_or_installation() -> None:
    seed = Seed.random()
    keyrings = [
        Keyring(INSTALLATION, b"a" * 16, seed),
        Keyring(INSTALLATION, b"b" * 16, seed),
        Keyring(OTHER_INSTALLATION, b"a" * 16, seed),
    ]
    assert len({keyring.public.public for keyring in keyrings}) == 3
    assert len({keyring.public.verifying for keyring in keyrings}) == 3


def test_the_founder_opens_an_inbox_and_a_stranger_does_not() -> None:
    anne, stranger = member(), member()
    here = inbox(anne)
    assert here.keys(anne).pair(1).public == here.trusted.current.public
    assert open_inboxes(stranger, [here.trusted], here.grants_of(stranger)) == []
    assert open_inboxes(stranger, [here.trusted], here.grants) == []
    passed_on = [replace(one, member_id=stranger.member_id) for one in here.grants]
    (opened,) = open_inboxes(stranger, [here.trusted], passed_on)
    with pytest.raises(NotGrantedError):
        opened.pair(1)


def test_somebody_let_in_opens_what_came_before_and_what_comes_after() -> None:
    anne, bo, carl = member(), member(), member()
    here = inbox(anne)
    here.admit(anne, bo)
    here.admit(bo, carl)
    for epoch in (1, 2, 3):
        for one in (anne, bo, carl):
            assert here.keys(one).vault(epoch) == here.keys(anne).vault(epoch)
            assert here.keys(one).pair(epoch).public == here.trusted.at(epoch).public


def test_an_epoch_without_a_grant_does_not_open() -> None:
    anne = member()
    keys = inbox(anne).keys(anne)
    for epoch in (0, 2):
        with pytest.raises(NotGrantedError):
            keys.pair(epoch)
        with pytest.raises(NotGrantedError):
            keys.vault(epoch)


def test_only_a_member_lets_somebody_in() -> None:
    anne, stranger = member(), member()
    here = inbox(anne)
    with pytest.raises(DirectoryMemberError):
        admit(stranger, here.trusted, here.grants, member().public)


def test_a_member_with_the_same_name_and_other_keys_lets_nobody_in() -> None:
    anne = member()
    here = inbox(anne)
    usurper = Keyring(INSTALLATION, anne.member_id, Seed.random())
    with pytest.raises(DirectoryMemberError):
        admit(usurper, here.trusted, here.grants, member().public)


def test_nobody_is_let_in_twice_under_any_name() -> None:
    anne, bo = member(), member()
    here = inbox(anne)
    for newcomer in (
        anne.public,
        replace(anne.public, member_id=bytes(16)),
        replace(bo.public, member_id=anne.member_id),
        replace(bo.public, public=anne.public.public),
        replace(bo.public, verifying=anne.public.verifying),
    ):
        with pytest.raises(DirectoryMemberError):
            admit(anne, here.trusted, here.grants, newcomer)


def test_who_lets_somebody_in_needs_the_newest_secret() -> None:
    anne = member()
    here = inbox(anne)
    with pytest.raises(NotGrantedError):
        admit(anne, here.trusted, [], member().public)


def test_a_grant_that_anybody_sealed_is_held_against_the_directory() -> None:
    anne = member()
    here = inbox(anne)
    place = Place(
        Purpose.INBOX_GRANT, INSTALLATION, owner=here.row.id, item=anne.member_id, generation=1
    )
    forged = seal(anne.pair.public, place, InboxSecret.random().reveal())
    with pytest.raises(DirectoryMemberError):
        anne.open_grant(here.trusted, GrantRow(here.row.id, 1, anne.member_id, forged))

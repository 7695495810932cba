"""The vault's copy of a case's keys, after the reporter has taken a new receipt."""

from dataclasses import dataclass, replace
from datetime import date

import pytest

from tests.keys.people import INSTALLATION, Inbox, inbox, member
from whistle.crypto.envelope import KeyPair
from whistle.crypto.errors import UnreadableError
from whistle.domain.channel import Act, InboxKind, Side
from whistle.keys.cases import (
    CaseItems,
    adopt,
    box_registration,
    hand_over,
    new_generation,
    open_inbox_keys,
    open_reporter_keys,
    seal_to_inbox,
    seal_to_new_reporter,
    seal_to_reporter,
)
from whistle.keys.keyring import InboxKeys, Keyring
from whistle.keys.records import CaseKeys, Identity, Message, Registration
from whistle.keys.vault import with_new_receipt
from whistle.storage.rows import InboxKeysRow
from whistle.storage.tables import ID_BYTES

DAY = date(2026, 11, 20)
CASE = b"C" * 16


@dataclass
class Adopted:
    """A case in the vault of Anne's inbox, and the message that brings its reporter's new key."""

    anne: Keyring
    main: Inbox
    sealed: InboxKeysRow
    row: InboxKeysRow
    keys: CaseKeys
    newer: KeyPair

    @property
    def vault(self) -> InboxKeys:
        """The inbox as Anne opens it."""
        return self.main.keys(self.anne)

    @property
    def dialogue(self) -> list[Message]:
        """A report, and later a new receipt."""
        told = Message(Side.REPORTER, DAY, 0, "en sag")
        public = self.newer.public
        return [
            told,
            Message(Side.REPORTER, DAY, 1, "", act=Act.NEW_RECEIPT, reporter=public),
        ]


@pytest.fixture
def case() -> Adopted:
    anne = member()
    main = inbox(anne)
    keys = CaseKeys((new_generation(),), KeyPair.random().public)
    sealed = seal_to_inbox(main.trusted, CASE, keys)
    row, _, adopted = adopt(main.keys(anne), sealed)
    return Adopted(anne, main, sealed, row, adopted, KeyPair.random())


def test_the_vault_s_copy_names_the_new_receipt_and_keeps_every_key(case: Adopted) -> None:
    renewed = with_new_receipt(case.vault, case.row, case.keys, case.dialogue)
    assert renewed is not None
    row, keys = renewed
    assert keys == replace(case.keys, reporter=case.newer.public)
    assert open_inbox_keys(case.vault, row).keys == keys
    assert replace(row, body=b"") == replace(case.row, body=b"")


def test_a_case_that_moves_afterwards_is_sealed_to_the_new_receipt(case: Adopted) -> None:
    reserve = inbox(member(), kind=InboxKind.RESERVE)
    renewed = with_new_receipt(case.vault, case.row, case.keys, case.dialogue)
    assert renewed is not None
    keys = open_inbox_keys(case.vault, renewed[0]).keys
    moved = hand_over(reserve.trusted, CASE, keys, Registration()).reporter_keys
    assert moved is not None
    before = seal_to_new_reporter(INSTALLATION, CASE, case.keys, case.newer.public)
    opened = open_reporter_keys(INSTALLATION, case.newer, CASE, [*before, moved])
    assert opened.newest == 1


def test_once_it_is_there_nothing_is_written_again(case: Adopted) -> None:
    renewed = with_new_receipt(case.vault, case.row, case.keys, case.dialogue)
    assert renewed is not None
    row, keys = renewed
    assert with_new_receipt(case.vault, row, keys, case.dialogue) is None


def test_without_a_new_receipt_nothing_is_written(case: Adopted) -> None:
    assert with_new_receipt(case.vault, case.row, case.keys, case.dialogue[:1]) is None


def test_a_case_that_is_not_in_the_vault_yet_is_left_as_intake_sealed_it(case: Adopted) -> None:
    assert with_new_receipt(case.vault, case.sealed, case.keys, case.dialogue) is None


def test_the_copy_opens_in_no_other_inbox_and_as_no_other_case(case: Adopted) -> None:
    stranger = member()
    other = inbox(stranger)
    renewed = with_new_receipt(case.vault, case.row, case.keys, case.dialogue)
    assert renewed is not None
    row, _ = renewed
    with pytest.raises(UnreadableError):
        open_inbox_keys(other.keys(stranger), replace(row, inbox_id=other.row.id))
    with pytest.raises(UnreadableError):
        open_inbox_keys(case.vault, replace(row, case_id=b"D" * 16))


def test_every_row_names_the_case_it_belongs_to(case: Adopted) -> None:
    registered = box_registration(case.vault, case.row, Registration(), version=2)
    sealed = seal_to_reporter(INSTALLATION, CASE, case.keys, 0)
    identity = CaseItems(INSTALLATION, CASE, case.keys).identity(Identity())
    assert registered.case_id == sealed.case_id == identity.case_id == CASE
    assert len(identity.id) == ID_BYTES
    assert case.sealed.inbox_id == case.main.trusted.inbox_id


def test_a_new_receipt_is_read_from_the_dialogue_s_newest_generation(case: Adopted) -> None:
    items = CaseItems(INSTALLATION, CASE, case.keys)
    rows = [
        items.message(message, item_id=bytes([number]) * ID_BYTES)
        for number, message in enumerate(case.dialogue)
    ]
    assert [message.reporter for message in items.dialogue(rows)] == [None, case.newer.public]

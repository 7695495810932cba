"""Sealing, granting, opening and moving in any order, against a model of who may read what.

Rows are kept in memory as a database would keep them, and everybody may try all of them. What a
member ever opened they remember: a recusal must hold against that, too.
"""

import secrets
from dataclasses import dataclass, field, replace
from datetime import date

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.keys.people import INSTALLATION, Inbox, inbox, member
from whistle.crypto.envelope import KeyPair
from whistle.crypto.errors import SealingError
from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Act, Channel, InboxKind, Side
from whistle.keys.cases import (
    CaseItems,
    Compartment,
    adopt,
    box_registration,
    hand_over,
    new_generation,
    open_inbox_keys,
    open_registration,
    open_reporter_keys,
    seal_to_inbox,
    seal_to_new_reporter,
    seal_to_reporter,
    with_newest_reporter,
)
from whistle.keys.keyring import InboxKeys, Keyring
from whistle.keys.records import CaseKeys, Identity, Message, Registration
from whistle.storage.rows import InboxKeysRow, ItemRow, RegistrationRow, ReporterKeysRow

DAY = date(2026, 11, 20)
STRANGER = Receipt.random().key_pair(INSTALLATION)
TEXTS = st.text("abcæøå ", max_size=20)


@dataclass
class Case:
    """A case's rows, and what the model says of it."""

    id: bytes
    reporter: KeyPair
    inbox: Inbox
    inbox_keys: InboxKeysRow
    reporter_keys: list[ReporterKeysRow]
    items: list[ItemRow] = field(default_factory=list)
    registration_row: RegistrationRow | None = None
    # The model:
    dialogue: list[tuple[Side, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    registration: Registration = field(default_factory=Registration)
    identity: Identity = field(default_factory=Identity)
    remembered: dict[bytes, CaseKeys] = field(default_factory=dict)
    replaced: list[KeyPair] = field(default_factory=list)

    def write(self, items: CaseItems, side: Side, text: str) -> None:
        """Write a message of the dialogue."""
        message = Message(side, DAY, len(self.dialogue), text)
        self.items.append(items.message(message, item_id=secrets.token_bytes(16)))
        self.dialogue.append((side, text))


class Whistle(RuleBasedStateMachine):
    """Three inboxes of two channels, any number of members and cases."""

    def __init__(self) -> None:
        super().__init__()
        self.members: list[Keyring] = []
        self.inboxes: list[Inbox] = []
        self.cases: list[Case] = []

    @initialize()
    def found(self) -> None:
        self.members = [member(), member(), member()]
        self.inboxes = [
            inbox(self.members[0], Channel.CITIZEN, InboxKind.MAIN),
            inbox(self.members[1], Channel.CITIZEN, InboxKind.RESERVE),
            inbox(self.members[2], Channel.WHISTLEBLOWER, InboxKind.MAIN),
        ]

    # -- what people do --------------------------------------------------------------------

    @precondition(lambda self: len(self.members) < 6)
    @rule()
    def hire(self) -> None:
        self.members.append(member())

    @rule(data=st.data())
    def let_in(self, data: st.DataObject) -> None:
        here = data.draw(st.sampled_from(self.inboxes))
        outside = [one for one in self.members if one not in here.members]
        if outside:
            granter = data.draw(st.sampled_from(here.members))
            here.admit(granter, data.draw(st.sampled_from(outside)))

    @precondition(lambda self: len(self.cases) < 5)
    @rule(data=st.data(), text=TEXTS, name=st.sampled_from(["", "Åse Ømann"]))
    def report(self, data: st.DataObject, text: str, name: str) -> None:
        here = data.draw(st.sampled_from(self.inboxes))
        case_id, reporter = secrets.token_bytes(16), Receipt.random().key_pair(INSTALLATION)
        keys = CaseKeys((new_generation(),), reporter.public)
        case = Case(
            case_id,
            reporter,
            here,
            seal_to_inbox(here.trusted, case_id, keys),
            [seal_to_reporter(INSTALLATION, case_id, keys, keys.newest)],
            identity=Identity(name),
        )
        items = CaseItems(INSTALLATION, case_id, keys)
        case.items.append(items.identity(case.identity))
        case.write(items, Side.REPORTER, text)
        self.cases.append(case)

    @precondition(lambda self: self.cases)
    @rule(data=st.data(), text=TEXTS)
    def reporter_writes(self, data: st.DataObject, text: str) -> None:
        case = data.draw(st.sampled_from(self.cases))
        case.write(self.as_reporter(case), Side.REPORTER, text)

    @precondition(lambda self: self.cases)
    @rule(data=st.data(), text=TEXTS)
    def casework_writes(self, data: st.DataObject, text: str) -> None:
        case = data.draw(st.sampled_from(self.cases))
        case.write(self.as_member(case, data), Side.CASEWORK, text)

    @precondition(lambda self: self.cases)
    @rule(data=st.data(), text=TEXTS)
    def casework_notes(self, data: st.DataObject, text: str) -> None:
        case = data.draw(st.sampled_from(self.cases))
        items = self.as_member(case, data)
        note_id = secrets.token_bytes(16)
        case.items.append(items.seal(Compartment.CASEWORK, text.encode(), item_id=note_id))
        case.notes.append(text)

    @precondition(lambda self: self.cases)
    @rule(data=st.data(), title=TEXTS)
    def register(self, data: st.DataObject, title: str) -> None:
        case = data.draw(st.sampled_from(self.cases))
        self.as_member(case, data)
        assert case.registration_row is not None
        case.registration = Registration(title, len(case.dialogue))
        case.registration_row = box_registration(
            case.inbox.keys(case.inbox.members[0]),
            case.inbox_keys,
            case.registration,
            version=case.registration_row.version + 1,
        )

    @precondition(lambda self: self.cases)
    @rule(data=st.data())
    def replace_receipt(self, data: st.DataObject) -> None:
        case = data.draw(st.sampled_from(self.cases))
        items, newer = self.as_reporter(case), Receipt.random().key_pair(INSTALLATION)
        said = Message(
            Side.REPORTER,
            DAY,
            len(case.dialogue),
            "",
            act=Act.NEW_RECEIPT,
            reporter=newer.public,
        )
        case.items.append(items.message(said, item_id=secrets.token_bytes(16)))
        case.dialogue.append((Side.REPORTER, ""))
        case.reporter_keys = seal_to_new_reporter(INSTALLATION, case.id, items.keys, newer.public)
        case.replaced.append(case.reporter)
        case.reporter = newer

    @precondition(lambda self: self.cases)
    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        case = data.draw(st.sampled_from(self.cases))
        target = data.draw(st.sampled_from(self.inboxes))
        items = self.as_member(case, data)
        keys = with_newest_reporter(items.keys, items.dialogue(case.items)) or items.keys
        moved = hand_over(target.trusted, case.id, keys, case.registration)
        assert moved.reporter_keys is not None
        case.inbox, case.inbox_keys, case.registration_row = target, moved.inbox_keys, None
        case.reporter_keys.append(moved.reporter_keys)

    # -- how they open ---------------------------------------------------------------------

    def as_reporter(self, case: Case) -> CaseItems:
        keys = open_reporter_keys(INSTALLATION, case.reporter, case.id, case.reporter_keys)
        return CaseItems(INSTALLATION, case.id, keys)

    def as_member(self, case: Case, data: st.DataObject) -> CaseItems:
        keyring = data.draw(st.sampled_from(case.inbox.members))
        keys = case.inbox.keys(keyring)
        if not case.inbox_keys.in_vault:
            case.inbox_keys, case.registration_row, _ = adopt(keys, case.inbox_keys)
        opened = open_inbox_keys(keys, case.inbox_keys).keys
        case.remembered[keyring.member_id] = opened
        return CaseItems(INSTALLATION, case.id, opened)

    def inboxes_of(self, keyring: Keyring) -> list[InboxKeys]:
        return [here.keys(keyring) for here in self.inboxes if keyring in here.members]

    # -- what must hold --------------------------------------------------------------------

    @invariant()
    def the_reporter_reads_the_whole_dialogue_and_no_notes(self) -> None:
        for case in self.cases:
            items = self.as_reporter(case)
            read = [(one.side, one.text) for one in items.dialogue(case.items)]
            assert read == case.dialogue
            assert items.identities(case.items) == [case.identity]
            assert all(one.casework is None for one in items.keys.generations)
            for row in case.items:
                if row.compartment == Compartment.CASEWORK:
                    assert not opens(items, row)

    @invariant()
    def a_receipt_that_was_replaced_opens_nothing(self) -> None:
        for case in self.cases:
            for old in case.replaced:
                with pytest.raises(SealingError):
                    open_reporter_keys(INSTALLATION, old, case.id, case.reporter_keys)

    @invariant()
    def members_of_the_case_s_inbox_read_all_of_it(self) -> None:
        for case in self.cases:
            for keyring in case.inbox.members:
                keys = case.inbox.keys(keyring)
                opened = open_inbox_keys(keys, case.inbox_keys)
                items = CaseItems(INSTALLATION, case.id, opened.keys)
                read = [(one.side, one.text) for one in items.dialogue(case.items)]
                assert read == case.dialogue
                notes = [
                    items.open(row).decode()
                    for row in case.items
                    if row.compartment == Compartment.CASEWORK
                ]
                assert notes == case.notes
                registration = opened.handed_over or Registration()
                if case.registration_row:
                    registration = open_registration(keys, case.inbox_keys, case.registration_row)
                assert registration == case.registration

    @invariant()
    def a_grant_opens_for_its_own_member_alone(self) -> None:
        for here in self.inboxes:
            newest = here.grants[-1]
            for keyring in self.members:
                if keyring.member_id != newest.member_id:
                    with pytest.raises(SealingError):
                        keyring.open_grant(here.trusted, newest)

    @invariant()
    def nobody_else_opens_a_case_s_keys(self) -> None:
        for keyring in self.members:
            opened = self.inboxes_of(keyring)
            for case in self.cases:
                if keyring in case.inbox.members:
                    continue
                for keys in opened:
                    for in_vault in (False, True):
                        with pytest.raises(SealingError):
                            open_inbox_keys(keys, replace(case.inbox_keys, in_vault=in_vault))

    @invariant()
    def what_is_written_after_a_move_opens_with_no_older_keys(self) -> None:
        for case in self.cases:
            for keys in case.remembered.values():
                items = CaseItems(INSTALLATION, case.id, keys)
                for row in case.items:
                    assert opens(items, row) == (row.generation <= keys.newest)

    @invariant()
    def no_other_receipt_and_no_other_case_opens_anything(self) -> None:
        for case in self.cases:
            with pytest.raises(SealingError):
                open_reporter_keys(INSTALLATION, STRANGER, case.id, case.reporter_keys)
        for case, other in zip(self.cases, self.cases[1:], strict=False):
            items = self.as_reporter(case)
            assert not any(opens(items, row) for row in other.items)
            moved = [replace(row, case_id=case.id) for row in other.items]
            assert not any(opens(items, row) for row in moved)
            swapped = replace(other.inbox_keys, case_id=case.id)
            with pytest.raises(SealingError):
                open_inbox_keys(other.inbox.keys(other.inbox.members[0]), swapped)


def opens(items: CaseItems, row: ItemRow) -> bool:
    try:
        items.open(row)
    except SealingError:
        return False
    return True


Whistle.TestCase.settings = settings(max_examples=20, stateful_step_count=16, deadline=None)
TestWhistle = Whistle.TestCase

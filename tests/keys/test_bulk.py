"""Opening cases in bulk: what the plain path opens, and nothing that it refuses."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import pytest

from tests.keys.elsewhere import Places, places
from tests.keys.people import INSTALLATION, inbox, member
from whistle.crypto.bulk import Memory
from whistle.crypto.envelope import KeyPair, box
from whistle.crypto.errors import ContentError, NotGrantedError, SealingError, UnreadableError
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import SymmetricKey
from whistle.domain.channel import Side
from whistle.keys.bulk import BulkInbox
from whistle.keys.cases import (
    CaseItems,
    Compartment,
    box_registration,
    keys_place,
    new_case_keys,
    new_generation,
    open_inbox_keys,
    open_registration,
    seal_to_inbox,
)
from whistle.keys.keyring import InboxKeys
from whistle.keys.records import CaseKeys, Identity, Message, Registration
from whistle.storage.rows import InboxKeysRow, ItemRow, RegistrationRow

DAY = date(2026, 11, 20)
CASE = b"C" * 16


@dataclass
class Filed:
    """A case in a vault, with an item in each compartment."""

    keys: InboxKeys
    row: InboxKeysRow
    registration: RegistrationRow
    items: list[ItemRow]

    def plainly(self, item: ItemRow) -> bytes:
        """Open an item as a case's page does."""
        return CaseItems(INSTALLATION, CASE, open_inbox_keys(self.keys, self.row).keys).open(item)

    def in_bulk(self, item: ItemRow, row: InboxKeysRow | None = None) -> bytes:
        """Open an item as a search does."""
        kind = (item.compartment, item.generation, item.version)
        return BulkInbox(self.keys).case(row or self.row).open(kind, item.id, item.body)


@pytest.fixture
def filed() -> Filed:
    anne = member()
    keys = inbox(anne).keys(anne)
    row, case_keys = new_case_keys(keys, CASE)
    items = CaseItems(INSTALLATION, CASE, case_keys)
    return Filed(
        keys,
        row,
        box_registration(keys, row, Registration("Titel", seen=3), version=1),
        [
            items.message(Message(Side.REPORTER, DAY, 0, "æ" * 5000), item_id=b"a" * 16),
            items.identity(Identity("Karla")),
            items.seal(Compartment.CASEWORK, b'{"kind":"note"}', item_id=b"b" * 16),
        ],
    )


def test_the_keys_of_a_case_that_was_entered_name_its_reporter() -> None:
    anne, reporter = member(), KeyPair.random().public
    row, keys = new_case_keys(inbox(anne).keys(anne), CASE, reporter)
    assert keys.reporter == reporter
    assert (row.epoch, row.generation, row.in_vault) == (1, keys.newest, True)


def test_the_row_of_a_case_that_was_entered_says_whose_it_is() -> None:
    anne = member()
    keys = inbox(anne).keys(anne)
    row, _ = new_case_keys(keys, CASE)
    assert (row.case_id, row.inbox_id) == (CASE, keys.inbox.inbox_id)


def refused(act: Callable[[], object]) -> type[SealingError]:
    """Say how something was refused."""
    with pytest.raises(SealingError) as caught:
        act()
    return type(caught.value)


def test_every_compartment_opens_as_it_does_for_a_page(filed: Filed) -> None:
    assert [filed.in_bulk(item) for item in filed.items] == [
        filed.plainly(item) for item in filed.items
    ]


def test_a_registration_opens_as_it_does_for_a_page(filed: Filed) -> None:
    encoded = BulkInbox(filed.keys).registration(filed.row.epoch, filed.registration)
    plain = open_registration(filed.keys, filed.row, filed.registration)
    assert Registration.decode(encoded) == plain == Registration("Titel", seen=3)


def test_a_case_that_nobody_has_opened_opens_too(filed: Filed) -> None:
    sealed = CaseKeys((new_generation(),), reporter=None)
    row = seal_to_inbox(filed.keys.inbox, CASE, sealed)
    message = Message(Side.REPORTER, DAY, 0, "Ny")
    item = CaseItems(INSTALLATION, CASE, sealed).message(message, item_id=b"a" * 16)
    assert Message.decode(filed.in_bulk(item, row)) == message
    assert refused(lambda: filed.in_bulk(replace(item, compartment="casework"), row))


@pytest.mark.parametrize(
    "moved",
    [
        {"id": b"x" * 16},
        {"id": b"short"},
        {"compartment": "casework"},
        {"compartment": "identity"},
        {"compartment": "none"},
        {"generation": 1},
        {"generation": -1},
        {"generation": "0"},  # SQLite takes a text into a column of numbers
        {"generation": 0.5},
        {"generation": None},
        {"version": 2},
        {"version": -1},
        {"version": "1"},
        {"version": None},
        {"body": b""},
        {"body": b"\x02" + bytes(4200)},
        {"body": b"\x01" + bytes(20)},
    ],
)
def test_an_item_that_was_moved_or_changed_is_refused(
    filed: Filed, moved: dict[str, bytes | str | float | None]
) -> None:
    item = replace(filed.items[0], **moved)  # type: ignore[arg-type]
    assert refused(lambda: filed.in_bulk(item)) is not None
    assert refused(lambda: filed.plainly(item)) is not None


def test_a_registration_of_another_case_epoch_or_version_is_refused(filed: Filed) -> None:
    bulk, row = BulkInbox(filed.keys), filed.registration
    refused(lambda: bulk.registration(filed.row.epoch, replace(row, case_id=b"D" * 16)))
    refused(lambda: bulk.registration(filed.row.epoch, replace(row, version=2)))
    refused(lambda: bulk.registration(filed.row.epoch + 1, row))


def test_keys_of_another_case_or_number_of_generations_are_refused(filed: Filed) -> None:
    bulk = BulkInbox(filed.keys)
    for moved in (
        replace(filed.row, case_id=b"D" * 16),
        replace(filed.row, generation=1),
        replace(filed.row, in_vault=False),
        replace(filed.row, body=filed.row.body[:-1]),
    ):
        refused(lambda: bulk.case(moved))  # noqa: B023  (called at once)


def test_items_of_an_older_generation_open_with_their_own_keys(filed: Filed) -> None:
    keys = open_inbox_keys(filed.keys, filed.row).keys
    two = replace(keys, generations=(*keys.generations, new_generation()))
    row = seal_to_inbox(filed.keys.inbox, CASE, two)
    item_id = secrets.token_bytes(16)
    newer = CaseItems(INSTALLATION, CASE, two).seal(Compartment.DIALOGUE, b"{}", item_id=item_id)
    assert filed.in_bulk(newer, row) == b"{}"
    assert filed.in_bulk(filed.items[0], row) == filed.plainly(filed.items[0])


# -- what was registered elsewhere -------------------------------------------------------------


def test_what_was_handed_over_is_read_as_it_was_registered(filed: Filed) -> None:
    sealed, told = CaseKeys((new_generation(),), reporter=None), Registration("Titel", seen=3)
    bulk = BulkInbox(filed.keys)
    row = seal_to_inbox(filed.keys.inbox, CASE, sealed, told)
    assert bulk.handed_over(row) == told.encode()
    assert bulk.handed_over(seal_to_inbox(filed.keys.inbox, CASE, sealed)) == b""
    assert bulk.handed_over(filed.row) == b""
    assert refused(lambda: bulk.handed_over(replace(row, case_id=b"D" * 16))) is UnreadableError


# -- what is remembered ------------------------------------------------------------------------

PLACES = places()
HERE = PLACES.here


def test_what_is_remembered_for_lists_lies_at_the_place_of_the_specification() -> None:
    owner, bulk = HERE.inbox.inbox_id, BulkInbox(HERE)
    for epoch in (1, 2):
        at = Place(Purpose.MEMORY, INSTALLATION, owner, owner, "lists", generation=epoch)
        boxed = bulk.memory(epoch).box(b"lists")
        assert Memory(HERE.vault(epoch), at.encode()).open(boxed) == b"lists"


@pytest.mark.parametrize("elsewhere", Places._fields[2:])
def test_what_is_remembered_for_lists_opens_for_no_other_inbox_or_epoch(elsewhere: str) -> None:
    boxed = BulkInbox(HERE).memory(2).box(b"lists")
    there: BulkInbox = BulkInbox(getattr(PLACES, elsewhere))
    for memory in (there.memory(2), BulkInbox(HERE).memory(1)):
        assert refused(lambda: memory.open(boxed)) is UnreadableError  # noqa: B023


def test_nothing_is_remembered_for_lists_of_an_epoch_that_was_not_granted() -> None:
    assert refused(lambda: BulkInbox(HERE).memory(3)) is NotGrantedError


def test_a_cases_texts_are_remembered_under_its_newest_casework_key(filed: Filed) -> None:
    (first,) = open_inbox_keys(filed.keys, filed.row).keys.generations
    other = replace(first, casework=SymmetricKey.random())
    for newest, keys in enumerate(((first,), (first, other), (other, first))):
        generation = min(newest, 1)
        row = boxed_again(filed, CaseKeys(keys, reporter=None))
        boxed = BulkInbox(filed.keys).case(row).memory().box(b"texts")
        at = Place(Purpose.MEMORY, INSTALLATION, CASE, CASE, "texts", generation=generation)
        casework = keys[-1].casework
        assert casework is not None
        assert Memory(casework, at.encode()).open(boxed) == b"texts"


def test_nothing_is_remembered_of_the_texts_of_a_case_that_nobody_has_opened(
    filed: Filed,
) -> None:
    sealed = CaseKeys((new_generation(),), reporter=None)
    case = BulkInbox(filed.keys).case(seal_to_inbox(filed.keys.inbox, CASE, sealed))
    assert refused(case.memory) is ContentError


def boxed_again(filed: Filed, keys: CaseKeys) -> InboxKeysRow:
    """Box other keys of the case in the vault."""
    row = replace(filed.row, generation=keys.newest)
    place = keys_place(filed.keys.inbox, row)
    return replace(row, body=box(filed.keys.vault(row.epoch), place, keys.encode()))

"""Opening cases in bulk: what the plain path opens, and nothing that it refuses."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import pytest

from tests.keys.people import INSTALLATION, inbox, member
from whistle.crypto.envelope import KeyPair
from whistle.crypto.errors import SealingError
from whistle.domain.channel import Side
from whistle.keys.bulk import BulkInbox
from whistle.keys.cases import (
    CaseItems,
    Compartment,
    box_registration,
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
        {"version": 2},
        {"version": -1},
        {"body": b""},
        {"body": b"\x02" + bytes(4200)},
        {"body": b"\x01" + bytes(20)},
    ],
)
def test_an_item_that_was_moved_or_changed_is_refused(
    filed: Filed, moved: dict[str, bytes | str | int]
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

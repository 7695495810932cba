"""Cases' keys, items and registrations: see also the vectors of those names."""

import secrets
from dataclasses import dataclass, replace
from datetime import date

import pytest

from tests.keys.people import INSTALLATION, OTHER_INSTALLATION, Inbox, inbox, member
from whistle.crypto.envelope import KeyPair, open_seal, unbox
from whistle.crypto.errors import (
    ContentError,
    NotGrantedError,
    SealingError,
    UnreadableError,
)
from whistle.crypto.padding import unpad_text
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import SymmetricKey
from whistle.domain.channel import Act, InboxKind, Side
from whistle.keys.cases import (
    CaseItems,
    Compartment,
    adopt,
    box_registration,
    find_registration,
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
from whistle.keys.keyring import Keyring
from whistle.keys.records import CaseKeys, Identity, Message, Registration
from whistle.storage.rows import InboxKeysRow

DAY = date(2026, 11, 20)
CASE = b"C" * 16


@dataclass
class Office:
    """A main inbox, a reserve, and a case that intake sealed to the main inbox."""

    anne: Keyring
    reserve_member: Keyring
    main: Inbox
    reserve: Inbox
    reporter: KeyPair
    keys: CaseKeys
    row: InboxKeysRow


@pytest.fixture
def office() -> Office:
    anne, reserve_member = member(), member()
    reporter = KeyPair.random()
    main = inbox(anne)
    keys = CaseKeys((new_generation(),), reporter.public)
    return Office(
        anne,
        reserve_member,
        main,
        inbox(reserve_member, kind=InboxKind.RESERVE),
        reporter,
        keys,
        seal_to_inbox(main.trusted, CASE, keys),
    )


def message(text: str, position: int = 0) -> Message:
    return Message(Side.REPORTER, DAY, position, text)


def test_intake_makes_no_casework_key() -> None:
    assert new_generation().casework is None


def test_a_case_is_adopted_with_new_casework_keys(office: Office) -> None:
    keys = office.main.keys(office.anne)
    adopted, registration, made = adopt(keys, office.row)
    assert made.generations[0].casework is not None
    assert open_inbox_keys(keys, adopted).keys.encode() == made.encode()
    assert open_registration(keys, adopted, registration) == Registration()
    assert made.generations[0].dialogue == office.keys.generations[0].dialogue


def test_a_cases_keys_lie_at_the_places_of_the_specification(office: Office) -> None:
    keys = office.main.keys(office.anne)
    place = Place(Purpose.CASE_KEYS_INBOX, INSTALLATION, office.main.row.id, CASE, generation=1)
    sealed = open_seal(keys.pair(1), place, office.row.body)
    assert unpad_text(sealed) == bytes(4) + office.keys.encode()
    adopted, _, made = adopt(keys, office.row)
    vault = replace(place, purpose=Purpose.CASE_KEYS_VAULT)
    assert unbox(keys.vault(1), vault, adopted.body) == made.encode()


def test_a_case_adopted_in_a_later_epoch_opens_for_all_members(office: Office) -> None:
    bo = member()
    office.main.admit(office.anne, bo)
    adopted, registration, _ = adopt(office.main.keys(bo), office.row)
    assert adopted.epoch == 2
    assert open_registration(office.main.keys(office.anne), adopted, registration) == Registration()


def test_a_member_of_another_inbox_opens_nothing(office: Office) -> None:
    keys = office.reserve.keys(office.reserve_member)
    with pytest.raises(UnreadableError):
        open_inbox_keys(keys, office.row)
    with pytest.raises(UnreadableError):
        open_inbox_keys(keys, replace(office.row, inbox_id=office.reserve.row.id))
    adopted, registration, _ = adopt(office.main.keys(office.anne), office.row)
    with pytest.raises(UnreadableError):
        open_inbox_keys(keys, adopted)
    with pytest.raises(UnreadableError):
        open_registration(keys, adopted, registration)


def test_keys_of_an_epoch_that_was_not_granted_do_not_open(office: Office) -> None:
    with pytest.raises(NotGrantedError):
        open_inbox_keys(office.main.keys(office.anne), replace(office.row, epoch=2))


def test_who_seals_a_case_cannot_choose_the_key_of_its_notes(office: Office) -> None:
    known = replace(new_generation(), casework=SymmetricKey(bytes(32)))
    forged = seal_to_inbox(office.main.trusted, CASE, CaseKeys((known,), None))
    with pytest.raises(ContentError):
        adopt(office.main.keys(office.anne), forged)


def test_from_outside_a_case_with_a_registration_is_as_long_as_one_without(
    office: Office,
) -> None:
    titled = Registration("Klage over sagsbehandlingstid", 7, DAY, DAY)
    row = seal_to_inbox(office.main.trusted, CASE, office.keys, titled)
    assert len(row.body) == len(office.row.body)


def test_a_registration_of_an_older_version_does_not_pass_for_the_newest(office: Office) -> None:
    keys = office.main.keys(office.anne)
    adopted, registration, _ = adopt(keys, office.row)
    newer = box_registration(keys, adopted, Registration("Titel"), version=2)
    assert open_registration(keys, adopted, newer).title == "Titel"
    with pytest.raises(UnreadableError):
        open_registration(keys, adopted, replace(registration, version=2))


def test_what_is_registered_is_found_in_the_vault_or_with_the_keys_that_were_handed_over(
    office: Office,
) -> None:
    keys, handed, told = office.main.keys(office.anne), Registration("Før"), Registration("Nu", 7)
    adopted, _, _ = adopt(keys, office.row)
    boxed = box_registration(keys, adopted, told, version=2)
    sealed = seal_to_inbox(office.main.trusted, CASE, office.keys, handed)
    assert find_registration(keys, adopted, boxed) == told
    assert find_registration(keys, adopted, None) == Registration()
    assert find_registration(keys, sealed, None) == handed
    assert find_registration(keys, sealed, boxed) == handed
    assert find_registration(keys, office.row, None) == Registration()
    with pytest.raises(UnreadableError):
        find_registration(keys, adopted, replace(boxed, version=3))
    with pytest.raises(UnreadableError):
        find_registration(keys, replace(sealed, case_id=b"D" * 16), None)


def test_the_reporter_gets_no_casework_key(office: Office) -> None:
    _, _, keys = adopt(office.main.keys(office.anne), office.row)
    row = seal_to_reporter(INSTALLATION, CASE, keys, keys.newest)
    opened = open_reporter_keys(INSTALLATION, office.reporter, CASE, [row])
    assert opened.generations[0].casework is None
    note = CaseItems(INSTALLATION, CASE, keys).seal(
        Compartment.CASEWORK, b"notat", item_id=b"n" * 16
    )
    with pytest.raises(ContentError):
        CaseItems(INSTALLATION, CASE, opened).open(note)


def test_a_case_without_a_reporter_is_sealed_to_none(office: Office) -> None:
    keys = replace(office.keys, reporter=None)
    with pytest.raises(ContentError):
        seal_to_reporter(INSTALLATION, CASE, keys, 0)
    moved = hand_over(office.reserve.trusted, CASE, keys, Registration())
    assert moved.reporter_keys is None


def test_a_missing_generation_is_told(office: Office) -> None:
    row = seal_to_reporter(INSTALLATION, CASE, office.keys, 0)
    for rows in ([], [replace(row, generation=1)], [row, row]):
        with pytest.raises(ContentError):
            open_reporter_keys(INSTALLATION, office.reporter, CASE, rows)


def test_a_reporters_generation_opens_in_no_other_row(office: Office) -> None:
    keys = replace(office.keys, generations=(*office.keys.generations, new_generation()))
    rows = [seal_to_reporter(INSTALLATION, CASE, keys, generation) for generation in (0, 1)]
    assert open_reporter_keys(INSTALLATION, office.reporter, CASE, rows) == keys
    swapped = [replace(rows[0], sealed=rows[1].sealed), replace(rows[1], sealed=rows[0].sealed)]
    for installation, case_id, there in (
        (INSTALLATION, CASE, swapped),
        (INSTALLATION, CASE, [rows[0], swapped[1]]),
        (INSTALLATION, b"D" * 16, rows),
        (OTHER_INSTALLATION, CASE, rows),
    ):
        with pytest.raises(UnreadableError):
            open_reporter_keys(installation, office.reporter, case_id, there)


def test_after_a_move_the_old_inbox_opens_nothing_new(office: Office) -> None:
    old = office.main.keys(office.anne)
    _, _, before = adopt(old, office.row)
    moved = hand_over(office.reserve.trusted, CASE, before, Registration("Titel", 1))
    new = office.reserve.keys(office.reserve_member)
    adopted, registration, after = adopt(new, moved.inbox_keys)
    assert open_registration(new, adopted, registration) == Registration("Titel", 1)
    assert after.generations[0].encode_for_reporter() == before.generations[0].encode_for_reporter()
    assert after.generations[0].casework == before.generations[0].casework
    written = CaseItems(INSTALLATION, CASE, after).message(message("nyt"), item_id=b"m" * 16)
    with pytest.raises(UnreadableError):
        open_inbox_keys(old, moved.inbox_keys)
    for generation in (0, 1):
        with pytest.raises(SealingError):
            CaseItems(INSTALLATION, CASE, before).open(replace(written, generation=generation))
    assert moved.reporter_keys is not None
    first = seal_to_reporter(INSTALLATION, CASE, before, 0)
    reporters = open_reporter_keys(
        INSTALLATION, office.reporter, CASE, [first, moved.reporter_keys]
    )
    opened = CaseItems(INSTALLATION, CASE, reporters).dialogue([written])
    assert [one.text for one in opened] == ["nyt"]


def test_items_are_sorted_out_by_compartment_and_position(office: Office) -> None:
    items = CaseItems(INSTALLATION, CASE, office.keys)
    rows = [
        items.message(message("to", 1), item_id=b"a" * 16),
        items.identity(Identity("Åse", "")),
        items.message(message("en", 0), item_id=b"z" * 16),
        items.message(message("tre", 1), item_id=b"b" * 16),
    ]
    assert [one.text for one in items.dialogue(rows)] == ["en", "to", "tre"]
    assert items.identities(rows) == [Identity("Åse", "")]


def test_an_identity_that_says_nothing_looks_like_any_other(office: Office) -> None:
    items = CaseItems(INSTALLATION, CASE, office.keys)
    silent, told = items.identity(Identity()), items.identity(Identity("Åse Ømann", "40" * 4))
    assert len(silent.body) == len(told.body)
    assert not Identity().is_given
    assert Identity(contact="40").is_given


def test_an_item_moved_to_another_row_does_not_open(office: Office) -> None:
    items = CaseItems(INSTALLATION, CASE, office.keys)
    row = items.message(message("indhold"), item_id=b"m" * 16)
    for changes in (
        {"case_id": b"D" * 16},
        {"id": secrets.token_bytes(16)},
        {"compartment": "identity"},
        {"version": 2},
    ):
        with pytest.raises(UnreadableError):
            items.open(replace(row, **changes))
    for compartment, generation in (("casework", 0), ("secret", 0), ("dialogue", 1)):
        with pytest.raises(ContentError):
            items.open(replace(row, compartment=compartment, generation=generation))


# -- a new receipt -----------------------------------------------------------------------------


def new_receipt(reporter: KeyPair, position: int) -> Message:
    return Message(Side.REPORTER, DAY, position, "", act=Act.NEW_RECEIPT, reporter=reporter.public)


def test_after_a_new_receipt_every_generation_opens_with_the_new_key_alone(office: Office) -> None:
    _, _, keys = adopt(office.main.keys(office.anne), office.row)
    keys = replace(keys, generations=(*keys.generations, new_generation()))
    newer = KeyPair.random()
    rows = seal_to_new_reporter(INSTALLATION, CASE, keys, newer.public)
    opened = open_reporter_keys(INSTALLATION, newer, CASE, rows)
    assert [one.encode_for_reporter() for one in opened.generations] == [
        one.encode_for_reporter() for one in keys.generations
    ]
    with pytest.raises(UnreadableError):
        open_reporter_keys(INSTALLATION, office.reporter, CASE, rows)


def test_the_last_new_receipt_is_the_one_that_counts(office: Office) -> None:
    first, second = KeyPair.random(), KeyPair.random()
    messages = [message("en"), new_receipt(first, 1), message("to", 2), new_receipt(second, 3)]
    for given in (messages, messages[::-1]):
        renewed = with_newest_reporter(office.keys, given)
        assert renewed == replace(office.keys, reporter=second.public)
    assert with_newest_reporter(replace(office.keys, reporter=second.public), messages) is None


def test_without_a_new_receipt_nothing_changes(office: Office) -> None:
    other = KeyPair.random().public
    unsaid = replace(message("en"), reporter=other)
    empty = replace(new_receipt(office.reporter, 1), reporter=None)
    assert with_newest_reporter(office.keys, [message("en"), unsaid, empty]) is None
    without = replace(office.keys, reporter=None)
    assert with_newest_reporter(without, [new_receipt(office.reporter, 1)]) is None


def test_who_knows_older_keys_alone_cannot_bring_in_a_receipt_of_theirs(office: Office) -> None:
    _, _, before = adopt(office.main.keys(office.anne), office.row)
    moved = hand_over(office.reserve.trusted, CASE, before, Registration())
    _, _, after = adopt(office.reserve.keys(office.reserve_member), moved.inbox_keys)
    forged = CaseItems(INSTALLATION, CASE, before).message(
        new_receipt(KeyPair.random(), 99), item_id=b"f" * 16
    )
    [read] = CaseItems(INSTALLATION, CASE, after).dialogue([forged])
    assert read.act is Act.NEW_RECEIPT
    assert read.reporter is None
    assert with_newest_reporter(after, [read]) is None


def test_with_a_new_receipt_the_reporter_follows_a_case_that_moves(office: Office) -> None:
    _, _, keys = adopt(office.main.keys(office.anne), office.row)
    newer = KeyPair.random()
    rows = seal_to_new_reporter(INSTALLATION, CASE, keys, newer.public)
    renewed = with_newest_reporter(keys, [message("en"), new_receipt(newer, 1)])
    assert renewed is not None
    moved = hand_over(office.reserve.trusted, CASE, renewed, Registration())
    assert moved.reporter_keys is not None
    opened = open_reporter_keys(INSTALLATION, newer, CASE, [*rows, moved.reporter_keys])
    assert opened.newest == 1

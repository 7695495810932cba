"""The numbers a process remembers: of this very input, for who opens the inbox, and boxed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.keys.elsewhere import Places, places
from tests.keys.shaped import TEXTS
from whistle.crypto.bulk import Memory
from whistle.crypto.errors import NotGrantedError
from whistle.crypto.place import Place, Purpose
from whistle.keys.bulk import BulkInbox
from whistle.keys.keyring import InboxKeys
from whistle.keys.proposals import Proposals
from whistle.keys.remembered import Remembered

PLACES = places()
HERE = PLACES.here
PARTS = st.lists(st.binary(max_size=5), max_size=5)


class Watched(Remembered):
    """A memory that tells what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[tuple[bytes, tuple[int, ...], bytes]] = []

    def keep(self, name: bytes, state: tuple[int, ...], boxed: bytes) -> None:
        """Keep it, and tell it."""
        self.given.append((name, state, boxed))
        super().keep(name, state, boxed)


@given(TEXTS, PARTS, st.binary(max_size=5000))
def test_numbers_are_recalled_as_they_were_made(
    name: str, made_of: list[bytes], content: bytes
) -> None:
    remembered = Remembered()
    Proposals(remembered, HERE).keep(name, iter(made_of), content)
    assert Proposals(remembered, HERE).recall(name, iter(made_of)) == content


@given(TEXTS, TEXTS, PARTS, PARTS)
def test_they_are_recalled_by_this_name_and_for_this_very_input_alone(
    name: str, other: str, made_of: list[bytes], others: list[bytes]
) -> None:
    proposals = Proposals(Remembered(), HERE)
    proposals.keep(name, made_of, b"numbers")
    assert (proposals.recall(other, made_of) is not None) == (name == other)
    assert (proposals.recall(name, others) is not None) == (made_of == others)


@pytest.mark.parametrize(
    "others", [[b"a", b"bc"], [b"abc"], [b"c", b"ab"], [b"ab", b"c", b""], [b"ab"], []]
)
def test_where_one_part_of_the_input_ends_makes_a_difference(others: list[bytes]) -> None:
    proposals = Proposals(Remembered(), HERE)
    proposals.keep("2026", [b"ab", b"c"], b"numbers")
    assert proposals.recall("2026", others) is None


def test_of_each_name_the_newest_alone_is_remembered() -> None:
    proposals = Proposals(Remembered(), HERE)
    proposals.keep("2026", [b"old"], b"1")
    proposals.keep("2025", [b"old"], b"2")
    proposals.keep("2026", [b"new"], b"3")
    assert proposals.recall("2026", [b"old"]) is None
    assert proposals.recall("2026", [b"new"]) == b"3"
    assert proposals.recall("2025", [b"old"]) == b"2"


@pytest.mark.parametrize("elsewhere", Places._fields[1:])
def test_who_does_not_open_the_inbox_as_it_is_now_recalls_nothing(elsewhere: str) -> None:
    remembered, there = Remembered(), getattr(PLACES, elsewhere)
    Proposals(remembered, HERE).keep("2026", [b"made of"], b"numbers")
    assert Proposals(remembered, there).recall("2026", [b"made of"]) is None
    assert Proposals(remembered, HERE).recall("2026", [b"made of"]) == b"numbers"


def test_an_epoch_leaves_what_another_one_remembers_under_a_state_of_its_own() -> None:
    watched = Watched()
    for inbox in (PLACES.before, HERE):
        Proposals(watched, inbox).keep("2026", [b"made of"], b"numbers")
    (first, then, _), (second, now, _) = watched.given
    assert (first, then[1:]) == (second, now[1:])
    assert (then[0], now[0]) == (1, 2)


def test_who_has_not_been_granted_the_newest_key_has_no_proposals() -> None:
    older = InboxKeys(HERE.inbox, {})
    with pytest.raises(NotGrantedError):
        Proposals(Remembered(), older)


def test_nothing_is_remembered_in_the_clear() -> None:
    watched = Watched()
    Proposals(watched, HERE).keep("2026 da", [b"made of"], b"numbers")
    ((name, _state, boxed),) = watched.given
    assert b"2026" not in name
    assert b"numbers" not in boxed


def test_numbers_are_boxed_at_the_place_of_the_specification_and_do_not_pass_for_lists() -> None:
    watched, owner = Watched(), HERE.inbox.inbox_id
    Proposals(watched, HERE).keep("2026", [b"made of"], b"numbers")
    ((_name, _state, boxed),) = watched.given
    installation = HERE.inbox.current.installation
    at = Place(Purpose.MEMORY, installation, owner, owner, "proposals", generation=2)
    assert Memory(HERE.vault(2), at.encode()).open(boxed) == b"numbers"


def test_what_was_remembered_for_lists_or_damaged_counts_as_forgotten() -> None:
    watched = Watched()
    proposals = Proposals(watched, HERE)
    proposals.keep("2026", [b"made of"], b"numbers")
    ((name, state, boxed),) = watched.given
    for other in (b"", boxed[:-1], b"\2" + boxed[1:], BulkInbox(HERE).memory(2).box(b"numbers")):
        watched.keep(name, state, other)
        assert proposals.recall("2026", [b"made of"]) is None
    watched.keep(name, state, boxed)
    assert proposals.recall("2026", [b"made of"]) == b"numbers"

"""A case under its inbox's new key: what goes along, and what must not."""

import secrets
from dataclasses import dataclass, field, replace
from datetime import date

import pytest

from tests.keys.people import INSTALLATION, Inbox, inbox, member
from whistle.crypto.envelope import KeyPair
from whistle.crypto.errors import ContentError, SealingError, UnreadableError
from whistle.domain.channel import Act, Side
from whistle.keys.cases import (
    CaseItems,
    Compartment,
    adopt,
    box_registration,
    new_generation,
    open_inbox_keys,
    open_registration,
    open_reporter_keys,
    seal_to_inbox,
    seal_to_reporter,
)
from whistle.keys.keyring import Keyring
from whistle.keys.records import CaseKeys, Message, Registration
from whistle.keys.rotation import renew_case
from whistle.storage.rotation import NewKeys, OldCase
from whistle.storage.rows import ItemRow, ReporterKeysRow

CASE = b"C" * 16
DAY = date(2026, 11, 20)
TITLED = Registration("En sag om en vej")


@dataclass
class Office:
    """An inbox whose key has just been replaced, and a case from before."""

    anne: Keyring = field(default_factory=member)
    here: Inbox = field(init=False)
    reporter: KeyPair = field(default_factory=KeyPair.random)
    keys: CaseKeys = field(init=False)

    def __post_init__(self) -> None:
        self.here = inbox(self.anne)
        self.keys = CaseKeys((new_generation(),), self.reporter.public)

    @property
    def first(self) -> ReporterKeysRow:
        return seal_to_reporter(INSTALLATION, CASE, self.keys, 0)

    def unopened(self, registration: Registration | None = None) -> OldCase:
        return OldCase(seal_to_inbox(self.here.trusted, CASE, self.keys, registration), None, [])

    def opened(self) -> OldCase:
        mine = self.here.keys(self.anne)
        row, _, self.keys = adopt(mine, self.unopened().keys)
        return OldCase(row, box_registration(mine, row, TITLED, version=7), [])

    def renew(self, case: OldCase) -> NewKeys:
        self.here.rotate(self.anne)
        return renew_case(self.here.keys(self.anne), case)

    def message(self, **told: object) -> ItemRow:
        given = {"side": Side.REPORTER, "written": DAY, "position": 1, "text": "", **told}
        items = CaseItems(INSTALLATION, CASE, self.keys)
        return items.message(Message(**given), item_id=secrets.token_bytes(16))  # type: ignore[arg-type]


@pytest.fixture
def office() -> Office:
    return Office()


def test_an_opened_case_gets_a_whole_generation_and_keeps_its_registration(office: Office) -> None:
    case = office.opened()
    new = office.renew(case)
    mine = office.here.keys(office.anne)
    keys = open_inbox_keys(mine, new.keys).keys
    assert (new.keys.in_vault, new.keys.epoch, keys.newest) == (True, 2, 1)
    assert keys.generations[0] == office.keys.generations[0]
    assert keys.generations[1].casework is not None
    assert new.registration is not None
    assert new.registration.version == 7
    assert open_registration(mine, new.keys, new.registration) == TITLED


def test_renewed_again_and_again_a_case_has_keys_that_none_before_it_had(office: Office) -> None:
    """Whoever was let out knows the older ones: not one of them may serve what is written since."""
    case, before = office.opened(), office.keys.generations
    for times in range(1, 4):
        new = office.renew(case)
        now = open_inbox_keys(office.here.keys(office.anne), new.keys).keys.generations
        assert now[:-1] == before
        assert len(now) == 1 + times
        case, before = OldCase(new.keys, new.registration, []), now
    keys = [key for one in before for key in (one.dialogue, one.identity, one.casework)]
    assert None not in keys
    assert len({key.reveal() for key in keys if key}) == 3 * len(before)


def test_a_reporter_who_has_the_newest_generation_hinders_nothing(office: Office) -> None:
    case = replace(office.opened(), for_reporter=0)
    assert office.renew(case).keys.generation == 1


def test_an_unopened_case_stays_unopened(office: Office) -> None:
    new = office.renew(office.unopened())
    opened = open_inbox_keys(office.here.keys(office.anne), new.keys)
    assert (new.keys.in_vault, new.registration, opened.handed_over) == (False, None, None)
    assert [one.casework for one in opened.keys.generations] == [None, None]


def test_what_was_handed_over_with_an_unopened_case_goes_along(office: Office) -> None:
    new = office.renew(office.unopened(TITLED))
    assert open_inbox_keys(office.here.keys(office.anne), new.keys).handed_over == TITLED


def test_the_reporter_gets_the_new_generation_and_no_casework_key(office: Office) -> None:
    case = office.opened()
    new = office.renew(case)
    assert new.reporter is not None
    keys = open_reporter_keys(INSTALLATION, office.reporter, CASE, [office.first, new.reporter])
    inside = open_inbox_keys(office.here.keys(office.anne), new.keys).keys
    assert keys.generations[1].dialogue == inside.generations[1].dialogue
    assert keys.generations[1].casework is None


def test_a_case_without_a_reporter_has_nobody_to_seal_to(office: Office) -> None:
    office.keys = replace(office.keys, reporter=None)
    assert office.renew(office.unopened()).reporter is None


def test_a_new_receipt_that_nobody_has_noted_yet_is_what_is_sealed_to(office: Office) -> None:
    newer = KeyPair.random()
    told = office.message(act=Act.NEW_RECEIPT, reporter=newer.public)
    new = office.renew(replace(office.unopened(), messages=[office.message(text="Hej"), told]))
    assert new.reporter is not None
    assert open_inbox_keys(office.here.keys(office.anne), new.keys).keys.reporter == newer.public
    with pytest.raises(UnreadableError):
        open_reporter_keys(INSTALLATION, office.reporter, CASE, [office.first, new.reporter])


def test_who_knew_an_older_generation_brings_in_no_key_of_theirs(office: Office) -> None:
    """A message of an older generation is not read for a receipt: it may be anybody's."""
    forged = office.message(act=Act.NEW_RECEIPT, reporter=KeyPair.random().public)
    once = office.renew(office.opened())
    twice = office.renew(OldCase(once.keys, once.registration, [forged]))
    keys = open_inbox_keys(office.here.keys(office.anne), twice.keys).keys
    assert (keys.reporter, keys.newest) == (office.reporter.public, 2)


def test_a_text_about_a_new_receipt_is_none(office: Office) -> None:
    said = office.message(text='Jeg vil have en ny: "act":"new receipt"')
    new = office.renew(replace(office.unopened(), messages=[said]))
    keys = open_inbox_keys(office.here.keys(office.anne), new.keys).keys
    assert keys.reporter == office.reporter.public


def test_a_case_that_lacks_something_is_refused_and_not_half_renewed(office: Office) -> None:
    case = office.opened()
    broken = replace(office.message(text="Hej"), body=b"\x01" + bytes(60))
    office.here.rotate(office.anne)
    mine = office.here.keys(office.anne)
    with pytest.raises(ContentError, match="registration"):
        renew_case(mine, replace(case, registration=None))
    with pytest.raises(SealingError):
        renew_case(mine, replace(case, messages=[broken]))


def test_what_is_written_later_opens_with_the_new_generation_alone(office: Office) -> None:
    case = office.opened()
    before = CaseItems(INSTALLATION, CASE, office.keys)
    new = office.renew(case)
    after = open_inbox_keys(office.here.keys(office.anne), new.keys).keys
    items = CaseItems(INSTALLATION, CASE, after)
    for compartment in Compartment:
        old = before.seal(compartment, b"foer", item_id=b"o" * 16)
        later = items.seal(compartment, b"efter", item_id=b"n" * 16)
        assert items.open(old) == b"foer"
        with pytest.raises(SealingError):
            before.open(later)

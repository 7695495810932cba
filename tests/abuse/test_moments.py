"""What happens at the same moment, and rows that somebody put in the way of new keys."""

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import delete

from tests.support.newcomers import Newcomer, newcomer
from tests.support.office import Office, hidden_fields
from whistle.accounts import own_keys as own_keys_room
from whistle.accounts.leaving import Farewell, LeavingService
from whistle.accounts.newcomers import Admission, NewcomerService
from whistle.accounts.own_keys import OwnKeysService
from whistle.casework.acts import Done
from whistle.casework.recusal import Declaration, hand_back, recuse
from whistle.casework.rotation import Slice, is_pending, rotate_to_the_end
from whistle.domain.channel import Channel, InboxKind
from whistle.domain.recusal import Ground
from whistle.keys.directory import TrustedInbox
from whistle.keys.keyring import Keyring
from whistle.storage import casework, directory, membership, tables
from whistle.storage.errors import ConflictError
from whistle.storage.rows import GrantRow, ReporterKeysRow

LONG_ENOUGH = 0.3  # seconds in which somebody who is not held would be done


def door(office: Office, channel: Channel = Channel.CITIZEN) -> TrustedInbox:
    return office.installation.directory.inbox(channel, InboxKind.MAIN)


def own_keys(office: Office, keyring: Keyring) -> OwnKeysService:
    return OwnKeysService(office.installation, office.member(keyring), keyring)


def goodbyes(office: Office) -> LeavingService:
    return LeavingService(office.installation, office.member(office.adviser), office.adviser)


def planned(office: Office, who: Newcomer) -> Farewell:
    plan = goodbyes(office).plan(who.row.id)
    assert plan is not None
    assert plan.obstacle is None
    return plan


def let_in(office: Office, who: Newcomer, channel: Channel = Channel.CITIZEN) -> Admission:
    service = NewcomerService(office.installation, office.member(office.adviser), office.adviser)
    return service.admit(office.member(who.keyring), [door(office, channel).inbox_id], who.spoken)


def is_named(office: Office, who: Newcomer) -> bool:
    """Say whether any inbox's directory names somebody."""
    office.installation.directory.refresh()
    return any(
        one.member_id == who.row.id
        for inbox in office.installation.directory.inboxes
        for one in inbox.current.members
    )


def rotated(office: Office) -> Slice:
    """Bring every case under the newest keys that opens."""
    slices = list(rotate_to_the_end(office.work_of(office.adviser)))
    return Slice(sum(one.renewed for one in slices), 0, slices[-1].damaged)


def meanwhile(
    monkeypatch: pytest.MonkeyPatch,
    where: object,
    name: str,
    act: Callable[[], object],
    held: float | None = None,
) -> None:
    """Have ``act`` done once by somebody else, right after something was asked.

    ``held``: how long to wait for them, in seconds, where they have to wait in their turn.
    """
    asked, waiting = getattr(where, name), [act]

    def answer(*arguments: object) -> object:
        answered = asked(*arguments)
        if waiting:
            thread = threading.Thread(target=waiting.pop(), daemon=True)
            thread.start()
            thread.join(held)
        return answered

    monkeypatch.setattr(where, name, answer)


# -- who is in an inbox ----------------------------------------------------------------------------


def test_who_is_let_into_another_inbox_while_they_are_removed_is_not_left_in_it(
    office: Office,
) -> None:
    who = newcomer(office)
    assert let_in(office, who) is Admission.DONE
    plan = planned(office, who)
    assert let_in(office, who, Channel.COUNCIL) is Admission.DONE
    with pytest.raises(ConflictError):
        goodbyes(office).leave(plan)
    goodbyes(office).leave(planned(office, who))
    assert not is_named(office, who)


def test_of_letting_somebody_in_and_ending_their_access_at_once_one_is_done(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever lets them in has looked at their row, and not yet stored what they signed."""
    who = newcomer(office)
    assert let_in(office, who) is Admission.DONE
    plan, refused = planned(office, who), []

    def leave() -> None:
        try:
            goodbyes(office).leave(plan)
        except ConflictError as error:
            refused.append(error)

    meanwhile(monkeypatch, directory, "newest_epoch", leave, LONG_ENOUGH)
    try:
        admitted = let_in(office, who, Channel.COUNCIL) is Admission.DONE
    except ConflictError:
        admitted = False
    time.sleep(LONG_ENOUGH)
    has_left = office.member(who.keyring).left is not None
    assert (admitted, has_left, bool(refused)) in {(True, False, True), (False, True, False)}
    assert is_named(office, who) != has_left


def test_who_renews_their_keys_while_they_are_let_in_is_not_let_in_with_the_old_ones(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = newcomer(office)
    renewing = own_keys(office, who.keyring)
    passphrase, proof = renewing.passphrases.propose(who.row.id)
    meanwhile(monkeypatch, own_keys_room, "box_seed", lambda: let_in(office, who))
    with pytest.raises(ConflictError):
        renewing.renew(passphrase, proof)
    assert is_named(office, who)
    assert office.work_of(who.keyring).inboxes_opened()


# -- new keys for cases ----------------------------------------------------------------------------


def test_a_case_that_gets_new_keys_while_it_is_being_opened_is_opened(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read under the old key; before that is used, its last grant has gone."""
    work = office.work_of(office.adviser)
    case_id = office.case_of(office.reporter().report("Sagen"))
    assert work.open(case_id)
    own_keys(office, office.adviser).rotate(door(office).inbox_id)
    meanwhile(monkeypatch, casework, "get_case", lambda: rotated(office))
    opened = work.open(case_id)
    assert opened is not None
    assert opened.stored.keys.epoch == door(office).epoch
    assert not is_pending(work)


def test_a_row_where_a_reporters_next_keys_belong_holds_up_that_case_and_no_other(
    office: Office,
) -> None:
    """Anybody who writes to the database could else stop an inbox's cases from getting new keys."""
    first, *_ = [office.case_of(office.reporter().report(f"Sag {one}")) for one in range(3)]
    with office.installation.store.write() as db:
        ReporterKeysRow(first, 1, b"x").insert(db)
    own_keys(office, office.adviser).rotate(door(office).inbox_id)
    assert rotated(office) == Slice(renewed=2, damaged=1)


@pytest.mark.parametrize("epoch", [1, 99])
def test_a_grant_that_does_not_open_closes_what_it_is_for_and_nothing_else(
    office: Office, epoch: int
) -> None:
    """A damaged row, or one that somebody put there, in one inbox of several."""
    case_id = office.case_of(office.reporter().report("Sagen"))
    council = door(office, Channel.COUNCIL)
    mine = (tables.grants.c.inbox_id == council.inbox_id, tables.grants.c.epoch == epoch)
    with office.installation.store.write() as db:
        db.execute(delete(tables.grants).where(*mine))
        GrantRow(council.inbox_id, epoch, office.adviser.member_id, b"x").insert(db)
    assert office.desk_of(office.adviser).open(case_id).status_code == 200
    own_keys(office, office.adviser).rotate(door(office).inbox_id)
    assert rotated(office) == Slice(renewed=1)
    if epoch == council.epoch:
        with pytest.raises(ConflictError):
            own_keys(office, office.adviser).rotate(council.inbox_id)


def test_who_is_let_in_before_every_case_has_new_keys_opens_them_all_and_finishes(
    office: Office,
) -> None:
    cases = [office.case_of(office.reporter().report("Sagen")) for _ in range(2)]
    assert office.work_of(office.adviser).open(cases[0])
    own_keys(office, office.adviser).rotate(door(office).inbox_id)
    who = newcomer(office)
    assert let_in(office, who) is Admission.DONE
    work = office.work_of(who.keyring)
    assert all(work.open(one) for one in cases)
    assert sum(one.renewed for one in rotate_to_the_end(work)) == 1  # opening one brought it along
    assert not is_pending(work)
    assert all(office.work_of(office.adviser).open(one) for one in cases)


def test_a_case_goes_to_the_reserve_and_back_while_both_inboxes_are_given_new_keys(
    office: Office,
) -> None:
    """With a new receipt on the way; nothing that was written is lost to either side."""
    reporter = office.reporter()
    receipt = reporter.report("Først")
    case_id = office.case_of(receipt)
    work, reserve = office.work_of(office.adviser), office.work_of(office.reserve)
    assert work.open(case_id)
    own_keys(office, office.adviser).rotate(door(office).inbox_id)
    declared = Declaration(office.adviser.member_id, Ground.RELATIVE, "", 1)
    assert recuse(work, case_id, declared) is Done.YES
    aside = office.installation.directory.inbox(Channel.CITIZEN, InboxKind.RESERVE)
    own_keys(office, office.reserve).rotate(aside.inbox_id)
    reporter.come_back(receipt)
    form = {**hidden_fields(reporter.get("/da/receipt/replace").text), "written_down": "y"}
    assert reporter.post("/da/receipt/replace", form).status_code == 200
    list(rotate_to_the_end(reserve))
    own_keys(office, office.adviser).rotate(door(office).inbox_id)
    opened = reserve.open(case_id)
    assert opened is not None
    assert hand_back(reserve, case_id, "", len(opened.messages)) is Done.YES
    again = office.reporter()
    assert "Først" in again.come_back(form["new_receipt"]).text
    assert again.write("Til sidst").status_code == 303
    back = work.open(case_id)
    assert back is not None
    assert [one.text for one in back.messages if one.text] == ["Først", "Til sidst"]
    assert reserve.open(case_id) is None
    list(rotate_to_the_end(work))
    assert not is_pending(work)


def test_ending_an_access_and_new_keys_at_once_do_not_wait_for_each_other(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever ends it holds the member, whoever makes keys the inbox; each then needs the other."""
    who = newcomer(office)
    assert let_in(office, who) is Admission.DONE
    plan, told = planned(office, who), []

    def new_keys() -> None:
        try:
            told.append(own_keys(office, office.adviser).rotate(door(office).inbox_id))
        except ConflictError:
            told.append(False)

    meanwhile(monkeypatch, membership, "hold", new_keys, LONG_ENOUGH)
    try:
        goodbyes(office).leave(plan)
        has_left = True
    except ConflictError:
        has_left = False
    time.sleep(LONG_ENOUGH)
    assert told == [not has_left]

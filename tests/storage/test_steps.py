"""A step of an inbox's chain, while cases are being stored: no case is left under keys that go."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from tests.support.office import Office
from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Channel, InboxKind
from whistle.intake.service import IntakeService, Report
from whistle.keys.cases import adopt, hand_over, new_generation
from whistle.keys.directory import TrustedInbox
from whistle.keys.keyring import open_inboxes
from whistle.keys.records import CaseKeys, Identity, Registration
from whistle.keys.steps import Step, rotate
from whistle.storage import casework, directory, intake, rotation, tables
from whistle.storage.errors import ConflictError
from whistle.storage.intake import NewReport

LONG_ENOUGH = 0.3  # seconds in which somebody who is not held would be done


@contextmanager
def at_the_same_time(office: Office, act: Callable[[Connection], object]) -> Iterator[list[object]]:
    """Do something in a transaction of its own, begun when the block ends; see it wait."""
    outcome: list[object] = []

    def run() -> None:
        try:
            with office.installation.store.write() as db:
                act(db)
            outcome.append("done")
        except ConflictError as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(LONG_ENOUGH)
    assert outcome == []
    yield outcome
    thread.join()


def citizens(office: Office, kind: InboxKind = InboxKind.MAIN) -> TrustedInbox:
    return office.installation.directory.inbox(Channel.CITIZEN, kind)


def a_step(office: Office) -> Step:
    with office.installation.store.read() as db:
        grants = directory.grants_of(db, office.adviser.member_id)
    return rotate(office.adviser, citizens(office), grants)


def a_report(office: Office) -> NewReport:
    service = IntakeService(office.installation)
    report = Report("Kommer samtidig", Identity(), concerns_adviser=False)
    return service._seal(Channel.CITIZEN, citizens(office), Receipt.random(), report)


def cases(office: Office) -> int:
    with office.installation.store.read() as db:
        return len(db.execute(tables.cases.select()).all())


def test_a_step_waits_for_a_report_under_way_and_the_rotation_finds_it(office: Office) -> None:
    report, step = a_report(office), a_step(office)
    store = office.installation.store
    waiting = at_the_same_time(office, lambda db: directory.add_step(db, step))
    with store.write() as db:
        intake.insert_report(db, report)
        outcome = waiting.__enter__()
    waiting.__exit__(None, None, None)
    assert outcome == ["done"]
    office.installation.directory.refresh()
    wanted = rotation.Wanted(citizens(office).inbox_id, 1, b"", b"\xff" * 16)
    with store.read() as db:
        found = rotation.next_cases(db, wanted, most=9)
    assert [one.keys.case_id for one in found] == [report.case.id]


def test_a_report_waits_for_a_step_under_way_and_is_sealed_again(office: Office) -> None:
    report, step = a_report(office), a_step(office)
    waiting = at_the_same_time(office, lambda db: intake.insert_report(db, report))
    with office.installation.store.write() as db:
        directory.add_step(db, step)
        outcome = waiting.__enter__()
    waiting.__exit__(None, None, None)
    assert isinstance(outcome[0], ConflictError)
    assert cases(office) == 0
    receipt = office.reporter().report("Kommer bagefter")
    with office.installation.store.read() as db:
        stored = casework.get_case(db, office.case_of(receipt))
    assert stored is not None
    assert stored.keys.epoch == step.statement.epoch


def test_of_two_steps_at_once_one_is_taken(office: Office) -> None:
    first, second = a_step(office), a_step(office)
    waiting = at_the_same_time(office, lambda db: directory.add_step(db, second))
    with office.installation.store.write() as db:
        directory.add_step(db, first)
        outcome = waiting.__enter__()
    waiting.__exit__(None, None, None)
    assert isinstance(outcome[0], ConflictError)


@pytest.mark.parametrize("epoch", [0, 1, 3, 9])
def test_a_step_that_is_not_the_next_one_is_not_taken(office: Office, epoch: int) -> None:
    step = a_step(office)
    wrong = replace(step, statement=replace(step.statement, epoch=epoch))
    with pytest.raises(ConflictError), office.installation.store.write() as db:
        directory.add_step(db, wrong)


def test_a_case_is_not_adopted_under_an_epoch_that_is_over(office: Office) -> None:
    case_id = office.case_of(office.reporter().report())
    store = office.installation.store
    with store.read() as db:
        stored = casework.get_case(db, case_id)
        grants = directory.grants_of(db, office.adviser.member_id)
    assert stored is not None
    (keys,) = open_inboxes(office.adviser, [citizens(office)], grants)
    adopted, registration, _ = adopt(keys, stored.keys)
    with store.write() as db:
        directory.add_step(db, a_step(office))
    with pytest.raises(ConflictError), store.write() as db:
        casework.adopt_case(db, stored.keys, adopted, registration)


def test_a_case_is_not_handed_over_to_an_epoch_that_is_over(office: Office) -> None:
    """The reserve's case goes to the main inbox, whose keys have just changed."""
    receipt = office.reporter().report(concerns_adviser="y")
    case_id, store = office.case_of(receipt), office.installation.store
    with store.read() as db:
        stored = casework.get_case(db, case_id)
    assert stored is not None
    moved = hand_over(
        citizens(office), case_id, CaseKeys((new_generation(),), None), Registration()
    )
    with store.write() as db:
        directory.add_step(db, a_step(office))
    with pytest.raises(ConflictError), store.write() as db:
        casework.hand_over(db, stored.keys, moved.inbox_keys, None)
    with store.read() as db:
        assert casework.get_case(db, case_id) == stored

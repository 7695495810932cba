"""Full disk, broken disk, sudden death, at the database's system calls of one submission.

Here at a few calls of each kind; `bench/faults.py` goes through them all.
"""

import shutil
from collections.abc import Iterator

import pytest

from tests.faults.injection import Call, Fault
from tests.faults.submission import Told
from tests.faults.trials import Trials
from tests.support.requirements import missing

SMALL = 5_000  # bytes of the file: enough for every kind of call
ONE_OF = 12  # calls are tried


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trials]:
    """A server that faults are tried on, and the calls that one submission makes."""
    if shutil.which("strace") is None:
        missing("strace", "strace")
    with Trials.begin(tmp_path_factory.mktemp("faults") / "data", SMALL) as trials:
        yield trials


@pytest.mark.parametrize("fault", Fault)
def test_a_fault_at_a_call_loses_nothing_that_was_acknowledged(
    trials: Trials, fault: Fault
) -> None:
    for call in some_of([one for one in trials.calls if one.can_meet(fault)]):
        trials.attempt(call, fault)
    trials.check_the_whole()


def some_of(calls: list[Call]) -> list[Call]:
    """Every flush, and every few of the other calls: first, last and in between."""
    names = dict.fromkeys(call.name for call in calls)
    chosen: list[Call] = []
    for name in names:
        same = [call for call in calls if call.name == name]
        step = 1 if name == "fdatasync" else ONE_OF
        chosen += dict.fromkeys([*same[::step], same[-1]])
    return chosen


def test_the_calls_of_a_submission_are_the_ones_that_matter(trials: Trials) -> None:
    assert {call.name for call in trials.calls} >= {"pwrite64", "fdatasync", "fcntl"}


def test_a_fault_is_noticed(trials: Trials) -> None:
    """The control: without it all of the above could pass on a server that no fault reaches."""
    assert trials.attempt(Call("fdatasync", 1), Fault.BROKEN_DISK) is Told.NOT_RECEIVED

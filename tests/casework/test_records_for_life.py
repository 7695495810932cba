"""Whatever happens in an office, each closed case has the one record that says what it should."""

import pytest

from tests.casework.records import counted, opened_case, rows
from tests.housekeeping.life import ACTS, Life, faults_of
from tests.support.office import Office
from whistle.casework.anonymising import Facts, record_of
from whistle.domain.anonymised import Anonymised

STEPS = 60
FATEFUL = ("close", "reopen", "undo", "recuse", "hand_back", "rotate", "answer", "read")


def wanted(life: Life) -> list[Anonymised]:
    """Read every case, and say what is to be counted."""
    found = []
    for receipt in life.receipts:
        case_id = life.office.case_of(receipt.show())
        for keyring in (life.office.adviser, life.office.reserve):
            work = life.office.work_of(keyring)
            if work.open(case_id) is None:
                continue
            opened = opened_case(work, case_id)
            facts = Facts(opened.inbox, opened.case, work.deadlines(opened.inbox, opened.case))
            record = record_of(facts, opened.registration)
            assert bool(opened.registration.record) == (not opened.case.is_open)
            found += [record] if record else []
    return found


@pytest.mark.parametrize("seed", range(3))
def test_after_any_life_the_closed_cases_are_counted_once_each(office: Office, seed: int) -> None:
    life = Life(office, seed)
    for _ in range(3):
        life.report()
    for _ in range(STEPS):
        acts = FATEFUL if life.chance.random() < 0.6 else ACTS
        getattr(life, life.chance.choice(acts))()
    expected = wanted(life)
    there = counted(office) + counted(office, office.reserve)
    assert sorted(map(repr, there)) == sorted(map(repr, expected))
    assert len(rows(office)) == len(expected)
    assert not faults_of(office)

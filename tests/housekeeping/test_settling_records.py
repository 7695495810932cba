"""After a night, nothing of how rows lie ties an anonymised record to its case."""

from collections.abc import Sequence

import pytest
from sqlalchemy import text

from tests.casework.records import close_case, opened_case
from tests.housekeeping.life import house_of
from tests.support.office import Office
from whistle.housekeeping.service import keep_house

pytestmark = pytest.mark.postgresql


def transactions(office: Office) -> Sequence[tuple[bytes, bytes]]:
    """Pair records and cases that were written by the same transaction, as a thief would."""
    query = text(
        "SELECT record.id, registration.case_id FROM inbox_record AS record"
        " JOIN registration ON record.xmin = registration.xmin"
    )
    with office.installation.store.read() as db:
        return [(record, case_id) for record, case_id in db.execute(query)]


def test_no_transaction_ties_a_record_to_its_case(office: Office, backend: str) -> None:
    if backend != "postgresql":
        return  # SQLite numbers no transactions, and keeps rows in the order of their keys
    work = office.work_of(office.adviser)
    cases = [office.case_of(office.reporter().report()) for _ in range(5)]
    for case_id in cases:
        close_case(work, case_id)
    own = {(opened_case(work, one).registration.record, one) for one in cases}
    assert set(transactions(office)) == own
    office.later(days=1)
    assert keep_house(house_of(office)).trouble == []
    assert len(transactions(office)) == len(cases) ** 2  # all by one transaction: any with any

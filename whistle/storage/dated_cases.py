"""Queries for the page of dates: every case of some inboxes that may have something due."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, or_, select

from whistle.storage import tables
from whistle.storage.rows import CaseRow, RegistrationRow

_case, _keys, _registration = tables.cases.c, tables.inbox_keys.c, tables.registrations.c


@dataclass(frozen=True, slots=True)
class DatedCase:
    """A case with its registration, and the epoch of the vault that holds it.

    ``registration`` none: nobody has opened it.
    """

    case: CaseRow
    epoch: int
    registration: RegistrationRow | None


def dated_cases(db: Connection, inbox_ids: Sequence[bytes]) -> list[DatedCase]:
    """Give the cases that are open, or were opened by somebody: only those can have dates."""
    query = (
        select(*tables.cases.c, _keys.epoch, *_registration)
        .join(tables.inbox_keys, _keys.case_id == _case.id)
        .outerjoin(tables.registrations, _registration.case_id == _case.id)
        .where(
            _case.inbox_id.in_(inbox_ids),
            or_(_case.is_open.is_(True), _keys.in_vault.is_(True)),
        )
    )
    width = len(tables.cases.c)
    return [
        DatedCase(
            CaseRow(*row[:width]),
            row[width],
            RegistrationRow(*row[width + 1 :]) if row[width + 1] is not None else None,
        )
        for row in db.execute(query)
    ]

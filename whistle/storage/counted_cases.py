"""Queries for what is counted over cases: those with a registration, from a day on."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, bindparam, select

from whistle.storage import tables
from whistle.storage.dated_cases import DatedCase
from whistle.storage.rows import CaseRow, RegistrationRow

_case, _keys, _registration = tables.cases.c, tables.inbox_keys.c, tables.registrations.c
_REGISTERED = (
    select(*tables.cases.c, _keys.epoch, *_registration)
    .join(tables.inbox_keys, _keys.case_id == _case.id)
    .join(tables.registrations, _registration.case_id == _case.id)
    .where(
        _case.inbox_id.in_(bindparam("inbox_ids", expanding=True)),
        _case.received >= bindparam("since"),
        _keys.in_vault.is_(True),
    )
    .order_by(_case.received, _case.id)
)


def registered_cases(db: Connection, inbox_ids: Sequence[bytes], since: date) -> list[DatedCase]:
    """Give the cases of some inboxes that were received since a day and opened by somebody."""
    width = len(tables.cases.c)
    return [
        DatedCase(CaseRow(*row[:width]), row[width], RegistrationRow(*row[width + 1 :]))
        for row in db.execute(_REGISTERED, {"inbox_ids": inbox_ids, "since": since})
    ]

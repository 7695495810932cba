"""Counting a member's enquiries for patterns: thousands of them, and little of each.

All registrations are opened in memory, some at a time. Nothing is read of them but their issues,
which record they name, and whether they are renewed contact: cut out of their canonical bytes, in
which a quotation mark within a text is escaped.
"""

import json
from collections.abc import Sequence
from datetime import date
from functools import cache

from whistle.casework.cases import Cases
from whistle.casework.filters import DAMAGED, Reader
from whistle.crypto.errors import SealingError
from whistle.domain.patterns import Cell, Counted
from whistle.domain.registration import Issue
from whistle.keys.anonymised import named_by, open_record
from whistle.keys.bulk import BulkInbox
from whistle.keys.keyring import InboxKeys
from whistle.storage import case_texts
from whistle.storage.counted_cases import opened_cases, other_records
from whistle.storage.rows import RegistrationRow

_RENEWED = b'"earlier":true'


def count_enquiries(cases: Cases, inboxes: Sequence[InboxKeys], since: date) -> list[Counted]:
    """Give the enquiries of inboxes since a day, in the order in which they came, each once.

    Of an erased case the anonymised record is counted that is left of it. What does not open is
    not counted.
    """
    keys = {one.inbox.inbox_id: one for one in inboxes}
    bulk = {one: BulkInbox(inbox) for one, inbox in keys.items()}
    counted: list[Counted] = []
    # Of this call alone: what enquiries are about may not stay here without anybody's keys.
    reader, read, cells = Reader(), cache(_read), dict[tuple[Issue, ...], frozenset[Cell]]()
    named: set[bytes] = set()
    with cases.here.store.read() as db:
        opened = opened_cases(db, keys, since)
        for row in case_texts.registrations(db, list(opened)):
            inbox_id, received, epoch = opened[row[0]]
            try:
                known = bulk[inbox_id].registration(epoch, RegistrationRow(*row))
                named.add(named_by(known))
                if _RENEWED not in known:
                    issues = read(reader.issues_in(known))
                    counted.append(Counted(received, issues, row[0], cells))
            except (SealingError, *DAMAGED):
                continue
        for record in other_records(db, keys, named):
            try:
                erased = open_record(keys[record.inbox_id], record)
            except (SealingError, *DAMAGED):
                continue
            if erased.received >= since and not erased.renewed:
                counted.append(Counted(erased.received, erased.issues, known=cells))
    return sorted(counted, key=lambda one: (one.received, one.case))


def _read(issues: bytes) -> tuple[Issue, ...]:
    return tuple(Issue(**one) for one in json.loads(issues))

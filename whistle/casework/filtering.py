"""Which cases pass the filters that take a key: told by what was remembered of their registrations.

Of a registration a list filters by little: its issues, and whether there are any. That is read once
from each version of a registration, and remembered for the inbox (`whistle.keys.remembered`); what
a list then asks the database for are versions, which tell whether it still is so.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TypeAlias

from sqlalchemy import Connection

from whistle.casework.filters import DAMAGED, Filters, Reader
from whistle.crypto.errors import NotGrantedError, SealingError
from whistle.keys.bulk import BulkInbox
from whistle.keys.fields import join_fields, split_fields
from whistle.keys.remembered import Remembered
from whistle.storage import case_lists, case_texts
from whistle.storage.case_texts import Stand
from whistle.storage.rows import InboxKeysRow, RegistrationRow

_STAND = struct.Struct(">16sQQ")
_Facts: TypeAlias = dict[bytes, bytes]
_Wanted: TypeAlias = Callable[[], set[bytes]]


def passing(
    db: Connection,
    remembered: Remembered,
    bulk: Mapping[bytes, BulkInbox],
    filters: Filters,
    wanted: _Wanted,
) -> set[bytes]:
    """Give the cases that pass, others than are ``wanted`` among them.

    One that does not open passes none. ``bulk``: the inboxes in which the cases may be; ``wanted``:
    tells which cases it is about, asked only where something has to be opened.
    """
    facts, new = _facts(db, remembered, bulk, wanted)
    takes = {fact: filters.take(fact) for fact in set(facts.values())}
    passed = {case_id for case_id, fact in facts.items() if takes[fact]}
    if filters.take_new:
        passed |= new
    for keys in case_lists.passed_on(db, list(bulk)):
        passed.discard(keys.case_id)
        if _takes_passed_on(bulk[keys.inbox_id], keys, filters):
            passed.add(keys.case_id)
    return passed


def _takes_passed_on(inbox: BulkInbox, keys: InboxKeysRow, filters: Filters) -> bool:
    """Say whether a case that nobody has opened here yet is wanted: it may have been elsewhere."""
    try:
        registered = inbox.handed_over(keys)
    except (SealingError, *DAMAGED):
        return False
    return filters.take(registered) if registered else filters.take_new


def _facts(
    db: Connection, remembered: Remembered, bulk: Mapping[bytes, BulkInbox], wanted: _Wanted
) -> tuple[_Facts, set[bytes]]:
    """Give what is registered of the cases that somebody has opened, and those that nobody has."""
    vaults: dict[tuple[bytes, int], list[Stand]] = {}
    new = set()
    for inbox_id, epoch, in_vault, stand in case_texts.standings(db, bulk):
        if in_vault:
            vaults.setdefault((inbox_id, epoch), []).append(stand)
        else:
            new.add(stand[0])
    facts: _Facts = {}
    for (inbox_id, epoch), stands in vaults.items():
        with suppress(NotGrantedError):
            facts |= _Vault(remembered, bulk[inbox_id], inbox_id, epoch).facts(db, stands, wanted)
    return facts, new


class _Vault:
    """What is remembered of the registrations in an inbox's vault of one epoch."""

    def __init__(
        self, remembered: Remembered, inbox: BulkInbox, inbox_id: bytes, epoch: int
    ) -> None:
        self._remembered, self._inbox, self._epoch = remembered, inbox, epoch
        self._name, self._memory = inbox_id + epoch.to_bytes(8), inbox.memory(epoch)

    def facts(self, db: Connection, stands: Sequence[Stand], wanted: _Wanted) -> _Facts:
        """Give the facts of cases as they stand now; of those not known the wanted are opened.

        What is gone from the vault, or stood otherwise, is forgotten.
        """
        known = self._recall()
        facts = {stand: known[stand] for stand in stands if stand in known}
        missing = {one[0]: one for one in stands if one not in facts}
        if missing:
            missing = {one: missing[one] for one in missing.keys() & wanted()}
        reader = Reader()
        for case_id, version, body in case_texts.registrations(db, list(missing)):
            row = RegistrationRow(case_id, version, body)
            try:
                facts[missing[case_id]] = reader.facts_of(
                    self._inbox.registration(self._epoch, row)
                )
            except (SealingError, *DAMAGED):
                continue
        if missing or len(facts) < len(known):
            self._keep(facts)
        return {stand[0]: fact for stand, fact in facts.items()}

    def _recall(self) -> dict[Stand, bytes]:
        boxed = self._remembered.recall(self._name, ())
        fields = iter(split_fields(self._memory.open(boxed)) if boxed else ())
        pairs = zip(fields, fields, strict=True)
        return {stand: fact for fact, packed in pairs for stand in _STAND.iter_unpack(packed)}

    def _keep(self, facts: Mapping[Stand, bytes]) -> None:
        cases: dict[bytes, list[bytes]] = {}
        for stand, fact in facts.items():
            cases.setdefault(fact, []).append(_STAND.pack(*stand))
        fields = [field for fact, each in cases.items() for field in (fact, b"".join(each))]
        self._remembered.keep(self._name, (), self._memory.box(join_fields(fields)))

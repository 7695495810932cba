"""The facts of two periods, thinned to what the overview counts, and remembered for the next look.

Of thousands of enquiries few are unlike: what is kept of an inbox is how many there are of each
kind, boxed under its vault key in this process's memory (`whistle.keys.remembered`). It is of one
state of the inbox: of every case which version its registration has, and which records there are.
Another day counts anew.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection

from whistle.audit.log import deed
from whistle.casework.cases import Cases
from whistle.casework.reporting.gathering import facts_in
from whistle.crypto.errors import SealingError
from whistle.domain.anonymised import Anonymised, Reply
from whistle.domain.channel import Channel
from whistle.domain.counting import Period
from whistle.domain.logged import Logged
from whistle.domain.registration import Issue
from whistle.keys.bulk import BulkInbox
from whistle.keys.keyring import InboxKeys
from whistle.keys.remembered import State
from whistle.storage import case_texts, inbox_records
from whistle.storage.rows import RecordKind

_NAME = b"overview"
_Kind: TypeAlias = tuple[str, int, bool | None, tuple[Any, ...], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Thinned:
    """Facts of the periods: each received on its period's first day, with what is counted of it.

    ``doors``: those that an inbox was opened of. ``damaged``: as of `facts_in`.
    """

    facts: Sequence[Anonymised]
    doors: frozenset[Channel]
    damaged: int


def thinned_facts(cases: Cases, periods: Sequence[Period]) -> Thinned:
    """Give the facts of what this member opens, and log by inbox that it was counted.

    Raises as `Cases.note`.
    """
    inboxes = cases.inboxes_opened()
    facts: list[Anonymised] = []
    damaged = 0
    with cases.here.store.read() as db:
        states = _states(db, inboxes, cases.here.clock.today().toordinal())
        for inbox in inboxes:
            number, kinds = _of_inbox(cases, db, inbox, states[inbox.inbox.inbox_id], periods)
            damaged += number
            facts += (one for kind, many in kinds for one in [_fact(kind, periods)] * many)
    readable = [one for one in inboxes if one.inbox.epoch in one.granted]
    cases.note(*(deed(Logged.ENQUIRIES_COUNTED, inbox) for inbox in readable))
    return Thinned(facts, frozenset(one.inbox.root.channel for one in readable), damaged)


def _states(db: Connection, inboxes: Sequence[InboxKeys], today: int) -> dict[bytes, State]:
    """Give what of each inbox has to be as it was for its counts to be the same."""
    ids = [one.inbox.inbox_id for one in inboxes]
    stands: dict[bytes, list[object]] = {one: [] for one in ids}
    for inbox_id, epoch, in_vault, stand in case_texts.standings(db, ids):
        stands[inbox_id].append((epoch, in_vault, stand))
    for inbox_id in ids:
        stands[inbox_id] += inbox_records.ids_of_kind(db, inbox_id, RecordKind.ANONYMISED)
    return {one: (today, len(each), hash(frozenset(each))) for one, each in stands.items()}


def _of_inbox(
    cases: Cases, db: Connection, inbox: InboxKeys, state: State, periods: Sequence[Period]
) -> tuple[int, list[tuple[_Kind, int]]]:
    """Give how many cases of an inbox do not open, and how many facts there are of each kind."""
    remembered, epoch = cases.here.remembered, inbox.inbox.epoch
    if epoch not in inbox.granted:
        found, damaged = facts_in(cases, db, [inbox])
        return damaged, list(_kinds(found, periods).items())
    name = inbox.inbox.inbox_id + epoch.to_bytes(8) + _NAME
    memory = BulkInbox(inbox).memory(epoch)
    boxed = remembered.recall(name, state)
    if boxed:
        with suppress(SealingError):
            damaged, kinds = json.loads(memory.open(boxed))
            return damaged, [(tuple(kind), many) for kind, many in kinds]
    found, damaged = facts_in(cases, db, [inbox])
    counted = list(_kinds(found, periods).items())
    remembered.keep(name, state, memory.box(json.dumps([damaged, counted]).encode()))
    return damaged, counted


def _kinds(facts: Iterable[Anonymised], periods: Sequence[Period]) -> Counter[_Kind]:
    found: Counter[_Kind] = Counter()
    for one in facts:
        place = next((at for at, days in enumerate(periods) if one.received in days), None)
        if place is None or one.channel is Channel.COUNCIL:
            continue
        issues = tuple((issue.category, issue.centre) for issue in one.issues)
        replies = tuple((each.centre, each.days) for each in one.replies if each.days is not None)
        found[one.channel.value, place, one.casework, issues, replies] += 1
    return found


def _fact(kind: _Kind, periods: Sequence[Period]) -> Anonymised:
    channel, place, casework, issues, replies = kind
    return Anonymised(
        Channel(channel),
        periods[place].first,
        casework=casework,
        issues=tuple(Issue(category, "", centre) for category, centre in issues),
        replies=tuple(Reply(centre, days=days) for centre, days in replies),
    )

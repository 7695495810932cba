"""After an inbox has a new key: every case and record is brought under it, slice by slice.

It runs wherever a member who can open the inbox is signed in, for a moment with each page, and as
long as it takes by `whistle rotate`. It can stop anywhere: what a case is sealed for stands in its
row. Several members may be at it at once.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import product

from whistle.audit.log import deed
from whistle.audit.old_keys import keep_old_keys
from whistle.casework.cases import Cases
from whistle.crypto.errors import SealingError
from whistle.domain.logged import Logged
from whistle.keys.directory import TrustedInbox
from whistle.keys.inbox_records import renew
from whistle.keys.keyring import InboxKeys
from whistle.keys.rotation import renew_case
from whistle.keys.satisfaction import renew_answer
from whistle.storage import inbox_records, satisfaction
from whistle.storage import rotation as queries
from whistle.storage.rotation import NewKeys, OldCase, Progress
from whistle.storage.rows import InboxRecordRow
from whistle.storage.tables import ID_BYTES

BATCH = 32  # cases in a transaction: others who write wait for it
RECORDS = 256  # anonymised records in one: they are smaller
WITH_A_PAGE = 0.1  # seconds
AT_THE_BUTTON = 3.0


@dataclass(frozen=True, slots=True)
class Pending:
    """An inbox with cases or records under an older key."""

    inbox: TrustedInbox
    progress: Progress


@dataclass
class Slice:
    """What a slice did, in cases and anonymised records.

    ``missed``: something happened to them meanwhile; they are next. ``damaged``: they do not open,
    and were left as they are.
    """

    renewed: int = 0
    missed: int = 0
    damaged: int = 0


def pending(cases: Cases) -> list[Pending]:
    """Give this member's inboxes whose new key is not yet that of every case, and how far it is.

    Nearly free where nothing is to be done: then there is no grant of an older key.
    """
    waiting = _waiting(cases)
    if not waiting:
        return []
    with cases.here.store.read() as db:
        return [Pending(one, queries.progress(db, one.inbox_id, one.key_epoch)) for one in waiting]


def is_pending(cases: Cases) -> bool:
    """Say whether there is something to do, from the grants alone."""
    return bool(_waiting(cases))


def rotate_for(cases: Cases, seconds: float) -> Slice:
    """Bring cases and records under their inboxes' new keys for so long.

    What does not open is left as it is, and the grants that it would need with it. Raises
    `ConflictError` when an inbox has a still newer key, and `StorageError` as every write.
    """
    until = time.monotonic() + seconds
    done = Slice()
    waiting = {one.inbox_id for one in _waiting(cases)}
    for inbox in cases.inboxes_opened() if waiting else ():
        if inbox.inbox.inbox_id not in waiting:
            continue
        if _rotate_inbox(cases, inbox, until, done) and _rotate_records(cases, inbox, until, done):
            _rotate_answers(cases, inbox)
            _put_old_keys_away(cases, inbox)
    return done


def rotate_to_the_end(cases: Cases) -> Iterator[Slice]:
    """Go on, slice by slice, until every case that opens is under its inbox's new key."""
    while is_pending(cases):
        done = rotate_for(cases, AT_THE_BUTTON)
        yield done
        if not done.renewed and not done.missed:
            return


def _waiting(cases: Cases) -> Sequence[TrustedInbox]:
    rotated = [one for one in cases.here.directory.inboxes if one.key_epoch > 1]
    if not rotated:
        return []
    with cases.here.store.read() as db:
        oldest = queries.oldest_grants(db, cases.keyring.member_id)
    return [one for one in rotated if oldest.get(one.inbox_id, one.key_epoch) < one.key_epoch]


def _rotate_inbox(cases: Cases, inbox: InboxKeys, until: float, done: Slice) -> bool:
    """Go once around an inbox's cases, from a place by chance; say whether it was all the way.

    By chance, so that two who are at it seldom meet.
    """
    inbox_id = inbox.inbox.inbox_id
    with cases.here.store.read() as db:
        epochs = queries.old_epochs(db, inbox_id, inbox.inbox.key_epoch)
    start = _somewhere()
    for epoch, (first, last) in product(epochs, ((start, b"\xff" * ID_BYTES), (b"", start))):
        wanted = queries.Wanted(inbox_id, epoch, first, last)
        while batch := _next(cases, wanted):
            if time.monotonic() > until:
                return False
            _renew(cases, inbox, batch, done)
            wanted = replace(wanted, after=batch[-1].keys.case_id)
    return True


def _put_old_keys_away(cases: Cases, inbox: InboxKeys) -> None:
    """Forget the grants that nothing needs any more, but for what opens the log."""
    inbox_id, key_epoch = inbox.inbox.inbox_id, inbox.inbox.key_epoch
    with cases.here.store.read() as db:
        if not queries.has_spare_grants(db, inbox_id, key_epoch):
            return
    with cases.log.write(deed(Logged.CASES_RENEWED, inbox, number=0)) as db:
        keep_old_keys(db, cases.here.id, inbox)
        queries.forget_old_grants(db, inbox_id, key_epoch)


def _somewhere() -> bytes:
    return os.urandom(ID_BYTES)


def _next(cases: Cases, wanted: queries.Wanted) -> list[OldCase]:
    with cases.here.store.read() as db:
        return queries.next_cases(db, wanted, BATCH)


def _renew(cases: Cases, inbox: InboxKeys, batch: Sequence[OldCase], done: Slice) -> None:
    renewed: list[tuple[OldCase, NewKeys]] = []
    for case in batch:
        try:
            renewed.append((case, renew_case(inbox, case)))
        except SealingError:
            done.damaged += 1
    if not renewed:
        return
    with cases.here.store.write() as db:
        written = queries.renew(db, renewed)
        if written:
            cases.log.append(db, deed(Logged.CASES_RENEWED, inbox, number=written))
    done.renewed += written
    done.missed += len(renewed) - written


# -- anonymised records ------------------------------------------------------------------------


def _rotate_records(cases: Cases, inbox: InboxKeys, until: float, done: Slice) -> bool:
    """Go once through an inbox's records; say whether it was all the way."""
    wanted = inbox_records.Wanted(inbox.inbox.inbox_id, inbox.inbox.key_epoch)
    while batch := _next_records(cases, wanted):
        if time.monotonic() > until:
            return False
        _renew_records(cases, inbox, batch, done)
        wanted = replace(wanted, after=batch[-1].id)
    return True


def _next_records(cases: Cases, wanted: inbox_records.Wanted) -> Sequence[InboxRecordRow]:
    with cases.here.store.read() as db:
        return inbox_records.next_old(db, wanted, RECORDS)


def _renew_records(
    cases: Cases, inbox: InboxKeys, batch: Sequence[InboxRecordRow], done: Slice
) -> None:
    renewed: list[tuple[InboxRecordRow, InboxRecordRow]] = []
    for record in batch:
        try:
            renewed.append((record, renew(inbox, record)))
        except SealingError:
            done.damaged += 1
    if not renewed:
        return
    with cases.here.store.write() as db:
        written = inbox_records.renew(db, renewed, inbox.inbox.epoch)
        if written:
            cases.log.append(db, deed(Logged.CASES_RENEWED, inbox, records=written))
    done.renewed += written
    done.missed += len(renewed) - written


# -- answers that wait to be added up ----------------------------------------------------------


def _rotate_answers(cases: Cases, inbox: InboxKeys) -> None:
    """Bring all of them under the new key: nobody is told how many there are, the log included."""
    with cases.here.store.read() as db:
        waiting = satisfaction.old(db, inbox.inbox.inbox_id, inbox.inbox.key_epoch)
    renewed = []
    for row in waiting:
        with suppress(SealingError):
            renewed.append((row, renew_answer(inbox, row)))
    if renewed:
        with cases.here.store.write() as db:
            satisfaction.renew(db, renewed, inbox.inbox.epoch)

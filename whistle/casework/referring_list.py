"""What is waited for: the open referrals of all of a member's cases, by centre."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from whistle.audit.log import Deed, deed
from whistle.casework.cases import Cases
from whistle.crypto.errors import SealingError
from whistle.domain.logged import Logged
from whistle.domain.registration import Due, DueKind
from whistle.keys.cases import open_registration
from whistle.keys.directory import TrustedInbox
from whistle.keys.keyring import InboxKeys
from whistle.storage.dated_cases import DatedCase, dated_cases
from whistle.storage.rows import CaseRow, InboxKeysRow


@dataclass(frozen=True, slots=True)
class Awaited:
    """A centre's reply that is waited for. ``title``: the case's, as it was given; may be empty."""

    inbox: TrustedInbox
    case: CaseRow
    title: str
    referral: bytes
    centre: str
    sent: date | None
    reply_by: date


@dataclass(frozen=True, slots=True)
class AwaitedReplies:
    """All that is waited for, by centre, the oldest first. ``damaged``: cases that do not open."""

    by_centre: Mapping[str, Sequence[Awaited]] = field(default_factory=dict)
    damaged: int = 0

    @property
    def all(self) -> list[Awaited]:
        """Everything that is waited for."""
        return [one for each in self.by_centre.values() for one in each]


def awaited_replies(cases: Cases) -> AwaitedReplies:
    """List the centres' replies that are waited for; of each case its registration is opened."""
    opened = {inbox.inbox.inbox_id: inbox for inbox in cases.inboxes_opened()}
    with cases.here.store.read() as db:
        rows = dated_cases(db, list(opened))
    cases.note(*(_looked_at(inbox) for inbox in opened.values()))
    found: list[Awaited] = []
    damaged = 0
    for row in rows:
        try:
            found += _awaited(opened[row.case.inbox_id], row)
        except SealingError:
            damaged += 1
    return AwaitedReplies(_by_centre(found), damaged)


def _awaited(inbox: InboxKeys, row: DatedCase) -> Iterator[Awaited]:
    if row.registration is None:
        return
    keys = InboxKeysRow(row.case.id, inbox.inbox.inbox_id, row.epoch, 0, in_vault=True, body=b"")
    registration = open_registration(inbox, keys, row.registration)
    for due in registration.due:
        if due.kind is DueKind.REPLY:
            yield _line(inbox, row, registration.title, due)


def _line(inbox: InboxKeys, row: DatedCase, title: str, due: Due) -> Awaited:
    return Awaited(inbox.inbox, row.case, title, due.item, due.centre, due.since, due.day)


def _by_centre(found: Iterable[Awaited]) -> dict[str, list[Awaited]]:
    centres: dict[str, list[Awaited]] = {}
    for one in sorted(found, key=lambda one: (one.reply_by, one.case.received, one.case.id)):
        centres.setdefault(one.centre, []).append(one)
    return centres


def _looked_at(inbox: InboxKeys) -> Deed:
    """Say that an inbox's dates were listed; openly where there is no key to seal with."""
    if inbox.inbox.epoch in inbox.granted:
        return deed(Logged.DATES_LISTED, inbox)
    return Deed(Logged.DATES_LISTED, {"inbox": inbox.inbox.inbox_id.hex()})

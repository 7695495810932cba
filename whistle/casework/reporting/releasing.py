"""Releasing an inbox's counts to who makes the report and cannot open it; and taking them back.

What is shown is what is released: identifiers of the profile, counted, without a case, a word or a
day of anybody's. A release is of days that are over, and stands for them until it is taken back or
another one of the same days takes its place. It stays once a report that counts it is published.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection

from whistle.audit.log import deed
from whistle.casework.cases import Cases
from whistle.casework.done import Done
from whistle.casework.reporting.gathering import facts_in
from whistle.casework.reporting.publishing import published_in
from whistle.casework.reporting.refusing import NotPublishedError
from whistle.casework.reporting.released import is_makers, may_count, rows_of
from whistle.crypto.errors import SealingError
from whistle.domain.anonymised import Anonymised
from whistle.domain.channel import Channel, InboxKind
from whistle.domain.clock import day_in_denmark
from whistle.domain.counting import Period
from whistle.domain.logged import Logged
from whistle.domain.released import Release, release
from whistle.keys.canonical import dump
from whistle.keys.chain import TrustedInbox
from whistle.keys.files import content_digest
from whistle.keys.keyring import InboxKeys
from whistle.keys.releases import (
    SignedRelease,
    open_release,
    row_id_for,
    seal_release,
    sign_release,
)
from whistle.keys.shapes import to_json
from whistle.report.periods import Step
from whistle.report.published import Published
from whistle.storage import inbox_records
from whistle.storage.errors import ConflictError, DuplicateError
from whistle.storage.rows import RecordKind
from whistle.storage.tables import ID_BYTES


@dataclass(frozen=True, slots=True)
class Offer:
    """What an inbox would release. ``damaged``: how many of its cases or records do not open.

    Nothing is released while there are any: the totals would be wrong.
    """

    inbox: InboxKeys
    release: Release
    damaged: int

    @property
    def seen(self) -> str:
        """The digest of what is shown, in hex."""
        return sha256(dump(to_json(self.release))).hexdigest()

    @property
    def waiting(self) -> int:
        """How many of the enquiries nobody has registered yet: the report counts them in none."""
        is_citizens = self.inbox.inbox.root.channel is Channel.CITIZEN
        return sum(is_citizens and one.casework is None for one in self.release.facts)


@dataclass(frozen=True, slots=True)
class Standing:
    """A release that stands. ``signed``: none where it does not open; then it can be taken back.

    ``stale``: the counts have become others since. ``published``: it stays, as a published report
    counts it.
    """

    id: bytes
    inbox: InboxKeys
    signed: SignedRelease | None
    stale: bool = False
    published: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """What an inbox's members see: ``offers`` for the days they ask for, and what stands."""

    offers: Sequence[Offer]
    standing: Sequence[Standing]


def look(cases: Cases, days: Period | None, step: Step) -> Looked | None:
    """Count what this member's inboxes would release, and show what they released; logged.

    None for who opens no other inbox than the one reports are made from. Raises as `Cases.note`.
    """
    inboxes = _releasable(cases)
    if not inboxes:
        return None
    offers, standing = [], []
    with cases.here.store.read() as db:
        published = _published(db)
        for inbox in inboxes:
            facts, damaged = facts_in(cases, db, [inbox])
            standing += _standing(db, inbox, facts, published)
            if days and may_count(inbox.inbox.root, days):
                offers.append(Offer(inbox, _release(cases, inbox, facts, days, step), damaged))
    cases.note(*(deed(Logged.ENQUIRIES_COUNTED, one) for one in inboxes))
    return Looked(offers, standing)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was on the page: which inbox (16 bytes), which days and rows, and `Offer.seen`."""

    inbox_id: bytes
    days: Period
    step: Step
    seen: str


def put(cases: Cases, form_id: bytes, asked: Asked) -> Done:
    """Release an inbox's counts; ``form_id`` names the form, so that a double click does it once.

    `Done.CHANGED` where it is not what was seen, a case does not open, the days are not over, or
    an inbox has a new key just now: it is shown again. `Done.CLOSED_TO_YOU` for another inbox.
    """
    inbox = _found(cases, asked.inbox_id)
    if inbox is None:
        return Done.CLOSED_TO_YOU
    release_id = content_digest(cases.here.id, form_id, "release", ())[:ID_BYTES]
    with cases.here.store.read() as db:
        if inbox_records.get(db, release_id):
            return Done.ALREADY
        facts, damaged = facts_in(cases, db, [inbox])
        before = _standing(db, inbox, facts, ())
    offer = Offer(inbox, _release(cases, inbox, facts, asked.days, asked.step), damaged)
    is_over = asked.days.last < cases.here.clock.today()
    is_counted = may_count(inbox.inbox.root, asked.days)
    if damaged or not (is_over and is_counted) or offer.seen != asked.seen:
        return Done.CHANGED
    replaced = [one for one in before if one.signed and one.signed.release.days == asked.days]
    try:
        _store(cases, inbox, release_id, offer.release, replaced)
    except DuplicateError:
        return Done.ALREADY
    except ConflictError:
        return Done.CHANGED
    return Done.YES


def take_back(cases: Cases, release_id: bytes) -> Done:
    """Take a release back; `Done.CHANGED` where it stays, as a published report counts it."""
    with cases.here.store.read() as db:
        published = _published(db)
        known = [one for inbox in _releasable(cases) for one in _standing(db, inbox, (), published)]
    one = next((one for one in known if one.id == release_id), None)
    if one is None:
        return Done.ALREADY
    if one.published:
        return Done.CHANGED
    try:
        with cases.log.write(deed(Logged.COUNTS_TAKEN_BACK, one.inbox, item=one.id)) as db:
            _remove(cases, db, one)
            _check_unpublished(db, one)
    except ConflictError:
        return Done.CHANGED
    return Done.YES


# -- inside ------------------------------------------------------------------------------------


def _releasable(cases: Cases) -> list[InboxKeys]:
    return [
        one
        for one in cases.inboxes_opened()
        if one.inbox.epoch in one.granted and not is_makers(one.inbox.root)
    ]


def _found(cases: Cases, inbox_id: bytes) -> InboxKeys | None:
    return next((one for one in _releasable(cases) if one.inbox.inbox_id == inbox_id), None)


def _maker(cases: Cases) -> TrustedInbox:
    return cases.here.directory.inbox(Channel.CITIZEN, InboxKind.MAIN)


def _release(
    cases: Cases, inbox: InboxKeys, facts: Sequence[Anonymised], days: Period, step: Step
) -> Release:
    rows = rows_of(cases.here.profiles, days, step)
    return release(inbox.inbox.inbox_id, inbox.inbox.root.channel, rows, facts)


def _store(
    cases: Cases,
    inbox: InboxKeys,
    release_id: bytes,
    told: Release,
    replaced: Sequence[Standing],
) -> None:
    signed = sign_release(cases.keyring, release_id, told, cases.here.clock.now())
    maker = _maker(cases)
    own, for_maker = seal_release(inbox.inbox, maker, signed)
    first, last = told.days.first.isoformat(), told.last.isoformat()
    done = deed(Logged.COUNTS_RELEASED, inbox, item=release_id, first=first, last=last)
    with cases.log.write(done) as db:
        for one in replaced:
            _remove(cases, db, one)
        inbox_records.insert(db, [own], inbox.inbox.epoch)
        inbox_records.insert(db, [for_maker], maker.epoch)


def _remove(cases: Cases, db: Connection, one: Standing) -> None:
    maker = _maker(cases).inbox_id
    inbox_records.remove(db, one.inbox.inbox.inbox_id, one.id)
    inbox_records.remove(db, maker, row_id_for(cases.here.id, maker, one.id))


def _standing(
    db: Connection,
    inbox: InboxKeys,
    facts: Sequence[Anonymised],
    published: Sequence[Published] | None,
) -> list[Standing]:
    """Give an inbox's releases, the newest days first; those that do not open last."""
    found = []
    for row in inbox_records.of_kind(db, inbox.inbox.inbox_id, RecordKind.RELEASE):
        try:
            signed = open_release(inbox, row, [inbox.inbox])
        except SealingError:
            found.append(Standing(row.id, inbox, None))
            continue
        told = signed.release
        now = release(told.source, inbox.inbox.root.channel, told.rows, facts)
        stays = published is None or any(_counts(one, signed) for one in published)
        found.append(Standing(row.id, inbox, signed, now != told, stays))
    found.sort(key=lambda one: one.signed.release.last.toordinal() if one.signed else 0)
    return found[::-1]


def _counts(published: Published, signed: SignedRelease) -> bool:
    """Say whether a published report counts a release, as far as days tell."""
    of = Period(published.report.first, published.report.last)
    days = signed.release.days
    is_later = published.day >= day_in_denmark(signed.written)
    return is_later and days.first in of and days.last in of


def _check_unpublished(db: Connection, one: Standing) -> None:
    """Raise `ConflictError` for what a report counts that was published meanwhile.

    Whoever publishes holds what is released: so it is asked once it is removed.
    """
    published = _published(db)
    if one.signed and (published is None or any(_counts(it, one.signed) for it in published)):
        raise ConflictError("a report that counts it was published meanwhile")


def _published(db: Connection) -> Sequence[Published] | None:
    """Give what is published; none where one does not read, and anything may be counted."""
    try:
        return published_in(db)
    except NotPublishedError:
        return None

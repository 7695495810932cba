"""Reports of the same days count the same inboxes and releases, or the later one is not published.

Whom a release counts is dated by its row, not by the day they came. Beside a report that counts the
same people otherwise (by their days, by other rows, or not at all) the difference is nobody who
came or went: it would tell in which half of the year a few people did, or that a report was about
the adviser.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256

from whistle.casework.cases import Cases
from whistle.casework.reporting.refusing import NotPublishedError, Why
from whistle.casework.reporting.released import Counted
from whistle.casework.reporting.safe_numbers import Earlier
from whistle.crypto.errors import SealingError
from whistle.domain.channel import InboxRoot
from whistle.domain.counted_then import CountedThen, Lot, Sources
from whistle.domain.counting import Period
from whistle.domain.released import Release
from whistle.keys.canonical import dump
from whistle.keys.counted import counted_id_of, open_counted
from whistle.keys.keyring import InboxKeys
from whistle.keys.shapes import to_json
from whistle.report.batches import state_of
from whistle.storage import inbox_records


def sources_of(opened: Sequence[InboxRoot], counted: Counted) -> Sources:
    """Give where those that a report counts come from."""
    inboxes = sorted(one.inbox_id for one in opened)
    return Sources(tuple(inboxes), tuple(sorted(map(_lot, counted.lots))))


def check_sources(
    cases: Cases, inbox: InboxKeys, days: Period, sources: Sources, earlier: Sequence[Earlier]
) -> None:
    """Raise `NotPublishedError` where an earlier report of some of these days counted others.

    ``inbox``: the citizens' main one. Who counts no release, as who did then, may divide the days
    anew: everybody is counted by the day they came.
    """
    for one, then in _counted(cases, inbox, days, earlier):
        if then is None:  # from before there were releases, so it counted none
            if sources.lots:
                raise NotPublishedError(Why.OTHER_SOURCES)
        elif then.sources != sources or (sources.lots and _days(one) != days):
            raise NotPublishedError(Why.OTHER_SOURCES)


def _counted(
    cases: Cases, inbox: InboxKeys, days: Period, earlier: Sequence[Earlier]
) -> Iterator[tuple[Earlier, CountedThen | None]]:
    """Open whom the earlier reports of some of these days counted; none where it was not kept."""
    with cases.here.store.read() as db:
        for one in earlier:
            if not _meet(_days(one), days):
                continue
            row = inbox_records.get(db, counted_id_of(cases.here.id, one.record_id))
            if row is None and state_of(one.published.publication) is not None:
                raise NotPublishedError(Why.LOST)
            try:
                yield one, open_counted(inbox, row) if row else None
            except SealingError as error:
                raise NotPublishedError(Why.LOST) from error


def _lot(one: Release) -> Lot:
    return Lot(one.source, one.days.first, one.last, sha256(dump(to_json(one))).digest())


def _days(one: Earlier) -> Period:
    report = one.published.report
    return Period(report.first, report.last)


def _meet(one: Period, other: Period) -> bool:
    return one.first <= other.last and other.first <= one.last

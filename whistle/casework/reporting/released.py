"""What the members of other inboxes released for a report, as its maker counts it.

Who makes the report opens the citizens' main inbox; not the reserve's, whose cases are often about
the maker, nor perhaps the whistleblowers'. Of these it has what was released, and says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from whistle.casework.cases import Cases
from whistle.crypto.errors import SealingError
from whistle.domain.anonymised import Anonymised
from whistle.domain.channel import Channel, InboxKind, InboxRoot
from whistle.domain.counting import Period
from whistle.domain.profile import Profile
from whistle.domain.released import Chosen, Release, choose, ends_a_term
from whistle.keys.keyring import InboxKeys
from whistle.keys.releases import SignedRelease, open_release
from whistle.report.periods import Step, days_label, split
from whistle.report.vocabulary import offices_in
from whistle.report.words import words
from whistle.storage import inbox_records
from whistle.storage.rows import RecordKind


@dataclass(frozen=True, slots=True)
class Received:
    """What was released to who counts, the newest first. ``damaged``: how many do not open.

    ``rows``: the ids of all that stood then.
    """

    releases: Sequence[Release] = ()
    damaged: int = 0
    rows: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class Counted:
    """What a report counts of it. ``others``: each inbox its maker does not open, and its releases.

    ``doors``: those whose main inbox is counted, opened or released for every day.
    """

    period: Period
    doors: frozenset[Channel]
    others: Mapping[InboxRoot, Chosen] = field(default_factory=dict)

    @property
    def facts(self) -> Sequence[Anonymised]:
        """The facts that are counted."""
        return [fact for one in self.lots for fact in one.facts]

    @property
    def lots(self) -> Sequence[Release]:
        """The releases that are counted."""
        return [one for root, chosen in self.others.items() for one in self._used(root, chosen)]

    @property
    def reserve(self) -> bool:
        """Whether some of the reserve's cases are counted, or there is none that could be."""
        return not self._missing or any(self._of_reserve)

    def told(self, language: str) -> Sequence[str]:
        """Say what was released, and is counted or is not."""
        said, notes = words(language), []
        if any(self._of_reserve) and not self._missing:
            notes.append(said["released/reserve"])
        elif any(self._of_reserve):
            part = "; ".join(self._parts(language))
            notes.append(said["released/part"].format(part=part))
        if Channel.WHISTLEBLOWER in self._released_doors:
            notes.append(said["released/door"])
        if apart := self._apart(language):
            notes.append(said["released/apart"].format(days="; ".join(apart)))
        return notes

    # -- inside --------------------------------------------------------------------------------

    def _used(self, root: InboxRoot, chosen: Chosen) -> Sequence[Release]:
        """Give what counts: of a door's main inbox all of the period or nothing."""
        return chosen.used if root.channel in self.doors else ()

    @property
    def _reserves(self) -> Mapping[InboxRoot, Chosen]:
        return {
            root: chosen
            for root, chosen in self.others.items()
            if root.kind is InboxKind.RESERVE and may_count(root, self.period)
        }

    @property
    def _of_reserve(self) -> Sequence[Release]:
        return [one for root, chosen in self._reserves.items() for one in self._used(root, chosen)]

    @property
    def _missing(self) -> Sequence[InboxRoot]:
        return [root for root, one in self._reserves.items() if not one.covers(self.period)]

    @property
    def _released_doors(self) -> frozenset[Channel]:
        return frozenset(
            root.channel
            for root in self.others
            if root.kind is InboxKind.MAIN and root.channel in self.doors
        )

    def _parts(self, language: str) -> Iterable[str]:
        for root, chosen in self._reserves.items():
            if used := self._used(root, chosen):
                days = ", ".join(days_label(one.days, language) for one in _by_day(used))
                yield f"{words(language)[f'released/{root.channel}']} ({days})"

    def _apart(self, language: str) -> Sequence[str]:
        apart: list[Release] = []
        for root, chosen in self.others.items():
            is_used = root.channel in self.doors
            apart += chosen.apart if is_used else [*chosen.apart, *chosen.used]
        return list(dict.fromkeys(days_label(one.days, language) for one in _by_day(apart)))


def receive(cases: Cases, db: Connection, readable: Sequence[InboxKeys]) -> Received:
    """Open what was released to who opens the citizens' main inbox; ``readable``: all they open.

    What is of an inbox that they open themselves is left out: its cases are counted one by one.
    """
    reader = next((one for one in readable if is_makers(one.inbox.root)), None)
    if reader is None:
        return Received()
    opened = {one.inbox.inbox_id for one in readable}
    known = cases.here.directory.inboxes
    found: list[SignedRelease] = []
    damaged = 0
    rows = inbox_records.of_kind(db, reader.inbox.inbox_id, RecordKind.RELEASE)
    for row in rows:
        try:
            signed = open_release(reader, row, known)
        except SealingError:
            damaged += 1
            continue
        if signed.release.source not in opened:
            found.append(signed)
    found.sort(key=lambda one: (one.written, one.id), reverse=True)
    stood = frozenset(row.id for row in rows)
    return Received([one.release for one in found], damaged, stood)


def is_makers(root: InboxRoot) -> bool:
    """Say whether it is the inbox that reports are made from: the citizens' main one."""
    return root.channel is Channel.CITIZEN and root.kind is InboxKind.MAIN


def count_released(
    received: Received,
    opened: Sequence[InboxRoot],
    known: Sequence[InboxRoot],
    rows: Sequence[Period],
) -> Counted:
    """Choose what a report with ``rows`` counts; of the inboxes opened nothing that is released."""
    period = Period(rows[0].first, rows[-1].last)
    others = {
        root: choose(
            (one for one in received.releases if one.source == root.inbox_id),
            rows if root.channel is Channel.CITIZEN else [period],
        )
        for root in known
        if root not in opened
    }
    mains = {one.channel for one in opened if one.kind is InboxKind.MAIN}
    mains |= {
        root.channel
        for root, chosen in others.items()
        if root.kind is InboxKind.MAIN and chosen.covers(period)
    }
    return Counted(period, frozenset(mains), others)


def rows_of(profile: Profile, period: Period, step: Step) -> Sequence[Period]:
    """Give the days of each row of a report's tables by period."""
    year_begins = offices_in(profile, period)[0].year_begins
    return [span.days for span in split(period, step, year_begins)]


def may_count(root: InboxRoot, period: Period) -> bool:
    """Say whether a report of a period counts an inbox: the council's once a term is over."""
    return root.channel is not Channel.COUNCIL or ends_a_term(period)


def _by_day(releases: Iterable[Release]) -> Sequence[Release]:
    return sorted(releases, key=lambda one: (one.days.first, one.last))

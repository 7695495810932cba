"""The numbers of a public version: beside what was published, anew where enough has changed.

Where the days of a report were told of before, whom that counted is opened. What changed since is
told where nobody can be recognised by it, and where every table stays that there would be without
it: one that is gone says that few changed. Else the numbers stand as they are, and it waits.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from whistle.casework.cases import Cases
from whistle.casework.reporting.refusing import NotPublishedError, Why
from whistle.crypto.errors import SealingError
from whistle.disclosure import CannotProtect, Deadline, Publication, PublicationError, one_way
from whistle.domain.anonymised import Anonymised
from whistle.domain.counted_then import CountedThen
from whistle.domain.profile import Profile
from whistle.domain.published import REPORT_RECORD
from whistle.keys.counted import counted_id_of, open_counted
from whistle.keys.keyring import InboxKeys
from whistle.keys.proposals import Proposals
from whistle.report.batches import CHANGES, Dressing, TooFewError, history_of, state_of
from whistle.report.building import COUNCIL, Wanted
from whistle.report.corrections import Before, Comparison, council_as_told
from whistle.report.model import Line, LineKind, Table
from whistle.report.public import MOST_SECONDS, Public, make_public
from whistle.report.published import Published, encode_public, read_public
from whistle.report.words import words
from whistle.storage import inbox_records, public_documents
from whistle.storage.rows import RecordKind


@dataclass(frozen=True, slots=True)
class Earlier:
    """A published report, and the id of its row."""

    record_id: bytes
    published: Published


@dataclass(frozen=True, slots=True)
class Numbers:
    """What may be published, and whom it counts.

    ``came`` and ``went``: how many people since the newest report of each day that was told of
    before; ``waiting``: they are not counted, as too few would be told of. ``told_before``: whether
    there are such days.
    """

    public: Public
    counted: CountedThen
    came: int = 0
    went: int = 0
    waiting: bool = False
    told_before: bool = False


def earlier_in(db: Connection) -> list[Earlier]:
    """Give all reports that are published, in the order of publication.

    Raises `NotPublishedError` where one does not read: nothing is safe beside what is not known.
    """
    found = []
    for row in public_documents.of_kind(db, REPORT_RECORD):
        one = Published.decode(row.body)
        if one is None:
            raise NotPublishedError(Why.UNREADABLE)
        found.append(Earlier(row.id, one))
    return sorted(found, key=lambda one: one.published.turn)


def numbers_of(
    cases: Cases,
    inbox: InboxKeys,
    facts: Sequence[Anonymised],
    wanted: Wanted,
    earlier: Sequence[Earlier],
) -> Numbers:
    """Make the numbers of a period safe beside everything earlier, or recall that it was done.

    ``inbox``: the citizens' main one. Raises `CannotProtect`, `PublicationError` for tables that
    are none, and `NotPublishedError`.
    """
    befores = _befores(cases, inbox, wanted, earlier)
    making = Making(cases.here.profiles, facts, wanted, befores)
    proposals = Proposals(cases.here.remembered, inbox)
    name, made_of = f"{wanted.period} {wanted.language}", [*making.made_of()]
    if known := proposals.recall(name, made_of):
        waiting, public = known[:1] == b"1", read_public(known[1:])
    else:
        waiting, public = making.made()
        proposals.keep(name, made_of, b"%d" % waiting + encode_public(public))
    newest = making.since.newest
    counted = making.comparison.counted(making.facts(waiting=waiting))
    lots = newest.came.total(), newest.went.total()
    return Numbers(public, counted, *lots, waiting, bool(making.since.known))


def _befores(
    cases: Cases, inbox: InboxKeys, wanted: Wanted, earlier: Sequence[Earlier]
) -> list[Before]:
    """Open whom the earlier reports of these days counted."""
    with cases.here.store.read() as db:
        rows = inbox_records.of_kind(db, inbox.inbox.inbox_id, RecordKind.COUNTED)
    kept = {row.id: row for row in rows}
    found = []
    for one in earlier:
        before = Before(one.published.publication)
        if before.meets(wanted.period) and state_of(before.publication) is not None:
            row = kept.get(counted_id_of(cases.here.id, one.record_id))
            if row is None:
                raise NotPublishedError(Why.LOST)
            try:
                before = replace(before, counted=open_counted(inbox, row))
            except SealingError as error:
                raise NotPublishedError(Why.LOST) from error
        found.append(before)
    return found


class Making:
    """The making of a report's numbers, beside all reports before it."""

    def __init__(
        self,
        profile: Profile,
        facts: Sequence[Anonymised],
        wanted: Wanted,
        befores: Sequence[Before],
    ) -> None:
        """Compare the facts with whom the reports before counted."""
        self._profile, self._wanted = profile, wanted
        self._facts, self._befores = facts, befores
        self._earlier = [one.publication for one in befores]
        self.comparison = Comparison(befores, facts, wanted.period)
        self.since = self.comparison.since()

    def facts(self, *, waiting: bool) -> Sequence[Anonymised]:
        """Give what is counted: as it is today, or of these days as it was published."""
        facts = self.comparison.as_published() if waiting else self._facts
        least = self._profile.on(self._wanted.period.last).office.disclosure.get(COUNCIL, 1)
        return council_as_told(facts, self._earlier, least)

    def made_of(self) -> Iterator[bytes]:
        """Yield everything that the numbers are made of."""
        yield repr((self._profile.id, replace(self._wanted, doors=frozenset()))).encode()
        yield from sorted(door.encode() for door in self._wanted.doors)
        yield from sorted(repr(one).encode() for one in self._facts)
        yield from (repr(one).encode() for one in self._befores)

    def made(self) -> tuple[bool, Public]:
        """Make the numbers as they are today; or as they were, and say that the others wait.

        All of it within `MOST_SECONDS`: when they are over, the days wait, or it is refused.
        """
        said, deadline = words(self._wanted.language), Deadline.after(MOST_SECONDS)
        since = self.since
        order, history = 1 + len(self._earlier), history_of(self._earlier)
        still = Dressing(order, history, self.comparison.beside(waiting=True))
        standing = self._tried(still, deadline, waiting=bool(since.newest))
        if not since.newest:
            return False, standing
        told = (said["changes"], said["changes/new"], said["changes/gone"])
        beside = self.comparison.beside(waiting=False)
        anew = Dressing(order, history, beside, since.newest, since.known, told)
        with suppress(CannotProtect, NotPublishedError):
            public = self._tried(anew, deadline, waiting=False)
            if _tells_as_much(public.publication, standing.publication):
                return False, _with_changes(public, said)
        return True, standing

    def _tried(self, dressing: Dressing, deadline: Deadline, *, waiting: bool) -> Public:
        try:
            return make_public(
                self._profile,
                self.facts(waiting=waiting),
                self._wanted,
                self._earlier,
                dressed=dressing,
                deadline=deadline,
            )
        except TooFewError as error:
            raise NotPublishedError(Why.TOO_FEW) from error
        except PublicationError as error:
            if not self._earlier:
                raise
            why = Why.NOT_KEPT if self.since.unknown else Why.CONTRADICTS
            raise NotPublishedError(why) from error


def _with_changes(public: Public, said: Mapping[str, str]) -> Public:
    """Put the table of who came and went among those that are read."""
    [table] = (one for one in public.publication.tables if one.id == CHANGES)
    shown = Table(
        CHANGES,
        table.title,
        [Line(one.id, said["number"], LineKind.TOTAL) for one in table.columns],
        [Line(one.id, one.label) for one in table.rows],
        table.cells,
        [said["changes/note"]],
    )
    report = public.report
    return replace(public, report=replace(report, tables=[*report.tables, shown]))


def _tells_as_much(anew: Publication, standing: Publication) -> bool:
    """Say whether every table stays, and how many came and went is told.

    A correction tells of the centres once: those of table 3.3 are those of 3.2.
    """
    changes = [value for place, value in anew.places() if place.table == CHANGES]
    stay = {one.id for one in one_way(standing).tables if one.rows} - {"3.3/columns"}
    return bool(changes) and None not in changes and stay <= {one.id for one in anew.tables}

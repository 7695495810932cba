"""Finding words in the sealed cases of a member: every text is opened in memory, and none is kept.

Nothing about a case is indexed in plaintext, so a search reads, opens and looks through one text
after the other, the newest cases first, until a page is full. Each text is looked at twice at most:
as bytes (`whistle.domain.sieve`), which is quick and may say yes too often, and then as what it
says. ``docs/decisions/search-opens-in-memory.md`` has the reasons and the figures.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from sqlalchemy import Connection

from whistle.audit.log import Deed, deed
from whistle.casework.cases import Cases
from whistle.casework.filters import DAMAGED, Filters
from whistle.casework.listing import ListedCase, listed
from whistle.crypto.errors import SealingError
from whistle.domain.identity import OpeningGround, OpeningWay
from whistle.domain.logged import Logged
from whistle.domain.sieve import Sieve, fold_record
from whistle.domain.words import Words, fold
from whistle.keys import texts
from whistle.keys.bulk import BulkInbox
from whistle.keys.canonical import Json
from whistle.keys.cases import Compartment
from whistle.keys.keyring import InboxKeys
from whistle.keys.texts import Text, Where
from whistle.storage import case_lists as queries
from whistle.storage.case_lists import After, CaseState
from whistle.storage.rows import InboxKeysRow, RegistrationRow

PAGE_SIZE = 25
MOST_LOOKED_THROUGH = 20_000  # cases, for one page: the next page goes on from there
AT_ONCE = 100  # cases whose texts are in memory together
TEXTS = (Compartment.DIALOGUE, Compartment.CASEWORK)


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """What is looked for, and in which cases.

    ``names``: why names and contact details are looked through, too; none where they are not. What
    is found there has been told, so each such case is logged as one whose identity was opened.
    ``after``: the case to go on from.
    """

    words: Words
    inbox_ids: Sequence[bytes] | None = None
    state: CaseState = CaseState.ALL
    filters: Filters = field(default_factory=Filters)
    names: OpeningGround | None = None
    after: After | None = None


@dataclass(frozen=True, slots=True, repr=False)
class FoundCase:
    """A case that all the words stand in, and the texts that one of them stands in."""

    case: ListedCase
    texts: Sequence[Text]


@dataclass(frozen=True, slots=True, repr=False)
class Found:
    """A page of what was found, the newest case first.

    ``next``: the case to go on from, where not everything was looked through; ``damaged``: how many
    cases did not open, or not wholly.
    """

    cases: Sequence[FoundCase]
    next: After | None
    damaged: int


def search(cases: Cases, asked: Asked) -> Found:
    """Look for words in the texts of this member's cases; logged before anything is opened.

    Raises as `Cases.note`. Without words nothing is looked for, and nothing logged.
    """
    if not asked.words.needles:
        return Found((), None, 0)
    opened = {
        inbox.inbox.inbox_id: inbox
        for inbox in cases.inboxes_opened()
        if asked.inbox_ids is None or inbox.inbox.inbox_id in asked.inbox_ids
    }
    cases.note(*(_searched(inbox, asked.names) for inbox in opened.values()))
    with cases.here.store.read() as db:
        found = _Search(cases, db, asked, opened).page()
        rows = {row.case.id: row for row in queries.load(db, list(found.texts))}
    told = [one for one in found.texts if _tells_who(found.texts[one]) and one in rows]
    cases.note(*(_told_who(opened[rows[one].case.inbox_id], one, asked.names) for one in told))
    return Found(
        [
            FoundCase(listed(cases, opened[rows[one].case.inbox_id], rows[one]), told)
            for one, told in found.texts.items()
            if one in rows
        ],
        found.next,
        found.damaged,
    )


def _searched(inbox: InboxKeys, names: OpeningGround | None) -> Deed:
    """Say that an inbox is searched, and why in names, too, if so; never for which words."""
    ground = {"ground": names.value} if names else {}
    if inbox.inbox.epoch in inbox.granted:
        return deed(Logged.CASES_SEARCHED, inbox, names=int(names is not None), **ground)
    inbox_id = inbox.inbox.inbox_id.hex()
    about: Json = {"inbox": inbox_id, "names": int(names is not None), **ground}
    return Deed(Logged.CASES_SEARCHED, about)


def _tells_who(told: Sequence[Text]) -> bool:
    return any(text.where is Where.IDENTITY for text in told)


def _told_who(inbox: InboxKeys, case_id: bytes, ground: OpeningGround | None) -> Deed:
    """Say that a search has told who it is in a case; of which one only where that is sealed."""
    why = {"ground": ground or "", "way": OpeningWay.SEARCH.value}
    if inbox.inbox.epoch in inbox.granted:
        return deed(Logged.IDENTITY_OPENED, inbox, case=case_id, **why)
    return Deed(Logged.IDENTITY_OPENED, {"inbox": inbox.inbox.inbox_id.hex(), **why})


@dataclass(slots=True)
class _Page:
    texts: dict[bytes, Sequence[Text]] = field(default_factory=dict)
    next: After | None = None
    damaged: int = 0


class _Search:
    """One search: goes through cases until a page is full."""

    def __init__(
        self, cases: Cases, db: Connection, asked: Asked, opened: Mapping[bytes, InboxKeys]
    ) -> None:
        self._db, self._asked = db, asked
        self._bulk = {inbox_id: BulkInbox(inbox) for inbox_id, inbox in opened.items()}
        self._sieve = Sieve(asked.words)
        filters = asked.filters
        self._which = queries.Which(
            list(opened), asked.state, cases.here.clock.today(), filters.since, filters.until
        )
        identity = (Compartment.IDENTITY,) if asked.names else ()
        self._compartments = (*TEXTS, *identity)

    def page(self) -> _Page:
        """Look through cases until a page is full, there are no more, or it takes too long."""
        page, most = _Page(), MOST_LOOKED_THROUGH
        days = queries.newest_first(self._db, self._which, self._asked.after, most)
        for first in range(0, len(days), AT_ONCE):
            for case, day in self._ready(days[first : first + AT_ONCE]):
                told = case.look(self._sieve, self._asked.words)
                page.damaged += case.damaged
                if told:
                    page.texts[case.case_id] = told
                if len(page.texts) == PAGE_SIZE:
                    page.next = day, case.case_id
                    return page
        if len(days) == most:
            page.next = days[-1][1], days[-1][0]
        return page

    def _ready(self, days: Sequence[tuple[bytes, date]]) -> Iterator[tuple["_OpenCase", date]]:
        """Give the cases that pass the filters, in their order, ready to be looked through."""
        case_ids = [case_id for case_id, _ in days]
        sealed = queries.sealed_cases(self._db, case_ids)
        passed = [
            (case, day)
            for one, day in days
            if one in sealed and (case := self._case(*sealed[one])).passes(self._asked.filters)
        ]
        wanted = [case.case_id for case, _ in passed]
        items = queries.items_of(self._db, wanted, self._compartments)
        for case, day in passed:
            case.take(items[case.case_id])
            yield case, day

    def _case(self, keys: InboxKeysRow, registration: RegistrationRow | None) -> "_OpenCase":
        return _OpenCase(keys, self._bulk[keys.inbox_id], registration)


class _OpenCase:
    """One case while it is looked through. What does not open hides nothing else of it."""

    def __init__(
        self, keys: InboxKeysRow, inbox: BulkInbox, registration: RegistrationRow | None
    ) -> None:
        self.keys, self.case_id, self.damaged = keys, keys.case_id, False
        self._inbox = inbox
        self._registration = b""
        self._encoded: dict[str, list[bytes]] = {one: [] for one in Compartment}
        try:
            if registration is not None:
                self._registration = inbox.registration(keys.epoch, registration)
            elif not keys.in_vault:
                self._registration = inbox.handed_over(keys)
        except (SealingError, *DAMAGED):
            self.damaged = True

    def passes(self, filters: Filters) -> bool:
        """Say whether a case passes the filters; a damaged one passes where there are none."""
        if not filters.need_keys:
            return True
        if self.damaged:
            return False
        return filters.take(self._registration) if self._registration else filters.take_new

    def take(self, items: Iterable[queries.Item]) -> None:
        """Open items."""
        try:
            case = self._inbox.case(self.keys)
        except (SealingError, *DAMAGED):
            self.damaged = True
            return
        for item in items:
            try:
                self._encoded[item[1]].append(case.open(item[1:4], item[4], item[5]))
            except (SealingError, *DAMAGED):
                self.damaged = True

    def look(self, sieve: Sieve, words: Words) -> Sequence[Text]:
        """Give the texts that a word stands in; none unless every word stands in one."""
        if not sieve.lets_through(self._folded()):
            return ()
        missing, told = set(words.needles), []
        for text in self._texts():
            here = words.found_in(fold(text.text))
            missing -= here
            if here:
                told.append(text)
        return () if missing else told

    def _folded(self) -> Iterator[bytes]:
        for encoded in chain([self._registration], *self._encoded.values()):
            try:
                yield fold_record(encoded)
            except UnicodeDecodeError:
                self.damaged = True

    def _texts(self) -> Iterator[Text]:
        for registration in self._read([self._registration] if self._registration else ()):
            yield from texts.of_registration(registration)
        for identity in self._read(self._encoded[Compartment.IDENTITY]):
            yield from texts.of_identity(identity)
        yield from texts.of_dialogue(self._read(self._encoded[Compartment.DIALOGUE]))
        yield from texts.of_casework(self._read(self._encoded[Compartment.CASEWORK]))

    def _read(self, encoded: Iterable[bytes]) -> Iterator[Json]:
        for one in encoded:
            try:
                yield texts.read(one)
            except SealingError:
                self.damaged = True

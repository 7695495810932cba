"""Finding words in the sealed cases of a member: every text is opened in memory, none in the clear.

Nothing about a case is indexed in plaintext, so a search looks through all texts, first of the
newest cases and then of the others. Each is looked at twice at most: with the rest of its case as
folded bytes (`whistle.casework.sifting`), which are remembered, boxed, and may say yes too often;
and then as what it says, opened anew, the newest case first, until a page is full.
``docs/decisions/search-opens-in-memory.md`` has the reasons and the figures.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import Connection

from whistle.audit.log import Deed, deed
from whistle.casework.cases import Cases
from whistle.casework.filtering import passing
from whistle.casework.filters import DAMAGED, Filters
from whistle.casework.listing import ListedCase, listed
from whistle.casework.reasons_back import shown
from whistle.casework.sifting import NAMES, TEXTS, OpenCase, Sifter
from whistle.crypto.errors import SealingError
from whistle.domain.identity import OpeningGround, OpeningWay
from whistle.domain.logged import Logged
from whistle.domain.sieve import Sieve
from whistle.domain.words import Words, fold
from whistle.keys import texts
from whistle.keys.bulk import BulkInbox
from whistle.keys.canonical import Json
from whistle.keys.cases import Compartment
from whistle.keys.keyring import InboxKeys
from whistle.keys.records import Registration
from whistle.keys.texts import Text, Where
from whistle.storage import case_lists as queries
from whistle.storage import case_texts, removal
from whistle.storage.case_lists import After, CaseState
from whistle.storage.rows import RegistrationRow

PAGE_SIZE = 25
MOST_LOOKED_THROUGH = 20_000  # cases, for one page: the next page goes on from there
AT_ONCE = 25  # cases whose texts are in memory together
FIRST = 100  # cases that are looked through before the rest: a common word stands in 25 of them


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
        self._db, self._asked, self._inboxes = db, asked, opened
        self._erased = removal.all_reasons_back(db)
        self._bulk = {inbox_id: BulkInbox(inbox) for inbox_id, inbox in opened.items()}
        self._remembered = cases.here.remembered
        sieve = Sieve(asked.words)
        self._sifter = Sifter(
            db, self._remembered, self._bulk, sieve, names=asked.names is not None
        )
        filters = asked.filters
        self._which = queries.Which(
            list(opened), asked.state, cases.here.clock.today(), filters.since, filters.until
        )
        self._compartments = (*TEXTS, *NAMES) if asked.names else TEXTS

    def page(self) -> _Page:
        """Look through cases until a page is full, there are no more, or it takes too long."""
        page, most = _Page(), MOST_LOOKED_THROUGH
        days = queries.newest_first(self._db, self._which, self._asked.after, most)
        for some in filter(None, (days[:FIRST], days[FIRST:])):
            sifted = self._sifter.sift(self._passing([case_id for case_id, _ in some]))
            opened = self._look([case_id for case_id, _ in some if case_id in sifted.may])
            for case_id, day in some:
                told, whole = next(opened) if case_id in sifted.may else ((), True)
                page.damaged += case_id in sifted.damaged or not whole
                if told:
                    page.texts[case_id] = told
                if len(page.texts) == PAGE_SIZE:
                    page.next = day, case_id
                    return page
        if len(days) == most:
            page.next = days[-1][1], days[-1][0]
        return page

    def _passing(self, case_ids: Sequence[bytes]) -> Sequence[bytes]:
        filters = self._asked.filters
        if not filters.need_keys:
            return case_ids
        some = set(case_ids)
        passed = passing(self._db, self._remembered, self._bulk, filters, lambda: some)
        return [one for one in case_ids if one in passed]

    def _look(self, case_ids: Sequence[bytes]) -> Iterator[tuple[Sequence[Text], bool]]:
        """Give what may be shown of cases, in their order, opened anew; and whether all opened."""
        for first in range(0, len(case_ids), AT_ONCE):
            some = case_ids[first : first + AT_ONCE]
            cases = {
                row.case_id: OpenCase(row, self._bulk[row.inbox_id])
                for row in case_texts.sealed_keys(self._db, some)
            }
            for registration in case_texts.registrations(self._db, some):
                cases[registration[0]].register(RegistrationRow(*registration))
            for one in self._erased.keys() & cases.keys():
                self._leave_out(cases[one])
            items: dict[bytes, list[case_texts.Item]] = {one: [] for one in some}
            for item in case_texts.items(self._db, some, self._compartments):
                items[item[0]].append(item)
            for one in some:
                told = _TextsOfCase(cases[one], items[one]).look(self._asked.words)
                yield told, not cases[one].damaged

    def _leave_out(self, case: OpenCase) -> None:
        """Take out of what is registered the reasons that a restore brought back."""
        encoded, case.registration = case.registration, b""
        if not encoded:
            return
        try:
            known = Registration.decode(encoded)
            known = shown(
                self._inboxes[case.keys.inbox_id], case.keys, known, self._erased[case.id]
            )
            case.registration = known.encode()
        except (SealingError, *DAMAGED):
            case.damaged = True


class _TextsOfCase:
    """The texts of a case, read one by one. What cannot be read hides nothing else of it."""

    def __init__(self, case: OpenCase, items: Iterable[case_texts.Item]) -> None:
        self._registration = case.registration
        self._encoded: dict[str, list[bytes]] = {one: [] for one in Compartment}
        for compartment, record in case.open(items):
            self._encoded[compartment].append(record)

    def look(self, words: Words) -> Sequence[Text]:
        """Give the texts that a word stands in; none unless every word stands in one."""
        missing, told = set(words.needles), []
        for text in self._texts():
            here = words.found_in(fold(text.text))
            missing -= here
            if here:
                told.append(text)
        return () if missing else told

    def _texts(self) -> Iterator[Text]:
        for registration in _read([self._registration] if self._registration else ()):
            yield from texts.of_registration(registration)
        for identity in _read(self._encoded[Compartment.IDENTITY]):
            yield from texts.of_identity(identity)
        yield from texts.of_dialogue(_read(self._encoded[Compartment.DIALOGUE]))
        yield from texts.of_casework(_read(self._encoded[Compartment.CASEWORK]))


def _read(encoded: Iterable[bytes]) -> Iterator[Json]:
    for one in encoded:
        with suppress(SealingError):
            yield texts.read(one)

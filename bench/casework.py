"""What an adviser waits for in an office of so many cases, and what the worker needs, on SQLite.

    uv run python -m bench.casework [CASES …]

Each case has five texts of 2 KiB (a third of the cases with notes), a registration and keys, as
casework stores them. Measured through the real pages in one process: the first page of the inbox,
a case, a list filtered by a category, a search for a word that stands nowhere (so that every text
is looked through), and one for a word that is everywhere. Prints what the first took, when the
process remembered nothing yet, and median, p95 and processor time of the others; and the most
memory the process had. The first page of all counts what patterns there are, as it does again every
ten minutes. The default is 1,000, 10,000 and 100,000 cases.
"""

import gc
import multiprocessing
import os
import random
import resource
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from tests.support.office import Desk, Office, found, hidden_fields, open_office
from whistle.casework import entering
from whistle.casework.entering import NewCase, Rows
from whistle.casework.service import CaseworkService
from whistle.domain.channel import Channel, Side
from whistle.domain.registration import Enquiry, Issue
from whistle.keys.cases import CaseItems, open_inbox_keys
from whistle.keys.keyring import InboxKeys
from whistle.keys.notes import Note, seal_note
from whistle.keys.records import Message, Registration
from whistle.storage.engine import Store, open_store
from whistle.storage.migrations import upgrade
from whistle.storage.rows import ItemRow

SIZES = (1_000, 10_000, 100_000)
TEXTS = 5
TEXT_BYTES = 2048
AT_ONCE = 500
YEARS = 4
CLOSED = 0.8
WORDS = [
    "sagen",
    "svar",
    "borger",
    "plejehjem",
    "boligstøtte",
    "ansøgning",
    "sagsbehandler",
    "afgørelse",
    "brev",
    "venter",
    "uger",
    "ikke",
    "børn",
    "skole",
    "høring",
    "klage",
    "forvaltning",
    "møde",
    "telefon",
    "år",
    "får",
    "været",
    "læge",
    "jobcenter",
    "ydelse",
]


@dataclass(frozen=True)
class Measured:
    """One page, asked for again and again: seconds on the clock, and of the processor.

    ``first``: those of the first time, which count for nothing else.
    """

    name: str
    first: tuple[float, float]
    wall: Sequence[float]
    processor: Sequence[float]
    aim: str

    def __str__(self) -> str:
        """Give the figures in milliseconds."""
        ordered = sorted(self.wall)
        p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
        return (
            f"  {self.name:<34} median {statistics.median(self.wall) * 1e3:8.0f} ms, "
            f"p95 {p95 * 1e3:8.0f} ms, processor {statistics.median(self.processor) * 1e3:8.0f} ms"
            f"; first {self.first[0] * 1e3:8.0f} ms, processor {self.first[1] * 1e3:8.0f} ms"
            f"   (aim {self.aim})"
        )


def a_text(luck: random.Random) -> str:
    """Give 2 KiB of Danish words."""
    text = ""
    while len(text) < TEXT_BYTES:
        text += luck.choice(WORDS) + luck.choice((" ", " ", " ", ", ", ". "))
    return text[:TEXT_BYTES]


def fill(office: Office, number: int) -> None:
    """Enter so many cases, as rows."""
    luck = random.Random(number)  # the same office each time
    work = office.work_of(office.adviser)
    inbox = entering.inbox_to_enter(work, Channel.CITIZEN)
    texts = [a_text(luck) for _ in range(200)]
    for first in range(0, number, AT_ONCE):
        made = [a_case(work, inbox, luck, texts) for _ in range(min(AT_ONCE, number - first))]
        with office.installation.store.write() as db:
            entering.insert(db, inbox, [rows for rows, _ in made])
            ItemRow.insert_all(db, [item for _, items in made for item in items])


def a_case(
    work: CaseworkService, inbox: InboxKeys, luck: random.Random, texts: Sequence[str]
) -> tuple[Rows, list[ItemRow]]:
    """Make a case with its texts: four in five are closed."""
    office = work.here.profile.office
    today = work.here.clock.today()
    received = today - timedelta(days=luck.randrange(365 * YEARS))
    category, centre = luck.choice(office.categories), luck.choice(office.centres)
    registration = Registration(
        title=" ".join(luck.sample(WORDS, 3)),
        seen=TEXTS,
        acknowledged=received,
        feedback=received,
        closed=received if luck.random() < CLOSED else None,
        enquiry=Enquiry(
            purpose="klage over sagsbehandling",
            way_in=office.ways_in[0].id,
            casework=True,
            approached=True,
            issues=(Issue(category.id, centre=centre.id),),
        ),
    )
    new = NewCase(secrets.token_bytes(16), received, registration)
    rows = entering.rows_of(work, inbox, new)
    keys = open_inbox_keys(inbox, rows.keys).keys
    items = CaseItems(work.here.id, new.case_id, keys)
    return rows, list(_items(work, items, received, luck, texts))


def _items(
    work: CaseworkService,
    items: CaseItems,
    received: date,
    luck: random.Random,
    texts: Sequence[str],
) -> Iterator[ItemRow]:
    notes = 2 if luck.random() < 1 / 3 else 0
    for position in range(TEXTS - notes):
        side = Side.CASEWORK if position % 2 else Side.REPORTER
        message = Message(side, received, position, luck.choice(texts))
        yield items.message(message, item_id=secrets.token_bytes(16))
    for _ in range(notes):
        note_id = secrets.token_bytes(16)
        now = work.here.clock.now().replace(microsecond=0)
        note = Note(note_id, 1, work.keyring.member_id, now, luck.choice(texts))
        yield seal_note(items, note, secrets.token_bytes(16))


def measured(name: str, aim: str, times: int, act: Callable[[], object]) -> Measured:
    """Do something again and again; the first time is told apart."""
    first = timed(act)
    wall, processor = zip(*(timed(act) for _ in range(times)), strict=True)
    return Measured(name, first, wall, processor, aim)


def timed(act: Callable[[], object]) -> tuple[float, float]:
    """Do something; give the seconds on the clock, and of the processor."""
    begun, used = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - begun, time.process_time() - used


def searching(desk: Desk, words: str) -> Callable[[], None]:
    """Search, as far as the button for more leads."""

    def act() -> None:
        page = desk.get("/casework/search")
        fields = {**hidden_fields(page.text), "words": words}
        page = desk.post("/casework/search", fields)
        while 'name="further"' in page.text and words.startswith("intetsteds"):
            fields = {**hidden_fields(page.text), "words": words, "further": "1"}
            page = desk.post("/casework/search", fields)
        if page.status_code != 200:  # noqa: PLR2004
            raise SystemExit(f"the search gave {page.status_code}")

    return act


def memory() -> float:
    """Give the most megabytes this process ever had (RSS)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(database: Path, founding: object, number: int) -> None:
    """Measure an office that is filled, in a process of its own."""
    office = open_again(database, founding)
    desk = office.desk_of(office.adviser)
    category = office.installation.profile.office.categories[0].id
    gc.freeze()  # what filled the office: a worker has none of it
    idle = memory()
    begun = measured("inbox, the first page of all", "", 1, lambda: ok(desk, "/casework/inboxes"))
    first = desk.get("/casework/inboxes").text
    case = first[first.index("/casework/case/") :][: len("/casework/case/") + 32]
    rounds = 40 if number <= 10_000 else 10  # noqa: PLR2004
    results = [
        begun,
        measured("inbox, first page", "p95 100 ms", rounds, lambda: ok(desk, "/casework/inboxes")),
        measured("a case", "60 ms", rounds, lambda: ok(desk, case)),
        measured(
            "list of one category",
            "250 ms",
            max(5, rounds // 4),
            lambda: ok(desk, f"/casework/inboxes?state=all&category={category}"),
        ),
        measured("search, a word that is nowhere", "2000 ms", 5, searching(desk, "intetsteds")),
        measured("search, a word everywhere", "", 5, searching(desk, "sagen")),
    ]
    print(f"{number} cases, {TEXTS * number} texts, {database.stat().st_size / 1e6:.0f} MB")
    for one in results:
        print(one)
    print(f"  memory: {idle:.0f} MB before, at most {memory():.0f} MB   (aim 300 MB)", flush=True)


def ok(desk: Desk, address: str) -> None:
    """Get a page, which has to come."""
    if desk.get(address).status_code != 200:  # noqa: PLR2004
        raise SystemExit(f"{address} did not come")


def open_again(database: Path, founding: object) -> Office:
    """Open an office whose database is there."""
    store = open_store(f"sqlite:///{database}")

    class Filled:
        """The founding of an office, without its rows: they are there."""

        def __getattr__(self, name: str) -> object:
            return getattr(founding, name)

        def write(self, _store: Store) -> None:
            """Write nothing."""

    return open_office(store, Filled())  # type: ignore[arg-type]


def main() -> None:
    """Measure offices of several sizes."""
    sizes = [int(one) for one in sys.argv[1:]] or SIZES
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    founding = found()
    for number in sizes:
        with tempfile.TemporaryDirectory() as folder:
            database = Path(folder) / "whistle.sqlite"
            store = open_store(f"sqlite:///{database}")
            upgrade(store)
            fill(open_office(store, founding), number)
            store.dispose()
            process = multiprocessing.get_context("fork").Process(
                target=measure, args=(database, founding, number)
            )
            process.start()
            process.join()


if __name__ == "__main__":
    main()

"""What the closed report costs an office of so many registrations, on SQLite.

    uv run python -m bench.report [REGISTRATIONS …]

All of them lie in the period that the report is of, nine in ten are closed, with a record as
closing makes it; a tenth has two issues, a tenth of the closed ones was passed on to a centre.
Stages: opening everything that is counted, making all tables, writing the PDF; and the whole, as
`make` and `to_pdf` do it for the page. Prints medians of processor time and of the clock, and the
most memory (RSS) that the process had, which did nothing else: another one filled the database. The
default is 1,000, 10,000 and 100,000.
"""

import multiprocessing
import os
import random
import resource
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from bench.casework import open_again
from tests.support.office import Founding, Office, found, open_office
from whistle.casework import entering
from whistle.casework.anonymising import new_record
from whistle.casework.entering import NewCase, Rows
from whistle.casework.reporting.gathering import gather
from whistle.casework.reporting.making import make
from whistle.casework.service import CaseworkService
from whistle.domain.anonymised import Course, Reply, anonymise
from whistle.domain.channel import Channel
from whistle.domain.counting import Period
from whistle.domain.registration import Enquiry, Issue
from whistle.domain.report_draft import ReportDraft
from whistle.keys.cases import box_registration
from whistle.keys.keyring import InboxKeys
from whistle.keys.records import Registration
from whistle.report.building import Wanted, build
from whistle.report.writing import to_pdf
from whistle.storage.engine import open_store
from whistle.storage.migrations import upgrade

SIZES = (1_000, 10_000, 100_000)
AIMS = {1_000: 0.5, 10_000: 2.0, 100_000: 10.0}
AIM_MEGABYTES = 400
AT_ONCE = 1_000
DAYS = 365
CLOSED, TWO_ISSUES, PASSED_ON = 0.9, 0.1, 0.1
FEW = 10_000  # registrations up to which everything is done more often
OFTEN, SELDOM = 5, 3


class Town:
    """Registrations by chance, the same each time."""

    def __init__(self, work: CaseworkService, seed: int) -> None:
        """Take the member who enters them."""
        self._work, self._luck = work, random.Random(seed)
        self._office = work.here.profile.office
        self._first = first_day(work)

    def case(self, inbox: InboxKeys) -> Rows:
        """Make the rows of a case."""
        luck = self._luck
        received = self._first + timedelta(days=luck.randrange(DAYS))
        closed = received if luck.random() < CLOSED else None
        known = Registration(
            title="Klage over sagsbehandling",
            acknowledged=received,
            feedback=received,
            closed=closed,
            enquiry=self._enquiry(),
        )
        case_id = secrets.token_bytes(16)
        rows = entering.rows_of(self._work, inbox, NewCase(case_id, received, known))
        if closed and luck.random() < PASSED_ON:
            rows = self._passed_on(inbox, rows, known)
        return rows

    def _enquiry(self) -> Enquiry:
        luck, office = self._luck, self._office
        casework = luck.random() < 0.7  # noqa: PLR2004
        issues = [self._issue() for _ in range(2 if luck.random() < TWO_ISSUES else 1)]
        return Enquiry(
            purpose="klage over sagsbehandling",
            way_in=luck.choice(office.ways_in).id,
            handling=luck.choice(office.handlings).id,
            casework=casework,
            enquirer=luck.choice(office.enquirers).id,
            approached=luck.random() < 0.5,  # noqa: PLR2004
            outcome=luck.choice(office.outcomes).id,
            issues=tuple(dict.fromkeys(issues)) if casework else (),
        )

    def _issue(self) -> Issue:
        luck, office = self._luck, self._office
        category, centre = luck.choice(office.categories), luck.choice(office.centres)
        below = category.subcategories
        return Issue(category.id, luck.choice(below).id if below else "", centre.id)

    def _passed_on(self, inbox: InboxKeys, rows: Rows, known: Registration) -> Rows:
        """Give the rows of a closed case whose centre answered."""
        course = Course(Channel.CITIZEN, rows.case.received, rows.case.received)
        told = anonymise(course, known.enquiry, (), self._work.deadlines(inbox, rows.case))
        centre = self._luck.choice(self._office.centres).id
        record = new_record(
            inbox, replace(told, replies=(Reply(centre, days=self._luck.randrange(60)),))
        )
        known = replace(known, record=record.id)
        registration = box_registration(inbox, rows.keys, known, version=1)
        return rows._replace(registration=registration, record=record)


def first_day(work: CaseworkService) -> date:
    """Give the first day of the report's year, which is over today."""
    return work.here.clock.today() - timedelta(days=DAYS - 1)


def fill(database: Path, founding: Founding, number: int) -> None:
    """Enter so many cases, as rows."""
    store = open_store(f"sqlite:///{database}")
    upgrade(store)
    office = open_office(store, founding)
    work = office.work_of(office.adviser)
    inbox = entering.inbox_to_enter(work, Channel.CITIZEN)
    town = Town(work, number)
    for first in range(0, number, AT_ONCE):
        made = [town.case(inbox) for _ in range(min(AT_ONCE, number - first))]
        with store.write() as db:
            entering.insert(db, inbox, made)
    store.dispose()


def measure(database: Path, founding: Founding, number: int) -> None:
    """Measure an office that is filled, and print."""
    office = open_again(database, founding)
    runs = OFTEN if number <= FEW else SELDOM
    idle = memory()
    print(f"{number} registrations, {database.stat().st_size / 1e6:.0f} MB, load {load():.1f}")
    for name, stage in stages(office).items():
        aim = f"   (aim {AIMS[number]} s)" if name == "the whole" and number in AIMS else ""
        print(f"  {name:<20} {timed(stage, runs)}{aim}", flush=True)
    print(
        f"  memory: {idle:.0f} MB before, at most {memory():.0f} MB   (aim {AIM_MEGABYTES} MB)",
        flush=True,
    )


def stages(office: Office) -> dict[str, Callable[[], object]]:
    """Give what a report is made by, each by itself, and the whole."""
    work = office.work_of(office.adviser)
    period = Period(first_day(work), work.here.clock.today())
    draft = ReportDraft(period.first, period.last)
    facts = gather(work).facts
    profile, wanted = work.here.profiles, Wanted(period)
    report = build(profile, facts, wanted)

    def whole() -> None:
        made = make(work, draft)
        to_pdf(made.report, made.document)

    return {
        "opening": lambda: gather(work),
        "all tables": lambda: build(profile, facts, wanted),
        "PDF": lambda: to_pdf(report),
        "the whole": whole,
    }


def timed(act: Callable[[], object], runs: int) -> str:
    """Do something again and again; say the medians."""
    wall, used = [], []
    for _ in range(runs):
        begun, before = time.perf_counter(), time.process_time()
        act()
        wall.append(time.perf_counter() - begun)
        used.append(time.process_time() - before)
    return f"processor {statistics.median(used):7.3f} s, clock {statistics.median(wall):7.3f} s"


def memory() -> float:
    """Give the most megabytes this process ever had (RSS)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def load() -> float:
    """Give how many processes wait for the processor."""
    return os.getloadavg()[0]


def each_alone(sizes: Iterable[int], *acts: Callable[[Path, Founding, int], None]) -> None:
    """Have ``acts`` done to an office of each size, each in a process of its own."""
    founding = found()
    context = multiprocessing.get_context("fork")
    for number in sizes:
        with tempfile.TemporaryDirectory() as folder:
            database = Path(folder) / "whistle.sqlite"
            for act in acts:
                process = context.Process(target=act, args=(database, founding, number))
                process.start()
                process.join()
                if process.exitcode:
                    raise SystemExit(f"{act.__name__} failed")


def main() -> None:
    """Measure offices of several sizes."""
    each_alone([int(one) for one in sys.argv[1:]] or SIZES, fill, measure)


if __name__ == "__main__":
    main()

"""What bringing a table in costs, and taking it out again, on SQLite.

    uv run python -m bench.exchange [ROWS …]

The same rows as CSV and as a workbook, each an enquiry of its own with one issue, most of them
closed: read, checked against an empty office (as the page's first step does), imported, and taken
out. Each in a process of its own. Prints processor time (of the process that reads workbooks, too),
the clock and the most memory (RSS). The default is 1,000, 10,000 and 100,000 rows.
"""

import csv
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path

import xlsxwriter

from tests.support.office import Founding, found, open_office
from whistle.casework.exchange.columns import COLUMNS, MOST_ROWS, REQUIRED
from whistle.casework.exchange.importing import Files, import_files, try_import
from whistle.casework.exchange.registrations import export_table
from whistle.casework.exchange.sheet import read_sheet
from whistle.casework.exchange.writing import as_csv
from whistle.casework.service import CaseworkService
from whistle.storage.engine import open_store
from whistle.storage.migrations import upgrade

SIZES = (1_000, 10_000, 100_000)
YEARS, OPEN = 4, 0.05


def rows(work: CaseworkService, number: int) -> Iterator[Sequence[str]]:
    """Give a table by chance, the same each time."""
    luck, office = random.Random(number), work.here.profile.office
    for place in range(number):
        received = work.here.clock.today() - timedelta(days=luck.randrange(365 * YEARS))
        category = luck.choice(office.categories)
        told = {
            "enquiry_id": f"{received.year}-{place}",
            "received": received.isoformat(),
            "channel": "citizen",
            "way_in": luck.choice(office.ways_in).id,
            "handling": luck.choice(office.handlings).id,
            "casework": "yes",
            "enquirer": luck.choice(office.enquirers).id,
            "outcome": luck.choice(office.outcomes).id,
            "approached": "yes",
            "closed": "" if luck.random() < OPEN else received.isoformat(),
            "category": category.id,
            "subcategory": luck.choice(category.subcategories).id if category.subcategories else "",
            "centre": luck.choice(office.centres).id,
        }
        yield [told.get(name, "") for name in COLUMNS]


def as_table(every: Sequence[Sequence[str]]) -> bytes:
    """Write CSV."""
    text = StringIO()
    csv.writer(text).writerows([COLUMNS, *every])
    return text.getvalue().encode()


def as_workbook(every: Sequence[Sequence[str]]) -> bytes:
    """Write a workbook."""
    made = BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    sheet = book.add_worksheet()
    for row, cells in enumerate([COLUMNS, *every]):
        for column, cell in enumerate(cells):
            sheet.write_string(row, column, cell)
    book.close()
    return made.getvalue()


def measure(founding: Founding, number: int) -> None:
    """Bring a table in, and take it out."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'whistle.sqlite'}")
        upgrade(store)
        office = open_office(store, founding)
        work = office.work_of(office.adviser)
        table = list(rows(work, number))
        files = {"CSV": as_table(table), "workbook": as_workbook(table)}
        del table
        sizes = ", ".join(f"{kind} {len(one) / 1e6:.1f} MB" for kind, one in files.items())
        print(f"{number} rows, {sizes}")
        for kind, content in files.items():
            told(f"read, {kind}", partial(read_sheet, content, COLUMNS, REQUIRED, MOST_ROWS))
        told("checked", lambda: try_import(work, Files(files["CSV"])))
        told("imported", lambda: import_files(work, Files(files["CSV"])))
        told("taken out as CSV", lambda: as_csv(export_table(work).rows))
        store.dispose()


def told(name: str, act: Callable[[], object]) -> None:
    """Do something, and print what it took."""
    begun, used = time.perf_counter(), processor()
    act()
    print(
        f"  {name:<18} processor {processor() - used:7.2f} s, "
        f"clock {time.perf_counter() - begun:7.2f} s, memory at most {memory():.0f} MB",
        flush=True,
    )


def processor() -> float:
    """Give the seconds of the processor that this process and those that it began took."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def memory() -> float:
    """Give the most megabytes that this process or one that it began ever had (RSS)."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return max(one.ru_maxrss for one in used) / 1024


def main() -> None:
    """Measure tables of several sizes."""
    founding = found()
    for number in [int(one) for one in sys.argv[1:]] or SIZES:
        process = multiprocessing.get_context("fork").Process(
            target=measure, args=(founding, number)
        )
        process.start()
        process.join()


if __name__ == "__main__":
    main()

"""The day's entry in the log: which sealed rows came and went; and the checkpoint after it.

Whenever it runs, it tells of finished days only. What came today waits, so that neither the entry
nor its time places a report or a message within its day (`whistle.storage.batches`).
"""

from collections.abc import Sequence
from datetime import date, timedelta

from whistle.audit.checkpoints import make_checkpoint
from whistle.audit.entries import HOUSEKEEPING
from whistle.audit.log import Deed, Log
from whistle.domain.logged import Logged
from whistle.housekeeping.house import House
from whistle.keys.canonical import Json
from whistle.storage import jobs, removal
from whistle.storage.batches import Changes, changes, learn
from whistle.storage.errors import DoneError
from whistle.storage.sealed_rows import state

JOB = "day"
DIGESTS = 50_000  # of an entry: 3.4 MB, which an export has to carry in one line
REMEMBERED = timedelta(days=31)  # no copy of the database is older than 30 days


def finish_day(here: House) -> date | None:
    """Tell of the day before, once; give it, or nothing where it is not time yet, or was done.

    Where days were missed, the entry tells of all that they brought. Entry, checkpoint and what the
    log knows from then on are written in one transaction. Raises `UnloggedError` and the store's.
    """
    today = here.clock.today()
    day = today - timedelta(days=1)
    if here.hour_of_day() < here.chores.hour:
        return None
    with here.store.read() as db:
        if jobs.is_done(db, JOB, day):
            return None
        told = changes(db, today)
    log = Log(here.store, here.installation, here.clock, HOUSEKEEPING)
    try:
        with here.store.write() as db:
            jobs.finish(db, JOB, day)
            before = state(db)  # told as well: who changed it meanwhile is not covered up for
            learn(db, told)
            removal.forget(db, fresh_before=today, removed_before=today - REMEMBERED)
            deeds = [Deed(Logged.DAY_CAME_IN, part) for part in _told(told, day, before, state(db))]
            log.append(db, *deeds)
            make_checkpoint(db, here.installation, here.log_key, day)
    except DoneError:  # somebody whose turn was over finished after all
        return None
    return day


def _told(told: Changes, day: date, before: bytes, known: bytes) -> Sequence[Json]:
    """Say it in an order that is the same whatever order things came in.

    In one entry, or in as many as it takes; the last has what was known before, and is after it.
    """
    digests = [("went", digest) for digest in sorted(row.digest.hex() for row in told.went)]
    digests += [("came", digest) for digest in sorted(row.digest.hex() for row in told.came)]
    parts = [
        _part(day, digests[start : start + DIGESTS])
        for start in range(0, max(1, len(digests)), DIGESTS)
    ]
    parts[-1] |= {"before": before.hex(), "state": known.hex()}
    return parts


def _part(day: date, digests: list[tuple[str, str]]) -> dict[str, object]:
    return {
        "day": day.isoformat(),
        "came": [digest for where, digest in digests if where == "came"],
        "went": [digest for where, digest in digests if where == "went"],
    }

"""The day's entry in the log: which sealed rows came and went; and the checkpoint after it.

Whenever it runs, it tells of finished days only. What came today waits, so that neither the entry
nor its time places a report or a message within its day (`whistle.storage.batches`).
"""

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

JOB = "day"
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
            learn(db, told)
            removal.forget(db, fresh_before=today, removed_before=today - REMEMBERED)
            log.append(db, Deed(Logged.DAY_CAME_IN, _told(told, day)))
            make_checkpoint(db, here.installation, here.log_key, day)
    except DoneError:  # somebody whose turn was over finished after all
        return None
    return day


def _told(told: Changes, day: date) -> Json:
    """Say it in an order that is the same whatever order things came in."""
    return {
        "day": day.isoformat(),
        "came": sorted(row.digest.hex() for row in told.came),
        "went": sorted(row.digest.hex() for row in told.went),
    }

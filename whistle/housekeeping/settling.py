"""After the day's entry: the order in which rows lie, or were written, tells of the night alone."""

import sqlite3
from datetime import timedelta

from sqlalchemy.exc import DBAPIError

from whistle.housekeeping.house import House
from whistle.storage import jobs
from whistle.storage.engine import is_sqlite
from whistle.storage.errors import BusyError, DoneError
from whistle.storage.settling import RoomError, settle, write_file_anew

JOB = "settled"


def settle_day(here: House) -> list[str]:
    """Write the rows of the day before anew, once, after its batch; give what went wrong.

    Where somebody is writing it is tried again in the next round; where a file is too large for
    it, or the disk too full, on the next day.
    """
    day = here.clock.today() - timedelta(days=1)
    if here.hour_of_day() < here.chores.hour:
        return []
    with here.store.read() as db:
        if jobs.is_done(db, JOB, day):
            return []
    trouble = []
    try:
        write_file_anew(here.store)
    except sqlite3.OperationalError:
        return ["the database's file could not be written anew yet: somebody is writing"]
    except RoomError as error:
        trouble.append(f"the database's file was not written anew: {error}")
    try:
        with here.store.write() as db:
            jobs.finish(db, JOB, day)
            if not is_sqlite(here.store.engine):
                settle(db, JOB)
    except DoneError:
        pass
    except (DBAPIError, BusyError):
        trouble.append("the day's rows could not be written anew yet: somebody is writing")
    return trouble

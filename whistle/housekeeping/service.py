"""One round of housekeeping. However many begin at once, one of them does the work."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from whistle.housekeeping.day import finish_day
from whistle.housekeeping.house import House
from whistle.housekeeping.letters import mail_checkpoints
from whistle.housekeeping.settling import settle_day
from whistle.keys.sessions import ABSOLUTE
from whistle.storage import jobs, members
from whistle.storage.attachments import sweep
from whistle.storage.errors import DoneError
from whistle.storage.jobs import LeaseRow
from whistle.storage.restoring import check_whole
from whistle.storage.tables import ID_BYTES

TURN = timedelta(minutes=15)  # after which another may take over: whoever had it has died
TIDYING = "tidying"
REMEMBERED = timedelta(days=400)  # which days are done


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did. ``mine``: whether it was this one's turn; else it did nothing.

    ``day``: that was told of in the log. ``trouble``: what went wrong and is tried again.
    """

    mine: bool
    day: date | None = None
    trouble: list[str] = field(default_factory=list)


def keep_house(here: House) -> Round:
    """Do what is to be done by now, once.

    Raises `UnfinishedRestoreError` where a copy is being put into the database, `UnloggedError`,
    and what the store raises: then the rest is left for the next round.
    """
    with here.store.read() as db:
        check_whole(db)
    now = int(_utc(here.clock.now()).timestamp())
    lease = LeaseRow("house", secrets.token_bytes(ID_BYTES), now + int(TURN.total_seconds()))
    if not jobs.take(here.store, lease, now):
        return Round(mine=False)
    try:
        day = finish_day(here)
        tidy(here)
        trouble = mail_checkpoints(here)
        return Round(mine=True, day=day, trouble=[*trouble, *settle_day(here)])
    finally:
        jobs.give_back(here.store, lease)


def tidy(here: House) -> None:
    """Once a day, remove what nobody needs: abandoned files, sessions that are over."""
    today = here.clock.today()
    with here.store.read() as db:
        if jobs.is_done(db, TIDYING, today):
            return
    try:
        with here.store.write() as db:
            jobs.finish(db, TIDYING, today)
            sweep(db, today - timedelta(days=1))
            members.end_sessions_started_before(db, here.clock.now() - ABSOLUTE)
            jobs.forget_done(db, today - REMEMBERED)
    except DoneError:
        return


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)

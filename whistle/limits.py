"""Global budgets: so much for everybody together, then "try again at", and never a ban.

Nothing is by address, and nothing is stored: the counts stand in memory, by the hour and the day,
and each worker has its share of a budget. What is full for new reports is not yet full for those
who come back, nor for casework.
"""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from whistle.domain.clock import DANISH
from whistle.storage.engine import Store, is_sqlite

MEGABYTE = 1_000_000
ROOM_SECONDS = 10  # how long a measurement of the room left is believed
AFTER_FULL = timedelta(hours=1)  # when to try again where room has to be made first


class NoRoomError(Exception):
    """Nothing more is taken just now. ``again_at``: when to try again, UTC without zone."""

    def __init__(self, again_at: datetime) -> None:
        """Say until when."""
        super().__init__("no room")
        self.again_at = again_at


class Share(StrEnum):
    """Who sends. A flood of the first leaves the others theirs."""

    REPORT = "report"
    MESSAGE = "message"
    CASEWORK = "casework"


@dataclass(frozen=True, slots=True)
class Budgets:
    """What an installation takes; ``docs/settings.md`` explains each."""

    reports_per_hour: int = 2_000
    reports_per_day: int = 10_000
    messages_per_hour: int = 2_000
    megabytes_per_day: int = 20_000
    free_megabytes: int = 500
    database_megabytes: int = 50_000

    def among(self, workers: int) -> "Budgets":
        """Give one worker's share of what is counted; room is the same for all."""
        counted = [one.name for one in fields(self) if "_per_" in one.name]
        return replace(self, **{name: -(-getattr(self, name) // workers) for name in counted})


def hour(now: datetime) -> tuple[datetime, datetime]:
    """Give begin and end of the hour around a moment (UTC, without zone)."""
    begin = now.replace(minute=0, second=0, microsecond=0)
    return begin, begin + timedelta(hours=1)


def day(now: datetime) -> tuple[datetime, datetime]:
    """Give begin and end of the Danish day around a moment (UTC, without zone)."""
    today = now.replace(tzinfo=UTC).astimezone(DANISH).date()
    begin, end = (
        datetime.combine(one, datetime.min.time(), DANISH).astimezone(UTC).replace(tzinfo=None)
        for one in (today, today + timedelta(days=1))
    )
    return begin, end


class Counter:
    """How much of something came in this hour or day; what came before is forgotten."""

    def __init__(
        self, most: int, period: Callable[[datetime], tuple[datetime, datetime]] = hour
    ) -> None:
        """Count up to ``most`` in each ``period``."""
        self._most, self._period = most, period
        self._begin: datetime | None = None
        self._used = 0

    def full_until(self, now: datetime, amount: int = 1) -> datetime | None:
        """Say from when there is room for ``amount``; none when there is."""
        begin, end = self._period(now)
        if begin != self._begin:
            self._begin, self._used = begin, 0
        return end if self._used + amount > self._most else None

    def add(self, amount: int = 1) -> None:
        """Count ``amount``, after asking `full_until`."""
        self._used += amount

    def give_back(self, taken: datetime, amount: int = 1) -> None:
        """Count ``amount`` less, if the period is still the one in which it was taken."""
        if self._period(taken)[0] == self._begin:
            self._used -= amount


class Room:
    """How much more the database may hold: on SQLite by the disk, on PostgreSQL by its own size."""

    def __init__(self, database_bytes: int) -> None:
        """Let PostgreSQL grow to ``database_bytes``."""
        self._database_bytes = database_bytes
        self._left, self._measured = float("inf"), float("-inf")

    def left(self, store: Store) -> float:
        """Give the bytes that are left, measured in the last seconds."""
        if time.monotonic() - self._measured > ROOM_SECONDS:
            with suppress(OSError, SQLAlchemyError):  # then the database itself will say what is up
                self._left = self._measure(store)
            self._measured = time.monotonic()
        return self._left

    def _measure(self, store: Store) -> int:
        path = store.engine.url.database
        if is_sqlite(store.engine) and path:
            return shutil.disk_usage(Path(path).parent).free
        with store.read() as db:
            size = db.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
        return self._database_bytes - int(size)


class Limits:
    """The budgets of one worker at work."""

    def __init__(self, budgets: Budgets = Budgets()) -> None:
        """Start counting at nothing."""
        self.budgets = budgets
        self.room = Room(budgets.database_megabytes * MEGABYTE)
        self._lock = threading.Lock()
        self._reports: dict[str, list[Counter]] = {}
        self._messages = [Counter(budgets.messages_per_hour)]
        bytes_per_day = budgets.megabytes_per_day * MEGABYTE
        self._bytes = {
            share: Counter(bytes_per_day, day) for share in (Share.REPORT, Share.MESSAGE)
        }

    def no_room_until(self, share: Share, store: Store, now: datetime) -> datetime | None:
        """Say when to try again, where what is left is kept for others; none while there is room.

        Reports leave the last ``free_megabytes`` alone, messages half of them, casework a quarter.
        """
        kept = self.budgets.free_megabytes * MEGABYTE
        needed = {Share.REPORT: kept, Share.MESSAGE: kept // 2, Share.CASEWORK: kept // 4}[share]
        return now + AFTER_FULL if self.room.left(store) < needed else None

    @contextmanager
    def report(self, channel: str, store: Store, now: datetime) -> Iterator[None]:
        """Hold a place for a report by ``channel`` while it is stored; see `_place`."""
        with self._lock:
            counters = self._reports.setdefault(
                channel,
                [
                    Counter(self.budgets.reports_per_hour),
                    Counter(self.budgets.reports_per_day, day),
                ],
            )
        with self._place(Share.REPORT, counters, store, now):
            yield

    @contextmanager
    def message(self, store: Store, now: datetime) -> Iterator[None]:
        """Hold a place for what somebody who came back does; see `_place`."""
        with self._place(Share.MESSAGE, self._messages, store, now):
            yield

    def take_bytes(self, share: Share, size: int, now: datetime) -> datetime | None:
        """Count bytes of a file, or say when to try again. Casework's are not counted."""
        if share is Share.CASEWORK:
            return None
        with self._lock:
            return _take([self._bytes[share]], now, size)

    def give_back_bytes(self, share: Share, size: int, taken: datetime) -> None:
        """Count bytes no more that were taken at a moment: they are not stored after all."""
        if share is not Share.CASEWORK:
            with self._lock:
                self._bytes[share].give_back(taken, size)

    @contextmanager
    def _place(
        self, share: Share, counters: list[Counter], store: Store, now: datetime
    ) -> Iterator[None]:
        """Count one, or raise `NoRoomError`; not counted when the block raises: nothing is stored.

        Taken before the block, so that those who come at the same time do not overrun it.
        """
        full = self.no_room_until(share, store, now)
        if full is None:
            with self._lock:
                full = _take(counters, now)
        if full:
            raise NoRoomError(full)
        try:
            yield
        except BaseException:
            with self._lock:
                for counter in counters:
                    counter.give_back(now)
            raise


def _take(counters: list[Counter], now: datetime, amount: int = 1) -> datetime | None:
    """Count with all, or with none."""
    full = [until for one in counters if (until := one.full_until(now, amount))]
    if full:
        return max(full)
    for counter in counters:
        counter.add(amount)
    return None

"""Delays that grow with each failure, for each account: nobody is ever locked out for good.

Only codes are refused unseen: whoever shows one has the passphrase. A right passphrase passes at
any time, as strangers could keep a member out by a wrong one now and then; its 77 bits need no
delay, and the turnstile bounds how many are tried.

Who signs in from a browser that a member has signed in from before has a count of their own, so
that whoever has the passphrase does not keep the member from working. Every try is counted before
it is made, so that many at once are no way around; what succeeds is taken back.
"""

import hmac
from datetime import datetime, timedelta
from enum import StrEnum

from whistle.crypto.place import Place, Purpose
from whistle.gateway.turnstile import Lane
from whistle.installation import Installation
from whistle.storage import sign_in_failures as queries
from whistle.storage.errors import DuplicateError
from whistle.storage.rows import SignInFailureRow

FREE = 5  # tries before the first delay
LONGEST = timedelta(minutes=5)
FORGOTTEN = timedelta(hours=1)  # without a try; a stranger gains nothing by waiting so long
_TIMES = 3  # somebody else may insert the same row first, but only once


class What(StrEnum):
    """What is tried. A right passphrase does not take back wrong codes."""

    PASSPHRASE = "passphrase"  # noqa: S105  (the name of what is counted)
    CODE = "code"


class DelayedError(Exception):
    """There were too many failures, and this one did not pass. ``until``: UTC without zone."""

    def __init__(self, until: datetime) -> None:
        """Say until when."""
        super().__init__("too many failures")
        self.until = until


def delay_after(failures: int) -> timedelta:
    """Say how long to wait after so many failures: 2 s after five, then doubled, up to 5 min."""
    doubled = min(failures - FREE + 1, 16)
    return min(timedelta(seconds=2**doubled), LONGEST) if doubled > 0 else timedelta()


def _check(row: SignInFailureRow | None, now: datetime) -> None:
    """Raise `DelayedError` for what comes too soon after the last try.

    A last try that is yet to come was counted by a clock that was ahead, and delays nobody. By a
    few minutes clocks may differ: then it counts as made just now.
    """
    if row is None or row.last > now + LONGEST:
        return
    until = min(row.last, now) + delay_after(row.failures)
    if until > now:
        raise DelayedError(until)


class Delays:
    """The counts of one installation. A user name that nobody has is counted in the same way."""

    def __init__(self, installation: Installation) -> None:
        """Work on ``installation``."""
        self._here = installation

    def begin(self, what: What, username: str, lane: Lane) -> None:
        """Count a try, or raise `DelayedError` where it comes too soon."""
        key, now = self._key(what, username, lane), self._here.clock.now()
        with self._here.store.read() as db:  # a flood of tries that come too soon writes nothing
            _check(queries.of(db, key), now)
        for _ in range(_TIMES):
            try:
                with self._here.store.write() as db:
                    queries.forget_before(db, now - FORGOTTEN)
                    row = queries.locked(db, key)
                    _check(row, now)
                    queries.count(db, key, row, now)
            except DuplicateError:
                continue
            return
        raise DelayedError(now + LONGEST)

    def succeeded(self, what: What, username: str, lane: Lane) -> None:
        """Take back what was counted."""
        with self._here.store.write() as db:
            queries.forget(db, self._key(what, username, lane))

    def _key(self, what: What, username: str, lane: Lane) -> bytes:
        """Name a count so that the table does not tell which user names were tried."""
        place = Place(
            Purpose.FORM_TOKEN,
            self._here.id,
            item=username.encode(),
            kind=f"failures/{what}",
            side=lane,
        )
        return hmac.digest(self._here.form_key.reveal(), place.encode(), "sha256")

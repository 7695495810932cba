"""Housekeeping beside a server that runs without a timer: a small process of its own."""

import os
import signal
import sys
import time
from multiprocessing import get_context

from whistle.housekeeping.house import House
from whistle.settings import Settings

FIRST = 20.0  # seconds after the start: whoever is just coming is served first
EVERY = 300.0
AGAIN = 10.0  # after it died, whatever of
LOOK = 1.0  # after the server: this process must not outlive it


def keep_house_beside(settings: Settings) -> None:
    """Start a process that has house kept every few minutes, and ends with this one.

    Forked, so no connection to the database may be open. It serves nobody and has no boot key, and
    neither has the one that does the work: this one holds nothing, and begins that one again
    whenever it dies.
    """
    process = get_context("fork").Process(target=_look_after, args=(settings, os.getpid()))
    process.daemon = True
    process.start()


def _look_after(settings: Settings, server: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's, which ends this too
    signal.signal(signal.SIGTERM, _end)
    keeper = _begin(settings)
    try:
        while os.getppid() == server:
            time.sleep(LOOK)
            if os.waitpid(keeper, os.WNOHANG)[0]:
                keeper = 0
                _say("ended, and is begun again")
                time.sleep(AGAIN)
                keeper = _begin(settings)
    finally:
        if keeper:
            os.kill(keeper, signal.SIGTERM)


def _begin(settings: Settings) -> int:
    """Fork the one that keeps house; give its id."""
    server = os.getpid()
    process = os.fork()
    if process == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        try:
            _keep(settings, server)
        finally:
            os._exit(0)
    return process


def _end(_signal: int, _frame: object) -> None:
    raise SystemExit


def _keep(settings: Settings, server: int) -> None:
    here, due = House.of(settings), time.monotonic() + FIRST
    while os.getppid() == server:
        if time.monotonic() >= due:
            _round(here)
            due = time.monotonic() + EVERY
        time.sleep(LOOK)


def _round(here: House) -> None:
    """Keep house; say what went wrong, by its kind alone, and try again next time."""
    from whistle.housekeeping.service import keep_house  # noqa: PLC0415  (no start waits for it)

    try:
        trouble = keep_house(here).trouble
    except Exception as error:  # noqa: BLE001  (of any kind: tomorrow's day is to be told, too)
        trouble = [type(error).__name__]
    for line in trouble:
        _say(line)


def _say(line: str) -> None:
    sys.stderr.write(f"whistle housekeeping: {line}\n")
    sys.stderr.flush()

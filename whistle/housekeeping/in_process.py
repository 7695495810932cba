"""Housekeeping beside a server that runs without a timer: a small process of its own."""

import os
import signal
import sys
import time
from multiprocessing import get_context

from sqlalchemy.exc import SQLAlchemyError

from whistle.domain.errors import RefusedError
from whistle.housekeeping.house import House
from whistle.housekeeping.service import keep_house
from whistle.settings import Settings
from whistle.storage.errors import StorageError

FIRST = 20.0  # seconds after the start: whoever is just coming is served first
EVERY = 300.0
LOOK = 1.0  # after the server: this process must not outlive it


def keep_house_beside(settings: Settings) -> None:
    """Start a process that keeps house every few minutes, and ends with this one.

    Forked, so no connection to the database may be open. It serves nobody and has no boot key.
    """
    get_context("fork").Process(target=_keep, args=(settings, os.getpid()), daemon=True).start()


def _keep(settings: Settings, server: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's, which ends this too
    here, due = House.of(settings), time.monotonic() + FIRST
    while os.getppid() == server:
        if time.monotonic() >= due:
            _round(here)
            due = time.monotonic() + EVERY
        time.sleep(LOOK)


def _round(here: House) -> None:
    """Keep house; say what went wrong, by its kind alone, and try again next time."""
    try:
        trouble = keep_house(here).trouble
    except (SQLAlchemyError, StorageError, RefusedError, OSError) as error:
        trouble = [type(error).__name__]
    for line in trouble:
        sys.stderr.write(f"whistle housekeeping: {line}\n")
        sys.stderr.flush()

"""Processes that act and log as fast as they can, forked for each line read, to be killed.

Each act is a row of its own, and tells its name in the entry: what is there can be held together.
"""

import os
import secrets
import signal
import sys
from contextlib import suppress
from datetime import datetime

from whistle.audit.entries import Who
from whistle.audit.log import Log, deed
from whistle.domain.clock import Clock
from whistle.domain.logged import Logged
from whistle.storage.engine import Store, open_store
from whistle.storage.errors import StorageError
from whistle.storage.rows import UsedChallengeRow

INSTALLATION = bytes(16)
LATER = datetime(2030, 1, 1)  # noqa: DTZ001  (moments are UTC without zone)


def act_for_ever(store: Store) -> None:
    """Act, and log it, again and again."""
    while True:
        with suppress(StorageError):  # the others kept it waiting for too long: nothing was written
            act(store)


def act(store: Store) -> None:
    """Write a row with a name, and an entry that tells the name."""
    name = secrets.token_bytes(32)
    log = Log(store, INSTALLATION, Clock(), Who.member(secrets.token_bytes(16)), "adviser")
    with log.write(deed(Logged.SIGNED_IN, item=name)) as db:
        UsedChallengeRow(name, LATER).insert(db)


def main() -> None:
    """Fork a writer for each line, and say its number."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    store = open_store(sys.argv[1])
    act(store)  # so that the writers have everything loaded and every statement compiled
    store.dispose()
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            act_for_ever(store)
        print(child, flush=True)  # noqa: T201  (to who forked it)


if __name__ == "__main__":
    main()

"""Processes that write cases as fast as they can, forked so that they can be killed.

Each case is one transaction: a receipt, three messages, and an entry of the log that names it.
"""

import os
import secrets
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date

from whistle.audit.entries import COMMAND
from whistle.audit.log import Log, deed
from whistle.domain.clock import Clock
from whistle.domain.logged import Logged
from whistle.storage.engine import Store, open_store
from whistle.storage.errors import StorageError
from whistle.storage.rows import CaseRow, InboxRow, ItemRow, ReceiptRow

INSTALLATION = bytes(range(16))
INBOX = InboxRow(b"n" * 16, "citizen", "main")
MESSAGES = 3
BODY = 4096


def write_case(store: Store, bodies: int = BODY) -> None:
    """Write one case, whole or not at all."""
    case = CaseRow(
        secrets.token_bytes(16), INBOX.id, date(2026, 11, 20), None, None, is_open=True,
        erase_after=None,
    )  # fmt: skip
    log = Log(store, INSTALLATION, Clock(), COMMAND)
    with log.write(deed(Logged.SIGNED_IN, case=case.id)) as db:
        case.insert(db)
        ReceiptRow(secrets.token_bytes(32), case.id).insert(db)
        ItemRow.insert_all(
            db,
            [
                ItemRow(case.id, secrets.token_bytes(16), "dialogue", 1, 1, os.urandom(bodies))
                for _ in range(MESSAGES)
            ],
        )


def write_for_ever(url: str) -> None:
    """Write cases until killed."""
    store = open_store(url)
    while True:
        with suppress(StorageError):
            write_case(store)


@contextmanager
def running(work: Callable[[], object], number: int = 1) -> Iterator[Sequence[int]]:
    """Do something in processes of their own until the block ends; give their numbers."""
    processes = [forked(work) for _ in range(number)]
    try:
        yield processes
    finally:
        for process in processes:
            kill(process)


def forked(work: Callable[[], object]) -> int:
    """Begin a process; it ends without ado when its work is done."""
    process = os.fork()
    if process == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return process


def kill(process: int) -> int | None:
    """``kill -9``, and wait; give the exit status, or none where it came in time."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    with suppress(ChildProcessError):
        status = os.waitpid(process, 0)[1]
        return None if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    return None

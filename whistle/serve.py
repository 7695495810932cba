"""Serving both doors with granian: one start, one boot key, as many workers as asked for."""

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import Interfaces

from whistle.app import WsgiApp, create_both, create_casework, create_intake
from whistle.domain.clock import Clock
from whistle.installation import Installation, open_installation
from whistle.keys.directory import Directory
from whistle.keys.sessions import BootKey
from whistle.settings import Settings
from whistle.storage.attachments import sweep
from whistle.storage.engine import open_store
from whistle.storage.migrations import upgrade

THREADS = 64


@dataclass(frozen=True, slots=True)
class Port:
    """Listen on this machine alone, at a port."""

    number: int
    address: str = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Socket:
    """Listen on a unix socket, for the owner and the group of the process."""

    path: Path
    mode: int = 0o660


class Door(StrEnum):
    """What one process serves."""

    BOTH = "both"
    INTAKE = "intake"
    CASEWORK = "casework"


_FACTORIES: dict[Door, Callable[[Installation], WsgiApp]] = {
    Door.BOTH: create_both,
    Door.INTAKE: create_intake,
    Door.CASEWORK: create_casework,
}


def serve(
    settings: Settings, listen: Port | Socket, *, door: Door = Door.BOTH, workers: int = 1
) -> None:
    """Serve until stopped. No access log is written: it would say who came when.

    Workers are forked, so that the boot key reaches them through memory and stands nowhere else.
    Raises a `DirectoryError` before anything is served when the keys cannot be trusted.
    """
    store = open_store(settings.database)
    upgrade(store)
    Directory(settings.installation, settings.inboxes, store)
    with store.write() as db:
        sweep(db, Clock().today() - timedelta(days=1))
    store.dispose()  # no connection may cross a fork
    multiprocessing.set_start_method("fork", force=True)
    boot_key = BootKey.random()

    def load(*_arguments: Any) -> Any:
        return _FACTORIES[door](open_installation(settings, boot_key=boot_key))

    server = Granian(
        "whistle.app",
        address=listen.address if isinstance(listen, Port) else "127.0.0.1",
        port=listen.number if isinstance(listen, Port) else 0,
        uds=listen.path if isinstance(listen, Socket) else None,
        uds_permissions=listen.mode if isinstance(listen, Socket) else None,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        log_access=False,
        log_enabled=False,
        websockets=False,
    )
    server.serve(target_loader=load)

"""Serving both doors with granian: one start, one boot key, as many workers as asked for."""

import gc
import multiprocessing
import resource
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces

from whistle.app import create_both, create_casework, create_intake, sign_in_lane
from whistle.domain.clock import Clock
from whistle.gateway.gateway import Gateway
from whistle.housekeeping.in_process import keep_house_beside
from whistle.installation import Installation, open_installation
from whistle.keys.directory import Directory
from whistle.keys.sessions import BootKey
from whistle.settings import Settings
from whistle.storage.attachments import sweep
from whistle.storage.engine import open_store
from whistle.storage.migrations import upgrade

CONNECTIONS = 8192  # in a worker: whoever only holds one costs a file handle and some memory
GRACE = 8  # seconds for what is under way when the server is stopped


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


def serve(
    settings: Settings, listen: Port | Socket, *, door: Door = Door.BOTH, workers: int = 1
) -> None:
    """Serve until stopped. No access log is written: it would say who came when.

    Workers are forked, so that the boot key reaches them through memory and stands nowhere else.
    One that dies is forked anew by the process that made the key: nobody has to sign in again.
    Raises a `DirectoryError` before anything is served when the keys cannot be trusted.
    """
    gc.freeze()  # what is loaded by now stays: nobody looks it through, and workers share it
    store = open_store(settings.database)
    upgrade(store)
    Directory(settings.installation, settings.inboxes, store)
    with store.write() as db:
        sweep(db, Clock().today() - timedelta(days=1))
    store.dispose()  # no connection may cross a fork
    multiprocessing.set_start_method("fork", force=True)
    if settings.housekeeping.in_process and door is not Door.INTAKE:
        keep_house_beside(settings)  # before there is a boot key: it opens nobody's session
    boot_key = BootKey.random()

    def load(*_arguments: Any) -> Any:
        return _gateway(door, open_installation(settings, boot_key=boot_key, workers=workers))

    _allow_connections()
    server = Granian(
        "whistle.app",
        address=listen.address if isinstance(listen, Port) else "127.0.0.1",
        port=listen.number if isinstance(listen, Port) else 0,
        uds=listen.path if isinstance(listen, Socket) else None,
        uds_permissions=listen.mode if isinstance(listen, Socket) else None,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        workers=workers,
        backpressure=CONNECTIONS,
        workers_kill_timeout=GRACE,
        respawn_failed_workers=True,  # where it dies again within seconds, the server ends
        log_access=False,
        log_enabled=False,
        websockets=False,
    )
    server.serve(target_loader=load)


def _gateway(door: Door, installation: Installation) -> Gateway:
    if door is Door.INTAKE:
        return Gateway(create_intake(installation))
    create = create_both if door is Door.BOTH else create_casework
    return Gateway(create(installation), sign_in_lane(installation))


def _allow_connections() -> None:
    """Take as many file handles as the machine allows; 1,024, the usual number, run out first."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

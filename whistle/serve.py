"""Serving both doors with granian: one start, one boot key, as many workers as asked for."""

import multiprocessing
from typing import Any

from granian import Granian
from granian.constants import Interfaces

from whistle.app import create_both
from whistle.installation import open_installation
from whistle.keys.sessions import BootKey
from whistle.settings import Settings
from whistle.storage.engine import open_store
from whistle.storage.migrations import upgrade

THREADS = 32


def serve(settings: Settings, *, address: str, port: int, workers: int = 1) -> None:
    """Serve until stopped. No access log is written: it would say who came when.

    Workers are forked, so that the boot key reaches them through memory and stands nowhere else.
    """
    store = open_store(settings.database)
    upgrade(store)
    store.dispose()  # no connection may cross a fork
    multiprocessing.set_start_method("fork", force=True)
    boot_key = BootKey.random()

    def load(*_arguments: Any) -> Any:
        return create_both(open_installation(settings, boot_key=boot_key))

    server = Granian(
        "whistle.app",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        log_access=False,
        log_enabled=False,
        websockets=False,
    )
    server.serve(target_loader=load)

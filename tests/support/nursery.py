"""Servers that can be killed without warning, each begun in a blink.

A process of its own has everything imported and every template of a report compiled already, and
forks a server for each line it reads.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.demo import PATIENCE, free_port

NURSE = """
import os, signal, sys
from dataclasses import replace
from pathlib import Path
from whistle.app import create_intake
from whistle.installation import open_installation
from whistle.serve import Port, serve
from whistle.settings import load_settings

settings = load_settings(Path(sys.argv[1]))
settings = replace(settings, housekeeping=replace(settings.housekeeping, in_process=False))
here = open_installation(settings)
reporter = create_intake(here).test_client()
for path in ("/da/report/citizen", "/da/receipt"):
    reporter.get(path, base_url="http://127.0.0.1")
here.store.dispose()  # no connection may cross a fork

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        serve(settings, Port(int(line)))
        os._exit(0)
    print(child, flush=True)
"""


class Nursery:
    """Begins and kills servers on one data folder that a demonstration has set up."""

    def __init__(self, data: Path) -> None:
        """Import everything, once."""
        self._nurse = subprocess.Popen(
            [sys.executable, "-c", NURSE, str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._child = self._port = 0

    def begin(self) -> str:
        """Begin a server, wait until it can receive, and give its address."""
        assert self._nurse.stdin is not None
        assert self._nurse.stdout is not None
        self._port = free_port()
        self._nurse.stdin.write(f"{self._port}\n")
        self._nurse.stdin.flush()
        self._child = int(self._nurse.stdout.readline())
        address = f"http://127.0.0.1:{self._port}"
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
                return address
            time.sleep(0.01)
        raise AssertionError("the server did not answer")

    @property
    def process(self) -> int:
        """The server's process; its one child is the worker that answers."""
        return self._child

    def kill(self) -> None:
        """``kill -9`` the server with all its workers, and see it fall silent."""
        if self._child:
            os.killpg(self._child, signal.SIGKILL)
            while _listens(self._port):
                time.sleep(0.002)
            self._child = 0

    def __enter__(self) -> Self:
        """Nothing more to do."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Kill what still runs."""
        self.kill()
        self._nurse.kill()
        self._nurse.communicate()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0

"""The doors as production runs them: each a process of its own, on a unix socket."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.support.demo import PATIENCE, end

DOORS = ("intake", "casework")


@contextmanager
def served(data: Path, door: str, path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Serve one door of an installation until the block ends."""
    command = [sys.executable, "-m", "whistle", "serve", "--data", str(data), "--door", door]
    command += ["--socket", str(path)]
    with subprocess.Popen(command, start_new_session=True) as process:
        try:
            wait_for(path, process)
            yield process
        finally:
            end(process)


@contextmanager
def both_served(data: Path, sockets: dict[str, Path]) -> Iterator[None]:
    """Serve both doors until the block ends."""
    with ExitStack() as stack:
        for door, path in sockets.items():
            stack.enter_context(served(data, door, path))
        yield


def wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until somebody listens on a socket."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(path)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"the door at {path} did not open")

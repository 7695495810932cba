"""Seconds from the start of `whistle demo` on a fresh folder to its first page.

    uv run python bench/first_page.py [TIMES]

Prints the median and the spread. The aim is 3 s on two cores.
"""

import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path


def main() -> None:
    """Measure, and print."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    seconds = [first_page() for _ in range(times)]
    print(
        f"first page of a fresh demo: median {statistics.median(seconds):.2f} s, "
        f"{min(seconds):.2f} to {max(seconds):.2f} s, {times} starts, {os.cpu_count()} cores"
    )


def first_page() -> float:
    """Start a demonstration, wait for its first page, end it; give the seconds."""
    with tempfile.TemporaryDirectory() as folder, closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
        probe.close()
        command = [sys.executable, "-m", "whistle", "demo", "--data", str(Path(folder) / "data")]
        begun = time.perf_counter()
        process = subprocess.Popen(
            [*command, "--port", str(port)], stdout=subprocess.DEVNULL, start_new_session=True
        )
        try:
            while not answers(port):
                time.sleep(0.01)
            return time.perf_counter() - begun
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()


def answers(port: int) -> bool:
    """Say whether the front page is served."""
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            connection.request("GET", "/da/")
            return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False


if __name__ == "__main__":
    main()

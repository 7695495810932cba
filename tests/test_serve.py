"""A server whose worker dies goes on, with the key that its sessions need."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

from tests.support.mail_server import free_port
from whistle.cli import main

# Serves, and each worker says who it is and which boot key it was handed, as a digest.
SERVE = """
import hashlib, os, sys
from whistle import serve
from whistle.cli import main
opened = serve.open_installation
def open_installation(settings, *, boot_key, workers):
    digest = hashlib.sha256(boot_key.reveal()).hexdigest()
    os.write(1, f"{os.getpid()} {digest}\\n".encode())
    return opened(settings, boot_key=boot_key, workers=workers)
serve.open_installation = open_installation
sys.exit(main(["serve", *sys.argv[1:]]))
"""


def test_a_worker_that_dies_is_followed_by_one_with_the_same_boot_key(tmp_path: Path) -> None:
    assert main(["init", "--data", str(tmp_path / "data")]) == 0
    port = free_port()
    command = [sys.executable, "-c", SERVE, "--data", str(tmp_path / "data"), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            told = (line.split() for line in server.stdout if len(line.split()) == 2)
            first, key = next(told)
            said = status(port)  # that the doors are not open yet
            os.kill(int(first), signal.SIGABRT)
            second, same_key = next(told)
            assert (second != first, same_key) == (True, key)
            assert status(port) == said
        finally:
            server.terminate()


def status(port: int) -> int:
    """Ask for the front page, as soon as somebody listens."""
    for left in reversed(range(100)):
        with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            try:
                connection.request("GET", "/")
                return connection.getresponse().status
            except OSError:
                if not left:
                    raise
                time.sleep(0.2)
    return 0

"""A whole Debian machine for a test: systemd as process 1, on a copy of this one's files.

The copy is an overlay in memory: nothing the machine does reaches the files below it, and all of it
is gone when it stops. Its network is its own and leads nowhere.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from tests.support.requirements import missing

PATIENCE = 120

# In namespaces of its own, so that its mounts and processes end with this shell, which is process 1
# there, whatever ends it.
BOOT = """
set -e
home=$1
mount -t tmpfs tmpfs "$home"
mkdir "$home/changes" "$home/work" "$home/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$home/changes,workdir=$home/work" "$home/root"
[ "$2" = try ] && exit
systemd-nspawn --quiet --directory "$home/root" --machine whistle --register=no \
  --keep-unit --private-network --link-journal=no --boot -- --unit=basic.target
"""
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}


@dataclass(frozen=True)
class Machine:
    """A machine that runs. ``process``: its process 1, as this machine numbers it."""

    process: int

    def run(self, script: str, *, stdin: bytes | None = None) -> subprocess.CompletedProcess[str]:
        """Run a script as root, in bash, and stop at its first failure."""
        enter = ["nsenter", f"--target={self.process}", "--all", "--", "bash", "-euc", script]
        done = subprocess.run(
            enter, env={**ENVIRONMENT, "HOME": "/root"}, input=stdin or b"", capture_output=True,
            check=False,
        )  # fmt: skip
        return subprocess.CompletedProcess(
            script, done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode()
        )

    def do(self, script: str, *, stdin: bytes | None = None) -> str:
        """Run a script, assert that it succeeds, and return what it printed."""
        done = self.run(script, stdin=stdin)
        if done.returncode:
            journal = self.run("journalctl --no-pager --lines 60").stdout
            raise AssertionError(
                f"{script}\nended with {done.returncode}:\n{done.stdout}{done.stderr}\n{journal}"
            )
        return done.stdout

    def path(self, inside: str) -> Path:
        """Return where a file of the machine is found from outside."""
        return Path(f"/proc/{self.process}/root{inside}")


@contextmanager
def booted(home: Path) -> Iterator[Machine]:
    """Run a machine until the block ends, or end the test where there can be none."""
    if shutil.which("systemd-nspawn") is None:
        missing("systemd-nspawn", "systemd-container")
    command = [
        "setpriv",
        "--pdeathsig=KILL",
        "unshare",
        "--mount",
        "--propagation=private",
        "--pid",
        "--fork",
        "--mount-proc",
    ]
    command += ["--kill-child=KILL", "sh", "-c", BOOT, "boot", str(home)]
    tried = subprocess.run([*command, "try"], capture_output=True, text=True, check=False)
    if os.geteuid() != 0 or tried.returncode:
        pytest.skip(f"only a root who may mount can boot a machine: {tried.stderr.strip()}")
    log = home / "console.log"
    # Two at once would share a tree of control groups, and end each other's services.
    turn = Path(tempfile.gettempdir()) / "whistle-machine.lock"
    with (
        turn.open("w") as lock,
        log.open("wb") as output,
        _alone(lock),
        subprocess.Popen(
            [*command, "boot"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            machine = _waited_for(process)
            if machine is None:
                pytest.fail(f"the machine did not start:\n{log.read_text(errors='replace')}")
            yield machine
            machine.run("systemctl poweroff --force --force")
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=20)
        finally:
            process.kill()


@contextmanager
def _alone(lock: IO[str]) -> Iterator[None]:
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(lock, fcntl.LOCK_UN)


def _waited_for(process: subprocess.Popen[bytes]) -> Machine | None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        for number in _descendants(process.pid):
            with suppress(OSError):
                if Path(f"/proc/{number}/comm").read_text() != "systemd\n":
                    continue
                machine = Machine(number)
                if machine.run("systemctl is-active basic.target").stdout.strip() == "active":
                    return machine
        time.sleep(0.2)
    return None


def _descendants(parent: int) -> list[int]:
    found = []
    with suppress(OSError):
        for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
            found += [int(child), *_descendants(int(child))]
    return found

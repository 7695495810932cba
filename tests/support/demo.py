"""The product as a visitor meets it: `whistle demo` in a process of its own, on a free port."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from whistle.crypto.totp import TotpSecret, step_at
from whistle.domain.clock import Clock

PATIENCE = 120  # seconds until the first answer: two busy cores make keys and cases slowly


@dataclass(frozen=True)
class Member:
    """One who signs in at the demo's casework."""

    username: str
    role: str
    passphrase: str = field(repr=False)
    totp: str = field(repr=False)  # base 32


@dataclass(frozen=True)
class Demo:
    """A running demo, as its demo.json tells it."""

    intake: str  # address of the anonymous door, without a slash at the end
    casework: str  # address of the door of those who sign in, likewise
    members: tuple[Member, ...]
    receipts: tuple[str, ...] = field(repr=False)
    key_file: Path | None  # None: no member has one
    data: Path

    def member(self, role: str) -> Member:
        """Return the first member with a role."""
        return next(member for member in self.members if member.role == role)

    def reads(self, member: Member, language: str) -> None:
        """Have a member read in a language from now on."""
        with closing(sqlite3.connect(self.data / "whistle.db", timeout=30)) as db, db:
            chosen = [language, member.username]
            db.execute("UPDATE member SET language = ? WHERE username = ?", chosen)

    def code(self, member: Member) -> str:
        """Return a code that a member's app shows now.

        Each counts once. No test waits half a minute for the next: the demo forgets what was used.
        """
        with closing(sqlite3.connect(self.data / "whistle.db", timeout=30)) as db, db:
            db.execute("UPDATE member SET totp_step = 0 WHERE username = ?", [member.username])
        return TotpSecret.parse(member.totp).code(step_at(Clock().now()))

    def form(self, member: Member) -> dict[str, str | float | bool]:
        """Return all that a member signs in with, as a browser's own requests take a form."""
        return {name: str(value) for name, value in self.credentials(member).items()}

    def credentials(self, member: Member) -> dict[str, object]:
        """Return all that a member signs in with, in one form."""
        return {
            "username": member.username,
            "passphrase": member.passphrase,
            "totp": self.code(member),
        }

    @classmethod
    def load(cls, data: Path) -> "Demo":
        """Read what the demo wrote about itself in its data folder."""
        told = json.loads((data / "demo.json").read_text(encoding="utf-8"))
        members = (
            Member(
                username=member["username"],
                role=member["role"],
                passphrase=member["passphrase"],
                totp=member["totp"],
            )
            for member in told["members"]
        )
        return cls(
            intake=told["intake"].rstrip("/"),
            casework=told["casework"].rstrip("/"),
            members=tuple(members),
            receipts=tuple(told["receipts"]),
            key_file=data / told["key_file"] if told["key_file"] else None,
            data=data,
        )


def free_port() -> int:
    """Return a port that is free now, and the one after it, should each door want its own."""
    while True:
        with closing(socket.socket()) as first, closing(socket.socket()) as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


@contextmanager
def running_demo(data: Path, *arguments: str) -> Iterator[Demo]:
    """Run `whistle demo` on a data folder until the block ends.

    Args:
        data: the demo's folder; one that a demo has used before carries on.
        arguments: more of the command line, such as `--empty` or `--profile`, `aalborg`.
    """
    data.mkdir(parents=True, exist_ok=True)
    before = told_at(data)
    log = data.with_name(f"{data.name}.log")
    command = [sys.executable, "-m", "whistle", "demo", "--data", str(data)]
    command += ["--port", str(free_port()), *arguments]
    clean = {key: value for key, value in os.environ.items() if not key.startswith("WHISTLE_")}
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command,
            env=clean,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield answering(data, process, log, before)
        finally:
            end(process)


def told_at(data: Path) -> int:
    """Say when a demo last wrote about itself; what it wrote before tells of an earlier port."""
    path = data / "demo.json"
    return path.stat().st_mtime_ns if path.exists() else 0


def answering(data: Path, process: subprocess.Popen[bytes], log: Path, before: int = 0) -> Demo:
    """Wait until the demo can receive and return what it tells of itself since ``before``."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if told_at(data) != before:
            try:
                demo = Demo.load(data)
                with urllib.request.urlopen(f"{demo.intake}/healthz", timeout=5) as answer:
                    if answer.status == 200:
                        return demo
            except (OSError, json.JSONDecodeError):
                pass  # half written, or not listening yet
        time.sleep(0.1)
    state = "still running" if process.poll() is None else f"ended with {process.returncode}"
    pytest.fail(f"whistle demo did not answer ({state}):\n{log.read_text()}", pytrace=False)


def end(process: subprocess.Popen[bytes]) -> None:
    """End the demo with all its workers: politely, then not."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(timeout=10)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue

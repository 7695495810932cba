"""``kill -9`` amid reports: what was acknowledged is there, and nothing is there twice."""

import hashlib
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.demo import Demo, answering, free_port, told_at
from tests.support.visitors import PATIENCE, UNREACHABLE, Visitor, file_of

KILLS = 20
SENDERS = 4
MOST_ACKNOWLEDGED = 8  # in one life of the server
LONGEST_DELAY = 0.05  # seconds from then until the axe falls, at most


@dataclass
class Sent:
    """A report that somebody sent, and whether the server said that it was received."""

    form: dict[str, str]
    text: str
    content: bytes
    acknowledged: bool = False

    def fields(self) -> dict[str, object]:
        return {**self.form, "text": self.text, "files": file_of(self.content)}


@dataclass
class Stream:
    """People who send report after report until the server falls silent."""

    address: str
    sent: list[Sent] = field(default_factory=list)

    def run(self) -> None:
        number = 0
        while True:
            number += 1
            try:
                form = Visitor(self.address).form()
                content = hashlib.shake_256(form["receipt"].encode()).digest(300_000)
                report = Sent(form, f"rapport {form['receipt']}", content)
                self.sent.append(report)
                answer = Visitor(self.address).post("/da/report/citizen", report.fields())
                report.acknowledged = answer.status == 200
            except UNREACHABLE:
                return


class Mortal:
    """A demo that can be killed without warning, with all its workers."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.before = told_at(data)
        self.log = data.with_name("mortal.log")
        command = [sys.executable, "-m", "whistle", "demo", "--empty", "--data", str(data)]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self) -> Demo:
        return answering(self.data, self.process, self.log, self.before)

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def test_what_was_acknowledged_survives_twenty_kills_and_nothing_doubles(tmp_path: Path) -> None:
    data = tmp_path / "data"
    chance = random.Random(20)
    reports: list[Sent] = []
    for _ in range(KILLS):
        server = Mortal(data)
        enough = chance.randint(0, MOST_ACKNOWLEDGED)
        reports += _reports_until_killed(server, enough, chance.uniform(0, LONGEST_DELAY))
    survivor = Mortal(data)
    try:
        demo = survivor.wait()
        assert sum(report.acknowledged for report in reports) > KILLS
        assert not all(report.acknowledged for report in reports)
        for report in reports:
            if report.acknowledged:
                assert _opens(demo, report)
        for report in reports:
            answer = Visitor(demo.intake).post("/da/report/citizen", report.fields())
            assert answer.status == 200, answer.page
            assert _opens(demo, report)
    finally:
        survivor.kill()
    with closing(sqlite3.connect(data / "whistle.db")) as database:
        [(cases,)] = database.execute("SELECT count(*) FROM enquiry_case")
        [(bound,)] = database.execute("SELECT count(*) FROM attachment WHERE case_id IS NOT NULL")
        [(sound,)] = database.execute("PRAGMA integrity_check")
    assert (cases, bound, sound) == (len(reports), len(reports), "ok")


def _reports_until_killed(server: Mortal, enough: int, delay: float) -> list[Sent]:
    """Let people send until ``enough`` reports are acknowledged, and a moment longer."""
    demo = server.wait()
    streams = [Stream(demo.intake) for _ in range(SENDERS)]
    threads = [threading.Thread(target=stream.run) for stream in streams]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + PATIENCE
    while sum(one.acknowledged for one in _all(streams)) < enough:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    time.sleep(delay)
    server.kill()
    for thread in threads:
        thread.join()
    return _all(streams)


def _all(streams: list[Stream]) -> list[Sent]:
    return [report for stream in streams for report in list(stream.sent)]


def _opens(demo: Demo, report: Sent) -> bool:
    visitor = Visitor(demo.intake)
    page = visitor.dialogue(report.form["receipt"]).page
    addresses = re.findall(r'href="(/da/receipt/file/[0-9a-f]+)"', page)
    if report.text not in page or len(addresses) != 1:
        return False
    return visitor.get(addresses[0]).body == report.content

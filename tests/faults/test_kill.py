"""``kill -9`` amid reports: what was acknowledged is there, and nothing is there twice."""

import hashlib
import random
import re
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.nursery import Nursery
from tests.support.visitors import PATIENCE, UNREACHABLE, Visitor, file_of
from whistle.cli import main

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


def test_what_was_acknowledged_survives_twenty_kills_and_nothing_doubles(tmp_path: Path) -> None:
    told = kill_amid_reports(tmp_path / "data", KILLS)
    assert told["acknowledged"] > KILLS
    assert told["cut off"] > 0


def kill_amid_reports(data: Path, kills: int) -> dict[str, int]:
    """Kill the server so many times amid reports, and assert that nothing is lost or doubled.

    Gives how many reports were acknowledged, and how many were cut off and had to be sent again.
    """
    assert main(["demo", "--empty", "--no-serve", "--data", str(data)]) == 0
    chance = random.Random(20)
    reports: list[Sent] = []
    with Nursery(data) as nursery:
        for _ in range(kills):
            enough = chance.randint(0, MOST_ACKNOWLEDGED)
            delay = chance.uniform(0, LONGEST_DELAY)
            reports += _reports_until_killed(nursery, enough, delay)
        address = nursery.begin()
        for report in reports:
            if report.acknowledged:
                assert _opens(address, report)
        for report in reports:
            answer = Visitor(address).post("/da/report/citizen", report.fields())
            assert answer.status == 200, answer.page
            assert _opens(address, report)
    with closing(sqlite3.connect(data / "whistle.db")) as database:
        [(cases,)] = database.execute("SELECT count(*) FROM enquiry_case")
        [(bound,)] = database.execute("SELECT count(*) FROM attachment WHERE case_id IS NOT NULL")
        [(sound,)] = database.execute("PRAGMA integrity_check")
    assert (cases, bound, sound) == (len(reports), len(reports), "ok")
    acknowledged = sum(report.acknowledged for report in reports)
    return {"acknowledged": acknowledged, "cut off": len(reports) - acknowledged}


def _reports_until_killed(nursery: Nursery, enough: int, delay: float) -> list[Sent]:
    """Let people send until ``enough`` reports are acknowledged, and a moment longer."""
    address = nursery.begin()
    streams = [Stream(address) for _ in range(SENDERS)]
    threads = [threading.Thread(target=stream.run) for stream in streams]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + PATIENCE
    while sum(one.acknowledged for one in _all(streams)) < enough:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    time.sleep(delay)
    nursery.kill()
    for thread in threads:
        thread.join()
    return _all(streams)


def _all(streams: list[Stream]) -> list[Sent]:
    return [report for stream in streams for report in list(stream.sent)]


def _opens(address: str, report: Sent) -> bool:
    visitor = Visitor(address)
    page = visitor.dialogue(report.form["receipt"]).page
    addresses = re.findall(r'href="(/da/receipt/file/[0-9a-f]+)"', page)
    if report.text not in page or len(addresses) != 1:
        return False
    return visitor.get(addresses[0]).body == report.content

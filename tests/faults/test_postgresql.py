"""PostgreSQL goes down and comes back while people send reports."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.faults.postgresql import AT_ONCE, FAST, Server, move, own_server
from tests.faults.submission import Submission, Told
from tests.support.nursery import Nursery
from tests.support.visitors import Visitor
from whistle.cli import main
from whistle.settings import load_settings, write_settings
from whistle.storage import tables
from whistle.storage.engine import open_store

SENDERS = 4
STOPS = (FAST, AT_ONCE, AT_ONCE)
BEFORE_A_STOP = 4  # reports that are received, at least
PATIENCE = 120


@dataclass
class Town:
    """Whistle on a PostgreSQL server that is about to fail."""

    server: Server
    address: str
    url: str


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """An installation on a PostgreSQL server of its own."""
    data = tmp_path / "data"
    assert main(["demo", "--empty", "--no-serve", "--data", str(data)]) == 0
    with own_server() as server:
        url = server.cluster.url(server.cluster.create_database())
        settings = load_settings(data)
        move(settings.database, url)
        write_settings(data, replace(settings, database=url), "stevns")
        with Nursery(data) as nursery:
            yield Town(server, nursery.begin(), url)


@dataclass
class People:
    """Who sends report after report, each again until it is received."""

    address: str
    sent: list[Submission] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    enough: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self.enough.is_set():
            report = Submission.begin(self.address, 2_000)
            self.sent.append(report)
            while True:
                told = report.send(self.address)
                self.told.append(told)
                if told is Told.RECEIVED:
                    break
                time.sleep(0.05)

    def received(self) -> int:
        return sum(told is Told.RECEIVED for told in list(self.told))


def test_what_was_acknowledged_outlives_postgresql_and_nothing_doubles(town: Town) -> None:
    people = People(town.address)
    threads = [threading.Thread(target=people.run) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    chance = random.Random(4)
    for how in STOPS:
        wait_for(people, people.received() + BEFORE_A_STOP)
        time.sleep(chance.uniform(0, 0.1))
        town.server.stop(how)
        wait_for_more(people)
        town.server.start()
    wait_for(people, people.received() + BEFORE_A_STOP)
    people.enough.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert Told.NOTHING not in people.told  # the server itself never falls silent
    assert len(people.told) > len(people.sent) >= people.received()
    assert all(report.opens(town.address) for report in people.sent)
    store = open_store(town.url)
    with store.read() as db:
        assert db.execute(select(func.count()).select_from(tables.cases)).scalar() == len(
            people.sent
        )
    store.dispose()


def test_every_page_says_so_when_postgresql_is_gone(town: Town) -> None:
    report = Submission.begin(town.address, 100)
    assert report.send(town.address) is Told.RECEIVED
    town.server.stop(FAST)
    visitor = Visitor(town.address)
    assert visitor.get("/healthz").status == 503
    assert visitor.get("/da/").status == 200
    assert visitor.form()["receipt"]
    assert visitor.dialogue(report.fields["receipt"]).status == 503
    assert visitor.get("/casework/inboxes").status in {303, 503}
    town.server.start()
    assert report.opens(town.address)


def wait_for_more(people: People) -> None:
    """Wait until everybody has been told something since now."""
    before = len(people.told)
    wait_until(lambda: len(people.told) > before + SENDERS)


def wait_for(people: People, received: int) -> None:
    wait_until(lambda: people.received() >= received)


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)

"""Submissions with a fault at one call each, and what has to hold after each and after all."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.faults.injection import Call, Fault, calls_in, database_files, injected, traced
from tests.faults.submission import Stored, Submission, Told, stored, sweep_tomorrow
from tests.support.nursery import Nursery
from whistle.cli import main


@dataclass
class Trials:
    """A server, what was sent to it, and how often it said what."""

    nursery: Nursery
    address: str
    database: Path
    size: int
    calls: list[Call] = field(default_factory=list)
    sent: list[Submission] = field(default_factory=list)
    told: dict[Told, int] = field(default_factory=lambda: dict.fromkeys(Told, 0))

    @classmethod
    @contextmanager
    def begin(cls, data: Path, size: int) -> Iterator[Self]:
        """Set up a server; learn which calls a submission with ``size`` bytes of file makes."""
        assert main(["demo", "--empty", "--no-serve", "--data", str(data)]) == 0
        with Nursery(data) as nursery:
            trials = cls(nursery, nursery.begin(), data / "whistle.db", size)
            trials._learn()
            yield trials

    def attempt(self, call: Call, fault: Fault) -> Told:
        """Send a report while one call ends in a fault; then look, and send it once more."""
        report = Submission.begin(self.address, self.size)
        before = stored(self.database)
        with injected(self._worker(), database_files(self.database), call, fault):
            told = report.send(self.address)
        self.told[told] += 1
        if fault is Fault.KILLED:
            self._again()
        where = f"{fault} at {call.name} {call.number}: {told}"
        if told is Told.RECEIVED:
            assert report.opens(self.address), where
        if told is Told.NOT_RECEIVED:
            assert stored(self.database) == before, where
        assert report.send(self.address) is Told.RECEIVED, where
        assert report.opens(self.address), where
        self.sent.append(report)
        return told

    def check_the_whole(self) -> None:
        """Assert that everything is there once, nothing else is, and the database is sound."""
        sweep_tomorrow(self.database)
        number = len(self.sent)
        assert stored(self.database) == Stored(number, number, nobodys=0, sound=True)
        assert all(report.opens(self.address) for report in self.sent[:: max(1, number // 20)])

    def _learn(self) -> None:
        """Send one report undisturbed, after another has opened what the server keeps open."""
        for listening in (False, True):
            report = Submission.begin(self.address, self.size)
            if listening:
                with traced(self._worker(), database_files(self.database)) as trace:
                    assert report.send(self.address) is Told.RECEIVED
                    self.calls = calls_in(trace)
            else:
                assert report.send(self.address) is Told.RECEIVED
            self.sent.append(report)

    def _worker(self) -> int:
        """Give the process that answers: the server's one child."""
        command = ["pgrep", "--parent", str(self.nursery.process)]
        [worker] = subprocess.run(
            command, capture_output=True, text=True, check=True
        ).stdout.split()
        return int(worker)

    def _again(self) -> None:
        self.nursery.kill()
        self.address = self.nursery.begin()

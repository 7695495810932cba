"""Rotations that are killed at any moment while people report and write.

A process of its own has everything imported, and forks somebody who rotates for each line it reads.
The test kills them, and knows what must be readable at the end.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from sqlalchemy import func, select

from whistle.casework.cases import Cases
from whistle.casework.rotation import is_pending, rotate_to_the_end
from whistle.crypto.errors import SealingError
from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Channel, InboxKind, Side
from whistle.installation import Installation
from whistle.intake.service import IntakeService, Report
from whistle.keys.cases import CaseItems, adopt, open_inbox_keys
from whistle.keys.directory import TrustedInbox
from whistle.keys.keyring import InboxKeys, Keyring, open_inboxes
from whistle.keys.records import Identity, Message
from whistle.keys.steps import rotate
from whistle.storage import casework, directory, intake, tables

PATIENCE = 120
TOGETHER = 100  # cases stored in one transaction, to begin with

NURSE = """
import json, os, signal, sys
from whistle.casework.cases import Cases
from whistle.casework.rotation import rotate_to_the_end
from whistle.crypto.secret import Seed
from whistle.domain.channel import Channel, InboxKind, InboxRoot
from whistle.domain.profile import load_profile
from whistle.installation import Installation
from whistle.keys.directory import Directory
from whistle.keys.keyring import Keyring
from whistle.settings import FormKey, LogKey
from whistle.storage.engine import open_store

told = json.loads(sys.stdin.readline())
here, member, seed = (bytes.fromhex(told[name]) for name in ("here", "member", "seed"))
roots = [InboxRoot(Channel(c), InboxKind(k), bytes.fromhex(i), bytes.fromhex(f))
         for c, k, i, f in told["roots"]]
profile = load_profile("stevns")
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        store = open_store(told["database"])
        keys = Directory(here, roots, store)
        installation = Installation(
            here, store, keys, profile, FormKey.random(), LogKey.random().verifying
        )
        for _ in rotate_to_the_end(Cases(installation, Keyring(here, member, Seed(seed)))):
            pass
        os._exit(0)
    print(child, flush=True)
"""


class Rotators:
    """Begins and kills processes that rotate as one member."""

    def __init__(self, here: Installation, member: Keyring) -> None:
        """Import everything, once."""
        self._nurse = subprocess.Popen(
            [sys.executable, "-c", NURSE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._child = 0
        roots = [inbox.root for inbox in here.directory.inboxes]
        told = {
            "database": here.store.engine.url.render_as_string(hide_password=False),
            "here": here.id.hex(),
            "member": member.member_id.hex(),
            "seed": member.seed.reveal().hex(),
            "roots": [
                (root.channel, root.kind, root.inbox_id.hex(), root.fingerprint.hex())
                for root in roots
            ],
        }
        self._say(json.dumps(told))

    def begin(self) -> None:
        """Begin one."""
        self._say("")
        assert self._nurse.stdout is not None
        self._child = int(self._nurse.stdout.readline())

    def kill(self) -> bool:
        """``kill -9`` it, and wait until it is gone; false when it was done already."""
        try:
            os.kill(self._child, signal.SIGKILL)
        except ProcessLookupError:
            return False
        deadline = time.monotonic() + PATIENCE
        while _lives(self._child):
            assert time.monotonic() < deadline
            time.sleep(0.001)
        return True

    def _say(self, line: str) -> None:
        assert self._nurse.stdin is not None
        self._nurse.stdin.write(line + "\n")
        self._nurse.stdin.flush()

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
        if self._child:
            self.kill()
        self._nurse.kill()
        self._nurse.communicate()


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@dataclass
class Town:
    """An installation, a member who rotates, and everybody's receipts with what they wrote."""

    here: Installation
    member: Keyring
    written: dict[str, list[str]] = field(default_factory=dict)

    @property
    def inbox(self) -> TrustedInbox:
        """The inbox that all of this is about."""
        return self.here.directory.inbox(Channel.CITIZEN, InboxKind.MAIN)

    def keys(self) -> InboxKeys:
        """Open the inbox."""
        with self.here.store.read() as db:
            grants = directory.grants_of(db, self.member.member_id)
        (keys,) = open_inboxes(self.member, [self.inbox], grants)
        return keys

    def fill(self, count: int) -> None:
        """Store so many cases; every second one was opened, and answered."""
        keys, service = self.keys(), IntakeService(self.here)
        for start in range(0, count, TOGETHER):
            with self.here.store.write() as db:
                for number in range(start, min(count, start + TOGETHER)):
                    receipt, text = Receipt.random(), f"rapport {number}"
                    report = Report(text, Identity(), concerns_adviser=False)
                    new = service._seal(Channel.CITIZEN, self.inbox, receipt, report)
                    intake.insert_report(db, new)
                    self.written[receipt.show()] = [text]
                    if number % 2:
                        adopted, registration, case_keys = adopt(keys, new.inbox_keys)
                        casework.adopt_case(db, new.inbox_keys, adopted, registration)
                        items = CaseItems(self.here.id, new.case.id, case_keys)
                        answer = Message(Side.CASEWORK, new.case.received, 1, "svar")
                        items.message(answer, item_id=os.urandom(16)).insert(db)

    def take_a_step(self) -> None:
        """Give the inbox another key."""
        with self.here.store.read() as db:
            grants = directory.grants_of(db, self.member.member_id)
        step = rotate(self.member, self.inbox, grants)
        with self.here.store.write() as db:
            directory.add_step(db, step)
        self.here.directory.refresh()

    def is_pending(self) -> bool:
        """Say whether there is something to rotate."""
        return is_pending(Cases(self.here, self.member))

    def finish(self) -> int:
        """Rotate to the end; give how many cases that was."""
        done = sum(one.renewed for one in rotate_to_the_end(Cases(self.here, self.member)))
        assert not self.is_pending()
        return done

    def unreadable(self) -> list[str]:
        """Give what cannot be read by its reporter, or by the member, as it was written."""
        keys, service = self.keys(), IntakeService(self.here)
        found = []
        for shown, texts in self.written.items():
            dialogue = service.open(Receipt.parse(shown))
            told = [one.text for one in dialogue.messages] if dialogue else []
            if [text for text in told if text != "svar"] != texts or not self._opens(keys, shown):
                found.append(shown)
        with self.here.store.read() as db:
            stored = db.execute(select(func.count()).select_from(tables.cases)).scalar_one()
        assert stored == len(self.written)
        return found

    def _opens(self, keys: InboxKeys, shown: str) -> bool:
        with self.here.store.read() as db:
            found = intake.find(db, Receipt.parse(shown).lookup(self.here.id))
            assert found is not None
            stored = casework.get_case(db, found.case.id)
        assert stored is not None
        try:
            opened = open_inbox_keys(keys, stored.keys).keys
            said = CaseItems(self.here.id, stored.case.id, opened).dialogue(stored.items)
        except SealingError:
            return False
        return stored.keys.epoch == self.inbox.epoch and len(said) >= len(self.written[shown])


@contextmanager
def people(town: Town, pause: float) -> Iterator[None]:
    """Have people report, and write more to what they reported, until the block ends."""
    enough, failures = threading.Event(), []

    def run() -> None:
        chance, service = random.Random(7), IntakeService(town.here)
        number = 0
        while not enough.wait(pause):
            number += 1
            try:
                if number % 2:
                    receipt = Receipt.random()
                    report = Report(f"imens {number}", Identity(), concerns_adviser=False)
                    service.receive(Channel.CITIZEN, receipt, report)
                    town.written[receipt.show()] = [report.text]
                else:
                    shown = chance.choice(list(town.written))
                    text = f"mere {number}"
                    service.add_message(Receipt.parse(shown), os.urandom(16), text, ())
                    town.written[shown].append(text)
            except Exception as error:  # noqa: BLE001  (the test asserts that there was none)
                failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()
    assert failures == []


def kill_rotations(town: Town, kills: int, longest: float) -> int:
    """Kill so many rotations, each within ``longest`` seconds; give how many keys that took."""
    chance, steps, killed = random.Random(20), 0, 0
    with Rotators(town.here, town.member) as rotators, people(town, longest / 8):
        while killed < kills:
            if not town.is_pending():
                town.take_a_step()
                steps += 1
            rotators.begin()
            time.sleep(chance.uniform(0, longest))
            killed += rotators.kill()
    return steps

"""Eight writers, killed at random: no gap, no fork, no act without entry, no entry without act."""

import os
import random
import signal
import subprocess
import sys
import time

from tests.faults import log_writers
from tests.faults.log_writers import INSTALLATION
from whistle.audit.entries import leaf_content, open_details
from whistle.crypto.merkle import leaf_hash, root_of
from whistle.storage import log as queries
from whistle.storage.engine import open_store
from whistle.storage.migrations import upgrade
from whistle.storage.rows import UsedChallengeRow

WRITERS = 8
KILLS = 200
LONGEST_LIFE = 0.06  # seconds between two kills, at most


def test_the_log_survives_two_hundred_kills_of_its_writers(database_url: str) -> None:
    store = open_store(database_url)
    upgrade(store)
    kill_writers(database_url, KILLS)
    with store.read() as db:
        rows = list(queries.entries(db))
        head = queries.head(db)
        acts = {row.challenge_hash.hex() for row in UsedChallengeRow.all(db, _EVERY_ACT)}
    store.dispose()
    assert [row.number for row in rows] == list(range(head.size)), "a gap"
    leaves = [leaf_hash(leaf_content(row)) for row in rows]
    assert [row.leaf for row in rows] == leaves
    assert head.root() == root_of(leaves), "a fork"
    told = [str(open_details(INSTALLATION, row).about["item"]) for row in rows]
    assert len(told) == len(set(told))
    assert set(told) == acts
    assert len(acts) > KILLS


_EVERY_ACT = UsedChallengeRow.select()


def kill_writers(url: str, kills: int) -> None:
    """Have writers write, and kill one after the other; each is replaced."""
    chance = random.Random(20)
    with subprocess.Popen(
        [sys.executable, "-m", log_writers.__name__, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as nurse:
        alive = [_begin(nurse) for _ in range(WRITERS)]
        try:
            for _ in range(kills):
                time.sleep(chance.uniform(0, LONGEST_LIFE))
                os.kill(alive.pop(chance.randrange(WRITERS)), signal.SIGKILL)
                alive.append(_begin(nurse))
        finally:
            for one in alive:
                os.kill(one, signal.SIGKILL)


def _begin(nurse: "subprocess.Popen[str]") -> int:
    assert nurse.stdin is not None
    assert nurse.stdout is not None
    nurse.stdin.write("\n")
    nurse.stdin.flush()
    return int(nurse.stdout.readline())

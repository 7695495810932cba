"""Two worlds that differ in the time of day alone: nothing that is stored tells them apart.

The same people do the same things on the same days; in one world the reporters come early and in
the other late, and in between housekeeping has been. What members do, they do at the same time in
both: their times are their own.
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import LargeBinary, select

from tests.housekeeping.life import batches, house_of
from tests.support.office import NOON, Founding, Office, a_file, open_office
from tests.support.stores import Ground
from whistle.crypto.receipt import Receipt
from whistle.housekeeping import day
from whistle.housekeeping.service import keep_house
from whistle.intake.service import IntakeService
from whistle.keys.records import Identity
from whistle.storage import log
from whistle.storage.batches import changes
from whistle.storage.log_tables import metadata

EARLY = [time(0, 1), time(0, 20), time(1, 59)]  # in Denmark, before housekeeping's hour
LATE = [time(8, 30), time(17, 0), time(23, 30)]
SWITCHED = [time(0, 5), time(9, 0), time(23, 59)]
FORM = b"f" * 32


@dataclass
class World:
    """An office on its days. ``hours``: when reporters come; ``polled``: the public's view."""

    office: Office
    hours: list[time]
    receipts: list[Receipt] = field(default_factory=list)
    polled: list[tuple[datetime, int, int]] = field(default_factory=list)

    def live(self, number: int) -> None:
        """Live a day: reporters at their hours, members and housekeeping at the usual ones."""
        midnight = (NOON + timedelta(days=number)).replace(hour=0) - timedelta(hours=1)
        acts = [(one, self._reporters(number, one)) for one in range(len(self.hours))]
        agenda: list[tuple[time, Any]] = [(self.hours[one], act) for one, act in acts]
        agenda += [(time(hour, 2), self._keep_house) for hour in (0, 3, 10, 23)]
        agenda += [(time(12, 30), lambda: self._answer(number))]
        for at, act in sorted(agenda, key=lambda one: one[0]):
            self.office.clock.moment = midnight + timedelta(hours=at.hour, minutes=at.minute)
            act()

    def _reporters(self, number: int, which: int) -> Any:
        intake = IntakeService(self.office.installation)

        def report() -> None:
            files = [a_file()]
            self.receipts.append(Receipt.parse(self.office.reporter().report(files=files)))

        def write() -> None:
            intake.add_message(self.receipts[0], FORM + bytes([number]), "Mere.", ())

        def change_identity() -> None:
            given = (number % 2) == 0
            one, form = self.receipts[1], FORM + bytes([number])
            if given:
                intake.give_identity(one, form, Identity("Åse", "12 34"))
            else:
                intake.withdraw_identity(one, form)

        def replace_receipt() -> None:
            new = Receipt.random()
            intake.replace_receipt(self.receipts[0], new)
            self.receipts[0] = new

        if number == 0:
            return report
        return (write, change_identity, replace_receipt if number == 2 else report)[which]

    def _answer(self, number: int) -> None:
        if number:
            work = self.office.work_of(self.office.adviser)
            case_id = self.office.case_of(self.receipts[0].show())
            work.answer(case_id, FORM + bytes([number]), "Et svar.", (), is_feedback=False)

    def _keep_house(self) -> None:
        keep_house(house_of(self.office))
        with self.office.installation.store.read() as db:
            newest = log.newest_checkpoint(db)
        if newest:
            self.polled.append((self.office.clock.now(), newest.size, len(newest.note)))

    def seen(self) -> dict[str, list[Any]]:
        """Give every row of every table, without what is random or sealed: ids, ciphertext."""
        shown = {}
        with self.office.installation.store.read() as db:
            for table in metadata.sorted_tables:
                plain = [one for one in table.columns if not isinstance(one.type, LargeBinary)]
                lengths = [one for one in table.columns if isinstance(one.type, LargeBinary)]
                shown[table.name] = sorted(
                    str([row[one.name] for one in plain])
                    + str([len(row[one.name] or b"") for one in lengths])
                    for row in db.execute(select(table)).mappings()
                )
        return shown


@pytest.fixture
def ground(backend: str, request: pytest.FixtureRequest) -> Ground:
    found: Ground = request.getfixturevalue(f"{backend}_ground")
    return found


def lived(ground: Ground, founding: Founding, hours: list[time]) -> tuple[Any, ...]:
    """Give all that somebody sees who has the log, the checkpoints and the database of a world."""
    world = World(open_office(ground.empty(), founding), hours)
    seen = []
    for number in range(5):
        world.live(number)
        seen.append(world.seen())
    told = batches(world.office)
    with world.office.installation.store.read() as db:
        entries = [(one.time, one.actor_kind, len(one.body)) for one in log.entries(db)]
    return seen, world.polled, entries, told.days, len(told.there), len(told.gone)


@pytest.mark.parametrize("hours", [LATE, SWITCHED])
def test_nothing_tells_at_what_time_of_a_day_reporters_came(
    ground: Ground, founding: Founding, hours: list[time]
) -> None:
    early, other = (lived(ground, founding, which) for which in (EARLY, hours))
    for one, another in zip(early[0], other[0], strict=True):
        assert one == another
    assert early[1:] == other[1:]


def test_the_worlds_would_differ_if_a_batch_told_of_the_day_on_which_it_runs(
    ground: Ground, founding: Founding, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day, "changes", lambda db, today: changes(db, today + timedelta(days=1)))
    early, late = (lived(ground, founding, which) for which in (EARLY, LATE))
    assert early[0] != late[0]
    assert early[2] != late[2]

"""``kill -9`` amid rotations, while people report: every case is readable, and it finishes."""

from tests.faults.rotation import Town, kill_rotations
from tests.support.office import Office

CASES = 200
KILLS = 8
LONGEST = 0.12  # seconds that a rotation may live


def test_rotations_killed_at_any_moment_lose_nothing_and_finish(office: Office) -> None:
    town = Town(office.installation, office.adviser)
    town.fill(CASES)
    steps = kill_rotations(town, KILLS, LONGEST)
    assert steps >= 1
    town.finish()
    assert len(town.written) > CASES
    assert town.unreadable() == []

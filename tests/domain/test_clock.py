"""Days are Danish days."""

from datetime import UTC, date, datetime

import pytest

from whistle.domain.clock import Clock, FixedClock


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-20T22:59", date(2026, 11, 20)),
        ("2026-11-20T23:00", date(2026, 11, 21)),
        ("2026-07-20T21:59", date(2026, 7, 20)),
        ("2026-07-20T22:00", date(2026, 7, 21)),
    ],
)
def test_the_day_begins_at_midnight_in_denmark(moment: str, day: date) -> None:
    assert FixedClock(datetime.fromisoformat(moment)).today() == day


def test_the_machines_clock_is_utc_without_zone() -> None:
    now = Clock().now()
    assert now.tzinfo is None
    assert abs((datetime.now(UTC).replace(tzinfo=None) - now).total_seconds()) < 60

"""When a body has come to a standstill, and when it is merely slow."""

import pytest

from whistle.gateway.pace import LEAST, WINDOW, Pace


@pytest.mark.parametrize(
    ("seconds_for_each", "bytes_of_each"),
    [(1.0, 50_000), (29.9, LEAST), (0.001, 1), (6.0, LEAST // 5)],
    ids=["Tor", "at the last moment", "in tiny pieces", "just fast enough"],
)
def test_who_keeps_the_pace_is_never_stalled(seconds_for_each: float, bytes_of_each: int) -> None:
    pace = Pace()
    for _ in range(10_000):
        pace.note(min(seconds_for_each, pace.patience), bytes_of_each)
        assert pace.patience > 0 or not pace.is_stalled()


def test_silence_is_a_standstill_after_a_window() -> None:
    pace = Pace()
    pace.note(WINDOW - 1, 0)
    assert not pace.is_stalled()
    pace.note(1, 0)
    assert pace.is_stalled()


def test_a_byte_now_and_then_does_not_help() -> None:
    pace = Pace()
    for _ in range(30):
        pace.note(WINDOW / 30, 1)
    assert pace.is_stalled()


def test_what_came_fast_at_first_does_not_pay_for_a_later_standstill() -> None:
    pace = Pace()
    pace.note(0.1, 100 * LEAST)
    pace.note(pace.patience, 0)
    assert not pace.is_stalled()
    pace.note(pace.patience, 0)
    assert pace.is_stalled()

"""The dates by which something is due."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Deadlines:
    """A channel's duties: whistleblowerloven § 12, or what the municipality promises itself."""

    acknowledge_days: int = 7
    feedback_months: int = 3


def acknowledge_by(received: date, deadlines: Deadlines) -> date:
    """Give the last day for an acknowledgement of receipt (§ 12, stk. 2, nr. 1)."""
    return received + timedelta(days=deadlines.acknowledge_days)


def feedback_by(received: date, acknowledged: date | None, deadlines: Deadlines) -> date:
    """Give the last day for feedback (§ 12, stk. 2, nr. 3; directive 2019/1937 art. 9(1)(f)).

    Counted from the acknowledgement; where none was sent, from the end of the days it had.
    """
    return add_months(
        acknowledged or acknowledge_by(received, deadlines), deadlines.feedback_months
    )


def add_months(day: date, months: int) -> date:
    """Give the same day ``months`` later, or that month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))

"""What is owed to a reporter, and by which day."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from whistle.domain.legal_clock import Deadlines, acknowledge_by, feedback_by
from whistle.keys.records import Registration
from whistle.storage.rows import CaseRow


class DutyKind(StrEnum):
    """What is owed to a reporter by a date; ``ERASE``: from it on, for who is in a closed case."""

    ACKNOWLEDGE = "acknowledge"
    FEEDBACK = "feedback"
    ERASE = "erase"


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty of the legal clock; ``done``: the day it was met."""

    kind: DutyKind
    due: date
    done: date | None

    def is_overdue(self, today: date) -> bool:
        """Whether the day has passed and the duty is not met."""
        return self.done is None and self.due < today


def duties_of(case: CaseRow, registration: Registration, deadlines: Deadlines) -> list[Duty]:
    """Give the duties of a case that has been opened."""
    return [
        Duty(
            DutyKind.ACKNOWLEDGE,
            acknowledge_by(case.received, deadlines),
            registration.acknowledged,
        ),
        Duty(
            DutyKind.FEEDBACK,
            feedback_by(case.received, registration.acknowledged, deadlines),
            registration.feedback,
        ),
    ]


def duties_of_new(case: CaseRow, deadlines: Deadlines) -> list[Duty]:
    """Give the duties of a case that nobody has opened, from its dates that need no key.

    Where nothing is due, it was met on arrival: the acknowledgement that the door sends by itself.
    """
    acknowledged = None if case.acknowledge_by else case.received
    return [
        Duty(
            DutyKind.ACKNOWLEDGE,
            case.acknowledge_by or acknowledge_by(case.received, deadlines),
            acknowledged,
        ),
        Duty(
            DutyKind.FEEDBACK,
            case.feedback_by or feedback_by(case.received, acknowledged, deadlines),
            None if case.feedback_by else case.received,
        ),
    ]

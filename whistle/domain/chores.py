"""What an installation says about its housekeeping."""

from dataclasses import dataclass

LAST_HOUR = 23


@dataclass(frozen=True, slots=True)
class Chores:
    """When the day's work is done, and by whom.

    ``hour``: of the day, in Denmark, from which the day before can be told of in the log.
    ``in_process``: `whistle serve` sees to it; else a timer runs `whistle housekeeping`.
    """

    hour: int = 3
    in_process: bool = True

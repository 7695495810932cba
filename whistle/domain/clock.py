"""What time it is: one object, so that a test or a demonstration can say so."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

DANISH = ZoneInfo("Europe/Copenhagen")


def day_in_denmark(moment: datetime) -> date:
    """Give the Danish day of a moment in UTC, without zone: it begins an hour or two before."""
    return moment.replace(tzinfo=UTC).astimezone(DANISH).date()


class Clock:
    """The machine's clock. Days are Danish days; moments are UTC without zone."""

    def now(self) -> datetime:
        """Give this moment."""
        return datetime.now(UTC).replace(tzinfo=None)

    def today(self) -> date:
        """Give this day in Denmark."""
        return day_in_denmark(self.now())


class FixedClock(Clock):
    """A clock that stands where it is set."""

    def __init__(self, moment: datetime) -> None:
        """Set it to a moment in UTC, without zone."""
        self.moment = moment

    def now(self) -> datetime:
        """Give the moment it was set to."""
        return self.moment

"""What the forms have in common whose days, lists and texts are read one by one.

Each says at its fields what is missing or cannot be, all of it at once.
"""

from collections.abc import Iterable
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, IntegerField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from whistle.domain.fields import AnswerError, read_day
from whistle.fields import unix_lines
from whistle.signed_in import MemberForm
from whistle.web import long_date

LONGEST = 5_000
_MOST = 2**31


def text_area() -> TextAreaField:
    """Give a field for a longer text."""
    too_long = _l("This is longer than 5,000 characters. Make it shorter.")
    return TextAreaField(filters=[unix_lines], validators=[Length(max=LONGEST, message=too_long)])


class DatedForm(MemberForm):
    """``form_id`` names a new form, ``version`` what of a filed thing was on the page."""

    form_id = HiddenField()
    version = IntegerField(widget=HiddenInput(), validators=[Optional(), NumberRange(0, _MOST)])

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong with any field."""
        return not self.errors

    def day(self, field: Field, latest: date, earliest: date | None = None) -> date | None:
        """Read a day that may be left out; it is not after ``latest`` nor before ``earliest``."""
        given = written(field)
        if not given:
            return None
        try:
            day = read_day(given)
        except AnswerError:
            blame(field, _("Write the day as day, month and year, such as 13-05-2026."))
            return None
        if day > latest:
            blame(field, _("This day has not come yet."))
        elif earliest and day < earliest:
            blame(field, _("This day is before %(day)s.", day=long_date(earliest)))
        return day

    def needed_day(self, field: Field, latest: date) -> date:
        """Read a day that must be told; ``latest`` stands for one that is wrong."""
        needed(field, _("Write the day."))
        return self.day(field, latest) or latest


def written(field: Field) -> str:
    """Give what stands in a field."""
    return (field.data or "").strip()


def blame(field: Field, problem: str) -> None:
    """Say what is wrong with a field, once."""
    if problem not in field.errors:
        field.errors = [*field.errors, problem]


def needed(field: Field, problem: str) -> None:
    """Say so where nothing stands in a field."""
    if not written(field):
        blame(field, problem)


def choose(field: Field, choices: Iterable[str], problem: str) -> None:
    """Say so where something else was chosen than is offered."""
    if field.data not in set(choices):
        blame(field, problem)

"""The forms of a pattern: what was agreed with the centre's manager, or why nothing is done."""

from datetime import date, timedelta

from flask_babel import gettext as _
from wtforms import StringField

from whistle.casework.learning.patterns import read_name
from whistle.casework.views.dated_forms import DatedForm, needed, text_area, written
from whistle.domain.book import Measure

AHEAD = timedelta(days=3 * 365)


class MeasureForm(DatedForm):
    """What is done about a pattern. ``decision``: `AGREED` or `DISMISSED`, by its button."""

    pattern = StringField()
    decision = StringField()
    contacted = StringField()
    text = text_area()
    agreed = text_area()
    follow_up = StringField()
    followed = StringField()
    result = text_area()
    dismissed = text_area()

    @property
    def is_dismissed(self) -> bool:
        """Whether nothing is done about it."""
        return bool(self.decision.data == DISMISSED)

    def read(self, today: date, before: Measure | None = None) -> Measure:
        """Give what is to be kept; only meant where the form `is_right` afterwards.

        ``before``: what is changed, and stays where this form has no field.
        """
        name = before.pattern if before else written(self.pattern)
        named = read_name(name)
        seen, centre = before.seen if before else today, named[0].centre if named else ""
        if self.is_dismissed:
            needed(self.dismissed, _("Write why nothing is done about it."))
            return Measure(name, seen, centre, dismissed=written(self.dismissed))
        contacted = self.needed_day(self.contacted, today)
        needed(self.agreed, _("Write what was agreed."))
        return Measure(
            name,
            seen,
            centre,
            contacted,
            written(self.text),
            written(self.agreed),
            self.day(self.follow_up, today + AHEAD, contacted),
            self.day(self.followed, today, contacted),
            written(self.result),
        )


AGREED, DISMISSED = "agreed", "dismissed"


def filled(measure: Measure) -> dict[str, str]:
    """Give what a form holds of a measure."""
    days = {
        name: day.isoformat() if day else ""
        for name, day in (
            ("contacted", measure.contacted),
            ("follow_up", measure.follow_up),
            ("followed", measure.followed),
        )
    }
    texts = ("text", "agreed", "result", "dismissed", "pattern")
    decision = DISMISSED if measure.dismissed else AGREED
    return {**days, **{name: getattr(measure, name) for name in texts}, "decision": decision}

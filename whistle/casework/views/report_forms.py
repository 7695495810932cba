"""The form of a report's draft."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from whistle.casework.views.dated_forms import DatedForm, blame, choose, needed, written
from whistle.domain.office import LANGUAGES
from whistle.domain.report_draft import ReportDraft
from whistle.fields import unix_lines
from whistle.report.periods import Step

LONGEST_SECTION, LONGEST_LINE = 20_000, 200
_LONGEST_PERIOD = timedelta(days=20 * 366)
_AHEAD = timedelta(days=3 * 366)  # a year's report is begun before the year is over


def _section() -> TextAreaField:
    too_long = _l("This is longer than 20,000 characters. Make it shorter.")
    return TextAreaField(
        filters=[unix_lines], validators=[Length(max=LONGEST_SECTION, message=too_long)]
    )


def _line() -> StringField:
    too_long = _l("This is longer than 200 characters.")
    return StringField(validators=[Length(max=LONGEST_LINE, message=too_long)])


class ReportForm(DatedForm):
    """A draft: its period, its words, and how the council deals with it."""

    first = StringField()
    last = StringField()
    by = StringField(default=Step.QUARTER)
    language = StringField(default="da")
    framework = _section()
    method = _section()
    themes = _section()
    examples = _section()
    conclusion = _section()
    case_number = _line()
    committee = _line()
    meeting = StringField()
    decision = _line()
    annexes = _section()

    def read(self, today: date) -> ReportDraft:
        """Give the draft; only meant where the form `is_right` afterwards."""
        latest = today + _AHEAD
        first = self.needed_day(self.first, latest)
        needed(self.last, _("Write the day."))
        last = self.day(self.last, latest, first) or latest
        if not self.last.errors and last - first > _LONGEST_PERIOD:
            blame(self.last, _("This is more than twenty years."))
        choose(self.by, Step, _("Choose one of these."))
        choose(self.language, LANGUAGES, _("Choose one of these."))
        return ReportDraft(
            first,
            last,
            self.by.data or Step.QUARTER,
            self.language.data or LANGUAGES[0],
            written(self.framework),
            written(self.method),
            written(self.themes),
            written(self.examples),
            written(self.conclusion),
            written(self.case_number),
            written(self.committee),
            self.day(self.meeting, latest),
            written(self.decision),
            tuple(_lines(written(self.annexes))),
        )


def filled(draft: ReportDraft) -> dict[str, object]:
    """Give what a form holds of a draft."""
    told = {name: getattr(draft, name) for name in ReportDraft.__slots__}
    days = {name: one.isoformat() for name, one in told.items() if isinstance(one, date)}
    return {**told, **days, "annexes": "\n".join(draft.annexes)}


def _lines(text: str) -> Sequence[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]

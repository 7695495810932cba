"""The forms of a text that is put before the reporter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from whistle.casework.forms import DayField
from whistle.casework.views.paper_forms import Choice
from whistle.domain.approval import Means, TextKind
from whistle.domain.channel import Channel
from whistle.fields import text_length, unix_lines
from whistle.signed_in import MemberForm
from whistle.web import long_date

_MOST = 2**31
_LONGEST_LINE = 200


@dataclass(frozen=True, slots=True)
class Days:
    """The days on which something can have happened: from the first one to today."""

    first: date
    today: date


class SeenForm(MemberForm):
    """What each of them has: ``seen``, how many messages the page showed; ``form_id`` names it."""

    form_id = HiddenField()
    seen = IntegerField(
        widget=HiddenInput(), validators=[InputRequired(), NumberRange(min=0, max=_MOST)]
    )


class PutForm(SeenForm):
    """A version. ``recipient`` and ``complain_by`` are a complaint's."""

    kind = StringField()
    recipient = StringField(
        validators=[Length(max=_LONGEST_LINE, message=_l("Write it in at most 200 characters."))]
    )
    complain_by = DayField()
    text = TextAreaField(filters=[unix_lines], validators=[text_length()])
    answer_by = DayField()


class AnswerForm(SeenForm):
    """What became of the version that the page showed; ``version``: its fingerprint."""

    version = HiddenField()


class NotedForm(AnswerForm):
    """That it was approved by voice or signature."""

    means = StringField()
    day = DayField()
    how = StringField(
        validators=[Length(max=_LONGEST_LINE, message=_l("Write it in at most 200 characters."))]
    )

    with_name = BooleanField()


class SentForm(AnswerForm):
    """That a complaint was sent."""

    day = DayField()


def kinds_of(door: Channel) -> Sequence[Choice]:
    """Give what can be put before who comes by a door; complaints are drafted with citizens."""
    report = Choice(TextKind.REPORT, _("Minutes of what they told"))
    complaint = Choice(TextKind.COMPLAINT, _("A complaint to somebody else"))
    return [complaint, report] if door is Channel.CITIZEN else [report]


def means_choices() -> Sequence[Choice]:
    """Give how somebody without a receipt can approve."""
    return [
        Choice(Means.VOICE, _("They said so")),
        Choice(Means.SIGNATURE, _("They signed it on paper")),
    ]


def look_through(form: PutForm, door: Channel, today: Any) -> None:
    """Say on the fields of a valid form what is wrong with them."""
    kinds = {one.value for one in kinds_of(door)}
    if form.kind.data not in kinds:
        tell(form.kind, _("Choose what it is."))
    if not (form.text.data or "").strip():
        tell(form.text, _("Write the text."))
    if form.kind.data == TextKind.COMPLAINT and not (form.recipient.data or "").strip():
        tell(form.recipient, _("Write to whom the complaint goes."))
    if form.answer_by.data is not None and form.answer_by.data < today:
        tell(form.answer_by, _("This day has passed."))


def look_at_noted(form: NotedForm, days: Days) -> None:
    """Say on the fields of a valid form what is wrong with them."""
    if form.means.data not in {one.value for one in means_choices()}:
        tell(form.means, _("Choose how they approved it."))
    if not (form.how.data or "").strip():
        tell(form.how, _("Write how, for example: read to them over the telephone."))
    look_at_day(form, days)


def look_at_day(form: NotedForm | SentForm, days: Days) -> None:
    """Say whether the day is none that can be."""
    if form.day.data is None and not form.day.errors:
        tell(form.day, _("Say which day it was."))
    elif form.day.data is not None and form.day.data > days.today:
        tell(form.day, _("This day is yet to come."))
    elif form.day.data is not None and form.day.data < days.first:
        problem = _("It cannot have been before %(date)s.", date=long_date(days.first))
        tell(form.day, problem)


def tell(field: Any, problem: str) -> None:
    """Say on a field what is wrong with it."""
    field.errors = [*field.errors, problem]

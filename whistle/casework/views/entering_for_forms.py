"""The form in which a report is written in for somebody who told it."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from whistle.casework.forms import DayField
from whistle.domain import fields as door_fields
from whistle.fields import AnswerField, text_length, unix_lines
from whistle.keys.records import Identity
from whistle.signed_in import MemberForm

_line_length = Length(max=1_000, message=_l("This is longer than 1,000 characters."))


def _says_something(_form: Any, field: Any) -> None:
    if not (field.data or "").strip():
        raise ValidationError(str(_l("Write down what you were told.")))


class EntryForForm(MemberForm):
    """What somebody told. ``form_id`` names the form: a double click enters once.

    ``receipt``: the one that this form issued; it is in force when the form is taken.
    """

    form_id = HiddenField()
    receipt = HiddenField()
    door = HiddenField()
    received = DayField()
    way_in = StringField(validators=[InputRequired(message=_l("Choose how you were told."))])
    text = TextAreaField(filters=[unix_lines], validators=[_says_something, text_length()])
    answer_by = DayField()
    name = StringField(validators=[_line_length])
    contact = StringField(validators=[_line_length])

    @property
    def own_fields(self) -> list[AnswerField]:
        """The door's own fields, in the profile's order."""
        return [field for field in self if isinstance(field, AnswerField)]

    def answers(self, *, apart: bool) -> Mapping[str, tuple[str, ...]]:
        """Give the answers by field id, once the form is validated: those kept apart, or others."""
        return {
            field.asks.id: field.answer
            for field in self.own_fields
            if field.answer and field.asks.apart is apart
        }

    @property
    def identity(self) -> Identity:
        """Who it is, as far as they say, with the answers that are kept apart."""
        name, contact = (self.name.data or "").strip(), (self.contact.data or "").strip()
        return Identity(name, contact, self.answers(apart=True))


def entry_for_form(
    fields: Sequence[door_fields.Field], language: str, **options: Any
) -> EntryForForm:
    """Make the form of a door, with the door's own fields."""
    own = {
        f"answer_{one.id}": AnswerField(one.text[language].label, asks=one, name=f"answer-{one.id}")
        for one in fields
    }
    return type("DoorForm", (EntryForForm,), own)(**options)


def tell(field: Any, problem: str) -> None:
    """Say on a field what is wrong with it."""
    field.errors = [*field.errors, problem]


def day_problems(form: EntryForForm, today: Any, first_day: Any) -> None:
    """Say what is wrong with the days, if anything is."""
    received, answer_by = form.received.data, form.answer_by.data
    if received is None and not form.received.errors:
        tell(form.received, _("Say which day you were told."))
    elif received is not None and received > today:
        tell(form.received, _("This day is yet to come."))
    elif received is not None and received < first_day:
        tell(form.received, _("This day is before 1970. Correct the year."))
    if answer_by is not None and answer_by < today:
        tell(form.answer_by, _("This day has passed."))

"""The forms of the anonymous door.

None has a CSRF cookie: their tokens and `whistle.web.refuse_cross_site` do that work.
"""

from collections.abc import Iterator, Mapping, Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length

from whistle.domain import fields as door_fields
from whistle.domain.cpr import contains_cpr
from whistle.fields import AnswerField, WithTextAndFiles, text_length, unix_lines

LONGEST_LINE = 1_000
LONGEST_HIDDEN = 200


def _says_something(_form: FlaskForm, field: Field) -> None:
    if not (field.data or "").strip():
        raise ValidationError(_l("Write something here before you send."))


_line_length = Length(max=LONGEST_LINE, message=_l("This is longer than 1,000 characters."))
_hidden_length = Length(max=LONGEST_HIDDEN, message=_l("The form was not complete."))


class MessageForm(WithTextAndFiles):
    """Something more under a receipt: a text, files, or both.

    ``receipt`` is filled in when the session ended while the message was being written.
    """

    class Meta:
        """No cookie."""

        csrf = False

    token = HiddenField(validators=[_hidden_length])
    receipt = StringField(_l("Your receipt"), validators=[_hidden_length])


class ReportForm(WithTextAndFiles):
    """A report."""

    class Meta:
        """No cookie."""

        csrf = False

    receipt = HiddenField(validators=[_hidden_length])
    token = HiddenField(validators=[_hidden_length])
    previous_receipt = HiddenField(validators=[_hidden_length])
    previous_token = HiddenField(validators=[_hidden_length])
    text = TextAreaField(filters=[unix_lines], validators=[_says_something, text_length()])
    concerns_adviser = BooleanField(_l("This is about the citizen adviser"))
    name = StringField(_l("Your name"), validators=[_line_length])
    contact = StringField(_l("How we may contact you"), validators=[_line_length])
    accept_cpr = BooleanField(_l("Send it with the number"))

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

    def with_cpr(self) -> list[Field]:
        """Give the fields in which something looks like a CPR number."""
        return [field for field, written in self._written() if contains_cpr(written)]

    def unknown(self, sent: Mapping[str, Sequence[str]]) -> list[str]:
        """Give what came in fields that this door does not have, so that it is not lost."""
        known = {field.name for field in self} | {"decision"}
        return [
            value
            for name, values in sent.items()
            if name not in known
            for value in values
            if value.strip()
        ]

    def _written(self) -> Iterator[tuple[Field, str]]:
        for field in (self.text, self.name, self.contact):
            yield field, field.data or ""
        for own in self.own_fields:
            yield own, own.written


def report_form(fields: Sequence[door_fields.Field], language: str) -> ReportForm:
    """Make the form of a door, filled in with what this request sent."""
    made_for, form = _DOOR_FORMS.get((id(fields), language), (None, ReportForm))
    if made_for is not fields:
        own = {
            # An attribute of its own, lest a field be called as something that every form has.
            f"answer_{field.id}": AnswerField(field.text[language].label, asks=field, name=field.id)
            for field in fields
        }
        form = type("DoorForm", (ReportForm,), own)
        _DOOR_FORMS[id(fields), language] = (fields, form)
    return form()


# WTForms looks through a class once; the fields are kept beside it, so that their id stays theirs.
_DOOR_FORMS: dict[tuple[int, str], tuple[Sequence[door_fields.Field], type[ReportForm]]] = {}


class ReceiptForm(FlaskForm):
    """Coming back."""

    class Meta:
        """No cookie."""

        csrf = False

    receipt = StringField(_l("Your receipt"), validators=[_hidden_length])

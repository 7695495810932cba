"""The forms of the anonymous door.

None has a CSRF cookie: their tokens and `whistle.web.refuse_cross_site` do that work.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length
from wtforms.widgets import TextInput

from whistle.domain import fields as door_fields
from whistle.domain.cpr import contains_cpr
from whistle.domain.fields import AnswerError, AnswerFault
from whistle.fields import WithTextAndFiles, text_length, unix_lines

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


class AnswerField(Field):
    """The answer to one of a door's own fields. ``data``: what was sent; ``answer``: what it says.

    Rendered by `templates/intake/_fields.html`, by its kind.
    """

    widget = TextInput()

    def __init__(self, label: str = "", *, asks: door_fields.Field, **options: Any) -> None:
        """Ask what ``asks`` asks."""
        super().__init__(label, id=f"answer-{asks.id}", **options)
        self.asks = asks
        self.data: list[str] = []
        self.answer: tuple[str, ...] = ()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was sent; an empty field is sent too."""
        self.data = [unix_lines(value) or "" for value in valuelist if value.strip()]

    def process_data(self, value: object) -> None:
        """Begin with nothing."""
        del value
        self.data = []

    def pre_validate(self, form: Any) -> None:
        """Check it by the profile's rules."""
        del form
        try:
            self.answer = self.asks.read(self.data)
        except AnswerError as error:
            raise ValidationError(self._told(error.fault)) from None

    @property
    def written(self) -> str:
        """What was written by hand; empty when the field is one to choose in."""
        return "" if self.asks.options else "\n".join(self.data)

    def _told(self, fault: AnswerFault) -> str:
        label = self.label.text
        if fault is AnswerFault.TOO_LONG:
            return str(_l("“%(field)s” is too long. Write the rest in the text.", field=label))
        if fault is AnswerFault.NOT_A_DAY:
            return str(_l("“%(field)s” is not a date. Write it as 13-05-2026.", field=label))
        return str(_l("Choose again at “%(field)s”.", field=label))


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

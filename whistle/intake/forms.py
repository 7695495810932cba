"""The forms of the anonymous door."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    MultipleFileField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Length

LONGEST_TEXT = 200_000
LONGEST_LINE = 1_000
LONGEST_HIDDEN = 200


def _unix_lines(value: Any) -> Any:
    """Undo the line ends that forms are sent with."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _says_something(_form: FlaskForm, field: TextAreaField) -> None:
    if not (field.data or "").strip():
        raise ValidationError(_l("Write something here before you send."))


_text_length = Length(
    max=LONGEST_TEXT,
    message=_l("This is longer than 200,000 characters. Send the rest as a file, or later."),
)
_line_length = Length(max=LONGEST_LINE, message=_l("This is longer than 1,000 characters."))
_hidden_length = Length(max=LONGEST_HIDDEN)


class MessageForm(FlaskForm):  # type: ignore[misc]  # the library is untyped
    """Something more under a receipt: a text, files, or both.

    ``receipt`` is filled in when the session ended while the message was being written.
    """

    class Meta:
        """No CSRF cookie: the token below and `whistle.web.refuse_cross_site` do that work."""

        csrf = False

    token = HiddenField(validators=[_hidden_length])
    receipt = StringField(_l("Your receipt"), validators=[_hidden_length])
    text = TextAreaField(_l("Your message"), filters=[_unix_lines], validators=[_text_length])
    files = MultipleFileField(_l("Files"))


class ReportForm(FlaskForm):  # type: ignore[misc]
    """A report."""

    class Meta:
        """As in `MessageForm`."""

        csrf = False

    receipt = HiddenField(validators=[_hidden_length])
    token = HiddenField(validators=[_hidden_length])
    previous_receipt = HiddenField(validators=[_hidden_length])
    previous_token = HiddenField(validators=[_hidden_length])
    text = TextAreaField(filters=[_unix_lines], validators=[_says_something, _text_length])
    files = MultipleFileField(_l("Files"))
    concerns_adviser = BooleanField(_l("This concerns the citizen adviser"))
    name = StringField(_l("Your name"), validators=[_line_length])
    contact = StringField(_l("How we can reach you"), validators=[_line_length])


class ReceiptForm(FlaskForm):  # type: ignore[misc]
    """Coming back."""

    class Meta:
        """As in `MessageForm`."""

        csrf = False

    receipt = StringField(_l("Your receipt"), validators=[_hidden_length])

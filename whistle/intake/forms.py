"""The forms of the anonymous door.

None has a CSRF cookie: their tokens and `whistle.web.refuse_cross_site` do that work.
"""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length

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


class ReceiptForm(FlaskForm):
    """Coming back."""

    class Meta:
        """No cookie."""

        csrf = False

    receipt = StringField(_l("Your receipt"), validators=[_hidden_length])

"""The forms of what a reporter can do in a dialogue besides writing.

None has a CSRF cookie: `whistle.intake.forms` says why.
"""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length

from whistle.fields import text_length, unix_lines
from whistle.intake.forms import LONGEST_HIDDEN, LONGEST_LINE

_line_length = Length(max=LONGEST_LINE, message=_l("This is longer than 1,000 characters."))
_hidden_length = Length(max=LONGEST_HIDDEN, message=_l("The form was not complete."))


def _is_ticked(_form: FlaskForm, field: Field) -> None:
    if not field.data:
        raise ValidationError(_l("Write the new receipt down first. Then tick this box."))


def _something_is_said(form: FlaskForm, _field: Field) -> None:
    if not (form.name.data or "").strip() and not (form.contact.data or "").strip():
        raise ValidationError(_l("Write your name, or how we may contact you."))


def _text_is_left(_form: FlaskForm, field: Field) -> None:
    if not (field.data or "").strip():
        raise ValidationError(
            _l("Nothing is left of the text. Write what it should say, or write us a message.")
        )


class ActForm(FlaskForm):
    """What every such form has. ``receipt`` is asked for when the session is over."""

    class Meta:
        """No cookie."""

        csrf = False

    token = HiddenField(validators=[_hidden_length])
    receipt = StringField(_l("Your receipt"), validators=[_hidden_length])


class CloseForm(ActForm):
    """I need no more."""

    text = TextAreaField(filters=[unix_lines], validators=[text_length()])


class IdentityForm(ActForm):
    """This is who I am."""

    name = StringField(_l("Your name"), validators=[_line_length, _something_is_said])
    contact = StringField(_l("How we may contact you"), validators=[_line_length])


class WithdrawForm(ActForm):
    """Delete who I am."""


class VersionForm(ActForm):
    """An answer to a text that was put before the reporter; ``version``: the one on the page."""

    version = HiddenField(validators=[_hidden_length])


class ApproveForm(VersionForm):
    """I approve this. ``with_name``: of a complaint, whether it bears their name."""

    with_name = StringField()  # yes or nothing


class CorrectForm(VersionForm):
    """It should say this instead."""

    text = TextAreaField(filters=[unix_lines], validators=[_text_is_left, text_length()])


class ReplaceForm(ActForm):
    """Give me another receipt; ``receipt`` is the one that is replaced."""

    new_receipt = HiddenField(validators=[_hidden_length])
    written_down = BooleanField(_l("I have written the new receipt down"), validators=[_is_ticked])

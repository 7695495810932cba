"""The forms of casework."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField

from whistle.fields import WithTextAndFiles
from whistle.signed_in import MemberForm


class AnswerForm(MemberForm, WithTextAndFiles):
    """An answer to the reporter. ``form_id`` names the form: a double click writes once."""

    form_id = HiddenField()
    is_feedback = BooleanField(_l("This is the feedback"))

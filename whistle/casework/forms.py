"""The forms of casework."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, MultipleFileField, TextAreaField
from wtforms.validators import Length

from whistle.signed_in import MemberForm

LONGEST_TEXT = 200_000


class AnswerForm(MemberForm):
    """An answer to the reporter. ``form_id`` names the form: a double click writes once."""

    form_id = HiddenField()
    text = TextAreaField(
        _l("Your answer"),
        filters=[lambda value: value.replace("\r\n", "\n") if value else value],
        validators=[
            Length(max=LONGEST_TEXT, message=_l("This is longer than 200,000 characters."))
        ],
    )
    files = MultipleFileField(_l("Files"))
    is_feedback = BooleanField(_l("This is the final feedback"))

"""The forms of casework."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from whistle.fields import WithTextAndFiles, text_length, unix_lines
from whistle.signed_in import MemberForm

LONGEST_NOTE = 20_000
LONGEST_TITLE = 120
_MOST = 2**31


class AnswerForm(MemberForm, WithTextAndFiles):
    """An answer to the reporter. ``form_id`` names the form: a double click writes once."""

    form_id = HiddenField()
    is_feedback = BooleanField(_l("This is the feedback"))


def _note_field() -> TextAreaField:
    return TextAreaField(
        filters=[unix_lines],
        validators=[
            Length(
                max=LONGEST_NOTE,
                message=_l("This is longer than 20,000 characters. Make it two notes."),
            )
        ],
    )


def _hidden_number() -> IntegerField:
    return IntegerField(
        widget=HiddenInput(), validators=[InputRequired(), NumberRange(min=0, max=_MOST)]
    )


class NoteForm(MemberForm):
    """A new note. ``note_form`` names the form: a double click writes once."""

    note_form = HiddenField()
    note = _note_field()


class EditNoteForm(MemberForm):
    """A note that is changed. ``version``: the one that was on the page."""

    version = _hidden_number()
    note = _note_field()


class VersionForm(MemberForm):
    """A button for what was on the page in this ``version``."""

    version = _hidden_number()


class CloseForm(MemberForm):
    """Closing. ``seen``: how many messages were on the page; ``form_id`` names the form."""

    form_id = HiddenField()
    seen = _hidden_number()
    text = TextAreaField(filters=[unix_lines], validators=[text_length()])
    note = _note_field()


class TitleForm(MemberForm):
    """A neutral title. ``was``: the one that was on the page."""

    was = HiddenField()
    title = StringField(
        validators=[
            Length(max=LONGEST_TITLE, message=_l("A title can have at most 120 characters."))
        ]
    )


class RecusalForm(MemberForm):
    """Who may not deal with a case, and why. ``seen``: how many messages were on the page."""

    seen = _hidden_number()
    member = StringField()  # an id, 32 hexadecimal digits
    ground = StringField()  # a number of forvaltningsloven § 3, stk. 1
    text = _note_field()


class HandBackForm(MemberForm):
    """Handing a case back. ``seen``: how many messages were on the page."""

    seen = _hidden_number()
    text = _note_field()

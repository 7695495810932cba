"""The forms of casework."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from whistle.domain.conversation import Conversation, Talk
from whistle.fields import WithTextAndFiles, text_length, unix_lines
from whistle.signed_in import MemberForm

LONGEST_NOTE = 20_000
LONGEST_TITLE = 120
LONGEST_REASON = 1_000
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


class DayField(DateField):
    """A day, as browsers send it or as people write it: ``2026-05-13`` or ``13-05-2026``."""

    def __init__(self, **options: Any) -> None:
        """Take nothing for no day."""
        formats = ["%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y"]
        super().__init__(format=formats, validators=[Optional()], **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day, or say what it should look like."""
        try:
            super().process_formdata([one.strip() for one in valuelist])
        except ValueError as error:
            raise ValueError(str(_l("Write the day like this: 13-05-2026."))) from error


class TalkForm(MemberForm):
    """What a note is about: a telephone call or a meeting, on a day, or anything else."""

    talk = StringField()  # one of `Talk`; nothing is `Talk.OTHER`
    held = DayField()

    @property
    def about(self) -> Conversation:
        """Give what was chosen; what is none of the choices is no talk."""
        talk = Talk(self.talk.data) if self.talk.data in set(Talk) else Talk.OTHER
        return Conversation(talk, self.held.data if talk is not Talk.OTHER else None)


class NoteForm(TalkForm):
    """A new note. ``note_form`` names the form: a double click writes once."""

    note_form = HiddenField()
    note = _note_field()


class EditNoteForm(TalkForm):
    """A note that is changed. ``version``: the one that was on the page."""

    version = _hidden_number()
    note = _note_field()


class VersionForm(MemberForm):
    """A button for what was on the page in this ``version``."""

    version = _hidden_number()


class CloseForm(MemberForm):
    """Closing. ``seen``: how many messages were on the page; ``form_id`` names the form.

    ``unanswered``: why it is closed without the centre's reply. ``is_feedback``: whether the text
    is the feedback that was promised.
    """

    form_id = HiddenField()
    seen = _hidden_number()
    unanswered = TextAreaField(
        filters=[unix_lines],
        validators=[
            Length(
                max=LONGEST_REASON,
                message=_l("A reason can have at most 1,000 characters. Write the rest in a note."),
            )
        ],
    )
    text = TextAreaField(filters=[unix_lines], validators=[text_length()])
    is_feedback = BooleanField(_l("This is the feedback"))
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

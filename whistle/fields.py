"""What the forms of both doors have in common."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, MultipleFileField, TextAreaField, ValidationError
from wtforms.validators import Length
from wtforms.widgets import TextInput

from whistle.domain import fields as door_fields
from whistle.domain.fields import AnswerError, AnswerFault

LONGEST_TEXT = 200_000


def unix_lines(value: str | None) -> str | None:
    """Undo the line ends that forms are sent with."""
    return value.replace("\r\n", "\n") if value else value


def text_length() -> Length:
    """Make the validator of a long text."""
    return Length(
        max=LONGEST_TEXT,
        message=_l("This is longer than 200,000 characters. Send the rest as a file, or later."),
    )


class WithTextAndFiles(FlaskForm):
    """The two fields of everything that is written in a dialogue."""

    text = TextAreaField(filters=[unix_lines], validators=[text_length()])
    files = MultipleFileField(_l("Files"))

    @property
    def written(self) -> str:
        """The text as it was written; empty when there is none."""
        return self.text.data or ""

    def first_error(self) -> str | None:
        """Give the first thing that is wrong with a form that was validated."""
        return next((str(error) for errors in self.errors.values() for error in errors), None)


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

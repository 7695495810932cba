"""What the forms of both doors have in common."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import MultipleFileField, TextAreaField
from wtforms.validators import Length

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

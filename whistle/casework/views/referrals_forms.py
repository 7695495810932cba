"""The forms of letters to a centre."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, Field, HiddenField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from whistle.casework.forms import LONGEST_NOTE, VersionForm
from whistle.domain.filed import Consent, Marking, Referral
from whistle.domain.office import Office
from whistle.domain.registration import Enquiry
from whistle.fields import WithTextAndFiles, unix_lines
from whistle.signed_in import MemberForm

LONGEST_LINE = 120
LONGEST_PERSON = 500
BETWEEN = "/"  # a centre and its division


class DayField(DateField):
    """A day, with our words for one that does not exist."""

    def __init__(self, **options: Any) -> None:
        """Make a field that may be empty."""
        super().__init__(validators=[Optional()], **options)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read a day, or raise `ValueError` in words."""
        try:
            super().process_formdata(list(valuelist))
        except ValueError as error:
            self.data = None
            raise ValueError(_("There is no such day. Write it like this: 2026-03-31.")) from error


def _short(most: int, message: str) -> Length:
    return Length(max=most, message=message)


class ReferralForm(MemberForm):
    """A letter to a centre. ``centre``: one with or without a division, see `BETWEEN`.

    ``form_id`` names the form, so that a double click files once. ``said_yes``: the citizen has
    agreed that the centre gets this, on ``yes_day`` and by the way in ``yes_how``.
    """

    form_id = HiddenField()
    centre = StringField()
    said_yes = BooleanField()
    yes_day = DayField()
    yes_how = StringField()
    sent = DayField()
    reply_by = DayField()
    subject = StringField(
        validators=[_short(LONGEST_LINE, _l("A subject can have at most 120 characters."))]
    )
    with_identity = BooleanField()
    person = TextAreaField(
        filters=[unix_lines],
        validators=[_short(LONGEST_PERSON, _l("At most 500 characters."))],
    )
    text = TextAreaField(
        filters=[unix_lines],
        validators=[
            _short(LONGEST_NOTE, _l("This is longer than 20,000 characters. Make it shorter."))
        ],
    )


class ReplyForm(VersionForm, WithTextAndFiles):
    """The copy of a centre's reply. ``version``: the referral's that was on the page."""

    form_id = HiddenField()
    day = DayField()
    title = StringField(
        validators=[_short(LONGEST_LINE, _l("A title can have at most 120 characters."))]
    )
    marking = StringField(default=Marking.DERIVED)


class GiveUpForm(VersionForm):
    """Why a centre's reply is no longer waited for."""

    reason = TextAreaField(
        filters=[unix_lines],
        validators=[
            _short(LONGEST_NOTE, _l("This is longer than 20,000 characters. Make it shorter."))
        ],
    )


def tell(field: Field, problem: str) -> None:
    """Say what is wrong with a field, besides what its validators found."""
    field.errors = [*field.errors, problem]


def split_centre(office: Office, value: str) -> tuple[str, str] | None:
    """Read a centre and its division, as a form names them; none when there are no such."""
    centre_id, _between, division = value.partition(BETWEEN)
    centre = office.centre(centre_id)
    if centre is None or (division and division not in {one.id for one in centre.divisions}):
        return None
    return centre_id, division


def first_way(office: Office, enquiry: Enquiry) -> str:
    """Give the way by which somebody has said yes, as a rule: the one that the case is handled by.

    Empty where the profile has no such way in.
    """
    ways = {one.id for one in office.ways_in}
    return next((one for one in (enquiry.handling, enquiry.way_in) if one in ways), "")


def read_yes(form: ReferralForm, office: Office, meant: Referral, today: date) -> Consent | None:
    """Read the consent that a letter brings, if it says that there is one.

    What is wrong with it is said at its fields.
    """
    if not form.said_yes.data:
        return None
    day, how = form.yes_day.data or today, form.yes_how.data or ""
    if day > today:
        tell(form.yes_day, _("This day has not come yet."))
    elif day > meant.sent:
        tell(form.yes_day, _("The letter was sent before the citizen said yes."))
    if how and how not in {one.id for one in office.ways_in}:
        tell(form.yes_how, _("Choose one of these."))
    return Consent(meant.centre, day, how, with_identity=meant.with_identity)


def check_days(form: ReferralForm, received: date, today: date) -> None:
    """Say what is wrong with the days of a letter."""
    sent, reply_by = form.sent.data, form.reply_by.data
    if sent and sent > today:
        tell(form.sent, _("The letter cannot have been sent after today."))
    elif sent and sent < received:
        tell(form.sent, _("The letter cannot have been sent before the case came."))
    if sent and reply_by and reply_by < sent:
        tell(form.reply_by, _("The reply cannot be due before the letter is sent."))

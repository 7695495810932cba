"""The forms of mediation, proposals for improvement, wishes, support and risk.

Each reads what was sent into what is filed, and says at its fields what is missing or cannot be.
Whether somebody has said yes is not looked at here: see `whistle.casework.dealings`.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectMultipleField, StringField
from wtforms.validators import Length

from whistle.casework.dealings import Bounds
from whistle.casework.views.dated_forms import (
    DatedForm,
    blame,
    choose,
    needed,
    text_area,
    written,
)
from whistle.domain.channel import Channel
from whistle.domain.filed import Consent, Purpose
from whistle.domain.improvement import Improvement, TakenUp
from whistle.domain.mediation import Mediation, Meeting, Present, Result, other_sides
from whistle.domain.referral import reply_by
from whistle.domain.support import Help, Level, Risk, Support, Wish
from whistle.keys.filed import Dealing

LONGEST_LINE = 200
_FAR = timedelta(days=5 * 366)  # whoever writes a later day mistyped the year


def _line() -> StringField:
    too_long = _l("This is longer than 200 characters.")
    return StringField(validators=[Length(max=LONGEST_LINE, message=too_long)])


class DealingForm(DatedForm):
    """A form of one of these."""

    def read(self, held: Bounds) -> Dealing:
        """Give what is to be filed; only meant where the form `is_right` afterwards."""
        raise NotImplementedError

    def read_yes(self, _held: Bounds, _dealing: Dealing) -> Consent | None:
        """Give the consent that the form brings, if it says that there is one."""
        return None

    def chosen_way(self, held: Bounds, field: StringField) -> str:
        """Read by which way somebody said something; it may be left out."""
        if field.data:
            choose(field, [one.id for one in held.office.ways_in], _("Choose one of these."))
        return field.data or ""


class WithYesForm(DealingForm):
    """A form with the person's own yes: on ``yes_day``, by the way in ``yes_how``.

    ``yes_limits``: when a council member was told what cannot be promised.
    """

    said_yes = BooleanField()
    yes_day = StringField()
    yes_how = StringField()
    yes_limits = StringField()

    def yes(self, held: Bounds, recipient: str, purpose: Purpose) -> Consent | None:
        """Read the yes; what is wrong with it is said at its fields."""
        if not self.said_yes.data:
            return None
        given = self.needed_day(self.yes_day, held.today)
        limits = None
        if held.channel is Channel.COUNCIL:
            needed(self.yes_limits, _("Write when the member was told what cannot be promised."))
            limits = self.day(self.yes_limits, given)
        how = self.chosen_way(held, self.yes_how)
        return Consent(recipient, given, how, purpose=purpose, limits=limits)


class MediationForm(WithYesForm):
    """A mediation, from the plan to the day on which its agreement is followed up."""

    other_side = StringField()
    begun = StringField()
    text = text_area()
    agreed = StringField()
    agreed_how = StringField()
    withdrew = StringField()
    agreement = text_area()
    settled = StringField()
    follow_up = StringField()
    followed_up = StringField()
    findings = text_area()
    result = StringField()
    ended = StringField()

    def read(self, held: Bounds) -> Mediation:
        """Give the mediation."""
        sides = [one.id for one in other_sides(held.channel, held.office)]
        choose(self.other_side, sides, _("Choose the other side."))
        begun = self.needed_day(self.begun, held.today)
        agreed = self.day(self.agreed, held.today, begun)
        settled = self._agreement(held, begun)
        ended = self._end(held, begun)
        return Mediation(
            self.other_side.data or "",
            begun,
            written(self.text),
            agreed=agreed,
            agreed_how=self.chosen_way(held, self.agreed_how),
            withdrew=self.day(self.withdrew, held.today, agreed or begun),
            agreement=written(self.agreement),
            settled=settled,
            follow_up=self.day(self.follow_up, held.today + _FAR, settled or begun),
            followed_up=self.day(self.followed_up, held.today, settled or begun),
            findings=written(self.findings),
            result=Result(self.result.data) if self.result.data in set(Result) else None,
            ended=ended,
        )

    def read_yes(self, held: Bounds, dealing: Dealing) -> Consent | None:
        """Give the consent to mediate with the other side."""
        if not isinstance(dealing, Mediation):
            return None
        return self.yes(held, dealing.other_side, Purpose.MEDIATION)

    def _agreement(self, held: Bounds, begun: date) -> date | None:
        """Read the day of the agreement: it has words, and only then it is followed up."""
        settled = self.day(self.settled, held.today, begun)
        if bool(written(self.agreement)) is not bool(written(self.settled)):
            which = self.settled if written(self.agreement) else self.agreement
            blame(which, _("Write both what was agreed and when."))
        if not written(self.settled):
            for one in (self.follow_up, self.followed_up):
                if written(one):
                    blame(one, _("Write first what was agreed."))
        return settled

    def _end(self, held: Bounds, begun: date) -> date | None:
        """Read the day of the result: both, or neither."""
        if self.result.data:
            choose(self.result, Result, _("Choose one of these."))
        if bool(self.result.data) is not bool(written(self.ended)):
            which = self.ended if self.result.data else self.result
            blame(which, _("Write both the result and its day."))
        if self.result.data in {Result.AGREEMENT, Result.PARTLY} and not written(self.settled):
            blame(self.agreement, _("Write what was agreed."))
        return self.day(self.ended, held.today, begun)


class MeetingForm(DealingForm):
    """A meeting. ``present``: roles, and never names. ``mediation``: of which, hexadecimal."""

    mediation = HiddenField()
    day_of = StringField()
    place = _line()
    present = SelectMultipleField(validate_choice=False)
    minutes = text_area()

    def read(self, held: Bounds) -> Meeting:
        """Give the meeting. Who came, and what was said, is known once it has been held."""
        needed(self.day_of, _("Write the day."))
        day = self.day(self.day_of, held.today + _FAR) or held.today
        present = tuple(one for one in Present if one in set(self.present.data or ()))
        minutes = written(self.minutes)
        if day > held.today and (present or minutes):
            which = self.minutes if minutes else self.day_of
            blame(which, _("The meeting has not been held yet. Write this when it has."))
        return Meeting(_id(self.mediation.data), day, written(self.place), present, minutes)


class ImprovementForm(WithYesForm):
    """A proposal for improvement, and what the centre made of it."""

    centre = StringField()
    subject = _line()
    text = text_area()
    passed_on = StringField()
    reply_by = StringField()
    answered = StringField()
    answer = text_area()
    taken_up = StringField()

    def read(self, held: Bounds) -> Improvement:
        """Give the proposal."""
        choose(self.centre, [one.id for one in held.office.centres], _("Choose the centre."))
        needed(self.text, _("Write the proposal."))
        passed_on = self.day(self.passed_on, held.today)
        answered = self.day(self.answered, held.today, passed_on)
        self._answer()
        due = self.day(self.reply_by, held.today + _FAR, passed_on)
        if passed_on and not self.errors:
            due = due or reply_by(passed_on, held.office.reply_days)
        return Improvement(
            self.centre.data or "",
            written(self.text),
            " ".join((self.subject.data or "").split()),
            passed_on=passed_on,
            reply_by=due if passed_on else None,
            answered=answered,
            answer=written(self.answer),
            taken_up=TakenUp(self.taken_up.data) if self.taken_up.data in set(TakenUp) else None,
        )

    def read_yes(self, held: Bounds, dealing: Dealing) -> Consent | None:
        """Give the consent to pass a proposal on to the centre."""
        if not isinstance(dealing, Improvement):
            return None
        return self.yes(held, dealing.centre, Purpose.PROPOSAL)

    def _answer(self) -> None:
        """Say what is wrong with the answer: it has a day, and comes to what was passed on."""
        if self.taken_up.data:
            choose(self.taken_up, TakenUp, _("Choose one of these."))
        told = written(self.answer) or self.taken_up.data
        if told and not written(self.answered):
            blame(self.answered, _("Write when the centre answered."))
        if written(self.answered) and not written(self.passed_on):
            blame(self.passed_on, _("Write when it was passed on."))


class WishForm(DealingForm):
    """What a council member wishes."""

    wish = StringField()
    day_of = StringField()
    how = StringField()
    text = text_area()

    def read(self, held: Bounds) -> Wish:
        """Give the wish."""
        choose(self.wish, [one.id for one in held.office.council.wishes], _("Choose a wish."))
        day = self.needed_day(self.day_of, held.today)
        return Wish(self.wish.data or "", day, self.chosen_way(held, self.how), written(self.text))


class SupportForm(DealingForm):
    """Support that was given."""

    help = StringField()
    day_of = StringField()
    provider = _line()
    granted = BooleanField()
    tie = text_area()
    text = text_area()

    def read(self, held: Bounds) -> Support:
        """Give the support."""
        choose(self.help, Help, _("Choose what it was."))
        return Support(
            Help(self.help.data or "") if not self.help.errors else Help.OTHER,
            self.needed_day(self.day_of, held.today),
            written(self.provider),
            bool(self.granted.data),
            written(self.tie),
            written(self.text),
        )


class RiskForm(DealingForm):
    """An assessment of the risk."""

    level = StringField()
    day_of = StringField()
    text = text_area()
    measures = text_area()

    def read(self, held: Bounds) -> Risk:
        """Give the assessment."""
        choose(self.level, Level, _("Choose how great the risk is."))
        needed(self.text, _("Write what the assessment rests on."))
        return Risk(
            Level(self.level.data or "") if not self.level.errors else Level.LOW,
            self.needed_day(self.day_of, held.today),
            written(self.text),
            written(self.measures),
        )


FORMS: Mapping[str, type[DealingForm]] = {
    Mediation.kind: MediationForm,
    Meeting.kind: MeetingForm,
    Improvement.kind: ImprovementForm,
    Wish.kind: WishForm,
    Support.kind: SupportForm,
    Risk.kind: RiskForm,
}
_CALLED = {"about": "text", "words": "text", "day": "day_of"}  # in the forms


def filled(dealing: Dealing) -> dict[str, Any]:
    """Give what a form holds of something filed."""
    told = {_CALLED.get(one.name, one.name): getattr(dealing, one.name) for one in fields(dealing)}
    told.pop("consent", None)
    return {name: _as_sent(value) for name, value in told.items()}


def begun(kind: str, today: date, way: str, wish: str = "") -> dict[str, Any]:
    """Give what a new form begins with."""
    day = today.isoformat()
    days = {"begun": day, "day_of": day}
    named = {name: value for name, value in days.items() if hasattr(FORMS[kind], name)}
    more = {"yes_day": day, "yes_how": way} if issubclass(FORMS[kind], WithYesForm) else {}
    return named | more | ({"wish": wish, "how": way} if kind == Wish.kind else {})


def _as_sent(value: object) -> object:
    """Give a value as its field has it."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return list(value) if isinstance(value, tuple) else value


def _id(text: str | None) -> bytes:
    try:
        return bytes.fromhex(text or "")
    except ValueError:
        return b""

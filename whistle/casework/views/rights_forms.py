"""The forms of consents, disclosures, requests for access and doubts about competence.

Each reads what was sent into what is filed, and says at its fields what is missing or cannot be.
What a law does not allow is not looked at here: see `whistle.casework.rights`.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField
from wtforms.validators import Length

from whistle.casework.rights import Bounds, Right
from whistle.casework.views.dated_forms import (
    DatedForm,
    blame,
    choose,
    needed,
    text_area,
    written,
)
from whistle.casework.views.referrals_forms import first_way
from whistle.domain.access import answer_by, latest_extension, may_extend
from whistle.domain.filed import (
    AccessLaw,
    AccessRequest,
    Competence,
    Consent,
    Disclosure,
    DisclosureGround,
    Purpose,
)
from whistle.domain.registration import Enquiry
from whistle.domain.rules_disclosure import GROUNDS, recipients_of
from whistle.web import long_date

LONGEST_LINE = 200
RESULTS = ("granted", "partly", "refused", "nothing", "withdrawn")


class RightForm(DatedForm):
    """A form of one of these."""

    def read(self, held: Bounds) -> Right:
        """Give what is to be filed; only meant where the form `is_right` afterwards."""
        raise NotImplementedError


class ConsentForm(RightForm):
    """What the person concerned allows. ``limits``: when they were told what is not promised."""

    recipient = StringField()
    purpose = StringField(default=Purpose.CASE)
    limits = StringField()
    given = StringField()
    how = StringField()
    with_identity = BooleanField()
    text = text_area()
    withdrawn = StringField()

    def read(self, held: Bounds) -> Consent:
        """Give the consent."""
        recipients = recipients_of(held.office, held.channel)
        choose(self.recipient, [one.id for one in recipients], _("Choose who the consent is for."))
        if self.how.data:
            choose(self.how, [one.id for one in held.office.ways_in], _("Choose one of these."))
        choose(self.purpose, Purpose, _("Choose one of these."))
        given = self.needed_day(self.given, held.today)
        return Consent(
            self.recipient.data or "",
            given,
            self.how.data or "",
            bool(self.with_identity.data),
            written(self.text),
            self.day(self.withdrawn, held.today, given),
            Purpose(self.purpose.data or "") if not self.purpose.errors else Purpose.CASE,
            self.day(self.limits, given),
        )


class DisclosureForm(RightForm):
    """What was disclosed, and why it could be."""

    recipient = StringField()
    day_told = StringField()
    how = StringField()
    ground = StringField()
    text = text_area()
    with_identity = BooleanField()
    told = StringField()
    not_told = text_area()

    def read(self, held: Bounds) -> Disclosure:
        """Give the disclosure."""
        recipients = recipients_of(held.office, held.channel)
        choose(self.recipient, [one.id for one in recipients], _("Choose who was told."))
        choose(self.ground, GROUNDS[held.channel], _("Choose why it could be disclosed."))
        needed(self.text, _("Write what was disclosed."))
        if self.how.data:
            choose(self.how, [one.id for one in held.office.ways_in], _("Choose one of these."))
        right = self.is_right
        return Disclosure(
            self.recipient.data or "",
            self.needed_day(self.day_told, held.today),
            DisclosureGround(self.ground.data or "") if right else DisclosureGround.CONSENT,
            written(self.text),
            bool(self.with_identity.data),
            told=self.day(self.told, held.today),
            not_told=written(self.not_told),
            how=self.how.data or "",
        )


class AccessForm(RightForm):
    """A request for access, and what became of it."""

    law = StringField()
    received = StringField()
    asked_by = StringField(
        validators=[Length(max=LONGEST_LINE, message=_l("This is longer than 200 characters."))]
    )
    text = text_area()
    answered = StringField()
    result = StringField()
    until = StringField()
    extended = text_area()
    told = StringField()

    def read(self, held: Bounds) -> AccessRequest:
        """Give the request with the day by which it is answered."""
        choose(self.law, AccessLaw, _("Choose the law."))
        law = AccessLaw(self.law.data or "") if self.is_right else AccessLaw.OPENNESS
        received = self.needed_day(self.received, held.today)
        by, told = self._extension(law, received, held)
        answered = self.day(self.answered, held.today, received)
        if self.result.data:
            choose(self.result, RESULTS, _("Choose one of these."))
        if bool(self.result.data) is not bool((self.answered.data or "").strip()):
            which = self.answered if self.result.data else self.result
            blame(which, _("Write both when it was answered and how."))
        return AccessRequest(
            law,
            received,
            by,
            " ".join((self.asked_by.data or "").split()),
            written(self.text),
            written(self.extended),
            told,
            answered,
            self.result.data or "",
        )

    def _extension(self, law: AccessLaw, received: date, held: Bounds) -> tuple[date, date | None]:
        """Read until when the answer is put off: with a reason, and told to who asked."""
        due, fields = answer_by(law, received), (self.until, self.extended, self.told)
        if not any((one.data or "").strip() for one in fields):
            return due, None
        for one in fields:
            needed(one, _("To put it off, write until when, why, and when you said so."))
        latest = latest_extension(law, received)
        until = self.day(self.until, date.max)
        if until and not may_extend(law, received, until):
            blame(
                self.until,
                _("At the latest %(day)s, by the law.", day=long_date(latest))
                if latest and until > latest
                else _("It is due on %(day)s anyway. Write a later day.", day=long_date(due)),
            )
        return until or due, self.day(self.told, held.today, received)


class CompetenceForm(RightForm):
    """A doubt, the centre's view of it, and the decision.

    ``said_yes``: the citizen has agreed that the centre is asked, on ``yes_day`` and by the way in
    ``yes_how``.
    """

    centre = StringField()
    asked = StringField()
    text = text_area()
    said_yes = BooleanField()
    yes_day = StringField()
    yes_how = StringField()
    answered = StringField()
    view = text_area()
    within = StringField()
    reason = text_area()

    def read(self, held: Bounds) -> Competence:
        """Give the doubt. It is decided when the centre's view is known, and with a reason."""
        centres = [one.id for one in held.office.centres]
        choose(self.centre, centres, _("Choose the centre."))
        needed(self.text, _("Write what is in doubt."))
        asked = self.needed_day(self.asked, held.today)
        if self.said_yes.data:
            self.day(self.yes_day, asked)
            if self.yes_how.data:
                ways = [one.id for one in held.office.ways_in]
                choose(self.yes_how, ways, _("Choose one of these."))
        answered = self.day(self.answered, held.today, asked)
        if bool(written(self.view)) is not bool((self.answered.data or "").strip()):
            which = self.answered if written(self.view) else self.view
            blame(which, _("Write both the centre's view and when it came."))
        if self.within.data:
            choose(self.within, ("yes", "no"), _("Choose one of these."))
            needed(self.reason, _("Write why you decided so."))
            needed(self.view, _("Ask the centre first, and write its view."))
        return Competence(
            self.centre.data or "",
            asked,
            written(self.text),
            written(self.view),
            answered,
            {"yes": True, "no": False}.get(self.within.data or ""),
            written(self.reason),
        )

    def read_yes(self, held: Bounds, asked: Competence) -> Consent | None:
        """Give the consent that the question brings, if it says that there is one."""
        if not self.said_yes.data:
            return None
        day = self.day(self.yes_day, held.today) or held.today
        return Consent(asked.centre, day, self.yes_how.data or "")


FORMS: Mapping[str, type[RightForm]] = {
    Consent.kind: ConsentForm,
    Disclosure.kind: DisclosureForm,
    AccessRequest.kind: AccessForm,
    Competence.kind: CompetenceForm,
}


def filled(right: Right) -> dict[str, Any]:
    """Give what a form holds of something filed."""
    match right:
        case Consent():
            return {**_plain(right), "text": right.words}
        case Disclosure():
            return {**_plain(right), "text": right.what, "day_told": right.day.isoformat()}
        case AccessRequest():
            until = right.by.isoformat() if right.extended else ""
            return {**_plain(right), "text": right.what, "until": until}
        case Competence():
            within = {True: "yes", False: "no", None: ""}[right.within]
            return {**_plain(right), "text": right.question, "within": within}


def the_day(held: Bounds, kind: str, enquiry: Enquiry) -> dict[str, str]:
    """Give what a new form begins with: today, and the way in, where these must be told."""
    field = {
        Consent.kind: "given",
        Disclosure.kind: "day_told",
        AccessRequest.kind: "received",
        Competence.kind: "asked",
    }[kind]
    today = held.today.isoformat()
    yes = {"yes_day": today, "yes_how": first_way(held.office, enquiry)}
    return {field: today, **(yes if kind == Competence.kind else {})}


def _plain(right: Right) -> dict[str, Any]:
    told = {one.name: getattr(right, one.name) for one in fields(right)}
    return {name: one.isoformat() if isinstance(one, date) else one for name, one in told.items()}

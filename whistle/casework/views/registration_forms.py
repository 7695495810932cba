"""The form of a registration: what it offers, how it is filled in, and what was sent with it."""

import binascii
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length

from whistle.casework.forms import LONGEST_NOTE, LONGEST_REASON, LONGEST_TITLE
from whistle.casework.registering import REASONS, reasons_of
from whistle.crypto.errors import ContentError
from whistle.domain.channel import Channel
from whistle.domain.fields import AnswerError, read_day
from whistle.domain.office import Office
from whistle.domain.registration import Enquiry, Issue, Override, Rule
from whistle.domain.rules_registration import Code, Fault, registration_faults
from whistle.fields import unix_lines
from whistle.keys.canonical import dump, load
from whistle.keys.shapes import from_json, to_json
from whistle.signed_in import MemberForm

MOST_ISSUES = 20
LONGEST_PURPOSE = 2_000
CHOSEN = (
    "enquirer",
    "way_in",
    "handling",
    "outcome",
    "rejection",
    "scope",
    "result",
    "reported_role",
    "wish",
)
YES_NO = {"yes": True, "no": False}
_OF_DOOR = {
    Channel.CITIZEN: ("approached", "enquirer", "matter_date", "outcome"),
    Channel.WHISTLEBLOWER: ("scope", "result", "police"),
    Channel.COUNCIL: ("behaviours", "reported_role", "wish", "outcome"),
}
_OF_ALL = ("purpose", "way_in", "handling", "rejection")


class IssueForm(Form):
    """A row of issues: identifiers of the profile."""

    category = StringField()
    subcategory = StringField()
    centre = StringField()
    division = StringField()
    theme = StringField()


def _reason() -> TextAreaField:
    too_long = _l("A reason can have at most 1,000 characters. Write the rest in a note.")
    return TextAreaField(
        filters=[unix_lines], validators=[Length(max=LONGEST_REASON, message=too_long)]
    )


class EnquiryForm(MemberForm):
    """What is registered of an enquiry; which fields there are depends on its door."""

    purpose = StringField(
        validators=[
            Length(
                max=LONGEST_PURPOSE,
                message=_l("This can have at most 2,000 characters. Write the rest in a note."),
            )
        ]
    )
    issues = FieldList(FormField(IssueForm), min_entries=1)
    without_casework = BooleanField()
    approached = StringField()
    matter_date = StringField()
    enquirer = StringField()
    way_in = StringField()
    handling = StringField()
    outcome = StringField()
    rejection = StringField()
    scope = StringField()
    result = StringField()
    police = StringField()
    behaviours = SelectMultipleField(choices=[], validate_choice=False)
    reported_role = StringField()
    wish = StringField()


class RegistrationForm(EnquiryForm):
    """The registration of a case. ``was``: what was registered when the page was shown."""

    was = HiddenField()
    centre_first = _reason()
    half_year = _reason()
    exclusion = _reason()

    def reason(self, rule: Rule) -> Field:
        """Give the field of a reason."""
        return self[rule.replace("-", "_")]


class EntryForm(EnquiryForm):
    """A new enquiry. ``form_id`` names the form: a double click enters once."""

    form_id = HiddenField()
    door = HiddenField()
    received = StringField()
    title = StringField(
        validators=[
            Length(max=LONGEST_TITLE, message=_l("A title can have at most 120 characters."))
        ]
    )
    note = TextAreaField(
        filters=[unix_lines],
        validators=[
            Length(
                max=LONGEST_NOTE,
                message=_l("This is longer than 20,000 characters. Make it two notes."),
            )
        ],
    )


# -- filling in --------------------------------------------------------------------------------


def data_of(enquiry: Enquiry) -> dict[str, Any]:
    """Give what the fields of a form hold for an enquiry."""
    happened = enquiry.matter_date
    return {
        **{name: getattr(enquiry, name) for name in CHOSEN},
        "purpose": enquiry.purpose,
        "issues": [to_fields(issue) for issue in enquiry.issues],
        "without_casework": enquiry.casework is False,
        "approached": _yes_or_no(enquiry.approached),
        "police": _yes_or_no(enquiry.police),
        "matter_date": happened.isoformat() if happened else "",
        "behaviours": list(enquiry.behaviours),
        **{rule.replace("-", "_"): reason for rule, reason in reasons_of(enquiry).items()},
    }


def to_fields(issue: Issue) -> dict[str, str]:
    """Give the fields of a row."""
    return {name: getattr(issue, name) for name in Issue.__slots__}


def _yes_or_no(value: bool | None) -> str:  # noqa: FBT001  (a field's own value)
    return "" if value is None else "yes" if value else "no"


def written(enquiry: Enquiry) -> str:
    """Write down what a page showed, for its form to bring back."""
    return dump(to_json(enquiry)).decode()


def read_written(text: str | None) -> Enquiry:
    """Read what `written` wrote; what is none of it reads as nothing registered.

    It is only compared with what is stored.
    """
    try:
        return from_json(Enquiry, load((text or "").encode()))
    except (ContentError, binascii.Error, json.JSONDecodeError, UnicodeError):
        return Enquiry()


# -- reading -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False)
class Sent:
    """What a form says, as far as it can be understood, and what is wrong with it, by field."""

    enquiry: Enquiry
    is_right: bool


def read(form: EnquiryForm, door: Channel, office: Office, received: date) -> Sent:
    """Read a form and say on its fields what is wrong with them.

    ``office``: as it stood on the day ``received``. Fields of another door are left alone.
    """
    problems: list[tuple[Field, str]] = []
    rows = [_issue(one.data) for one in form.issues.entries]
    kept = [number for number, issue in enumerate(rows) if issue != Issue()]
    enquiry = Enquiry(
        casework=not (door is Channel.CITIZEN and form.without_casework.data),
        issues=tuple(rows[number] for number in kept),
        overrides=_overrides(form, received),
        **{name: _value(form, name, problems) for name in (*_OF_ALL, *_OF_DOOR[door])},
    )
    if len(kept) > MOST_ISSUES:
        problems.append((form.issues.entries[0].category, _too_many()))
    problems += [
        (_field(form, fault, kept), fault_text(fault))
        for fault in registration_faults(enquiry, office, door, received)
    ]
    for field, problem in problems:
        field.errors = [*field.errors, problem]
    return Sent(enquiry, is_right=not problems and not form.errors)


def _value(form: EnquiryForm, name: str, problems: list[tuple[Field, str]]) -> Any:
    field = form[name]
    if name in {"approached", "police"}:
        if field.data and field.data not in YES_NO:
            problems.append((field, _("Choose yes or no.")))
        return YES_NO.get(field.data or "")
    if name == "matter_date":
        return read_day_of(field, problems)
    if name == "behaviours":
        return tuple(dict.fromkeys(field.data or ()))
    return (field.data or "").strip()


def read_day_of(field: Field, problems: list[tuple[Field, str]]) -> date | None:
    """Read a day, or note that it is none; none where none is given."""
    if not (field.data or "").strip():
        return None
    try:
        return read_day(field.data)
    except AnswerError:
        problems.append((field, _("This is not a day. Write it as 13-05-2026.")))
        return None


def _issue(data: Mapping[str, Any]) -> Issue:
    return Issue(**{name: (data.get(name) or "").strip() for name in Issue.__slots__})


def _overrides(form: EnquiryForm, day: date) -> tuple[Override, ...]:
    if not isinstance(form, RegistrationForm):
        return ()
    given = {rule: (form.reason(rule).data or "").strip() for rule in REASONS}
    return tuple(Override(rule, reason, day) for rule, reason in given.items() if reason)


def _field(form: EnquiryForm, fault: Fault, kept: Sequence[int]) -> Field:
    """Find the field that a fault is about."""
    if fault.field in Issue.__slots__:
        row = kept[fault.issue] if fault.issue is not None else 0
        return form.issues.entries[row][fault.field]
    return form["without_casework" if fault.field == "casework" else fault.field]


def wrong_fields(form: EnquiryForm) -> Iterable[Field]:
    """Give the fields of a form that something is wrong with, in their order."""
    for field in form:
        if isinstance(field, FieldList):
            for row in field.entries:
                yield from (one for one in row.form if one.errors)
        elif field.errors and field.name != "csrf_token":
            yield field


def _too_many() -> str:
    return _(
        "There can be at most %(most)s issues in one enquiry. Empty some of the rows.",
        most=MOST_ISSUES,
    )


def fault_text(fault: Fault) -> str:
    """Say in words what is wrong with a field."""
    missing = {
        "category": _("Choose what it is about."),
        "centre": _("Choose a centre."),
        "rejection": _("Choose why it is rejected."),
    }
    if fault.code is Code.MISSING:
        return missing.get(fault.field, _("This is missing."))
    return {
        Code.AFTER_RECEIVED: _("This day comes after the enquiry itself."),
        Code.SUBCATEGORY_MISSING: _("Choose a sub-category too: this category has some."),
        Code.SUBCATEGORY_NOT_OF_CATEGORY: _(
            "This sub-category belongs to another category. Choose one of the category above."
        ),
        Code.DIVISION_NOT_OF_CENTRE: _(
            "This division belongs to another centre. Choose one of the centre above."
        ),
    }.get(
        fault.code,
        _("“%(value)s” is not on the list of that day. Choose another.", value=fault.value[:80]),
    )

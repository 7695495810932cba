"""What a registration must hold to be complete, and what in it belongs to nothing.

Pages and imports ask the same; each says it in words of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from whistle.domain.channel import Channel
from whistle.domain.office import Choice, Office, find
from whistle.domain.registration import Enquiry, Issue
from whistle.domain.whistleblowing import needs_ground


class Code(StrEnum):
    """What is wrong with a field; imports show these as they are."""

    MISSING = "missing"
    AFTER_RECEIVED = "after_received"
    SUBCATEGORY_MISSING = "subcategory_missing"
    SUBCATEGORY_NOT_OF_CATEGORY = "subcategory_not_of_category"
    DIVISION_NOT_OF_CENTRE = "division_not_of_centre"
    UNKNOWN_WAY_IN = "unknown_way_in"
    UNKNOWN_HANDLING = "unknown_handling"
    UNKNOWN_ENQUIRER = "unknown_enquirer"
    UNKNOWN_OUTCOME = "unknown_outcome"
    UNKNOWN_REJECTION = "unknown_rejection"
    UNKNOWN_CATEGORY = "unknown_category"
    UNKNOWN_CENTRE = "unknown_centre"
    UNKNOWN_THEME = "unknown_theme"
    UNKNOWN_SCOPE = "unknown_scope"
    UNKNOWN_RESULT = "unknown_result"
    UNKNOWN_BEHAVIOUR = "unknown_behaviour"
    UNKNOWN_REPORTED_ROLE = "unknown_reported_role"
    UNKNOWN_WISH = "unknown_wish"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field; ``issue``: of which issue, counted from 0, or of none."""

    field: str
    code: Code
    value: str = ""
    issue: int | None = None


def registration_faults(
    enquiry: Enquiry, office: Office, channel: Channel, received: date | None = None
) -> list[Fault]:
    """Say all that is wrong with a registration, in the order of its fields; nothing: complete.

    Stevns' report to March 2021, 2.1 and 2.3: of every enquiry its centre and category, of
    complaints about how a case was dealt with the sub-category; an enquiry that was passed on or
    pointed on without casework (its footnote *1) has none of them. A whistleblower's report has its
    scope instead (whistleblowerloven § 1), a council member's what was done. ``office``: as it
    stood when the enquiry was received (``received``, none: no day is compared with it).
    """
    faults = [] if enquiry.is_registered else [Fault("casework", Code.MISSING)]
    faults += _of_everybody(enquiry, office)
    faults += _OF_CHANNEL[channel](enquiry, office)
    if received and enquiry.matter_date and enquiry.matter_date > received:
        faults.append(Fault("matter_date", Code.AFTER_RECEIVED, enquiry.matter_date.isoformat()))
    return faults


def _of_everybody(enquiry: Enquiry, office: Office) -> list[Fault]:
    return [
        *_unless_known("way_in", Code.UNKNOWN_WAY_IN, enquiry.way_in, office.ways_in),
        *_unless_known("handling", Code.UNKNOWN_HANDLING, enquiry.handling, office.handlings),
        *_unless_known("enquirer", Code.UNKNOWN_ENQUIRER, enquiry.enquirer, office.enquirers),
    ]


def _of_citizen(enquiry: Enquiry, office: Office) -> list[Fault]:
    return [
        *_unless_known("outcome", Code.UNKNOWN_OUTCOME, enquiry.outcome, office.outcomes),
        *_rejection(enquiry, office.rejections),
        *_issues(enquiry, office, office.themes, needed=enquiry.casework is True),
    ]


def _of_whistleblower(enquiry: Enquiry, office: Office) -> list[Fault]:
    kinds = office.whistleblowing
    faults = [
        *_unless_known("scope", Code.UNKNOWN_SCOPE, enquiry.scope, kinds.scopes),
        *_unless_known("result", Code.UNKNOWN_RESULT, enquiry.result, kinds.results),
        *_rejection(enquiry, kinds.rejections),
        *_issues(enquiry, office, kinds.themes, needed=False),
    ]
    if needs_ground(enquiry) and not enquiry.rejection:
        faults.append(Fault("rejection", Code.MISSING))
    return faults


def _of_council(enquiry: Enquiry, office: Office) -> list[Fault]:
    kinds = office.council
    role, wish = enquiry.reported_role, enquiry.wish
    return [
        *(
            fault
            for one in enquiry.behaviours
            for fault in _unless_known("behaviours", Code.UNKNOWN_BEHAVIOUR, one, kinds.behaviours)
        ),
        *_unless_known("reported_role", Code.UNKNOWN_REPORTED_ROLE, role, kinds.roles),
        *_unless_known("wish", Code.UNKNOWN_WISH, wish, kinds.wishes),
        *_unless_known("outcome", Code.UNKNOWN_OUTCOME, enquiry.outcome, kinds.outcomes),
        *_rejection(enquiry, kinds.rejections),
        *_issues(enquiry, office, office.themes, needed=False),
    ]


_OF_CHANNEL = {
    Channel.CITIZEN: _of_citizen,
    Channel.WHISTLEBLOWER: _of_whistleblower,
    Channel.COUNCIL: _of_council,
}


def _issues(
    enquiry: Enquiry, office: Office, themes: Sequence[Choice], *, needed: bool
) -> list[Fault]:
    if needed and not enquiry.issues:
        return [Fault("category", Code.MISSING), Fault("centre", Code.MISSING)]
    return [
        Fault(field, code, value, index)
        for index, issue in enumerate(enquiry.issues)
        for field, code, value in (
            *_category(issue, office, needed=needed),
            *_centre(issue, office, needed=needed),
            *_theme(issue, themes),
        )
    ]


def _category(issue: Issue, office: Office, *, needed: bool) -> Iterable[tuple[str, Code, str]]:
    category = office.category(issue.category)
    if not issue.category and needed:
        yield "category", Code.MISSING, ""
    elif issue.category and category is None:
        yield "category", Code.UNKNOWN_CATEGORY, issue.category
    elif issue.subcategory:
        if category is None or find(category.subcategories, issue.subcategory) is None:
            yield "subcategory", Code.SUBCATEGORY_NOT_OF_CATEGORY, issue.subcategory
    elif needed and category is not None and category.subcategories:
        yield "subcategory", Code.SUBCATEGORY_MISSING, ""


def _centre(issue: Issue, office: Office, *, needed: bool) -> Iterable[tuple[str, Code, str]]:
    centre = office.centre(issue.centre)
    if not issue.centre and needed:
        yield "centre", Code.MISSING, ""
    elif issue.centre and centre is None:
        yield "centre", Code.UNKNOWN_CENTRE, issue.centre
    elif issue.division and (centre is None or find(centre.divisions, issue.division) is None):
        yield "division", Code.DIVISION_NOT_OF_CENTRE, issue.division


def _theme(issue: Issue, themes: Sequence[Choice]) -> Iterable[tuple[str, Code, str]]:
    if issue.theme and find(themes, issue.theme) is None:
        yield "theme", Code.UNKNOWN_THEME, issue.theme


def _rejection(enquiry: Enquiry, grounds: Sequence[Choice]) -> list[Fault]:
    return _unless_known("rejection", Code.UNKNOWN_REJECTION, enquiry.rejection, grounds)


def _unless_known(field: str, code: Code, value: str, choices: Iterable[Choice]) -> list[Fault]:
    return [Fault(field, code, value)] if value and find(choices, value) is None else []

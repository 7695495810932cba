"""A registration as pages show it: in the words of the profile, of the day it was received."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from whistle.casework.closing_needs import office_of
from whistle.casework.registering import Merged, reasons_of
from whistle.casework.service import CaseworkService, OpenedCase
from whistle.domain.channel import Channel
from whistle.domain.fields import ShownAnswer
from whistle.domain.office import Choice, Office, find, label_of
from whistle.domain.registration import Enquiry, Issue, Rule
from whistle.domain.rules import Finding, Says, findings
from whistle.web import current_language, long_date

TITLES = {
    "purpose": _l("What it is about"),
    "casework": _l("Casework"),
    "issues": _l("Issues"),
    "approached": _l("Centre approached before"),
    "matter_date": _l("Date of the matter"),
    "enquirer": _l("Enquirer"),
    "way_in": _l("Way in"),
    "handling": _l("Handled"),
    "scope": _l("Within the Act"),
    "result": _l("Result"),
    "police": _l("Reported to the police"),
    "behaviours": _l("Behaviour"),
    "reported_role": _l("Role of the reported person"),
    "wish": _l("Wish"),
    "outcome": _l("Outcome"),
    "rejection": _l("Ground for rejection"),
    Rule.CENTRE_FIRST: _l("Why before the centre"),
    Rule.HALF_YEAR: _l("Why in spite of its age"),
    Rule.EXCLUSION: _l("Why in spite of what the adviser may not do"),
    Rule.UNANSWERED: _l("Why closed without the centre’s reply"),
    Rule.DECLINED: _l("Why it is not looked into again"),
    Rule.SCOPE: _l("Why within or outside the Act"),
}


# As a page tells it; the second one is what a small box has room for.
ORDER = tuple(name for name in TITLES if name not in set(Rule))
_LEFT_OUT = ("approached", "matter_date", "enquirer", "way_in", "handling", "police")
IN_SHORT = tuple(name for name in ORDER if name not in _LEFT_OUT)


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose, as a page shows it."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Group:
    """What can be chosen with something else: sub-categories of a category."""

    value: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """Everything that a form offers, by field."""

    office: Office
    door: Channel

    def of(self, name: str) -> tuple[Option, ...]:
        """Give what a field offers."""
        return _options(choices_of(name, self.office, self.door))

    @property
    def subcategories(self) -> tuple[Group, ...]:
        """Sub-categories by their category."""
        return _groups((one, one.subcategories) for one in self.office.categories)

    @property
    def divisions(self) -> tuple[Group, ...]:
        """Divisions by their centre."""
        return _groups((one, one.divisions) for one in self.office.centres)

    @property
    def yes_no(self) -> tuple[Option, ...]:
        """Yes and no."""
        return Option("yes", _("Yes")), Option("no", _("No"))


def choices_of(name: str, office: Office, door: Channel) -> Sequence[Choice]:
    """Give the list of the profile that a field is chosen from; nothing for other fields."""
    whistle, council = office.whistleblowing, office.council
    by_door = {
        "theme": {Channel.WHISTLEBLOWER: whistle.themes},
        "outcome": {Channel.COUNCIL: council.outcomes, Channel.WHISTLEBLOWER: ()},
        "rejection": {
            Channel.COUNCIL: council.rejections,
            Channel.WHISTLEBLOWER: whistle.rejections,
        },
    }
    everywhere: dict[str, Sequence[Choice]] = {
        "category": office.categories,
        "centre": office.centres,
        "theme": office.themes,
        "enquirer": office.enquirers,
        "way_in": office.ways_in,
        "handling": office.handlings,
        "outcome": office.outcomes,
        "rejection": office.rejections,
        "scope": whistle.scopes,
        "result": whistle.results,
        "behaviours": council.behaviours,
        "reported_role": council.roles,
        "wish": council.wishes,
    }
    return by_door.get(name, {}).get(door, everywhere.get(name, ()))


def _options(choices: Iterable[Choice]) -> tuple[Option, ...]:
    return tuple(Option(one.id, one.label[current_language()]) for one in choices)


def _groups(parents: Iterable[tuple[Choice, Sequence[Choice]]]) -> tuple[Group, ...]:
    lang = current_language()
    return tuple(
        Group(parent.id, parent.label[lang], _options(children))
        for parent, children in parents
        if children
    )


# -- what is registered ------------------------------------------------------------------------


def show_enquiry(
    enquiry: Enquiry, office: Office, door: Channel, names: Sequence[str] = ORDER
) -> tuple[ShownAnswer, ...]:
    """Show what is registered of an enquiry, with every reason that was given."""
    shown = [
        ShownAnswer(str(TITLES[name]), value_of(enquiry, name, office, door)) for name in names
    ]
    reasons = [
        ShownAnswer(str(TITLES[one.rule]), (f"{one.reason} ({long_date(one.day)})",))
        for one in enquiry.overrides
    ]
    return tuple(one for one in (*shown, *reasons) if one.values)


def value_of(enquiry: Enquiry, name: str, office: Office, door: Channel) -> tuple[str, ...]:
    """Show what is registered in one field; nothing where nothing is."""
    if name in set(Rule):
        reason = reasons_of(enquiry).get(Rule(name))
        return (reason,) if reason else ()
    value = getattr(enquiry, name)
    if name == "issues":
        return tuple(show_issue(one, office, door) for one in value)
    if name == "casework":
        return (_("Without casework"),) if value is False else ()
    if name == "matter_date":
        return (long_date(value),) if value else ()
    if isinstance(value, bool):
        return (_("Yes") if value else _("No"),)
    given = value if isinstance(value, tuple) else (value,)
    choices, lang = choices_of(name, office, door), current_language()
    return tuple(label_of(choices, one, lang) for one in given if one)


def show_issue(issue: Issue, office: Office, door: Channel) -> str:
    """Show an issue on one line."""
    lang = current_language()
    category, centre = office.category(issue.category), office.centre(issue.centre)
    parts = (
        label_of(office.categories, issue.category, lang),
        label_of(category.subcategories if category else (), issue.subcategory, lang),
        label_of(office.centres, issue.centre, lang),
        label_of(centre.divisions if centre else (), issue.division, lang),
        label_of(choices_of("theme", office, door), issue.theme, lang),
    )
    return " · ".join(part for part in parts if part)


# -- what the rules find -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """What a rule finds, in words. ``field``: of the reason that lifts it, if a reason does."""

    heading: str
    text: str
    field: str


def show_findings(opened: OpenedCase, office: Office) -> tuple[ShownFinding, ...]:
    """Show what the rules find in what is registered of a citizen's case."""
    enquiry = opened.registration.enquiry
    if opened.inbox.inbox.root.channel is not Channel.CITIZEN or not enquiry.is_registered:
        return ()
    found = findings(enquiry, office, opened.case.received, opened.registration.links)
    return tuple(_finding(one, office) for one in found)


def _finding(found: Finding, office: Office) -> ShownFinding:
    lang = current_language()
    heading, text = {
        Says.CENTRE_FIRST: (
            _("The centre comes first"),
            _(
                "A disagreement is always to be solved by the centre, before you look at it. "
                "Nothing says that %(centre)s has been approached.",
                centre=label_of(office.centres, found.value, lang),
            ),
        ),
        Says.TOO_OLD: (
            _("Older than half a year"),
            _("As a rule you do not deal with complaints about what is older than half a year."),
        ),
        Says.EXCLUDED: (
            _("You may not deal with this"),
            _(
                "It is registered as something you may not deal with (%(what)s), and its outcome "
                "is not a rejection.",
                what=_excluded_by(found.value, office),
            ),
        ),
        Says.BEHAVIOUR_IS_DEALT_WITH: (
            _("How staff behave is not a matter of employment"),
            _("You do deal with how citizens were treated. What staff are paid is left out."),
        ),
        Says.DECIDE_RENEWED: (
            _("The enquirer has come back"),
            _("Decide whether you look into it again. You have no duty to; say why not."),
        ),
    }[found.says]
    lifted = found.lifted_by
    return ShownFinding(heading, text, lifted.replace("-", "_") if lifted else "")


def _excluded_by(value: str, office: Office) -> str:
    choices: Sequence[Choice] = (*office.rejections, *office.categories)
    known = find(choices, value)
    return known.label[current_language()] if known else value


# -- two at once -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A field that somebody else changed: what it says now, and what was sent from this page."""

    title: str
    theirs: tuple[str, ...]
    mine: tuple[str, ...]


def show_changes(merged: Merged, office: Office, door: Channel) -> tuple[ShownChange, ...]:
    """Show field by field what another has changed."""
    return tuple(
        ShownChange(
            str(TITLES[name]),
            value_of(merged.theirs, name, office, door),
            value_of(merged.mine, name, office, door),
        )
        for name in merged.changed
    )


# -- the box -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RegistrationBox:
    """What is registered of a case, in short. ``warnings``: headings of what the rules find."""

    is_registered: bool
    facts: tuple[ShownAnswer, ...]
    warnings: tuple[str, ...]
    url: str


def registration_box(work: CaseworkService, opened: OpenedCase) -> RegistrationBox:
    """Show what is registered, for the box of a case's page."""
    enquiry, office = opened.registration.enquiry, office_of(work, opened)
    return RegistrationBox(
        enquiry.is_registered,
        show_enquiry(enquiry, office, opened.inbox.inbox.root.channel, IN_SHORT),
        tuple(one.heading for one in show_findings(opened, office)),
        url_for("casework.registration", case_id=opened.case.id.hex()),
    )

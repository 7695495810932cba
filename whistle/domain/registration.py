"""What is registered of an enquiry, in identifiers of the municipality's profile.

Stevns' report of March 2021, sections 2.1 and 2.3: of every enquiry its purpose, its centre and
whether that centre was approached before; and its category, for complaints the sub-category.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

FIRST_DAY = date(1970, 1, 1)  # of an enquiry: whoever writes an earlier one mistyped the year


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue (klagepunkt) of an enquiry; empty is what was not told. An enquiry has several."""

    category: str = ""
    subcategory: str = ""
    centre: str = ""
    division: str = ""
    theme: str = ""


class Rule(StrEnum):
    """A rule that somebody decided not to follow, or that closed a case in another way."""

    HALF_YEAR = "half-year"
    CENTRE_FIRST = "centre-first"
    EXCLUSION = "exclusion"
    UNANSWERED = "closed-unanswered"
    DECLINED = "declined"
    SCOPE = "scope"


@dataclass(frozen=True, slots=True, repr=False)
class Override:
    """The reason somebody gave, in their words, and the day; ``rule``: what it is about."""

    rule: Rule
    reason: str
    day: date


@dataclass(frozen=True, slots=True, repr=False)
class Enquiry:
    """What is registered of one enquiry. ``casework`` none: it is not registered yet.

    ``casework`` false: passed on or pointed on without casework (the report's footnote *1).
    ``approached``: whether the centre had been complained to before. ``matter_date``: when it
    happened. ``scope`` (whistleblowerloven § 1), ``result`` and ``police`` (§ 27) are the
    whistleblowers' door's; ``behaviours``, ``reported_role`` and ``wish`` the council members'.
    """

    purpose: str = ""
    way_in: str = ""
    handling: str = ""
    casework: bool | None = None
    enquirer: str = ""
    approached: bool | None = None
    matter_date: date | None = None
    outcome: str = ""
    rejection: str = ""
    issues: tuple[Issue, ...] = ()
    scope: str = ""
    result: str = ""
    police: bool | None = None
    behaviours: tuple[str, ...] = ()
    reported_role: str = ""
    wish: str = ""
    overrides: tuple[Override, ...] = ()

    @property
    def is_registered(self) -> bool:
        """Whether somebody has registered it."""
        return self.casework is not None

    def reason_for(self, rule: Rule) -> Override | None:
        """Give the newest reason that was given about a rule."""
        return next((one for one in reversed(self.overrides) if one.rule is rule), None)


class LinkKind(StrEnum):
    """How another case is linked: the enquirer came back, or it is about the same."""

    RENEWED = "renewed"
    RELATED = "related"


@dataclass(frozen=True, slots=True)
class Link:
    """Another case; 16 bytes. ``earlier``: its enquirer came back with this one."""

    case: bytes
    kind: LinkKind
    earlier: bool = False


class DueKind(StrEnum):
    """What has a date besides the legal clock: a centre's reply, a task, an access request.

    And of the texts put before the reporter: their answer, and the last day of a complaint. Of a
    mediation a meeting, and the day on which its agreement is followed up; of a proposal for
    improvement the centre's answer.
    """

    REPLY = "reply"
    TASK = "task"
    ACCESS = "access"
    APPROVAL = "approval"
    COMPLAINT = "complaint"
    MEETING = "meeting"
    FOLLOW_UP = "follow-up"
    ANSWER = "answer"


DUE_IN_DIALOGUE = frozenset({DueKind.APPROVAL, DueKind.COMPLAINT})


@dataclass(frozen=True, slots=True)
class Due:
    """Something with a date, of what is filed on a case. ``item``: which, 16 bytes.

    ``since``: for a centre's reply, the day of the letter.
    """

    kind: DueKind
    day: date
    item: bytes
    centre: str = ""
    since: date | None = None

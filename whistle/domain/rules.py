"""The rules of the adviser's trade: what stands in the way of what, and what a reason lifts.

"The report" is Stevns' of March 2021, "the statutes" what its council approved in January 2021.
``office`` is always the one of the day on which the enquiry was received: rules change.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from whistle.domain.channel import Channel
from whistle.domain.filed import Referral
from whistle.domain.legal_clock import add_months
from whistle.domain.office import Category, Choice, Closing, Office, find
from whistle.domain.registration import Enquiry, Issue, Link, LinkKind, Rule
from whistle.domain.whistleblowing import REJECTED, is_decided, needs_ground

EMPLOYMENT = "employment"


class Says(StrEnum):
    """What a rule finds. ``DAMAGED``: something in the case does not open."""

    DAMAGED = "damaged"
    CENTRE_FIRST = "centre-first"
    TOO_OLD = "too-old"
    EXCLUDED = "excluded"
    BEHAVIOUR_IS_DEALT_WITH = "behaviour-is-dealt-with"
    DECIDE_RENEWED = "decide-renewed"
    NOT_REGISTERED = "not-registered"
    OUTCOME_MISSING = "outcome-missing"
    SCOPE_OR_RESULT_MISSING = "scope-or-result-missing"
    GROUND_MISSING = "ground-missing"
    GROUND_UNKNOWN = "ground-unknown"
    NOT_PASSED_ON = "not-passed-on"
    REPLY_MISSING = "reply-missing"
    COPY_MISSING = "copy-missing"
    GUIDANCE_MISSING = "guidance-missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule finds. ``lifted_by``: about which rule a reason lifts it; none: nothing does.

    ``value``: what it is about, an identifier or an ISO day.
    """

    says: Says
    lifted_by: Rule | None = None
    value: str = ""


def findings(
    enquiry: Enquiry, office: Office, received: date, links: Iterable[Link] = ()
) -> list[Finding]:
    """Give what the rules find in a citizen's enquiry; what a reason has lifted is left out.

    Nothing of this is a block: the adviser decides, and what is decided against a rule has its
    reason in the enquiry's overrides.
    """
    found = (
        centre_first(enquiry, office),
        half_year(enquiry, office, received),
        excluded(enquiry, office),
        behaviour_is_dealt_with(enquiry, office),
        renewed_contact(enquiry, links),
    )
    return [
        one
        for one in found
        if one and (one.lifted_by is None or enquiry.reason_for(one.lifted_by) is None)
    ]


def centre_first(enquiry: Enquiry, office: Office) -> Finding | None:
    """Find a complaint that its centre has not had.

    "Eventuelle uoverensstemmelser mellem forvaltningen og en borger, skal altid søges løst af det
    relevante center, før borgerrådgiveren ser nærmere på klagen" (the report, 1.2). What is not
    known counts as not approached. Without casework nothing is looked into.
    """
    if enquiry.approached or enquiry.casework is False:
        return None
    centres = [issue.centre for issue in complaints(enquiry, office)]
    return Finding(Says.CENTRE_FIRST, Rule.CENTRE_FIRST, centres[0]) if centres else None


def half_year(enquiry: Enquiry, office: Office, received: date) -> Finding | None:
    """Find a complaint about something that is too old.

    "Som udgangspunkt behandler borgerrådgiveren, ikke klager over sagsforløb, der er mere end ½ år
    gamle" (the report, 1.3): more than that many months on the day it was received, and as a rule,
    so that a reason lifts it.
    """
    happened = enquiry.matter_date
    if happened is None or happened > received or not complaints(enquiry, office):
        return None
    if add_months(happened, office.half_year_months) >= received:
        return None
    return Finding(Says.TOO_OLD, Rule.HALF_YEAR, happened.isoformat())


def excluded(enquiry: Enquiry, office: Office) -> Finding | None:
    """Find what the adviser may not deal with and has not rejected.

    "Henvendelser / Klager, som borgerrådgiveren ikke kan behandle" (the report, 1.5; the statutes'
    "Borgerrådgiveren kan ikke"): as the exclusions stood on the day.
    """
    refused = [one.id for one in categories(enquiry, office) if one.refused]
    ground = enquiry.rejection
    if (not refused and not ground) or _rejects(enquiry, office):
        return None
    return Finding(Says.EXCLUDED, Rule.EXCLUSION, ground or refused[0])


def behaviour_is_dealt_with(enquiry: Enquiry, office: Office) -> Finding | None:
    """Find a complaint about staff's behaviour that is rejected as a matter of employment.

    The statutes: the adviser helps with complaints about "personalets optræden og medarbejdernes
    betjening af borgerne", and does not deal with "spørgsmål vedrørende kommunens personale- og
    ansættelsesforhold". How somebody was treated is in, what somebody is paid is out.
    """
    if enquiry.rejection != EMPLOYMENT:
        return None
    about = [issue for issue in enquiry.issues if is_about_behaviour(issue, office)]
    found = [issue.subcategory or issue.category for issue in about]
    return Finding(Says.BEHAVIOUR_IS_DEALT_WITH, Rule.EXCLUSION, found[0]) if found else None


def is_about_behaviour(issue: Issue, office: Office) -> bool:
    """Say whether an issue is about how staff behave: the profile says so of its category."""
    category = office.category(issue.category)
    part = find(category.subcategories, issue.subcategory) if category else None
    return any(one.behaviour for one in (category, part) if one)


def renewed_contact(enquiry: Enquiry, links: Iterable[Link]) -> Finding | None:
    """Find an enquiry of somebody who came back, of which nobody has decided what becomes of it.

    "I de tilfælde hvor borgeren kontakter borgerrådgiveren igen, kan borgerrådgiveren se på sagen
    og vurdere, om der er mulighed for at undersøge sagen nærmere. Borgerrådgiveren har ikke pligt
    til at undersøge alle klager nærmere" (the report, 1.3): an outcome, or declined with a reason.
    Of the two cases that are linked it is asked of the later one, with which they came back.
    """
    back = (link for link in links if link.kind is LinkKind.RENEWED and link.earlier)
    renewed = [link.case.hex() for link in back]
    if not renewed or enquiry.outcome:
        return None
    return Finding(Says.DECIDE_RENEWED, Rule.DECLINED, renewed[0])


def closing_needs(
    enquiry: Enquiry,
    office: Office,
    referrals: Iterable[Referral],
    channel: Channel = Channel.CITIZEN,
) -> list[Finding]:
    """Say what is missing before a case may be closed; nothing: it may.

    The report, 1.3: guided or pointed on, "sagen afsluttes herefter". Passed on: "efter
    videregivelse af sagens indhold … og når der er modtaget kopi af centerets svar til borgeren",
    both, or closed unanswered with a reason; so is every letter, whatever the outcome. Without
    casework (3.1, footnote *1) nothing else is left to do. A whistleblower's report needs what § 27
    counts, and a ground where it is rejected (§ 12).
    """
    if not enquiry.is_registered:
        return [Finding(Says.NOT_REGISTERED)]
    sent = list(referrals)
    awaited = _reply_needs(sent)
    if not enquiry.casework:
        return awaited
    if channel is Channel.WHISTLEBLOWER:
        needs = [] if is_decided(enquiry) else [Finding(Says.SCOPE_OR_RESULT_MISSING)]
        rejects, grounds = needs_ground(enquiry), office.whistleblowing.rejections
    elif channel is Channel.COUNCIL:
        needs = _outcome_needs(enquiry, office.council.outcomes)
        rejects, grounds = enquiry.outcome == REJECTED, office.council.rejections
    else:
        needs = _outcome_needs(enquiry, office.outcomes)
        needs += _letter_needs(enquiry, office, sent)
        rejects, grounds = _rejects(enquiry, office), office.rejections
    return [*needs, *awaited, *(_ground_needs(enquiry, grounds) if rejects else [])]


def complaints(enquiry: Enquiry, office: Office) -> list[Issue]:
    """Give the issues that are complaints."""
    return [
        issue
        for issue in enquiry.issues
        if (category := office.category(issue.category)) and category.complaint
    ]


def categories(enquiry: Enquiry, office: Office) -> list[Category]:
    """Give the categories of an enquiry's issues, in their order."""
    found = (office.category(issue.category) for issue in enquiry.issues)
    return [one for one in found if one]


def _rejects(enquiry: Enquiry, office: Office) -> bool:
    outcome = office.outcome(enquiry.outcome)
    return outcome is not None and outcome.closing is Closing.REJECTED


def _outcome_needs(enquiry: Enquiry, outcomes: Sequence[Choice]) -> list[Finding]:
    known = find(outcomes, enquiry.outcome) is not None
    return [] if known else [Finding(Says.OUTCOME_MISSING, value=enquiry.outcome)]


def _ground_needs(enquiry: Enquiry, grounds: Sequence[Choice]) -> list[Finding]:
    if not enquiry.rejection:
        return [Finding(Says.GROUND_MISSING)]
    if find(grounds, enquiry.rejection) is None:
        return [Finding(Says.GROUND_UNKNOWN, value=enquiry.rejection)]
    return []


def _letter_needs(enquiry: Enquiry, office: Office, sent: Sequence[Referral]) -> list[Finding]:
    """Say whether what was passed on, by its outcome, lacks the letter that did so."""
    outcome = office.outcome(enquiry.outcome)
    passed_on = outcome is not None and outcome.closing is Closing.WITH_REPLY
    return [Finding(Says.NOT_PASSED_ON)] if passed_on and not sent else []


def _reply_needs(sent: Iterable[Referral]) -> list[Finding]:
    """Say what is missing of each centre's reply; ``unanswered`` stands for one that never came."""
    return [
        Finding(
            Says.REPLY_MISSING if one.replied is None else Says.COPY_MISSING,
            Rule.UNANSWERED,
            one.centre,
        )
        for one in sent
        if not one.unanswered.strip() and (one.replied is None or not one.reply)
    ]

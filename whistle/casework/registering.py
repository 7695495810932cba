"""Registering an enquiry, or correcting what was registered of it.

Nobody's words are overwritten without being shown: a form brings what it showed, and who is slower
gets `Done.CHANGED`, with every field that the other changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date

from whistle.audit.log import deed
from whistle.casework.cases import Cases, OpenedCase, told_by_dialogue
from whistle.casework.closing_needs import office_of
from whistle.casework.done import Done
from whistle.domain.channel import Act, Channel, Side
from whistle.domain.fields import AnswerError, read_day
from whistle.domain.logged import Logged
from whistle.domain.office import Choice, Office, find
from whistle.domain.registration import Enquiry, Issue, Override, Rule
from whistle.keys.records import Message, Registration

# What a registration gives reasons about; the other rules' reasons are given elsewhere.
REASONS = (Rule.CENTRE_FIRST, Rule.HALF_YEAR, Rule.EXCLUSION)
FIELDS = tuple(one.name for one in fields(Enquiry) if one.name != "overrides")
# As in every profile.
FORM, PHONE, WRITING, CITIZEN = "form", "phone", "writing", "citizen"
OWN_INITIATIVE, SPOKEN = "own_initiative", frozenset({"phone", "meeting"})


def register(cases: Cases, case_id: bytes, enquiry: Enquiry, was: Enquiry) -> Done:
    """Register a case; `Done.CHANGED` when it is no longer registered as it ``was`` on the page.

    Of the reasons in ``enquiry`` those that `REASONS` names are stored; the others stay as they
    are.
    """

    def step(opened: OpenedCase) -> Done:
        stored = opened.registration.enquiry
        mine = with_reasons(enquiry, stored, reasons_of(enquiry), cases.here.clock.today())
        if mine == stored:
            return Done.ALREADY
        if not is_same(stored, was):
            return Done.CHANGED
        registration = replace(told_by_dialogue(opened), enquiry=mine)
        done = deed(Logged.CASE_REGISTERED, opened.inbox, case=case_id)
        with cases.writing(opened, registration, done):
            return Done.YES

    return cases.attempt(case_id, step) or Done.CLOSED_TO_YOU


def reasons_of(enquiry: Enquiry) -> Mapping[Rule, str]:
    """Give the reasons that a registration's form asks for."""
    given = {rule: enquiry.reason_for(rule) for rule in REASONS}
    return {rule: one.reason for rule, one in given.items() if one}


def with_reasons(
    enquiry: Enquiry, stored: Enquiry, reasons: Mapping[Rule, str], today: date
) -> Enquiry:
    """Give an enquiry with reasons; one that stands there already keeps its day."""
    before = reasons_of(stored)
    kept = [
        one
        for one in stored.overrides
        if one.rule not in REASONS or before.get(one.rule) == reasons.get(one.rule)
    ]
    new = [
        Override(rule, reason, today)
        for rule, reason in reasons.items()
        if reason and before.get(rule) != reason
    ]
    return replace(enquiry, overrides=(*kept, *new))


def is_same(one: Enquiry, other: Enquiry) -> bool:
    """Whether two registrations say the same in all that a form shows."""
    blank = replace(one, overrides=()) == replace(other, overrides=())
    return blank and reasons_of(one) == reasons_of(other)


# -- two at once -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False)
class Merged:
    """What two have made of a registration: ``theirs`` is stored, ``mine`` is not.

    ``enquiry``: mine where I changed something, theirs elsewhere. ``changed``: the fields that they
    changed since ``was``, by name; a reason by its rule.
    """

    enquiry: Enquiry
    theirs: Enquiry
    mine: Enquiry
    changed: tuple[str, ...]


def merge(was: Enquiry, theirs: Enquiry, mine: Enquiry, today: date) -> Merged:
    """Put two registrations together that were made of the same one."""
    taken = {
        name: getattr(theirs, name) for name in FIELDS if getattr(mine, name) == getattr(was, name)
    }
    said, stood, own = reasons_of(was), reasons_of(theirs), reasons_of(mine)
    reasons = {
        rule: (stood if own.get(rule) == said.get(rule) else own).get(rule, "") for rule in REASONS
    }
    changed = [name for name in FIELDS if getattr(theirs, name) != getattr(was, name)]
    changed += [rule for rule in REASONS if stood.get(rule) != said.get(rule)]
    together = with_reasons(replace(mine, **taken), theirs, reasons, today)
    return Merged(together, theirs, mine, tuple(changed))


# -- what a form begins with -------------------------------------------------------------------


def as_told(cases: Cases, opened: OpenedCase) -> Enquiry:
    """Give what is registered; of a new case what the reporter's own answers tell.

    Nothing of it is stored before somebody has looked at it.
    """
    enquiry = opened.registration.enquiry
    if enquiry.is_registered:
        return enquiry
    return told_by_answers(
        enquiry, opened.messages, office_of(cases, opened), opened.inbox.inbox.root.channel
    )


def told_by_answers(
    enquiry: Enquiry, messages: Sequence[Message], office: Office, door: Channel
) -> Enquiry:
    """Fill in what answers in a door's form say in the words of the office."""
    told = answers_in(messages)
    issue = Issue(
        centre=_one(told, "centre", office.centres),
        theme=_one(told, "matter", office.whistleblowing.themes),
    )
    behaviours = {one.id for one in office.council.behaviours}
    return replace(
        enquiry,
        way_in=enquiry.way_in or (_known(FORM, office.ways_in) if messages else ""),
        handling=enquiry.handling or _known(WRITING, office.handlings),
        enquirer=_known(CITIZEN, office.enquirers) if door is Channel.CITIZEN else "",
        approached={"yes": True, "no": False}.get("".join(told.get("approached", ()))),
        matter_date=_day(told.get("happened", ())),
        issues=(issue,) if issue != Issue() else (),
        behaviours=tuple(one for one in told.get("behaviour", ()) if one in behaviours),
        reported_role=_one(told, "reported_role", office.council.roles),
        wish=_one(told, "wish", office.council.wishes),
    )


def answers_in(messages: Sequence[Message]) -> Mapping[str, tuple[str, ...]]:
    """Give what the reporter answered in a door's form; what was said first counts."""
    told: dict[str, tuple[str, ...]] = {}
    for message in messages:
        if is_told_by_reporter(message):
            told = {**message.answers, **told}
    return told


def is_told_by_reporter(message: Message) -> bool:
    """Whether a message says what the reporter told, in whoever's hand."""
    return message.side is Side.REPORTER or message.act is Act.WROTE_IN


def first_told(office: Office, door: Channel) -> Enquiry:
    """Give what a call begins with: by telephone, from a citizen."""
    return Enquiry(
        way_in=_known(PHONE, office.ways_in),
        handling=_known(PHONE, office.handlings),
        enquirer=_known(CITIZEN, office.enquirers) if door is Channel.CITIZEN else "",
    )


def spoken_to(entered: Registration, day: date, *, closes: bool) -> Registration:
    """Note which duties of the clock an entered enquiry has met by itself, on the ``day`` it came.

    Who called or came was heard at once, and was told the rest where the case is closed with that.
    Nobody waits for an answer to what the adviser takes up alone.
    """
    enquiry = entered.enquiry
    alone = enquiry.way_in == OWN_INITIATIVE
    heard = alone or enquiry.way_in in SPOKEN
    told = alone or (closes and enquiry.handling in SPOKEN)
    return replace(
        entered,
        acknowledged=day if heard or told else None,
        feedback=day if told else None,
    )


def _one(told: Mapping[str, tuple[str, ...]], name: str, choices: tuple[Choice, ...]) -> str:
    return next((one for one in told.get(name, ()) if find(choices, one)), "")


def _known(choice_id: str, choices: tuple[Choice, ...]) -> str:
    return choice_id if find(choices, choice_id) else ""


def _day(values: tuple[str, ...]) -> date | None:
    try:
        return read_day(values[0]) if values else None
    except AnswerError:
        return None

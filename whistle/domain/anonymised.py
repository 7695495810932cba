"""What statistics need of a closed case, and nothing else: it outlives the case.

No text of anybody's, no title, purpose or day of the matter, no reason that somebody wrote, and
nothing that says which case it was. Of a council member's it tells that there was one, and in which
term of the council: there are so few of them that a day, or what it was about, would tell who.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

from whistle.domain.channel import Channel
from whistle.domain.filed import Referral
from whistle.domain.improvement import Improvement, TakenUp
from whistle.domain.legal_clock import Deadlines, acknowledge_by, feedback_by
from whistle.domain.mediation import Mediation, Result
from whistle.domain.registration import Enquiry, Issue

_A_TERM = 2022  # began on 1 January, as one does every four years (kommunal- og regionalvalgloven)
_TERM_YEARS = 4


@dataclass(frozen=True, slots=True)
class Reply:
    """How a centre answered what was passed on to it.

    ``days``: from the letter to the reply, none where there was none. ``unanswered``: the case was
    closed without it.
    """

    centre: str
    division: str = ""
    days: int | None = None
    unanswered: bool = False


@dataclass(frozen=True, slots=True)
class Anonymised:
    """The anonymised record of a closed case, in identifiers of the profile.

    ``received`` and ``closed``: days; for the council's door the first day of the term, and none.
    ``acknowledged`` and ``feedback``: whether in time (whistleblowerloven § 12, or the
    municipality's own promise); none where there was nobody to tell. ``renewed``: linked to an
    earlier enquiry of the same person. ``mediations`` and ``proposals``: what came of each that
    ended, or was answered; neither day nor other side. All else as in `Enquiry`.
    """

    channel: Channel
    received: date
    closed: date | None = None
    way_in: str = ""
    handling: str = ""
    casework: bool | None = None
    enquirer: str = ""
    approached: bool | None = None
    outcome: str = ""
    rejection: str = ""
    issues: tuple[Issue, ...] = ()
    scope: str = ""
    result: str = ""
    police: bool | None = None
    acknowledged: bool | None = None
    feedback: bool | None = None
    replies: tuple[Reply, ...] = ()
    renewed: bool = False
    mediations: tuple[Result, ...] = ()
    proposals: tuple[TakenUp, ...] = ()

    def __post_init__(self) -> None:
        """Hold a council member's to what may be known of it, or raise `ValueError`."""
        if self.channel is not Channel.COUNCIL:
            return
        told = (getattr(self, one.name) == one.default for one in fields(self)[2:])
        if self.received != first_day_of_term(self.received) or not all(told):
            raise ValueError("a council member's record tells the term and nothing else")


@dataclass(frozen=True, slots=True)
class Course:
    """What happened to a case, by its days. ``reporter``: whether there is somebody to tell."""

    channel: Channel
    received: date
    closed: date
    acknowledged: date | None = None
    feedback: date | None = None
    reporter: bool = True
    renewed: bool = False


def anonymise(
    course: Course, enquiry: Enquiry, filed: Iterable[object], deadlines: Deadlines
) -> Anonymised:
    """Give what statistics need of a closed case. What came is sorted: no order tells when.

    ``filed``: all that is filed on it and not deleted.
    """
    if course.channel is Channel.COUNCIL:
        return Anonymised(course.channel, first_day_of_term(course.received))
    things = list(filed)
    referrals = [one for one in things if isinstance(one, Referral)]
    mediations = [one.result for one in things if isinstance(one, Mediation) and one.result]
    answers = [one.taken_up for one in things if isinstance(one, Improvement) and one.taken_up]
    acknowledge = acknowledge_by(course.received, deadlines)
    feedback = feedback_by(course.received, course.acknowledged, deadlines)
    return Anonymised(
        course.channel,
        course.received,
        course.closed,
        way_in=enquiry.way_in,
        handling=enquiry.handling,
        casework=enquiry.casework,
        enquirer=enquiry.enquirer,
        approached=enquiry.approached,
        outcome=enquiry.outcome,
        rejection=enquiry.rejection,
        issues=enquiry.issues,
        scope=enquiry.scope,
        result=enquiry.result,
        police=enquiry.police,
        acknowledged=_in_time(course.acknowledged, acknowledge, reporter=course.reporter),
        feedback=_in_time(course.feedback, feedback, reporter=course.reporter),
        replies=tuple(sorted(map(_reply, referrals), key=repr)),
        renewed=course.renewed,
        mediations=tuple(sorted(mediations)),
        proposals=tuple(sorted(answers)),
    )


def first_day_of_term(day: date) -> date:
    """Give the first day of the council's term that a day lies in."""
    return date(day.year - (day.year - _A_TERM) % _TERM_YEARS, 1, 1)


def _in_time(done: date | None, by: date, *, reporter: bool) -> bool | None:
    if done is None:
        return False if reporter else None
    return done <= by


def _reply(referral: Referral) -> Reply:
    days = None if referral.replied is None else max(0, (referral.replied - referral.sent).days)
    return Reply(referral.centre, referral.division, days, unanswered=bool(referral.unanswered))

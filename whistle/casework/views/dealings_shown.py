"""Mediation, proposals for improvement, wishes, support and risk as the pages show them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from whistle.casework.cases import Cases, OpenedCase
from whistle.casework.consenting import consents_with
from whistle.casework.dealings import (
    DEALINGS,
    Bounds,
    dealing_of,
    hindered_paper,
    kinds_at,
)
from whistle.casework.views.dealings_words import (
    help_words,
    level_words,
    present_words,
    result_words,
    roles,
    taken_up_words,
    why_words,
)
from whistle.casework.views.rights_shown import Line, Option
from whistle.domain.agreed import Why
from whistle.domain.channel import Channel
from whistle.domain.council import refuses_recipient
from whistle.domain.improvement import Improvement, TakenUp
from whistle.domain.mediation import Mediation, Meeting, Present, Result, hindrance, other_sides
from whistle.domain.office import Choice, label_of
from whistle.domain.support import Help, Level, Risk, Support, Wish, newest
from whistle.keys.filed import Dealing, KeptFiled
from whistle.web import current_language, long_date


@dataclass(frozen=True, slots=True)
class ShownDealing:
    """Something filed. ``state``: a word or two; ``is_bad``: it needs somebody's attention.

    ``paper``: what can be made of it as PDF and Word, in words; ``meetings``: of a mediation.
    """

    id: str
    version: int
    kind: str
    title: str
    state: str
    is_bad: bool
    lines: tuple[Line, ...]
    warnings: tuple[str, ...] = ()
    paper: str = ""
    meetings: tuple["ShownDealing", ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """All of one kind. ``stands``: what stands of it now, where one of them does."""

    kind: str
    heading: str
    about: str
    empty: str
    add: str
    all: Sequence[ShownDealing]
    stands: str = ""


def show_dealings(cases: Cases, held: Bounds, opened: OpenedCase) -> list[Group]:
    """Give what is filed, kind by kind, the newest first; meetings stand with their mediation."""
    words = _group_words()
    return [
        Group(
            kind,
            *words[kind],
            [show_dealing(cases, held, opened, kept) for kept in _of_kind(opened, kind)],
            _standing(held, opened, kind),
        )
        for kind in kinds_at(held.channel)
        if kind != Meeting.kind
    ]


def _of_kind(opened: OpenedCase, kind: str) -> list[KeptFiled]:
    """Give all of a kind; with mediations the meetings whose mediation was erased."""
    found = [kept for kept, _content in reversed(opened.notebook.of_kind(DEALINGS[kind]))]
    if kind != Mediation.kind:
        return found
    there = {kept.filed_id for kept in found}
    meetings = opened.notebook.of_kind(Meeting)
    return [*found, *(kept for kept, one in meetings if one.mediation not in there)]


def show_dealing(cases: Cases, held: Bounds, opened: OpenedCase, kept: KeptFiled) -> ShownDealing:
    """Give something filed as it stands."""
    dealing = dealing_of(kept)
    if dealing is None:
        raise TypeError("none of these")
    shown = _SHOWN[dealing.kind](held.naming(dealing), opened, dealing)
    meetings = []
    if isinstance(dealing, Mediation):
        filed = opened.notebook.of_kind(Meeting)
        of_this = [(one, meeting) for one, meeting in filed if meeting.mediation == kept.filed_id]
        for one, _meeting in sorted(of_this, key=lambda told: told[1].day):
            meetings.append(show_dealing(cases, held, opened, one))
    return ShownDealing(
        kept.filed_id.hex(),
        kept.newest.version,
        dealing.kind,
        shown.title,
        shown.state,
        shown.is_bad,
        tuple(line for line in shown.lines if line.value),
        tuple(shown.warnings),
        _paper(dealing) if hindered_paper(cases, opened, dealing) is None else "",
        tuple(meetings),
    )


def choices_of(held: Bounds, told: Dealing | None = None) -> Mapping[str, Sequence[Option]]:
    """Give what the forms offer; of ``told`` stays what it says, so that it can be ended."""
    present, office = present_words(), held.office
    left_out = {Present.MEMBER, Present.OTHER_SIDE}
    if held.channel is Channel.COUNCIL:
        left_out = {Present.CITIZEN, Present.MANAGER, Present.CASEWORKER}
    now = told.other_side if isinstance(told, Mediation) else ""
    sides = [
        one
        for one in other_sides(held.channel, office)
        if one.id == now or not refuses_recipient(held.channel, office, held.reported, one.id)
    ]
    return {
        "other_sides": _options(sides),
        "centres": _options(office.centres),
        "ways_in": _options(office.ways_in),
        "wishes": _options(office.council.wishes),
        "results": [Option(one, result_words()[one]) for one in Result],
        "present": [Option(one, present[one]) for one in Present if one not in left_out],
        "taken_up": [Option(one, taken_up_words()[one]) for one in TakenUp],
        "helps": [Option(one, help_words()[one]) for one in Help],
        "levels": [Option(one, level_words()[one]) for one in Level],
    }


# -- one of each kind --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shown:
    title: str
    state: str
    lines: Sequence[Line]
    is_bad: bool = False
    warnings: Sequence[str] = ()


def _mediation(held: Bounds, opened: OpenedCase, told: Mediation) -> _Shown:
    consents = consents_with(opened)
    yes, language = consents.get(told.consent), current_language()
    side = label_of((*held.office.centres, *held.office.recipients), told.other_side, language)
    why = hindrance(consents, told, held.today, anew=True) if told.result is None else None
    late = told.due is not None and told.due[1] < held.today
    own = _("The citizen’s yes") if held.channel is Channel.CITIZEN else _("The member’s yes")
    goes_on = _("Both have said yes") if why is None else _("Waits for a yes")
    if why in {Why.WITHDRAWN, Why.OTHER_SIDE_WITHDREW}:
        goes_on = _("Stopped")
    return _Shown(
        side,
        result_words()[told.result] if told.result else goes_on,
        [
            Line(_("Begun"), day_words(told.begun)),
            Line(_("About"), told.about, written=True),
            Line(own, day_words(yes.given if yes else None)),
            Line(_("Taken back"), day_words(yes.withdrawn if yes else None)),
            Line(_("The other side’s yes"), day_words(told.agreed)),
            Line(_("How it said yes"), label_of(held.office.ways_in, told.agreed_how, language)),
            Line(_("The other side said no"), day_words(told.withdrew)),
            Line(_("Agreed on"), day_words(told.settled)),
            Line(_("Agreement"), told.agreement, written=True),
            Line(_("To be followed up"), day_words(told.follow_up)),
            Line(_("Followed up"), day_words(told.followed_up)),
            Line(_("How it went"), told.findings, written=True),
            Line(_("Ended"), day_words(told.ended)),
        ],
        is_bad=late,
        warnings=[why_words(why)] if why else [],
    )


def _meeting(held: Bounds, _opened: OpenedCase, told: Meeting) -> _Shown:
    late = not told.is_held and told.day < held.today
    state = _("Held") if told.is_held else _("Planned")
    return _Shown(
        _("Meeting, %(day)s", day=long_date(told.day)),
        _("What was said is missing") if late else state,
        [
            Line(_("Where"), told.place, written=True),
            Line(_("Who was there"), roles(told.present)),
            Line(_("What was said"), told.minutes, written=True),
        ],
        is_bad=late,
    )


def _improvement(held: Bounds, opened: OpenedCase, told: Improvement) -> _Shown:
    yes = consents_with(opened).get(told.consent)
    late = told.due is not None and told.due[1] < held.today
    if told.taken_up:
        state = taken_up_words()[told.taken_up]
    elif told.answered:
        state = _("Answered")
    elif told.passed_on:
        state = _("Answer overdue") if late else _("Passed on")
    else:
        state = _("Not passed on yet")
    return _Shown(
        label_of(held.office.centres, told.centre, current_language()),
        state,
        [
            Line(_("Subject"), told.subject, written=True),
            Line(_("Proposal"), told.text, written=True),
            Line(_("The citizen’s yes"), day_words(yes.given if yes else None)),
            Line(_("Taken back since"), day_words(yes.withdrawn if yes else None)),
            Line(_("Passed on"), day_words(told.passed_on)),
            Line(_("Answer by"), day_words(told.reply_by) if told.answered is None else ""),
            Line(_("Answered"), day_words(told.answered)),
            Line(_("The centre’s answer"), told.answer, written=True),
        ],
        is_bad=late,
    )


def _wish(held: Bounds, opened: OpenedCase, told: Wish) -> _Shown:
    language = current_language()
    stands = newest(one for _kept, one in opened.notebook.of_kind(Wish)) == told
    return _Shown(
        label_of(held.office.council.wishes, told.wish, language),
        _("Stands") if stands else _("Earlier"),
        [
            Line(_("Day"), day_words(told.day)),
            Line(_("How"), label_of(held.office.ways_in, told.how, language)),
            Line(_("In their words"), told.words, written=True),
        ],
    )


def _support(_held: Bounds, _opened: OpenedCase, told: Support) -> _Shown:
    return _Shown(
        help_words()[told.help],
        _("By § 16, stk. 11") if told.granted else _("Noted"),
        [
            Line(_("Day"), day_words(told.day)),
            Line(_("From whom"), told.provider, written=True),
            Line(_("How it is tied to the office"), told.tie, written=True),
            Line(_("What it was"), told.words, written=True),
        ],
    )


def _risk(_held: Bounds, opened: OpenedCase, told: Risk) -> _Shown:
    stands = newest(one for _kept, one in opened.notebook.of_kind(Risk)) == told
    return _Shown(
        level_words()[told.level],
        _("Stands") if stands else _("Earlier"),
        [
            Line(_("Day"), day_words(told.day)),
            Line(_("What it rests on"), told.words, written=True),
            Line(_("What was agreed"), told.measures, written=True),
        ],
        is_bad=stands and told.level is Level.HIGH,
    )


_SHOWN: Mapping[str, Callable[..., _Shown]] = {
    Mediation.kind: _mediation,
    Meeting.kind: _meeting,
    Improvement.kind: _improvement,
    Wish.kind: _wish,
    Support.kind: _support,
    Risk.kind: _risk,
}


def _standing(held: Bounds, opened: OpenedCase, kind: str) -> str:
    """Say what is registered where nobody noted a wish, or another one was registered since."""
    registered = opened.registration.enquiry.wish
    noted = newest(one for _kept, one in opened.notebook.of_kind(Wish))
    if kind != Wish.kind or not registered or (noted and noted.wish == registered):
        return ""
    label = label_of(held.office.council.wishes, registered, current_language())
    return _("The registration says: %(wish)s", wish=label)


def _paper(dealing: Dealing) -> str:
    """Say what the paper is called that can be made of something."""
    return _("The agreement") if isinstance(dealing, Mediation) else _("The letter")


def _group_words() -> Mapping[str, tuple[str, str, str, str]]:
    """Give heading, what it is about, that there is none, and how one is added, by kind."""
    both = _(
        "You bring both to the table. Nothing is sent, and nobody meets, before both have said yes."
    )
    return {
        Mediation.kind: (
            _("Mediation"),
            both,
            _("Nothing has been mediated."),
            _("Begin a mediation"),
        ),
        Improvement.kind: (
            _("Proposals for improvement"),
            _(
                "What the citizen experienced can be passed on to a centre as a proposal, without "
                "saying who the citizen is. It takes the citizen’s yes."
            ),
            _("Nothing has been proposed."),
            _("Write a proposal"),
        ),
        Wish.kind: (
            _("What the member wishes"),
            _("The newest wish stands. The member can change it at any time."),
            _("No wish has been noted."),
            _("Note a wish"),
        ),
        Risk.kind: (
            _("Risk"),
            _("The newest assessment stands."),
            _("The risk has not been assessed."),
            _("Assess the risk"),
        ),
        Support.kind: (
            _("Support given"),
            _(
                "The council can give its members help that is closely tied to their office, such "
                "as a psychologist or help to report to the police (kommunestyrelsesloven § 16, "
                "stk. 11)."
            ),
            _("No support has been given."),
            _("Note support"),
        ),
    }


def _options(choices: Sequence[Choice]) -> list[Option]:
    return [Option(one.id, one.label[current_language()]) for one in choices]


def day_words(day: date | None) -> str:
    """Write a day, where there is one."""
    return long_date(day) if day else ""

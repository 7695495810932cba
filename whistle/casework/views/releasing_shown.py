"""What would be released, as a page shows it: every count, in the words of the profile."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for
from flask_babel import gettext as _

from whistle.casework.reporting.released import rows_of
from whistle.casework.reporting.releasing import Offer, Standing
from whistle.casework.views.registration_shown import TITLES
from whistle.casework.views.shown import inbox_title
from whistle.domain.anonymised import Anonymised, Reply
from whistle.domain.channel import Channel
from whistle.domain.clock import day_in_denmark
from whistle.domain.counting import Period
from whistle.domain.office import Choice, Office
from whistle.domain.registration import Issue
from whistle.domain.released import Release, last_day_of_term
from whistle.report import vocabulary
from whistle.report.periods import Step, days_label
from whistle.web import current_language, this_installation


@dataclass(frozen=True, slots=True)
class Leaf:
    """Enquiries that look the same in what is released, and how many they are."""

    period: str
    casework: str
    issues: Sequence[str]
    renewed: bool
    number: int


@dataclass(frozen=True, slots=True)
class ShownOffer:
    """What an inbox would release. ``by_itself``: what is counted, and the counts in words."""

    id: str
    title: str
    number: int
    leaves: Sequence[Leaf]
    by_itself: Sequence[tuple[str, str]]
    waiting: int
    damaged: int
    seen: str
    overlaps: bool
    again: bool


@dataclass(frozen=True, slots=True)
class ShownRelease:
    """A release that stands; one without ``day`` does not open.

    ``address``: of the page with the counts as they are now.
    """

    id: str
    title: str
    days: str = ""
    author: str = ""
    day: date | None = None
    number: int = 0
    address: str = ""
    stale: bool = False
    published: bool = False


def show_offer(offer: Offer, standing: Iterable[Standing]) -> ShownOffer:
    """Show what an inbox would release, beside what it has released already."""
    told, inbox = offer.release, offer.inbox.inbox
    others = [
        one.signed.release.days
        for one in standing
        if one.signed and one.signed.release.source == told.source
    ]
    return ShownOffer(
        inbox.inbox_id.hex(),
        inbox_title(inbox),
        len(told.facts),
        _leaves(told) if inbox.root.channel is Channel.CITIZEN else [],
        [one for one in _by_itself(told, inbox.root.channel) if one[1]],
        offer.waiting,
        offer.damaged,
        offer.seen,
        any(one != told.days and _meet(one, told.days) for one in others),
        told.days in others,
    )


def show_release(one: Standing, names: Mapping[bytes, str]) -> ShownRelease:
    """Show a release that stands."""
    title, signed = inbox_title(one.inbox.inbox), one.signed
    if signed is None:
        return ShownRelease(one.id.hex(), title)
    told = signed.release
    return ShownRelease(
        one.id.hex(),
        title,
        _said(told.days),
        names.get(signed.author, "?"),
        day_in_denmark(signed.written),
        len(told.facts),
        url_for(
            "casework.releases",
            first=told.days.first.isoformat(),
            last=told.last.isoformat(),
            by=_step(told),
        ),
        stale=one.stale,
        published=one.published,
    )


def _step(told: Release) -> Step:
    """Say how long its rows are, as the form asks for it."""
    profile = this_installation().profiles
    alike = (one for one in Step if rows_of(profile, told.days, one) == told.rows)
    return next(alike, Step.QUARTER)


# -- inside ------------------------------------------------------------------------------------


def _leaves(told: Release) -> Sequence[Leaf]:
    words, alike = _Words(told.days), Counter(map(_core, told.facts))
    rows = {row.first: _said(row) for row in told.rows}
    return [
        Leaf(
            rows[one.received],
            _casework(one),
            [words.issue(issue) for issue in one.issues],
            one.renewed,
            number,
        )
        for one, number in sorted(alike.items(), key=lambda item: (item[0].received, repr(item)))
    ]


def _core(fact: Anonymised) -> Anonymised:
    """Give what is released together, without what is dealt out by itself."""
    issues = tuple(
        Issue(one.category, one.subcategory, one.centre, one.division) for one in fact.issues
    )
    return Anonymised(
        fact.channel, fact.received, casework=fact.casework, issues=issues, renewed=fact.renewed
    )


def _casework(fact: Anonymised) -> str:
    if fact.casework is None:
        return _("Not registered yet")
    return _("With casework") if fact.casework else _("Without casework")


def _by_itself(told: Release, channel: Channel) -> Iterable[tuple[str, str]]:
    words, facts = _Words(told.days), told.facts
    if channel is Channel.COUNCIL:
        terms = Counter(
            f"{one.received.year}–{last_day_of_term(one.received).year}" for one in facts
        )
        yield _("Terms of the council"), _counts(terms)
        return
    themes = [issue.theme for one in facts for issue in one.issues if issue.theme]
    if channel is Channel.WHISTLEBLOWER:
        yield str(TITLES["result"]), words.counted(lambda office: office.whistleblowing.results, [
            one.result for one in facts
        ])  # fmt: skip
        police = sum(bool(one.police) for one in facts)
        yield str(TITLES["police"]), str(police)
        names = words.of(lambda office: office.whistleblowing.themes)
        yield _("Themes, without a number"), ", ".join(names.get(one, one) for one in themes)
    else:
        known = [one for one in facts if one.casework is not None]
        for name, of in _LISTS:
            yield str(TITLES[name]), words.counted(of, [getattr(one, name) for one in known])
        yield _("Themes"), words.counted(lambda office: office.themes, themes)
        yield _("Centres’ replies"), words.replies([one for fact in facts for one in fact.replies])
    yield _("Acknowledgement of receipt"), _in_time([one.acknowledged for one in facts])
    yield _("Feedback"), _in_time([one.feedback for one in facts])


_LISTS: Sequence[tuple[str, Callable[[Office], Iterable[Choice]]]] = (
    ("way_in", lambda office: office.ways_in),
    ("handling", lambda office: office.handlings),
    ("enquirer", lambda office: office.enquirers),
    ("outcome", lambda office: office.outcomes),
)


class _Words:
    """The words of a profile in a period, in the language of the page."""

    def __init__(self, days: Period) -> None:
        self._offices = vocabulary.offices_in(this_installation().profiles, days)
        self._language = current_language()

    def of(self, of: Callable[[Office], Iterable[Choice]]) -> Mapping[str, str]:
        """Give the names of a list, by identifier."""
        known = vocabulary.choices_in(self._offices, of)
        return {one.id: one.label[self._language] for one in known.values()}

    def counted(self, of: Callable[[Office], Iterable[Choice]], values: Iterable[str]) -> str:
        """Say how often each of a list occurs."""
        names = self.of(of)
        return _counts(Counter(names.get(one, one) or _("Not told") for one in values))

    def issue(self, issue: Issue) -> str:
        """Say what an issue is about, and where."""
        centres = vocabulary.choices_in(self._offices, lambda office: office.centres)
        centre = centres.get(issue.centre)
        divisions = (
            {one.id: one.label[self._language] for one in centre.divisions} if centre else {}
        )
        categories = self.of(lambda office: office.categories)
        below = self.of(lambda office: (s for one in office.categories for s in one.subcategories))
        named = (
            below.get(issue.subcategory, issue.subcategory)
            or categories.get(issue.category, issue.category),
            centre.label[self._language] if centre else issue.centre,
            divisions.get(issue.division, issue.division),
        )
        return ", ".join(filter(None, named)) or _("Not told")

    def replies(self, replies: Sequence[Reply]) -> str:
        """Say how many replies each centre owed, and after how many days they came."""
        centres = self.of(lambda office: office.centres)
        told = []
        for centre, number in Counter(one.centre for one in replies).items():
            days = [
                str(one.days) for one in replies if one.centre == centre and one.days is not None
            ]
            after = _(", answered after %(days)s days", days=", ".join(days)) if days else ""
            told.append(f"{centres.get(centre, centre)}: {number}{after}")
        return "; ".join(told)


def _in_time(values: Sequence[bool | None]) -> str:
    names = {True: _("in time"), False: _("late")}
    return _counts(Counter(names[one] for one in values if one is not None))


def _counts(counted: Counter[str]) -> str:
    return ", ".join(f"{name}: {number}" for name, number in counted.items())


def _said(days: Period) -> str:
    said = days_label(days, current_language())
    return said[:1].upper() + said[1:]


def _meet(one: Period, other: Period) -> bool:
    return one.first <= other.last and other.first <= one.last

"""What a report tells besides its numbers: activities, recommendations, evaluations, gaps.

Stevns' report of March 2021, sections 3.5 and 4; Aalborg's, whose year had no recommendations, and
said why.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from whistle.domain.book import (
    Activity,
    Change,
    Evaluation,
    NoRecommendations,
    Recommendation,
    ResponseStatus,
)
from whistle.domain.counting import Period
from whistle.report import vocabulary
from whistle.report.document import Part, Told
from whistle.report.periods import days_label
from whistle.report.tables import Basis


@dataclass(frozen=True, slots=True)
class Book:
    """What of the office's book a report tells."""

    activities: Sequence[Activity] = ()
    changes: Sequence[Change] = ()
    evaluations: Sequence[Evaluation] = ()
    recommendations: Sequence[Recommendation] = ()
    without: Sequence[NoRecommendations] = ()


def notes(book: Book, basis: Basis) -> list[str]:
    """Give the gaps and changes of method that explain the period's numbers, the first first."""
    of_period = (one for one in book.changes if _meets(one, basis.period))
    return [f"{_days(one, basis)}: {one.text}" for one in sorted(of_period, key=_first)]


def activities(book: Book, basis: Basis) -> Part:
    """Tell table 3.5: the centres, and what was done for them; or that there was nothing."""
    of_period = (one for one in book.activities if _meets(one, basis.period))
    told = [Told(_centres(one, basis), [one.text]) for one in sorted(of_period, key=_first)]
    text = [] if told else [basis.said("activities/none")]
    return Part(f"3.5 {basis.said('activities')}", text, told=told)


def recommendations(book: Book, basis: Basis) -> Part:
    """Tell the period's recommendations with the administration's answers to them."""
    years = reporting_years(basis)
    told = [_recommendation(one, basis) for one in book.recommendations if years & {*one.years}]
    reasons = [one.reason for one in book.without if one.year in years]
    text = reasons or ([] if told else [basis.said("recommendations/none")])
    return Part(basis.said("recommendations"), [] if told else text, told=told)


def evaluations(book: Book, basis: Basis) -> Part | None:
    """Tell how the adviser's function was evaluated in the period; none where it was not."""
    told = [
        Told(f"{one.body}, {days_label(Period(one.day, one.day), basis.language)}", [one.decision])
        for one in book.evaluations
        if one.day in basis.period
    ]
    return Part(basis.said("evaluations"), told=told) if told else None


def reporting_years(basis: Basis) -> set[int]:
    """Give the reporting years that a period lies in, each by the year in which it begins."""
    begins = basis.office.year_begins
    first, last = (
        day.year - ((day.month, day.day) < begins)
        for day in (basis.period.first, basis.period.last)
    )
    return set(range(first, last + 1))


def _recommendation(one: Recommendation, basis: Basis) -> Told:
    carried = min(one.years) < min(reporting_years(basis))
    title = f"{one.title} ({basis.said('carried')})" if carried else one.title
    answered = [*_responses(one, basis)] or [basis.said("response/none")]
    return Told(title, [one.text, *answered])


def _responses(one: Recommendation, basis: Basis) -> Iterable[str]:
    for response in one.responses:
        who = f" ({response.owner})" if response.owner else ""
        status = _status(response.status, basis)
        yield f"{basis.said('response')}{who}: {response.initiative} – {status}"


def _status(status: ResponseStatus, basis: Basis) -> str:
    return basis.said(f"response/{status.value}")


def _centres(activity: Activity, basis: Basis) -> str:
    centres = vocabulary.choices_in(basis.offices, lambda office: office.centres)
    named = []
    for one in activity.centres:
        centre_id, _, division_id = one.partition("/")
        centre = centres.get(centre_id)
        divisions = {division.id: division for division in centre.divisions} if centre else {}
        place = divisions.get(division_id, centre)
        named.append(place.label[basis.language] if place else one)
    return ", ".join(named) or basis.said("activities/all")


def _meets(one: Activity | Change, period: Period) -> bool:
    return one.first <= period.last and (one.last or one.first) >= period.first


def _days(one: Change, basis: Basis) -> str:
    said = days_label(Period(one.first, one.last or one.first), basis.language)
    return said[:1].upper() + said[1:]


def _first(one: Activity | Change) -> str:
    return one.first.isoformat()

"""Recommendations and learning points: repeated from year to year, answered, ended with a reason.

Stevns' report of March 2021, 4.2 and 4.3 ("fortsat"); Gentofte's news of the adviser's first report
("forvaltningens redegørelse for initiativer"). Each step is a version of the entry, so that its
history is there to be read.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from whistle.casework.acts import Done
from whistle.casework.cases import Cases
from whistle.casework.learning.book import Place, change
from whistle.domain.book import Recommendation, Response
from whistle.keys.book import Page


def repeat(cases: Cases, where: Place, year: int) -> Done:
    """Have a recommendation stand in another year's report, too."""

    def repeated(told: Recommendation) -> Recommendation:
        return replace(told, years=tuple(sorted({*told.years, year})))

    return _change(cases, where, repeated)


def leave_out(cases: Cases, where: Place, year: int) -> Done:
    """Have a recommendation stand in a year's report no more; never in none."""

    def left_out(told: Recommendation) -> Recommendation:
        years = tuple(one for one in told.years if one != year)
        return replace(told, years=years) if years else told

    return _change(cases, where, left_out)


def respond(cases: Cases, where: Place, response: Response) -> Done:
    """Note what the administration answers."""
    return _change(cases, where, lambda told: replace(told, responses=(*told.responses, response)))


def respond_again(cases: Cases, where: Place, number: int, response: Response | None) -> Done:
    """Change the response of a number, counted from 0; none takes it away."""

    def responded(told: Recommendation) -> Recommendation:
        new = () if response is None else (response,)
        before, after = told.responses[:number], told.responses[number + 1 :]
        return replace(told, responses=(*before, *new, *after))

    return _change(cases, where, responded)


def end(cases: Cases, where: Place, day: date, why: str) -> Done:
    """End a recommendation: it is not carried on, and says why."""
    return _change(cases, where, lambda told: replace(told, ended=day, why_ended=why))


def resume(cases: Cases, where: Place) -> Done:
    """Go on with a recommendation that was ended."""
    return _change(cases, where, lambda told: replace(told, ended=None, why_ended=""))


def _change(
    cases: Cases, where: Place, changed: Callable[[Recommendation], Recommendation]
) -> Done:
    def change_it(content: Page) -> Page:
        return changed(content) if isinstance(content, Recommendation) else content

    return change(cases, where, change_it)

"""The years compared, for everybody: only what the published reports print."""

from flask import Response, render_template
from markupsafe import Markup

from whistle.report.printed import Beside, beside
from whistle.statistics.blueprint import blueprint, kept
from whistle.statistics.reports import name_of, published
from whistle.web import this_installation


@blueprint.get("/compare")
def compare(lang: str) -> Response:  # noqa: ARG001  (read from the path)
    """The published reports, year beside year."""
    here = this_installation()
    found = beside(published(here), here.profile.office.year_begins)
    page = render_template(
        "statistics/compare.html",
        compared=[(one, _names(one), _charts(one)) for one in found],
    )
    return kept(Response(page))


def _names(one: Beside) -> list[tuple[str, str]]:
    """Give what each report is called in its address, and in the head of the tables."""
    return [(name_of(report), name) for report, name in zip(one.reports, one.names, strict=True)]


def _charts(one: Beside) -> dict[str, Markup]:
    return {table.id: Markup(table.chart.svg) for table in one.tables if table.chart}  # noqa: S704

"""The years compared, for everybody: only what the published reports print."""

from flask import Response, render_template
from markupsafe import Markup

from whistle.report.printed import Beside, Which, beside, together
from whistle.statistics.blueprint import blueprint, kept
from whistle.statistics.reports import heads, read_all
from whistle.statistics.shelf import Head, this_shelf
from whistle.web import this_installation


@blueprint.get("/compare")
def compare(lang: str) -> Response:
    """The published reports, year beside year; drawn once of these very reports."""
    names = {one.which: one for one in heads()}
    wanted = [names[which] for group in together(names) for which in group]
    begins = this_installation().profile.office.year_begins
    state = [one.id for one in wanted], begins
    compared = this_shelf().drawn(f"compare/{lang}", state, lambda: _drawn(wanted, begins))
    return kept(Response(render_template("statistics/compare.html", compared=compared)))


def _drawn(wanted: list[Head], begins: tuple[int, int]) -> Markup:
    found = beside([one for _head, one in read_all(wanted)], begins)
    names = {one.which: one.name for one in wanted}
    compared = [(one, _names(one, names), _charts(one)) for one in found]
    return Markup(render_template("statistics/_compared.html", compared=compared))  # noqa: S704


def _names(one: Beside, names: dict[Which, str]) -> list[tuple[str, str]]:
    """Give what each report is called in its address, and in the head of the tables."""
    addresses = [names[Which.of(report)] for report in one.reports]
    return list(zip(addresses, one.names, strict=True))


def _charts(one: Beside) -> dict[str, Markup]:
    return {table.id: Markup(table.chart.svg) for table in one.tables if table.chart}  # noqa: S704

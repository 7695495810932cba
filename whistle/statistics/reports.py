"""Published reports for everybody: a page each, the tables as open data, and the proof."""

import json
from collections.abc import Iterable, Sequence

from flask import Response, abort, render_template
from markupsafe import Markup

from whistle.report.charts import chart_of
from whistle.report.model import Report
from whistle.report.published import Published, public_json
from whistle.report.writing import TABLES, WHOLE, write
from whistle.statistics.blueprint import blueprint, kept, licence
from whistle.statistics.shelf import Head, read, this_shelf
from whistle.web import attachment_response, this_installation

_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
FORMATS = ("pdf", "docx", "xlsx", "csv", "json")
_CERTIFICATE = "certificate"


def heads() -> list[Head]:
    """Give what is published, the newest period first; of each period every version."""
    with this_installation().store.read() as db:
        return this_shelf().heads(db)


def read_all(wanted: Iterable[Head]) -> list[tuple[Head, Published]]:
    """Read reports whole: for what is drawn once of all of them."""
    with this_installation().store.read() as db:
        found = [(head, read(db, head.id)) for head in wanted]
    return [(head, one) for head, one in found if one]


@blueprint.get("/report/<name>")
def report(lang: str, name: str) -> Response:  # noqa: ARG001  (read from the path)
    """A published report."""
    there = heads()
    head = _find(there, name)
    one = _read(head)
    newest = next(other for other in there if other.which[:2] == head.which[:2])
    page = render_template(
        "statistics/report.html",
        published=one,
        document=one.document,
        charts=_charts(one.report),
        name=name,
        newest=newest.name,
        is_newest=newest.number == one.number,
        proved_with=_proved_with(head, there),
        formats=FORMATS,
        **licence(),
    )
    return kept(Response(page))


@blueprint.get("/report/<name>/data.<wanted>")
def report_data(lang: str, name: str, wanted: str) -> Response:  # noqa: ARG001
    """A published report as a file."""
    head = _find(heads(), name)
    if wanted not in {*TABLES, *WHOLE}:
        abort(404)
    content = this_shelf().file(head.id, wanted, lambda: _written(_read(head), wanted))
    return _saved(f"report-{name}.{wanted}", content, _TYPES[wanted])


@blueprint.get("/report/<name>/certificate.json")
def report_certificate(lang: str, name: str) -> Response:  # noqa: ARG001
    """The proof that nobody can be reckoned out: to be checked without a solver."""
    head = _find(heads(), name)
    content = this_shelf().file(head.id, _CERTIFICATE, lambda: _proof(_read(head)))
    return _saved(f"certificate-{name}.json", content, _TYPES["json"])


def _proved_with(one: Head, there: Iterable[Head]) -> Sequence[Head]:
    """Give the reports that its certificate is about: itself, and those published before it."""
    ordered = sorted(there, key=lambda head: head.turn)
    return ordered[: ordered.index(one) + 1]


def _written(one: Published, wanted: str) -> bytes:
    if wanted == "json":
        return _dumped(public_json(one.report, one.publication))
    return write(one.report, wanted, one.document)


def _proof(one: Published) -> bytes:
    return _dumped(json.loads(one.encode())["certificate"])


def _find(there: Iterable[Head], name: str) -> Head:
    return next((one for one in there if one.name == name), None) or abort(404)


def _read(head: Head) -> Published:
    """Read a report; 404 where it was taken down since."""
    with this_installation().store.read() as db:
        return read(db, head.id) or abort(404)


def _saved(name: str, content: bytes, media_type: str) -> Response:
    response = attachment_response(name, len(content), iter((content,)))
    response.content_type = media_type
    return kept(response)


def _dumped(told: object) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


def _charts(report: Report) -> dict[str, Markup]:
    charts = ((one.id, chart_of(one, report.language)) for one in report.tables)
    return {table_id: Markup(chart.svg) for table_id, chart in charts if chart}  # noqa: S704

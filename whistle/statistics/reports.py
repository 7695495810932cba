"""Published reports for everybody: a page each, the tables as open data, and the proof."""

import json
from collections.abc import Sequence
from functools import lru_cache

from flask import Response, abort, render_template
from markupsafe import Markup

from whistle.domain.published import REPORT_RECORD
from whistle.installation import Installation
from whistle.report.charts import chart_of
from whistle.report.model import Report
from whistle.report.published import Published, in_order, public_json
from whistle.report.writing import TABLES, WHOLE, write
from whistle.statistics.blueprint import blueprint, kept, licence
from whistle.storage import public_documents
from whistle.web import attachment_response, this_installation

_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
FORMATS = ("pdf", "docx", "xlsx", "csv", "json")


def published(here: Installation) -> Sequence[Published]:
    """Give what is published, the newest period first; of each period every version."""
    with here.store.read() as db:
        rows = public_documents.of_kind(db, REPORT_RECORD)
    found = [one for one in (_decoded(row.body) for row in rows) if one]
    return sorted(found, key=lambda one: (one.report.last, one.number), reverse=True)


def name_of(one: Published) -> str:
    """Give what a report is called in its address: its days, and which version."""
    report = one.report
    return f"{report.first.isoformat()}_{report.last.isoformat()}_{one.number}"


@blueprint.get("/report/<name>")
def report(lang: str, name: str) -> Response:  # noqa: ARG001  (read from the path)
    """A published report."""
    one = _find(name)
    others = [
        other
        for other in published(this_installation())
        if (other.report.first, other.report.last) == (one.report.first, one.report.last)
    ]
    page = render_template(
        "statistics/report.html",
        published=one,
        document=one.document,
        charts=_charts(one.report),
        name=name,
        newest=name_of(others[0]),
        is_newest=others[0].number == one.number,
        proved_with=[
            (name_of(other), other.document.title, other.number) for other in _proved_with(one)
        ],
        formats=FORMATS,
        **licence(),
    )
    return kept(Response(page))


@blueprint.get("/report/<name>/data.<wanted>")
def report_data(lang: str, name: str, wanted: str) -> Response:  # noqa: ARG001
    """A published report as a file."""
    one = _find(name)
    if wanted not in {*TABLES, *WHOLE}:
        abort(404)
    content = _written(one.encode(), wanted)
    return _saved(f"report-{name}.{wanted}", content, _TYPES[wanted])


@blueprint.get("/report/<name>/certificate.json")
def report_certificate(lang: str, name: str) -> Response:  # noqa: ARG001
    """The proof that nobody can be reckoned out: to be checked without a solver."""
    one = _find(name)
    content = _dumped(json.loads(one.encode())["certificate"])
    return _saved(f"certificate-{name}.json", content, _TYPES["json"])


@lru_cache(maxsize=64)
def _decoded(encoded: bytes) -> Published | None:
    """Read a report once: it stays as it is, and everybody's pages are made of it."""
    return Published.decode(encoded)


def _proved_with(one: Published) -> Sequence[Published]:
    """Give the reports that its certificate is about: itself, and those published before it."""
    ordered = in_order(published(this_installation()))
    return ordered[: ordered.index(one) + 1]


@lru_cache(maxsize=32)
def _written(encoded: bytes, wanted: str) -> bytes:
    """Write a file once: what is published stays as it is, and anybody may ask for it again."""
    one = _decoded(encoded)
    if one is None:
        abort(404)
    if wanted == "json":
        return _dumped(public_json(one.report, one.publication))
    return write(one.report, wanted, one.document)


def _find(name: str) -> Published:
    found = (one for one in published(this_installation()) if name_of(one) == name)
    return next(found, None) or abort(404)


def _saved(name: str, content: bytes, media_type: str) -> Response:
    response = attachment_response(name, len(content), iter((content,)))
    response.content_type = media_type
    return kept(response)


def _dumped(told: object) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


def _charts(report: Report) -> dict[str, Markup]:
    charts = ((one.id, chart_of(one, report.language)) for one in report.tables)
    return {table_id: Markup(chart.svg) for table_id, chart in charts if chart}  # noqa: S704

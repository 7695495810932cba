"""Reports to the council: their drafts, what they look like, and as files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask import Response, abort, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from whistle.casework.acts import Done
from whistle.casework.learning import book
from whistle.casework.learning.book import Place
from whistle.casework.reporting.making import make
from whistle.casework.views.blueprint import (
    blueprint,
    check,
    found,
    not_stored,
    read_id,
    service,
    try_to,
    wrong,
)
from whistle.casework.views.book_pages import (
    gone,
    opened,
    problems,
    start,
    to,
    told,
    undo_of,
)
from whistle.casework.views.conflicts import changed_meanwhile, stand_beside
from whistle.casework.views.paper_forms import Choice
from whistle.casework.views.report_forms import ReportForm, filled
from whistle.crypto.errors import SealingError
from whistle.domain.counting import Period
from whistle.domain.report_draft import SECTIONS, ReportDraft
from whistle.domain.reporting_year import span_of, year_of
from whistle.keys.book import KeptEntry
from whistle.letters.pdf import PaperError
from whistle.report.charts import chart_of
from whistle.report.model import Report
from whistle.report.periods import Step, days_label
from whistle.report.words import words
from whistle.report.writing import write
from whistle.signed_in import MemberForm, members_only
from whistle.uploads import Refusal
from whistle.web import ATTACHMENT_POLICY, current_language, this_installation

SHOWN = ("docx", "pdf", "xlsx", "csv", "json")


@dataclass(frozen=True, slots=True)
class ShownDraft:
    """A draft in the list."""

    id: str
    version: int
    period: str
    author: str
    written: date


@dataclass(frozen=True, slots=True)
class LiveNumber:
    """A number that a section can have in it, and how it is written there."""

    table: str
    label: str
    place: str
    value: int


@blueprint.get("/report")
@members_only
def reports() -> BaseResponse:
    """The drafts, with the form for another: of the reporting year that ended last."""
    today = this_installation().clock.today()
    begins = this_installation().profile.office.year_begins
    year = span_of(year_of(today, begins) - 1, begins)
    form = ReportForm(
        formdata=None,
        first=year.first.isoformat(),
        last=year.last.isoformat(),
        language=current_language(),
    )
    return _list(form)


@blueprint.post("/report")
@members_only
def begin_report() -> BaseResponse:
    """Begin a draft, with the sentences that every report has."""
    form = ReportForm()
    refusal = wrong(form)
    draft = form.read(this_installation().clock.today())
    refusal = refusal or (None if form.is_right else Refusal("", 422))
    if refusal is None:
        first_words = words(draft.language)["section/conclusion/first"]
        draft = replace(draft, conclusion=draft.conclusion or first_words)
        form_id = (form.form_id.data or "").encode()
        done = try_to(lambda: book.write_new(service(), form_id, draft))
        refusal = not_stored() if done is None else None
        if done is Done.CHANGED:
            form.form_id.data, refusal = "", gone()
    return _list(form, refusal) if refusal else to("casework.reports", "written")


@blueprint.get("/report/<entry_id>")
@members_only
def report_draft(entry_id: str) -> BaseResponse:
    """A draft, to write it."""
    _kept, draft = found(lambda: look(entry_id))
    return _edit(entry_id, ReportForm(formdata=None, **filled(draft)))


@blueprint.post("/report/<entry_id>")
@members_only
def save_report(entry_id: str) -> BaseResponse:
    """Save a draft; who was slower is shown what the other wrote, and keeps their own."""
    form = ReportForm()
    refusal = wrong(form)
    draft = form.read(this_installation().clock.today())
    refusal = refusal or (None if form.is_right else Refusal("", 422))
    if refusal is None:
        where = Place(read_id(entry_id), form.version.data or 0)
        done = try_to(lambda: book.change(service(), where, lambda _old: draft))
        if done in {Done.YES, Done.ALREADY}:
            return to("casework.report_draft", "saved", entry_id=entry_id)
        refusal = not_stored() if done is None else changed_meanwhile()
    if not _is_there(entry_id):
        form.form_id.data = ""
        return _list(form, gone())
    return _edit(entry_id, form, refusal)


@blueprint.get("/report/<entry_id>/read")
@members_only
def read_report(entry_id: str) -> BaseResponse:
    """A report as it reads now, every number counted anew."""
    _kept, draft = found(lambda: look(entry_id))
    made = found(lambda: make(service(), draft))
    page = render_template(
        "casework/learning/report_read.html",
        entry_id=entry_id,
        document=made.document,
        charts=charts_of(made.report),
        wrong=made.wrong,
        damaged=made.damaged,
        left_out=made.report.left_out,
        numbers=_numbers(made.report),
        formats=SHOWN,
    )
    return Response(page)


@blueprint.post("/report/<entry_id>/file")
@members_only
def report_file(entry_id: str) -> BaseResponse:
    """A report as a file: for the council's closed agenda."""
    check(MemberForm())
    _kept, draft = found(lambda: look(entry_id))
    wanted = request.form.get("format", SHOWN[0])
    wanted = wanted if wanted in SHOWN else SHOWN[0]
    made = found(lambda: make(service(), draft))
    try:
        content = write(made.report, wanted, made.document)
    except PaperError:
        problem = _("The paper could not be made just now. Try again.")
        return _edit(entry_id, ReportForm(formdata=None, **filled(draft)), Refusal(problem, 503))
    response = Response(content, mimetype="application/octet-stream")
    name = f"report-{draft.first.isoformat()}-{draft.last.isoformat()}.{wanted}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Content-Security-Policy"] = ATTACHMENT_POLICY
    return response


def look(entry_id: str) -> tuple[KeptEntry, ReportDraft] | None:
    """Open a draft that is there and not struck out, and log that."""
    kept = book.open_book(service(), ReportDraft).find(read_id(entry_id))
    if kept is None or kept.newest.deleted or not isinstance(kept.content, ReportDraft):
        return None
    return kept, kept.content


def _is_there(entry_id: str) -> bool:
    """Say whether a draft is there; 404 to whom the book is closed."""
    try:
        return look(entry_id) is not None
    except SealingError:
        abort(404)


def _list(form: ReportForm, refusal: Refusal | None = None) -> BaseResponse:
    there = opened(ReportDraft)
    start(form)
    names = service().names()
    page = render_template(
        "casework/learning/reports.html",
        drafts=[_show(kept, draft, names) for kept, draft in there.of_kind(ReportDraft)][::-1],
        form=form,
        steps=steps(),
        languages=_languages(),
        problems=problems(form, refusal),
        done=told(),
        undo=undo_of(there),
        damaged=there.damaged,
    )
    return Response(page, status=refusal.status if refusal else 200)


def _show(kept: KeptEntry, draft: ReportDraft, names: Mapping[bytes, str]) -> ShownDraft:
    return ShownDraft(
        kept.entry_id.hex(),
        kept.newest.version,
        _period(draft),
        names.get(kept.newest.author, "?"),
        kept.newest.written.date(),
    )


def _edit(entry_id: str, form: ReportForm, refusal: Refusal | None = None) -> BaseResponse:
    kept, draft = found(lambda: look(entry_id))
    changed = stand_beside(form, kept.newest.version, refusal)
    page = render_template(
        "casework/learning/report_edit.html",
        entry_id=entry_id,
        period=_period(draft),
        form=form,
        titles={name: words(draft.language)[f"section/{name}"] for name in SECTIONS},
        now=draft if changed else None,
        author=service().names().get(kept.newest.author, "?"),
        steps=steps(),
        languages=_languages(),
        problems=problems(form, refusal),
        done=told(),
        back=url_for("casework.reports"),
    )
    return Response(page, status=refusal.status if refusal else 200)


def _period(draft: ReportDraft) -> str:
    said = days_label(Period(draft.first, draft.last), current_language())
    return said[:1].upper() + said[1:]


def _numbers(report: Report) -> Sequence[LiveNumber]:
    """Give the sums of every table, which are what sentences are about."""
    return [
        LiveNumber(table.title, row.label, f"{{{{{table.id}/{row.id}/{column.id}}}}}", value)
        for table in report.tables
        for row, cells in zip(table.rows, table.cells, strict=True)
        for column, value in list(zip(table.columns, cells, strict=True))[:1]
        if value is not None
    ]


def charts_of(report: Report) -> Mapping[str, Markup]:
    """Give the tables' charts, which escape what they say."""
    charts = ((one.id, chart_of(one, report.language)) for one in report.tables)
    return {table_id: Markup(chart.svg) for table_id, chart in charts if chart}  # noqa: S704


def steps() -> Sequence[Choice]:
    """Give how long the rows of tables by period may be."""
    return [
        Choice(Step.MONTH, _("Months")),
        Choice(Step.QUARTER, _("Quarters")),
        Choice(Step.HALF_YEAR, _("Half-years")),
        Choice(Step.YEAR, _("Years")),
    ]


def _languages() -> Sequence[Choice]:
    return [Choice("da", _("Danish")), Choice("en", _("English"))]

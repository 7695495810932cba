"""Import and export: enquiries brought in from a table, and taken out as one; a case as a ZIP."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, HiddenField, MultipleFileField

from whistle.casework.exchange.case_zip import Also, export_case
from whistle.casework.exchange.checking import Imported
from whistle.casework.exchange.columns import COLUMNS, REQUIRED
from whistle.casework.exchange.faults import Fault
from whistle.casework.exchange.held import GoneError, from_page, open_held, remove, to_page
from whistle.casework.exchange.importing import Files, Report, import_files, try_import
from whistle.casework.exchange.registrations import export_table
from whistle.casework.exchange.writing import as_csv, as_json, as_xlsx
from whistle.casework.identity import has_identity
from whistle.casework.views.blueprint import (
    blueprint,
    check,
    found,
    fresh_form_id,
    opened_case,
    read_id,
    renew,
    service,
    wrong,
)
from whistle.casework.views.identity import ReasonForm, grounds
from whistle.casework.views.paper_forms import upload_refusal
from whistle.casework.views.shown import case_title
from whistle.domain.filed import Referral
from whistle.domain.identity import OpeningWay
from whistle.domain.office import label_of
from whistle.keys.records import FileManifest
from whistle.letters.pdf import PaperError
from whistle.signed_in import MemberForm, members_only, proof_needed, signed_in
from whistle.storage.errors import ConflictError, StorageError, UnloggedError
from whistle.uploads import Limits, Refusal, request_uploads, takes_files
from whistle.web import ATTACHMENT_POLICY, current_language, this_installation

MOST_ROWS_HERE = 10_000  # more of them would take a worker's time and memory: by the command
MOST_SHOWN = 200
_LIMITS = Limits(total_bytes=20_000_000, files=2)
_UNREADABLE = 422


class ImportForm(MemberForm):
    """A table to import, and the totals that it has to add up to, if somebody states them."""

    files = MultipleFileField()


class HeldForm(MemberForm):
    """A file that was checked: which one, and its key."""

    held = HiddenField()


class CaseExportForm(ReasonForm):
    """One case to take out: with who it is, and what is kept apart, for a reason alone."""

    identity = BooleanField()
    apart = BooleanField()


@dataclass(frozen=True, slots=True)
class ShownFault:
    """A fault as the page shows it."""

    row: int | None
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class ShownRow:
    """What becomes of one row: an issue of a case."""

    row: int
    enquiry: str
    received: str
    door: str
    casework: bool
    category: str
    centre: str
    outcome: str
    closed: str


@blueprint.get("/exchange")
@members_only
def exchange() -> BaseResponse:
    """What can be brought in and taken out."""
    return _page(imported=request.args.get("imported", 0, int))


@blueprint.post("/exchange")
@takes_files(lambda _before: signed_in() is not None)
@members_only
def try_file() -> BaseResponse:
    """Check a file, and show what each row would become. Nothing is written yet."""
    form = ImportForm()
    refusal = wrong(form) or upload_refusal()
    uploads = request_uploads()
    if refusal is None and not uploads.names():
        refusal = Refusal(_("Choose a file first."), 422)
    if refusal is None and len(uploads.names()) > _LIMITS.files:
        refusal = Refusal(_two_at_most(), 422)
    if refusal:
        return _page(refusal)
    held = [one.manifest for one in uploads.finish()]
    if sum(one.length for one in held) > _LIMITS.total_bytes:
        return _page(
            Refusal(_("The file is too large. Divide it, or import it at the server."), 413)
        )
    try:
        files = open_held(this_installation(), held)
    except (GoneError, SQLAlchemyError, StorageError):
        return _page(Refusal(_("The file could not be stored just now. Try again."), 503))
    if files is None:
        return _page(Refusal(_two_at_most(), 422))
    report = try_import(service(), files, MOST_ROWS_HERE)
    if not report.faults:
        uploads.keep()
    return _report_page(report, held, files)


@blueprint.route("/exchange/import", methods=["GET", "POST"])
@members_only
def import_file() -> BaseResponse:
    """Import the file that was checked; it is checked again."""
    if request.method != "POST":
        return redirect(url_for("casework.exchange"), 303)
    form = HeldForm()
    check(form)
    here = this_installation()
    try:
        held = from_page(form.held.data or "")
        files = open_held(here, held)
    except GoneError:
        files, held = None, []
    if files is None:
        gone = _("The file is not here any more. If it was not imported, choose it again.")
        return _page(Refusal(gone, 409))
    try:
        report = import_files(service(), files, most_rows=MOST_ROWS_HERE)
    except UnloggedError:
        raise  # which has a page that says so
    except (ConflictError, SQLAlchemyError, StorageError):
        return _report_page(try_import(service(), files, MOST_ROWS_HERE), held, files, busy=True)
    if report.faults:
        return _report_page(report, held, files)
    remove(here, held)
    return redirect(url_for("casework.exchange", imported=len(report.enquiries)), 303)


@blueprint.route("/exchange/export", methods=["GET", "POST"])
@members_only
@proof_needed
def export_registrations() -> BaseResponse:
    """All registrations, as CSV that can be imported again, as a workbook, or as JSON."""
    if request.method != "POST":
        return Response(render_template("casework/export.html"))
    check(MemberForm())
    table = export_table(service())
    wanted = request.form.get("format", "csv")
    if wanted == "json":
        content = as_json(table, this_installation().profile)
    else:
        wanted = "xlsx" if wanted == "xlsx" else "csv"
        content = as_xlsx(table.rows) if wanted == "xlsx" else as_csv(table.rows)
    today = this_installation().clock.today().isoformat()
    return _saved(f"registrations-{today}.{wanted}", [content], len(content))


@blueprint.route("/case/<case_id>/export", methods=["GET", "POST"])
@members_only
@proof_needed
def case_export(case_id: str) -> BaseResponse:
    """One case whole: as PDF, with its files, and for another system."""
    form = CaseExportForm(formdata=None) if request.method != "POST" else CaseExportForm()
    if request.method != "POST":
        return _case_page(case_id, form)
    refusal, also = wrong(form), None
    if refusal is None and (form.identity.data or form.apart.data):
        why = form.read(OpeningWay.EXPORT)
        also = Also(why, reporter=form.identity.data, apart=form.apart.data) if why else None
        refusal = None if also else Refusal("", 422)
    if refusal:
        return _case_page(case_id, form, refusal)
    try:
        taken = found(lambda: export_case(service(), read_id(case_id), current_language(), also))
    except PaperError:
        problem = _("The paper could not be made just now. Try again.")
        return _case_page(case_id, form, Refusal(problem, 503))
    return _saved(taken.name, taken.content)


def _case_page(case_id: str, form: CaseExportForm, refusal: Refusal | None = None) -> BaseResponse:
    opened = opened_case(case_id)
    form.form_id.data = form.form_id.data or fresh_form_id()
    renew(form)
    inbox, row = opened.inbox.inbox, opened.case
    page = render_template(
        "casework/case_export.html",
        case_id=row.id.hex(),
        title=case_title(inbox, row, opened.registration.title),
        has_identity=has_identity(opened)
        or any(letter.person for _kept, letter in opened.notebook.of_kind(Referral)),
        has_apart=opened.has_answers_apart,
        grounds=grounds(),
        form=form,
        problems=[refusal.problem] if refusal and not form.errors else [],
    )
    return Response(page, status=refusal.status if refusal else 200)


def _saved(name: str, content: Iterable[bytes], length: int | None = None) -> Response:
    """Give a file to be saved. One that is made while it is sent has no length."""
    response = Response(content, mimetype="application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Content-Security-Policy"] = ATTACHMENT_POLICY
    if length is not None:
        response.content_length = length
    return response


def _page(refusal: Refusal | None = None, imported: int = 0) -> BaseResponse:
    form = ImportForm(formdata=None)
    page = render_template(
        "casework/exchange.html",
        form=form,
        problems=[refusal.problem] if refusal else [],
        imported=imported,
        limits=_LIMITS,
        most_rows=MOST_ROWS_HERE,
        columns=COLUMNS,
        required=REQUIRED,
    )
    return Response(page, status=refusal.status if refusal else 200)


def _report_page(
    report: Report, held: Sequence[FileManifest], files: Files, *, busy: bool = False
) -> BaseResponse:
    """Show what a file becomes, or all that is wrong with it."""
    form = HeldForm(formdata=None)
    form.held.data = "" if report.faults else to_page(held)
    renew(form)
    page = render_template(
        "casework/import_report.html",
        form=form,
        rows=report.rows,
        enquiries=len(report.enquiries),
        without=sum(one.enquiry.casework is False for one in report.enquiries),
        still_open=sum(one.closed is None for one in report.enquiries),
        totals_checked=files.totals is not None,
        faults=[_show_fault(one) for one in report.faults[:MOST_SHOWN]],
        fault_count=len(report.faults),
        shown=[] if report.faults else _show_rows(report.enquiries),
        problems=[_("It could not be stored just now. Nothing was imported. Try again.")]
        if busy
        else [],
    )
    status = 503 if busy else _UNREADABLE if report.faults else 200
    return Response(page, status=status)


def _show_fault(one: Fault) -> ShownFault:
    return ShownFault(one.row, one.column or "", one.said(current_language()))


def _show_rows(enquiries: Sequence[Imported]) -> list[ShownRow]:
    shown: list[ShownRow] = []
    for one in enquiries:
        for number, row in enumerate(one.rows):
            if len(shown) == MOST_SHOWN:
                return shown
            shown.append(_show_row(one, number, row))
    return shown


def _show_row(one: Imported, number: int, row: int) -> ShownRow:
    profile, language = this_installation().profiles.on(one.received), current_language()
    office, issue = profile.office, one.issues[number] if number < len(one.issues) else None
    category = office.category(issue.category) if issue else None
    subcategories = category.subcategories if category else ()
    outcome = one.enquiry.outcome or one.enquiry.result
    choices = [*office.outcomes, *office.council.outcomes, *office.whistleblowing.results]
    named = (
        label_of(subcategories, issue.subcategory, language)
        if issue and issue.subcategory
        else label_of(office.categories, issue.category if issue else "", language)
    )
    return ShownRow(
        row,
        one.enquiry_id,
        one.received.isoformat(),
        this_installation().profiles.door(one.channel, one.received).text[language].title,
        bool(one.enquiry.casework),
        named,
        label_of(office.centres, issue.centre if issue else "", language),
        label_of(choices, outcome, language),
        one.closed.isoformat() if one.closed else "",
    )


def _two_at_most() -> str:
    return _("Choose one file with enquiries, and at most one with totals.")

"""The papers of a case: what came by letter, scanned decisions, copies of replies."""

from dataclasses import dataclass
from datetime import date

from flask import Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField, IntegerField, MultipleFileField, StringField
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from whistle.casework import documents as papers
from whistle.casework.acts import Done, Undoable
from whistle.casework.documents import Description
from whistle.casework.filing import Place
from whistle.casework.forms import LONGEST_TITLE, DayField, VersionForm
from whistle.casework.papers import open_filed
from whistle.casework.service import OpenedCase
from whistle.casework.views.blueprint import (
    CONFLICT,
    act,
    blueprint,
    check,
    found,
    fresh_form_id,
    not_stored,
    opened_case,
    read_id,
    renew,
    service,
    try_to,
    wrong,
)
from whistle.casework.views.conflicts import changed_meanwhile, stand_beside
from whistle.casework.views.paper_forms import (
    marking_choices,
    marking_title,
    upload_refusal,
)
from whistle.casework.views.shown import case_title, clock_time
from whistle.crypto.errors import SealingError
from whistle.domain.filed import Marking
from whistle.keys.filed import Document, KeptFiled
from whistle.signed_in import MemberForm, members_only, signed_in
from whistle.storage.errors import StorageError
from whistle.uploads import Limits, Refusal, request_uploads, takes_files
from whistle.web import attachment_response

_MOST = 2**31


class DocumentForm(MemberForm):
    """What somebody says of a paper."""

    title = StringField(
        validators=[
            Length(max=LONGEST_TITLE, message=_l("A title can have at most 120 characters."))
        ]
    )
    dated = DayField()
    marking = StringField()

    def describes(self) -> Description:
        """Give what was written."""
        title = " ".join((self.title.data or "").split())
        chosen = self.marking.data or Marking.NONE
        return Description(title, self.dated.data, Marking(chosen))


class NewDocumentForm(DocumentForm):
    """A paper to upload. ``form_id`` names the form: a double click files once."""

    form_id = HiddenField()
    files = MultipleFileField()


class EditDocumentForm(DocumentForm):
    """A paper whose description is corrected. ``version``: the one that was on the page."""

    version = IntegerField(
        widget=HiddenInput(), validators=[InputRequired(), NumberRange(min=0, max=_MOST)]
    )


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A paper in the list; ``size`` in bytes."""

    id: str
    version: int
    title: str
    marking: str
    dated: date | None
    file_name: str
    size: int
    url: str
    author: str
    filed: str
    is_reply: bool


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file of the dialogue in the list; ``size`` in bytes."""

    name: str
    size: int
    url: str
    day: date
    from_reporter: bool
    marking: str


@blueprint.get("/case/<case_id>/documents")
@members_only
def documents(case_id: str) -> BaseResponse:
    """The papers of a case, with the form for another."""
    return _list_page(opened_case(case_id), NewDocumentForm(formdata=None))


@blueprint.post("/case/<case_id>/documents")
@takes_files(lambda _before: signed_in() is not None)
@members_only
def add_document(case_id: str) -> BaseResponse:
    """File a paper."""
    form = NewDocumentForm()
    inbox = found(lambda: service().inbox_of(read_id(case_id)))
    marked = papers.channel_must_be_marked(inbox.root.channel)
    refusal = wrong(form) or upload_refusal() or _no_file() or _incomplete(form, marked=marked)
    done = None
    if refusal is None:
        done = _add(case_id, form)
        refusal = not_stored() if done is None else None
        if done is Done.CHANGED:  # from this very form, and deleted
            form.form_id.data, refusal = "", _gone_again()
    if refusal:
        return _list_page(opened_case(case_id), form, refusal)
    if done is Done.YES:
        request_uploads().keep()
    return _to_list(case_id, "filed")


@blueprint.get("/case/<case_id>/document/<filed_id>")
@members_only
def document(case_id: str, filed_id: str) -> BaseResponse:
    """What is said of a paper, to correct it."""
    opened, kept, paper = found(lambda: _open(case_id, filed_id))
    form = EditDocumentForm(
        formdata=None, title=paper.title, dated=paper.dated, marking=paper.marking.value
    )
    return _edit_page(opened, kept, form)


@blueprint.post("/case/<case_id>/document/<filed_id>")
@members_only
def correct_document(case_id: str, filed_id: str) -> BaseResponse:
    """Correct it; who was slower is shown what the other wrote, and keeps their own."""
    form = EditDocumentForm()
    inbox = found(lambda: service().inbox_of(read_id(case_id)))
    marked = papers.channel_must_be_marked(inbox.root.channel)
    refusal = wrong(form) or _incomplete(form, marked=marked)
    done = None
    if refusal is None:
        where = Place(read_id(case_id), read_id(filed_id), form.version.data or 0)
        done = try_to(lambda: papers.correct(service(), where, form.describes()))
        refusal = not_stored() if done is None else None
    if done in {Done.YES, Done.ALREADY}:
        return _to_list(case_id, "corrected")
    again = _open(case_id, filed_id)
    if again is None:
        return _list_page(opened_case(case_id), NewDocumentForm(formdata=None), _gone())
    if done is Done.CHANGED:
        refusal = changed_meanwhile()
    opened, kept, _paper = again
    return _edit_page(opened, kept, form, refusal)


@blueprint.get("/case/<case_id>/document/<filed_id>/file")
@members_only
def document_file(case_id: str, filed_id: str) -> BaseResponse:
    """Give the file of a paper."""
    manifest, content = found(
        lambda: papers.open_document(service(), read_id(case_id), read_id(filed_id))
    )
    return attachment_response(manifest.name, manifest.length, content)


@blueprint.post("/case/<case_id>/document/<filed_id>/delete")
@members_only
def delete_document(case_id: str, filed_id: str) -> BaseResponse:
    """Delete a paper; the next page offers to undo it."""
    form = VersionForm()
    check(form)
    where = Place(read_id(case_id), read_id(filed_id), form.version.data or 0)
    done = act(lambda: papers.remove(service(), where))
    return _to_list(case_id, "changed" if done is Done.CHANGED else Undoable.FILED_DELETED)


def _open(case_id: str, filed_id: str) -> tuple[OpenedCase, KeptFiled, Document] | None:
    return open_filed(service(), read_id(case_id), read_id(filed_id), Document)


def _add(case_id: str, form: NewDocumentForm) -> Done | None:
    """File it; none when it could not be stored."""
    form_id = (form.form_id.data or "").encode()
    try:
        [file] = request_uploads().finish()
    except (SQLAlchemyError, StorageError, SealingError, OSError):
        return None
    about = form.describes()
    return try_to(lambda: papers.add(service(), read_id(case_id), form_id, file, about))


def _no_file() -> Refusal | None:
    names = request_uploads().names()
    if len(names) > 1:
        return Refusal(_("Choose one file at a time, so that each gets its own title."), 422)
    return None if names else Refusal(_("Choose the file."), 422)


def _incomplete(form: DocumentForm, *, marked: bool) -> Refusal | None:
    if not (form.title.data or "").strip():
        return Refusal(_("Write a title."), 422)
    chosen = form.marking.data or ""
    allowed = {Marking.REPORT.value, Marking.DERIVED.value} if marked else {"", Marking.NONE.value}
    if chosen not in allowed:
        return Refusal(_("Choose whether it is the report or the derived case."), 422)
    return None


def _gone() -> Refusal:
    return Refusal(_("Somebody has deleted this document meanwhile."), CONFLICT)


def _gone_again() -> Refusal:
    problem = _("It has been deleted meanwhile. Choose the file again to file it anew.")
    return Refusal(problem, CONFLICT)


def _to_list(case_id: str, done: str) -> BaseResponse:
    return redirect(url_for("casework.documents", case_id=case_id, done=done), 303)


def _list_page(
    opened: OpenedCase, form: NewDocumentForm, refusal: Refusal | None = None
) -> BaseResponse:
    if request.endpoint == "casework.correct_document":
        form.form_id.data = ""
    form.form_id.data = form.form_id.data or fresh_form_id()
    renew(form)
    names = service().names()
    done = request.args.get("done", "") if request.method == "GET" else ""
    shown = [
        _show(opened, kept, paper, names.get(kept.versions[0].author, "?"))
        for kept, paper in opened.notebook.of_kind(Document)
    ]
    page = render_template(
        "casework/documents.html",
        case_id=opened.case.id.hex(),
        case_title=case_title(opened.inbox.inbox, opened.case, opened.registration.title),
        documents=shown[::-1],
        files=_dialogue_files(opened),
        must_be_marked=papers.must_be_marked(opened),
        markings=marking_choices(),
        form=form,
        limits=Limits(files=1),
        lost_files=request_uploads().names() if request.method == "POST" else [],
        problems=[refusal.problem] if refusal and not form.errors else [],
        version=opened.version,
        done=done,
        can_undo=done == Undoable.FILED_DELETED == opened.registration.last_act,
    )
    return Response(page, status=refusal.status if refusal else 200)


def _edit_page(
    opened: OpenedCase, kept: KeptFiled, form: EditDocumentForm, refusal: Refusal | None = None
) -> BaseResponse:
    paper = kept.content
    if not isinstance(paper, Document):
        abort(404)
    changed = stand_beside(form, kept.newest.version, refusal)
    page = render_template(
        "casework/document.html",
        case_id=opened.case.id.hex(),
        case_title=case_title(opened.inbox.inbox, opened.case, opened.registration.title),
        document=_show(opened, kept, paper, service().names().get(kept.newest.author, "?")),
        must_be_marked=papers.must_be_marked(opened),
        markings=marking_choices(),
        changed=changed,
        form=form,
        problems=[refusal.problem] if refusal and not form.errors else [],
    )
    return Response(page, status=refusal.status if refusal else 200)


def _show(opened: OpenedCase, kept: KeptFiled, paper: Document, author: str) -> ShownDocument:
    return ShownDocument(
        kept.filed_id.hex(),
        kept.newest.version,
        paper.title,
        marking_title(paper.marking),
        paper.dated,
        paper.file.name,
        paper.file.length,
        url_for(
            "casework.document_file", case_id=opened.case.id.hex(), filed_id=kept.filed_id.hex()
        ),
        author,
        clock_time(kept.versions[0].written),
        bool(paper.referral),
    )


def _dialogue_files(opened: OpenedCase) -> list[ShownFile]:
    case_id = opened.case.id.hex()
    return [
        ShownFile(
            one.file.name,
            one.file.length,
            url_for("casework.file", case_id=case_id, attachment_id=one.file.attachment_id.hex()),
            one.day,
            one.from_reporter,
            marking_title(one.marking),
        )
        for one in papers.dialogue_files(opened)
    ]

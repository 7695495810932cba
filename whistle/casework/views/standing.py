"""The adviser's standing: how many hours a week, and the documents that are public."""

from dataclasses import dataclass
from datetime import date

from flask import Response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse
from wtforms import MultipleFileField, StringField
from wtforms.validators import Length

from whistle.casework.entering import inbox_to_enter
from whistle.casework.learning.publishing import NewDocument, publish, published, take_down
from whistle.casework.views.blueprint import (
    act,
    blueprint,
    check,
    found,
    not_stored,
    read_id,
    service,
    try_to,
    wrong,
)
from whistle.casework.views.book_forms import LONGEST_LINE
from whistle.casework.views.book_pages import problems, start, to, told
from whistle.casework.views.dated_forms import DatedForm, choose, needed, written
from whistle.casework.views.paper_forms import Choice, upload_refusal
from whistle.crypto.errors import SealingError
from whistle.domain.channel import Channel
from whistle.domain.published import MOST_BYTES, TYPES, DocumentKind, media_type_of
from whistle.domain.standing import capacities
from whistle.keys.files import open_file
from whistle.keys.records import FileManifest
from whistle.published_words import document_kinds
from whistle.signed_in import MemberForm, members_only, signed_in
from whistle.storage.errors import StorageError
from whistle.uploads import Limits, Refusal, request_uploads, takes_files
from whistle.web import this_installation

_LIMITS = Limits(total_bytes=MOST_BYTES, files=1)
_LONGEST_FORM_ID = 64


class DocumentForm(DatedForm):
    """A document to publish."""

    document = StringField()
    title = StringField(
        validators=[Length(max=LONGEST_LINE, message=_l("This is longer than 200 characters."))]
    )
    dated = StringField()
    files = MultipleFileField()

    def read(self, today: date) -> tuple[DocumentKind, str, date]:
        """Give kind, title and day; only meant where the form `is_right` afterwards."""
        choose(self.document, DocumentKind, _("Choose what it is."))
        needed(self.title, _("Write a title."))
        day = self.needed_day(self.dated, today)
        given = DocumentKind.OTHER if self.document.errors else self.document.data
        return DocumentKind(given or ""), " ".join(written(self.title).split()), day


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A document that is public."""

    id: str
    kind: str
    title: str
    day: date
    name: str
    size: int


@blueprint.get("/standing")
@members_only
def standing() -> BaseResponse:
    """What the public page says of the adviser, with the form for a document."""
    return _page(DocumentForm(formdata=None))


@blueprint.post("/standing")
@takes_files(lambda _before: signed_in() is not None)
@members_only
def publish_document() -> BaseResponse:
    """Publish a document at once."""
    form = DocumentForm()
    refusal = wrong(form) or upload_refusal()
    kind, title, day = form.read(this_installation().clock.today())
    if refusal is None and not form.is_right:
        refusal = Refusal("", 422)
    content = None if refusal else _file()
    if isinstance(content, Refusal):
        refusal = content
    elif content is not None:
        new = NewDocument(kind, title, day, *content)
        form_id = (form.form_id.data or "").encode()
        if try_to(lambda: publish(service(), form_id, new)) is not None:
            return to("casework.standing", "published")
        refusal = not_stored()
    return _page(form, refusal)


@blueprint.post("/standing/<document_id>/take-down")
@members_only
def take_document_down(document_id: str) -> BaseResponse:
    """Take a document down."""
    check(MemberForm())
    act(lambda: take_down(service(), read_id(document_id)))
    return to("casework.standing", "taken-down")


def _file() -> tuple[str, str, bytes] | Refusal:
    """Give the name, media type and content of the file that came, or why it is not taken."""
    files = request_uploads().finish()
    if len(files) != 1:
        return Refusal(_("Choose one file."), 422)
    [manifest] = [one.manifest for one in files]
    if manifest.length > MOST_BYTES:
        return Refusal(_("The file is too large. Nothing was published."), 413)
    body = _opened(manifest)
    if body is None:
        return Refusal(_("Not saved: the file could not be stored just now. Try again."), 503)
    media_type = media_type_of(manifest.name, body)
    if media_type is None:
        types = ", ".join(sorted(TYPES))
        problem = _(
            "This file cannot be published. Choose one of these types, without macros: %(types)s.",
            types=types,
        )
        return Refusal(problem, 422)
    return manifest.name, media_type, body


def _opened(manifest: FileManifest) -> bytes | None:
    here = this_installation()
    try:
        return b"".join(open_file(here.id, here.store, manifest))
    except (SealingError, SQLAlchemyError, StorageError):
        return None


def _page(form: DocumentForm, refusal: Refusal | None = None) -> BaseResponse:
    work = service()
    found(lambda: inbox_to_enter(work, Channel.CITIZEN))  # who may not publish has no such page
    start(form)
    kinds = document_kinds()
    page = render_template(
        "casework/learning/standing.html",
        capacities=capacities(this_installation().profile),
        documents=[
            ShownDocument(
                one.id.hex(), kinds[DocumentKind(one.kind)], one.title, one.day, one.name, one.size
            )
            for one in published(work)
        ],
        kinds=[Choice(str(kind), label) for kind, label in kinds.items()],
        types=sorted(TYPES),
        limits=_LIMITS,
        lost_files=request_uploads().names() if request.method == "POST" else [],
        form=form,
        problems=problems(form, refusal),
        done=told(),
    )
    return Response(page, status=refusal.status if refusal else 200)

"""Standard texts: what an office writes often, put into an answer or a note."""

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from whistle.casework.forms import AnswerForm, NoteForm
from whistle.casework.views.blueprint import blueprint, opened_case, wrong
from whistle.casework.views.case import CaseForms, case_page
from whistle.domain.office import find
from whistle.signed_in import members_only
from whistle.uploads import Refusal, takes_files
from whistle.web import this_installation


@blueprint.post("/case/<case_id>/standard-text")
@takes_files(lambda _before: False)
@members_only
def insert_text(case_id: str) -> BaseResponse:
    """Show the case again with a standard text below what was written; nothing is stored."""
    forms = CaseForms()
    if request.form.get("into") == "note":
        note = NoteForm()
        refusal = wrong(note) or _no_text()
        note.note.data = _joined(note.note.data)
        forms = CaseForms(note=note)
    else:
        answer = AnswerForm()
        refusal = wrong(answer) or _no_text()
        answer.text.data = _joined(answer.text.data)
        forms = CaseForms(answer=answer)
    return case_page(opened_case(case_id), forms, refusal=refusal)


def _no_text() -> Refusal | None:
    return None if _chosen() else Refusal(_("Choose a standard text first."), 422)


def _joined(written: str | None) -> str:
    before, body = (written or "").rstrip(), _chosen()
    return f"{before}\n\n{body}" if before and body else before or body


def _chosen() -> str:
    """Give the body of the text that was chosen; nothing where the profile has no such text."""
    text_id, _dot, language = request.form.get("standard", "").rpartition(".")
    text = find(this_installation().profile.office.texts, text_id)
    return text.body[language] if text and language in text.body else ""

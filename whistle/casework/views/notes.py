"""Notes: what advisers write for each other."""

from flask import Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from whistle.casework import notes
from whistle.casework.acts import Done, Undoable
from whistle.casework.forms import EditNoteForm, NoteForm, VersionForm
from whistle.casework.notes import Edit
from whistle.casework.service import OpenedCase
from whistle.casework.views.blueprint import (
    act,
    blueprint,
    check,
    found,
    not_stored,
    note_refusal,
    opened_case,
    read_id,
    service,
    try_to,
)
from whistle.casework.views.case import CaseForms, case_page
from whistle.casework.views.conflicts import changed_meanwhile, deleted_meanwhile, stand_beside
from whistle.casework.views.paper_forms import talk_choices
from whistle.casework.views.shown import case_title, show_note
from whistle.keys.notes import KeptNote
from whistle.signed_in import members_only
from whistle.uploads import Refusal


@blueprint.post("/case/<case_id>/note")
@members_only
def new_note(case_id: str) -> BaseResponse:
    """Write a note."""
    form = NoteForm()
    refusal = note_refusal(form)
    if refusal is None:
        form_id, text = (form.note_form.data or "").encode(), form.note.data or ""
        done = try_to(
            lambda: notes.write_note(service(), read_id(case_id), form_id, text, form.about)
        )
        refusal = not_stored() if done is None else None
    if refusal:
        return case_page(opened_case(case_id), CaseForms(note=form), refusal=refusal)
    return redirect(url_for("casework.case", case_id=case_id, done="note"), 303)


@blueprint.get("/case/<case_id>/note/<note_id>")
@members_only
def note(case_id: str, note_id: str) -> BaseResponse:
    """A note, to change it."""
    opened, kept = found(lambda: notes.open_note(service(), read_id(case_id), read_id(note_id)))
    about = kept.newest.about
    form = EditNoteForm(
        formdata=None, note=kept.newest.text, talk=about.talk.value, held=about.held
    )
    return _note_page(opened, kept, form)


@blueprint.post("/case/<case_id>/note/<note_id>")
@members_only
def edit_note(case_id: str, note_id: str) -> BaseResponse:
    """Change a note; who was slower is shown what the other wrote, and keeps their own."""
    form, key = EditNoteForm(), read_id(note_id)
    refusal = note_refusal(form)
    done = None
    if refusal is None:
        version, edit = form.version.data or 0, Edit(form.note.data or "", form.about)
        done = try_to(lambda: notes.edit_note(service(), read_id(case_id), key, version, edit))
        refusal = not_stored() if done is None else None
    if done in {Done.YES, Done.ALREADY}:
        return redirect(url_for("casework.case", case_id=case_id, done="note"), 303)
    opened_note = notes.open_note(service(), read_id(case_id), key, also_deleted=True)
    if opened_note is None:
        return _note_is_gone(opened_case(case_id), form)
    if done is Done.CHANGED:
        refusal = changed_meanwhile()
    return _note_page(*opened_note, form, refusal)


@blueprint.post("/case/<case_id>/note/<note_id>/delete")
@members_only
def delete_note(case_id: str, note_id: str) -> BaseResponse:
    """Delete a note; the next page offers to undo it."""
    form, key = VersionForm(), read_id(note_id)
    check(form)
    version = form.version.data or 0
    done = act(lambda: notes.delete_note(service(), read_id(case_id), key, version))
    result = "note-changed" if done is Done.CHANGED else Undoable.NOTE_DELETED
    return redirect(url_for("casework.case", case_id=case_id, done=result), 303)


def _note_is_gone(opened: OpenedCase, form: EditNoteForm) -> BaseResponse:
    forms = CaseForms()
    forms.note.note.data = form.note.data
    forms.note.talk.data, forms.note.held.data = form.talk.data, form.held.data
    return case_page(opened, forms, refusal=deleted_meanwhile())


def _note_page(
    opened: OpenedCase, kept: KeptNote, form: EditNoteForm, refusal: Refusal | None = None
) -> BaseResponse:
    changed = stand_beside(form, kept.newest.version, refusal)
    page = render_template(
        "casework/note.html",
        case_id=opened.case.id.hex(),
        case_title=case_title(opened.inbox.inbox, opened.case, opened.registration.title),
        note=show_note(kept, service().names()),
        talks=talk_choices(),
        changed=changed,
        form=form,
        problems=[refusal.problem] if refusal and not form.note.errors else [],
    )
    return Response(page, status=refusal.status if refusal else 200)

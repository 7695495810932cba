"""Consents, disclosures, requests for access, doubts about competence: what was said and when."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from flask import Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from whistle.casework import rights as work
from whistle.casework.acts import Done, Undoable
from whistle.casework.cases import OpenedCase
from whistle.casework.filing import Place
from whistle.casework.forms import VersionForm
from whistle.casework.rights import RefusedError, Right
from whistle.casework.views.blueprint import (
    act,
    blueprint,
    check,
    found,
    fresh_form_id,
    not_stored,
    read_id,
    renew,
    service,
    try_to,
    wrong,
)
from whistle.casework.views.conflicts import changed_meanwhile, deleted_meanwhile, stand_beside
from whistle.casework.views.rights_forms import (
    FORMS,
    CompetenceForm,
    RightForm,
    filled,
    the_day,
)
from whistle.casework.views.rights_shown import choices_of, refusal_words, show_right, show_rights
from whistle.casework.views.shown import case_title
from whistle.domain.filed import Competence
from whistle.keys.filed import KeptFiled
from whistle.signed_in import members_only
from whistle.uploads import Refusal

_RULE = 422
_File: TypeAlias = Callable[[Right], Done]


@blueprint.get("/case/<case_id>/rights")
@members_only
def rights(case_id: str) -> BaseResponse:
    """Consents, disclosures, requests for access, doubts about competence."""
    return _rights_page(_look(case_id))


@blueprint.get("/case/<case_id>/rights/new/<kind>")
@members_only
def new_right(case_id: str, kind: str) -> BaseResponse:
    """An empty form."""
    opened = _look(case_id)
    held = work.bounds(service(), opened)
    if kind not in work.kinds_at(held.channel):
        abort(404)
    begun = the_day(held, kind, opened.registration.enquiry)
    form = FORMS[kind](formdata=None, form_id=fresh_form_id(), **begun)
    return _form_page(opened, kind, form)


@blueprint.post("/case/<case_id>/rights/new/<kind>")
@members_only
def file_right(case_id: str, kind: str) -> BaseResponse:
    """File something."""
    held = found(lambda: work.bounds_of(service(), read_id(case_id)))
    if kind not in work.kinds_at(held.channel):
        abort(404)
    form = FORMS[kind]()
    form_id = (form.form_id.data or "").encode()
    done, refusal = _sent(form, held, _filing(form, held, read_id(case_id), form_id))
    if done is Done.CHANGED:
        return _is_gone(_look(case_id), kind, form)
    if done:
        return _to_rights(case_id, "filed")
    return _form_page(_look(case_id), kind, form, refusal)


@blueprint.get("/case/<case_id>/rights/<filed_id>")
@members_only
def right(case_id: str, filed_id: str) -> BaseResponse:
    """Something filed, to change it."""
    opened = _look(case_id)
    kept = opened.notebook.find_filed(read_id(filed_id))
    told = work.right_of(kept)
    if kept is None or told is None:
        abort(404)
    form = FORMS[told.kind](formdata=None, version=kept.newest.version, **filled(told))
    return _form_page(opened, told.kind, form, kept=kept)


@blueprint.post("/case/<case_id>/rights/<filed_id>")
@members_only
def change_right(case_id: str, filed_id: str) -> BaseResponse:
    """Change something; who was slower is shown what it says now, and keeps their own."""
    held = found(lambda: work.bounds_of(service(), read_id(case_id), read_id(filed_id)))
    kind = found(lambda: work.kind_of(service(), read_id(case_id), read_id(filed_id)))
    form = FORMS[kind]()
    where = Place(read_id(case_id), read_id(filed_id), form.version.data or 0)
    done, refusal = _sent(form, held, lambda right: work.put(service(), where, right))
    if done in {Done.YES, Done.ALREADY}:
        return _to_rights(case_id, "filed")
    opened = _look(case_id)
    kept = opened.notebook.find_filed(where.filed)
    if kept is None or kept.newest.deleted:
        return _is_gone(opened, kind, form)
    if done is Done.CHANGED:
        refusal = changed_meanwhile()
    return _form_page(opened, kind, form, refusal, kept)


@blueprint.post("/case/<case_id>/rights/<filed_id>/delete")
@members_only
def delete_right(case_id: str, filed_id: str) -> BaseResponse:
    """Delete something filed; the next page offers to undo it."""
    form = VersionForm()
    check(form)
    where = Place(read_id(case_id), read_id(filed_id), form.version.data or 0)
    try:
        done = act(lambda: work.remove(service(), where))
    except RefusedError as refused:
        return _rights_page(_look(case_id), refusal_words(refused.reasons))
    return _to_rights(case_id, "changed" if done is Done.CHANGED else Undoable.FILED_DELETED)


def _sent(form: RightForm, held: work.Bounds, file: _File) -> tuple[Done | None, Refusal | None]:
    """File what was sent, or say why it cannot be."""
    refusal = wrong(form)
    right = form.read(held) if refusal is None else None
    if right is None or form.errors:
        return None, refusal or Refusal("", _RULE)
    try:
        done = try_to(lambda: file(right))
    except RefusedError as refused:
        return None, Refusal(" ".join(refusal_words(refused.reasons)), _RULE)
    return (done, None) if done else (None, not_stored())


def _filing(form: RightForm, held: work.Bounds, case_id: bytes, form_id: bytes) -> _File:
    """Give how something new is filed: a question to a centre with the yes that it rests on."""

    def file(right: Right) -> Done:
        if not isinstance(right, Competence) or not isinstance(form, CompetenceForm):
            return work.file(service(), case_id, form_id, right)
        return work.ask(service(), case_id, form_id, right, form.read_yes(held, right))

    return file


def _look(case_id: str) -> OpenedCase:
    return found(lambda: work.look(service(), read_id(case_id)))


def _to_rights(case_id: str, done: str) -> BaseResponse:
    return redirect(url_for("casework.rights", case_id=case_id, done=done), 303)


def _is_gone(opened: OpenedCase, kind: str, form: RightForm) -> BaseResponse:
    form.form_id.data = fresh_form_id()
    return _form_page(opened, kind, form, deleted_meanwhile())


def _rights_page(opened: OpenedCase, problems: Sequence[str] = ()) -> BaseResponse:
    held, known = work.bounds(service(), opened), opened.registration
    page = render_template(
        "casework/rights.html",
        case_id=opened.case.id.hex(),
        case_title=case_title(opened.inbox.inbox, opened.case, known.title),
        channel=held.channel,
        damaged=opened.notebook.damaged,
        groups=show_rights(held, opened),
        papers=work.papers_of(opened),
        kept_until=work.kept_until(held, opened),
        held=known.held is not None,
        done=request.args.get("done", ""),
        can_undo=known.last_act == Undoable.FILED_DELETED,
        version=opened.version,
        problems=problems,
    )
    return Response(page, status=_RULE if problems else 200)


def _form_page(
    opened: OpenedCase,
    kind: str,
    form: RightForm,
    refusal: Refusal | None = None,
    kept: KeptFiled | None = None,
) -> BaseResponse:
    held, told = work.bounds(service(), opened), work.right_of(kept)
    held = held.naming(told) if told else held
    changed = stand_beside(form, kept.newest.version, refusal) if kept else False
    renew(form)
    page = render_template(
        "casework/rights_form.html",
        case_id=opened.case.id.hex(),
        case_title=case_title(opened.inbox.inbox, opened.case, opened.registration.title),
        channel=held.channel,
        kind=kind,
        now=show_right(held, opened, kept) if kept and changed else None,
        filed_id=kept.filed_id.hex() if kept else "",
        form=form,
        choices=choices_of(held),
        problems=[refusal.problem] if refusal and refusal.problem and not form.errors else [],
    )
    return Response(page, status=refusal.status if refusal else 200)

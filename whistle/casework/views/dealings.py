"""Mediation and proposals of a citizen's case; support of a council member's."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from flask import Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from whistle.casework import dealings as work
from whistle.casework.acts import Done, Undoable
from whistle.casework.cases import OpenedCase
from whistle.casework.dealings import HinderedError, OpenedDealing
from whistle.casework.filing import Place
from whistle.casework.forms import VersionForm
from whistle.casework.recusal import reserve_of
from whistle.casework.views.blueprint import (
    CONFLICT,
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
from whistle.casework.views.dealings_council import notices, said_to_whom
from whistle.casework.views.dealings_forms import FORMS, DealingForm, begun, filled
from whistle.casework.views.dealings_letters import agreement_paper, proposal_letter
from whistle.casework.views.dealings_shown import choices_of, show_dealing, show_dealings
from whistle.casework.views.dealings_words import why_words
from whistle.casework.views.referrals import letter_response
from whistle.casework.views.referrals_forms import first_way
from whistle.casework.views.shown import case_title
from whistle.domain.agreed import Why
from whistle.domain.channel import Channel
from whistle.domain.filed import Consent
from whistle.domain.improvement import Improvement
from whistle.domain.logged import Logged
from whistle.domain.mediation import Mediation, Meeting
from whistle.keys.filed import Dealing, KeptFiled
from whistle.letters.papers import Letter, paragraphs
from whistle.signed_in import members_only
from whistle.uploads import Refusal

_RULE = 422
_File: TypeAlias = Callable[[Dealing, Consent | None], Done]


@blueprint.get("/case/<case_id>/dealings")
@members_only
def dealings(case_id: str) -> BaseResponse:
    """What is mediated, proposed, wished, given and assessed, by the door that the case came by."""
    opened = _look(case_id)
    if not work.kinds_at(work.bounds(service(), opened).channel):
        abort(404)
    return _list_page(opened)


@blueprint.get("/case/<case_id>/dealings/new/<kind>")
@members_only
def new_dealing(case_id: str, kind: str) -> BaseResponse:
    """An empty form; ``of``: the mediation that a meeting is of."""
    opened = _look(case_id)
    held = work.bounds(service(), opened)
    if kind not in work.kinds_at(held.channel):
        abort(404)
    way = first_way(held.office, opened.registration.enquiry)
    first = begun(kind, held.today, way, work.standing_wish(opened))
    if kind == Meeting.kind:
        first |= {"mediation": _mediation_of(opened, request.args.get("of", ""))}
    form = FORMS[kind](formdata=None, form_id=fresh_form_id(), **first)
    return _form_page(opened, kind, form)


@blueprint.post("/case/<case_id>/dealings/new/<kind>")
@members_only
def file_dealing(case_id: str, kind: str) -> BaseResponse:
    """File something, and the yes that it rests on where the form brings one."""
    held = found(lambda: work.bounds_of(service(), read_id(case_id)))
    if kind not in work.kinds_at(held.channel):
        abort(404)
    form = FORMS[kind]()
    form_id = (form.form_id.data or "").encode()

    def file(dealing: Dealing, said_yes: Consent | None) -> Done:
        return work.file(service(), read_id(case_id), form_id, dealing, said_yes)

    done, refusal = _sent(form, held, file)
    if done is Done.CHANGED:
        return _is_gone(_look(case_id), kind, form)
    if done:
        return _to_list(case_id, "filed")
    return _form_page(_look(case_id), kind, form, refusal)


@blueprint.get("/case/<case_id>/dealings/<filed_id>")
@members_only
def dealing(case_id: str, filed_id: str) -> BaseResponse:
    """Something filed, to go on with it or to change it."""
    one = found(lambda: work.open_dealing(service(), read_id(case_id), read_id(filed_id)))
    kind, version = one.dealing.kind, one.kept.newest.version
    form = FORMS[kind](formdata=None, version=version, **filled(one.dealing))
    return _form_page(one.case, kind, form, kept=one.kept)


@blueprint.post("/case/<case_id>/dealings/<filed_id>")
@members_only
def change_dealing(case_id: str, filed_id: str) -> BaseResponse:
    """Change something; who was slower is shown what it says now, and keeps their own."""
    keys = read_id(case_id), read_id(filed_id)
    held = found(lambda: work.bounds_of(service(), *keys))
    kind = found(lambda: work.kind_of(service(), *keys))
    form = FORMS[kind]()
    where = Place(*keys, form.version.data or 0)
    done, refusal = _sent(form, held, lambda told, yes: work.put(service(), where, told, yes))
    if done in {Done.YES, Done.ALREADY}:
        return _to_list(case_id, "filed")
    opened = _look(case_id)
    kept = opened.notebook.find_filed(where.filed)
    if kept is None or kept.newest.deleted:
        return _is_gone(opened, kind, form)
    if done is Done.CHANGED:
        refusal = changed_meanwhile()
    return _form_page(opened, kind, form, refusal, kept)


@blueprint.post("/case/<case_id>/dealings/<filed_id>/delete")
@members_only
def delete_dealing(case_id: str, filed_id: str) -> BaseResponse:
    """Delete something; the next page offers to undo it."""
    form = VersionForm()
    check(form)
    where = Place(read_id(case_id), read_id(filed_id), form.version.data or 0)
    try:
        done = act(lambda: work.remove(service(), where))
    except HinderedError as hindered:
        return _list_page(_look(case_id), [why_words(hindered.why)])
    return _to_list(case_id, "changed" if done is Done.CHANGED else Undoable.FILED_DELETED)


@blueprint.get("/case/<case_id>/dealings/<filed_id>/paper")
@members_only
def dealing_paper(case_id: str, filed_id: str) -> BaseResponse:
    """The agreement, or the letter with a proposal, as it will be read."""
    one = found(lambda: work.open_dealing(service(), read_id(case_id), read_id(filed_id)))
    why = work.hindered_paper(service(), one.case, one.dealing)
    if why is Why.NOT_HERE:
        abort(404)
    if why is not None:
        return _list_page(one.case, [why_words(why)], CONFLICT)
    paper = _paper_of(one)
    page = render_template(
        "casework/dealing_paper.html",
        case_id=case_id,
        case_title=_title(one.case),
        filed_id=filed_id,
        kind=one.dealing.kind,
        letter=paper,
        paragraphs=paragraphs(paper.body),
    )
    return Response(page)


@blueprint.get("/case/<case_id>/dealings/<filed_id>/paper/<form>")
@members_only
def dealing_letter(case_id: str, filed_id: str, form: str) -> BaseResponse:
    """Give it as PDF or Word."""
    keys = read_id(case_id), read_id(filed_id)
    try:
        one = found(lambda: work.open_dealing(service(), *keys, Logged.LETTER_MADE))
    except HinderedError as hindered:
        if hindered.why is Why.NOT_HERE:
            abort(404)
        return _list_page(_look(case_id), [why_words(hindered.why)], CONFLICT)
    return letter_response(one.case, _paper_of(one), form)


def _paper_of(one: OpenedDealing) -> Letter:
    if isinstance(one.dealing, Improvement):
        return proposal_letter(service(), one.case, one.dealing)
    if not isinstance(one.dealing, Mediation):
        abort(404)
    filed = one.case.notebook.of_kind(Meeting)
    meetings = [told for _kept, told in filed if told.mediation == one.kept.filed_id]
    return agreement_paper(service(), one.case, one.dealing, meetings)


def _sent(form: DealingForm, held: work.Bounds, file: _File) -> tuple[Done | None, Refusal | None]:
    """File what was sent, or say why it cannot be."""
    refusal = wrong(form)
    if refusal:
        return None, refusal
    told = form.read(held)
    yes = form.read_yes(held, told)
    if form.errors:
        return None, Refusal("", _RULE)
    try:
        done = try_to(lambda: file(told, yes))
    except HinderedError as hindered:
        return None, Refusal(why_words(hindered.why), _RULE)
    return (done, None) if done else (None, not_stored())


def _mediation_of(opened: OpenedCase, name: str) -> str:
    """Give the mediation that a new meeting is of, or say 404."""
    kept = opened.notebook.find_filed(read_id(name))
    if not isinstance(work.dealing_of(kept), Mediation):
        abort(404)
    return name


def _look(case_id: str) -> OpenedCase:
    return found(lambda: work.look(service(), read_id(case_id)))


def _to_list(case_id: str, done: str) -> BaseResponse:
    return redirect(url_for("casework.dealings", case_id=case_id, done=done), 303)


def _is_gone(opened: OpenedCase, kind: str, form: DealingForm) -> BaseResponse:
    form.form_id.data = fresh_form_id()
    return _form_page(opened, kind, form, deleted_meanwhile())


def _title(opened: OpenedCase) -> str:
    return case_title(opened.inbox.inbox, opened.case, opened.registration.title)


def _list_page(
    opened: OpenedCase, problems: Sequence[str] = (), status: int = _RULE
) -> BaseResponse:
    held, known = work.bounds(service(), opened), opened.registration
    has_reserve = reserve_of(service(), opened) is not None
    is_council = held.channel is Channel.COUNCIL
    page = render_template(
        "casework/dealings.html",
        case_id=opened.case.id.hex(),
        case_title=_title(opened),
        is_council=is_council,
        damaged=opened.notebook.damaged,
        notices=notices(held, opened, has_reserve=has_reserve),
        groups=show_dealings(service(), held, opened),
        told=said_to_whom(held, opened) if is_council else (),
        done=request.args.get("done", "") if request.method == "GET" else "",
        can_undo=known.last_act == Undoable.FILED_DELETED,
        version=opened.version,
        problems=problems,
    )
    return Response(page, status=status if problems else 200)


def _form_page(
    opened: OpenedCase,
    kind: str,
    form: DealingForm,
    refusal: Refusal | None = None,
    kept: KeptFiled | None = None,
) -> BaseResponse:
    held, told = work.bounds(service(), opened), work.dealing_of(kept)
    held = held.naming(told) if told else held
    changed = stand_beside(form, kept.newest.version, refusal) if kept else False
    renew(form)
    page = render_template(
        "casework/dealing_form.html",
        case_id=opened.case.id.hex(),
        case_title=_title(opened),
        is_council=held.channel is Channel.COUNCIL,
        kind=kind,
        now=show_dealing(service(), held, opened, kept) if kept and changed else None,
        filed_id=kept.filed_id.hex() if kept else "",
        form=form,
        choices=choices_of(held, told),
        own_yes=work.own_yes(opened, told),
        problems=[refusal.problem] if refusal and refusal.problem and not form.errors else [],
    )
    return Response(page, status=refusal.status if refusal else 200)

"""Patterns: issues of one kind that gather at one place, and what is done about them."""

from flask import Response, abort, render_template, request, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from whistle.casework.acts import Done
from whistle.casework.learning import book
from whistle.casework.learning.book import Place
from whistle.casework.learning.patterns import (
    Patterns,
    forget_number,
    name_of,
    number_told,
    open_patterns,
    read_name,
)
from whistle.casework.views.blueprint import (
    blueprint,
    found,
    not_stored,
    read_id,
    service,
    try_to,
    wrong,
)
from whistle.casework.views.book_pages import (
    gone,
    problems,
    start,
    to,
    told,
    undo_of,
)
from whistle.casework.views.conflicts import changed_meanwhile, stand_beside
from whistle.casework.views.patterns_forms import AGREED, DISMISSED, MeasureForm, filled
from whistle.casework.views.patterns_shown import (
    period_name,
    show_dealt,
    show_pattern,
    show_patterns,
    title_of,
)
from whistle.domain.book import Measure
from whistle.domain.patterns import Pattern
from whistle.keys.book import KeptEntry
from whistle.signed_in import members_only, signed_in
from whistle.uploads import Refusal
from whistle.web import this_installation


@blueprint.get("/patterns")
@members_only
def patterns() -> BaseResponse:
    """What gathers, and what was done about what gathered before."""
    looked = found(lambda: open_patterns(service()))
    today = this_installation().clock.today()
    page = render_template(
        "casework/learning/patterns.html",
        pending=show_patterns(looked, today),
        dealt=show_dealt(looked, service().names(), today),
        damaged=looked.book.damaged,
        done=told(),
        undo=undo_of(looked.book),
    )
    return Response(page)


@blueprint.get("/patterns/new")
@members_only
def pattern() -> BaseResponse:
    """One pattern that waits, with the forms for what is done about it."""
    return _new_page(MeasureForm(formdata=None, pattern=request.args.get("pattern", "")))


@blueprint.post("/patterns/new")
@members_only
def add_measure() -> BaseResponse:
    """Write down what was agreed about a pattern, or why nothing is done."""
    form = MeasureForm()
    refusal = wrong(form)
    if read_name(form.pattern.data or "") is None:
        abort(404)
    measure = form.read(this_installation().clock.today())
    if refusal is None and not form.is_right:
        refusal = Refusal("", 422)
    if refusal is None:
        form_id = (form.form_id.data or "").encode()
        done = try_to(lambda: book.write_new(service(), form_id, measure))
        refusal = not_stored() if done is None else None
        if done is Done.CHANGED:
            form.form_id.data, refusal = "", gone()
    if refusal:
        return _new_page(form, refusal)
    forget_number(service())
    return to("casework.patterns", "written")


@blueprint.get("/patterns/<entry_id>")
@members_only
def measure(entry_id: str) -> BaseResponse:
    """What was done about a pattern, to change it."""
    _kept, known = _look(entry_id)
    return _edit_page(entry_id, MeasureForm(formdata=None, **filled(known)))


@blueprint.post("/patterns/<entry_id>")
@members_only
def change_measure(entry_id: str) -> BaseResponse:
    """Change what was done about a pattern."""
    form = MeasureForm()
    refusal = wrong(form)
    _kept, known = _look(entry_id)
    changed = form.read(this_installation().clock.today(), known)
    if refusal is None and not form.is_right:
        refusal = Refusal("", 422)
    if refusal is None:
        where = Place(read_id(entry_id), form.version.data or 0)
        done = try_to(lambda: book.change(service(), where, lambda _old: changed))
        if done in {Done.YES, Done.ALREADY}:
            forget_number(service())
            return to("casework.patterns", "saved")
        refusal = not_stored() if done is None else changed_meanwhile()
    return _edit_page(entry_id, form, refusal)


def patterns_told() -> str:
    """Say that patterns wait, for the pages an adviser begins the day with; nothing if none do."""
    number = number_told(service()) if signed_in() else 0
    if not number:
        return ""
    return ngettext(
        "Issues of one kind gather at one place",
        "Issues of one kind gather at %(num)d places",
        number,
    )


blueprint.app_context_processor(lambda: {"patterns_told": patterns_told})


def _look(entry_id: str) -> tuple[KeptEntry, Measure]:
    """Open what was done about a pattern, and log that; or say 404."""
    kept = found(lambda: book.open_book(service(), Measure)).find(read_id(entry_id))
    if kept is None or kept.newest.deleted or not isinstance(kept.content, Measure):
        abort(404)
    return kept, kept.content


def _new_page(form: MeasureForm, refusal: Refusal | None = None) -> BaseResponse:
    named = read_name(form.pattern.data or "")
    if named is None:
        abort(404)
    looked = found(lambda: open_patterns(service()))
    waiting = _waiting(looked, form.pattern.data)
    if waiting is None and refusal is None:
        return to("casework.patterns", "dealt")
    start(form)
    today = this_installation().clock.today()
    page = render_template(
        "casework/learning/measure.html",
        title=title_of(*named),
        period=period_name(named[1]),
        pattern=show_pattern(waiting, looked.cases, today) if waiting else None,
        action=url_for("casework.add_measure"),
        form=form,
        open_form=DISMISSED if form.is_dismissed else AGREED,
        is_new=True,
        now=None,
        problems=problems(form, refusal),
    )
    return Response(page, status=refusal.status if refusal else 200)


def _waiting(looked: Patterns, name: str | None) -> Pattern | None:
    return next((one for one in looked.pending if name_of(one) == name), None)


def _edit_page(entry_id: str, form: MeasureForm, refusal: Refusal | None = None) -> BaseResponse:
    kept, known = _look(entry_id)
    changed = stand_beside(form, kept.newest.version, refusal)
    start(form)
    named = read_name(known.pattern)
    page = render_template(
        "casework/learning/measure.html",
        title=title_of(*named) if named else known.pattern,
        period=period_name(named[1]) if named else "",
        pattern=None,
        action=url_for("casework.change_measure", entry_id=entry_id),
        form=form,
        open_form=DISMISSED if form.is_dismissed else AGREED,
        is_new=False,
        now=known if changed else None,
        problems=problems(form, refusal),
    )
    return Response(page, status=refusal.status if refusal else 200)

"""How entries of the office's book are written, changed and struck out: the same for each kind.

A refused form keeps what was written. Who was slower is shown what the other wrote (409).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from whistle.casework.acts import Done
from whistle.casework.learning import book
from whistle.casework.learning.book import OpenedBook, Place
from whistle.casework.views.blueprint import (
    CONFLICT,
    found,
    fresh_form_id,
    not_stored,
    read_id,
    renew,
    service,
    try_to,
    wrong,
)
from whistle.casework.views.book_forms import BookForm, RecommendationForm, filled
from whistle.casework.views.book_words import (
    activity_names,
    change_names,
    choices_of,
    offer,
    show_entry,
    sort_names,
)
from whistle.casework.views.conflicts import changed_meanwhile, stand_beside
from whistle.domain.book import Recommendation
from whistle.keys.book import KeptEntry, Page
from whistle.signed_in import MemberForm
from whistle.uploads import Refusal

STRUCK = "struck"


@dataclass(frozen=True, slots=True)
class Shelf:
    """A kind of entry: its form, the endpoints of its pages, and what shows its list."""

    kind: type[Page]
    form: type[BookForm]
    list_endpoint: str
    change_endpoint: str
    list_page: Callable[[BookForm, Refusal | None], BaseResponse]
    own_endpoint: str = ""  # of an entry's own page, where it has one

    def after(self, entry_id: str, done: str) -> BaseResponse:
        """Go on from an entry that was changed."""
        if self.own_endpoint:
            return to(self.own_endpoint, done, entry_id=entry_id)
        return to(self.list_endpoint, done)


def add(shelf: Shelf) -> BaseResponse:
    """Write a new entry."""
    form = shelf.form()
    refusal = wrong(form)
    content = form.read(offer())
    if refusal is None and not form.is_right:
        refusal = Refusal("", 422)
    if refusal is None:
        form_id = (form.form_id.data or "").encode()
        done = try_to(lambda: book.write_new(service(), form_id, content))
        refusal = not_stored() if done is None else None
        if done is Done.CHANGED:
            form.form_id.data, refusal = "", gone()
    if refusal:
        return shelf.list_page(form, refusal)
    return to(shelf.list_endpoint, "written")


def edit_page(
    shelf: Shelf, entry_id: str, form: BookForm | None = None, refusal: Refusal | None = None
) -> BaseResponse:
    """Show an entry, to change it."""
    kept = found(lambda: look(shelf, entry_id))
    if form is None:
        form = shelf.form(formdata=None, **filled(kept.content))
    changed = stand_beside(form, kept.newest.version, refusal)
    page = render_template(
        "casework/learning/edit.html",
        kind=shelf.kind.kind,
        entry_id=entry_id,
        back=url_for(shelf.own_endpoint, entry_id=entry_id)
        if shelf.own_endpoint
        else url_for(shelf.list_endpoint),
        action=url_for(shelf.change_endpoint, entry_id=entry_id),
        now=show_entry(kept, service().names()) if changed else None,
        form=form,
        is_new=False,
        **choices(kept.content),
        problems=problems(form, refusal),
    )
    return Response(page, status=refusal.status if refusal else 200)


def form_page(
    template: str,
    kind: type[Page],
    form: BookForm,
    refusal: Refusal | None = None,
    **more: Any,
) -> BaseResponse:
    """Show a page with the form for another entry, and what was just done."""
    start(form)
    page = render_template(
        template,
        kind=kind.kind,
        form=form,
        is_new=True,
        problems=problems(form, refusal),
        done=told(),
        **choices(),
        **more,
    )
    return Response(page, status=refusal.status if refusal else 200)


def save(shelf: Shelf, entry_id: str) -> BaseResponse:
    """Change an entry."""
    form = shelf.form()
    refusal = wrong(form)
    kept = found(lambda: book.read_book(service())).find(read_id(entry_id))
    known = kept.content if kept else None
    if isinstance(form, RecommendationForm) and isinstance(known, Recommendation):
        form.year.data = str(known.years[0])  # it is not asked for again
    content = form.read(offer(known))
    if refusal is None and not form.is_right:
        refusal = Refusal("", 422)
    if refusal is None:
        where = Place(read_id(entry_id), form.version.data or 0)
        done = try_to(lambda: book.change(service(), where, lambda old: merged(old, content)))
        if done in {Done.YES, Done.ALREADY}:
            return shelf.after(entry_id, "saved")
        refusal = not_stored() if done is None else changed_meanwhile()
    if look(shelf, entry_id) is None:
        form.form_id.data = ""
        return shelf.list_page(form, gone())
    return edit_page(shelf, entry_id, form, refusal)


def look(shelf: Shelf, entry_id: str) -> KeptEntry | None:
    """Open an entry that is there and not struck out, and log that the book was opened."""
    kept = book.open_book(service(), shelf.kind).find(read_id(entry_id))
    if kept is None or kept.newest.deleted or not isinstance(kept.content, shelf.kind):
        return None
    return kept


def merged(old: Page, new: Page) -> Page:
    """Put what a form says in the place of what was there; the rest stays as it is."""
    if not isinstance(old, Recommendation) or not isinstance(new, Recommendation):
        return new
    return replace(
        new,
        years=old.years,
        responses=old.responses,
        ended=old.ended,
        why_ended=old.why_ended,
    )


def choices(known: Page | None = None) -> dict[str, object]:
    """Give what the fields of every kind are chosen from."""
    return {
        "offer": offer(known),
        "kinds_of_activity": choices_of(activity_names()),
        "kinds_of_change": choices_of(change_names()),
        "sorts": choices_of(sort_names()),
    }


def opened(kind: type[Page]) -> OpenedBook:
    """Open the book for a page, or say 404: to whom it is closed it is not there."""
    return found(lambda: book.open_book(service(), kind))


def start(form: MemberForm) -> None:
    """Have a form ready to be shown: with this session's token, and with its name."""
    if "form_id" in form:
        form["form_id"].data = form["form_id"].data or fresh_form_id()
    renew(form)


def undo_of(opened_now: OpenedBook) -> str:
    """Give the entry that was just struck out, if it can be taken back."""
    named = request.args.get("entry", "")
    if request.args.get("done") != STRUCK or not named:
        return ""
    kept = opened_now.find(read_id(named))
    return named if kept and kept.newest.deleted else ""


def told() -> str:
    """Say what has just been done, as the address has it."""
    return request.args.get("done", "") if request.method == "GET" else ""


def problems(form: MemberForm, refusal: Refusal | None) -> list[str]:
    """Give the page's own problems; those of fields are said at them."""
    return [refusal.problem] if refusal and refusal.problem and not form.errors else []


def gone() -> Refusal:
    """Say that it was struck out meanwhile."""
    words = _("It was struck out meanwhile. Your words are below: save them as something new.")
    return Refusal(words, CONFLICT)


def to(endpoint: str, done: str, **address: str) -> BaseResponse:
    """Go to a page that says what was done."""
    named: dict[str, Any] = {"done": done, **address}
    return redirect(url_for(endpoint, **named), 303)

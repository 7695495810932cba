"""Counts for the report, released by those who can open the cases that its maker cannot."""

from datetime import date

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField, StringField

from whistle.casework.done import Done
from whistle.casework.reporting.releasing import Asked, look, put, take_back
from whistle.casework.views.blueprint import (
    CONFLICT,
    act,
    blueprint,
    check,
    found,
    fresh_form_id,
    read_id,
    renew,
    service,
    try_to,
    wrong,
)
from whistle.casework.views.book_pages import told
from whistle.casework.views.dated_forms import DatedForm, choose
from whistle.casework.views.releasing_shown import show_offer, show_release
from whistle.casework.views.report import steps
from whistle.domain.counting import Period
from whistle.domain.reporting_year import span_of, year_of
from whistle.report.periods import Step
from whistle.signed_in import MemberForm, members_only
from whistle.uploads import Refusal
from whistle.web import this_installation


class DaysForm(DatedForm):
    """Which days are asked for. ``by``: the rows of tables by period."""

    first = StringField()
    last = StringField()
    by = StringField(default=Step.QUARTER)

    def read(self, today: date) -> Period:
        """Give the days; only meant where the form `is_right` afterwards: they are over."""
        first = self.needed_day(self.first, today)
        last = self.needed_day(self.last, today)
        if not self.errors and last == today:
            self.last.errors = [_("This day is not over yet.")]
        elif not self.errors and last < first:
            self.last.errors = [_("The last day is before the first.")]
        choose(self.by, Step, _("Choose one of these."))
        return Period(first, max(first, last))

    @property
    def step(self) -> Step:
        """How long the rows are; only meant where the form `is_right`."""
        return Step(self.by.data or Step.QUARTER)


class ReleaseForm(DaysForm):
    """Releasing. ``inbox``: whose counts. ``seen``: the digest of what was on the page."""

    inbox = HiddenField()
    seen = HiddenField()


@blueprint.get("/release")
@members_only
def releases() -> BaseResponse:
    """What an inbox's members may release for the days they ask for; and what they released."""
    if "first" in request.args:
        return _page(DaysForm(request.args))
    here = this_installation()
    begins = here.profile.office.year_begins
    year = span_of(year_of(here.clock.today(), begins) - 1, begins)
    days = {"first": year.first.isoformat(), "last": year.last.isoformat()}
    return _page(DaysForm(formdata=None, **days), is_asked=False)


@blueprint.post("/release")
@members_only
def release_counts() -> BaseResponse:
    """Release what was seen."""
    form = ReleaseForm()
    if refusal := wrong(form):
        return _page(form, refusal)
    days = form.read(this_installation().clock.today())
    if not form.is_right:
        return _page(form, Refusal("", 422))
    inbox_id, seen = read_id(form.inbox.data or ""), form.seen.data or ""
    form_id = (form.form_id.data or "").encode()
    done = try_to(lambda: put(service(), form_id, Asked(inbox_id, days, form.step, seen)))
    if done in {Done.YES, Done.ALREADY}:
        return redirect(url_for("casework.releases", done="released"), 303)
    return _page(form, _not_stored() if done is None else _others())


@blueprint.post("/release/<release_id>/take-back")
@members_only
def take_release_back(release_id: str) -> BaseResponse:
    """Take what was released back."""
    check(MemberForm())
    release = read_id(release_id)
    done = act(lambda: take_back(service(), release))
    word = "stays" if done is Done.CHANGED else "taken-back"
    return redirect(url_for("casework.releases", done=word), 303)


def _others() -> Refusal:
    words = _("The counts are others than those you saw. Nothing is released. Look at them again.")
    return Refusal(words, CONFLICT)


def _not_stored() -> Refusal:
    return Refusal(_("It could not be stored just now. Nothing is released. Try again."), 503)


def _page(form: DaysForm, refusal: Refusal | None = None, *, is_asked: bool = True) -> BaseResponse:
    renew(form)
    asked = form.read(this_installation().clock.today()) if is_asked else None
    days = asked if form.is_right else None
    step = form.step if form.is_right else Step.QUARTER
    looked = found(lambda: look(service(), days, step))
    names = service().names()
    page = render_template(
        "casework/release.html",
        form=form,
        days=days,
        steps=steps(),
        offers=[show_offer(one, looked.standing) for one in looked.offers],
        standing=[show_release(one, names) for one in looked.standing],
        form_id=fresh_form_id(),
        problems=[refusal.problem] if refusal and refusal.problem else [],
        done=told(),
    )
    return Response(page, status=refusal.status if refusal else 200 if form.is_right else 422)

"""Who somebody is: a step of its own with a reason, shown on the page that answers it alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from whistle.casework import identity as work
from whistle.casework import referring, rights
from whistle.casework.acts import Done
from whistle.casework.cases import OpenedCase
from whistle.casework.identity import Reason
from whistle.casework.kept import KeptError
from whistle.casework.views import referrals_letters as letters
from whistle.casework.views.blueprint import (
    CONFLICT,
    blueprint,
    found,
    fresh_form_id,
    not_stored,
    read_id,
    renew,
    service,
    try_to,
    wrong,
)
from whistle.casework.views.keeping import kept_refusal
from whistle.casework.views.referrals import MAKERS, letter_response
from whistle.casework.views.referrals_words import hindered_refusal
from whistle.casework.views.shown import case_title, clock_time, show_given
from whistle.domain.fields import ShownAnswer
from whistle.domain.filed import Referral
from whistle.domain.identity import Opening, OpeningGround, OpeningWay, Part
from whistle.domain.logged import Logged
from whistle.domain.referral import with_person
from whistle.fields import unix_lines
from whistle.keys.filed import Filed
from whistle.keys.records import Identity
from whistle.signed_in import MemberForm, members_only
from whistle.uploads import Refusal

LONGEST = 500
_NOBODY = Identity()
_LEAST = 422


class ReasonForm(MemberForm):
    """Why it is opened. ``form_id`` names the form: sent twice, it files one reason."""

    form_id = HiddenField()
    ground = StringField()
    reason = TextAreaField(
        filters=[unix_lines],
        validators=[
            Length(max=LONGEST, message=_l("This is longer than 500 characters. Make it shorter."))
        ],
    )

    def read(self, way: OpeningWay = OpeningWay.SHOWN) -> Reason | None:
        """Give the reason; none where the form now says what is missing."""
        if self.ground.data not in set(OpeningGround):
            self.ground.errors = [_("Choose why you open it.")]
        words = self.reason.data or ""
        if not work.says_something(words):
            self.reason.errors = [*self.reason.errors, _("Write in a few words why.")]
        if self.errors:
            return None
        form_id = (self.form_id.data or fresh_form_id()).encode()
        return Reason(OpeningGround(self.ground.data or ""), words, form_id, way)


class PersonForm(MemberForm):
    """Who it is that called, came or wrote. ``was``: what of it the page knew."""

    was = HiddenField()
    name = StringField(validators=[Length(max=200, message=_l("At most 200 characters."))])
    contact = StringField(validators=[Length(max=500, message=_l("At most 500 characters."))])


@dataclass(frozen=True, slots=True)
class ShownOpening:
    """Who opened something, when and why."""

    who: str
    when: str
    what: str
    ground: str
    words: str


@dataclass(frozen=True, slots=True)
class _Step:
    """One of the steps. ``known``: whether there is anything to open."""

    part: Part
    endpoint: str
    known: bool
    letter: Referral | None = None
    letter_id: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class _Revealed:
    """What a page shows of who it is: one of these, or nothing."""

    identity: Identity = _NOBODY
    answers: tuple[ShownAnswer, ...] = ()
    person: str = ""


_NOTHING = _Revealed()


@blueprint.route("/case/<case_id>/identity", methods=["GET", "POST"])
@members_only
def identity(case_id: str) -> BaseResponse:
    """Open name and contact details: a step of its own."""
    form = ReasonForm() if request.method == "POST" else ReasonForm(formdata=None)
    if request.method == "POST":
        refusal, why = wrong(form), form.read()
        if refusal or why is None:
            return _page(_look(case_id), _reporters, form, refusal or Refusal("", _LEAST))
        opened, who = found(lambda: work.open_identity(service(), read_id(case_id), why))
        return _page(opened, _reporters, form, revealed=_Revealed(who))
    return _page(_look(case_id), _reporters, form)


@blueprint.route("/case/<case_id>/apart", methods=["GET", "POST"])
@members_only
def apart(case_id: str) -> BaseResponse:
    """Open the answers that are kept apart: a step of its own."""
    form = ReasonForm() if request.method == "POST" else ReasonForm(formdata=None)
    if request.method == "POST":
        refusal, why = wrong(form), form.read()
        if refusal or why is None:
            return _page(_look(case_id), _aparts, form, refusal or Refusal("", _LEAST))
        opened, answers = found(lambda: work.open_apart(service(), read_id(case_id), why))
        return _page(opened, _aparts, form, revealed=_Revealed(answers=show_given(opened, answers)))
    return _page(_look(case_id), _aparts, form)


@blueprint.route("/case/<case_id>/referrals/<referral_id>/person", methods=["GET", "POST"])
@members_only
def letter_person(case_id: str, referral_id: str) -> BaseResponse:
    """Open who a letter says that it is; or make the letter with it, as it is sent."""
    keys = read_id(case_id), read_id(referral_id)
    one = found(lambda: referring.open_referral(service(), *keys))

    def step(_opened: OpenedCase) -> _Step:
        known = bool(one.referral.person)
        return _Step(Part.LETTER, "casework.letter_person", known, one.referral, referral_id)

    if request.method != "POST":
        return _page(one.case, step, ReasonForm(formdata=None))
    form, kind = ReasonForm(), request.form.get("kind", "")
    refusal = wrong(form)
    why = form.read(OpeningWay.LETTER if kind in MAKERS else OpeningWay.SHOWN)
    if refusal or why is None:
        return _page(one.case, step, form, refusal or Refusal("", _LEAST))
    if kind in MAKERS:
        try:
            found(lambda: referring.open_referral(service(), *keys, Logged.LETTER_MADE))
        except referring.HinderedError as hindered:
            refusal = hindered_refusal(one.case, hindered.why)
            return _page(one.case, step, form, Refusal(refusal.problem, CONFLICT))
    opened, letter = found(lambda: work.open_letter(service(), *keys, why))
    if letter is None or kind not in MAKERS:
        return _page(opened, step, form, revealed=_Revealed(person=letter.person if letter else ""))
    whole = letters.letter_of(service(), opened, with_person(letter))
    return letter_response(opened, whole, kind)


@blueprint.post("/case/<case_id>/identity/person")
@members_only
def write_person(case_id: str) -> BaseResponse:
    """Write down who it is, or delete it, where no reporter does so by a receipt."""
    form = PersonForm()
    refusal = wrong(form)
    told = Identity(" ".join((form.name.data or "").split()), (form.contact.data or "").strip())
    is_deleting = request.form.get("action") == "delete"
    if refusal is None and not told.is_given and not is_deleting:
        form.name.errors = [_("Write a name, or how to reach the person.")]
        refusal = Refusal("", _LEAST)
    done = None
    if refusal is None:
        was = bytes.fromhex(form.was.data or "") if _is_hex(form.was.data or "") else b""
        meant = Identity() if is_deleting else told
        try:
            done = try_to(lambda: work.write_identity(service(), read_id(case_id), was, meant))
        except KeptError as kept:
            shown = kept_refusal(kept.why)
            return _page(
                _look(case_id), _reporters, ReasonForm(formdata=None), shown, person_form=form
            )
        if done is Done.YES:
            done_word = "deleted" if is_deleting else "written"
            return redirect(url_for("casework.identity", case_id=case_id, done=done_word), 303)
        refusal = not_stored() if done is None else _changed()
    empty = ReasonForm(formdata=None)
    return _page(_look(case_id), _reporters, empty, refusal, person_form=form)


def ground_words() -> Mapping[OpeningGround, str]:
    """Say why somebody opened who it is."""
    return {
        OpeningGround.CONTACT: _("To reach the person"),
        OpeningGround.FACTS: _("The case cannot be cleared up without it"),
        OpeningGround.CONSENT: _("The person has agreed that it is passed on"),
        OpeningGround.ACCESS: _("To answer a request for access, or to mask it"),
        OpeningGround.IMPARTIAL: _("To see whether I may deal with the case"),
        OpeningGround.LAW: _("A law or an authority demands it"),
    }


def part_words() -> Mapping[Part, str]:
    """Say what was opened."""
    return {
        Part.REPORTER: _("Name and contact details"),
        Part.APART: _("What is kept apart"),
        Part.LETTER: _("Who a letter says that it is"),
    }


def show_openings(opened: OpenedCase, part: Part | None = None) -> list[ShownOpening]:
    """Give who opened something of a case, when and why, the newest first."""
    names, parts = service().names(), part_words()
    return [
        _shown(filed, told, names.get(filed.author, "?"), parts[told.part])
        for filed, told in work.openings(opened)
        if part is None or told.part is part
    ]


def grounds() -> Sequence[Mapping[str, str]]:
    """Give the grounds to choose from."""
    return [{"value": one, "label": words} for one, words in ground_words().items()]


def _shown(filed: Filed, told: Opening, who: str, what: str) -> ShownOpening:
    taken_out = told.way is not OpeningWay.SHOWN
    what = _("%(what)s, taken out in a file", what=what) if taken_out else what
    return ShownOpening(
        who, clock_time(filed.written), what, ground_words()[told.ground], told.words
    )


def _reporters(opened: OpenedCase) -> _Step:
    return _Step(Part.REPORTER, "casework.identity", work.has_identity(opened))


def _aparts(opened: OpenedCase) -> _Step:
    return _Step(Part.APART, "casework.apart", opened.has_answers_apart)


def _look(case_id: str) -> OpenedCase:
    return found(lambda: rights.look(service(), read_id(case_id)))


def _is_hex(text: str) -> bool:
    try:
        bytes.fromhex(text)
    except ValueError:
        return False
    return True


def _changed() -> Refusal:
    return Refusal(
        _("Somebody wrote something else meanwhile. Yours is below: save again to replace it."),
        CONFLICT,
    )


def _page(
    opened: OpenedCase,
    step_of: Callable[[OpenedCase], _Step],
    form: ReasonForm,
    refusal: Refusal | None = None,
    revealed: _Revealed = _NOTHING,
    person_form: PersonForm | None = None,
) -> BaseResponse:
    step = step_of(opened)
    form.form_id.data = form.form_id.data or fresh_form_id()
    renew(form)
    writes = person_form or PersonForm(formdata=None)
    rows = [] if opened.has_reporter else work.identity_rows(opened)
    writes.was.raw_data = None
    writes.was.data = rows[0].id.hex() if rows else ""
    renew(writes)
    problems = [refusal.problem] if refusal and refusal.problem else []
    page = render_template(
        "casework/identity.html",
        case_id=opened.case.id.hex(),
        case_title=case_title(opened.inbox.inbox, opened.case, opened.registration.title),
        step=step,
        heading=part_words()[step.part],
        action=_action(opened, step),
        form=form,
        grounds=grounds(),
        openings=show_openings(opened, step.part),
        identity=revealed.identity,
        answers_apart=revealed.answers,
        person=revealed.person,
        was_opened=revealed != _NOTHING,
        person_form=None if opened.has_reporter else writes,
        done=request.args.get("done", "") if request.method == "GET" else "",
        problems=[] if form.errors or writes.errors else problems,
    )
    return Response(page, status=refusal.status if refusal else 200)


def _action(opened: OpenedCase, step: _Step) -> str:
    case_id = opened.case.id.hex()
    if step.letter_id:
        return url_for(step.endpoint, case_id=case_id, referral_id=step.letter_id)
    return url_for(step.endpoint, case_id=case_id)

"""Masked copies of a case: chosen, masked, looked at, and filed as they leave the house."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField, StringField
from wtforms.validators import Length

from whistle.casework import masking as work
from whistle.casework import rights
from whistle.casework.acts import Done
from whistle.casework.cases import OpenedCase
from whistle.casework.masking import Draft, Wanted
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
from whistle.casework.views.masking_shown import (
    Marks,
    grounds,
    law_words,
    left_out_words,
    paper_of,
    show_sources,
    show_text,
)
from whistle.casework.views.masking_shown import ground_words as mask_words
from whistle.casework.views.referrals_letters import reference_of
from whistle.casework.views.shown import case_title
from whistle.domain.filed import AccessLaw
from whistle.domain.logged import Logged
from whistle.domain.masking import SECTIONS, MaskedCopy, MaskGround, Term, Ticked
from whistle.letters.masked import masked_docx
from whistle.letters.papers import CaseFile
from whistle.letters.pdf import PaperError, case_file
from whistle.signed_in import MemberForm, members_only
from whistle.storage.tables import ID_BYTES
from whistle.uploads import Refusal
from whistle.web import attachment_response, current_language

FILE = "file"
MOST_ROWS = 12
MOST_TERMS = 60  # names and words in all rows together
LONGEST_TERM = 200
MAKERS: Mapping[str, Callable[[CaseFile], bytes]] = {"pdf": case_file, "docx": masked_docx}
_REFUSED = 422
_MOST_DIGITS = 6


class MaskForm(MemberForm):
    """A copy to make. ``seen``: the digest of the copy that the page showed."""

    form_id = HiddenField()
    seen = HiddenField()
    request = HiddenField()
    asked_by = StringField(
        validators=[Length(max=200, message=_l("This is longer than 200 characters."))]
    )
    law = StringField()


@dataclass(frozen=True, slots=True, repr=False)
class TermRow:
    """A row of names and words, one on a line, and their ground. ``problem``: what it lacks."""

    number: int
    words: str = ""
    ground: str = ""
    problem: str = ""

    @property
    def terms(self) -> Sequence[str]:
        """The names and words."""
        return [one.strip() for one in self.words.splitlines() if one.strip()]


@dataclass(frozen=True, slots=True, repr=False)
class _Sent:
    """What a form says of a copy. ``problems``: what it lacks besides what stands at its rows."""

    wanted: Wanted
    rows: Sequence[TermRow]
    marks: Marks
    problems: Sequence[str] = ()

    @property
    def is_right(self) -> bool:
        """Whether nothing is missing."""
        return not self.problems and not any(row.problem for row in self.rows)


@blueprint.get("/case/<case_id>/masking")
@members_only
def masked_copies(case_id: str) -> str:
    """The masked copies of a case."""
    opened = found(lambda: rights.look(service(), read_id(case_id)))
    names = service().names()
    copies = [
        (kept.filed_id.hex(), names.get(kept.newest.author, "?"), copy, sum(copy.masks.values()))
        for kept, copy in reversed(opened.notebook.of_kind(MaskedCopy))
    ]
    return render_template(
        "casework/masking.html", **_head(opened), copies=copies, laws=law_words()
    )


@blueprint.route("/case/<case_id>/masking/new", methods=["GET", "POST"])
@members_only
def mask(case_id: str) -> BaseResponse:
    """Choose what goes into a copy and what is masked, look at it, and file it."""
    if request.method != "POST":
        return _begin(case_id)
    form = MaskForm()
    refusal, sent = wrong(form), _read(form)
    made = found(lambda: work.draft(service(), read_id(case_id), sent.wanted))
    if refusal or not sent.is_right or request.form.get("step") != FILE:
        problem = refusal or (None if sent.is_right else Refusal("", _REFUSED))
        return _form_page(form, sent, made, problem)
    refusal = _not_ready(form, made)
    if refusal:
        return _form_page(form, sent, made, refusal)
    form_id = (form.form_id.data or "").encode()
    done = try_to(lambda: work.file_copy(service(), made.opened, form_id, made.copy))
    if done in {Done.YES, Done.ALREADY}:
        return redirect(url_for("casework.masked_copies", case_id=case_id, done="filed"), 303)
    return _form_page(form, sent, made, not_stored() if done is None else _gone(form))


@blueprint.get("/case/<case_id>/masking/<filed_id>")
@members_only
def masked_copy(case_id: str, filed_id: str) -> str:
    """A masked copy as it left the house."""
    opened, _kept, copy = found(
        lambda: work.open_copy(service(), read_id(case_id), read_id(filed_id))
    )
    words, language = mask_words(), current_language()
    return render_template(
        "casework/masked_copy.html",
        **_head(opened),
        filed_id=filed_id,
        copy=copy,
        law=law_words().get(copy.law, ""),
        masks=[
            (number, SECTIONS[ground], words[ground], count)
            for number, (ground, count) in enumerate(copy.masks.items(), start=1)
        ],
        texts=[show_text(copy, one) for one in copy.texts],
        left_out=[left_out_words(one, language) for one in copy.left_out],
    )


@blueprint.get("/case/<case_id>/masking/<filed_id>/<kind>")
@members_only
def masked_paper(case_id: str, filed_id: str, kind: str) -> BaseResponse:
    """A masked copy as PDF or Word, under a name that tells nothing."""
    make = MAKERS.get(kind) or abort(404)
    ids = read_id(case_id), read_id(filed_id)
    opened, _kept, copy = found(lambda: work.open_copy(service(), *ids, Logged.LETTER_MADE))
    try:
        made = make(paper_of(opened, copy))
    except PaperError:
        abort(503)
    return attachment_response(f"{reference_of(opened.case)}.{kind}", len(made), iter([made]))


def _begin(case_id: str) -> BaseResponse:
    """Show the form with what a request for access says, and what is not exempt chosen."""
    opened = found(lambda: rights.look(service(), read_id(case_id)))
    asked = _request_id(request.args.get("request", ""))
    told = work.request_of(opened, asked)
    form = MaskForm(formdata=None, form_id=fresh_form_id(), request=asked.hex() if told else "")
    form.asked_by.data, form.law.data = (told.asked_by, told.law.value) if told else ("", "")
    sources = work.sources_of(service(), opened)
    files = {one.id for one in sources if one.file}  # none is read before somebody asks for it
    chosen = work.proposed(opened, sources, form.law.data) - files
    sent = _Sent(Wanted(law=form.law.data, chosen=chosen), [TermRow(0)], Marks((), {}))
    made = found(lambda: work.draft(service(), read_id(case_id), sent.wanted))
    return _form_page(form, sent, made)


def _read(form: MaskForm) -> _Sent:
    """Read what was sent, and say what it lacks."""
    problems = []
    law = form.law.data if form.law.data in set(AccessLaw) else ""
    if not (form.asked_by.data or "").strip():
        form.asked_by.errors = [*form.asked_by.errors, _("Write for whom the copy is.")]
    rows = [row for number in range(MOST_ROWS) if (row := _row(number)).words or row.ground]
    marks = Marks(request.form.getlist("tick"), _tick_grounds())
    ticked = [one for value in marks.ticks if (one := _ticked(value, marks.grounds))]
    if len(ticked) < len(marks.ticks):
        problems.append(_("Choose the ground for the sentences that you ticked."))
    terms = [
        Term(words, MaskGround(row.ground))
        for row in rows
        if not row.problem
        for words in row.terms
    ]
    if len(terms) > MOST_TERMS:
        problems.append(
            _("At most %(number)s names and words can be masked in one copy.", number=MOST_TERMS)
        )
    wanted = Wanted(
        " ".join((form.asked_by.data or "").split()),
        law or "",
        _request_id(form.request.data or ""),
        frozenset(request.form.getlist("chosen")),
        terms[:MOST_TERMS],
        ticked,
    )
    problems += [str(one) for one in form.asked_by.errors]
    return _Sent(wanted, rows, marks, problems)


def _row(number: int) -> TermRow:
    words = request.form.get(f"words-{number}", "").replace("\r\n", "\n").strip()
    ground = request.form.get(f"ground-{number}", "")
    known = ground in set(MaskGround)
    row = TermRow(number, words, ground if known and words else "")
    if words and not known:
        return replace(row, problem=_("Choose why these are masked."))
    if any(len(one) > LONGEST_TERM for one in row.terms):
        problem = _("A line is longer than %(number)s characters.", number=LONGEST_TERM)
        return replace(row, problem=problem)
    return row


def _tick_grounds() -> Mapping[str, str]:
    """Give the ground of ticked sentences by their source; what is none is left out."""
    told = {name[4:]: value for name, value in request.form.items() if name.startswith("why-")}
    return {source: ground for source, ground in told.items() if ground in set(MaskGround)}


def _ticked(value: str, grounds_of: Mapping[str, str]) -> Ticked | None:
    source, _dot, number = value.rpartition(".")
    if source not in grounds_of or not (
        number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS
    ):
        return None
    return Ticked(source, int(number), MaskGround(grounds_of[source]))


def _request_id(text: str) -> bytes:
    try:
        value = bytes.fromhex(text)
    except ValueError:
        return b""
    return value if len(value) == ID_BYTES else b""


def _not_ready(form: MaskForm, made: Draft) -> Refusal | None:
    """Say why a copy is not filed: it is empty, or is not the one that was looked at."""
    if not made.copy.texts:
        return Refusal(_("Choose something that goes into the copy."), _REFUSED)
    if form.seen.data != made.digest:
        text = _("The copy is not the one that you looked at. Look at it below, and file it then.")
        return Refusal(text, CONFLICT)
    return None


def _gone(form: MaskForm) -> Refusal:
    form.form_id.data = fresh_form_id()
    return Refusal(
        _("It has been deleted meanwhile. File it once more to have it again."), CONFLICT
    )


def _head(opened: OpenedCase) -> Mapping[str, str]:
    title = case_title(opened.inbox.inbox, opened.case, opened.registration.title)
    return {"case_id": opened.case.id.hex(), "case_title": title}


def _form_page(
    form: MaskForm, sent: _Sent, made: Draft, refusal: Refusal | None = None
) -> BaseResponse:
    form.seen.raw_data, form.seen.data = None, made.digest
    renew(form)
    rows = [TermRow(at, one.words, one.ground, one.problem) for at, one in enumerate(sent.rows)]
    if len(rows) < MOST_ROWS:
        rows.append(TermRow(len(rows)))
    problems = [refusal.problem] if refusal and refusal.problem else []
    copy, words = made.copy, mask_words()
    page = render_template(
        "casework/mask.html",
        **_head(made.opened),
        form=form,
        rows=rows,
        grounds=grounds(),
        laws=[{"value": law, "label": label} for law, label in law_words().items()],
        sources=show_sources(made, sent.wanted.chosen, sent.marks),
        masks=[
            (number, SECTIONS[ground], words[ground], count)
            for number, (ground, count) in enumerate(copy.masks.items(), start=1)
        ],
        left_out=[left_out_words(one, current_language()) for one in copy.left_out],
        is_looked_at=request.method == "POST" and sent.is_right and bool(copy.texts),
        problems=[*problems, *(one for one in sent.problems if one not in form.asked_by.errors)],
    )
    return Response(page, status=refusal.status if refusal else 200)

"""Searching: the words come by POST, so that no address, and no log of addresses, ever holds them.

So do pages further on: each is found by the cases that the pages before it ended with.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import Length

from whistle.casework.search import PAGE_SIZE, Asked, Found, FoundCase
from whistle.casework.search import search as look_for
from whistle.casework.views.blueprint import blueprint, renew, service, wrong
from whistle.casework.views.identity import grounds
from whistle.casework.views.inboxes_shown import ShownCase, show_line
from whistle.casework.views.search_filters import (
    FilterFields,
    Option,
    filter_options,
    read_filters,
)
from whistle.casework.views.shown import door_title
from whistle.domain.channel import Channel
from whistle.domain.identity import OpeningGround
from whistle.domain.words import MOST_CHARACTERS, Piece, Words, line_around, read_words
from whistle.keys.texts import Text, Where
from whistle.signed_in import MemberForm, members_only
from whistle.storage.case_lists import After, CaseState
from whistle.storage.tables import ID_BYTES
from whistle.web import this_installation

MOST_LINES = 3  # shown of one case
MOST_PAGES = 200
_LAST = "-"  # where the last page ends


class SearchForm(MemberForm, FilterFields):
    """What is looked for. ``ends``: where the pages up to this one ended."""

    words = StringField(
        validators=[
            Length(
                max=MOST_CHARACTERS,
                message=_l("This is longer than 200 characters. Look for fewer words."),
            )
        ]
    )
    names = BooleanField(_l("Also in names and contact details"))
    ground = StringField()
    door = StringField()
    state = StringField()
    ends = HiddenField()
    further = BooleanField()
    back = BooleanField()


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A line in which the words stand; none where another step is needed to see it."""

    where: str
    day: date | None
    line: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class ShownFound:
    """A case that was found. ``more``: how many other texts of it the words stand in."""

    case: ShownCase
    hits: Sequence[ShownHit]
    more: int


@blueprint.route("/search", methods=["GET", "POST"])
@members_only
def search() -> Response | str:
    """The form, for which nothing is opened; by POST with what was found."""
    if request.method == "GET":
        return _page(SearchForm(formdata=None), [])
    form = SearchForm()
    words = read_words(form.words.data or "")
    refusal = wrong(form)
    if form.names.data and form.ground.data not in set(OpeningGround):
        form.ground.errors = [_("Choose why you look in names and contact details.")]
    if refusal is None and not words.needles:
        form.words.errors = [_("Write a word to look for.")]
    if refusal or form.errors:
        renew(form)
        return Response(_page(form, [refusal.problem] if refusal else []), status=422)
    ends = _ends(form)
    found = look_for(service(), _asked(form, words, ends))
    form.ends.data = ",".join(map(_write_end, [*ends, found.next]))
    return _page(form, [], found, words, page=len(ends) + 1)


def _page(
    form: SearchForm,
    problems: Sequence[str],
    found: Found | None = None,
    words: Words | None = None,
    page: int = 1,
) -> str:
    return render_template(
        "casework/search.html",
        form=form,
        problems=[] if form.errors else problems,
        found=found,
        shown=[_show(one, words) for one in found.cases] if found and words else [],
        page=page,
        is_full=bool(found and len(found.cases) == PAGE_SIZE),
        grounds=grounds(),
        doors=_doors(),
        states=_states(),
        **filter_options(),
    )


def _asked(form: SearchForm, words: Words, ends: Sequence[After]) -> Asked:
    door, state = form.door.data or "", form.state.data or ""
    roots = [one.root for one in this_installation().directory.inboxes]
    return Asked(
        words,
        [one.inbox_id for one in roots if door in {"", one.channel}],
        CaseState(state) if state in set(CaseState) else CaseState.ALL,
        read_filters(form),
        names=OpeningGround(form.ground.data or "") if form.names.data else None,
        after=ends[-1] if ends else None,
    )


def _ends(form: SearchForm) -> list[After]:
    """Give where the pages before the wanted one ended; a new search begins at the first."""
    written = [one for one in (form.ends.data or "").split(",") if one][:MOST_PAGES]
    if form.back.data:
        written = written[:-2]
    elif not form.further.data:
        written = []
    ends = [end for end in map(_read_end, written) if end]
    return ends if len(ends) == len(written) else []


def _write_end(end: After | None) -> str:
    return f"{end[0].isoformat()}.{end[1].hex()}" if end else _LAST


def _read_end(written: str) -> After | None:
    day, _dot, case_id = written.partition(".")
    try:
        end = date.fromisoformat(day), bytes.fromhex(case_id)
    except ValueError:
        return None
    return end if len(end[1]) == ID_BYTES else None


def _show(found: FoundCase, words: Words) -> ShownFound:
    apart = [text for text in found.texts if text.where is Where.IDENTITY]
    told = [text for text in found.texts if text.where is not Where.IDENTITY]
    hits = [_show_hit(text, words) for text in told[:MOST_LINES]]
    if apart:  # who the reporter is takes a step of its own, which is logged with the case
        hits.append(ShownHit(_where(Where.IDENTITY), None, ()))
    return ShownFound(show_line(found.case), hits, len(told) - len(told[:MOST_LINES]))


def _show_hit(text: Text, words: Words) -> ShownHit:
    return ShownHit(_where(text.where), text.day, line_around(text.text, words))


def _where(where: Where) -> str:
    return {
        Where.TITLE: _("Title"),
        Where.REGISTRATION: _("Registration"),
        Where.REPORTER: _("The reporter wrote"),
        Where.CASEWORK: _("We wrote"),
        Where.FILE: _("File name"),
        Where.NOTE: _("Note"),
        Where.RECUSAL: _("Disqualification"),
        Where.REFERRAL: _("Letter to a centre"),
        Where.DOCUMENT: _("Document"),
        Where.TASK: _("Task"),
        Where.CONSENT: _("Consent"),
        Where.DISCLOSURE: _("Disclosure"),
        Where.ACCESS: _("Request for access"),
        Where.COMPETENCE: _("Question of competence"),
        Where.MEDIATION: _("Mediation"),
        Where.MEETING: _("Meeting"),
        Where.IMPROVEMENT: _("Proposal for improvement"),
        Where.WISH: _("Wish"),
        Where.SUPPORT: _("Support"),
        Where.RISK: _("Risk"),
        Where.OPENING: _("Why it was opened who it is"),
        Where.MASKED: _("Masked copy"),
        Where.IDENTITY: _("Name and contact details"),
    }[where]


def _doors() -> list[Option]:
    """Give the doors this member has an inbox of."""
    inboxes = [one.inbox for one in service().inboxes_opened()]
    titles = {one.root.channel: door_title(one) for one in inboxes}
    return [Option(channel.value, titles[channel]) for channel in Channel if channel in titles]


def _states() -> list[Option]:
    return [
        Option(CaseState.OPEN, _("Open")),
        Option(CaseState.CLOSED, _("Closed")),
        Option(CaseState.NEW, _("New")),
        Option(CaseState.OVERDUE, _("Deadline passed")),
    ]

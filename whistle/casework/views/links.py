"""Links between cases, and declining to look into something again."""

from dataclasses import dataclass
from datetime import date

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from whistle.casework.acts import reopen
from whistle.casework.cases import OpenedCase
from whistle.casework.done import Done
from whistle.casework.forms import LONGEST_REASON
from whistle.casework.linking import MOST_LINKS, decline, link, received_on, unlink
from whistle.casework.listing import Wanted, list_cases
from whistle.casework.service import CaseworkService
from whistle.casework.views.blueprint import (
    CONFLICT,
    act,
    blueprint,
    check,
    not_stored,
    opened_case,
    read_id,
    renew,
    service,
    try_to,
    wrong,
)
from whistle.casework.views.registration_shown import Option
from whistle.casework.views.shown import case_title
from whistle.domain.registration import LinkKind, Rule
from whistle.fields import unix_lines
from whistle.signed_in import MemberForm, members_only
from whistle.storage.tables import ID_BYTES
from whistle.uploads import Refusal
from whistle.web import long_date

MOST_OFFERED = 50


class LinkForm(MemberForm):
    """Which case, and how it belongs to this one. ``reopen``: open that one again."""

    other = StringField()  # an id, 32 hexadecimal digits
    kind = StringField()
    reopen = BooleanField()


class DeclineForm(MemberForm):
    """Why something is not looked into again. ``was``: the reason that was on the page."""

    was = HiddenField(filters=[unix_lines])
    reason = TextAreaField(
        filters=[unix_lines],
        validators=[
            Length(
                max=LONGEST_REASON,
                message=_l("A reason can have at most 1,000 characters. Write the rest in a note."),
            )
        ],
    )


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A linked case; ``received`` none: this member's keys do not open it."""

    id: str
    kind: str
    received: date | None


@dataclass(frozen=True, slots=True)
class LinksBox:
    """The links of a case. ``declined``: why somebody who came back was declined."""

    links: tuple[ShownLink, ...]
    url: str
    declined: str


def kind_title(kind: LinkKind) -> str:
    """Say how two cases belong together."""
    return {
        LinkKind.RENEWED: _("The same enquirer has come back"),
        LinkKind.RELATED: _("About the same"),
    }[kind]


def show_links(work: CaseworkService, opened: OpenedCase) -> LinksBox:
    """Show the links of a case, for its page."""
    came = received_on(work, opened)
    links = tuple(
        ShownLink(one.case.hex(), kind_title(one.kind), came.get(one.case))
        for one in opened.registration.links
    )
    declined = opened.registration.enquiry.reason_for(Rule.DECLINED)
    url = url_for("casework.links", case_id=opened.case.id.hex())
    return LinksBox(links, url, declined.reason if declined else "")


@blueprint.get("/case/<case_id>/link")
@members_only
def links(case_id: str) -> BaseResponse:
    """The cases that are linked to this one, and a form to link another."""
    form = LinkForm(formdata=None, kind=LinkKind.RENEWED, other=request.args.get("other", ""))
    return _page(opened_case(case_id), form, DeclineForm(formdata=None))


@blueprint.post("/case/<case_id>/link")
@members_only
def link_case(case_id: str) -> BaseResponse:
    """Link two cases, both ways."""
    form, key = LinkForm(), read_id(case_id)
    refusal = wrong(form)
    other = _id_of(form.other.data or "")
    kind = next((one for one in LinkKind if one == form.kind.data), None)
    if refusal is None and kind is None:
        refusal = Refusal(_("Choose how the two cases belong together."), 422)
    if refusal is None and other in {b"", key}:
        refusal = Refusal(_("Choose another case to link."), 422)
    if refusal is None and kind is not None:
        chosen = kind
        done = try_to(lambda: _known(link(service(), key, other, chosen)))
        refusal = _link_refusal(done)
        if done is Done.YES and form.reopen.data:  # a form that is sent again does it once
            act(lambda: reopen(service(), other))
    if refusal is None:
        return redirect(url_for("casework.links", case_id=case_id, done="linked"), 303)
    return _page(opened_case(case_id), form, DeclineForm(formdata=None), refusal)


@blueprint.post("/case/<case_id>/unlink")
@members_only
def unlink_case(case_id: str) -> BaseResponse:
    """Take a link away, both ways."""
    check(MemberForm())
    other = read_id(request.form.get("other", ""))
    act(lambda: unlink(service(), read_id(case_id), other))
    return redirect(url_for("casework.links", case_id=case_id, done="unlinked"), 303)


@blueprint.post("/case/<case_id>/decline")
@members_only
def decline_case(case_id: str) -> BaseResponse:
    """Say why what somebody came back with is not looked into."""
    form, key = DeclineForm(), read_id(case_id)
    refusal, reason = wrong(form), (form.reason.data or "").strip()
    if refusal is None and not reason:
        refusal = Refusal(_("Say why. The reason can be asked for one day."), 422)
    if refusal is None:
        done = try_to(lambda: decline(service(), key, reason, form.was.data or ""))
        refusal = _decline_refusal(done)
    if refusal is None:
        return redirect(url_for("casework.links", case_id=case_id, done="declined"), 303)
    empty = LinkForm(formdata=None, kind=LinkKind.RENEWED)
    return _page(opened_case(case_id), empty, form, refusal)


def _id_of(text: str) -> bytes:
    """Read the id of a case; what is none is none."""
    try:
        value = bytes.fromhex(text.strip())
    except ValueError:
        return b""
    return value if len(value) == ID_BYTES else b""


def _known(done: Done) -> Done:
    """Say of a case that is not there what is said of one that cannot be linked."""
    return Done.INCOMPLETE if done is Done.CLOSED_TO_YOU else done


def _link_refusal(done: Done | None) -> Refusal | None:
    if done is None:
        return not_stored()
    if done is not Done.INCOMPLETE:
        return None
    problem = _(
        "These two cannot be linked. Both have to lie in the same inbox, and a case has at most "
        "%(most)s links.",
        most=MOST_LINKS,
    )
    return Refusal(problem, 422)


def _decline_refusal(done: Done | None) -> Refusal | None:
    if done is None:
        return not_stored()
    if done is not Done.CHANGED:
        return None
    problem = _(
        "Somebody wrote another reason meanwhile. It is shown below, and so is yours: save again "
        "to put yours in its place."
    )
    return Refusal(problem, CONFLICT)


def _page(
    opened: OpenedCase, form: LinkForm, declining: DeclineForm, refusal: Refusal | None = None
) -> BaseResponse:
    for one in (form, declining):
        renew(one)
    box = show_links(service(), opened)
    if declining.was.raw_data is None or (refusal and refusal.status == CONFLICT):
        declining.was.data = box.declined
    done = request.args.get("done", "") if request.method == "GET" else ""
    shown = form.errors or declining.errors
    page = render_template(
        "casework/links.html",
        case_id=opened.case.id.hex(),
        title=case_title(opened.inbox.inbox, opened.case, opened.registration.title),
        box=box,
        offered=_offered(opened),
        kinds=[Option(one, kind_title(one)) for one in LinkKind],
        form=form,
        decline_form=declining,
        done=done,
        problems=[refusal.problem] if refusal and not shown else [],
        refused=declining if declining.errors else form,
    )
    return Response(page, status=refusal.status if refusal else 200)


def _offered(opened: OpenedCase) -> list[Option]:
    """Give the cases of the same inbox to choose from, the newest first."""
    wanted = Wanted(inbox_ids=(opened.inbox.inbox.inbox_id,), page_size=MOST_OFFERED)
    cases = [one for one in list_cases(service(), wanted).cases if one.case.id != opened.case.id]
    cases.sort(key=lambda one: one.case.received, reverse=True)
    return [
        Option(
            one.case.id.hex(),
            f"{long_date(one.case.received)}: {case_title(one.inbox, one.case, one.title)}",
        )
        for one in cases
    ]

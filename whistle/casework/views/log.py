"""The log: all of it, all about one case, and what of it the person concerned is given."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from whistle.casework.log import (
    CaseLog,
    LogPage,
    Wanted,
    export_log,
    hand_out,
    prove_case_log,
    read_case_log,
    read_log,
)
from whistle.casework.views.blueprint import blueprint, check, found, read_id, service
from whistle.casework.views.log_shown import show_log
from whistle.casework.views.log_words import GROUPS
from whistle.casework.views.shown import case_title, door_title
from whistle.domain.logged import Actor, Logged
from whistle.domain.profile import LANGUAGES
from whistle.signed_in import MemberForm, members_only
from whistle.storage.tables import ID_BYTES
from whistle.templating import in_language
from whistle.web import LANGUAGE_NAMES, current_language, speaking

ON_A_PAGE = 100  # entries of one case
_LONGEST_NUMBER = 18  # digits
_UNREADABLE = 422
_OTHERS = {"server": Actor.COMMAND, "housekeeping": Actor.HOUSEKEEPING}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, and what is wrong with it."""

    wanted: Wanted
    problems: tuple[str, ...]
    day: str
    who: str
    act: str

    def url(self, before: int | None = None) -> str:
        """Give the address of the same list, from a number on."""
        return url_for(
            "casework.log",
            day=self.day or None,
            who=self.who or None,
            act=self.act or None,
            before=before,
        )


@blueprint.get("/log")
@members_only
def log() -> BaseResponse:
    """What was done, the newest first; details of this member's own inboxes."""
    asked, work = _asked(), service()
    names = work.names()
    read = LogPage((), None, {}) if asked.problems else read_log(work, asked.wanted)
    page = render_template(
        "casework/log.html",
        asked=asked,
        days=show_log(read.entries, names, read.cases),
        members=sorted(names.items(), key=lambda one: one[1].casefold()),
        groups=GROUPS,
        older=asked.url(read.older) if read.older is not None else None,
        newest=asked.url() if asked.wanted.before is not None else None,
        is_filtered=bool(asked.day or asked.who or asked.act),
    )
    return Response(page, status=_UNREADABLE if asked.problems else 200)


@blueprint.get("/case/<case_id>/log")
@members_only
def case_log(case_id: str) -> BaseResponse:
    """Everything that was done to one case since it came to its inbox."""
    work = service()
    read = found(lambda: read_case_log(work, read_id(case_id)))
    pages = max(1, -(-len(read.entries) // ON_A_PAGE))
    number = min(max(_number(request.args.get("page", "")) or 1, 1), pages)
    newest_first = read.entries[::-1]
    shown = newest_first[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
    page = render_template(
        "casework/log_case.html",
        case_id=read.opened.case.id.hex(),
        title=_title(read),
        days=show_log(shown, work.names()),
        total=len(read.entries),
        damaged=read.damaged,
        page=number,
        pages=pages,
    )
    return Response(page)


@blueprint.get("/case/<case_id>/log/page")
@members_only
def log_page(case_id: str) -> BaseResponse:
    """What the person concerned can be given: when their report was opened, and by which role."""
    handed = found(lambda: hand_out(service(), read_id(case_id)))
    asked = request.args.get("lang", "")
    language = asked if asked in LANGUAGES else current_language()
    with speaking(language):
        page = render_template(
            in_language("casework/log_page.html", language),
            case_id=handed.opened.case.id.hex(),
            received=handed.opened.case.received,
            door=door_title(handed.opened.inbox.inbox),
            days=show_log(handed.entries, {}),
            proved=handed.proved,
            unproved=len(handed.entries) - handed.proved,
            languages=[
                (code, LANGUAGE_NAMES[code], code == language) for code in sorted(LANGUAGES)
            ],
        )
    return Response(page)


@blueprint.get("/case/<case_id>/log/proof")
@members_only
def log_proof(case_id: str) -> BaseResponse:
    """Give what proves that page to a sceptic: its entries with their proofs, as JSON Lines."""
    proof = found(lambda: prove_case_log(service(), read_id(case_id)))
    if not proof:  # the page says when there will be one
        return redirect(url_for("casework.log_page", case_id=case_id), 303)
    return _saved(b"".join(proof), "log-proof.jsonl")


@blueprint.post("/log/export")
@members_only
def export() -> BaseResponse:
    """Give a copy of the log, sealed as it is, for whoever checks it."""
    check(MemberForm())
    return _saved(export_log(service()), "log.jsonl")


def _asked() -> Asked:
    """Read the address; what cannot be read is told, not left out."""
    day, who, act = (request.args.get(name, "").strip() for name in ("day", "who", "act"))
    before, problems = request.args.get("before", ""), []
    wanted_day, wanted_who = _day(day), _who(who)
    if day and wanted_day is None:
        problems.append(_("There is no such day. Write it as 2026-11-22."))
    if who and wanted_who is None:
        problems.append(_("There is no such member. Choose one from the list."))
    if act and act not in set(Logged):
        problems.append(_("There is no such act. Choose one from the list."))
    if before and _number(before) is None:
        problems.append(_("There is no such page. Start from the newest entries."))
    wanted = Wanted(
        wanted_day, wanted_who, Logged(act) if act in set(Logged) else None, _number(before)
    )
    return Asked(wanted, tuple(problems), day, who, act)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date(1970, 1, 2) < day < date(9999, 1, 1) else None


def _who(text: str) -> bytes | Actor | None:
    if text in _OTHERS:
        return _OTHERS[text]
    try:
        member_id = bytes.fromhex(text)
    except ValueError:
        return None
    return member_id if len(member_id) == ID_BYTES else None


def _number(text: str) -> int | None:
    """Read a number of an address; none for what is none."""
    is_one = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return int(text) if is_one else None


def _title(read: CaseLog) -> str:
    opened = read.opened
    return case_title(opened.inbox.inbox, opened.case, opened.registration.title)


def _saved(content: bytes | Iterator[bytes], name: str) -> Response:
    response = Response(content, mimetype="application/jsonl")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response

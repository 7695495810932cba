"""The register of requests for access: what is asked, by when it is answered, what is late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from whistle.casework.access_register import Asked, Register, access_register
from whistle.casework.exchange.writing import as_csv, as_xlsx
from whistle.casework.views.blueprint import blueprint, check, service
from whistle.casework.views.referrals_letters import reference_of
from whistle.casework.views.rights_shown import law_words, result_words
from whistle.casework.views.shown import case_title, inbox_title
from whistle.domain.access import told_in_time
from whistle.signed_in import MemberForm, members_only, proof_needed
from whistle.web import ATTACHMENT_POLICY, this_installation

COLUMNS = (
    *("reference", "inbox", "law", "received", "answer_by", "put_off_because", "told"),
    *("answered", "result", "late", "asked_by", "what"),
)


@dataclass(frozen=True, slots=True, repr=False)
class ShownRequest:
    """A request as the register shows it. ``days``: until its last day, or since."""

    case_title: str
    inbox_title: str
    law: str
    asked_by: str
    received: date
    by: date
    answered: date | None
    result: str
    is_put_off: bool
    was_told_late: bool
    is_late: bool
    days: int
    url: str
    mask_url: str


@blueprint.get("/access")
@members_only
def access_requests() -> str:
    """Every request that waits, what is late first; with ``answered`` those that were, too."""
    answered = request.args.get("answered") == "1"
    register = access_register(service(), answered=answered)
    shown, today = _shown(register), this_installation().clock.today()
    waiting = [one for one in shown if one.answered is None]
    return render_template(
        "casework/access.html",
        late=[one for one in waiting if one.is_late],
        coming=[one for one in waiting if not one.is_late],
        done=[one for one in reversed(shown) if one.answered],
        answered=answered,
        damaged=register.damaged,
        today=today,
    )


@blueprint.route("/access/export", methods=["GET", "POST"])
@members_only
@proof_needed
def export_access() -> BaseResponse:
    """The whole register as CSV or as a workbook."""
    if request.method != "POST":
        return Response(render_template("casework/access_export.html"))
    check(MemberForm())
    kind = "xlsx" if request.form.get("format") == "xlsx" else "csv"
    register = access_register(service(), answered=True, exported=kind)
    rows = [_row(one) for one in register.asked]
    content = as_xlsx(rows, COLUMNS, "access") if kind == "xlsx" else as_csv(rows, COLUMNS)
    today = this_installation().clock.today().isoformat()
    response = Response(content, mimetype="application/octet-stream")
    name = f"access-{today}.{kind}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Content-Security-Policy"] = ATTACHMENT_POLICY
    return response


def _shown(register: Register) -> Sequence[ShownRequest]:
    today, laws, results = this_installation().clock.today(), law_words(), result_words()
    return [_show(one, today, laws[one.request.law], results) for one in register.asked]


def _show(one: Asked, today: date, law: str, results: Mapping[str, str]) -> ShownRequest:
    asked, case_id = one.request, one.case.id.hex()
    told_late = asked.told is not None and not told_in_time(asked.law, asked.received, asked.told)
    return ShownRequest(
        case_title(one.inbox, one.case, one.title),
        inbox_title(one.inbox),
        law,
        asked.asked_by,
        asked.received,
        asked.by,
        asked.answered,
        results.get(asked.result, asked.result),
        bool(asked.extended),
        told_late,
        one.is_late(today),
        abs((asked.by - today).days),
        url_for("casework.right", case_id=case_id, filed_id=one.filed_id.hex()),
        url_for("casework.mask", case_id=case_id, request=one.filed_id.hex()),
    )


def _row(one: Asked) -> dict[str, str]:
    asked, today = one.request, this_installation().clock.today()
    days = {"received": asked.received, "answer_by": asked.by, "told": asked.told}
    days["answered"] = asked.answered
    return {
        **{name: day.isoformat() if day else "" for name, day in days.items()},
        "reference": reference_of(one.case),
        "inbox": inbox_title(one.inbox),
        "law": asked.law.value,
        "put_off_because": asked.extended,
        "result": asked.result,
        "late": "yes" if one.is_late(today) else "no",
        "asked_by": asked.asked_by,
        "what": asked.what,
    }

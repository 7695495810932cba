"""The register of requests for access: over all cases, what is late first, as files as well."""

import csv
from datetime import date
from io import StringIO
from typing import Any

import pytest

from tests.casework.journal import Journal
from tests.casework.test_recusal import declare
from tests.support.office import Desk, Office, hidden_fields
from whistle.casework.access_register import access_register
from whistle.casework.acts import Done
from whistle.casework.dates import DueInCase, list_dates
from whistle.casework.exchange.xlsx import read
from whistle.casework.filing import Filing, Place, file_new, strike
from whistle.domain.access import answer_by
from whistle.domain.filed import AccessLaw, AccessRequest
from whistle.domain.logged import Logged
from whistle.domain.registration import DueKind

TODAY = date(2026, 11, 20)


def asked(
    office: Office,
    who: str,
    received: date,
    law: AccessLaw = AccessLaw.OPENNESS,
    answered: date | None = None,
    **where: Any,
) -> tuple[bytes, bytes]:
    """File a request on a case of its own; give both ids."""
    member = office.reserve if where else office.adviser
    case_id = office.case_of(office.reporter().report("En sag.", **where))
    work = office.work_of(member)
    result = "granted" if answered else ""
    request = AccessRequest(
        law, received, answer_by(law, received), who, "Alt", answered=answered, result=result
    )
    file_new(work, case_id, who.encode(), request, Filing(Logged.FILED))
    opened = work.open(case_id)
    assert opened is not None
    return case_id, opened.notebook.of_kind(AccessRequest)[0][0].filed_id


@pytest.fixture
def requests(office: Office) -> dict[str, tuple[bytes, bytes]]:
    """Requests of every kind, one of them in the reserve."""
    return {
        "Sen": asked(office, "Sen", date(2026, 11, 2)),
        "Snart": asked(office, "Snart", date(2026, 11, 18)),
        "Egne": asked(office, "Egne", date(2026, 11, 3), AccessLaw.GDPR),
        "Svaret": asked(office, "Svaret", date(2026, 11, 9), answered=date(2026, 11, 12)),
        "Hos suppleanten": asked(office, "Hos", date(2026, 11, 2), concerns_adviser="y"),
    }


def names(office: Office, *, answered: bool = False) -> list[str]:
    register = access_register(office.work_of(office.adviser), answered=answered)
    assert register.damaged == 0
    return [one.request.asked_by for one in register.asked]


def test_what_is_late_comes_first_and_what_was_answered_last(
    office: Office, requests: dict[str, tuple[bytes, bytes]]
) -> None:
    assert names(office) == ["Sen", "Snart", "Egne"]
    assert names(office, answered=True) == ["Sen", "Snart", "Egne", "Svaret"]
    register = access_register(office.work_of(office.adviser), answered=True)
    assert [one.is_late(TODAY) for one in register.asked] == [True, False, False, False]
    assert [one.request.by for one in register.asked[:3]] == [
        date(2026, 11, 11),
        date(2026, 11, 27),
        date(2026, 12, 3),
    ]
    theirs = access_register(office.work_of(office.reserve), answered=True)
    assert [one.request.asked_by for one in theirs.asked] == ["Hos"], "to each their own inboxes"
    case_id, filed_id = requests["Sen"]
    strike(
        office.work_of(office.adviser), Place(case_id, filed_id, 1), Filing(Logged.FILED_DELETED)
    )
    assert names(office, answered=True) == ["Snart", "Egne", "Svaret"]


def test_a_request_goes_with_its_case_to_the_reserve_before_anybody_opens_it_there(
    office: Office,
) -> None:
    case_id, _ = asked(office, "Karla", date(2026, 11, 2))
    done_id, _ = asked(office, "Svaret", date(2026, 11, 9), answered=date(2026, 11, 12))
    for one in (case_id, done_id):
        assert declare(office, one) is Done.YES
    work = office.work_of(office.reserve)
    waiting, every = (access_register(work, answered=answered) for answered in (False, True))
    assert [one.request.asked_by for one in waiting.asked] == ["Karla"]
    assert [one.request.asked_by for one in every.asked] == ["Karla", "Svaret"]
    due = [one for one in list_dates(work).due if isinstance(one, DueInCase)]
    assert [one.case.id for one in due if one.due.kind is DueKind.ACCESS] == [case_id]
    assert not names(office, answered=True), "and it is with the adviser no more"


def test_the_page_says_what_is_late_and_leads_to_masking(
    office: Office, requests: dict[str, tuple[bytes, bytes]], desk: Desk
) -> None:
    journal = Journal(office)
    page = desk.get("/casework/access").text
    assert 'href="/casework/new"' in page.split("<main", 1)[1]  # for what belongs to no case
    assert {one.act for one in journal.new()} == {Logged.ACCESS_LISTED}
    assert page.index("Sen</td>") < page.index("Snart</td>")
    assert "Svaret</td>" not in page
    assert "Svaret</td>" in desk.get("/casework/access?answered=1").text
    case_id, filed_id = requests["Sen"]
    link = f"/casework/case/{case_id.hex()}/masking/new?request={filed_id.hex()}"
    assert link in page
    form = desk.get(link).text
    assert 'value="Sen"' in form
    assert hidden_fields(form)["request"] == filed_id.hex()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_register_is_taken_out_without_a_formula(office: Office, desk: Desk, kind: str) -> None:
    asked(office, "=1+1", date(2026, 11, 2))
    journal = Journal(office)
    form = hidden_fields(desk.get("/casework/access/export").text)
    answer = desk.post("/casework/access/export", {**form, "format": kind})
    assert answer.headers["Content-Disposition"].endswith(f"access-2026-11-20.{kind}")
    if kind == "csv":
        [head, row] = csv.reader(StringIO(answer.data.decode("utf-8-sig")), delimiter=";")
        who = "'=1+1"
    else:
        (_, head), (_, row) = read(answer.data)
        who = "=1+1"
    told = dict(zip(head, row, strict=True))
    assert (told["asked_by"], told["late"], told["answer_by"]) == (who, "yes", "2026-11-11")
    entries = [one for one in journal.new() if one.act is Logged.ACCESS_LISTED]
    assert {one.about["way"] for one in entries} == {kind}

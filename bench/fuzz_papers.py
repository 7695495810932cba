"""What lies on the cases that the fuzzer plays with: one of each kind that can be filed."""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta

from tests.support.office import Office
from whistle.casework.acts import Done
from whistle.casework.filing import Filing, file_new, filed_id_of
from whistle.casework.learning.book import read_book, write_new
from whistle.casework.proposing import Form, put, text_id_of
from whistle.domain.approval import Put, TextKind
from whistle.domain.book import (
    Activity,
    ActivityKind,
    Change,
    ChangeKind,
    Evaluation,
    NoRecommendations,
    Recommendation,
    Response,
)
from whistle.domain.filed import AccessLaw, AccessRequest, Competence, Consent, Referral, Task
from whistle.domain.logged import Logged
from whistle.domain.report_draft import ReportDraft
from whistle.keys.book import Page
from whistle.keys.filed import Content


def file_papers(office: Office, cases: Sequence[bytes]) -> list[str]:
    """File one of each on every case; give their ids in hexadecimal."""
    work, today = office.work_of(office.adviser), office.clock.today()
    filed = []
    for case_id in cases:
        for content in _papers(today):
            form_id = secrets.token_bytes(16)
            filed.append(filed_id_of(work, form_id, content).hex())
            done = file_new(work, case_id, form_id, content, Filing(Logged.FILED))
            if done is not Done.YES:
                raise AssertionError(f"a {content.kind} was not filed")
    return filed


def keep_book(office: Office) -> list[str]:
    """Write one of each kind in the office's book; give their ids in hexadecimal."""
    work, today = office.work_of(office.adviser), office.clock.today()
    for page in _pages(today):
        if write_new(work, secrets.token_bytes(16), page) is not Done.YES:
            raise AssertionError(f"a {page.kind} was not written")
    return [one.entry_id.hex() for one in read_book(work).entries]


def put_texts(office: Office, cases: Sequence[bytes]) -> list[str]:
    """Put a text before the reporter of every case that is read; give their ids in hexadecimal."""
    work = office.work_of(office.adviser)
    put_ids = []
    for case_id in cases:
        form_id = secrets.token_bytes(16)
        what = Put(text_id_of(work, form_id), TextKind.REPORT)
        opened = work.open(case_id)
        seen = len(opened.messages) if opened else 0
        put(work, case_id, Form(form_id, seen, "Mette"), "Det, du fortalte.", what)
        put_ids.append(what.text.hex())
    return put_ids


def _pages(today: date) -> list[Page]:
    response = Response(today, "Standardbreve læses igennem.")
    return [
        Activity(ActivityKind.TEACHING, today, "Kursus"),
        Change(ChangeKind.GAP, today, "Ingen."),
        Evaluation(today, "Byrådet", "Videreføres"),
        Recommendation("Godt sprog", (today.year,), responses=(response,)),
        NoRecommendations(today.year - 1, "Det første år."),
        ReportDraft(date(today.year, 1, 1), today, conclusion="Der kom {{3.1/total/total}}."),
    ]


def _papers(today: date) -> list[Content]:
    soon = today + timedelta(days=10)
    return [
        Task("Ring til centeret.", by=soon),
        Consent("bl", today),
        Referral("bl", today, soon, subject="En sag", text="Vil I se på den?"),
        AccessRequest(AccessLaw.OPENNESS, today, soon),
        Competence("bl", today, "Er det vores?"),
    ]

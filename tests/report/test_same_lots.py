"""Two reports of the same days count the same inboxes and releases, or one is not published.

Else their difference would tell of people whom nobody let in or out: a release dates them by rows.
"""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.casework.test_rotation import step
from tests.report.test_corrections import _came
from tests.report.test_releasing import FORM, OTHER, YEAR, concerned, let_go
from tests.support.office import Office
from whistle.casework.acts import Done
from whistle.casework.learning.book import write_new
from whistle.casework.reporting import releasing
from whistle.casework.reporting.publishing import propose, publish, published_in, put_out
from whistle.casework.reporting.refusing import NotPublishedError, Why
from whistle.casework.reporting.releasing import Standing, look, take_back
from whistle.casework.service import CaseworkService
from whistle.disclosure import attack
from whistle.domain.channel import Channel, InboxKind
from whistle.domain.counting import Period
from whistle.domain.report_draft import ReportDraft
from whistle.keys.steps import admit
from whistle.report.periods import Step
from whistle.storage import directory

__all__ = ["concerned"]
DRAFT = ReportDraft(YEAR.first, YEAR.last)
THIRD = b"h" * 32
SPRING, AUTUMN = Period(YEAR.first, date(2026, 6, 30)), Period(date(2026, 7, 1), YEAR.last)


def test_beside_a_release_of_the_year_none_of_its_half_is_counted(concerned: Office) -> None:
    work, reserve = concerned.work_of(concerned.adviser), concerned.work_of(concerned.reserve)
    _came(work, 8, "4,4.1,so", "2026-11-03")
    whole = replace(DRAFT, by="year")
    let_go(reserve, FORM, step=Step.YEAR)
    assert publish(work, FORM, whole, "") is Done.YES
    assert _total(work) == 9
    let_go(reserve, OTHER, AUTUMN)
    assert _why(work, ReportDraft(AUTUMN.first, AUTUMN.last)) is Why.OTHER_SOURCES
    assert _why(work, ReportDraft(SPRING.first, SPRING.last)) is Why.OTHER_SOURCES
    before = ReportDraft(date(2025, 1, 1), date(2025, 12, 31))
    assert publish(work, OTHER, before, "") is Done.YES, "no day of it was told of"
    assert publish(work, THIRD, whole, "Et ord er rettet.") is Done.YES, "the same is counted"
    assert _total(work) == 9


def test_other_rows_of_the_same_days_are_not_published_until_they_are_the_same_again(
    concerned: Office,
) -> None:
    work, reserve = concerned.work_of(concerned.adviser), concerned.work_of(concerned.reserve)
    _came(work, 8, "4,4.1,so", "2026-11-03")
    let_go(reserve, FORM, step=Step.QUARTER)
    assert publish(work, FORM, DRAFT, "") is Done.YES
    let_go(reserve, OTHER, step=Step.YEAR)
    assert _why(work, DRAFT) is Why.OTHER_SOURCES
    let_go(reserve, THIRD, step=Step.QUARTER)
    again = propose(work, DRAFT, "Et ord er rettet.")
    assert (again.numbers.came, again.numbers.went) == (0, 0)
    assert put_out(work, OTHER, again, again.seen) is Done.YES
    _came(work, 8, "4,4.1,so", "2026-11-03")
    more = propose(work, DRAFT, "Otte er kommet til.")
    assert (more.numbers.came, more.numbers.went, more.numbers.waiting) == (8, 0, False)
    assert put_out(work, THIRD, more, more.seen) is Done.YES
    assert _total(work) == 8 + 1 + 8
    with concerned.installation.store.read() as db:
        assert attack([one.publication for one in published_in(db)]).safe


def test_what_is_released_after_a_report_never_stands_in_its_notes_without_its_numbers(
    concerned: Office,
) -> None:
    work = concerned.work_of(concerned.adviser)
    _came(work, 8, "4,4.1,so", "2026-11-03")
    assert publish(work, FORM, DRAFT, "") is Done.YES
    let_go(concerned.work_of(concerned.reserve), FORM)
    assert _why(work, DRAFT) is Why.OTHER_SOURCES
    write_new(work, b"d" * 32, DRAFT)
    desk = concerned.desk_of(concerned.adviser)
    found = re.search(r"/casework/report/[0-9a-f]{32}", desk.get("/casework/report").text)
    assert found is not None
    page = desk.get(f"{found[0]}/public")
    assert page.status_code == 422
    assert "counted otherwise" in page.text or "talte anderledes" in page.text


def test_who_is_let_into_the_reserve_corrects_no_report_without_it(concerned: Office) -> None:
    here = concerned.installation
    work = concerned.work_of(concerned.adviser)
    _came(work, 8, "4,4.1,so", "2026-11-03")
    assert publish(work, FORM, DRAFT, "") is Done.YES
    assert not propose(work, DRAFT).numbers.waiting
    inbox = here.directory.inbox(Channel.CITIZEN, InboxKind.RESERVE)
    with here.store.read() as db:
        grants = directory.grants_of(db, concerned.reserve.member_id)
    step(concerned, admit(concerned.reserve, inbox, grants, concerned.adviser.public))
    assert _why(concerned.work_of(concerned.adviser), DRAFT) is Why.OTHER_SOURCES


def test_a_release_that_is_taken_back_meanwhile_is_not_published(concerned: Office) -> None:
    work, reserve = concerned.work_of(concerned.adviser), concerned.work_of(concerned.reserve)
    _came(work, 8, "4,4.1,so", "2026-11-03")
    let_go(reserve, FORM)
    proposed = propose(work, DRAFT)
    looked = look(reserve, None, Step.QUARTER)
    assert looked is not None
    assert take_back(reserve, looked.standing[0].id) is Done.YES
    assert put_out(work, FORM, proposed, proposed.seen) is Done.CHANGED
    anew = propose(work, DRAFT)
    assert put_out(work, FORM, anew, anew.seen) is Done.YES


def test_a_release_that_is_published_meanwhile_is_not_taken_back(
    concerned: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, reserve = concerned.work_of(concerned.adviser), concerned.work_of(concerned.reserve)
    _came(work, 8, "4,4.1,so", "2026-11-03")
    let_go(reserve, FORM)
    looked = look(reserve, None, Step.QUARTER)
    assert looked is not None
    assert publish(work, FORM, DRAFT, "") is Done.YES
    standing = releasing._standing

    def before(*given: Any) -> list[Standing]:
        return [replace(one, published=False) for one in standing(*given)]

    with monkeypatch.context() as patch:
        patch.setattr(releasing, "_standing", before)
        assert take_back(reserve, looked.standing[0].id) is Done.CHANGED
    again = look(reserve, None, Step.QUARTER)
    assert again is not None
    assert len(again.standing) == 2


def test_that_nothing_is_registered_the_public_version_leaves_to_its_noughts(
    office: Office,
) -> None:
    work = office.work_of(office.adviser)
    draft = ReportDraft(date(2021, 1, 1), date(2021, 12, 31))
    first = propose(work, draft)
    assert put_out(work, FORM, first, first.seen) is Done.YES
    _came(work, 1, "4,4.1,so", "2021-11-03")
    then, now = first.published.report, propose(work, draft, "Et ord.").published.report
    assert not any("ikke registreret henvendelser" in note for note in then.notes)
    assert [one for one in now.notes if one not in then.notes and "tidligere" not in one] == []
    assert [one for one in then.notes if one not in now.notes] == []


def _total(work: CaseworkService) -> int | None:
    """Give how many with casework the newest report tells of."""
    with work.here.store.read() as db:
        return published_in(db)[-1].report.table("3.2").cells[-1][0]


def _why(work: CaseworkService, draft: ReportDraft) -> Why:
    with pytest.raises(NotPublishedError) as refused:
        propose(work, draft)
    return refused.value.why

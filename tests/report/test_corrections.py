"""Numbers of published days change when enough people did; until then they stand."""

import json
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations
from typing import Any

import pytest
import sqlalchemy as sa

from tests.report.test_public import FORM, OTHER
from tests.support.office import Office, hidden_fields
from whistle.casework.acts import Done
from whistle.casework.exchange.importing import Files, import_files
from whistle.casework.learning.book import write_new
from whistle.casework.reporting.publishing import propose, publish, published_in, put_out
from whistle.casework.reporting.refusing import NotPublishedError, Why
from whistle.casework.reporting.safe_numbers import Making
from whistle.casework.service import CaseworkService
from whistle.disclosure import (
    Attack,
    CannotProtect,
    Deadline,
    attack,
    check,
    read_publication,
)
from whistle.domain.anonymised import Anonymised
from whistle.domain.channel import Channel
from whistle.domain.counted_then import CountedThen
from whistle.domain.counting import Period
from whistle.domain.profile import load_profile
from whistle.domain.registration import Issue
from whistle.domain.report_draft import ReportDraft
from whistle.report.building import Wanted
from whistle.report.corrections import Before
from whistle.report.periods import Step
from whistle.report.public import Public, make_public
from whistle.report.published import Published, public_json
from whistle.storage import tables

YEAR = ReportDraft(date(2021, 1, 1), date(2021, 12, 31))
HALF = replace(YEAR, first=date(2021, 7, 1))
HEAD = (
    "enquiry_id,received,channel,way_in,handling,casework,enquirer,approached,matter_date,outcome,"
    "rejection,closed,category,subcategory,centre,division,theme\n"
)
BENEFITS, DELAYS = "1,,ohi", "4,4.1,so"
STEVNS = load_profile("stevns")
NUMBERS = {"1": 4, "4": 8, "6": 5, "total": 17}


def _one(day: date, issue: Issue) -> list[Anonymised]:
    return [Anonymised(Channel.CITIZEN, day, casework=True, issues=(issue,))]


SPRING = _one(date(2021, 3, 3), Issue("4", "4.1", "so"))
AUTUMN = _one(date(2021, 9, 3), Issue("4", "4.1", "so"))
OTHERS = _one(date(2021, 3, 3), Issue("1", centre="ohi"))
LATER = _one(date(2021, 11, 3), Issue("1", centre="ohi"))
SIXTH = _one(date(2021, 3, 3), Issue("6", centre="so"))
OF_COUNCIL = [Anonymised(Channel.COUNCIL, date(2018, 1, 1))]


def _advised(category: str) -> list[Anonymised]:
    issues = (Issue(category),)
    return [Anonymised(Channel.CITIZEN, date(2021, 3, 3), casework=False, issues=issues)]


class Told:
    """What was published, one after another, without an office around it."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.befores: list[Before] = []
        self.made: list[Public] = []

    def making(self, draft: ReportDraft, facts: Sequence[Anonymised]) -> Making:
        """Give what makes the next one."""
        wanted = Wanted(Period(draft.first, draft.last), step=Step.HALF_YEAR)
        return Making(STEVNS, facts, wanted, self.befores)

    def publish(self, draft: ReportDraft, facts: Sequence[Anonymised]) -> bool:
        """Publish the next one; say whether anything waits."""
        making = self.making(draft, facts)
        waiting, public = making.made()
        counted = making.comparison.counted(making.facts(waiting=waiting))
        self.befores.append(Before(public.publication, counted))
        self.made.append(public)
        return waiting

    def total(self) -> int | None:
        """Give how many with casework the newest one tells of."""
        return self.made[-1].report.table("3.2").cells[-1][0]

    def is_safe(self) -> bool:
        """Ask the attacker; and subtract what is printed in two, as a reader would."""
        assert not {1, 2} & {abs(a - b) for a, b in self._pairs()}
        return attack([one.publication for one in self.befores]).safe

    def careless(self) -> Attack:
        """Attack what was published, had the newest one told all of table 3.3."""
        *before, newest = (one.publication for one in self.befores)
        tables = [
            replace(one, cells=tuple((NUMBERS.get(row.id, 0),) for row in one.rows))
            if one.id == "3.3"
            else one
            for one in newest.tables
        ]
        return attack([*before, replace(newest, tables=tuple(tables))])

    def _pairs(self) -> Iterator[tuple[int, int]]:
        """Yield what two reports print of the same days, whole or as a part of other days."""
        printed: dict[tuple[str, ...], list[int]] = {}
        for one in self.befores:
            told = one.publication
            days = f"{told.first}/{told.last}"
            for place, value in told.places():
                if value is not None and place.table.startswith("3"):
                    line = (days, place.row) if "/" not in place.row else (place.row, "total")
                    where = (place.table.removesuffix("/columns"), place.column)
                    printed.setdefault((*line, *where), []).append(value)
        for numbers in printed.values():
            yield from combinations(numbers, 2)


def test_numbers_wait_until_enough_changed_and_what_is_published_stays_safe(office: Office) -> None:
    work = office.work_of(office.adviser)
    _came(work, 8, BENEFITS)
    _came(work, 8, DELAYS)
    assert publish(work, FORM, YEAR, "") is Done.YES
    _came(work, 1, DELAYS)
    one = propose(work, YEAR, "Et ord er rettet.")
    assert (one.numbers.came, one.numbers.went, one.numbers.waiting) == (1, 0, True)
    assert put_out(work, OTHER, one, one.seen) is Done.YES
    _came(work, 3, BENEFITS)
    _came(work, 3, DELAYS)
    anew = propose(work, YEAR, "Syv er kommet til.")
    assert (anew.numbers.came, anew.numbers.waiting) == (7, False)
    assert put_out(work, b"h" * 32, anew, anew.seen) is Done.YES
    published = _published(office)
    totals = [one.report.table("3.2").cells[-1][0] for one in published]
    assert totals == [16, 16, 23]
    assert published[-1].report.table("changes").cells == [[7], [0]]
    assert _safe(published)
    page = office.reporter().get("/da/statistics/report/2021-01-01_2021-12-31_3").text
    assert "Ændret siden tidligere beretninger om de samme dage" in page
    assert "asked" not in page


def test_a_later_report_of_some_of_the_days_counts_what_is_new_when_it_is_enough() -> None:
    told = Told()
    told.publish(HALF, [*SPRING * 6, *AUTUMN * 6])
    late = [*SPRING * 6, *AUTUMN * 7, *OTHERS * 5]
    assert told.publish(YEAR, late), "one in the autumn waits"
    assert told.total() == 6 + 6 + 5
    late += AUTUMN * 3
    assert not told.publish(HALF, late)
    assert told.total() == 10
    assert told.is_safe()


def test_a_correction_that_undoes_another_makes_nobody_known() -> None:
    told = Told()
    told.publish(YEAR, SPRING * 8)
    assert not told.publish(YEAR, [*SPRING * 11, *OTHERS * 4])
    assert told.total() == 15
    one_came = [*SPRING * 8, *OTHERS]
    assert told.making(YEAR, one_came).made()[0], "beside the first it is one who came"
    assert not told.publish(YEAR, SPRING * 8)
    assert told.total() == 8
    assert told.is_safe()


def test_the_attacker_subtracts_each_line_of_a_correction() -> None:
    told = Told()
    first = [*SPRING * 8, *SIXTH * 4]
    told.publish(YEAR, first)
    assert not told.publish(YEAR, [*first, *SIXTH, *OTHERS * 4])
    assert any(one.number.startswith("asked/") for one in told.careless().findings)


def test_what_a_correction_of_the_year_tells_is_not_told_by_the_half_year_either() -> None:
    told = Told()
    told.publish(HALF, [*AUTUMN * 6, *LATER * 5])
    told.publish(YEAR, [*AUTUMN * 6, *LATER * 5, *SPRING * 6])
    three = [*AUTUMN * 9, *LATER * 8, *SPRING * 6]
    assert not told.publish(YEAR, three)
    assert not told.publish(HALF, three)
    assert told.total() == 17
    assert told.is_safe()


@pytest.mark.parametrize(
    "late",
    [OTHERS, OTHERS * 2, SPRING, [*OTHERS * 4, *SPRING], _advised("1"), [*_advised("1"), *LATER]],
)
def test_where_any_table_would_tell_of_few_all_days_wait_with_every_table(
    late: list[Anonymised],
) -> None:
    told = Told()
    first = [*SPRING * 8, *OTHERS * 6, *_advised("1") * 5]
    told.publish(YEAR, first)
    assert told.publish(YEAR, [*first, *late])
    one, other = told.made
    assert other.report.tables == one.report.tables
    assert told.befores[1].counted == told.befores[0].counted, "who waits is counted by nothing"


def test_a_category_that_is_in_no_table_changes_nothing() -> None:
    told = Told()
    told.publish(YEAR, [*SPRING * 8, *_advised("1") * 5])
    corrected = [*SPRING * 8, *_advised("1") * 4, *_advised("4")]
    assert not told.making(YEAR, corrected).since.newest
    counted = told.befores[0].counted
    assert counted is not None
    as_kept = tuple(replace(one, category="1") for one in counted.people if not one.casework)
    people = (*(one for one in counted.people if one.casework), *as_kept)
    told.befores = [replace(told.befores[0], counted=CountedThen.of(people))]
    assert not told.making(YEAR, corrected).since.newest, "an older version kept the category"


def test_days_that_two_reports_tell_of_with_few_between_them_have_no_third() -> None:
    told = Told()
    first = [*AUTUMN * 8, *LATER * 5]
    told.publish(YEAR, first)
    september = _one(date(2021, 9, 3), Issue("1", centre="ohi"))
    anew = [*first, *LATER * 2, *september]
    assert not told.publish(HALF, anew)
    with pytest.raises(NotPublishedError) as refused:
        told.making(replace(YEAR, first=date(2021, 10, 1)), anew).made()
    assert refused.value.why is Why.TOO_FEW


def test_a_term_of_the_council_stands_as_it_was_told_until_enough_changed() -> None:
    told = Told()
    numbers = []
    for now in (0, 5, 9, 10, 3, 14):
        told.publish(YEAR, OF_COUNCIL * now)
        tables_told = {one.id: one.cells for one in told.made[-1].report.tables}
        numbers.append(tables_told.get("council", [[0]])[0][0])
    assert numbers == [0, 0, 9, 9, 9, 14]


def test_all_that_one_request_makes_has_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    told, deadlines = Told(), list[Deadline]()
    told.publish(YEAR, SPRING * 8)
    making = told.making(YEAR, [*SPRING * 8, *OTHERS * 4])

    def spent(*arguments: Any, deadline: Deadline, **more: Any) -> Public:
        left = deadline if not deadlines else Deadline.after(-1)
        deadlines.append(deadline)
        return make_public(*arguments, deadline=left, **more)

    monkeypatch.setattr("whistle.casework.reporting.safe_numbers.make_public", spent)
    waiting, public = making.made()
    assert waiting, "when the time is over the days wait"
    assert public.report.tables == told.made[0].report.tables
    assert len(deadlines) == 2
    assert len({one.until for one in deadlines}) == 1
    assert deadlines[0].left <= 60
    monkeypatch.setattr("whistle.casework.reporting.safe_numbers.MOST_SECONDS", -1.0)
    monkeypatch.setattr("whistle.casework.reporting.safe_numbers.make_public", make_public)
    with pytest.raises(CannotProtect):
        making.made()


@pytest.mark.parametrize("lost", [False, True])
def test_without_whom_it_counted_no_number_is_published_beside_it(
    office: Office, *, lost: bool
) -> None:
    work = office.work_of(office.adviser)
    _came(work, 8, DELAYS)
    assert publish(work, FORM, YEAR, "") is Done.YES
    counted = tables.inbox_records.c.kind == "counted"
    gone = sa.delete(tables.inbox_records).where(counted)
    broken = sa.update(tables.inbox_records).where(counted).values(body=b"x" * 4200)
    with office.installation.store.write() as db:
        assert db.execute(gone if lost else broken).rowcount == 1
    assert _why(work, YEAR) is Why.LOST
    assert _why(work, replace(YEAR, first=date(2021, 2, 1))) is Why.LOST
    elsewhere = replace(YEAR, first=date(2020, 1, 1), last=date(2020, 12, 31))
    assert not propose(work, elsewhere).numbers.waiting


def test_a_report_from_before_it_was_kept_is_not_corrected_in_numbers(office: Office) -> None:
    work = office.work_of(office.adviser)
    _came(work, 8, DELAYS)
    assert publish(work, FORM, YEAR, "") is Done.YES
    _as_of_old(office)
    assert not propose(work, YEAR, "Et ord.").numbers.told_before
    _came(work, 1, DELAYS)
    assert _why(work, YEAR) is Why.NOT_KEPT


def test_of_two_who_publish_in_the_same_moment_one_does(office: Office) -> None:
    work = office.work_of(office.adviser)
    other = replace(YEAR, first=date(2020, 1, 1), last=date(2020, 12, 31))
    proposed = [propose(work, YEAR), propose(office.work_of(office.adviser), other)]
    ready, done = threading.Barrier(2), list[Done]()

    def put(number: int) -> None:
        one = proposed[number]
        ready.wait()
        done.append(put_out(office.work_of(office.adviser), b"%d" % number * 32, one, one.seen))

    threads = [threading.Thread(target=put, args=(number,)) for number in (0, 1)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(done, key=lambda one: one.value) == sorted(
        [Done.YES, Done.CHANGED], key=lambda one: one.value
    )
    assert [one.order for one in _published(office)] == [1]
    with office.installation.store.read() as db:
        kept = sa.select(sa.func.count()).where(tables.inbox_records.c.kind == "counted")
        assert db.execute(kept).scalar_one() == 1


def test_what_was_made_to_be_looked_at_is_not_made_again_to_be_published(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = office.work_of(office.adviser)
    _came(work, 8, DELAYS)
    write_new(work, b"d" * 32, YEAR)
    desk = office.desk_of(office.adviser)
    found = re.search(r"/casework/report/[0-9a-f]{32}", desk.get("/casework/report").text)
    assert found is not None
    page = desk.get(f"{found[0]}/public")
    shown = propose(work, YEAR)

    def nobody(*_: object, **__: object) -> None:
        raise AssertionError("made again")

    with monkeypatch.context() as patch:
        patch.setattr("whistle.casework.reporting.safe_numbers.make_public", nobody)
        assert propose(work, YEAR).seen == shown.seen
        assert desk.post(f"{found[0]}/public", hidden_fields(page.text)).status_code == 303
        _came(work, 1, DELAYS)
        with pytest.raises(AssertionError, match="made again"):
            propose(work, YEAR)
    waiting = desk.get(f"{found[0]}/public").text
    assert "Det ændrede venter" in waiting or "What changed has to wait" in waiting


def _came(work: CaseworkService, number: int, issue: str, day: str = "2021-02-03") -> None:
    _came.so_far += 1  # type: ignore[attr-defined]
    lines = (
        f"{_came.so_far}-{one},{day},citizen,phone,phone,yes,citizen,,,pointed,,{day},{issue},,\n"  # type: ignore[attr-defined]
        for one in range(number)
    )
    assert import_files(work, Files((HEAD + "".join(lines)).encode())).written == number


_came.so_far = 0  # type: ignore[attr-defined]


def _as_of_old(office: Office) -> None:
    """Make the published report one of the version before: it says nothing of whom it counts."""
    documents = tables.public_documents
    with office.installation.store.write() as db:
        db.execute(sa.delete(tables.inbox_records).where(tables.inbox_records.c.kind == "counted"))
        told = json.loads(db.execute(sa.select(documents.c.body)).scalar_one())
        told["report"]["disclosure"]["codes"].pop("batch")
        for table in told["report"]["tables"]:
            for name in ("batch", "as_of"):
                table["population"].pop(name, None)
        db.execute(sa.update(documents).values(body=json.dumps(told).encode()))


def _why(work: CaseworkService, draft: ReportDraft) -> Why:
    with pytest.raises(NotPublishedError) as refused:
        propose(work, draft)
    return refused.value.why


def _published(office: Office) -> list[Published]:
    with office.installation.store.read() as db:
        return published_in(db)


def _safe(published: Sequence[Published]) -> bool:
    """Ask the attacker, who has the files alone; and the arithmetic of each proof."""
    files = [json.dumps(public_json(one.report, one.publication)) for one in published]
    read = [read_publication(one) for one in files]
    proved = (check(read[: n + 1], one.certificate).valid for n, one in enumerate(published))
    return attack(read).safe and all(proved)

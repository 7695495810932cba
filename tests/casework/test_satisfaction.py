"""Answers are added up a handful at a time, and the single ones are gone."""

from collections.abc import Sequence

import pytest

from tests.casework.records import close_case
from tests.casework.test_book import book
from tests.casework.test_rotation import citizens, finish, take
from tests.support.office import Office, hidden_fields
from whistle.casework.acts import Done
from whistle.casework.learning import book as books
from whistle.casework.learning import satisfaction
from whistle.casework.learning.satisfaction import add_waiting, open_satisfaction
from whistle.crypto.errors import NotGrantedError
from whistle.crypto.receipt import Receipt
from whistle.domain.book import Answers
from whistle.domain.satisfaction import Answer, Choice, Question, counts_of
from whistle.intake import satisfaction as door
from whistle.keys.keyring import Keyring
from whistle.storage.rows import SatisfactionAnswerRow

GOOD: Answer = (Choice.YES, Choice.YES, Choice.PARTLY)
BAD: Answer = (Choice.NO, Choice.UNKNOWN, Choice.NO)


def answer(office: Office, *answers: Answer) -> None:
    """Have so many people answer."""
    for one in answers:
        door.take(office.installation, Receipt.random(), one)


def waiting(office: Office) -> Sequence[SatisfactionAnswerRow]:
    with office.installation.store.read() as db:
        return SatisfactionAnswerRow.all(db, SatisfactionAnswerRow.select())


def sums(office: Office) -> list[Answers]:
    return [one for _, one in book(office).of_kind(Answers)]


def test_fewer_than_five_are_not_counted_and_nobody_is_told_how_many(office: Office) -> None:
    work, desk = office.work_of(office.adviser), office.desk_of(office.adviser)
    pages = set()
    for _ in range(5):
        pages.add(desk.get("/casework/satisfaction").text)
        assert add_waiting(work) is Done.ALREADY
        assert not open_satisfaction(work).ready
        answer(office, GOOD)
    assert len(pages) == 1
    assert sums(office) == []
    assert open_satisfaction(work).ready
    assert desk.get("/casework/satisfaction").text not in pages


def test_five_are_added_up_question_by_question_and_the_single_ones_are_gone(
    office: Office,
) -> None:
    work = office.work_of(office.adviser)
    answer(office, GOOD, GOOD, BAD, GOOD, BAD)
    assert add_waiting(work) is Done.YES
    ((year, counts),) = [(one.year, one.counts) for one in sums(office)]
    assert year == 2026
    assert counts_of(counts, Question.HEARD) == {"yes": 3, "partly": 0, "no": 2, "unknown": 0}
    assert counts_of(counts, Question.EYE_LEVEL) == {"yes": 3, "partly": 0, "no": 0, "unknown": 2}
    assert counts_of(counts, Question.CONTENT) == {"yes": 0, "partly": 3, "no": 2, "unknown": 0}
    assert waiting(office) == []
    answer(office, *[BAD] * 6)
    assert add_waiting(work) is Done.YES
    (kept,) = book(office).entries
    assert len(kept.versions) == 2
    assert counts_of(sums(office)[0].counts, Question.HEARD)[Choice.NO] == 8
    office.later(days=60)
    answer(office, *[GOOD] * 5)
    assert add_waiting(work) is Done.YES
    assert [one.year for one in open_satisfaction(work).years] == [2027, 2026]


def test_two_at_once_add_up_once(
    office: Office, deputy: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(office, *[GOOD] * 7)
    seen = books.read_book(office.work_of(deputy))
    opened = satisfaction._opened(office.work_of(deputy), seen.inbox)
    assert add_waiting(office.work_of(office.adviser)) is Done.YES
    answer(office, *[BAD] * 5)
    for late in (lambda _cases: seen, books.read_book):
        monkeypatch.setattr(satisfaction, "read_book", late)
        monkeypatch.setattr(satisfaction, "_opened", lambda _cases, _inbox: opened)
        assert add_waiting(office.work_of(deputy)) is Done.CHANGED
    assert sum(sums(office)[0].counts) == 7 * len(Question)
    assert len(waiting(office)) == 5


def test_answers_wait_through_new_keys(office: Office) -> None:
    answer(office, GOOD, GOOD)
    take(office, office.adviser)
    answer(office, GOOD, BAD)
    assert {row.epoch for row in waiting(office)} == {1, citizens(office).key_epoch}
    finish(office, office.adviser)
    assert {row.epoch for row in waiting(office)} == {citizens(office).key_epoch}
    answer(office, GOOD)
    assert add_waiting(office.work_of(office.adviser)) is Done.YES
    assert sum(sums(office)[0].counts) == 5 * len(Question)


def test_what_does_not_open_counts_for_nothing(office: Office) -> None:
    answer(office, *[GOOD] * 4)
    with office.installation.store.write() as db:
        SatisfactionAnswerRow(b"x" * 16, citizens(office).inbox_id, 1, b"rubbish").insert(db)
    assert add_waiting(office.work_of(office.adviser)) is Done.ALREADY
    answer(office, GOOD)
    assert add_waiting(office.work_of(office.adviser)) is Done.YES
    assert [row.id for row in waiting(office)] == [b"x" * 16]


def test_they_are_not_the_reserves_to_count(office: Office) -> None:
    answer(office, *[GOOD] * 5)
    with pytest.raises(NotGrantedError):
        add_waiting(office.work_of(office.reserve))
    assert office.desk_of(office.reserve).get("/casework/satisfaction").status_code == 404


def test_from_the_reporters_form_to_the_sums(office: Office) -> None:
    work, desk = office.work_of(office.adviser), office.desk_of(office.adviser)
    for _ in range(5):
        reporter = office.reporter()
        receipt = reporter.report()
        close_case(work, office.case_of(receipt))
        page = reporter.come_back(receipt)
        assert "/da/receipt/satisfaction" in page.text
        form = hidden_fields(reporter.get("/da/receipt/satisfaction").text)
        chosen = {"heard": "yes", "eye_level": "partly", "content": "yes"}
        sent = reporter.post("/da/receipt/satisfaction", {**form, **chosen})
        assert "alert-success" in reporter.get(sent.headers["Location"]).text
    form = hidden_fields(desk.get("/casework/satisfaction").text)
    assert desk.post("/casework/satisfaction", {}).status_code == 403
    assert desk.post("/casework/satisfaction", form).status_code == 303
    assert "2026: 5 " in desk.get("/casework/satisfaction?done=added").text
    assert desk.post("/casework/satisfaction", form).headers["Location"].endswith("done=too-few")

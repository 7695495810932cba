"""The office's book: versions, double clicks, two people at once, striking out, new keys."""

from datetime import date

import pytest
from sqlalchemy import update

from tests.casework.test_rotation import finish, take
from tests.support.office import Office
from whistle.casework.acts import Done
from whistle.casework.learning.book import (
    OpenedBook,
    Place,
    change,
    read_book,
    strike,
    take_back,
    write_new,
)
from whistle.crypto.errors import NotGrantedError
from whistle.domain.book import Activity, ActivityKind, Evaluation
from whistle.storage import tables

COURSE = Activity(
    ActivityKind.TEACHING,
    date(2026, 3, 2),
    "Kursus i forvaltningsret",
    centres=("bl",),
    minutes=180,
)
VISIT = Activity(ActivityKind.VISIT, COURSE.first, "Besøg")
FORM = b"f" * 32


def book(office: Office) -> OpenedBook:
    return read_book(office.work_of(office.adviser))


def written(office: Office, what: Activity = COURSE, form: bytes = FORM) -> Place:
    work = office.work_of(office.adviser)
    assert write_new(work, form, what) is Done.YES
    (kept,) = (one for one, content in book(office).of_kind(Activity) if content == what)
    return Place(kept.entry_id, kept.newest.version)


def test_what_is_written_is_there_with_who_wrote_it(office: Office) -> None:
    written(office)
    ((kept, activity),) = book(office).of_kind(Activity)
    assert activity == COURSE
    assert kept.newest.author == office.adviser.member_id
    assert book(office).of_kind(Evaluation) == []


def test_a_double_click_writes_once(office: Office) -> None:
    work = office.work_of(office.adviser)
    written(office)
    assert write_new(work, FORM, COURSE) is Done.ALREADY
    assert len(book(office).entries) == 1


def test_who_is_slower_is_told_and_nothing_is_lost(office: Office) -> None:
    work, where = office.work_of(office.adviser), written(office)
    assert change(work, where, lambda _: VISIT) is Done.YES
    assert change(work, where, lambda _: COURSE) is Done.CHANGED
    assert strike(work, where) is Done.CHANGED
    (kept,) = book(office).entries
    assert [one.content for one in kept.versions] == [COURSE, VISIT]


def test_what_is_struck_out_comes_back_until_the_next_thing_is_written(office: Office) -> None:
    work, where = office.work_of(office.adviser), written(office)
    assert strike(work, where) is Done.YES
    assert book(office).of_kind(Activity) == []
    assert take_back(work, where.entry) is Done.YES
    assert len(book(office).of_kind(Activity)) == 1
    assert strike(work, Place(where.entry, 3)) is Done.YES
    written(office, VISIT, b"g" * 32)
    assert book(office).find(where.entry) is None
    assert take_back(work, where.entry) is Done.CHANGED


def test_the_book_is_not_the_reserves(office: Office) -> None:
    written(office)
    with pytest.raises(NotGrantedError):
        read_book(office.work_of(office.reserve))


def test_a_row_that_does_not_open_is_counted_and_hides_nothing_else(office: Office) -> None:
    written(office)
    with office.installation.store.write() as db:
        db.execute(update(tables.inbox_records).values(body=b"other"))
    written(office, VISIT, b"g" * 32)
    opened = book(office)
    assert opened.damaged == 1
    assert [content.text for _, content in opened.of_kind(Activity)] == ["Besøg"]


def test_the_book_comes_under_the_inboxs_new_key(office: Office) -> None:
    written(office)
    take(office, office.adviser)
    finish(office, office.adviser)
    ((kept, activity),) = book(office).of_kind(Activity)
    assert activity == COURSE
    assert kept.newest.version == 1

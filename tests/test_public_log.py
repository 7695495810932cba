"""Checkpoints are public, at addresses that do not change; the page says what they are."""

from datetime import date

import pytest
from sqlalchemy import delete

from tests.housekeeping.life import house_of
from tests.support.office import Office, Reporter
from whistle.app import create_intake
from whistle.audit.checkpoints import note_key, read_checkpoint
from whistle.crypto.notes import NoteKey
from whistle.housekeeping.service import keep_house
from whistle.installation import Installation
from whistle.keys.directory import Directory
from whistle.storage import tables
from whistle.web import HEADERS


def key_of(installation: Installation) -> NoteKey:
    return note_key(installation.id, installation.log_public)


def test_the_newest_checkpoint_and_every_days_are_where_they_were(office: Office) -> None:
    house, reporter = house_of(office), office.reporter()
    assert reporter.get("/log/checkpoint").status_code == 404
    notes = []
    for _ in range(3):
        day = keep_house(house).day
        newest = reporter.get("/log/checkpoint")
        assert newest.status_code == 200
        assert newest.data == reporter.get(f"/log/checkpoint/{day}").data
        notes.append((day, newest.data))
        office.later(days=1)
    for day, note in notes:
        assert reporter.get(f"/log/checkpoint/{day}").data == note
    sizes = [read_checkpoint(note, key_of(office.installation)).size for _, note in notes]
    assert sizes == [1, 2, 3]


def test_a_clock_that_was_wrong_for_a_night_does_not_hide_the_checkpoints_after_it(
    office: Office,
) -> None:
    house, reporter = house_of(office), office.reporter()
    office.later(days=400)
    assert keep_house(house).day
    office.later(days=-400)
    day = keep_house(house).day
    newest = reporter.get("/log/checkpoint")
    assert newest.data == reporter.get(f"/log/checkpoint/{day}").data
    assert newest.text.splitlines()[2] in reporter.get("/en/log").text


@pytest.mark.parametrize(
    "day",
    ["2026-11-20", "20261119", "2026-W47-4", "0000-00-00", "x", "2026-11-19/", "%00", "9" * 99],
)
def test_a_day_without_a_checkpoint_has_no_page(office: Office, day: str) -> None:
    keep_house(house_of(office))
    assert office.reporter().get(f"/log/checkpoint/{day}").status_code == 404
    assert office.reporter().get("/log/checkpoint/2026-11-19").status_code == 200


def test_a_checkpoint_is_text_under_the_doors_headers(office: Office) -> None:
    keep_house(house_of(office))
    answer = office.reporter().get("/log/checkpoint")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_a_checkpoint_tells_no_more_than_its_day_does(office: Office) -> None:
    """However often it is fetched: while a day lasts, reports change nothing in it."""
    keep_house(house_of(office))
    before = office.reporter().get("/log/checkpoint")
    office.reporter().report()
    office.later(hours=3)
    keep_house(house_of(office))
    after = office.reporter().get("/log/checkpoint")
    assert (after.data, dict(after.headers)) == (before.data, dict(before.headers))


@pytest.mark.parametrize("lang", ["da", "en"])
def test_the_page_shows_key_checkpoint_and_days(office: Office, lang: str) -> None:
    house, reporter = house_of(office), office.reporter()
    assert key_of(office.installation).show() in reporter.get(f"/{lang}/log").text
    keep_house(house)
    page = reporter.get(f"/{lang}/log").text
    note = reporter.get("/log/checkpoint").text
    assert note.strip() in page
    assert 'href="/log/checkpoint"' in page
    assert 'href="/log/checkpoint/2026-11-19"' in page
    assert f'href="/{lang}/log"' in reporter.get(f"/{lang}/").text


def test_the_page_shows_a_week(office: Office) -> None:
    house = house_of(office)
    for _ in range(9):
        keep_house(house)
        office.later(days=1)
    page = office.reporter().get("/da/log").text
    assert page.count('href="/log/checkpoint/2026-11') == 7
    assert f"/log/checkpoint/{date(2026, 11, 27)}" in page


def test_checkpoints_are_shown_while_the_door_is_closed_and_when_its_keys_are_not_trusted(
    office: Office,
) -> None:
    keep_house(house_of(office))
    here = office.installation
    closed = Installation(
        here.id, here.store, Directory(here.id, [], here.store), here.profile, here.form_key,
        here.log_public, here.clock,
    )  # fmt: skip
    reporter = Reporter(create_intake(closed).test_client())
    assert reporter.get("/da/").status_code == 503
    assert reporter.get("/da/log").status_code == 200
    assert reporter.get("/log/checkpoint").status_code == 200
    with here.store.write() as db:
        db.execute(delete(tables.statements))
    office.later(minutes=5)
    assert office.reporter().get("/log/checkpoint").status_code == 200
    assert office.reporter().get("/da/log").status_code == 200

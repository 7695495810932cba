"""Budgets: counted by the hour and the day, in memory, for everybody together."""

import re
import shutil
from collections import namedtuple
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest

from tests.support.office import NOON, Office, a_file, hidden_fields
from whistle.limits import Budgets, Counter, Limits, NoRoomError, Room, Share, day, hour

Usage = namedtuple("Usage", "total used free")  # noqa: PYI024  (shutil's own kind)


def test_a_full_hour_says_when_the_next_begins_and_then_forgets() -> None:
    counter = Counter(2)
    for _ in range(2):
        assert counter.full_until(NOON) is None
        counter.add()
    assert counter.full_until(NOON + timedelta(minutes=59)) == NOON + timedelta(hours=1)
    assert counter.full_until(NOON + timedelta(hours=1)) is None


@pytest.mark.parametrize(
    ("now", "begin", "hours"),
    [
        ("2026-11-20T12:00", "2026-11-19T23:00", 24),
        ("2026-07-01T21:59", "2026-06-30T22:00", 24),
        ("2026-07-01T22:00", "2026-07-01T22:00", 24),
        ("2026-03-29T12:00", "2026-03-28T23:00", 23),  # summer time begins
        ("2026-10-25T12:00", "2026-10-24T22:00", 25),
    ],
)
def test_a_day_is_a_danish_day(now: str, begin: str, hours: int) -> None:
    first = datetime.fromisoformat(begin)
    assert day(datetime.fromisoformat(now)) == (first, first + timedelta(hours=hours))


def test_workers_share_what_is_counted_and_not_the_disk() -> None:
    share = Budgets(reports_per_hour=3, free_megabytes=7).among(2)
    assert (share.reports_per_hour, share.reports_per_day) == (2, 5_000)
    assert share.free_megabytes == 7
    assert Budgets(reports_per_hour=1).among(8).reports_per_hour == 1


def test_each_channel_has_its_own_budget_and_messages_have_theirs(office: Office) -> None:
    limits = Limits(Budgets(reports_per_hour=1, messages_per_hour=1, megabytes_per_day=1))
    store = office.installation.store
    for place in (
        partial(limits.report, "citizen", store, NOON),
        partial(limits.message, store, NOON),
    ):
        with place():
            pass
        with pytest.raises(NoRoomError) as told, place():
            pass
        assert told.value.again_at == hour(NOON)[1]
    with limits.report("whistleblower", store, NOON):
        pass
    assert limits.take_bytes(Share.REPORT, 1_000_001, NOON) == day(NOON)[1]
    assert limits.take_bytes(Share.REPORT, 1_000_000, NOON) is None
    assert limits.take_bytes(Share.MESSAGE, 1_000_000, NOON) is None
    assert limits.take_bytes(Share.CASEWORK, 10**12, NOON) is None


def test_the_day_counts_beside_the_hour(office: Office) -> None:
    limits = Limits(Budgets(reports_per_hour=2, reports_per_day=3))
    store = office.installation.store
    for number in range(3):
        with limits.report("citizen", store, NOON + timedelta(hours=number)):
            pass
    with pytest.raises(NoRoomError) as told, limits.report("citizen", store, NOON):
        pass
    assert told.value.again_at == day(NOON)[1]


def test_a_place_is_held_while_something_is_stored_and_given_back_when_it_was_not(
    office: Office,
) -> None:
    limits, store = Limits(Budgets(messages_per_hour=1)), office.installation.store

    def take(within: Callable[[], object]) -> None:
        with limits.message(store, NOON):
            within()

    with pytest.raises(NoRoomError):
        take(lambda: take(str))
    take(str)
    with pytest.raises(NoRoomError):
        take(str)


def test_the_last_of_the_disk_is_kept_for_who_is_here_already(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = office.installation.store
    full = {}
    for left in (501, 499, 249, 124):
        limits = Limits(Budgets(free_megabytes=500))
        monkeypatch.setattr(Room, "_measure", lambda *_, left=left: left * 1_000_000)
        full[left] = [share for share in Share if limits.no_room_until(share, store, NOON)]
    assert full == {501: [], 499: [Share.REPORT], 249: [Share.REPORT, Share.MESSAGE], 124: [*Share]}


def test_room_is_the_disks_or_what_postgresql_may_still_grow_by(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = office.installation.store
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(9, 5, 12_345))
    left = Room(10**9).left(store)
    if store.engine.dialect.name == "sqlite":
        assert left == 12_345
    else:
        assert 10**9 - 10**8 < left < 10**9


def limited(office: Office, **budgets: int) -> None:
    vars(office.installation.limits).update(vars(Limits(Budgets(**budgets))))


def test_the_report_after_the_last_comes_back_filled_in_with_another_way(office: Office) -> None:
    limited(office, reports_per_hour=10)
    for _ in range(10):
        office.reporter().report("Reklame")
    reporter = office.reporter()
    data = {**reporter.form(), "text": "Det er vigtigt", "concerns_adviser": "y", "name": "Bo"}
    refused = reporter.post("/da/report/citizen", data)
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "3600"
    for told in ("14:00", "Det er vigtigt", 'value="Bo"', office.installation.profile.phone):
        assert told in refused.text
    ticked = re.search('<input[^>]*id="concerns_adviser"[^>]*>', refused.text)
    assert ticked is not None
    assert " checked" in ticked[0]
    office.later(hours=1)
    assert reporter.post("/da/report/citizen", data).status_code == 200


def test_what_is_not_stored_uses_up_nothing(office: Office) -> None:
    limited(office, reports_per_hour=2, messages_per_hour=1)
    reporter = office.reporter()
    data = {**reporter.form(), "text": "Sagen"}
    statuses = [reporter.post("/da/report/citizen", data).status_code for _ in range(4)]
    other = {**data, "text": "Noget andet"}
    statuses += [reporter.post("/da/report/citizen", other).status_code for _ in range(4)]
    assert statuses == [200] * 4 + [409] * 4
    office.reporter().report("Der er stadig plads")
    reporter.come_back(data["receipt"])
    assert reporter.write("").status_code == 422
    message = {**hidden_fields(reporter.get("/da/receipt").text), "text": "Mere"}
    for _ in range(3):
        assert reporter.post("/da/receipt/message", message).status_code == 303


def test_files_that_are_not_stored_use_up_nothing(office: Office) -> None:
    limited(office, megabytes_per_day=1)
    reporter = office.reporter()
    data = {**reporter.form(), "text": "Sagen"}
    for _ in range(4):
        again = {**data, "files": [a_file(b"x" * 400_000)]}
        assert reporter.post("/da/report/citizen", again).status_code == 200
        refused = {**reporter.form(), "text": "", "files": [a_file(b"y" * 400_000)]}
        assert reporter.post("/da/report/citizen", refused).status_code == 422
    office.reporter().report(files=[a_file(b"z" * 400_000)])
    full = {**reporter.form(), "text": "Sagen", "files": [a_file(b"z" * 400_000)]}
    assert reporter.post("/da/report/citizen", full).status_code == 503


def test_what_is_stored_already_is_said_to_be_when_no_more_is_taken(office: Office) -> None:
    limited(office, reports_per_hour=1)
    reporter = office.reporter()
    data = {**reporter.form(), "text": "Sagen"}
    for again in (False, True):
        answer = reporter.post("/da/report/citizen", data)
        assert answer.status_code == 200
        assert ("allerede" in answer.text) is again
    assert reporter.post("/da/report/citizen", {**data, "text": "Mere"}).status_code == 409


@pytest.mark.parametrize("act", ["close", "identity", "withdraw", "replace"])
def test_every_act_of_who_came_back_is_counted_and_comes_back_filled_in(
    office: Office, act: str
) -> None:
    reporter = office.reporter()
    reporter.come_back(reporter.report())
    limited(office, messages_per_hour=0)
    form = hidden_fields(reporter.get(f"/da/receipt/{act}").text)
    filled = {**form, "text": "Tak", "name": "Bodil", "written_down": "y"}
    refused = reporter.post(f"/da/receipt/{act}", filled)
    assert refused.status_code == 503
    assert hidden_fields(refused.text) == form


def test_a_flood_of_reports_stops_neither_the_other_doors_nor_who_comes_back(
    office: Office,
) -> None:
    receipt = office.reporter().report()
    limited(office, reports_per_hour=1)
    office.reporter().report("Reklame")
    reporter = office.reporter()
    full = reporter.post("/da/report/citizen", {**reporter.form(), "text": "x"})
    assert full.status_code == 503
    office.reporter().report("Ny sag", channel="whistleblower")
    reporter.come_back(receipt)
    assert reporter.write("Mere om sagen", [a_file()]).status_code == 303
    desk = office.desk_of(office.adviser)
    assert desk.answer(office.case_of(receipt), "Svar", [a_file()]).status_code == 303


def test_when_the_days_bytes_are_used_the_text_comes_back_and_can_be_sent_without_files(
    office: Office,
) -> None:
    limited(office, megabytes_per_day=1)
    office.reporter().report(files=[a_file(b"x" * 900_000)])
    reporter = office.reporter()
    data = {**reporter.form(lang="en"), "text": "The text"}
    refused = reporter.post("/en/report/citizen", {**data, "files": [a_file(b"y" * 200_000)]})
    assert refused.status_code == 503
    for told in ("The text", "bilag.txt", "00:00 tomorrow", "without the files"):
        assert told in refused.text
    assert reporter.post("/en/report/citizen", data).status_code == 200


def test_a_full_disk_is_told_and_casework_goes_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = office.reporter().report()
    monkeypatch.setattr(Room, "_measure", lambda *_: 200_000_000)
    limited(office)
    reporter = office.reporter()
    for files in ([], [a_file()]):
        data = {**reporter.form(), "text": "Teksten", "files": files}
        refused = reporter.post("/da/report/citizen", data)
        assert refused.status_code == 503
        assert "Teksten" in refused.text
    reporter.come_back(receipt)
    assert reporter.write("Mere").status_code == 503
    desk = office.desk_of(office.adviser)
    assert desk.answer(office.case_of(receipt), "Svar", [a_file()]).status_code == 303

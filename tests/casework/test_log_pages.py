"""The log's pages: who did what, to whom it is told, and what they make of bad addresses."""

import json
import re
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import update

from tests.casework.journal import lines, path_of, words_of
from tests.support.office import Desk, Office, hidden_fields
from whistle.audit.entries import COMMAND, HOUSEKEEPING
from whistle.audit.log import Log, deed
from whistle.casework import log as reading
from whistle.casework.log import Wanted, read_log
from whistle.casework.views.log_words import said
from whistle.crypto.merkle import leaf_hash
from whistle.domain.logged import Actor, Logged
from whistle.keys.keyring import Keyring
from whistle.storage import log as queries
from whistle.storage.log_lists import end_before, first_since
from whistle.storage.log_tables import log_entries
from whistle.storage.rows import MemberRow


@pytest.mark.parametrize("act", Logged)
def test_every_act_is_said_in_words(office: Office, act: Logged) -> None:
    with office.casework.test_request_context("/casework/"):
        assert said(act)
        assert said(act) != act


def test_the_log_says_who_did_what_and_when_in_denmark(
    office: Office, case_id: bytes, english: Callable[[Keyring], Desk]
) -> None:
    desk = english(office.adviser)
    desk.answer(case_id, "Svar")
    page = words_of(desk.get("/casework/log").text)
    assert re.search(
        r"13:00:00 Ida Rådgiver Answered the reporter Citizen, November 20, 2026", page
    )
    assert re.search(r"13:00:00 Ida Rådgiver Read the log", page)
    assert path_of(case_id) + "/log" in desk.get("/casework/log").text


def test_nothing_tells_that_somebody_worked_at_another_inbox(
    office: Office, case_id: bytes, english: Callable[[Keyring], Desk]
) -> None:
    office.desk_of(office.adviser).open(case_id)
    page = english(office.reserve).get("/casework/log").text
    assert "Read the log" in words_of(page)
    assert "Opened the case" not in words_of(page)
    assert "Citizen" not in words_of(page)
    assert lines(page) == 1
    assert case_id.hex() not in page


def test_the_server_and_housekeeping_are_named_as_such(
    office: Office, english: Callable[[Keyring], Desk]
) -> None:
    here = office.installation
    for who, act in ((COMMAND, Logged.BACKED_UP), (HOUSEKEEPING, Logged.DAY_CAME_IN)):
        Log(here.store, here.id, here.clock, who).note(deed(act))
    desk = english(office.adviser)
    page = words_of(desk.get("/casework/log").text)
    assert "the server Began a backup" in page
    assert "housekeeping Noted what had come in" in page
    assert lines(desk.get("/casework/log?who=server").text) == 1
    assert lines(desk.get("/casework/log?who=housekeeping").text) == 1


def test_one_member_one_day_and_one_act_can_be_followed(
    office: Office, case_id: bytes, deputy: Keyring
) -> None:
    mine, theirs = office.work_of(office.adviser), office.work_of(deputy)
    mine.open(case_id)
    theirs.open(case_id)
    office.later(days=1)
    mine.open(case_id)
    desk = office.desk_of(deputy)
    for member, count in ((office.adviser, 2), (deputy, 1)):
        query = f"who={member.member_id.hex()}&act=case-opened"
        assert lines(desk.get(f"/casework/log?{query}").text) == count
    assert lines(desk.get("/casework/log?day=2026-11-20").text) == 2
    assert lines(desk.get("/casework/log?day=2026-11-19").text) == 0
    desk = office.desk_of(office.adviser)
    query = f"day=2026-11-21&who={office.adviser.member_id.hex()}&act=case-opened"
    assert lines(desk.get(f"/casework/log?{query}").text) == 1
    assert lines(desk.get("/casework/log?act=answered").text) == 0


def test_a_day_begins_and_ends_at_danish_midnight(office: Office, case_id: bytes) -> None:
    work = office.work_of(office.adviser)
    office.later(hours=10, minutes=59)
    work.open(case_id)  # 23:59 in Denmark
    office.later(minutes=1)
    work.open(case_id)
    days = [date(2026, 11, 20), date(2026, 11, 21)]
    found = [read_log(work, Wanted(day=day, act=Logged.CASE_OPENED)).entries for day in days]
    assert [len(entries) for entries in found] == [1, 1]


def test_every_entry_is_on_one_page_and_no_page_is_longer(
    office: Office, case_id: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_LOOKED_THROUGH", 40)
    work = office.work_of(office.adviser)
    for _ in range(130):
        work.open(case_id)
    wanted, seen = Wanted(), []
    while True:
        page = read_log(work, wanted)
        assert len(page.entries) <= reading.PAGE_SIZE
        seen += [entry.row.number for entry in page.entries]
        if page.older is None:
            break
        wanted = Wanted(before=page.older)
    assert len(seen) == len(set(seen))
    assert sorted(seen, reverse=True) == seen
    assert set(range(130)) <= set(seen)


def test_a_rare_act_is_found_by_looking_further_back(
    office: Office, case_id: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_LOOKED_THROUGH", 20)
    work = office.work_of(office.adviser)
    work.answer(case_id, b"f" * 16, "Svar", (), is_feedback=False)
    for _ in range(50):
        work.open(case_id)
    desk, address = office.desk_of(office.adviser), "/casework/log?act=answered"
    pages = 0
    while lines(page := desk.get(address).text) == 0:
        (address,) = re.findall(r'href="([^"]*before=\d+[^"]*)" rel="next"', page)
        address, pages = address.replace("&amp;", "&"), pages + 1
    assert pages in {2, 3}
    assert lines(page) == 1


@pytest.mark.parametrize(
    "query",
    [
        "day=i-morgen",
        "day=2026-02-30",
        "day=0000-00-00",
        "day=9999-12-31",
        "day=2026-11-20%27%20OR%201=1",
        "who=1",
        "who=zz",
        "who=" + "ff" * 400,
        "act=everything",
        "act=%00",
        "before=-1",
        "before=zz",
        "before=" + "9" * 400,
    ],
)
def test_a_bad_address_gets_a_clear_answer(desk: Desk, query: str) -> None:
    answer = desk.get(f"/casework/log?{query}")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert lines(answer.text) == 0


@pytest.mark.parametrize("query", [f"who={'ab' * 16}", "before=0", "day=1999-01-01"])
def test_an_address_that_finds_nothing_says_so(desk: Desk, query: str) -> None:
    answer = desk.get(f"/casework/log?{query}")
    assert answer.status_code == 200
    assert 'class="empty"' in answer.text


def test_a_huge_page_is_the_last_one(desk: Desk, case_id: bytes) -> None:
    desk.open(case_id)
    number = "9" * 18
    assert lines(desk.get(f"/casework/log?before={number}").text) == 2
    assert lines(desk.get(f"{path_of(case_id)}/log?page={number}").text) == 2
    assert desk.get(f"{path_of(case_id)}/log?page=-3").status_code == 200


def test_only_who_is_in_an_inbox_sees_the_log(office: Office) -> None:
    stranger = Keyring(office.installation.id, b"s" * 16, office.adviser.seed)
    with office.installation.store.write() as db:
        MemberRow(b"s" * 16, "tek", "Tekniker", "technician", "da", b"", b"").insert(db)
    desk = office.desk_of(stranger)
    assert desk.get("/casework/log").status_code == 403
    assert desk.post("/casework/log/export", {}).status_code == 403
    assert "/casework/log" not in desk.get("/casework/technician").text
    assert 'href="/casework/log"' in office.desk_of(office.adviser).get("/casework/inboxes").text


def test_an_export_is_a_button_of_ones_own_page(desk: Desk, case_id: bytes) -> None:
    assert desk.get("/casework/log/export").status_code == 405
    assert desk.post("/casework/log/export", {}).status_code == 403
    form = hidden_fields(desk.open(case_id).text)
    saved = desk.post("/casework/log/export", form)
    assert saved.headers["Content-Disposition"] == "attachment; filename=log.jsonl"
    header, *entries = [json.loads(line) for line in saved.text.splitlines()]
    assert header["size"] == len(entries) == 2
    assert case_id.hex() not in saved.text


@pytest.mark.parametrize(
    "odd",
    [
        "time='x'",
        "time=1e300",
        "time=-99999999999999",
        "body='abc'",
        "body=7",
        "actor='hej'",
        "actor_kind='q'",
        "actor_kind=-3",
        "epoch='z'",
        "commitment=5",
        "leaf='x'",
    ],
)
def test_a_value_that_no_column_should_hold_hides_nothing_else(
    office: Office, case_id: bytes, odd: str
) -> None:
    if office.installation.store.engine.dialect.name != "sqlite":
        return  # holds what its columns are for
    desk = office.desk_of(office.adviser)
    for _ in range(5):
        desk.open(case_id)
    with office.installation.store.engine.begin() as db:
        db.exec_driver_sql("DROP TRIGGER log_entry_kept")
        db.exec_driver_sql(f"UPDATE log_entry SET {odd} WHERE number = 2")  # noqa: S608
    for query in ("", "?day=2026-11-20", "?act=case-opened"):
        assert desk.get(f"/casework/log{query}").status_code == 200
    for path, status in (("log", 200), ("log/page", 200), ("log/proof", 303)):
        assert desk.get(f"{path_of(case_id)}/{path}").status_code == status


def test_a_damaged_entry_is_shown_as_such_and_breaks_nothing(
    office: Office, case_id: bytes, english: Callable[[Keyring], Desk]
) -> None:
    desk = english(office.adviser)
    for _ in range(5):
        desk.open(case_id)
    hurt: dict[int, dict[str, object]] = {
        0: {"body": b"x"},
        1: {"time": 2**62},
        2: {"actor_kind": 900},
        3: {"leaf": b"l" * 32},
    }
    with office.installation.store.engine.begin() as db:
        if db.dialect.name == "sqlite":
            db.exec_driver_sql("DROP TRIGGER log_entry_kept")
        else:
            db.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for number, values in hurt.items():
            db.execute(update(log_entries).where(log_entries.c.number == number).values(**values))
    page = desk.get("/casework/log").text
    assert page.count(">Damaged</span>") == len(hurt)
    assert lines(page) == 6
    page = desk.get(f"{path_of(case_id)}/log").text
    assert "entries of this inbox are damaged" in page
    assert desk.get(f"{path_of(case_id)}/log/page").status_code == 200


def test_no_entry_is_left_out_for_its_time_though_a_clock_was_wrong(office: Office) -> None:
    here = office.installation
    times = [10, 10, 30, 20, 20, 5, 40]
    with here.store.write() as db:
        for number, time in enumerate(times):
            leaf = leaf_hash(bytes([number]))
            row = queries.EntryRow(
                number, time, Actor.COMMAND, bytes(16), bytes(16), 0, bytes(32), b"", leaf
            )
            queries.append(db, queries.hold_head(db), row)
    with here.store.read() as db:
        for moment in (0, 5, 6, 10, 11, 20, 21, 30, 31, 40, 41):
            first, end = first_since(db, moment), end_before(db, moment)
            assert first == min((n for n, at in enumerate(times) if at >= moment), default=7)
            assert end == max((n + 1 for n, at in enumerate(times) if at < moment), default=0)


def test_what_an_entry_names_is_told_by_name(
    office: Office, english: Callable[[Keyring], Desk]
) -> None:
    me = office.adviser.member_id
    inboxes = [one.inbox_id for one in office.installation.directory.inboxes[:2]]
    office.log_of_commands.note(
        deed(Logged.LET_IN, member=me, inboxes=inboxes),
        deed(Logged.INVITED, to="deputy"),
        deed(Logged.CASES_RENEWED, number=0),
        deed(Logged.DAY_CAME_IN, day="2026-11-19"),
        deed(Logged.LEFT, member="nobody", inboxes=[b"?"]),
    )
    page = words_of(english(office.reserve).get("/casework/log").text)
    assert re.search(r"Let somebody into an inbox: Ida Rådgiver Whistleblower, Whistle", page)
    assert "Invited somebody: deputy" in page
    assert "Gave cases their inbox’s new keys: all of them have them" in page
    assert re.search(r"Noted what had come in: November.19,.2026", page)

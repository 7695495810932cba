"""Every act of casework leaves its entry, and nothing is opened that is not logged."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import delete, update

from tests.casework.journal import Journal, Told
from tests.support.identity import SENT
from tests.support.office import Desk, Office, a_file, hidden_fields
from tests.support.registered import registered
from whistle.casework.cases import Cases
from whistle.casework.rotation import rotate_for
from whistle.casework.service import OpenedCase
from whistle.domain.channel import Channel, InboxKind
from whistle.domain.logged import Logged
from whistle.keys.keyring import Keyring
from whistle.keys.steps import rotate
from whistle.storage import directory, log_tables, tables
from whistle.storage.errors import ConflictError


@dataclass
class Bench:
    """A case at a desk, and the log. ``form``: the hidden fields of the case's page."""

    office: Office
    desk: Desk
    case_id: bytes
    journal: Journal
    form: dict[str, str]

    @property
    def path(self) -> str:
        return f"/casework/case/{self.case_id.hex()}"

    def post(self, path: str, status: int = 303, **fields: object) -> str:
        """Press a button of the case; give what the page says."""
        answer = self.desk.post(f"{self.path}/{path}", {**self.form, **fields})
        assert answer.status_code == status, answer.text
        return answer.text

    def get(self, path: str = "", status: int = 200) -> str:
        answer = self.desk.get(f"{self.path}{path}")
        assert answer.status_code == status, answer.text
        return answer.text

    def version(self) -> int:
        return self.office.work_of(self.office.adviser).version(self.case_id)

    def note(self, text: str = "Notat") -> str:
        """Write a note; give its path."""
        self.post("note", note=text)
        found = re.findall(r'href="[^"]*/(note/[0-9a-f]{32})"', self.get())
        return str(found[-1])


@pytest.fixture
def bench(office: Office) -> Bench:
    reporter = office.reporter()
    receipt = reporter.report(
        "Jeg skriver", files=[a_file()], name="Åse", contact="40404040", channel="citizen"
    )
    case_id = office.case_of(receipt)
    registered(office.work_of(office.adviser), case_id)
    desk = office.desk_of(office.adviser)
    form = hidden_fields(desk.open(case_id).text)
    return Bench(office, desk, case_id, Journal(office), form)


def told_of(bench: Bench) -> Told:
    """Give the one entry that there is, which is of this case and by this member."""
    (told,) = bench.journal.new()
    assert told.row.actor == bench.office.adviser.member_id
    assert told.about["case"] == bench.case_id.hex()
    assert told.about["role"] == "adviser"
    inbox = bench.office.work_of(bench.office.adviser).inbox_of(bench.case_id)
    assert inbox is not None
    assert told.row.inbox_id == inbox.inbox_id
    return told


READING: dict[str, tuple[Callable[[Bench], object], Logged]] = {
    "the case": (lambda bench: bench.get(), Logged.CASE_OPENED),
    "before closing": (lambda bench: bench.get("/close"), Logged.CASE_OPENED),
    "before recusal": (lambda bench: bench.get("/recusal"), Logged.CASE_OPENED),
    "its log": (lambda bench: bench.get("/log"), Logged.LOG_READ),
    "a page to hand out": (lambda bench: bench.get("/log/page"), Logged.LOG_HANDED_OUT),
    "its proof": (lambda bench: bench.get("/log/proof", 303), Logged.LOG_HANDED_OUT),
    "who it is": (lambda bench: bench.post("identity", 200, **SENT), Logged.IDENTITY_OPENED),
    "that nothing is apart": (lambda bench: bench.post("apart", 200, **SENT), Logged.CASE_OPENED),
    "a refused answer": (lambda bench: bench.post("answer", 422, text=""), Logged.CASE_OPENED),
    "a refused note": (lambda bench: bench.post("note", 422, note=""), Logged.CASE_OPENED),
    "a refused title": (
        lambda bench: bench.post("title", 422, title="æ" * 121),
        Logged.CASE_OPENED,
    ),
    "a title that changed": (
        lambda bench: bench.post("title", 409, title="Ny", was="Gammel"),
        Logged.CASE_OPENED,
    ),
    "a closing with news": (
        lambda bench: bench.post("close", 409, seen=7, text="", note=""),
        Logged.CASE_OPENED,
    ),
    "a recusal of nobody": (
        lambda bench: bench.post("recusal", 422, seen=1, member="", ground="1"),
        Logged.CASE_OPENED,
    ),
}
WRITING: dict[str, tuple[Callable[[Bench], object], Logged]] = {
    "an answer": (lambda bench: bench.post("answer", text="Svar"), Logged.ANSWERED),
    "a note": (lambda bench: bench.post("note", note="Notat"), Logged.NOTE_WRITTEN),
    "a title": (lambda bench: bench.post("title", title="Ny", was=""), Logged.CASE_TITLED),
    "closing": (
        lambda bench: bench.post("close", seen=1, text="Slut", note="Notat"),
        Logged.CASE_CLOSED,
    ),
    "marking": (lambda bench: bench.post("mark", mark="unread"), Logged.CASE_MARKED),
    "feedback": (lambda bench: bench.post("mark", mark="feedback"), Logged.CASE_MARKED),
    "recusal": (
        lambda bench: bench.post(
            "recusal", seen=1, member=bench.office.adviser.member_id.hex(), ground="1", text=""
        ),
        Logged.RECUSED,
    ),
}


@pytest.mark.parametrize("name", READING)
def test_whatever_shows_something_of_a_case_leaves_one_entry(bench: Bench, name: str) -> None:
    look, act = READING[name]
    bench.journal.skip()
    look(bench)
    assert told_of(bench).act is act


@pytest.mark.parametrize("name", WRITING)
def test_whatever_changes_a_case_leaves_one_entry(bench: Bench, name: str) -> None:
    change, act = WRITING[name]
    inbox = bench.office.work_of(bench.office.adviser).inbox_of(bench.case_id)
    assert inbox is not None
    bench.journal.skip()
    change(bench)
    (told,) = bench.journal.new()
    assert (told.act, told.about["case"]) == (act, bench.case_id.hex())
    assert (told.row.actor, told.row.inbox_id) == (bench.office.adviser.member_id, inbox.inbox_id)


@pytest.mark.parametrize("name", ["an answer", "a note", "closing"])
def test_a_double_click_leaves_one_entry(bench: Bench, name: str) -> None:
    change, act = WRITING[name]
    for _ in range(2):
        change(bench)
    assert bench.journal.acts() == [act]


def test_a_file_is_opened_by_name_of_its_own(bench: Bench) -> None:
    (path,) = re.findall(r'href="[^"]*(/file/[0-9a-f]{32})"', bench.get())
    bench.journal.skip()
    bench.get(path)
    assert told_of(bench).about["item"] == path.removeprefix("/file/")
    assert bench.get(f"/file/{bytes(16).hex()}", 404)
    assert bench.journal.rows() == []


def test_a_note_is_followed_from_its_first_word_to_its_end(bench: Bench) -> None:
    path = bench.note()
    note_id = path.removeprefix("note/")
    bench.journal.skip()
    bench.get(f"/{path}")
    bench.post(path, version=1, note="Nyt notat")
    bench.post(f"{path}/delete", version=2)
    bench.get(f"/{path}", 404)
    bench.post("undo", version=bench.version())
    told = bench.journal.new()
    assert [one.act for one in told] == [
        Logged.NOTE_OPENED,
        Logged.NOTE_CHANGED,
        Logged.NOTE_DELETED,
        Logged.UNDONE,
    ]
    assert {one.about["item"] for one in told[:3]} == {note_id}
    assert told[3].about["undone"] == "note-deleted"


def test_a_note_that_somebody_else_changed_is_shown_by_an_entry(bench: Bench) -> None:
    path = bench.note()
    bench.post(path, version=1, note="Andet")
    bench.journal.skip()
    bench.post(path, 409, version=1, note="Mit")
    assert told_of(bench).act is Logged.NOTE_OPENED


def test_an_undo_says_what_it_took_back_and_one_that_came_late_leaves_nothing(bench: Bench) -> None:
    bench.post("close", seen=1, text="", note="")
    version = bench.version()
    bench.journal.skip()
    bench.post("undo", version=version)
    assert told_of(bench).about["undone"] == "closed"
    bench.post("undo", version=version)
    assert bench.journal.rows() == []


@pytest.mark.parametrize("door", ["", "citizen", "whistleblower"])
def test_a_list_leaves_an_entry_for_each_inbox_that_it_shows_or_counts(
    bench: Bench, door: str
) -> None:
    """One door of three is not the member's any more; asked for it, they see the others' counts."""
    inboxes = bench.office.work_of(bench.office.adviser).inboxes_opened()
    ids = {one.inbox.root.channel: one.inbox.inbox_id for one in inboxes}
    lost = ids.pop(Channel.WHISTLEBLOWER)
    with bench.office.installation.store.write() as db:
        db.execute(delete(tables.grants).where(tables.grants.c.inbox_id == lost))
    bench.journal.skip()
    assert "(1)" in bench.desk.get(f"/casework/inboxes?state=all&door={door}").text
    told = bench.journal.new()
    assert sorted(one.row.inbox_id for one in told) == sorted(ids.values())
    assert {(one.act, one.about["state"]) for one in told} == {(Logged.INBOX_LISTED, "all")}


def test_the_log_and_its_copies_leave_entries_too(bench: Bench) -> None:
    bench.journal.skip()
    bench.desk.get("/casework/log")
    bench.desk.post("/casework/log/export", bench.form).get_data()
    assert bench.journal.acts() == [Logged.LOG_READ, Logged.LOG_EXPORTED]
    bench.desk.get("/casework/log?day=i-morgen")
    bench.desk.get("/casework/rotation")
    assert bench.journal.rows() == []


def test_a_first_opening_takes_the_case_in_with_the_entry_of_what_was_done(office: Office) -> None:
    case_id = office.case_of(office.reporter().report("Jeg skriver"))
    journal = Journal(office)
    work = office.work_of(office.adviser)
    work.answer(case_id, b"f" * 16, "Svar", (), is_feedback=False)
    assert journal.acts() == [Logged.ANSWERED]
    [listed] = [case for inbox in work.inboxes() for case in inbox.cases]
    assert not listed.is_new


def test_the_key_of_a_new_receipt_is_kept_with_the_next_entry(bench: Bench, office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report("Ny sag")
    case_id = office.case_of(receipt)
    bench.desk.open(case_id)
    reporter.come_back(receipt)
    form = {**hidden_fields(reporter.get("/da/receipt/replace").text), "written_down": "y"}
    assert reporter.post("/da/receipt/replace", form).status_code == 200
    bench.journal.skip()
    bench.desk.open(case_id)
    assert bench.journal.acts() == [Logged.CASE_OPENED]


def test_what_is_closed_to_a_member_leaves_no_entry(office: Office) -> None:
    case_id = office.case_of(office.reporter().report("Om", concerns_adviser="y"))
    desk, journal = office.desk_of(office.adviser), Journal(office)
    path = f"/casework/case/{case_id.hex()}"
    for address in ("", "/log", "/log/page", "/log/proof", "/close", "/recusal"):
        assert desk.get(path + address).status_code == 404
    assert journal.rows() == []


def test_who_was_quicker_costs_no_second_entry(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = Cases.writing, []

    def once_too_late(self: Cases, opened: OpenedCase, *rest: object, **how: object) -> object:
        tries.append(opened)
        if len(tries) == 1:
            raise ConflictError("somebody was quicker")
        return real(self, opened, *rest, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(Cases, "writing", once_too_late)
    bench.journal.skip()
    bench.post("answer", text="Svar")
    assert len(tries) == 2
    assert bench.journal.acts() == [Logged.ANSWERED]


def test_a_recusal_is_told_to_the_inbox_that_the_case_leaves(bench: Bench) -> None:
    office = bench.office
    me = office.adviser.member_id.hex()
    bench.post("recusal", seen=1, member=me, ground="1", text="")
    (left,) = bench.journal.new(office.adviser)
    reserve = office.work_of(office.reserve).inbox_of(bench.case_id)
    assert reserve is not None
    assert left.about["inbox"] == reserve.inbox_id.hex()
    assert left.about["member"] == me
    desk = office.desk_of(office.reserve)
    opened = desk.open(bench.case_id)
    desk.post(f"{bench.path}/hand-back", {**hidden_fields(opened.text), "seen": 2, "text": ""})
    acts = bench.journal.acts(office.reserve)
    assert acts == [Logged.CASE_OPENED, Logged.HANDED_BACK]


def test_nobody_of_another_inbox_opens_what_an_entry_says(bench: Bench) -> None:
    bench.journal.skip()
    bench.get()
    with pytest.raises(AssertionError):
        bench.journal.new(bench.office.reserve)


def broken_log(office: Office) -> None:
    """Take the log's head away, as only the database's owner can."""
    store = office.installation.store
    with store.engine.begin() as db:
        if store.engine.dialect.name == "sqlite":
            db.exec_driver_sql("DROP TRIGGER log_head_stays")
        else:
            db.exec_driver_sql("SET LOCAL session_replication_role = replica")
        db.execute(delete(log_tables.log_heads))


def test_what_cannot_be_logged_is_not_opened_and_the_page_says_so(bench: Bench) -> None:
    broken_log(bench.office)
    for look in ("", "/close", "/log"):
        page = bench.get(look, 503)
        assert "Jeg skriver" not in page
        assert "503" not in re.sub(r"[0-9a-f]{32,}", "", page)  # a token may have it by chance
    assert bench.desk.get("/casework/inboxes").status_code == 503
    assert bench.post("identity", 503, **SENT)


def test_a_text_that_cannot_be_stored_comes_back_without_the_case(bench: Bench) -> None:
    broken_log(bench.office)
    for path, field in (("answer", "text"), ("note", "note")):
        page = bench.post(path, 503, **{field: "Mine egne ord"})
        assert "Mine egne ord" in page
        assert "Jeg skriver" not in page


def test_an_act_that_cannot_be_logged_does_not_happen(bench: Bench) -> None:
    version = bench.version()
    broken_log(bench.office)
    bench.post("mark", 503, mark="unread")
    bench.post("reopen", 303)  # it was open
    assert bench.version() == version


def test_two_members_who_open_a_case_first_leave_an_entry_each(
    office: Office, deputy: Keyring, case_id: bytes
) -> None:
    journal = Journal(office)
    for member in (office.adviser, deputy):
        assert office.work_of(member).open(case_id)
    told = journal.new()
    assert [one.row.actor for one in told] == [office.adviser.member_id, deputy.member_id]


def test_new_keys_leave_an_entry_a_slice_and_none_where_nothing_was_done(office: Office) -> None:
    here, work = office.installation, office.work_of(office.adviser)
    cases = [office.case_of(office.reporter().report()) for _ in range(3)]
    inbox = here.directory.inbox(Channel.CITIZEN, InboxKind.MAIN)
    column = tables.inbox_keys.c
    with here.store.write() as db:
        grants = directory.grants_of(db, office.adviser.member_id)
        directory.add_step(db, rotate(office.adviser, inbox, grants))
        db.execute(
            update(tables.inbox_keys).where(column.case_id == cases[0]).values(body=b"damaged")
        )
    here.directory.refresh()
    journal = Journal(office)
    assert rotate_for(work, 60).damaged == 1
    told = journal.new()  # one, or two where it began between the cases
    assert {(one.act, one.row.inbox_id) for one in told} == {(Logged.CASES_RENEWED, inbox.inbox_id)}
    assert sum(int(str(one.about["number"])) for one in told) == 2
    assert rotate_for(work, 60).damaged == 1
    assert journal.rows() == []

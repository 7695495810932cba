"""What has nothing to do with a case is erased for good; and closed cases as a whole."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from tests.casework.journal import Journal
from tests.casework.papers import (
    chunks,
    file_document,
    open_case,
    path_of,
    rows_of,
    sealed_items,
)
from tests.casework.records import close_case, counted, register
from tests.support.office import Desk, Office, a_file, hidden_fields
from whistle.casework import acts, erasing, notes, tasks
from whistle.casework.acts import Closing, Done
from whistle.casework.cases import OpenedCase
from whistle.casework.erasing import Kind, Seen, Target
from whistle.casework.filing import Filing, Place, file_new
from whistle.casework.linking import link
from whistle.domain.channel import Side
from whistle.domain.erasing import WORDLESS, Early, Reason
from whistle.domain.filed import Referral
from whistle.domain.logged import Logged
from whistle.domain.registration import Enquiry, LinkKind, Override, Rule
from whistle.keys.keyring import Keyring
from whistle.storage.engine import is_sqlite

SECRET = "Naboens sygdom har intet med sagen at gøre."
Open = Callable[[], OpenedCase]


def message(opened: OpenedCase, number: int) -> Target:
    row_id, _ = opened.items.dialogue_rows(opened.stored.items)[number]
    return Target(opened.case.id, Kind.MESSAGE, row_id)


def erase(office: Office, target: Target, reason: Reason = Reason.OTHER_PEOPLE) -> Done:
    return erasing.erase(office.work_of(office.adviser), target, reason)


def close(office: Office, case_id: bytes) -> None:
    close_case(office.work_of(office.adviser), case_id)


def seen(opened: OpenedCase) -> Seen:
    return Seen(opened.version, len(opened.messages))


def erase_case(office: Office, case_id: bytes, what: Seen | None = None) -> Done:
    work = office.work_of(office.adviser)
    what = what or seen(open_case(office, case_id))
    return erasing.erase_case(work, case_id, what, Early.NOT_OURS)


def test_an_erased_message_leaves_a_line_in_its_place_that_the_reporter_sees_too(
    office: Office, desk: Desk
) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    case_id = office.case_of(receipt)
    reporter.come_back(receipt)
    reporter.write(SECRET, [a_file(b"journal")])
    reporter.write("Det tredje.")
    before = open_case(office, case_id)
    journal = Journal(office)
    assert erase(office, message(before, 1)) is Done.YES
    [told] = journal.new()
    assert (told.act, told.about["reason"]) == (Logged.CONTENT_ERASED, "other-people")
    after = open_case(office, case_id)
    assert [one.position for one in after.messages] == [0, 1, 2]
    gone = after.messages[1]
    assert (gone.text, gone.files, gone.digest, gone.side) == ("", (), b"", Side.REPORTER)
    for page in (desk.open(case_id).text, reporter.come_back(receipt).text):
        assert SECRET not in page
        assert page.count('class="erased"') == 1
        assert "Det tredje." in page


def test_one_file_of_a_message_goes_with_its_chunks_and_the_rest_stays(
    office: Office, desk: Desk
) -> None:
    reporter = office.reporter()
    receipt = reporter.report("Hele historien.", files=[a_file(b"ja"), a_file(b"nej", "nej.txt")])
    case_id = office.case_of(receipt)
    kept, wrong = open_case(office, case_id).messages[0].files
    target = Target(case_id, Kind.FILE, wrong.attachment_id)
    assert erase(office, target, Reason.BY_MISTAKE) is Done.YES
    assert erase(office, target) is Done.ALREADY
    assert chunks(office, wrong.attachment_id) == 0
    assert chunks(office, kept.attachment_id) == 1
    page = reporter.come_back(receipt).text
    assert "Hele historien." in page
    assert "bilag.txt" in page
    assert "nej.txt" not in page
    assert reporter.get(f"/da/receipt/file/{wrong.attachment_id.hex()}").status_code == 404
    assert desk.get(path_of(case_id, f"/file/{wrong.attachment_id.hex()}")).status_code == 404


def test_erasing_the_report_itself_leaves_its_case_and_what_it_did(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report(SECRET, name="Karen Jensen")
    case_id = office.case_of(receipt)
    assert erase(office, message(open_case(office, case_id), 0)) is Done.YES
    after = open_case(office, case_id)
    assert after.identity_given
    assert after.messages[0].identity_given
    assert reporter.come_back(receipt).status_code == 200


def test_an_answer_that_is_erased_acknowledged_all_the_same(
    office: Office, desk: Desk, case_id: bytes, opened: Open
) -> None:
    desk.answer(case_id, "Sendt til den forkerte.")
    acknowledged = opened().registration.acknowledged
    assert erase(office, message(opened(), -1), Reason.BY_MISTAKE) is Done.YES
    assert opened().registration.acknowledged == acknowledged is not None


@pytest.mark.parametrize("kind", [Kind.NOTE, Kind.FILED])
def test_a_note_and_a_document_go_at_once_with_all_that_they_said_before(
    office: Office, case_id: bytes, opened: Open, kind: Kind
) -> None:
    work = office.work_of(office.adviser)
    opened()
    before = {row.id for row in sealed_items(office, case_id)}
    attachment_id = b""
    if kind is Kind.NOTE:
        notes.write_note(work, case_id, b"f", SECRET)
        item = opened().notebook.shown[0].note_id
        notes.edit_note(work, case_id, item, 1, notes.Edit("Andet"))
    else:
        item, attachment_id = file_document(office, case_id)
    version = 2 if kind is Kind.NOTE else 1
    assert erase(office, Target(case_id, kind, item, version)) is Done.YES
    assert {row.id for row in sealed_items(office, case_id)} == before
    assert chunks(office, attachment_id) == 0
    assert opened().registration.last_act == ""
    assert erase(office, Target(case_id, kind, item)) is Done.ALREADY


@pytest.mark.parametrize("kind", [Kind.NOTE, Kind.FILED])
def test_what_a_colleague_wrote_meanwhile_is_not_erased_unread(
    office: Office, desk: Desk, deputy: Keyring, case_id: bytes, opened: Open, kind: Kind
) -> None:
    opened()
    mine, theirs = office.work_of(office.adviser), office.work_of(deputy)
    if kind is Kind.NOTE:
        notes.write_note(mine, case_id, b"f", "Om naboen")
        item = opened().notebook.shown[0].note_id
    else:
        tasks.add(mine, case_id, b"f", "Om naboen", None)
        item = opened().notebook.filed[0].filed_id
    url = path_of(case_id, f"/erase/{kind}/{item.hex()}")
    form = {**hidden_fields(desk.get(url).text), "why": "other-people"}
    if kind is Kind.NOTE:
        notes.edit_note(theirs, case_id, item, 1, notes.Edit("Han har ringet om sagen"))
    else:
        tasks.reword(theirs, Place(case_id, item, 1), "Han har ringet om sagen", None)
    refused = desk.post(url, form)
    assert refused.status_code == 409
    assert 'role="alert"' in refused.text
    assert "Han har ringet om sagen" in refused.text
    assert opened().notebook.shown or opened().notebook.filed
    form |= hidden_fields(refused.text)  # now it was shown
    assert desk.post(url, form).status_code == 303
    assert not opened().notebook.shown
    assert not opened().notebook.filed


def test_a_reason_in_the_registration_is_erased_and_no_other(
    office: Office, desk: Desk, case_id: bytes, opened: Open
) -> None:
    day = office.clock.today()
    given = (Override(Rule.DECLINED, SECRET, day), Override(Rule.HALF_YEAR, "Nyt", day))
    opened()
    register(office.work_of(office.adviser), case_id, Enquiry(casework=False, overrides=given))
    listed = desk.get(path_of(case_id, "/erase")).text
    first, second = re.findall(r'href="([^"]*/erase/reason/[0-9a-f]{32})"', listed)
    page = desk.get(first).text
    assert SECRET in page
    form, journal = {**hidden_fields(page), "why": "other-people"}, Journal(office)
    assert desk.post(first, form).status_code == 303
    told = next(one for one in journal.new() if one.act is Logged.CONTENT_ERASED)
    assert told.about["kind"] == "reason"
    assert opened().registration.enquiry.overrides == given[1:]
    assert SECRET not in desk.open(case_id).text
    assert desk.post(first, form).status_code == 409  # another reason is in its place now
    assert desk.get(second).status_code == 404
    assert opened().registration.enquiry.overrides == given[1:]


def test_why_a_reply_is_not_waited_for_is_erased_in_the_letter_too_which_waits_no_more(
    office: Office, desk: Desk, case_id: bytes, opened: Open
) -> None:
    work, day = office.work_of(office.adviser), office.clock.today()
    opened()
    register(work, case_id)
    letter = Referral("bl", day, day)
    assert file_new(work, case_id, b"f", letter, Filing(Logged.FILED)) is Done.YES
    assert acts.close(work, case_id, Closing(b"g", 1, unanswered=SECRET)) is Done.YES
    records = counted(office)
    version = opened().version
    target = Target(case_id, Kind.REASON, bytes(16), version)
    assert erase(office, replace(target, version=version - 1)) is Done.CHANGED
    assert erase(office, target) is Done.YES
    after = opened()
    assert after.registration.enquiry.overrides == ()
    ((kept, told),) = after.notebook.of_kind(Referral)
    assert told == replace(letter, unanswered=WORDLESS)
    assert [one.content for one in kept.versions] == [letter, told]
    assert counted(office) == records
    assert SECRET not in desk.get(path_of(case_id, f"/referrals/{kept.filed_id.hex()}")).text


def test_an_erased_task_is_due_no_more(office: Office, case_id: bytes, opened: Open) -> None:
    work = office.work_of(office.adviser)
    tasks.add(work, case_id, b"f", "Ring", office.clock.today())
    [due] = opened().registration.due
    assert erase(office, Target(case_id, Kind.FILED, due.item, 1)) is Done.YES
    assert opened().registration.due == ()


def test_the_same_erased_by_two_at_once_is_erased_once(
    office: Office, deputy: Keyring, opened: Open
) -> None:
    target = message(opened(), 0)
    works = [office.work_of(one) for one in (office.adviser, deputy)]
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda work: erasing.erase(work, target, Reason.OTHER_MATTER), works))
    assert sorted(one.name for one in done) == ["ALREADY", "YES"]
    assert len(opened().messages[0].erased) == 1


def test_the_page_asks_why_and_shows_what_goes(desk: Desk, case_id: bytes, opened: Open) -> None:
    listed = desk.get(path_of(case_id, "/erase"))
    [url] = set(re.findall(r'href="([^"]*/erase/message/[0-9a-f]{32})"', listed.text))
    page = desk.get(url)
    assert "Jeg skriver om en sag." in page.text
    form = hidden_fields(page.text)
    for reason in ("", "because"):
        assert desk.post(url, {**form, "why": reason}).status_code == 422
    assert desk.post(url, {"why": "other-matter"}).status_code == 422  # no token
    assert opened().messages[0].text
    assert desk.post(url, {**form, "why": "other-matter"}).status_code == 303
    assert desk.post(url, {**form, "why": "other-matter"}).status_code == 303  # a double click
    assert not opened().messages[0].text
    assert desk.get(url).status_code == 404
    for wrong in ("/erase/registration/" + "0" * 32, "/erase/message/x"):
        assert desk.get(path_of(case_id, wrong)).status_code == 404


def test_nothing_of_an_erased_message_is_left_in_the_files_of_the_database(
    office: Office,
) -> None:
    store = office.installation.store
    name = store.engine.url.database or ""
    if not is_sqlite(store.engine) or not Path(name).is_file():
        return  # PostgreSQL frees the room of a row by vacuum
    reporter = office.reporter()
    receipt = reporter.report(SECRET * 200, files=[a_file(bytes(300_000))])
    case_id = office.case_of(receipt)
    opened = open_case(office, case_id)
    target = message(opened, 0)
    [row] = [one for one in opened.stored.items if one.id == target.item]
    body = row.body[500:540]

    def found() -> bool:
        files = (Path(name), Path(f"{name}-wal"))
        return any(body in file.read_bytes() for file in files if file.exists())

    assert found()
    assert erase(office, target) is Done.YES
    assert not found()


# -- a whole case ------------------------------------------------------------------------------


def test_a_closed_case_is_erased_with_every_row_it_has(
    office: Office, english: Callable[[Keyring], Desk]
) -> None:
    desk = english(office.adviser)
    reporter = office.reporter()
    receipt = reporter.report(files=[a_file(b"bilag")])
    case_id = office.case_of(receipt)
    [file] = open_case(office, case_id).messages[0].files
    notes.write_note(office.work_of(office.adviser), case_id, b"f", "Ring")
    _, attachment_id = file_document(office, case_id)
    close(office, case_id)
    journal, records = Journal(office), counted(office)
    page = desk.get(path_of(case_id, "/erase-case"))
    assert page.status_code == 200
    form = hidden_fields(page.text)
    assert desk.post(path_of(case_id, "/erase-case"), {**form, "word": "ja"}).status_code == 422
    assert "Type ERASE" in page.text
    journal.skip()
    answer = desk.post(
        path_of(case_id, "/erase-case"), {**form, "word": " erase", "early": "asked"}
    )
    assert answer.status_code == 303, answer.text
    assert journal.acts() == [Logged.CASE_ERASED]
    assert set(rows_of(office, case_id).values()) == {0}
    assert chunks(office, file.attachment_id) == chunks(office, attachment_id) == 0
    assert counted(office) == records
    assert len(records) == 1
    assert desk.open(case_id).status_code == 404
    assert desk.get("/casework/log").status_code == 200
    told = reporter.come_back(receipt, "en")
    assert told.status_code == 404
    assert "Or the case has been erased" in told.text


def test_a_wrong_receipt_is_not_told_that_a_case_was_erased(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.form()["receipt"]
    assert "the case has been erased" not in reporter.come_back(receipt, "en").text


def test_an_open_case_is_never_erased(office: Office, desk: Desk, case_id: bytes) -> None:
    assert erase_case(office, case_id) is Done.TOO_LATE
    page = desk.get(path_of(case_id, "/erase-case")).text
    assert 'name="word"' not in page
    assert rows_of(office, case_id)["enquiry_case"] == 1


def test_a_case_in_which_something_happened_since_is_not_erased_unread(
    office: Office,
) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    case_id = office.case_of(receipt)
    close(office, case_id)
    what = seen(open_case(office, case_id))
    reporter.come_back(receipt)
    reporter.write("Vent!")
    assert erase_case(office, case_id, what) is Done.CHANGED
    assert "Vent!" in reporter.come_back(receipt).text


def test_a_case_erased_twice_at_once_is_erased_once(
    office: Office, deputy: Keyring, case_id: bytes
) -> None:
    close(office, case_id)
    what = seen(open_case(office, case_id))
    works = [office.work_of(one) for one in (office.adviser, deputy)]
    with ThreadPoolExecutor(2) as pool:
        done = list(
            pool.map(lambda work: erasing.erase_case(work, case_id, what, Early.TWICE), works)
        )
    assert sorted(one.name for one in done) == ["CLOSED_TO_YOU", "YES"]


def test_a_reporter_who_writes_as_the_case_is_erased_is_told(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    case_id = office.case_of(receipt)
    form = hidden_fields(reporter.come_back(receipt).text)
    close(office, case_id)
    assert erase_case(office, case_id) is Done.YES
    answer = reporter.post("/da/receipt/message", {**form, "text": "Er I der?"})
    assert answer.status_code == 404
    assert "Er I der?" in answer.text


def test_a_case_that_was_linked_to_an_erased_one_still_opens(
    office: Office, desk: Desk, case_id: bytes
) -> None:
    gone = office.case_of(office.reporter().report())
    work = office.work_of(office.adviser)
    assert link(work, case_id, gone, LinkKind.RELATED) is Done.YES
    close(office, gone)
    assert erase_case(office, gone) is Done.YES
    for page in ("", "/tasks", "/link", "/timeline", "/documents"):
        assert desk.get(path_of(case_id, page)).status_code == 200

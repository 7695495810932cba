"""What members open, answer and owe; and what their keys keep from them."""

import re
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from tests.support.identity import SENT, WHY, opened_page
from tests.support.office import Office, a_file, hidden_fields
from whistle.casework.identity import open_identity
from whistle.casework.service import CaseworkService, DutyKind, ListedCase, Written
from whistle.crypto.envelope import KeyPair
from whistle.crypto.receipt import Receipt
from whistle.crypto.secret import Seed
from whistle.domain.channel import Act, Channel, InboxKind, Side
from whistle.keys.cases import CaseItems, open_reporter_keys
from whistle.keys.keyring import Keyring
from whistle.keys.records import Message
from whistle.keys.steps import admit
from whistle.limits import Limits
from whistle.storage import directory, intake, tables
from whistle.storage.rows import MemberRow

DAY = date(2026, 11, 20)


def listed(work: CaseworkService) -> list[ListedCase]:
    return [case for inbox in work.inboxes() for case in inbox.cases]


def answer(
    office: Office, case_id: bytes, text: str = "Svar", *, is_feedback: bool = False
) -> Written:
    form_id = secrets.token_bytes(16)
    work = office.work_of(office.adviser)
    return work.answer(case_id, form_id, text, (), is_feedback=is_feedback)


def test_a_report_lands_in_the_inbox_of_its_door(office: Office) -> None:
    for channel in ("whistleblower", "council", "citizen"):
        office.reporter().report(f"Til {channel}", channel=channel)
    for inbox in office.work_of(office.adviser).inboxes():
        assert len(inbox.cases) == 1
        opened = office.work_of(office.adviser).open(inbox.cases[0].case.id)
        assert opened is not None
        assert opened.messages[0].text == f"Til {inbox.inbox.root.channel}"


def test_a_report_about_the_adviser_is_the_reserves_alone(office: Office) -> None:
    receipt = office.reporter().report("Om rådgiveren", concerns_adviser="y")
    case_id = office.case_of(receipt)
    adviser, reserve = office.work_of(office.adviser), office.work_of(office.reserve)
    assert listed(adviser) == []
    assert adviser.open(case_id) is None
    assert open_identity(adviser, case_id, WHY) is None
    assert adviser.file(case_id, bytes(16)) is None
    written = adviser.answer(case_id, b"f", "Hov", (), is_feedback=False)
    assert written is Written.CLOSED_TO_YOU
    assert office.desk_of(office.adviser).open(case_id).status_code == 404
    opened = reserve.open(case_id)
    assert opened is not None
    assert opened.messages[0].text == "Om rådgiveren"


def test_a_member_without_a_grant_opens_nothing_whatever_their_role_says(office: Office) -> None:
    stranger = Keyring(office.installation.id, secrets.token_bytes(16), Seed.random())
    with office.installation.store.write() as db:
        MemberRow(stranger.member_id, "x", "X", "adviser", "da", b"", b"").insert(db)
    case_id = office.case_of(office.reporter().report())
    assert office.work_of(stranger).inboxes() == []
    assert office.work_of(stranger).open(case_id) is None


def test_a_case_is_new_until_somebody_opens_it(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    work = office.work_of(office.adviser)
    assert [(case.is_new, case.unread) for case in listed(work)] == [(True, 1)]
    work.open(office.case_of(receipt))
    assert [(case.is_new, case.unread) for case in listed(work)] == [(False, 0)]
    reporter.come_back(receipt)
    reporter.write("Mere")
    assert [(case.is_new, case.unread) for case in listed(work)] == [(False, 1)]


def test_the_first_answer_acknowledges_and_the_clock_runs_on_from_it(office: Office) -> None:
    case_id = office.case_of(office.reporter().report())
    office.later(days=3)
    assert answer(office, case_id) is Written.YES
    work = office.work_of(office.adviser)
    opened = work.open(case_id)
    assert opened is not None
    assert opened.case.acknowledge_by is None
    assert opened.case.feedback_by == date(2027, 2, 23)
    assert [(duty.kind, duty.done) for duty in work.duties(opened)] == [
        (DutyKind.ACKNOWLEDGE, date(2026, 11, 23)),
        (DutyKind.FEEDBACK, None),
    ]


def test_feedback_ends_the_clock(office: Office) -> None:
    case_id = office.case_of(office.reporter().report())
    answer(office, case_id, is_feedback=True)
    opened = office.work_of(office.adviser).open(case_id)
    assert opened is not None
    assert (opened.case.acknowledge_by, opened.case.feedback_by) == (None, None)
    assert [case.duty for case in listed(office.work_of(office.adviser))] == [None]


def test_what_presses_most_is_listed_first(office: Office) -> None:
    late = office.case_of(office.reporter().report("sent"))
    office.later(days=6)
    fresh = office.case_of(office.reporter().report("nyt"))
    office.later(days=2)
    cases = listed(office.work_of(office.adviser))
    today = office.clock.today()
    assert [case.case.id for case in cases] == [late, fresh]
    assert [case.duty is not None and case.duty.is_overdue(today) for case in cases] == [
        True,
        False,
    ]


def test_a_duty_is_overdue_the_day_after_and_not_on_the_day(office: Office) -> None:
    office.reporter().report()
    office.later(days=7)
    [case] = listed(office.work_of(office.adviser))
    assert case.duty is not None
    assert not case.duty.is_overdue(office.clock.today())
    office.later(days=1)
    assert case.duty.is_overdue(office.clock.today())


def test_an_answer_sent_twice_is_written_once(office: Office) -> None:
    case_id = office.case_of(office.reporter().report())
    desk = office.desk_of(office.adviser)
    form = hidden_fields(desk.open(case_id).text)
    for _ in range(2):
        sent = desk.post(f"/casework/case/{case_id.hex()}/answer", {**form, "text": "Én gang"})
        assert sent.status_code == 303
    opened = office.work_of(office.adviser).open(case_id)
    assert opened is not None
    assert [message.text for message in opened.messages].count("Én gang") == 1


def test_an_answer_carries_files_to_the_reporter(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    desk = office.desk_of(office.adviser)
    content = secrets.token_bytes(300_000)
    sent = desk.answer(office.case_of(receipt), "Se bilaget", files=[a_file(content, "brev.pdf")])
    assert sent.status_code == 303
    page = reporter.come_back(receipt).text
    [address] = re.findall(r'href="(/da/receipt/file/[0-9a-f]+)"', page)
    assert reporter.get(address).data == content


def test_the_member_gets_every_byte_of_the_reporters_file(office: Office) -> None:
    content = secrets.token_bytes(300_000)
    case_id = office.case_of(office.reporter().report(files=[a_file(content)]))
    desk = office.desk_of(office.adviser)
    pattern = rf'href="(/casework/case/{case_id.hex()}/file/[0-9a-f]+)"'
    [address] = re.findall(pattern, desk.open(case_id).text)
    assert desk.get(address).data == content
    assert office.desk_of(office.reserve).get(address).status_code == 404


def test_who_the_reporter_is_takes_a_step_of_its_own(office: Office) -> None:
    receipt = office.reporter().report(name="Bodil Navn", contact="12 34 56 78")
    case_id = office.case_of(receipt)
    desk = office.desk_of(office.adviser)
    page = desk.open(case_id).text
    assert "Bodil Navn" not in page
    address = f"/casework/case/{case_id.hex()}/identity"
    assert "Bodil Navn" not in desk.get(address).text
    assert desk.post(address, SENT).status_code == 422
    shown = opened_page(desk, case_id)
    assert "Bodil Navn" in shown
    assert "12 34 56 78" in shown


def test_the_name_of_the_reported_person_takes_another_step_of_its_own(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report(channel="council", name="Åse Ømann", reported_name="Poul Person")
    case_id = office.case_of(receipt)
    reporter.come_back(receipt)
    assert "Poul Person" not in reporter.get("/da/receipt").text
    desk = office.desk_of(office.adviser)
    page = desk.open(case_id).text
    assert "Poul Person" not in page
    assert "Poul Person" not in opened_page(desk, case_id)
    assert "Poul Person" not in desk.get(f"/casework/case/{case_id.hex()}/apart").text
    shown = opened_page(desk, case_id, "apart")
    assert "Poul Person" in shown
    assert "Åse Ømann" not in shown


def test_the_database_does_not_tell_who_gave_a_name(office: Office) -> None:
    office.reporter().report("a" * 50)
    office.reporter().report(
        "b" * 50, channel="council", name="Bodil Navn", contact="x" * 900, reported_name="y" * 900
    )
    with office.installation.store.read() as db:
        rows = db.execute(
            tables.items.select().order_by(tables.items.c.case_id, tables.items.c.compartment)
        ).all()
    shapes = [(row.compartment, len(row.body)) for row in rows]
    assert shapes[:2] == shapes[2:]


@pytest.mark.parametrize("path", ["inboxes", "case/{}", "case/{}/file/{}"])
def test_whoever_is_not_signed_in_is_sent_to_sign_in(office: Office, path: str) -> None:
    case_id = office.case_of(office.reporter().report())
    stranger = office.casework.test_client()
    answered = stranger.get("/casework/" + path.format(case_id.hex(), "00" * 16))
    assert answered.status_code == 303
    assert answered.headers["Location"] == "/casework/"


@pytest.mark.parametrize("path", ["answer", "identity", "apart"])
def test_nobody_posts_without_a_session(office: Office, path: str) -> None:
    case_id = office.case_of(office.reporter().report())
    stranger = office.casework.test_client()
    answered = stranger.post(f"/casework/case/{case_id.hex()}/{path}", data={"text": "x"})
    assert answered.status_code == 401  # the sign-in page, with the text kept on it
    opened = office.work_of(office.adviser).open(case_id)
    assert opened is not None
    assert len(opened.messages) == 1


def test_an_answer_without_the_sessions_token_is_not_sent_and_not_lost(office: Office) -> None:
    case_id = office.case_of(office.reporter().report())
    refused = office.desk_of(office.adviser).answer(case_id, "Skal blive her", csrf_token="x")
    assert refused.status_code == 422
    assert "Skal blive her" in refused.text
    opened = office.work_of(office.adviser).open(case_id)
    assert opened is not None
    assert len(opened.messages) == 1


def test_the_token_of_one_session_is_refused_in_another(office: Office) -> None:
    case_id = office.case_of(office.reporter().report())
    other = hidden_fields(office.desk_of(office.adviser).open(case_id).text)["csrf_token"]
    refused = office.desk_of(office.adviser).answer(case_id, "x", csrf_token=other)
    assert refused.status_code == 422


@pytest.mark.parametrize("address", ["zz", "00", "0" * 32, "0" * 33, "%00", "../inboxes"])
def test_an_address_of_no_case_is_not_there(office: Office, address: str) -> None:
    assert office.desk_of(office.adviser).get(f"/casework/case/{address}").status_code == 404


def test_an_empty_answer_is_not_sent(office: Office) -> None:
    case_id = office.case_of(office.reporter().report())
    assert office.desk_of(office.adviser).answer(case_id, " \r\n ").status_code == 422


def test_two_members_opening_at_the_same_moment_both_read(office: Office) -> None:
    case_id = office.case_of(office.reporter().report("Samtidig"))

    def read(_: int) -> Sequence[str]:
        opened = office.work_of(office.adviser).open(case_id)
        return [message.text for message in opened.messages] if opened else []

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, range(8))) == [["Samtidig"]] * 8


def test_answers_written_at_the_same_moment_are_all_there(office: Office) -> None:
    case_id = office.case_of(office.reporter().report())
    office.work_of(office.adviser).open(case_id)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda number: answer(office, case_id, f"svar {number}"), range(4)))
    assert done == [Written.YES] * 4
    opened = office.work_of(office.adviser).open(case_id)
    assert opened is not None
    assert sorted(message.text for message in opened.messages[1:]) == [
        f"svar {number}" for number in range(4)
    ]


def test_one_damaged_registration_does_not_close_the_list(office: Office) -> None:
    good = office.case_of(office.reporter().report("god"))
    bad = office.case_of(office.reporter().report("dårlig"))
    work = office.work_of(office.adviser)
    for case_id in (good, bad):
        work.open(case_id)
    with office.installation.store.write() as db:
        column = tables.registrations.c
        db.execute(
            tables.registrations.update()
            .where(column.case_id == bad)
            .values(body=b"\x01" + bytes(4124))
        )
    desk = office.desk_of(office.adviser)
    assert desk.get("/casework/inboxes").status_code == 200
    assert {case.case.id: case.damaged for case in listed(work)} == {good: False, bad: True}
    assert desk.open(bad).status_code == 404
    assert desk.open(good).status_code == 200


def test_everybody_who_can_open_a_case_is_named_on_it(office: Office) -> None:
    case_id = office.case_of(office.reporter().report())
    page = office.desk_of(office.adviser).open(case_id).text
    assert "Ida Rådgiver" in page
    assert "Rolf Reserve" not in page


def test_a_deputy_who_is_let_in_while_the_server_runs_opens_what_came_before(
    office: Office,
) -> None:
    receipt = office.reporter().report("Før vikaren kom")
    deputy = Keyring(office.installation.id, secrets.token_bytes(16), Seed.random())
    inbox = office.installation.directory.inbox(Channel.CITIZEN, InboxKind.MAIN)
    with office.installation.store.write() as db:
        MemberRow(deputy.member_id, "vikar", "V", "deputy", "da", b"", b"").insert(db)
        mine = [
            grant
            for grant in directory.grants_of(db, office.adviser.member_id)
            if grant.inbox_id == inbox.inbox_id
        ]
        directory.add_step(db, admit(office.adviser, inbox, mine, deputy.public))
    for member in (deputy, office.adviser):
        opened = office.work_of(member).open(office.case_of(receipt))
        assert opened is not None
        assert opened.messages[0].text == "Før vikaren kom"
    later = office.reporter().report("Efter")
    assert office.work_of(deputy).open(office.case_of(later)) is not None


def test_a_new_receipt_reaches_the_vaults_keys_when_the_case_is_opened(office: Office) -> None:
    key = Receipt.parse(office.reporter().report())
    here, newer = office.installation, KeyPair(Seed.random()).public
    with here.store.read() as db:
        found = intake.find(db, key.lookup(here.id))
    assert found is not None
    keys = open_reporter_keys(here.id, key.key_pair(here.id), found.case.id, found.reporter_keys)
    line = Message(Side.REPORTER, DAY, 9, "", act=Act.NEW_RECEIPT, reporter=newer)
    item = CaseItems(here.id, found.case.id, keys).message(line, item_id=bytes(16))
    work = office.work_of(office.adviser)
    before = work.open(found.case.id)
    with here.store.write() as db:
        item.insert(db)
    after, again = work.open(found.case.id), work.open(found.case.id)
    assert before is not None
    assert after is not None
    assert again is not None
    assert before.items.keys.reporter != newer
    assert after.items.keys.reporter == again.items.keys.reporter == newer
    assert after.stored.keys == again.stored.keys != before.stored.keys


def test_feedback_that_is_ticked_the_second_time_is_feedback(office: Office) -> None:
    case_id = office.case_of(office.reporter().report())
    desk = office.desk_of(office.adviser)
    form = {**hidden_fields(desk.open(case_id).text), "text": "Samme svar"}
    address = f"/casework/case/{case_id.hex()}/answer"
    desk.post(address, form)
    desk.post(address, {**form, "is_feedback": "y"})
    opened = office.work_of(office.adviser).open(case_id)
    assert opened is not None
    assert [message.text for message in opened.messages].count("Samme svar") == 1
    assert opened.registration.feedback is not None
    assert opened.case.feedback_by is None


def test_the_reserves_answer_is_signed_by_the_reserve(office: Office) -> None:
    case_id = office.case_of(office.reporter().report("Om", concerns_adviser="y"))
    desk = office.desk_of(office.reserve)
    desk.answer(case_id, "Svar")
    page = desk.open(case_id).text
    assert "<h3>Reserven</h3>" in page
    assert "<h3>Borgerrådgiveren</h3>" not in page


def test_an_answer_whose_files_have_no_room_says_when_and_keeps_its_text(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = office.case_of(office.reporter().report())
    later = office.clock.now() + timedelta(hours=1)
    monkeypatch.setattr(Limits, "no_room_until", lambda *_: later)
    desk = office.desk_of(office.adviser)
    refused = desk.answer(case_id, "Skal blive her", files=[a_file()])
    assert refused.status_code == 503
    assert "uden filerne, eller prøv igen kl. 14:00" in refused.text
    assert "Skal blive her" in refused.text
    assert refused.headers["Retry-After"] == "3600"

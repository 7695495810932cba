"""Who somebody is: opened for a reason, a part at a time, and the case says who opened it."""

from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest

from tests.casework.journal import Journal
from tests.support.identity import SENT, WHY, opened_page
from tests.support.office import Desk, Office, hidden_fields
from whistle.casework.acts import Done
from whistle.casework.cases import OpenedCase
from whistle.casework.entering import NewCase, enter
from whistle.casework.exchange.case_zip import Also, export_case
from whistle.casework.filing import Filing, file_new, filed_id_of
from whistle.casework.identity import (
    Reason,
    has_identity,
    open_apart,
    open_identity,
    open_letter,
    openings,
    write_identity,
)
from whistle.casework.keeping import hold
from whistle.casework.rights import look
from whistle.casework.search import Asked, search
from whistle.domain.channel import Channel
from whistle.domain.filed import Referral
from whistle.domain.identity import Opening, OpeningGround, OpeningWay, Part
from whistle.domain.logged import Logged
from whistle.domain.referral import KEPT_APART
from whistle.domain.words import read_words
from whistle.keys.keyring import Keyring
from whistle.keys.records import Identity, Registration

NAME, CONTACT, REPORTED = "Åse Ømann", "12 34 56 78", "Poul Person"
PERSON = "Dorthe Dam, tlf. 87 65 43 21"


@pytest.fixture
def council(office: Office) -> bytes:
    """A council member's case with a name, and the name of the person reported."""
    receipt = office.reporter().report(
        channel="council", name=NAME, contact=CONTACT, reported_name=REPORTED
    )
    return office.case_of(receipt)


@pytest.fixture
def letter(office: Office, case_id: bytes) -> bytes:
    """A letter that says who it is."""
    text = f"Kære center\n\n{KEPT_APART}\n\nHilsen"
    sent = Referral(
        "bl", date(2026, 11, 20), date(2026, 12, 4), text=text, with_identity=True, person=PERSON
    )
    work = office.work_of(office.adviser)
    file_new(work, case_id, b"letter", sent, Filing(Logged.FILED))
    return filed_id_of(work, b"letter", sent)


def opened(office: Office, case: bytes) -> OpenedCase:
    found = look(office.work_of(office.adviser), case)
    assert found is not None
    return found


def test_to_open_one_part_opens_no_other_and_each_is_logged_with_its_ground(
    office: Office, council: bytes
) -> None:
    work, journal = office.work_of(office.adviser), Journal(office)
    told = open_identity(work, council, WHY)
    assert told is not None
    assert told[1] == Identity(NAME, CONTACT), "and not what is kept apart"
    apart = open_apart(work, council, Reason(OpeningGround.FACTS, "Hvem handler det om?"))
    assert apart is not None
    assert apart[1] == {"reported_name": (REPORTED,)}
    entries = journal.new()
    assert [(one.act, one.about["ground"], one.about["way"]) for one in entries] == [
        (Logged.IDENTITY_OPENED, "contact", "shown"),
        (Logged.ANSWERS_OPENED, "facts", "shown"),
    ]
    assert all(WHY.words not in str(one.about) for one in entries), "words stay with the case"


@pytest.mark.parametrize("words", ["", "  \n ", "\u200b\u2060", "..", "\u0301"])
def test_without_a_reason_nothing_is_opened(office: Office, council: bytes, words: str) -> None:
    work, journal = office.work_of(office.adviser), Journal(office)
    with pytest.raises(ValueError, match="without a reason"):
        open_identity(work, council, Reason(OpeningGround.FACTS, words))
    assert journal.new() == []


@pytest.mark.parametrize("part", ["identity", "apart"])
@pytest.mark.parametrize(
    "lacking", [{"ground": " "}, {"reason": " "}, {"reason": "\u200b."}, {"csrf_token": " "}]
)
def test_a_form_without_ground_words_or_token_shows_nothing(
    desk: Desk, council: bytes, part: str, lacking: dict[str, str]
) -> None:
    address = f"/casework/case/{council.hex()}/{part}"
    sent = {**hidden_fields(desk.get(address).text), **SENT, **lacking}
    answer = desk.post(address, sent)
    assert answer.status_code == 422
    assert not any(one in answer.text for one in (NAME, CONTACT, REPORTED))
    assert "Det har ingen." in desk.get(address).text


def test_who_opened_it_when_and_why_stands_on_the_case_for_everybody(
    office: Office, council: bytes, deputy: Keyring
) -> None:
    opened_page(office.desk_of(office.adviser), council)
    page = office.desk_of(deputy).open(council).text
    assert WHY.words in page
    assert "Ida Rådgiver" in page
    assert NAME not in page
    assert WHY.words in office.desk_of(deputy).get(f"/casework/case/{council.hex()}/timeline").text
    [(filed, told)] = openings(opened(office, council))
    assert (filed.author, told.part) == (office.adviser.member_id, Part.REPORTER)
    assert told.day == date(2026, 11, 20)


def test_a_page_sent_twice_is_one_reason_and_two_entries(office: Office, council: bytes) -> None:
    desk, address = office.desk_of(office.adviser), f"/casework/case/{council.hex()}/identity"
    sent = {**hidden_fields(desk.get(address).text), **SENT}
    journal = Journal(office)
    for _ in range(2):
        assert NAME in desk.post(address, sent).text
    assert [one.act for one in journal.new()] == [Logged.IDENTITY_OPENED] * 2
    assert len(openings(opened(office, council))) == 1
    office.later(days=1)
    again = office.desk_of(office.adviser)
    later = {**sent, **hidden_fields(again.get(address).text), "form_id": sent["form_id"]}
    again.post(address, later)
    assert len(openings(opened(office, council))) == 2, "another day is another opening"


def test_what_was_given_later_is_opened_and_what_was_withdrawn_is_gone(office: Office) -> None:
    reporter = office.reporter()
    receipt = reporter.report()
    case, work = office.case_of(receipt), office.work_of(office.adviser)
    told = open_identity(work, case, WHY)
    assert told is not None
    assert told[1] == Identity()
    assert not openings(opened(office, case)), "there was nothing to open"
    reporter.come_back(receipt)
    for act, fields in (("identity", {"name": NAME}), ("withdraw", {})):
        form = hidden_fields(reporter.get(f"/da/receipt/{act}").text)
        assert reporter.post(f"/da/receipt/{act}", {**form, **fields}).status_code == 303
        page = office.desk_of(office.adviser)
        if act == "identity":
            assert NAME in opened_page(page, case)
        else:
            assert NAME not in opened_page(page, case)
    assert len(openings(opened(office, case))) == 1


def test_the_page_for_the_person_concerned_tells_that_it_was_opened(
    office: Office, council: bytes
) -> None:
    desk = office.desk_of(office.adviser)
    opened_page(desk, council)
    assert "Åbnede, hvem" in desk.get(f"/casework/case/{council.hex()}/log/page").text


def test_a_case_without_a_report_has_a_name_written_apart_and_taken_back(office: Office) -> None:
    case, work = bytes(range(16)), office.work_of(office.adviser)
    enter(work, Channel.CITIZEN, NewCase(case, date(2026, 11, 19), Registration()))
    assert not has_identity(opened(office, case))
    assert write_identity(work, case, b"", Identity(NAME, CONTACT)) is Done.YES
    assert write_identity(work, case, b"", Identity("Hurtig")) is Done.CHANGED
    told = open_identity(work, case, WHY)
    assert told is not None
    assert told[1] == Identity(NAME, CONTACT)
    desk = office.desk_of(office.adviser)
    address = f"/casework/case/{case.hex()}/identity"
    assert NAME not in desk.open(case).text
    for fields, status in (
        ({"action": "save"}, 422),
        ({"action": "save", "name": "Bodil"}, 303),
        ({"action": "delete"}, 303),
    ):
        form = hidden_fields(desk.get(address).text)
        assert desk.post(f"{address}/person", {**form, **fields}).status_code == status
    assert not has_identity(opened(office, case))


def test_under_a_legal_hold_a_name_is_neither_replaced_nor_deleted(office: Office) -> None:
    case, work = bytes(range(16)), office.work_of(office.adviser)
    enter(work, Channel.CITIZEN, NewCase(case, date(2026, 11, 19), Registration()))
    assert hold(work, case, "Stævning") is Done.YES
    assert write_identity(work, case, b"", Identity(NAME)) is Done.YES, "what is told is kept"
    desk, address = office.desk_of(office.adviser), f"/casework/case/{case.hex()}/identity"
    for fields in ({"action": "save", "name": "Bodil"}, {"action": "delete"}):
        form = hidden_fields(desk.get(address).text)
        answer = desk.post(f"{address}/person", {**form, **fields})
        assert answer.status_code == 409
        assert "Intet blev slettet" in answer.text
    told = open_identity(work, case, WHY)
    assert told is not None
    assert told[1] == Identity(NAME)


def test_of_a_reporter_nobody_else_writes_who_it_is(office: Office, council: bytes) -> None:
    work = office.work_of(office.adviser)
    assert write_identity(work, council, b"", Identity("En anden")) is Done.TOO_LATE
    assert write_identity(work, council, b"", Identity()) is Done.TOO_LATE


def test_who_a_letter_says_it_is_stands_nowhere_but_in_the_letter_that_is_made(
    office: Office, case_id: bytes, letter: bytes
) -> None:
    desk, work = office.desk_of(office.adviser), office.work_of(office.adviser)
    case = f"/casework/case/{case_id.hex()}"
    for page in ("", "/referrals", f"/referrals/{letter.hex()}", "/timeline", "/rights", "/erase"):
        assert "Dorthe" not in desk.get(case + page).text, page
    assert not search(work, Asked(read_words("Dorthe"))).cases
    taken = export_case(work, case_id, "da")
    assert taken is not None
    archive = ZipFile(BytesIO(b"".join(taken.content)))
    assert all(b"Dorthe" not in archive.read(name) for name in archive.namelist())
    told = open_letter(work, case_id, letter, WHY)
    assert told is not None
    assert told[1] is not None
    assert told[1].person == PERSON
    address = f"{case}/referrals/{letter.hex()}/person"
    assert "Dorthe" in opened_page(desk, case_id, f"referrals/{letter.hex()}/person")
    form = {**hidden_fields(desk.get(address).text), **SENT}
    assert desk.post(address, {**form, "reason": ""}).status_code == 422
    hindered = desk.post(address, {**form, "kind": "pdf"})
    assert hindered.status_code == 409, "nobody has agreed to it"
    assert "Dorthe" not in hindered.text


def test_an_export_with_who_it_is_needs_the_same_reason(office: Office, council: bytes) -> None:
    desk, address = office.desk_of(office.adviser), f"/casework/case/{council.hex()}/export"
    form = hidden_fields(desk.get(address).text)
    assert desk.post(address, {**form, "identity": "y"}).status_code == 422
    assert desk.post(address, {**form, "identity": "y", "ground": "law"}).status_code == 422
    journal = Journal(office)
    content = desk.post(address, {**form, **SENT, "apart": "y"}).data
    told = ZipFile(BytesIO(content)).read("case.json").decode()
    assert REPORTED in told
    assert NAME not in told
    assert [one.act for one in journal.new()] == [Logged.ANSWERS_OPENED, Logged.CASE_EXPORTED]
    [(_, why)] = openings(opened(office, council))
    assert (why.way, why.part) == (OpeningWay.EXPORT, Part.APART)
    also = Also(WHY, reporter=True)
    assert export_case(office.work_of(office.reserve), council, "da", also) is None


def test_a_search_that_finds_a_name_is_logged_on_the_case_as_an_opening(
    office: Office, council: bytes
) -> None:
    office.reporter().report("En anden sag.", name="Bodil")
    work, journal = office.work_of(office.adviser), Journal(office)
    found = search(work, Asked(read_words("ømann"), names=OpeningGround.ACCESS))
    assert len(found.cases) == 1
    entries = [one for one in journal.new() if one.act is Logged.IDENTITY_OPENED]
    assert [(one.about["case"], one.about["way"]) for one in entries] == [(council.hex(), "search")]
    desk = office.desk_of(office.adviser)
    form = hidden_fields(desk.get("/casework/search").text)
    assert desk.post("/casework/search", {**form, "words": "x", "names": "y"}).status_code == 422


def test_a_case_that_is_closed_to_a_member_opens_no_part(office: Office, council: bytes) -> None:
    other, work = office.desk_of(office.reserve), office.work_of(office.reserve)
    for part in ("identity", "apart", f"referrals/{'0' * 32}/person"):
        address = f"/casework/case/{council.hex()}/{part}"
        assert other.get(address).status_code == 404
        assert other.post(address, SENT).status_code in {404, 422}
    assert open_identity(work, council, WHY) is None
    assert open_apart(work, council, WHY) is None
    assert write_identity(work, council, b"", Identity("x")) is Done.CLOSED_TO_YOU


def test_an_opening_shows_nothing_in_its_repr() -> None:
    told = Opening(Part.REPORTER, OpeningGround.LAW, date(2026, 11, 20), "Hemmeligt")
    assert "Hemmeligt" not in repr(told)
    assert "Hemmeligt" not in repr(Reason(OpeningGround.LAW, "Hemmeligt"))

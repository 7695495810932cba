"""The pages of mediation and proposals, and of a council member's support."""

import re
from collections.abc import Callable
from io import BytesIO
from zipfile import ZipFile

import pytest
from pypdf import PdfReader

from tests.support.office import Desk, Office, hidden_fields
from tests.support.registered import registered
from whistle.casework import rights
from whistle.casework.acts import Done
from whistle.casework.cases import OpenedCase
from whistle.casework.erasing import Kind, Target, erase
from whistle.domain.erasing import Reason
from whistle.domain.filed import Consent
from whistle.domain.improvement import Improvement
from whistle.domain.mediation import Mediation, Meeting, Present
from whistle.domain.registration import Enquiry
from whistle.domain.support import Risk, Support, Wish
from whistle.keys.keyring import Keyring

Open = Callable[[], OpenedCase]
DAY = "2026-11-18"
YES = {"said_yes": "y", "yes_day": DAY, "yes_how": "phone"}
MEDIATION = {"other_side": "bl", "begun": DAY, "text": "Fastlåst siden maj."}
AGREED = {**MEDIATION, **YES, "agreed": DAY, "agreed_how": "mail"}
SETTLED = {**AGREED, "agreement": "Et møde om året.", "settled": "2026-11-19"}
MEETING = {
    "day_of": DAY,
    "place": "Biblioteket",
    "minutes": "Begge fortalte.",
    "present": "manager",
}
PROPOSAL = {"centre": "bl", "subject": "Opkald", "text": "Ring først."}
PASSED_ON = {**PROPOSAL, **YES, "passed_on": "2026-11-19"}
WISH = {"wish": "advice", "day_of": DAY, "how": "meeting", "text": "Kun et råd."}
SUPPORT = {"help": "psychologist", "day_of": DAY, "provider": "Psykolog", "text": "Tre samtaler."}
RISK = {"level": "high", "day_of": DAY, "text": "En trussel.", "measures": "Politiet ved det."}


@pytest.fixture
def look(office: Office, case_id: bytes) -> Open:
    def look_at() -> OpenedCase:
        opened = rights.look(office.work_of(office.adviser), case_id)
        assert opened is not None
        return opened

    return look_at


@pytest.fixture
def council(office: Office) -> bytes:
    return office.case_of(office.reporter().report(channel="council"))


def address(case_id: bytes, *rest: str) -> str:
    return "/".join([f"/casework/case/{case_id.hex()}/dealings", *rest])


def send(desk: Desk, path: str, fields: dict[str, str]) -> tuple[int, str]:
    """Fill a form in, and give what is answered."""
    answer = desk.post(path.partition("?")[0], {**hidden_fields(desk.get(path).text), **fields})
    return answer.status_code, answer.text


def add(desk: Desk, case_id: bytes, kind: str, fields: dict[str, str]) -> tuple[int, str]:
    return send(desk, address(case_id, "new", kind), fields)


def the_only(look: Open, kind: type) -> str:
    ((kept, _),) = look().notebook.of_kind(kind)
    return kept.filed_id.hex()


def test_a_mediation_from_the_plan_to_the_agreement_on_paper(
    desk: Desk, case_id: bytes, look: Open
) -> None:
    assert add(desk, case_id, "mediation", MEDIATION)[0] == 303
    one = the_only(look, Mediation)
    path = address(case_id, one)
    status, page = send(desk, path, {**MEDIATION, "agreed": DAY})
    assert status == 422
    assert "Fastlåst siden maj." in page
    assert send(desk, path, AGREED)[0] == 303
    meeting = address(case_id, "new", f"meeting?of={one}")
    assert send(desk, meeting, MEETING)[0] == 303
    assert desk.get(f"{path}/paper").status_code == 409  # nothing is agreed yet
    assert send(desk, path, {**SETTLED, "follow_up": "2027-03-01"})[0] == 303
    page = desk.get(address(case_id)).text
    for words in ("Børn &amp; Læring", "Et møde om året.", "Begge fortalte.", "Biblioteket"):
        assert words in page
    ((_, held),) = look().notebook.of_kind(Meeting)
    assert held.present == (Present.MANAGER,)
    paper = desk.get(f"{path}/paper").text
    assert "Et møde om året." in paper
    pdf = desk.get(f"{path}/paper/pdf")
    text = "".join(one.extract_text() for one in PdfReader(BytesIO(pdf.data)).pages)
    assert "Et møde om året." in text
    assert "18. november 2026" in text
    assert "1. marts 2027" in text
    assert "Fastlåst" not in text  # what the adviser noted is not agreed
    listed = desk.get("/casework/dates").text
    assert address(case_id) in listed
    search = hidden_fields(desk.get("/casework/search").text)
    for words in ("Begge fortalte", "møde om året"):
        assert case_id.hex() in desk.post("/casework/search", {**search, "words": words}).text


def test_a_meeting_whose_mediation_was_erased_is_not_lost_from_the_page(
    office: Office, desk: Desk, case_id: bytes, look: Open
) -> None:
    add(desk, case_id, "mediation", AGREED)
    one = the_only(look, Mediation)
    send(desk, address(case_id, "new", f"meeting?of={one}"), MEETING)
    target = Target(case_id, Kind.FILED, bytes.fromhex(one), 1)
    assert erase(office.work_of(office.adviser), target, Reason.BY_MISTAKE) is Done.YES
    page = desk.get(address(case_id)).text
    assert "Begge fortalte." in page
    assert "Fastlåst" not in page


def test_a_proposal_is_written_passed_on_by_a_yes_and_answered(
    desk: Desk, case_id: bytes, look: Open
) -> None:
    assert add(desk, case_id, "improvement", PROPOSAL)[0] == 303
    path = address(case_id, the_only(look, Improvement))
    assert desk.get(f"{path}/paper").status_code == 409
    assert desk.get(f"{path}/paper/docx").status_code == 409
    assert send(desk, path, {**PROPOSAL, "passed_on": DAY})[0] == 422
    assert send(desk, path, {**PROPOSAL, **YES})[0] == 303  # the yes alone
    ((_, yes),) = look().notebook.of_kind(Consent)
    assert (yes.recipient, yes.purpose, yes.with_identity) == ("bl", "proposal", False)
    letter = ZipFile(BytesIO(desk.get(f"{path}/paper/docx").data)).read("word/document.xml")
    assert "Ring først." in letter.decode()
    assert send(desk, path, {**PROPOSAL, "passed_on": "2026-11-19"})[0] == 303
    answer = {"answered": "2026-11-20", "answer": "Det gør vi.", "taken_up": "yes"}
    assert send(desk, path, {**PROPOSAL, "passed_on": "2026-11-19", **answer})[0] == 303
    page = desk.get(address(case_id)).text
    assert "Det gør vi." in page
    ((_, told),) = look().notebook.of_kind(Improvement)
    assert told.consent
    assert told.reply_by is not None
    for place in ("timeline", "erase"):
        assert "Ring først." in desk.get(f"/casework/case/{case_id.hex()}/{place}").text


SENT = (
    ("mediation", SETTLED, 303),
    ("mediation", {**MEDIATION, "other_side": "mayor"}, 422),
    ("mediation", {**MEDIATION, "begun": "2026-11-21"}, 422),
    ("mediation", {**MEDIATION, "begun": ""}, 422),
    ("mediation", {**AGREED, "agreed": "2026-11-17"}, 422),
    ("mediation", {**AGREED, "agreed_how": "pigeon"}, 422),
    ("mediation", {**AGREED, "yes_day": "2026-11-19"}, 422),
    ("mediation", {**AGREED, "yes_how": "pigeon"}, 422),
    ("mediation", {**AGREED, "agreement": "Et møde"}, 422),
    ("mediation", {**AGREED, "settled": DAY}, 422),
    ("mediation", {**AGREED, "follow_up": "2027-01-01"}, 422),
    ("mediation", {**SETTLED, "follow_up": "2026-11-18"}, 422),
    ("mediation", {**SETTLED, "follow_up": "3026-11-18"}, 422),
    ("mediation", {**SETTLED, "result": "agreement", "ended": "2026-11-19"}, 303),
    ("mediation", {**AGREED, "result": "agreement", "ended": "2026-11-19"}, 422),
    ("mediation", {**AGREED, "result": "broken-off"}, 422),
    ("mediation", {**AGREED, "ended": "2026-11-19"}, 422),
    ("mediation", {**AGREED, "result": "won", "ended": "2026-11-19"}, 422),
    ("mediation", {**MEDIATION, "text": "x" * 5_001}, 422),
    ("mediation", {**MEDIATION, "text": "\x00\u202e\U0001f600 '; --"}, 303),
    ("improvement", PASSED_ON, 303),
    ("improvement", {**PROPOSAL, "passed_on": DAY}, 422),
    ("improvement", {**PROPOSAL, "centre": "person"}, 422),
    ("improvement", {**PROPOSAL, "text": " "}, 422),
    ("improvement", {**PROPOSAL, "subject": "x" * 201}, 422),
    ("improvement", {**PASSED_ON, "answer": "Ja"}, 422),
    ("improvement", {**PROPOSAL, "answered": DAY}, 422),
    ("improvement", {**PASSED_ON, "answered": DAY}, 422),
    ("improvement", {**PASSED_ON, "answered": "2026-11-20", "taken_up": "maybe"}, 422),
    ("wish", WISH, 404),
    ("nothing", WISH, 404),
)


def test_what_is_missing_or_cannot_be_is_refused_and_the_text_kept(
    desk: Desk, case_id: bytes
) -> None:
    for kind, fields, status in sorted(SENT, key=lambda one: -one[2]):  # no yes is filed yet
        answered, page = add(desk, case_id, kind, fields)
        assert answered == status, fields
        if status == 422 and fields["text"].strip():
            assert re.search(rf"<textarea[^>]*>\s*{re.escape(fields['text'])}", page), fields
            assert 'role="alert"' in page, fields


def test_what_has_not_been_held_has_no_minutes(desk: Desk, case_id: bytes, look: Open) -> None:
    add(desk, case_id, "mediation", AGREED)
    new = address(case_id, "new", f"meeting?of={the_only(look, Mediation)}")
    assert send(desk, new, {**MEETING, "day_of": "2026-12-01"})[0] == 422
    assert send(desk, new, {"day_of": "2026-12-01", "place": "Biblioteket"})[0] == 303
    path = address(case_id, the_only(look, Meeting))
    assert send(desk, path, {**MEETING, "present": "Kontorchef Hansen"})[0] == 303
    ((_, held),) = look().notebook.of_kind(Meeting)
    assert held.present == ()  # no name is a role
    assert desk.get(address(case_id, "new", f"meeting?of={'0' * 32}")).status_code == 404


SENT_AT_THE_COUNCILS = (
    ("wish", WISH, 303),
    ("wish", {**WISH, "wish": "fame"}, 422),
    ("wish", {**WISH, "how": "pigeon"}, 422),
    ("support", SUPPORT, 303),
    ("support", {**SUPPORT, "granted": "y"}, 422),
    ("support", {**SUPPORT, "granted": "y", "tie": "Efter et møde"}, 303),
    ("support", {**SUPPORT, "help": "money"}, 422),
    ("risk", RISK, 303),
    ("risk", {**RISK, "level": "9"}, 422),
    ("risk", {**RISK, "day_of": "2026-12-01"}, 422),
    ("mediation", {**AGREED, "other_side": "person", "yes_limits": DAY}, 303),
    ("mediation", {**AGREED, "other_side": "person"}, 422),
    ("mediation", {**AGREED, "other_side": "person", "yes_limits": "2026-11-19"}, 422),
    ("mediation", {**AGREED, "yes_limits": DAY}, 422),
    ("improvement", PROPOSAL, 404),
)


def test_the_councils_door_has_a_page_of_support(desk: Desk, council: bytes) -> None:
    for kind, fields, status in sorted(SENT_AT_THE_COUNCILS, key=lambda one: -one[2]):
        assert add(desk, council, kind, fields)[0] == status, fields


def test_what_was_noted_of_a_council_members_case_is_on_one_page(
    office: Office, desk: Desk, council: bytes
) -> None:
    enquiry = Enquiry(casework=True, reported_role="mayor", wish="record_only")
    registered(office.work_of(office.adviser), council, enquiry)
    for kind, fields in (("support", SUPPORT), ("risk", RISK)):
        assert add(desk, council, kind, fields)[0] == 303
    page = desk.get(address(council)).text
    for words in ("En trussel.", "Tre samtaler.", "/recusal"):
        assert words in page
    form = desk.get(address(council, "new", "mediation")).text
    assert 'value="person"' in form
    assert 'value="group_chair"' not in form  # it may be the mayor's own
    case = f"/casework/case/{council.hex()}"
    consent = {"recipient": "council", "given": DAY, "limits": DAY, "how": "phone", "text": ""}
    assert send(desk, f"{case}/rights/new/consent", consent)[0] == 303
    told = {"recipient": "council", "day_told": DAY, "how": "letter", "ground": "consent"}
    told["text"] = "At der er en sag."
    assert send(desk, f"{case}/rights/new/disclosure", told)[0] == 303
    page = desk.get(address(council)).text
    assert "At der er en sag." in page
    kinds = (Wish, Support, Risk)
    opened = rights.look(office.work_of(office.adviser), council)
    assert opened is not None
    assert [len(opened.notebook.of_kind(kind)) for kind in kinds] == [0, 1, 1]
    assert "En trussel." in desk.get(f"{case}/timeline").text
    assert address(council) in desk.get(case).text


def test_a_consent_without_the_limits_is_refused_in_words(desk: Desk, council: bytes) -> None:
    path = f"/casework/case/{council.hex()}/rights/new/consent"
    consent = {"recipient": "person", "given": DAY, "how": "phone", "text": "Ja."}
    status, page = send(desk, path, consent)
    assert status == 422
    assert 'name="limits"' in page
    assert send(desk, path, {**consent, "limits": DAY})[0] == 303


def test_a_whistleblowers_case_has_no_such_page(office: Office, desk: Desk) -> None:
    case_id = office.case_of(office.reporter().report(channel="whistleblower"))
    assert desk.get(address(case_id)).status_code == 404
    assert add(desk, case_id, "mediation", MEDIATION)[0] == 404
    assert "/dealings" not in desk.get(f"/casework/case/{case_id.hex()}").text


def test_who_was_slower_keeps_their_words_and_sees_what_it_says_now(
    office: Office, desk: Desk, deputy: Keyring, case_id: bytes, look: Open
) -> None:
    add(desk, case_id, "improvement", PROPOSAL)
    path = address(case_id, the_only(look, Improvement))
    theirs = office.desk_of(deputy)
    old = hidden_fields(theirs.get(path).text)
    assert send(desk, path, {**PROPOSAL, "text": "Ring altid først."})[0] == 303
    late = theirs.post(path, {**old, **PROPOSAL, "text": "Skriv først."})
    assert late.status_code == 409
    assert "Ring altid først." in late.text
    assert "Skriv først." in late.text
    gone = hidden_fields(desk.get(address(case_id)).text)
    assert desk.post(f"{path}/delete", gone).status_code == 303
    again = theirs.post(path, {**hidden_fields(late.text), **PROPOSAL, "text": "Skriv først."})
    assert again.status_code == 409
    assert "Skriv først." in again.text


def test_what_is_struck_is_offered_back_and_a_mediation_with_a_meeting_stays(
    desk: Desk, case_id: bytes, look: Open
) -> None:
    add(desk, case_id, "mediation", AGREED)
    one = the_only(look, Mediation)
    send(desk, address(case_id, "new", f"meeting?of={one}"), MEETING)
    token = {**hidden_fields(desk.get(address(case_id)).text), "version": "1"}
    assert desk.post(f"{address(case_id, one)}/delete", token).status_code == 422
    meeting = the_only(look, Meeting)
    done = desk.post(f"{address(case_id, meeting)}/delete", token)
    assert done.status_code == 303
    page = desk.get(done.headers["Location"]).text
    assert "/undo" in page


def test_a_stranger_meets_nothing(office: Office, case_id: bytes) -> None:
    stranger = office.desk_of(office.reserve)
    for path in (
        address(case_id),
        address(case_id, "new", "mediation"),
        address(case_id, "0" * 32),
    ):
        assert stranger.get(path).status_code == 404


def test_a_text_written_when_the_session_ended_is_not_lost(office: Office, case_id: bytes) -> None:
    nobody = office.casework.test_client()
    kept = nobody.post(
        address(case_id, "new", "mediation"), data={**MEDIATION, "minutes": "Det blev sagt."}
    )
    assert "Fastlåst siden maj." in kept.text

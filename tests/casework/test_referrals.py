"""Passing a case on: the letter, the consent it needs, its date, the reply that comes back."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pypdf
import pytest
from sqlalchemy import select

from tests.casework.journal import Journal, path_of
from tests.support.office import Desk, Office, a_file, hidden_fields
from whistle.casework import referring
from whistle.casework.cases import OpenedCase
from whistle.casework.done import Done
from whistle.casework.filing import Filing, Place, file_new
from whistle.casework.referring import HinderedError, Reply
from whistle.casework.referring_list import awaited_replies
from whistle.casework.service import CaseworkService
from whistle.domain.filed import Consent, Marking, Referral
from whistle.domain.logged import Logged
from whistle.domain.referral import Hindrance
from whistle.keys.filed import Document
from whistle.keys.keyring import Keyring
from whistle.storage import tables

Open = Callable[[], OpenedCase]
TODAY = date(2026, 11, 20)
LATER = date(2026, 12, 4)
YES = Consent("bl", TODAY, "phone")
LETTER = Referral("bl", TODAY, LATER, subject="En henvendelse", text="Kære centeret\n\nSvar os.")


def work(office: Office) -> CaseworkService:
    return office.work_of(office.adviser)


def consent(office: Office, case_id: bytes, recipient: str = "bl", **how: object) -> bytes:
    """File a consent, and give its id."""
    given = Consent(recipient, TODAY, limits=TODAY, **how)  # type: ignore[arg-type]
    file_new(work(office), case_id, recipient.encode(), given, Filing(Logged.FILED))
    opened = work(office).open(case_id)
    assert opened is not None
    return opened.notebook.of_kind(Consent)[-1][0].filed_id


def referral_of(opened: OpenedCase) -> tuple[bytes, int, Referral]:
    [(kept, referral)] = opened.notebook.of_kind(Referral)
    return kept.filed_id, kept.newest.version, referral


def council_case(office: Office, channel: str = "council") -> bytes:
    return office.case_of(office.reporter().report(channel=channel))


# -- the service -------------------------------------------------------------------------------


def test_a_letter_is_filed_with_its_date_and_the_outcome_that_waits_for_a_reply(
    office: Office, case_id: bytes, opened: Open
) -> None:
    given = consent(office, case_id)
    assert referring.refer(work(office), case_id, b"1", LETTER) is Done.YES
    after = opened()
    _, version, referral = referral_of(after)
    assert (version, referral) == (1, replace(LETTER, consent=given))
    assert after.registration.enquiry.outcome == "passed_on"
    [due] = after.registration.due
    assert (due.day, due.centre, due.since) == (LATER, "bl", TODAY)


def test_a_letter_sent_twice_is_filed_once(office: Office, case_id: bytes, opened: Open) -> None:
    assert referring.refer(work(office), case_id, b"1", LETTER, YES) is Done.YES
    assert referring.refer(work(office), case_id, b"1", LETTER, YES) is Done.ALREADY
    assert len(opened().notebook.of_kind(Referral)) == 1
    assert len(opened().notebook.of_kind(Consent)) == 1


@pytest.mark.parametrize("channel", ["citizen", "whistleblower", "council"])
def test_without_consent_no_door_tells_a_centre_who_it_is(office: Office, channel: str) -> None:
    case_id = council_case(office, channel)
    consent(office, case_id)  # without identity
    consent(office, case_id, "am", with_identity=True)  # for another centre
    with pytest.raises(HinderedError) as hindered:
        referring.refer(work(office), case_id, b"1", with_identity())
    assert hindered.value.why is Hindrance.NO_IDENTITY_WITHOUT_CONSENT
    opened = work(office).open(case_id)
    assert opened is not None
    assert not opened.notebook.of_kind(Referral)


@pytest.mark.parametrize("channel", ["citizen", "whistleblower", "council"])
def test_with_consent_for_this_centre_a_letter_tells_who_it_is(
    office: Office, channel: str
) -> None:
    case_id = council_case(office, channel)
    given = consent(office, case_id, with_identity=True)
    assert referring.refer(work(office), case_id, b"1", with_identity()) is Done.YES
    opened = work(office).open(case_id)
    assert opened is not None
    assert referral_of(opened)[2].consent == given


def test_a_consent_that_was_withdrawn_is_none(office: Office, case_id: bytes) -> None:
    consent(office, case_id, with_identity=True, withdrawn=TODAY)
    office.later(days=1)
    late = replace(with_identity(), sent=date(2026, 11, 21))
    with pytest.raises(HinderedError):
        referring.refer(work(office), case_id, b"1", late)


def test_of_a_council_members_report_nothing_leaves_without_consent(office: Office) -> None:
    case_id = council_case(office)
    with pytest.raises(HinderedError) as hindered:
        referring.refer(work(office), case_id, b"1", LETTER)
    assert hindered.value.why is Hindrance.NOTHING_WITHOUT_CONSENT
    consent(office, case_id)
    assert referring.refer(work(office), case_id, b"1", LETTER) is Done.YES


def test_before_anything_is_written_the_page_says_that_a_council_case_needs_consent(
    office: Office, desk: Desk
) -> None:
    case_id = council_case(office)
    assert "alert-warning" in desk.get(new(case_id)).text
    data = {**written(desk, case_id), "step": "file"}
    assert desk.post(new(case_id), data).status_code == 422
    for kind in ("pdf", "docx"):
        answer = desk.post(f"{path_of(case_id)}/referrals/letter/{kind}", data)
        assert answer.status_code == 422
    consent(office, case_id)
    assert desk.post(new(case_id), data).status_code == 303


def test_what_a_whistleblower_reports_may_be_followed_up_without_identity(office: Office) -> None:
    case_id = council_case(office, "whistleblower")
    assert referring.refer(work(office), case_id, b"1", LETTER) is Done.YES
    opened = work(office).open(case_id)
    assert opened is not None
    assert opened.registration.enquiry.outcome == ""  # which is counted by § 27, not by outcomes


def test_the_reply_and_its_copy_are_filed_together(
    office: Office, desk: Desk, case_id: bytes, opened: Open
) -> None:
    where = filed(office, case_id, opened)
    note_reply(desk, where, files=[a_file(b"svar", "svar.pdf")], title="Svar fra centeret")
    after = opened()
    referral = referral_of(after)[2]
    [(kept, document)] = after.notebook.of_kind(Document)
    assert (referral.replied, referral.reply) == (TODAY, kept.filed_id)
    assert (document.title, document.referral) == ("Svar fra centeret", where.filed)
    assert document.marking is Marking.NONE
    assert after.registration.due == ()
    with office.installation.store.read() as db:
        assert list(db.execute(select(tables.attachments.c.case_id)).scalars()) == [case_id]


def test_a_reply_sent_twice_is_noted_once(
    office: Office, desk: Desk, case_id: bytes, opened: Open
) -> None:
    where = filed(office, case_id, opened)
    form = hidden_fields(desk.get(address(where)).text)
    for _ in range(2):
        data = {**form, "files": [a_file()]}
        assert desk.post(address(where, "/reply"), data).status_code == 303
    assert len(opened().notebook.of_kind(Document)) == 1


def test_of_two_who_note_the_reply_the_second_is_told(
    office: Office, case_id: bytes, opened: Open
) -> None:
    where = filed(office, case_id, opened)
    assert referring.remind(work(office), where, TODAY) is Done.YES
    late = Reply(b"2", TODAY, "", Marking.NONE, ())
    assert referring.record_reply(work(office), where, late) is Done.CHANGED
    assert referral_of(opened())[2].reminded == (TODAY,)


def test_who_waits_no_longer_says_why_and_can_wait_again(
    office: Office, case_id: bytes, opened: Open
) -> None:
    where = filed(office, case_id, opened)
    assert referring.give_up(work(office), where, "Centeret svarer ikke.") is Done.YES
    assert opened().registration.due == ()
    again = Place(where.case, where.filed, 2)
    assert referring.wait_again(work(office), again) is Done.YES
    assert [due.day for due in opened().registration.due] == [LATER]


def test_what_is_waited_for_is_listed_by_centre_the_most_overdue_first(
    office: Office, case_id: bytes
) -> None:
    second = council_case(office, "citizen")
    for one, by in ((case_id, LATER), (second, date(2026, 11, 27))):
        letter = Referral("bl", TODAY, by, subject="x", text="y")
        assert referring.refer(work(office), one, b"1", letter, YES) is Done.YES
    journal = Journal(office)
    found = awaited_replies(work(office))
    assert [one.case.id for one in found.by_centre["bl"]] == [second, case_id]
    assert {one.sent for one in found.all} == {TODAY}
    assert set(journal.acts()) == {Logged.DATES_LISTED}


# -- the pages ---------------------------------------------------------------------------------


def test_a_letter_is_looked_at_and_filed_through_the_pages(
    desk: Desk, case_id: bytes, opened: Open
) -> None:
    data = written(desk, case_id)
    preview = desk.post(new(case_id), data)
    assert preview.status_code == 200
    assert "Vi søgte i marts" in preview.text
    form = hidden_fields(preview.text)
    assert desk.post(new(case_id), {**form, "step": "file"}).status_code == 303
    referral = referral_of(opened())[2]
    assert "Vi søgte i marts" in referral.text
    assert "Kære Børn & Læring" in referral.text
    assert referral.reply_by == LATER
    assert "Børn &amp; Læring" in desk.get(f"{path_of(case_id)}/referrals").text
    assert 'href="/casework/referrals"' in desk.get("/casework/dates").text
    listed = desk.get("/casework/referrals").text
    assert f"{path_of(case_id)}/referrals/" in listed


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_a_letter_is_got_before_it_is_filed_and_after(
    office: Office, desk: Desk, case_id: bytes, opened: Open, kind: str
) -> None:
    journal = Journal(office)
    answer = desk.post(f"{path_of(case_id)}/referrals/letter/{kind}", written(desk, case_id))
    assert "Vi søgte i marts" in text_of(answer.data, kind)
    assert Logged.LETTER_MADE in journal.acts()
    assert not opened().notebook.of_kind(Referral)
    where = filed(office, case_id, opened)
    sent = desk.get(address(where, f"/letter/{kind}"))
    assert "Svar os." in text_of(sent.data, kind)
    reminder = desk.get(address(where, f"/letter/{kind}?reminder=1"))
    assert "En henvendelse" in text_of(reminder.data, kind)
    assert journal.acts().count(Logged.LETTER_MADE) == 2
    assert case_id.hex()[:8].upper() in str(sent.headers["Content-Disposition"])


def test_what_leaves_the_house_is_danish_and_the_page_around_it_is_the_members(
    office: Office,
    case_id: bytes,
    opened: Open,
    english: Callable[[Keyring], Desk],
) -> None:
    desk = english(office.adviser)
    page = desk.get(new(case_id)).text
    assert '<html lang="en"' in page
    assert "En henvendelse fra en borger" in page  # the letter's subject, to begin with
    assert "<h1>Write to a centre</h1>" in page
    assert "Indbakker" not in page
    desk.post(f"{path_of(case_id)}/referrals/letter/pdf", written(desk, case_id))
    where = filed(office, case_id, opened)
    reminder = desk.get(address(where, "/letter/docx?reminder=1"))
    assert "Jeg har ikke fået det endnu" in text_of(reminder.data, "docx")


def test_who_it_is_stands_in_the_letter_only_with_consent(
    office: Office, desk: Desk, case_id: bytes
) -> None:
    data = {**written(desk, case_id), "with_identity": "y", "person": "Dorthe Hansen"}
    del data["said_yes"]
    refused = desk.post(new(case_id), data)
    assert refused.status_code == 422
    assert "Dorthe Hansen" in refused.text  # nothing of the form is lost
    letter = desk.post(f"{path_of(case_id)}/referrals/letter/pdf", data)
    assert letter.status_code == 422
    consent(office, case_id, with_identity=True)
    preview = desk.post(new(case_id), data)
    assert preview.status_code == 200
    assert "Svar borgeren direkte" in preview.text
    without = {name: value for name, value in data.items() if name != "with_identity"}
    assert desk.post(new(case_id), without).status_code == 422  # a name, and no box ticked


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("centre", ""),
        ("centre", "nowhere"),
        ("centre", "bl/nowhere"),
        ("text", ""),
        ("text", "x" * 20_001),
        ("subject", "x" * 121),
        ("sent", "2026-11-21"),
        ("sent", "2026-02-30"),
        ("reply_by", "2026-11-19"),
    ],
)
def test_what_is_wrong_with_a_letter_is_said_and_nothing_is_lost(
    desk: Desk, case_id: bytes, opened: Open, field: str, value: str
) -> None:
    answer = desk.post(new(case_id), {**written(desk, case_id), field: value, "step": "file"})
    assert answer.status_code == 422
    assert "Vi søgte i marts" in answer.text or field == "text"
    assert not opened().notebook.of_kind(Referral)


def test_a_reply_without_its_copy_is_not_noted(
    office: Office, desk: Desk, case_id: bytes, opened: Open
) -> None:
    where = filed(office, case_id, opened)
    form = hidden_fields(desk.get(address(where)).text)
    assert desk.post(address(where, "/reply"), {**form, "files": []}).status_code == 422
    assert referral_of(opened())[2].is_waiting


def test_a_letter_filed_by_mistake_is_deleted_and_can_be_had_back(
    office: Office, desk: Desk, case_id: bytes, opened: Open
) -> None:
    where = filed(office, case_id, opened)
    form = hidden_fields(desk.get(address(where)).text)
    answer = desk.post(address(where, "/delete"), {**form, "version": "1"})
    assert answer.status_code == 303
    page = desk.get(answer.headers["Location"])
    assert not opened().notebook.of_kind(Referral)
    undo = hidden_fields(page.text)
    assert desk.post(f"{path_of(case_id)}/undo", undo).status_code == 303
    assert replace(referral_of(opened())[2], consent=b"") == LETTER


def test_pages_say_what_is_overdue_and_what_became_of_it(
    office: Office, desk: Desk, case_id: bytes, opened: Open
) -> None:
    where = filed(office, case_id, opened)
    office.later(days=30)
    desk = office.desk_of(office.adviser)
    assert "badge-error" in desk.get("/casework/referrals").text
    form = hidden_fields(desk.get(address(where)).text)
    data = {**form, "reason": "Centeret <b>svarer</b> ikke."}
    assert desk.post(address(where, "/unanswered"), data).status_code == 303
    page = desk.get(address(where)).text
    assert "Centeret &lt;b&gt;svarer&lt;/b&gt; ikke." in page
    assert "badge-error" not in desk.get("/casework/referrals").text


def test_who_has_no_key_of_the_case_finds_no_letter(
    office: Office, case_id: bytes, opened: Open
) -> None:
    where = filed(office, case_id, opened)
    stranger = office.desk_of(office.reserve)
    for path in ("", "/letter/pdf", "/letter/docx"):
        assert stranger.get(address(where, path)).status_code == 404
    assert stranger.get(f"{path_of(case_id)}/referrals").status_code == 404
    assert where.case.hex() not in stranger.get("/casework/referrals").text


# -- help --------------------------------------------------------------------------------------


def with_identity() -> Referral:
    return Referral("bl", TODAY, LATER, subject="x", text="Dorthe", with_identity=True)


def filed(office: Office, case_id: bytes, opened: Open) -> Place:
    assert referring.refer(work(office), case_id, b"1", LETTER, YES) is Done.YES
    return Place(case_id, referral_of(opened())[0], 1)


def address(where: Place, what: str = "") -> str:
    return f"{path_of(where.case)}/referrals/{where.filed.hex()}{what}"


def new(case_id: bytes) -> str:
    return f"{path_of(case_id)}/referrals/new"


def written(desk: Desk, case_id: bytes) -> dict[str, str]:
    """Fill in the form of a letter as a browser would."""
    form = hidden_fields(desk.get(new(case_id)).text)
    return {
        **form,
        "centre": "bl",
        "subject": "Om en sag",
        "text": "Vi søgte i marts.\r\nIntet.",
        "said_yes": "y",
    }


def note_reply(desk: Desk, where: Place, **data: object) -> None:
    form = hidden_fields(desk.get(address(where)).text)
    assert desk.post(address(where, "/reply"), {**form, **data}).status_code == 303


def text_of(letter: bytes, kind: str) -> str:
    if kind == "pdf":
        return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(letter)).pages)
    with zipfile.ZipFile(io.BytesIO(letter)) as parts:
        return parts.read("word/document.xml").decode()

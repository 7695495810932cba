"""Everything of a case on one page, in the order of its days."""

from dataclasses import replace
from datetime import date, timedelta

from tests.casework.papers import file_document, open_case, path_of
from tests.casework.records import close_case
from tests.support.office import Desk, Office
from whistle.casework import documents, notes, tasks
from whistle.casework.acts import Done
from whistle.casework.documents import Description
from whistle.casework.filing import Filing, Place, change, file_new
from whistle.casework.timeline import Event, What, timeline
from whistle.domain.conversation import Conversation, Talk
from whistle.domain.filed import (
    AccessLaw,
    AccessRequest,
    Competence,
    Consent,
    Disclosure,
    DisclosureGround,
    Marking,
    Referral,
)
from whistle.domain.logged import Logged
from whistle.keys.filed import Content, Document
from whistle.keys.keyring import Keyring

TOLD_ELSEWHERE = {  # in tests of their own
    *(What.OPENED, What.MASKED),
    *(What.MEDIATION, What.AGREED_TO_MEDIATE, What.NO_TO_MEDIATION, What.MEETING, What.SETTLED),
    *(What.FOLLOWED_UP, What.MEDIATED, What.PROPOSED, What.PASSED_ON, What.TAKEN_UP),
    *(What.WISHED, What.SUPPORTED, What.ASSESSED),
}


def events(office: Office, case_id: bytes) -> list[Event]:
    return timeline(open_case(office, case_id))


def test_it_shows_all_that_happened_the_oldest_day_first(
    office: Office, desk: Desk, case_id: bytes
) -> None:
    work, today = office.work_of(office.adviser), office.clock.today()
    open_case(office, case_id)
    earlier, later = today - timedelta(days=9), today + timedelta(days=2)
    filed: list[Content] = [
        Referral("bl", today, later, subject="Skolegang", reminded=(later,), unanswered="Lukket"),
        Consent("bl", earlier, words="Ja, gerne", withdrawn=later),
        Disclosure("politi", today, DisclosureGround.OFFENCE, "Alt", told=earlier),
        AccessRequest(AccessLaw.GDPR, today, later, answered=later, result="Givet"),
        Competence("bl", today, "Hører det til?", view="Ja", answered=later),
    ]
    for content in filed:
        file_new(work, case_id, b"f", content, Filing(Logged.FILED))
    tasks.add(work, case_id, b"f", "Ring", None)
    notes.write_note(work, case_id, b"f", "Talte", Conversation(Talk.TELEPHONE, earlier))
    filed_id, _ = file_document(office, case_id)
    about = Description("Afgørelse", date(2026, 10, 1), Marking.NONE)
    documents.correct(work, Place(case_id, filed_id, 1), about)
    found = events(office, case_id)
    days = [one.day for one in found]
    assert days == sorted(days)
    assert found[0].what is What.DOCUMENT
    assert found[0].day == date(2026, 10, 1)
    told = {one.what for one in found}
    assert told == set(What) - TOLD_ELSEWHERE - {
        What.RECEIVED,
        What.CLOSED,
        What.REPLIED,
        What.TASK_DONE,
        What.RECUSED,
        What.HANDED_BACK,
    }
    page = desk.get(path_of(case_id, "/timeline")).text
    for words in ("Skolegang", "Ja, gerne", "Hører det til?", "Afgørelse", "Talte", "Givet"):
        assert words in page
    assert page.index("Afgørelse") < page.index("Talte") < page.index("Skolegang")


def test_what_the_reporter_does_has_no_hour_and_what_casework_wrote_has(
    office: Office, desk: Desk, case_id: bytes
) -> None:
    notes.write_note(office.work_of(office.adviser), case_id, b"f", "Ring")
    message, note = events(office, case_id)
    assert (message.written, message.author) == (None, b"")
    assert (note.author, note.written) == (office.adviser.member_id, office.clock.now())
    page = desk.get(path_of(case_id, "/timeline")).text
    assert page.count("13:00") == 1


def test_a_reply_is_told_by_who_noted_it_and_not_by_who_passed_it_on(
    office: Office, deputy: Keyring, case_id: bytes
) -> None:
    work, today = office.work_of(office.adviser), office.clock.today()
    open_case(office, case_id)
    file_new(work, case_id, b"f", Referral("bl", today, today), Filing(Logged.FILED))
    [kept] = open_case(office, case_id).notebook.filed

    def replied(content: Content) -> Content:
        assert isinstance(content, Referral)
        return replace(content, replied=today)

    where = Place(case_id, kept.filed_id, 1)
    change(office.work_of(deputy), where, replied, Filing(Logged.FILED_CHANGED))
    authors = {one.what: one.author for one in events(office, case_id)}
    assert authors[What.REFERRED] == office.adviser.member_id
    assert authors[What.REPLIED] == deputy.member_id


def test_what_was_deleted_is_left_out_and_a_closing_is_in(office: Office, case_id: bytes) -> None:
    work = office.work_of(office.adviser)
    filed_id, _ = file_document(office, case_id)
    assert documents.remove(work, Place(case_id, filed_id, 1)) is Done.YES
    close_case(work, case_id, "Vi lukker sagen.")
    found = events(office, case_id)
    assert not any(isinstance(one.about, Document) for one in found)
    assert found[-1].what is What.MESSAGE

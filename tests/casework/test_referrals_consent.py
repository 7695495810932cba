"""What leaves a case rests on a yes: given with the letter, withdrawn again, damaged, too old."""

import html
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import update

from tests.casework.journal import Journal, path_of
from tests.casework.test_referrals import (
    LETTER,
    TODAY,
    YES,
    consent,
    council_case,
    referral_of,
    with_identity,
    work,
    written,
)
from tests.casework.test_referrals import new as new_letter
from tests.support.office import Desk, Office, hidden_fields
from whistle.app import create_casework
from whistle.casework import referring, rights
from whistle.casework.cases import OpenedCase
from whistle.casework.done import Done
from whistle.casework.filing import Filing, Place, strike
from whistle.casework.referring import HinderedError
from whistle.domain.filed import Consent, Referral
from whistle.domain.logged import Logged
from whistle.domain.office import Centre
from whistle.domain.referral import Hindrance
from whistle.storage import tables

Open = Callable[[], OpenedCase]
YESTERDAY = date(2026, 11, 19)


def opened_case(office: Office, case_id: bytes) -> OpenedCase:
    opened = work(office).open(case_id)
    assert opened is not None
    return opened


def place(office: Office, case_id: bytes, kind: type[Consent | Referral]) -> Place:
    [(kept, _)] = opened_case(office, case_id).notebook.of_kind(kind)
    return Place(case_id, kept.filed_id, kept.newest.version)


def withdraw(office: Office, case_id: bytes, day: date = TODAY) -> None:
    where = place(office, case_id, Consent)
    [(_, given)] = opened_case(office, case_id).notebook.of_kind(Consent)
    assert rights.put(work(office), where, replace(given, withdrawn=day)) is Done.YES


def why(act: Callable[[], object]) -> Hindrance:
    with pytest.raises(HinderedError) as hindered:
        act()
    return hindered.value.why


def test_a_citizens_case_goes_to_no_centre_before_they_have_said_yes_to_that_centre(
    office: Office, desk: Desk, case_id: bytes, opened: Open
) -> None:
    consent(office, case_id, "am")
    refer = lambda: referring.refer(work(office), case_id, b"1", LETTER)  # noqa: E731
    assert why(refer) is Hindrance.NOTHING_WITHOUT_CONSENT
    data = {**written(desk, case_id), "said_yes": ""}
    for step in ("preview", "file"):
        page = desk.post(new_letter(case_id), {**data, "step": step})
        assert page.status_code == 422
        assert "form-error" in page.text
    assert desk.post(f"{path_of(case_id)}/referrals/letter/pdf", data).status_code == 422
    assert not opened().notebook.of_kind(Referral)


def test_the_yes_is_filed_with_the_letter_that_rests_on_it(
    office: Office, desk: Desk, case_id: bytes, opened: Open
) -> None:
    journal = Journal(office)
    data = {**written(desk, case_id), "yes_how": "phone", "yes_day": "2026-11-20", "step": "file"}
    preview = desk.post(new_letter(case_id), {**data, "step": "preview"})
    assert not opened().notebook.filed
    form = {**hidden_fields(preview.text), "step": "file"}
    assert desk.post(new_letter(case_id), form).status_code == 303
    [(kept, given)] = opened().notebook.of_kind(Consent)
    assert given == YES
    assert referral_of(opened())[2].consent == kept.filed_id
    assert journal.acts().count(Logged.FILED) == 2


def test_a_yes_is_filed_only_where_none_stands(
    office: Office, case_id: bytes, opened: Open
) -> None:
    given = consent(office, case_id)
    assert referring.refer(work(office), case_id, b"1", LETTER, YES) is Done.YES
    assert referral_of(opened())[2].consent == given
    assert len(opened().notebook.of_kind(Consent)) == 1


def test_a_yes_that_is_older_than_its_withdrawal_is_none(office: Office, case_id: bytes) -> None:
    consent(office, case_id)
    office.later(days=2)
    withdraw(office, case_id, date(2026, 11, 21))
    letter = replace(LETTER, sent=date(2026, 11, 22))

    def refer(day: date) -> Done:
        yes = replace(YES, given=day)
        return referring.refer(work(office), case_id, b"1", letter, yes)

    assert why(lambda: refer(TODAY)) is Hindrance.NOTHING_WITHOUT_CONSENT
    assert refer(date(2026, 11, 22)) is Done.YES


@pytest.mark.parametrize(
    "wrong", [{"yes_day": "2026-11-21"}, {"yes_how": "pigeon"}, {"sent": "2026-11-19"}]
)
def test_a_yes_of_no_day_or_way_that_there_is_files_nothing(
    desk: Desk, case_id: bytes, opened: Open, wrong: dict[str, str]
) -> None:
    data = {**written(desk, case_id), "step": "file", **wrong}
    assert desk.post(new_letter(case_id), data).status_code == 422
    assert not opened().notebook.filed


def test_after_the_withdrawal_no_letter_and_no_reminder_is_made(office: Office, desk: Desk) -> None:
    case_id = council_case(office)
    consent(office, case_id, with_identity=True)
    assert referring.refer(work(office), case_id, b"1", with_identity()) is Done.YES
    letter = place(office, case_id, Referral)
    page = f"{path_of(case_id)}/referrals/{letter.filed.hex()}"
    assert desk.get(f"{page}/letter/pdf?reminder=1").status_code == 200
    withdraw(office, case_id)
    journal = Journal(office)
    for file in ("letter/pdf", "letter/docx", "letter/pdf?reminder=1", "letter/docx?reminder=1"):
        assert desk.get(f"{page}/{file}").status_code == 409
    assert Logged.LETTER_MADE not in journal.acts()
    remind = lambda: referring.remind(work(office), letter, TODAY)  # noqa: E731
    assert why(remind) is Hindrance.WITHDRAWN
    shown = desk.get(page).text
    assert "alert-warning" in shown
    assert "/letter/" not in shown
    form = {**hidden_fields(shown), "version": "1"}
    assert desk.post(f"{page}/remind", form).status_code == 409
    assert "badge-plain" in desk.get(f"{path_of(case_id)}/referrals").text


def test_what_left_in_the_morning_is_filed_after_the_withdrawal_in_the_afternoon(
    office: Office, desk: Desk
) -> None:
    case_id = council_case(office)
    consent(office, case_id)
    data = {**written(desk, case_id), "step": "preview"}
    assert desk.post(f"{path_of(case_id)}/referrals/letter/pdf", data).status_code == 200
    withdraw(office, case_id)
    refused = desk.post(new_letter(case_id), data)
    assert refused.status_code == 422
    assert 'name="step" value="file"' in refused.text
    assert desk.post(f"{path_of(case_id)}/referrals/letter/pdf", data).status_code == 422
    assert desk.post(new_letter(case_id), {**data, "step": "file"}).status_code == 303
    assert referral_of(opened_case(office, case_id))[2].consent


def test_nothing_leaves_a_case_of_which_something_does_not_open(
    office: Office, desk: Desk, case_id: bytes
) -> None:
    consent(office, case_id)
    withdraw(office, case_id)
    [(kept, _)] = opened_case(office, case_id).notebook.of_kind(Consent)
    with office.log_of_commands.store.write() as db:
        rows = tables.items
        db.execute(update(rows).where(rows.c.id == kept.row_ids[-1]).values(body=b"x" * 64))
    refer = lambda: referring.refer(work(office), case_id, b"1", LETTER, YES)  # noqa: E731
    assert why(refer) is Hindrance.DAMAGED
    assert "alert-warning" in desk.get(f"{path_of(case_id)}/rights").text
    assert "alert-warning" in desk.get(f"{path_of(case_id)}/referrals").text


def test_a_letter_is_among_the_disclosures_and_the_papers(office: Office, desk: Desk) -> None:
    case_id = council_case(office, "whistleblower")
    consent(office, case_id, with_identity=True)
    assert referring.refer(work(office), case_id, b"1", with_identity()) is Done.YES
    assert referring.refer(work(office), case_id, b"2", replace(LETTER, centre="am")) is Done.YES
    assert rights.papers_of(opened_case(office, case_id)) == (0, 2)
    page = html.unescape(desk.get(f"{path_of(case_id)}/rights").text)
    told = page[page.index('aria-labelledby="disclosure"') : page.index('aria-labelledby="access"')]
    for words in ("Med identitet", "Uden identitet", "Personen har sagt ja", "den sag, der fulgte"):
        assert words in told
    assert f"{path_of(case_id)}/referrals/" in told


def test_a_letter_filed_and_deleted_is_not_filed_again_from_the_same_form(
    office: Office, desk: Desk, case_id: bytes, opened: Open
) -> None:
    data = {**written(desk, case_id), "step": "file"}
    assert desk.post(new_letter(case_id), data).status_code == 303
    how = Filing(Logged.FILED_DELETED, of=(Referral,))
    assert strike(work(office), place(office, case_id, Referral), how) is Done.YES
    again = desk.post(new_letter(case_id), data)
    assert again.status_code == 409
    form = hidden_fields(again.text)
    assert desk.post(new_letter(case_id), {**data, **form, "step": "file"}).status_code == 303
    assert len(opened().notebook.of_kind(Referral)) == 1


def test_letters_and_consents_are_todays_and_what_is_filed_names_the_centre_of_its_day(
    office: Office, desk: Desk, case_id: bytes
) -> None:
    assert referring.refer(work(office), case_id, b"1", LETTER, YES) is Done.YES
    renamed = Centre("bl", {"da": "Nyt navn", "en": "New name"}, "B")
    added = Centre("new", {"da": "Familie", "en": "Family"}, "F")
    tomorrow(office, renamed, added)
    desk = office.desk_of(office.adviser)
    assert "Børn &amp; Læring" in desk.get(f"{path_of(case_id)}/referrals").text
    assert "Familie" in desk.get(f"{path_of(case_id)}/rights/new/consent").text
    data = {**written(desk, case_id), "centre": "new", "step": "preview"}
    preview = desk.post(new_letter(case_id), data)
    assert "Ny rådgiver" in preview.text
    form = {**hidden_fields(preview.text), "step": "file"}
    assert desk.post(new_letter(case_id), form).status_code == 303
    assert "Familie" in desk.get(f"{path_of(case_id)}/referrals").text
    withdraw_old = place_of(office, case_id, "bl")
    assert rights.put(work(office), withdraw_old, replace(YES, withdrawn=TODAY)) is Done.YES


@pytest.mark.parametrize("sent", ["9999-12-31", "9999-12-30"])
def test_a_day_at_the_end_of_time_is_refused_in_words(
    desk: Desk, case_id: bytes, sent: str
) -> None:
    data = {**written(desk, case_id), "sent": sent, "reply_by": ""}
    assert desk.post(new_letter(case_id), data).status_code == 422


@pytest.mark.parametrize("field", ["subject", "text"])
def test_a_cpr_number_is_warned_of_wherever_it_stands(
    desk: Desk, case_id: bytes, field: str
) -> None:
    plain = written(desk, case_id)
    assert "ligner et CPR-nummer" not in desk.post(new_letter(case_id), plain).text
    page = desk.post(new_letter(case_id), {**plain, field: "Om 010190-1234"})
    assert "ligner et CPR-nummer" in page.text


# -- help --------------------------------------------------------------------------------------


def place_of(office: Office, case_id: bytes, recipient: str) -> Place:
    found = opened_case(office, case_id).notebook.of_kind(Consent)
    [kept] = [kept for kept, given in found if given.recipient == recipient]
    return Place(case_id, kept.filed_id, kept.newest.version)


def tomorrow(office: Office, *centres: Centre) -> None:
    """Let a day pass, on which a profile with other centres and another adviser began."""
    old = office.installation.profiles
    words = replace(old.office.letter["da"], signature="Ny rådgiver")
    new = replace(
        old,
        office=replace(old.office, centres=centres, letter={**old.office.letter, "da": words}),
        valid_from=date(2026, 11, 21),
        earlier=(replace(old, valid_from=date(2020, 1, 1), earlier=()),),
    )
    office.later(days=1)
    office.installation = replace(office.installation, profiles=new)
    office.casework = create_casework(office.installation)

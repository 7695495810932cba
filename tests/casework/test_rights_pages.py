"""The pages of consents, disclosures, access and competence."""

import re
from collections.abc import Callable
from datetime import date

import pytest

from tests.support.office import Desk, Office, a_file, hidden_fields
from tests.support.registered import registered
from whistle.casework import rights
from whistle.casework.acts import Closing, Done, close
from whistle.casework.cases import OpenedCase
from whistle.domain.filed import AccessRequest, Competence, Consent, Disclosure
from whistle.keys.keyring import Keyring

Open = Callable[[], OpenedCase]
CONSENT = {"recipient": "lawyer", "given": "2026-11-18", "how": "phone", "text": "Gerne."}
TOLD = {"recipient": "lawyer", "day_told": "2026-11-19", "ground": "consent", "text": "Det hele."}
ASKED = {"law": "offentlighedsloven", "received": "2026-11-18", "asked_by": "Avisen", "text": "Alt"}
DOUBT = {
    "centre": "bl",
    "asked": "2026-11-18",
    "text": "Er det en personalesag?",
    "said_yes": "y",
    "yes_day": "2026-11-18",
}


@pytest.fixture
def look(office: Office, case_id: bytes) -> Open:
    def look_at() -> OpenedCase:
        opened = rights.look(office.work_of(office.adviser), case_id)
        assert opened is not None
        return opened

    return look_at


def address(case_id: bytes, *rest: str) -> str:
    return "/".join([f"/casework/case/{case_id.hex()}/rights", *rest])


def add(desk: Desk, case_id: bytes, kind: str, fields: dict[str, str]) -> tuple[int, str]:
    """File something, and give what is answered."""
    path = address(case_id, "new", kind)
    answer = desk.post(path, {**hidden_fields(desk.get(path).text), **fields})
    return answer.status_code, answer.text


def the_only(look: Open, kind: type) -> str:
    ((kept, _),) = look().notebook.of_kind(kind)
    return kept.filed_id.hex()


def change(desk: Desk, path: str, fields: dict[str, str]) -> tuple[int, str]:
    answer = desk.post(path, {**hidden_fields(desk.get(path).text), **fields})
    return answer.status_code, answer.text


def test_a_consent_and_a_disclosure_are_noted_and_shown(
    desk: Desk, case_id: bytes, look: Open
) -> None:
    assert add(desk, case_id, "consent", CONSENT)[0] == 303
    assert add(desk, case_id, "disclosure", TOLD)[0] == 303
    page = desk.get(address(case_id)).text
    assert "Ekstern advokat" in page
    assert "Gerne." in page
    assert "Det hele." in page
    ((_, told),) = look().notebook.of_kind(Disclosure)
    assert told.consent.hex() == the_only(look, Consent)


@pytest.mark.parametrize(
    ("kind", "fields", "status"),
    [
        ("disclosure", TOLD, 422),
        ("consent", CONSENT, 303),
        ("consent", {**CONSENT, "with_identity": "y", "how": ""}, 303),
        ("consent", {**CONSENT, "recipient": "mayor"}, 422),
        ("consent", {**CONSENT, "recipient": ""}, 422),
        ("consent", {**CONSENT, "given": ""}, 422),
        ("consent", {**CONSENT, "given": "2026-11-21"}, 422),
        ("consent", {**CONSENT, "given": "20-11-2026"}, 303),
        ("consent", {**CONSENT, "given": "2026-02-30"}, 422),
        ("consent", {**CONSENT, "given": "9999-99-99"}, 422),
        ("consent", {**CONSENT, "how": "pigeon"}, 422),
        ("consent", {**CONSENT, "text": "x" * 5_001}, 422),
        ("consent", {**CONSENT, "withdrawn": "2026-11-17"}, 422),
        ("consent", {**CONSENT, "withdrawn": "2026-11-18"}, 303),
        ("disclosure", {**TOLD, "ground": "because"}, 422),
        ("disclosure", {**TOLD, "ground": "follow-up"}, 303),
        ("disclosure", {**TOLD, "ground": "follow-up", "with_identity": "y"}, 422),
        ("disclosure", {**TOLD, "ground": "defence"}, 422),
        ("disclosure", {**TOLD, "ground": "offence"}, 422),
        ("disclosure", {**TOLD, "ground": "offence", "recipient": "police"}, 303),
        ("disclosure", {**TOLD, "ground": "other-law", "day_told": "2027-01-01"}, 422),
        ("disclosure", {**TOLD, "ground": "other-law", "text": "  "}, 422),
        ("access", ASKED, 303),
        ("access", {**ASKED, "law": "the law"}, 422),
        ("access", {**ASKED, "received": "2027-01-01"}, 422),
        ("access", {**ASKED, "asked_by": "x" * 201}, 422),
        ("access", {**ASKED, "answered": "2026-11-20"}, 422),
        ("access", {**ASKED, "result": "granted"}, 422),
        ("access", {**ASKED, "answered": "2026-11-17", "result": "granted"}, 422),
        ("access", {**ASKED, "answered": "2026-11-20", "result": "maybe"}, 422),
        ("access", {**ASKED, "answered": "2026-11-20", "result": "granted"}, 303),
        ("access", {**ASKED, "until": "2026-12-30"}, 422),
        ("access", {**ASKED, "until": "0001-01-01", "extended": "x", "told": "2026-11-20"}, 422),
        ("access", {**ASKED, "text": "\x00\u202e\U0001f600 '; --"}, 303),
        ("competence", DOUBT, 303),
        ("competence", {**DOUBT, "said_yes": ""}, 422),
        ("competence", {**DOUBT, "yes_day": "2026-11-19"}, 422),
        ("competence", {**DOUBT, "yes_how": "pigeon"}, 422),
        ("competence", {**DOUBT, "centre": "xx"}, 422),
        ("competence", {**DOUBT, "text": ""}, 422),
        ("competence", {**DOUBT, "within": "yes", "reason": "Fordi"}, 422),
        ("competence", {**DOUBT, "view": "Nej"}, 422),
    ],
)
def test_what_is_missing_or_cannot_be_is_refused_and_the_text_kept(
    desk: Desk, case_id: bytes, kind: str, fields: dict[str, str], status: int
) -> None:
    answered, page = add(desk, case_id, kind, fields)
    assert answered == status
    if status != 303 and fields["text"].strip():
        assert re.search(rf"<textarea[^>]*>\s*{re.escape(fields['text'])}", page)
        assert 'role="alert"' in page


def test_a_council_members_case_says_why_nothing_leaves(office: Office, desk: Desk) -> None:
    case_id = office.case_of(office.reporter().report(channel="council"))
    status, page = add(desk, case_id, "disclosure", {**TOLD, "ground": "other-law"})
    assert status == 422
    assert 'value="offence"' not in page
    assert add(desk, case_id, "disclosure", TOLD)[0] == 422
    assert add(desk, case_id, "consent", {**CONSENT, "recipient": "chief_executive"})[0] == 422
    path = address(case_id, "new", "competence")
    assert desk.get(path).status_code == desk.post(path, DOUBT).status_code == 404


def test_whistleblowers_cases_show_sections_25_and_26(office: Office, desk: Desk) -> None:
    case_id = office.case_of(office.reporter().report(channel="whistleblower"))
    page = desk.get(address(case_id)).text
    assert "§§ 25" in page
    police = {**TOLD, "recipient": "police", "ground": "offence", "with_identity": "y"}
    status, page = add(desk, case_id, "disclosure", police)
    assert status == 422
    assert "§ 26" in page
    assert add(desk, case_id, "disclosure", {**police, "not_told": "De ville advare."})[0] == 303


def test_a_request_is_put_off_with_a_reason_and_a_later_day(
    desk: Desk, case_id: bytes, look: Open
) -> None:
    add(desk, case_id, "access", {**ASKED, "law": "gdpr"})
    path = address(case_id, the_only(look, AccessRequest))
    later = {"until": "2027-02-18", "extended": "Mange papirer.", "told": "2026-11-20"}
    asked = {**ASKED, "law": "gdpr"}
    assert change(desk, path, {**asked, **later, "until": "2027-02-19"})[0] == 422
    assert change(desk, path, {**asked, **later, "until": "2026-12-18"})[0] == 422
    assert change(desk, path, {**asked, **later, "extended": ""})[0] == 422
    assert change(desk, path, {**asked, **later, "told": ""})[0] == 422
    assert change(desk, path, {**asked, **later})[0] == 303
    ((_, kept),) = look().notebook.of_kind(AccessRequest)
    assert kept.by.isoformat() == "2027-02-18"
    assert look().registration.due[0].day == kept.by
    assert "Mange papirer." in desk.get(path).text


def test_a_request_that_is_late_is_marked(office: Office, desk: Desk, case_id: bytes) -> None:
    add(desk, case_id, "access", ASKED)
    assert "badge-error" not in desk.get(address(case_id)).text
    office.later(days=14)
    fresh = office.desk_of(office.adviser)
    assert "badge-error" in fresh.get(address(case_id)).text


def test_a_doubt_is_decided_with_the_centres_view_and_a_reason(
    desk: Desk, case_id: bytes, look: Open
) -> None:
    add(desk, case_id, "competence", DOUBT)
    path = address(case_id, the_only(look, Competence))
    view = {"view": "Nej.", "answered": "2026-11-19"}
    assert change(desk, path, {**DOUBT, **view, "within": "no"})[0] == 422
    decided = {**DOUBT, **view, "within": "no", "reason": "Personalesag."}
    assert change(desk, path, decided)[0] == 303
    ((_, kept),) = look().notebook.of_kind(Competence)
    assert (kept.within, kept.reason) == (False, "Personalesag.")


def test_of_two_at_once_the_second_is_shown_what_changed(
    office: Office, desk: Desk, case_id: bytes, look: Open, deputy: Keyring
) -> None:
    add(desk, case_id, "consent", CONSENT)
    path = address(case_id, the_only(look, Consent))
    other = office.desk_of(deputy)
    mine, theirs = (hidden_fields(each.get(path).text) for each in (desk, other))
    assert other.post(path, {**theirs, **CONSENT, "text": "Veras"}).status_code == 303
    refused = desk.post(path, {**mine, **CONSENT, "text": "Idas"})
    assert refused.status_code == 409
    assert "Veras" in refused.text
    assert re.search(r"<textarea[^>]*>\s*Idas", refused.text)
    again = {**hidden_fields(refused.text), **CONSENT, "text": "Begges"}
    assert desk.post(path, again).status_code == 303


def test_words_for_what_was_deleted_meanwhile_are_filed_anew(
    desk: Desk, case_id: bytes, look: Open
) -> None:
    add(desk, case_id, "consent", CONSENT)
    path = address(case_id, the_only(look, Consent))
    form = {**hidden_fields(desk.get(path).text), **CONSENT, "text": "Mine ord"}
    gone = desk.post(f"{path}/delete", {**hidden_fields(desk.get(address(case_id)).text)})
    assert gone.headers["Location"].endswith("done=filed-deleted")
    assert "/undo" in desk.get(gone.headers["Location"]).text
    refused = desk.post(path, form)
    assert refused.status_code == 409
    assert "Mine ord" in refused.text
    assert address(case_id, "new", "consent") in refused.text
    again = {**hidden_fields(refused.text), **CONSENT, "text": "Mine ord"}
    assert desk.post(address(case_id, "new", "consent"), again).status_code == 303
    assert desk.get(path).status_code == 404


def test_a_consent_that_something_rests_on_is_not_deleted_and_it_says_why(
    desk: Desk, case_id: bytes, look: Open
) -> None:
    add(desk, case_id, "consent", CONSENT)
    add(desk, case_id, "disclosure", TOLD)
    form = {**hidden_fields(desk.get(address(case_id)).text), "version": "1"}
    refused = desk.post(address(case_id, the_only(look, Consent), "delete"), form)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert the_only(look, Consent)


def test_a_disclosure_whose_consent_did_not_stand_is_pointed_out(
    desk: Desk, case_id: bytes, look: Open
) -> None:
    add(desk, case_id, "consent", CONSENT)
    add(desk, case_id, "disclosure", TOLD)
    assert "right-warning" not in desk.get(address(case_id)).text
    path = address(case_id, the_only(look, Consent))
    assert change(desk, path, {**CONSENT, "withdrawn": "2026-11-19"})[0] == 303
    page = desk.get(address(case_id)).text  # it was told on that day, before
    assert "right-warning" not in page
    assert (
        page.count("19.\N{NO-BREAK SPACE}november\N{NO-BREAK SPACE}2026") == 3
    )  # of the consent, and of what was told by it
    assert change(desk, path, {**CONSENT, "withdrawn": "2026-11-18"})[0] == 303
    assert "right-warning" in desk.get(address(case_id)).text


@pytest.mark.parametrize("rest", [("new", "note"), ("new", "document"), ("x",), ("00" * 16,)])
def test_what_is_no_right_is_not_there(desk: Desk, case_id: bytes, rest: tuple[str, ...]) -> None:
    assert desk.get(address(case_id, *rest)).status_code == 404
    form = hidden_fields(desk.get(address(case_id, "new", "consent")).text)
    assert desk.post(address(case_id, *rest), {**form, **CONSENT}).status_code == 404


def test_another_members_keys_find_nothing(office: Office, case_id: bytes) -> None:
    theirs = office.desk_of(office.reserve)
    assert theirs.get(address(case_id)).status_code == 404
    assert theirs.post(address(case_id, "new", "consent"), CONSENT).status_code == 404


def test_a_form_of_another_session_is_not_taken_and_not_lost(desk: Desk, case_id: bytes) -> None:
    refused = desk.post(address(case_id, "new", "consent"), CONSENT)
    assert refused.status_code == 422
    assert "Gerne." in refused.text
    assert desk.post(address(case_id, "00" * 16, "delete"), {}).status_code == 403


def test_words_are_not_lost_when_the_session_is_over(office: Office, case_id: bytes) -> None:
    nobody = Desk(office.casework.test_client())
    kept = nobody.post(address(case_id, "new", "consent"), CONSENT)
    assert kept.status_code == 401
    assert "Gerne." in kept.text


def test_a_form_sent_twice_files_once(desk: Desk, case_id: bytes, look: Open) -> None:
    path = address(case_id, "new", "consent")
    form = {**hidden_fields(desk.get(path).text), **CONSENT}
    assert [desk.post(path, form).status_code for _ in range(2)] == [303, 303]
    assert the_only(look, Consent)


def test_a_form_sent_with_the_wildest_version_changes_nothing(
    desk: Desk, case_id: bytes, look: Open
) -> None:
    add(desk, case_id, "consent", CONSENT)
    path = address(case_id, the_only(look, Consent))
    for version in ("", "-1", "x", str(2**40)):
        assert change(desk, path, {**CONSENT, "text": "Nyt", "version": version})[0] in {409, 422}
    ((kept, _),) = look().notebook.of_kind(Consent)
    assert kept.newest.version == 1


def test_what_is_exempt_from_access_is_told_from_what_is_looked_at(
    office: Office, desk: Desk
) -> None:
    case_id = office.case_of(office.reporter().report(channel="whistleblower"))
    for marking in ("report", "derived", "derived"):
        path = f"/casework/case/{case_id.hex()}/documents"
        paper = {"title": "Et papir", "marking": marking, "files": a_file()}
        assert desk.post(path, {**hidden_fields(desk.get(path).text), **paper}).status_code == 303
    opened = rights.look(office.work_of(office.adviser), case_id)
    assert opened is not None
    assert rights.papers_of(opened) == (1, 2)
    assert "(§ 25)" in desk.get(address(case_id)).text.partition('id="kept"')[2]


def test_a_closed_case_says_until_when_it_is_kept(
    desk: Desk, office: Office, case_id: bytes, look: Open
) -> None:
    work = office.work_of(office.adviser)
    assert rights.kept_until(rights.bounds(work, look()), look()) is None
    registered(work, case_id)
    assert close(work, case_id, Closing(b"form", len(look().messages))) is Done.YES
    assert rights.kept_until(rights.bounds(work, look()), look()) == date(2031, 11, 20)
    assert "2031" in desk.get(address(case_id)).text

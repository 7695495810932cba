"""Standard texts are put below what was written; nothing is lost, sent or stored by it."""

import re
from dataclasses import replace

import pytest

from tests.casework.papers import open_case, path_of
from tests.support.office import Desk, Office, a_file, hidden_fields
from whistle.domain.office import StandardText

THANKS = StandardText(
    "thanks",
    {"da": "Tak", "en": "Thanks"},
    {"da": "Tak for din henvendelse.", "en": "Thank you for writing."},
)


@pytest.fixture
def texts(office: Office) -> None:
    """An office with one standard text."""
    here = office.installation
    own = replace(here.profiles.office, texts=(THANKS,))
    profile = replace(here.profiles, office=own, earlier=())
    office.casework.extensions["whistle"] = replace(here, profiles=profile)


def area(page: str, name: str) -> str:
    found = re.search(rf'<textarea[^>]*name="{name}"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.usefixtures("texts")
def test_a_text_goes_below_what_was_written_in_the_language_that_was_chosen(
    office: Office, desk: Desk, case_id: bytes
) -> None:
    form = hidden_fields(desk.open(case_id).text)
    sent = {**form, "text": "Kære borger", "into": "answer", "standard": "thanks.en"}
    page = desk.post(path_of(case_id, "/standard-text"), sent)
    assert page.status_code == 200
    assert area(page.text, "text") == "Kære borger\n\nThank you for writing."
    assert hidden_fields(page.text)["form_id"] == form["form_id"]
    assert len(open_case(office, case_id).messages) == 1
    assert desk.answer(case_id, area(page.text, "text")).status_code == 303


@pytest.mark.usefixtures("texts")
def test_a_note_keeps_what_it_is_about(desk: Desk, case_id: bytes) -> None:
    form = hidden_fields(desk.open(case_id).text)
    sent = {**form, "note": "", "talk": "meeting", "held": "2026-11-02", "into": "note"}
    page = desk.post(path_of(case_id, "/standard-text"), {**sent, "standard": "thanks.da"}).text
    assert area(page, "note") == "Tak for din henvendelse."
    assert re.search(r'<option value="meeting" selected>', page)
    assert 'value="2026-11-02"' in page


@pytest.mark.usefixtures("texts")
def test_files_that_were_chosen_are_asked_for_again_and_not_stored(
    desk: Desk, case_id: bytes
) -> None:
    form = hidden_fields(desk.open(case_id).text)
    sent = {**form, "text": "Se bilag", "into": "answer", "standard": "thanks.da"}
    large = a_file(bytes(3_000_000), "stor.pdf")
    page = desk.post(path_of(case_id, "/standard-text"), {**sent, "files": large})
    assert page.status_code == 200
    assert "stor.pdf" in page.text
    assert "Tak for din henvendelse." in area(page.text, "text")


@pytest.mark.usefixtures("texts")
@pytest.mark.parametrize("standard", ["", "thanks", "thanks.de", "other.da", "." * 500])
def test_a_text_that_is_none_is_refused_and_what_was_written_stays(
    desk: Desk, case_id: bytes, standard: str
) -> None:
    form = hidden_fields(desk.open(case_id).text)
    sent = {**form, "text": "Kære borger", "into": "answer", "standard": standard}
    page = desk.post(path_of(case_id, "/standard-text"), sent)
    assert page.status_code == 422
    assert area(page.text, "text") == "Kære borger"


def test_without_the_pages_token_nothing_is_inserted(desk: Desk, case_id: bytes) -> None:
    sent = {"text": "Kære", "into": "answer", "standard": "thanks.da"}
    assert desk.post(path_of(case_id, "/standard-text"), sent).status_code == 422

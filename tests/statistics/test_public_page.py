"""The public page: for everybody, without a cookie or a key, and fit to be kept for a while."""

from dataclasses import replace
from datetime import date

import pytest

from tests.support.office import Office
from whistle.app import create_intake
from whistle.domain.profile import load_profile
from whistle.domain.published import EVALUATION_RECORD, PublicEvaluation
from whistle.domain.standing import capacities
from whistle.storage.public_documents import PublicDocumentRow

EVALUATED = PublicEvaluation(date(2020, 12, 7), "Byrådet", "Videreføres <b>uændret</b>", "Godt.")


def put(office: Office, kind: str, **other: object) -> str:
    """Publish something as the adviser's row would; give its address."""
    row = PublicDocumentRow(
        b"d" * 16,
        kind,
        "Beretning 2025",
        date(2026, 3, 1),
        "beretning.pdf",
        "application/pdf",
        b"x",
    )
    with office.installation.store.write() as db:
        replace(row, **other).insert(db)  # type: ignore[arg-type]
    return f"/da/statistics/document/{row.id.hex()}"


@pytest.mark.parametrize("lang", ["da", "en"])
def test_it_says_how_many_hours_since_when(office: Office, lang: str) -> None:
    page = office.reporter().get(f"/{lang}/statistics/")
    assert page.status_code == 200
    hours = {"da": "25 timer om ugen", "en": "25 hours a week"}[lang]
    assert hours in page.text or "25 hours a week" in page.text
    assert "2021" in page.text


def test_the_front_page_leads_to_it(office: Office) -> None:
    assert 'href="/da/statistics/"' in office.reporter().get("/da/").text
    assert 'href="/en/statistics/"' in office.reporter().get("/da/statistics/").text


def test_it_sets_no_cookie_and_may_be_kept(office: Office) -> None:
    address = put(office, "report")
    for path in ("/da/statistics/", address):
        answer = office.reporter().get(path)
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "public, max-age=60"
        assert "Vary" not in answer.headers
    for path in ("/da/", "/da/statistics/document/nonsense", f"{address}00"):
        assert office.reporter().get(path).headers["Cache-Control"] == "no-store"


def test_it_says_the_same_to_who_has_a_receipt(office: Office) -> None:
    stranger, reporter = office.reporter(), office.reporter()
    reporter.come_back(reporter.report())
    assert reporter.get("/da/statistics/").data == stranger.get("/da/statistics/").data


def test_what_an_adviser_wrote_is_never_markup(office: Office) -> None:
    put(office, EVALUATION_RECORD, media_type="application/json", body=EVALUATED.encode())
    page = office.reporter().get("/da/statistics/").text
    assert "Videreføres &lt;b&gt;uændret&lt;/b&gt;" in page


def test_a_record_that_somebody_changed_in_the_database_breaks_nothing(office: Office) -> None:
    put(office, EVALUATION_RECORD, media_type="application/json", body=b'{"day": 1}')
    assert office.reporter().get("/da/statistics/").status_code == 200


@pytest.mark.parametrize(
    "other",
    [
        {"media_type": "text/html"},
        {"media_type": "image/svg+xml"},
        {"kind": "something"},
        {"kind": EVALUATION_RECORD},
    ],
)
def test_a_row_of_no_known_kind_or_type_is_not_served(
    office: Office, other: dict[str, str]
) -> None:
    assert office.reporter().get(put(office, **{"kind": "report", **other})).status_code == 404


def test_a_document_has_one_address_for_each_language(office: Office) -> None:
    address = put(office, "report")
    assert office.reporter().get(address).status_code == 200
    assert office.reporter().get(address.replace("/da/", "/en/")).status_code == 200
    assert office.reporter().get(address.replace("64", "6 4")).status_code == 404
    assert office.reporter().get(f"{address.rpartition('/')[0]}/{'D' * 32}").status_code == 404


def test_names_of_files_with_other_letters_are_kept(office: Office) -> None:
    answer = office.reporter().get(put(office, "statutes", name="vedtægter.pdf"))
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename*=UTF-8''vedt%C3%A6gter.pdf"
    )


def test_it_is_there_before_any_door_is_open(office: Office) -> None:
    closed = replace(office.installation.profiles, channels={}, shut={})
    app = create_intake(replace(office.installation, profiles=closed))
    assert app.test_client().get("/da/statistics/").status_code == 200
    assert app.test_client().get("/da/").status_code == 503


def test_capacity_changes_with_the_profile_and_is_dated() -> None:
    now, before = capacities(load_profile("stevns"))
    assert (now.since, now.hours) == (date(2021, 5, 1), 25)
    assert (before.since, before.hours) == (date(2018, 4, 1), None)
    assert "Uafhængig borgerrådgiver" in now.placement["da"]


def test_evaluations_of_the_profile_are_public_too(office: Office) -> None:
    ringsted = load_profile("ringsted")
    app = create_intake(replace(office.installation, profiles=ringsted))
    page = app.test_client().get("/da/statistics/").text
    assert "Funktionen videreføres i sin nuværende form" in page
    assert "www.ringsted.dk/borgerraadgiver" in page

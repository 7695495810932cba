"""The blank form is rendered once, and yet is each person's own."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.office import Office, hidden_fields
from whistle.crypto.receipt import Receipt
from whistle.domain.channel import Channel
from whistle.domain.profile import load_profile
from whistle.intake.views.blank import BlankPages

DOOR = (Channel.CITIZEN, "da")


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("lang", ["da", "en"])
def test_no_two_people_get_the_same_receipt_and_nothing_stands_for_one(
    office: Office, channel: str, lang: str
) -> None:
    seen = set()
    for _ in range(3):
        page = office.reporter().get(f"/{lang}/report/{channel}").text
        form = hidden_fields(page)
        receipt = Receipt.parse(form["receipt"])
        assert page.count(form["receipt"]) == 2  # in the form, and for the button that copies it
        assert re.sub(r"</?span>", "", page).count(receipt.show()) == 3  # and as it is shown
        assert not re.search("[\ue000-\ue1ff]", page)
        assert f'lang="{lang}"' in page
        seen.add((form["receipt"], form["token"]))
    assert len(seen) == 3


def test_another_profile_has_forms_of_its_own() -> None:
    forms, receipt = BlankPages(), Receipt.random()
    profile = load_profile("stevns")
    other = replace(profile, municipality="Andeby")
    made = []

    def render(shown: str, token: str) -> str:
        made.append(shown)
        return f"{shown} {token}"

    for one in (profile, profile, other, profile):
        assert (
            forms.fill(one, DOOR, render, receipt=receipt, token="token")
            == f"{receipt.show()} token"
        )
    assert len(made) == 3


def test_who_has_reported_is_shown_their_own_receipt(office: Office) -> None:
    for _ in range(3):
        reporter = office.reporter()
        form = reporter.form("citizen", "da")
        page = reporter.post("/da/report/citizen", {**form, "text": "Min klage."}).text
        assert page.count(form["receipt"]) == 1  # for the button that copies it
        assert re.sub(r"</?span>", "", page).count(form["receipt"]) == 2  # and as it is shown
        assert not re.search("[\ue000-\ue1ff]", page)


def test_what_was_received_tells_its_own_day_and_who_reads_it(office: Office) -> None:
    def told(**fields: str) -> str:
        reporter = office.reporter()
        form = reporter.form("citizen", "da")
        return reporter.post("/da/report/citizen", {**form, "text": "Hej.", **fields}).text

    reserve = "Kun reserven kan åbne din henvendelse."
    first = told()
    office.clock.moment += timedelta(days=1)
    second, third = told(), told(concerns_adviser="y")
    assert 'datetime="2026-11-20"' in first
    assert 'datetime="2026-11-21"' in second
    assert 'datetime="2026-11-20"' not in second
    assert (reserve in second, reserve in third) == (False, True)

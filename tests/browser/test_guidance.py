"""The pages that help to choose, and the forms with everything open: sound, quiet, accessible."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import doors
from tests.browser.doors import Walk
from tests.support.demo import Demo

CHANNELS = ("whistleblower", "council", "citizen")


def open_all(page: Page) -> None:
    """Open every part that is folded, as a reader may."""
    closed = page.locator("details:not([open]) > summary")
    while closed.count():
        closed.first.click()


def test_the_pages_before_writing(walk: Walk, demo_server: Demo, lang: str) -> None:
    page = walk.page
    page.goto(f"{demo_server.intake}/{lang}/")
    open_all(page)
    walk.sees()
    page.locator("#whistleblower").get_by_role("link").first.click()
    expect(page.locator(":target")).to_be_visible()
    page.goto(f"{demo_server.intake}/{lang}/advice")
    walk.sees()
    for channel in CHANNELS:
        page.goto(f"{demo_server.intake}/{lang}/privacy/{channel}")
        walk.sees()


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_form_with_everything_open(
    walk: Walk, demo_server: Demo, lang: str, channel: str
) -> None:
    page = walk.page
    page.goto(f"{demo_server.intake}/{lang}/report/{channel}")
    open_all(page)
    walk.sees()
    others = page.locator(".wrong-doors a")
    assert others.count() == 2
    doors.press(page, others.first)
    walk.sees()


def test_answers_survive_a_refusal_and_are_received(
    walk: Walk, demo_server: Demo, lang: str
) -> None:
    page = walk.page
    page.goto(f"{demo_server.intake}/{lang}/report/council")
    page.locator("details.more > summary").click()
    page.locator('[name="behaviour"][value="threat"]').check()
    page.locator('[name="repeated"][value="yes"]').check()
    page.locator('[name="context"]').fill("Efter mødet")
    doors.send(page)
    walk.sees(422)
    assert page.locator('[name="behaviour"][value="threat"]').is_checked()
    assert page.locator('[name="repeated"][value="yes"]').is_checked()
    assert page.locator('[name="context"]').input_value() == "Efter mødet"
    page.locator('[name="text"]').fill("Der skete noget.")
    doors.send(page)
    walk.sees()


def test_a_cpr_number_is_warned_of_once(walk: Walk, demo_server: Demo, lang: str) -> None:
    page = walk.page
    page.goto(f"{demo_server.intake}/{lang}/report/citizen")
    receipt = doors.shown_receipt(page)
    page.locator("details.more > summary").click()
    page.locator('[name="happened"]').fill("2026-05-13")
    page.locator('[name="centre"]').select_option("bl")
    page.locator('[name="text"]').fill("Mit nummer er 010190-1234.")
    doors.send(page)
    open_all(page)
    walk.sees(422)
    assert doors.shown_receipt(page) == receipt
    assert page.locator('[name="happened"]').input_value() == "2026-05-13"
    assert page.locator('[name="centre"]').input_value() == "bl"
    page.locator('[name="accept_cpr"]').check()
    doors.send(page)
    walk.sees()
    assert doors.shown_receipt(page) == receipt

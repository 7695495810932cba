"""Registering in a browser: a call from the keyboard alone, the made-up reports, two at once."""

import json
from collections.abc import Mapping
from importlib import resources

import pytest
from playwright.sync_api import Page

from tests.browser import doors
from tests.browser.doors import Report, Walk
from tests.browser.gallery import Gallery
from tests.support.browser import Visitor
from tests.support.demo import Demo

SENTENCE = "Hvem ringer man til?"
# What is pressed after the sentence: a select takes the letters that its option begins with. With
# the script nothing is asked about sub-categories where the category has none, and Enter sends from
# a select too; without it the way goes on to the button.
KEYS = {
    "da": ["Tab", "1", "Tab", "B", "Tab", "Tab", "Tab", "N", "Tab", "V", "i"],
    "en": ["Tab", "1", "Tab", "Tab", "F", "Tab", "Tab", "Tab", "N", "Tab", "P"],
}
MOST_KEYS = {"da": 11, "en": 32}
SELECTED = (
    *("scope", "result", "police", "rejection", "approached", "outcome"),
    *("reported_role", "wish"),
)
OF_ISSUE = ("category", "subcategory", "centre", "theme")


def signed_in(walk: Walk, demo: Demo) -> None:
    doors.sign_in(walk.page, demo, demo.member("adviser"), walk.lang)


def focused(page: Page) -> str:
    name: str = page.evaluate("() => document.activeElement.name || document.activeElement.text")
    return name.strip()


def on_button(page: Page) -> str:
    value: str = page.evaluate(
        "() => document.activeElement.type == 'submit' ? document.activeElement.value : ''"
    )
    return value


def test_a_call_is_registered_by_a_sentence_and_few_keys(walk: Walk, demo_server: Demo) -> None:
    signed_in(walk, demo_server)
    page = walk.page
    page.goto(f"{demo_server.casework}/new")
    walk.sees()
    assert focused(page) == "purpose"
    page.keyboard.type(SENTENCE)
    pressed = list(KEYS[walk.lang])
    for key in pressed:
        page.keyboard.press(key)
    while not walk.javascript and on_button(page) != "save":
        page.keyboard.press("Tab")
        pressed.append("Tab")
    assert len(pressed) <= MOST_KEYS[walk.lang], pressed
    with page.expect_navigation(url="**/new/*"):
        page.keyboard.press("Enter")
    walk.sees()
    told = page.locator(".facts dd").all_inner_texts()
    assert told[0] == SENTENCE
    assert any(one.startswith("1. ") for one in told)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert focused(page) == "purpose"


def test_what_is_missing_is_said_and_rows_are_added_and_saved(
    walk: Walk, demo_server: Demo
) -> None:
    signed_in(walk, demo_server)
    page = walk.page
    page.goto(f"{demo_server.casework}/new")
    page.keyboard.type(SENTENCE)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    walk.sees(422)
    page.select_option('[name="issues-0-category"]', "4")
    page.select_option('[name="issues-0-subcategory"]', "4.1")
    page.select_option('[name="issues-0-centre"]', "bl")
    doors.press(page, 'button[value="add"]')
    walk.sees()
    assert page.locator('[name="purpose"]').input_value() == SENTENCE
    page.select_option('[name="issues-1-category"]', "6")
    page.select_option('[name="issues-1-centre"]', "so")
    page.select_option('[name="outcome"]', "passed_on")
    doors.press(page, '.button-row button[value="close"]')
    walk.sees()
    assert page.locator(".alert-warning").count() >= 1
    doors.press(page, 'main a[href$="/registration"]')
    walk.sees()
    assert page.locator('a[href="#centre_first"]').count() == 1
    page.locator('[name="centre_first"]').fill("Det haster for barnet.")
    doors.press(page, '.button-row button[value="save"]')
    walk.sees()
    assert page.locator('a[href="#centre_first"]').count() == 0


def test_the_page_of_a_call_and_the_forms_of_the_other_doors(walk: Walk, demo_server: Demo) -> None:
    signed_in(walk, demo_server)
    page = walk.page
    for door in ("whistleblower", "council"):
        page.goto(f"{demo_server.casework}/new?door={door}")
        walk.sees()
    page.locator('[name="purpose"]').fill(SENTENCE)
    doors.press(page, '.button-row button[value="save"]')
    doors.press(page, 'main a[href*="/casework/case/"] >> nth=0')
    walk.sees()
    doors.press(page, 'a[href$="/close"]')
    walk.sees()


def test_what_belongs_to_another_category_is_not_offered_with_a_script_and_refused_without(
    walk: Walk, demo_server: Demo
) -> None:
    signed_in(walk, demo_server)
    page = walk.page
    page.goto(f"{demo_server.casework}/new")
    page.locator('[name="purpose"]').fill(SENTENCE)
    page.select_option('[name="issues-0-category"]', "1")
    page.select_option('[name="issues-0-centre"]', "bl")
    if walk.javascript:
        assert not page.locator('[name="issues-0-subcategory"]').is_visible()
        return
    page.select_option('[name="issues-0-subcategory"]', "4.1")
    doors.press(page, '.button-row button[value="save"]')
    assert page.locator('a[href="#issues-0-subcategory"]').count() == 1
    walk.sees(422)


def test_a_case_is_linked_and_declined(walk: Walk, demo_server: Demo) -> None:
    signed_in(walk, demo_server)
    page = walk.page
    page.goto(f"{demo_server.casework}/inboxes?state=all&door=citizen")
    doors.press(page, page.locator('.cases a[href*="/casework/case/"]').first)
    doors.press(page, 'a[href$="/link"]')
    walk.sees()
    options = page.locator('[name="other"] option').all()
    page.select_option('[name="other"]', options[1].get_attribute("value") or "")
    doors.press(page, 'form[action$="/link"] button')
    walk.sees()
    page.locator('[name="reason"]').fill("Der er intet nyt.")
    doors.press(page, 'form[action$="/decline"] button')
    walk.sees()
    doors.press(page, 'form[action$="/unlink"] button >> nth=0')
    walk.sees()


def test_two_at_one_case_see_what_the_other_changed(walk: Walk, demo_server: Demo) -> None:
    signed_in(walk, demo_server)
    page = walk.page
    before = doors.listed(page, demo_server)
    doors.reported(demo_server, "citizen", Report("Jeg får intet svar."))
    (address,) = doors.listed(page, demo_server) - before
    page.goto(f"{address}/registration")
    fill(page, {"category": "3", "centre": "so", "outcome": "guided"})
    page.locator('[name="purpose"]').fill("Mine ord")
    other = page.context.new_page()
    other.goto(f"{address}/registration")
    fill(other, {"category": "2", "centre": "so", "outcome": "guided"})
    doors.press(other, '.button-row button[value="save"]')
    other.close()
    doors.press(page, '.button-row button[value="save"]')
    walk.sees(409)
    assert page.locator(".changes tbody tr").count() >= 1
    assert page.locator('[name="purpose"]').input_value() == "Mine ord"
    doors.press(page, '.button-row button[value="save"]')
    walk.sees()


def fill(page: Page, told: Mapping[str, str]) -> None:
    """Fill in a registration, as its identifiers say."""
    for name in OF_ISSUE:
        if name in told:
            page.select_option(f'[name="issues-0-{name}"]', told[name])
    for name in SELECTED:
        if name in told:
            page.select_option(f'[name="{name}"]', told[name])
    if "behaviour" in told:
        page.locator(f'[name="behaviours"][value="{told["behaviour"]}"]').check(force=True)


def shown(page: Page, told: Mapping[str, str]) -> dict[str, str]:
    """Give what the form of a registration says now, of what was told."""
    fields = {name: f'[name="issues-0-{name}"]' for name in OF_ISSUE}
    fields |= {name: f'[name="{name}"]' for name in SELECTED}
    fields["behaviour"] = '[name="behaviours"]:checked'
    return {
        name: page.locator(selector).input_value()
        for name, selector in fields.items()
        if name in told
    }


@pytest.mark.parametrize("door", ["citizen", "whistleblower", "council"])
def test_the_made_up_reports_are_registered_as_they_say(
    visitor: Visitor, gallery: Gallery, demo_server: Demo, door: str
) -> None:
    text = resources.files("whistle.demo").joinpath("reports.jsonl").read_text("utf-8")
    every = [json.loads(line) for line in text.splitlines() if line.strip()]
    reports = {one["text"]: one["registration"] for one in every if one["channel"] == door}
    walk = Walk(visitor, gallery)
    page = walk.page
    doors.sign_in(page, demo_server, demo_server.member("adviser"), walk.lang)
    before = doors.listed(page, demo_server)
    for told in reports:
        doors.reported(demo_server, door, Report(told))
    new = doors.listed(page, demo_server) - before
    assert len(new) == len(reports)
    for address in new:
        page.goto(f"{address}/registration")
        registration = reports[page.locator(".excerpt").inner_text()]
        fill(page, registration)
        doors.press(page, '.button-row button[value="save"]')
        assert page.url.endswith("done=saved"), page.locator(".alert-error").inner_text()
        told = {name: value for name, value in registration.items() if name != "note"}
        assert shown(page, told) == told
        if registration.get("outcome") == "passed_on":
            page.goto(f"{address}/close")
            assert page.locator('form[action$="/close"]').count() == 0
        walk.sees()

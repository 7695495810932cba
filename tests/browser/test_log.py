"""The log's pages as a member sees them, and the page on which cases are given new keys."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import doors
from tests.browser.doors import Walk
from tests.support.demo import Demo


@pytest.fixture
def case(walk: Walk, demo_server: Demo) -> str:
    """A new case that the adviser has answered; its address."""
    doors.sign_in(walk.page, demo_server, demo_server.member("adviser"), walk.lang)
    before = doors.listed(walk.page, demo_server)
    doors.reported(demo_server, "citizen", doors.Report("Jeg venter stadig."))
    (address,) = doors.listed(walk.page, demo_server) - before
    walk.page.goto(address)
    doors.write(walk.page, "Tak. Vi ser på det.")
    return address


def lines(page: Page) -> int:
    return page.locator(".log .when").count()


def test_the_log_is_read_filtered_and_saved(walk: Walk, case: str, demo_server: Demo) -> None:
    page = walk.page
    doors.press(page, '.site-nav a[href$="/casework/log"]')
    walk.sees()
    assert lines(page) >= 4
    page.locator('[name="act"]').select_option("answered")
    doors.press(page, ".log-filter button")
    walk.sees()
    assert case.rsplit("/", 1)[-1] in page.content()
    page.goto(f"{demo_server.casework}/log?act=handed-back&day=1999-01-01")
    walk.sees()
    assert page.locator(".empty").count() == 1
    page.goto(f"{demo_server.casework}/log?day=aldrig&who=ingen")
    walk.sees(422)
    with page.expect_download() as saved:
        page.locator('form[action$="/log/export"] button').click()
    first = Path(saved.value.path()).read_text(encoding="utf-8").splitlines()[0]
    assert json.loads(first)["format"] == "whistle-log/1"


def test_the_log_of_a_case_has_a_page_to_give_away(walk: Walk, case: str) -> None:
    page = walk.page
    page.goto(case)
    doors.press(page, 'a[href$="/log"]:not(.site-nav a)')
    walk.sees()
    doors.press(page, 'a[href$="/log/page"]')
    walk.sees()
    assert lines(page) >= 2
    other = "en" if walk.lang == "da" else "da"
    doors.press(page, f'.filters a[lang="{other}"]')
    assert page.locator("html").get_attribute("lang") == other
    doors.press(page, f'.filters a[lang="{walk.lang}"]')
    walk.sees()


@pytest.mark.usefixtures("case")
def test_the_page_about_new_keys_says_that_all_is_done(walk: Walk, demo_server: Demo) -> None:
    walk.page.goto(f"{demo_server.casework}/rotation")
    walk.sees()

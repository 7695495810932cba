"""Finding a case again, seen in a browser: by words, by filters, and by who wrote."""

import pytest

from tests.browser import doors
from tests.browser.doors import Walk
from tests.support.demo import Demo


@pytest.fixture
def desk(walk: Walk, demo_server: Demo) -> Walk:
    """The adviser's desk, with a new report in the inbox."""
    doors.reported(demo_server, "citizen", doors.Report("Det gælder Æblegårdens støjhegn."))
    doors.sign_in(walk.page, demo_server, demo_server.member("adviser"), walk.lang)
    return walk


def test_words_are_found_and_leave_no_trace_in_the_address(desk: Walk) -> None:
    page = desk.page
    doors.press(page, 'header a[href="/casework/search"]')
    desk.sees()
    doors.press(page, 'form[role="search"] .button-primary')
    desk.sees(422)
    page.locator('[name="words"]').fill("STØJHEGN")
    doors.press(page, 'form[role="search"] .button-primary')
    assert page.locator(".hits mark").first.inner_text() == "støjhegn"
    assert page.url.endswith("/casework/search")
    desk.sees()
    page.locator('[name="words"]').fill("støjhegn intetsteds")
    page.locator('[name="names"]').check()
    page.locator('[name="ground"]').select_option("access")
    doors.press(page, 'form[role="search"] .button-primary')
    assert page.locator(".hits").count() == 0
    assert page.locator('[name="names"]').is_checked()
    desk.sees()


def test_a_found_case_is_opened_from_the_results(desk: Walk) -> None:
    page = desk.page
    page.goto(page.url.replace("/inboxes", "/search"))
    page.locator('[name="words"]').fill('"æblegårdens støjhegn"')
    page.locator(".filter-box summary").click()
    page.locator('[name="state"]').select_option("open")
    doors.press(page, 'form[role="search"] .button-primary')
    desk.sees()
    doors.press(page, page.locator(".cases .title a").first)
    assert "støjhegn" in page.locator("main").inner_text()


def test_the_list_is_filtered_by_what_is_registered(desk: Walk) -> None:
    page = desk.page
    page.locator(".filter-box summary").click()
    desk.sees()
    page.locator('[name="unregistered"]').check()
    page.locator('[name="since"]').fill("2020-01-01")
    doors.press(page, ".filter-box .button")
    assert "unregistered=y" in page.url
    assert page.locator('[name="unregistered"]').is_checked()
    desk.sees()
    page.locator('[name="category"]').select_option(index=1)
    doors.press(page, ".filter-box .button")
    desk.sees()
    doors.press(page, ".filter-box .find-buttons a")
    assert "category" not in page.url

"""What an adviser does to a case, seen in a browser: notes, closing, undoing, filters."""

from urllib.parse import urlsplit

import pytest

from tests.browser import doors
from tests.browser.doors import Walk
from tests.support.demo import Demo


@pytest.fixture
def case(walk: Walk, demo_server: Demo) -> str:
    """A new case, opened by the adviser."""
    doors.sign_in(walk.page, demo_server, demo_server.member("adviser"), walk.lang)
    before = doors.listed(walk.page, demo_server)
    doors.reported(demo_server, "citizen", doors.Report("Jeg får intet svar."))
    (address,) = doors.listed(walk.page, demo_server) - before
    walk.page.goto(address)
    return address


@pytest.mark.usefixtures("case")
def test_a_note_is_written_changed_deleted_and_brought_back(walk: Walk) -> None:
    page = walk.page
    page.locator('[name="note"]').fill("Ring til centret.")
    doors.press(page, 'form[action$="/note"] button:not([formaction])')
    walk.sees()
    doors.press(page, '.note a[href*="/note/"]')
    walk.sees()
    page.locator('[name="note"]').fill("Ring til centret på mandag.")
    doors.press(page, "main form .button-primary")
    page.locator(".note summary").click()
    assert page.locator(".note .bubble-text").all_inner_texts() == [
        "Ring til centret på mandag.",
        "Ring til centret.",
    ]
    walk.sees()
    doors.press(page, '.note form[action$="/delete"] button')
    assert page.locator(".note").count() == 0
    walk.sees()
    doors.press(page, 'form[action$="/undo"] button')
    assert page.locator(".note").count() == 1
    walk.sees()


@pytest.mark.usefixtures("case")
def test_a_case_is_closed_after_a_warning_and_opened_by_undo(walk: Walk) -> None:
    page = walk.page
    doors.press(page, 'a[href$="/close"]')
    assert page.locator('form[action$="/close"]').count() == 0  # it is not registered yet
    walk.sees()
    doors.press(page, '.button-row a[href$="/registration"]')
    page.locator('[name="without_casework"]').check(force=True)
    doors.press(page, '.button-row button[value="close"]')
    assert page.locator(".alert-warning").count() >= 1
    walk.sees()
    page.locator('[name="note"]').fill("Sendt videre.")
    doors.press(page, 'form[action$="/close"] button')
    walk.sees()
    doors.press(page, 'form[action$="/undo"] button')
    assert page.locator('a[href$="/close"]').count() == 1
    walk.sees()


@pytest.mark.usefixtures("case")
def test_a_title_that_is_too_long_comes_back(walk: Walk) -> None:
    page = walk.page
    page.locator("summary", has=page.locator('xpath=../..//*[@name="title"]')).first.click()
    page.locator('[name="title"]').fill("æ" * 121)
    doors.press(page, 'form[action$="/title"] button')
    assert page.locator('[name="title"]').is_visible()
    walk.sees(422)


def test_the_list_is_filtered_by_links(walk: Walk, case: str, demo_server: Demo) -> None:
    page = walk.page
    doors.press(page, 'button[value="unread"]')
    walk.sees()
    doors.press(page, '.tiles a[href*="state=unread"]')
    links = page.locator('.cases a[href*="/casework/case/"]').all()
    assert urlsplit(case).path in [link.get_attribute("href") for link in links]
    walk.sees()
    doors.press(page, '.filters a[href*="state=closed"]')
    walk.sees()
    page.goto(f"{demo_server.casework}/inboxes?state=all&door=whistleblower")
    walk.sees()


@pytest.mark.usefixtures("case")
def test_what_was_written_outlives_the_session(walk: Walk, demo_server: Demo) -> None:
    page, text = walk.page, "Ring til centret."
    page.locator('[name="note"]').fill(text)
    page.context.clear_cookies(name="__Host-casework")
    doors.press(page, 'form[action$="/note"] button:not([formaction])')
    walk.sees(401)
    page.locator('[name="passphrase"]').fill("ikke den rigtige")
    doors.press(page, "main form .button-primary")
    walk.sees(403)
    adviser = demo_server.member("adviser")
    page.locator('[name="username"]').fill(adviser.username)
    page.locator('[name="passphrase"]').fill(adviser.passphrase)
    doors.press(page, "main form .button-primary")
    walk.sees()
    doors.give_code(page, demo_server.code(adviser))
    walk.sees()
    doors.press(page, "main form .button-primary")
    assert page.locator(".note .bubble-text").all_inner_texts() == [text]

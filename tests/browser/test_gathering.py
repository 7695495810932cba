"""What gathers is told and dealt with; who has a closed case answers three questions."""

from playwright.sync_api import Page, expect

from tests.browser import doors
from tests.browser.doors import Walk
from tests.support.demo import Demo

AGREED = "Alle får svar inden 14 dage."


def come_in(walk: Walk, demo: Demo) -> Page:
    page = walk.page
    page.goto(f"{demo.casework}/")
    doors.choose_language(page, walk.lang)
    doors.sign_in(page, demo, demo.member("adviser"))
    doors.choose_language(page, walk.lang)
    page.goto(f"{demo.casework}/inboxes")
    return page


def agree(walk: Walk) -> None:
    """Note what was agreed on the first pattern of the list."""
    page = walk.page
    pattern = page.locator("li.pattern").first
    pattern.locator("summary").click()
    expect(pattern.locator('a[href*="/case/"]')).not_to_have_count(0)
    pattern.locator("a.button").click()
    walk.sees()
    page.locator('[name="text"]').fill("Centerchefen ser på det.")
    doors.press(page, "main .button-primary")
    walk.sees(422)
    expect(page.locator('[name="text"]')).to_have_value("Centerchefen ser på det.")
    page.locator('[name="contacted"]').fill("2026-01-02")
    page.locator('[name="agreed"]').fill(AGREED)
    page.locator('[name="follow_up"]').fill("2028-02-01")
    doors.press(page, "main .button-primary")
    walk.sees()
    expect(page.locator("main")).to_contain_text(AGREED)


def test_what_gathers_is_told_until_something_is_agreed(walk: Walk, demo_server: Demo) -> None:
    page = come_in(walk, demo_server)
    told = page.locator('p.told a[href$="/patterns"]')
    if not told.count():  # the other language has dealt with it
        page.goto(f"{demo_server.casework}/patterns")
        walk.sees()
        return
    told.click()
    walk.sees()
    agree(walk)
    page.goto(f"{demo_server.casework}/dates")
    walk.sees()
    expect(page.locator('.dues a[href*="/patterns"]')).not_to_have_count(0)
    page.goto(f"{demo_server.casework}/patterns")
    page.locator('.note-acts a[href*="/patterns/"]').first.click()
    walk.sees()
    page.locator('[name="followed"]').fill("2026-01-03")
    page.locator('[name="result"]').fill("Ventetiden er halveret.")
    doors.press(page, "main .button-primary")
    walk.sees()
    expect(page.locator("main")).to_contain_text("Ventetiden er halveret.")


def test_answers_are_counted_together(walk: Walk, demo_server: Demo) -> None:
    page = come_in(walk, demo_server)
    page.goto(f"{demo_server.casework}/satisfaction")
    walk.sees()
    expect(page.locator("caption").first).to_contain_text(": ")
    count = page.locator('form[action$="/satisfaction"] button')
    if count.count():  # the other language has counted
        doors.press(page, 'form[action$="/satisfaction"] button')
        walk.sees()
    expect(count).to_have_count(0)


def test_whose_case_is_closed_answers_three_questions(walk: Walk, demo_server: Demo) -> None:
    page = walk.page
    link = page.locator('main a[href$="/receipt/satisfaction"]')
    for receipt in demo_server.receipts:
        page.goto(f"{demo_server.intake}/{walk.lang}/receipt")
        if page.locator('form[action$="/leave"] button').count():
            doors.press(page, 'form[action$="/leave"] button')
            page.goto(f"{demo_server.intake}/{walk.lang}/receipt")
        page.locator('[name="receipt"]').fill(receipt)
        doors.press(page, "main .button-primary")
        if link.count():
            break
    walk.sees()
    link.click()
    walk.sees()
    doors.press(page, "main .button-primary")
    walk.sees(422)
    for name, chosen in (("heard", "yes"), ("eye_level", "partly"), ("content", "unknown")):
        page.locator(f'[name="{name}"][value="{chosen}"]').check()
    doors.press(page, "main .button-primary")
    walk.sees()
    expect(page.locator(".alert-success")).to_be_visible()
    expect(link).to_have_count(0)

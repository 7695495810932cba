"""The pages where a reporter does something to their own report, in every state."""

from playwright.sync_api import Page

from tests.browser import doors
from tests.browser.doors import Report, Walk
from tests.browser.gallery import Gallery
from tests.support.browser import Visitor
from tests.support.demo import Demo

PRIMARY = "main form .button-primary"
REPORT = Report("Det trækker.")


def open_act(walk: Walk, demo: Demo, lang: str, act: str) -> Page:
    """Follow the dialogue's link to an act, and look at its page."""
    walk.page.goto(f"{demo.intake}/{lang}/receipt")
    doors.press(walk.page, f'main a[href$="/receipt/{act}"]')
    walk.sees()
    return walk.page


def test_closing(walk: Walk, demo_server: Demo, lang: str) -> None:
    page = walk.page
    receipt = doors.reported(demo_server, "citizen", REPORT)
    doors.show_receipt(page, demo_server, receipt, lang)
    open_act(walk, demo_server, lang, "close")
    page.locator('[name="text"]').fill("Det har løst sig.")
    page.context.clear_cookies()
    doors.press(page, PRIMARY)
    walk.sees(422)
    page.locator('[name="receipt"]').fill(receipt[:-1])
    doors.press(page, PRIMARY)
    walk.sees(422)
    page.locator('[name="receipt"]').fill(receipt)
    doors.press(page, PRIMARY)
    walk.sees()
    assert doors.messages(page) == [REPORT.text, "Det har løst sig."]
    assert page.locator('main a[href$="/receipt/close"]').count() == 0


def test_giving_a_name_and_taking_it_back(walk: Walk, demo_server: Demo, lang: str) -> None:
    page = walk.page
    receipt = doors.reported(demo_server, "council", REPORT)
    doors.show_receipt(page, demo_server, receipt, lang)
    assert page.locator('main a[href$="/receipt/withdraw"]').count() == 0
    open_act(walk, demo_server, lang, "identity")
    doors.press(page, PRIMARY)
    walk.sees(422)
    page.locator('[name="contact"]').fill("12 34 56 78")
    doors.press(page, PRIMARY)
    walk.sees()
    open_act(walk, demo_server, lang, "withdraw")
    doors.press(page, PRIMARY)
    walk.sees()
    assert page.locator('main a[href$="/receipt/withdraw"]').count() == 0


def test_a_new_receipt(walk: Walk, gallery: Gallery, demo_server: Demo, lang: str) -> None:
    page = walk.page
    old = doors.reported(demo_server, "whistleblower", REPORT)
    doors.show_receipt(page, demo_server, old, lang)
    open_act(walk, demo_server, lang, "replace")
    new = doors.shown_receipt(page)
    assert new != old
    doors.press(page, PRIMARY)
    walk.sees(422)
    assert doors.shown_receipt(page) == new
    # The checkbox is drawn by its label.
    page.locator('label[for="written_down"]').click()
    doors.press(page, PRIMARY)
    walk.sees()
    assert doors.shown_receipt(page) == new
    doors.press(page, "main .button-row a.button-secondary")
    walk.sees()

    other = Walk(walk.visitor, gallery, lang)
    doors.show_receipt(other.page, demo_server, old, lang)
    other.sees(404)
    doors.show_receipt(other.page, demo_server, new, lang)
    other.sees()
    assert doors.messages(other.page) == [REPORT.text]


def test_the_receipt_fits_on_one_sheet_of_paper(visitor: Visitor, demo_server: Demo) -> None:
    page = visitor.open()
    receipt = doors.send_report(page, demo_server, "citizen", REPORT)
    page.emulate_media(media="print")
    assert receipt in doors.shown_receipt(page)
    assert not page.locator("nav").first.is_visible()
    height = page.evaluate("() => document.documentElement.scrollHeight")
    width = page.evaluate("() => document.documentElement.clientWidth")
    assert height / width < 1.3, "A4 is 1.41, less its margins"

"""A call is written in, printed, checked and approved; a complaint is drafted and approved."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pypdf
from playwright.sync_api import Page, expect

from tests.browser import doors
from tests.browser.doors import Walk
from tests.support.demo import Demo

TOLD = "Hun ringede: Ansøgningen om støtte har ligget siden marts."
CORRECTED = "Ansøgningen om støtte har ligget siden februar, ikke marts."
COMPLAINT = "Jeg klager over, at min ansøgning har ligget siden februar."


def save(page: Page, form: str) -> None:
    doors.press(page, f'form[action$="{form}"] button')


def came_back(walk: Walk, demo: Demo, receipt: str) -> Walk:
    """Have somebody come back with the receipt, in a browser of their own."""
    theirs = Walk(walk.visitor, walk.gallery, walk.lang, walk.javascript)
    doors.show_receipt(theirs.page, demo, receipt, walk.lang)
    theirs.sees()
    return theirs


def a_call_is_written_in(walk: Walk, demo: Demo) -> tuple[str, str]:
    """Write a call in, print its receipt, and go on to the case; give receipt and case."""
    page = walk.page
    doors.sign_in(page, demo, demo.member("adviser"), walk.lang)
    page.goto(f"{demo.casework}/new")
    page.locator('a[href*="/casework/new/for"]').first.click()
    walk.sees()
    page.locator('[name="text"]').fill(TOLD)
    page.locator('[name="received"]').fill("")
    doors.press(page, "main .button-primary")
    walk.sees(422)
    expect(page.locator('[name="text"]')).to_have_value(TOLD)
    page.locator('[name="received"]').fill("2026-01-12")
    doors.press(page, "main .button-primary")
    walk.sees()
    receipt = doors.shown_receipt(page)
    page.reload()  # which sends the form once more
    walk.sees()
    assert doors.shown_receipt(page) == receipt
    assert receipt not in page.url
    page.emulate_media(media="print")
    assert len(pypdf.PdfReader(io.BytesIO(page.pdf(format="A4"))).pages) == 1
    page.emulate_media(media="screen")
    save(page, "/receipt-given")
    walk.sees()
    assert receipt not in page.content()
    return receipt, page.url


def it_is_corrected_and_approved(theirs: Walk) -> None:
    """Get a receipt of their own, read what was written, correct and approve it."""
    page = theirs.page
    page.locator('.alert a[href$="/receipt/replace"]').click()
    theirs.sees()
    page.locator('[name="written_down"]').check()
    doors.press(page, "main .button-primary")
    theirs.sees()
    page.locator('main a[href$="/receipt"]').last.click()
    page.locator('.alert a[href*="/receipt/text/"]').click()
    theirs.sees()
    expect(page.locator(".put-text")).to_contain_text(TOLD)
    page.locator('a[href$="/correct"]').click()
    theirs.sees()
    expect(page.locator('[name="text"]')).to_have_value(TOLD)
    page.locator('[name="text"]').fill("")
    doors.press(page, "main .button-primary")
    theirs.sees(422)
    page.locator('[name="text"]').fill(CORRECTED)
    doors.press(page, "main .button-primary")
    theirs.sees()
    expect(page.locator(".put-text")).to_contain_text(CORRECTED)
    doors.press(page, "main .button-primary")
    theirs.sees()
    page.locator('.box a[href*="/receipt/text/"]').click()
    theirs.sees()


def a_complaint_is_put(walk: Walk, case: str) -> None:
    """See the minutes approved, and put a complaint before the reporter."""
    page = walk.page
    page.goto(case)
    page.locator('.case-nav a[href$="/texts"]').click()
    walk.sees()
    page.locator(".filed a").click()
    walk.sees()
    expect(page.locator(".put-text")).to_contain_text(CORRECTED)
    page.goto(f"{case}/texts")
    doors.press(page, "main .button-primary")
    walk.sees(422)
    page.locator('[name="recipient"]').fill("Ankestyrelsen")
    page.locator('[name="complain_by"]').fill("2030-12-11")
    page.locator('[name="text"]').fill(COMPLAINT)
    doors.press(page, "main .button-primary")
    walk.sees()


def saved(page: Page, press: Callable[[], None]) -> bytes:
    with page.expect_download() as download:
        press()
    return Path(download.value.path()).read_bytes()


def test_a_call_becomes_an_approved_report_and_a_complaint(walk: Walk, demo_server: Demo) -> None:
    receipt, address = a_call_is_written_in(walk, demo_server)
    case = re.sub(r"\?.*", "", address)
    theirs = came_back(walk, demo_server, receipt)
    it_is_corrected_and_approved(theirs)
    a_complaint_is_put(walk, case)
    text = walk.page.url.partition("?")[0]

    page = theirs.page
    page.goto(f"{demo_server.intake}/{walk.lang}/receipt")
    theirs.sees()
    page.locator('.alert a[href*="/receipt/text/"]').click()
    theirs.sees()
    expect(page.locator("main")).to_contain_text("Ankestyrelsen")
    doors.press(page, "main .button-primary")
    theirs.sees()

    page = walk.page
    page.goto(text)
    walk.sees()
    pdf = saved(page, page.locator('form[action$="/letter/pdf"] button').click)
    shown = " ".join(pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())
    assert COMPLAINT in shown
    assert "Ankestyrelsen" in shown
    assert saved(page, page.locator('form[action$="/letter/docx"] button').click)[:2] == b"PK"
    page.goto(f"{demo_server.casework}/dates")
    assert f"{case.rpartition('/')[2]}/texts" in page.content()
    page.goto(text)
    save(page, "/sent")
    walk.sees()

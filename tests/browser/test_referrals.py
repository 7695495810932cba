"""An adviser passes a case on to a centre, reminds it, and notes its reply."""

import io
from collections.abc import Callable
from pathlib import Path

import pypdf

from tests.browser import doors
from tests.browser.doors import Walk
from tests.support.demo import Demo

REPORT = doors.Report("Jeg har ventet på svar fra Børn & Læring siden marts.")
TOLD = "Borgeren søgte om aflastning i marts #1 og har ikke fået svar."


def saved(walk: Walk, press: Callable[[], None]) -> bytes:
    """Save what a button or link gives."""
    with walk.page.expect_download() as download:
        press()
    return Path(download.value.path()).read_bytes()


def text_of(pdf: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    return " ".join(" ".join(page.extract_text().split()) for page in reader.pages)


def opened_case(walk: Walk, demo: Demo, lang: str) -> None:
    """Sign in, and open a case that has just come."""
    doors.sign_in(walk.page, demo, demo.member("adviser"), lang)
    before = doors.listed(walk.page, demo)
    doors.reported(demo, "citizen", REPORT)
    (case,) = doors.listed(walk.page, demo) - before
    walk.page.goto(case)


def a_letter_is_filed(walk: Walk) -> None:
    """Write a letter: refused with a name that nobody agreed to tell, filed without."""
    page = walk.page
    page.locator('[name="with_identity"]').check()
    doors.press(page, "main .button-primary")
    walk.sees(422)  # no centre, nothing told, nobody named
    page.locator('[name="centre"]').select_option("bl")
    page.locator('[name="text"]').fill(TOLD)
    page.locator('[name="person"]').fill("Dorthe")
    doors.press(page, "main .button-primary")
    walk.sees(422)  # nobody has consented
    page.locator('[name="with_identity"]').uncheck()
    page.locator('[name="person"]').fill("")
    doors.press(page, "main .button-primary")
    walk.sees(422)  # to nothing at all
    page.locator('[name="said_yes"]').check()
    page.locator('[name="yes_how"]').select_option("phone")
    doors.press(page, "main .button-primary")
    walk.sees()
    assert TOLD in text_of(saved(walk, page.locator('[formaction$="/pdf"]').click))
    assert saved(walk, page.locator('[formaction$="/docx"]').click).startswith(b"PK")
    doors.press(page, '[name="step"][value="file"]')
    walk.sees()


def test_a_case_is_passed_on_and_the_centres_reply_comes_back(
    walk: Walk, demo_server: Demo, lang: str
) -> None:
    opened_case(walk, demo_server, lang)
    page = walk.page
    page.locator('.case-nav a[href$="/referrals"]').click()
    walk.sees()
    page.locator('a[href$="/referrals/new"]').click()
    walk.sees()
    a_letter_is_filed(walk)

    page.locator(".cases .title a").click()
    walk.sees()
    assert TOLD in page.locator(".paper").inner_text()
    assert TOLD in text_of(saved(walk, page.locator('a[href$="/letter/pdf"]').click))
    doors.press(page, 'form[action$="/remind"] button')
    walk.sees()
    doors.press(page, 'form[action$="/unanswered"] button')
    walk.sees(422)
    page.locator('[name="files"]').set_input_files([doors.file("svar.pdf", b"Svaret.")])
    doors.press(page, 'form[action$="/reply"] .button-primary')
    walk.sees()
    assert "svar.pdf" in page.locator("main").inner_text()


def test_what_is_waited_for_is_one_list(walk: Walk, demo_server: Demo, lang: str) -> None:
    opened_case(walk, demo_server, lang)
    page, case = walk.page, walk.page.url
    page.goto(f"{case}/referrals/new")
    page.locator('[name="centre"]').select_option("tm")
    page.locator('[name="text"]').fill(TOLD)
    page.locator('[name="said_yes"]').check()
    doors.press(page, "main .button-primary")
    doors.press(page, '[name="step"][value="file"]')
    page.locator('a[href$="/casework/referrals"]').click()
    walk.sees()
    assert page.locator(f'.cases a[href*="{case.rsplit("/", 1)[1]}/referrals/"]').count() == 1
    page.locator(f'.cases a[href*="{case.rsplit("/", 1)[1]}/referrals/"]').click()
    doors.press(page, 'form[action$="/delete"] button')
    walk.sees()
    doors.press(page, "form.undo button")
    walk.sees()

"""The whole story at every door, as two people live it, each in a browser of their own."""

import secrets

import pytest
from playwright.sync_api import Page

from tests.browser import doors
from tests.support.browser import Visitor
from tests.support.demo import Demo

PHOTO = doors.file("måling af træk.bin", secrets.token_bytes(70_000))
LETTER = doors.file("vores svar.bin", secrets.token_bytes(3_000))
MORE = doors.file("mere – źródło.bin", bytes(range(256)) * 300)

NAME, CONTACT = "Åse Æbeltoft", "aase@eksempel.invalid"

BEGINNING = "Det trækker på kontoret."
REPORT = f"{BEGINNING}\n\nIngen gør noget ved det. <b>Slet ingen.</b>"
ANSWER = "Tak, fordi du skriver. Hvor længe har det stået på?"
REPLY = "Siden påske. Jeg har målt igen."


def assert_quiet(page: Page) -> None:
    """Whoever only reads and reports is not known again: no cookie."""
    assert page.context.cookies() == []


def report(page: Page, demo: Demo, door: str, lang: str) -> str:
    page.goto(f"{demo.intake}/{lang}/")
    doors.press(page, f'a[href="/{lang}/report/{door}"]')
    receipt = doors.shown_receipt(page)
    assert len(receipt.split("-")) == 5
    doors.fill_in(page, doors.Report(REPORT, (PHOTO,), NAME, CONTACT))
    doors.send(page)
    assert doors.shown_receipt(page) == receipt
    assert page.locator("html").get_attribute("lang") == lang
    assert BEGINNING not in page.locator("body").inner_text()
    assert_quiet(page)
    return receipt


def read_and_answer(page: Page, case: str) -> None:
    """The member reads the report and its file, asks who it is from, and answers with a file."""
    page.goto(case)
    assert doors.messages(page) == [REPORT]
    assert doors.download(page, PHOTO["name"]) == PHOTO["buffer"]
    for secret in (NAME, CONTACT):
        assert secret not in page.content()
    doors.open_identity(page)
    for secret in (NAME, CONTACT):
        assert secret in page.locator("main").inner_text()
    page.goto(case)
    doors.write(page, ANSWER, LETTER)
    assert doors.messages(page) == [REPORT, ANSWER]
    assert NAME not in page.content(), "opened once, not for good"


def read_and_reply(page: Page, demo: Demo, receipt: str, lang: str) -> None:
    """The reporter comes back, reads the answer, and writes again with another file."""
    assert_quiet(page)
    doors.show_receipt(page, demo, receipt, lang)
    (cookie,) = page.context.cookies()
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Strict")
    assert cookie["expires"] == -1, "it ends with the browser"
    assert receipt not in page.content()
    assert doors.messages(page) == [REPORT, ANSWER]
    assert doors.download(page, PHOTO["name"]) == PHOTO["buffer"]
    assert doors.download(page, LETTER["name"]) == LETTER["buffer"]
    doors.write(page, REPLY, MORE)
    assert doors.messages(page) == [REPORT, ANSWER, REPLY]
    assert doors.download(page, MORE["name"]) == MORE["buffer"]
    assert page.locator("html").get_attribute("lang") == lang


def leave(page: Page, demo: Demo, lang: str) -> None:
    """After leaving, neither going back nor coming again shows anything."""
    doors.press(page, 'form[action$="/receipt/leave"] button')
    assert_quiet(page)
    page.go_back()
    assert_closed(page)
    page.goto(f"{demo.intake}/{lang}/receipt")
    assert_closed(page)
    assert_quiet(page)


def assert_closed(page: Page) -> None:
    """The page asks for the receipt and tells nothing else."""
    assert page.locator('[name="receipt"]').input_value() == ""
    assert doors.messages(page) == []
    for secret in (BEGINNING, ANSWER, REPLY, PHOTO["name"]):
        assert secret not in page.content()


@pytest.mark.parametrize(
    ("door", "lang", "javascript"),
    [
        ("whistleblower", "da", True),
        ("whistleblower", "en", False),
        ("council", "en", True),
        ("citizen", "da", False),
    ],
)
def test_report_answer_and_reply(
    visitor: Visitor, demo_server: Demo, door: str, lang: str, *, javascript: bool
) -> None:
    reporter, member = (visitor.open(javascript=javascript) for _ in range(2))
    doors.sign_in_by_page(member, demo_server, demo_server.member("adviser"))
    before = doors.listed(member, demo_server)

    receipt = report(reporter, demo_server, door, lang)
    (case,) = doors.listed(member, demo_server) - before
    read_and_answer(member, case)
    read_and_reply(reporter, demo_server, receipt, lang)
    leave(reporter, demo_server, lang)

    member.goto(case)
    assert doors.messages(member) == [REPORT, ANSWER, REPLY]
    assert doors.download(member, MORE["name"]) == MORE["buffer"]
    assert doors.download(member, LETTER["name"]) == LETTER["buffer"]

    doors.sign_out(member)
    # What stays knows the browser, so that a flood of strangers cannot keep it out; not the member.
    assert [cookie["name"] for cookie in member.context.cookies()] == ["__Host-browser"]
    member.go_back()
    assert member.locator('[name="passphrase"]').count() == 1
    assert BEGINNING not in member.content()
    member.goto(case)
    assert member.locator('[name="passphrase"]').count() == 1

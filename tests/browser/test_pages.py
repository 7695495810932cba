"""Every page and state of both doors: accessible, quiet, at home, and of sound markup.

Danish runs with JavaScript and English without; the stories run in every mix.
"""

import pytest
from playwright.sync_api import Page

from tests.browser import doors
from tests.browser.doors import Report, Walk
from tests.support.browser import Visitor
from tests.support.demo import Demo

FILE = doors.file("a&b <c>.txt", b"Noget at se")
REPORT = Report("Et råd, tak.", (FILE,), "Bo Vestergård", "bo@eksempel.invalid")
HIDDEN = ("receipt", "token")


def form_of(page: Page) -> dict[str, str]:
    return {name: page.locator(f'[name="{name}"]').input_value() for name in HIDDEN}


def fill_in_form_of(page: Page, values: dict[str, str]) -> None:
    """Have the form of an earlier page again, as browsers do that restore their tabs."""
    for name, value in values.items():
        page.locator(f'[name="{name}"]').evaluate("(field, value) => field.value = value", value)


def post_from_elsewhere(page: Page, address: str) -> None:
    """Send a form that another site's page made up."""
    page.goto("about:blank")
    page.set_content(f'<form method="post" action="{address}"><button>Win</button></form>')
    doors.press(page, "button")


def test_the_front_page_and_the_forms(walk: Walk, demo_server: Demo, lang: str) -> None:
    page = walk.page
    page.goto(f"{demo_server.intake}/{lang}/")
    walk.sees()
    # One form is like the other: both languages' together make all three doors.
    for door in {"da": ("whistleblower", "citizen"), "en": ("council",)}[lang]:
        page.goto(f"{demo_server.intake}/{lang}/report/{door}")
        walk.sees()

    receipt = doors.shown_receipt(page)
    doors.fill_in(page, Report(" ", (FILE,)))
    doors.send(page)
    walk.sees(422)
    assert doors.shown_receipt(page) == receipt
    assert page.locator('[name="text"][aria-invalid="true"]').count() == 1

    page.locator('[name="files"]').set_input_files(
        [doors.file(f"{number}.txt", b"en af mange") for number in range(21)]
    )
    page.locator('[name="text"]').fill(REPORT.text)
    doors.send(page)
    walk.sees(413)
    assert page.locator('[name="text"]').input_value() == REPORT.text


def test_a_report_that_is_sent_again(walk: Walk, demo_server: Demo, lang: str) -> None:
    page, address = walk.page, f"{demo_server.intake}/{lang}/report/council"
    page.goto(address)
    first = form_of(page)
    doors.fill_in(page, REPORT)
    doors.send(page)
    walk.sees()
    assert doors.shown_receipt(page) == first["receipt"]

    page.goto(address)
    fill_in_form_of(page, first)
    doors.fill_in(page, REPORT)
    doors.send(page)
    walk.sees()
    assert doors.shown_receipt(page) == first["receipt"]

    page.goto(address)
    fill_in_form_of(page, first)
    doors.fill_in(page, Report("Noget andet."))
    doors.send(page)
    walk.sees(409)
    assert doors.shown_receipt(page) != first["receipt"]
    assert page.locator('[name="text"]').input_value() == "Noget andet."
    page.locator('label[for="decision-add"]').click()
    doors.send(page)
    assert doors.shown_receipt(page) == first["receipt"]
    doors.show_receipt(page, demo_server, first["receipt"], lang)
    assert doors.messages(page) == [REPORT.text, "Noget andet."]


def test_a_double_click_reports_once(page: Page, demo_server: Demo) -> None:
    page.goto(f"{demo_server.intake}/da/report/citizen")
    receipt = doors.shown_receipt(page)
    doors.fill_in(page, REPORT)
    with page.expect_navigation(url="**/report/citizen"):
        page.locator(doors.SEND).dblclick()
    page.locator(doors.SEND).wait_for(state="detached")
    assert doors.shown_receipt(page) == receipt
    doors.show_receipt(page, demo_server, receipt)
    assert doors.messages(page) == [REPORT.text]


def test_coming_back(walk: Walk, demo_server: Demo, lang: str) -> None:
    page = walk.page
    page.goto(f"{demo_server.intake}/{lang}/receipt")
    walk.sees()
    doors.show_receipt(page, demo_server, "ABCD-EFGH", lang)
    walk.sees(422)
    page.goto(f"{demo_server.intake}/{lang}/report/citizen")
    never_sent = doors.shown_receipt(page)
    doors.show_receipt(page, demo_server, never_sent, lang)
    walk.sees(404)
    assert page.context.cookies() == []

    receipt = doors.reported(demo_server, "citizen", REPORT)
    doors.show_receipt(page, demo_server, receipt, lang)
    walk.sees()
    doors.send(page)
    walk.sees(422)
    doors.write(page, "Mere.")
    walk.sees()

    page.locator('[name="text"]').fill("Mens jeg skrev, gik tiden.")
    page.context.clear_cookies()
    doors.send(page)
    walk.sees(422)
    assert page.locator('[name="text"]').input_value() == "Mens jeg skrev, gik tiden."
    page.locator('[name="receipt"]').fill(receipt[:-1])
    doors.send(page)
    walk.sees(422)
    page.locator('[name="receipt"]').fill(receipt)
    doors.send(page)
    assert doors.messages(page) == [REPORT.text, "Mere.", "Mens jeg skrev, gik tiden."]

    doors.press(page, 'form[action$="/receipt/leave"] button')
    walk.sees()


def test_an_answered_dialogue(walk: Walk, demo_server: Demo, lang: str) -> None:
    for receipt in demo_server.receipts:
        doors.show_receipt(walk.page, demo_server, receipt, lang)
        if len(doors.messages(walk.page)) > 1:
            break
    else:
        pytest.fail("nobody was answered in the demo")
    walk.sees()


def test_refusals_at_intake(walk: Walk, demo_server: Demo, lang: str) -> None:
    page, form = walk.page, f"{demo_server.intake}/{lang}/report/citizen"
    page.goto(f"{demo_server.intake}/{lang}/no-such-page")
    walk.sees(404)
    post_from_elsewhere(page, form)
    walk.sees(403)
    page.goto(form)
    page.locator('[name="text"]').evaluate("field => field.value = 'æ'.repeat(2_200_000)")
    doors.send(page)
    walk.sees(413)
    doors.press(page, "main .button")
    assert page.url == f"{demo_server.intake}/{lang}/"


def test_casework(walk: Walk, demo_server: Demo, lang: str) -> None:
    page, adviser = walk.page, demo_server.member("adviser")
    page.goto(f"{demo_server.casework}/")
    doors.choose_language(page, lang)
    walk.sees()
    doors.try_sign_in(page, demo_server, adviser.username, "ikke den rigtige")
    walk.sees(403)
    doors.sign_in_by_page(page, demo_server, adviser)
    doors.choose_language(page, lang)
    before = doors.listed(page, demo_server)
    doors.reported(demo_server, "citizen", REPORT)
    (case,) = doors.listed(page, demo_server) - before
    walk.sees()

    page.goto(case)
    walk.sees()
    doors.open_identity(page)
    assert REPORT.name in page.locator("main").inner_text()
    walk.sees()
    page.goto(case)
    doors.send(page)
    walk.sees(422)
    page.locator('[name="is_feedback"]').check()
    doors.write(page, "Her er svaret.", FILE)
    walk.sees()


def test_refusals_at_casework(walk: Walk, demo_server: Demo, lang: str) -> None:
    page = walk.page
    doors.sign_in(page, demo_server, demo_server.member("reserve"), lang)
    walk.sees()  # inboxes without a case
    page.goto(f"{demo_server.casework}/case/{'0' * 32}")
    walk.sees(404)
    page.locator('form[action$="/language"] [name="csrf_token"]').evaluate(
        "field => field.remove()"
    )
    doors.press(page, 'form[action$="/language"] button')
    walk.sees(403)
    doors.press(page, "main .button")
    assert page.url == f"{demo_server.casework}/inboxes"
    post_from_elsewhere(page, f"{demo_server.casework}/sign-out")
    walk.lang = "da"  # no cookie came along that knows it
    walk.sees(403)


# -- keyboard ----------------------------------------------------------------------------------

FOCUS = """() => {
    const focused = document.activeElement;
    const shown = [focused, ...(focused.labels || [])];
    const outlined = shown.some((element) => [null, "::before"].some((part) => {
        const style = getComputedStyle(element, part);
        return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    }));
    const box = shown.at(-1).getBoundingClientRect();
    const inside = box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight;
    const name = focused.getAttribute("name") || focused.className || focused.tagName;
    return {name, visible: outlined && inside};
}"""


def tab(page: Page, key: str = "Tab") -> str:
    """Go on by the keyboard, assert that one sees where, and return the place's name."""
    page.keyboard.press(key)
    place: dict[str, str] = page.evaluate(FOCUS)
    assert place["visible"], f"nobody sees that {place['name']} has the focus"
    return place["name"]


def tab_to(page: Page, name: str) -> list[str]:
    """Tab until a field is reached, and return what was passed."""
    passed: list[str] = []
    while (place := tab(page)) != name:
        passed.append(place)
        assert len(passed) < 20, f"{name} cannot be reached: {passed}"
    return passed


def test_a_report_by_keyboard_alone(page: Page, demo_server: Demo) -> None:
    page.goto(f"{demo_server.intake}/da/report/citizen")
    receipt = doors.shown_receipt(page)
    assert tab(page) == "skipnav"
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main-content"

    passed = tab_to(page, "text")
    assert len(passed) <= 3, "the two folded parts, and the button that copies if it is there"
    page.keyboard.type("Skrevet uden mus.")
    assert tab_to(page, "concerns_adviser") == ["details-summary"]
    page.keyboard.press("Space")
    assert page.locator('[name="concerns_adviser"]').is_checked()
    page.keyboard.press("Space")
    assert tab(page) == "details-summary"
    page.keyboard.press("Enter")
    assert [tab(page), tab(page)] == ["name", "contact"]
    page.keyboard.type("på gangen")
    assert tab(page, "Shift+Tab") == "name"
    assert tab_to(page, "files") == ["contact"]
    assert tab_to(page, "decision") == ["details-summary"]
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert doors.shown_receipt(page) == receipt


def test_a_refused_form_leads_to_the_field(visitor: Visitor, demo_server: Demo) -> None:
    page = visitor.open()
    page.goto(f"{demo_server.intake}/da/report/citizen")
    doors.send(page)
    assert page.evaluate("() => document.activeElement.getAttribute('role')") == "alert"
    assert tab(page) == "A"
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.name") == "text"

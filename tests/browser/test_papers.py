"""Documents, notes, tasks, dates, the timeline, and erasing: with JavaScript and without."""

from playwright.sync_api import Page, expect

from tests.browser import doors
from tests.browser.doors import Walk
from tests.support.demo import Demo

IRRELEVANT = "Naboens blodprøver"


def come_in(walk: Walk, demo: Demo, door: str = "citizen") -> str:
    """Have a case come in, sign in and open it; give its address."""
    page = walk.page
    doors.sign_in(page, demo, demo.member("adviser"), walk.lang)
    before = doors.listed(page, demo)
    bill = doors.file("bilag.txt", b"bilag")
    report = doors.Report("Jeg får ikke svar.", (bill,))
    doors.send_report(walk.visitor.open(), demo, door, report)
    (case,) = doors.listed(page, demo) - before
    page.goto(case)
    return case


def save(page: Page, form: str) -> None:
    doors.press(page, f'form[action$="{form}"] button.button:not([formaction])')


def test_a_document_is_marked_filed_corrected_and_deleted(walk: Walk, demo_server: Demo) -> None:
    page = walk.page
    case = come_in(walk, demo_server, "whistleblower")
    page.goto(f"{case}/documents")
    walk.sees()
    expect(page.locator("main")).to_contain_text("bilag.txt")
    page.locator('[name="title"]').fill("Brev fra Børn og Læring")
    page.locator('[name="files"]').set_input_files(doors.file("brev.pdf", b"%PDF-brev"))
    page.locator('[name="dated"]').fill("2026-11-02")
    page.evaluate("document.querySelectorAll('[required]').forEach((one) => one.required = false)")
    save(page, "/documents")
    walk.sees(422)
    expect(page.locator('[name="title"]')).to_have_value("Brev fra Børn og Læring")
    page.locator('[name="files"]').set_input_files(doors.file("brev.pdf", b"%PDF-brev"))
    page.locator('[name="marking"][value="derived"]').check()
    save(page, "/documents")
    walk.sees()
    assert doors.download(page, "brev.pdf") == b"%PDF-brev"
    page.locator(".filed a[href*='/document/']:not([href$='/file'])").click()
    walk.sees()
    page.locator('[name="title"]').fill("Svar fra centeret")
    doors.press(page, "main .button-primary")
    walk.sees()
    doors.press(page, 'form[action$="/delete"] button')
    walk.sees()
    expect(page.locator(".filed h3")).to_have_count(0)
    doors.press(page, ".undo button")
    page.goto(f"{case}/documents")
    expect(page.locator(".filed h3")).to_contain_text("Svar fra centeret")


def test_a_standard_text_goes_into_an_answer_and_a_call_into_a_note(
    walk: Walk, demo_server: Demo
) -> None:
    page = walk.page
    come_in(walk, demo_server)
    area = page.locator('form[action$="/answer"] [name="text"]')
    area.fill("Kære borger")
    box = page.locator('form[action$="/answer"] .standard-text')
    box.locator("summary").click()
    body = box.locator("option").first.get_attribute("data-body") or ""
    assert body
    box.locator("button").click()
    expect(area).to_have_value(f"Kære borger\n\n{body}")
    if not walk.javascript:
        walk.sees()
    page.locator('[name="note"]').fill("Hun ringede og spurgte, hvornår der kommer svar.")
    page.locator('[name="talk"]').select_option("telephone")
    page.locator('[name="held"]').fill("2026-11-02")
    save(page, "/note")
    walk.sees()
    expect(page.locator(".note-kind")).to_have_count(1)
    page.locator(".note a").first.click()
    walk.sees()
    expect(page.locator('[name="talk"]')).to_have_value("telephone")


def test_a_task_stands_on_the_page_of_dates_until_it_is_done(walk: Walk, demo_server: Demo) -> None:
    page = walk.page
    case = come_in(walk, demo_server)
    page.goto(f"{case}/tasks")
    walk.sees()
    page.locator('[name="text"]').fill("Ring til centeret")
    page.locator('[name="by"]').fill("2020-01-02")
    save(page, "/tasks")
    walk.sees()
    link = page.locator(f'.dues a[href$="{case[case.index("/case/") :]}/tasks"]')
    page.goto(f"{demo_server.casework}/dates")
    walk.sees()
    expect(link).to_have_count(1)
    link.click()
    page.locator('.filed a[href*="/task/"]').click()
    walk.sees()
    page.go_back()
    doors.press(page, 'form[action$="/done"] button')
    walk.sees()
    page.goto(case)
    walk.sees()
    page.goto(f"{demo_server.casework}/dates")
    expect(link).to_have_count(0)
    page.goto(f"{case}/timeline")
    walk.sees()
    expect(page.locator(".timeline")).to_contain_text("Ring til centeret")


def test_what_has_nothing_to_do_with_the_case_is_erased(walk: Walk, demo_server: Demo) -> None:
    page = walk.page
    case = come_in(walk, demo_server)
    page.locator('[name="note"]').fill(IRRELEVANT)
    save(page, "/note")
    page.locator('a[href$="/erase"]').click()
    walk.sees()
    page.locator('a[href*="/erase/message/"]').first.click()
    walk.sees()
    page.locator('[name="why"]').first.check()
    doors.press(page, "main .button-primary")
    walk.sees()
    page.locator('a[href*="/erase/note/"]').click()
    walk.sees()
    page.locator('[name="why"]').last.check()
    doors.press(page, "main .button-primary")
    walk.sees()
    page.goto(case)
    walk.sees()
    expect(page.locator("main")).not_to_contain_text(IRRELEVANT)
    expect(page.locator(".erased")).to_have_count(1)
    page.goto(f"{case}/erase-case")
    walk.sees()

"""A journalist asks for access: the register, a masked copy, and who it is opened for a reason."""

from playwright.sync_api import Page

from tests.browser import doors
from tests.browser.doors import Walk
from tests.support.demo import Demo

NAME = "Mette Sørensen"
REPORT = doors.Report(
    f"Jeg hedder {NAME}. Mette Sørensens sag har ligget siden maj. Jeg bor på Vestergade 12.",
    files=(doors.file("notat.txt", b"Til sagen."), doors.file("foto.png", b"\x89PNG\x00")),
    name=NAME,
    contact="12 34 56 78",
)


def saved(page: Page, kind: str) -> bytes:
    """Give the copy as a file."""
    with page.expect_download() as waiting:
        page.locator(f'a[href$="/{kind}"]').first.click()
    return waiting.value.path().read_bytes()


def a_new_case(walk: Walk, demo: Demo, lang: str) -> str:
    """Sign in, and give the address of a case that just came."""
    page = walk.page
    doors.sign_in(page, demo, demo.member("adviser"), lang)
    before = doors.listed(page, demo)
    doors.reported(demo, "citizen", REPORT)
    (case,) = doors.listed(page, demo) - before
    return case


def test_who_it_is_is_opened_for_a_reason_that_stays_with_the_case(
    walk: Walk, demo_server: Demo, lang: str
) -> None:
    page = walk.page
    case = a_new_case(walk, demo_server, lang)
    page.goto(f"{case}/identity")
    walk.sees()
    doors.press(page, 'form[action$="/identity"] button')
    walk.sees(422)
    page.goto(case)
    doors.open_identity(page)
    walk.sees()
    assert REPORT.contact in page.locator("main").inner_text()
    page.goto(case)
    walk.sees()
    assert REPORT.contact not in page.content()
    assert "Jeg skal ringe til borgeren." in page.locator("main").inner_text()
    page.goto(f"{case}/export")
    walk.sees()
    page.goto(f"{demo_server.casework}/search")
    page.locator('[name="words"]').fill("sørensen")
    page.locator('[name="names"]').check()
    doors.press(page, "main .button-primary")
    walk.sees(422)


def test_a_request_is_registered_and_answered_by_a_masked_copy(
    walk: Walk, demo_server: Demo, lang: str
) -> None:
    page = walk.page
    case = a_new_case(walk, demo_server, lang)
    page.goto(f"{case}/rights/new/access")
    page.locator('[value="offentlighedsloven"]').check()
    page.locator('[name="asked_by"]').fill("Stevns Avis")
    doors.press(page, "main .button-primary")
    page.goto(f"{demo_server.casework}/access?answered=1")
    walk.sees()
    with page.expect_navigation():
        page.locator("tr", has_text="Stevns Avis").last.locator('a[href*="/masking/new"]').click()
    walk.sees()
    assert page.locator('[name="asked_by"]').input_value() == "Stevns Avis"
    mask_and_file(walk)
    walk.sees()
    assert saved(page, "pdf").startswith(b"%PDF")
    assert saved(page, "docx").startswith(b"PK")
    with page.expect_navigation():
        page.locator("article.box a").first.click()
    walk.sees()
    assert "Sørensen" not in page.locator("main").inner_text()
    page.goto(f"{demo_server.casework}/access/export")
    walk.sees()


def mask_and_file(walk: Walk) -> None:
    """Mask the name, and a sentence by hand; what lacks a ground is said first."""
    page = walk.page
    page.locator('[name="words-0"]').fill(NAME)
    doors.press(page, 'button[value="preview"] >> nth=0')
    walk.sees(422)
    page.locator('[name="ground-0"]').select_option("private")
    doors.press(page, 'button[value="preview"] >> nth=0')
    walk.sees()
    page.locator("summary", has_text="").first.click()
    page.locator('[name="tick"]').last.check()
    page.locator('select[name^="why-"]').last.select_option("private")
    doors.press(page, 'button[value="preview"] >> nth=1')
    walk.sees()
    assert "Sørensen" not in page.locator(".masked").inner_text()
    assert "Vestergade" not in page.locator(".masked").inner_text()
    doors.press(page, 'button[value="file"]')

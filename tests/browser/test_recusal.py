"""Somebody may not deal with a case: it goes to the reserve, and comes back."""

from tests.browser import doors
from tests.browser.doors import Walk
from tests.support.demo import Demo

REPORT = doors.Report("Sagen handler om rådgiverens søster.")


def come_in(walk: Walk, demo: Demo, role: str, lang: str) -> None:
    """Sign in, and read in the walk's language."""
    doors.sign_in(walk.page, demo, demo.member(role), lang)


def test_a_case_goes_to_the_reserve_and_is_handed_back(
    walk: Walk, demo_server: Demo, lang: str
) -> None:
    page = walk.page
    come_in(walk, demo_server, "adviser", lang)
    before = doors.listed(page, demo_server)
    doors.reported(demo_server, "citizen", REPORT)
    (case,) = doors.listed(page, demo_server) - before
    page.goto(case)
    page.locator('a[href$="/recusal"]').click()
    walk.sees()
    page.locator('[name="ground"][value="2"]').check()
    page.locator('[name="text"]').fill("Det er min søster.")
    doors.press(page, "main .button-primary")
    walk.sees()
    assert case not in doors.listed(page, demo_server)
    doors.sign_out(page)

    come_in(walk, demo_server, "reserve", lang)
    page.goto(case)
    walk.sees()
    assert "Det er min søster." in page.locator("main").inner_text()
    page.locator('a[href$="/hand-back"]').click()
    walk.sees()
    doors.press(page, "main .button-primary")
    walk.sees()
    doors.sign_out(page)

    come_in(walk, demo_server, "adviser", lang)
    page.goto(case)
    walk.sees()

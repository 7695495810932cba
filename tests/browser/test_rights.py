"""A member of the council says yes to one recipient: that one is told, and nobody else."""

from tests.browser import doors
from tests.browser.doors import Walk
from tests.support.demo import Demo

REPORT = doors.Report("En bemærkning på et møde.")
LATER = doors.Report("Jeg vil gerne se min sag.")


def come_to_a_new_case(walk: Walk, demo: Demo, door: str, report: doors.Report, lang: str) -> str:
    """Sign in, read in the walk's language, and give the address of a case that just came."""
    page = walk.page
    doors.sign_in(page, demo, demo.member("adviser"))
    doors.choose_language(page, lang)
    before = doors.listed(page, demo)
    doors.reported(demo, door, report)
    (case,) = doors.listed(page, demo) - before
    page.goto(case)
    page.locator('.case-nav a[href$="/rights"]').click()
    walk.sees()
    return case


def test_nothing_is_disclosed_before_the_consent_is_there(
    walk: Walk, demo_server: Demo, lang: str
) -> None:
    page = walk.page
    case = come_to_a_new_case(walk, demo_server, "council", REPORT, lang)
    page.locator('a[href$="/new/disclosure"]').click()
    walk.sees()
    page.locator('[name="recipient"]').select_option("group_chair")
    page.locator('[name="ground"]').first.check()
    page.locator('[name="text"]').fill("Hvad der blev sagt på mødet.")
    doors.press(page, "main .button-primary")
    walk.sees(422)
    assert page.locator('[name="text"]').input_value() == "Hvad der blev sagt på mødet."

    page.goto(f"{case}/rights/new/consent")
    walk.sees()
    page.locator('[name="recipient"]').select_option("group_chair")
    page.locator('[name="how"]').select_option("meeting")
    page.locator('[name="text"]').fill("Ja, men kun gruppeformanden.")
    doors.press(page, "main .button-primary")
    walk.sees(422)  # nobody told them first what cannot be promised
    page.locator('[name="limits"]').fill(page.locator('[name="given"]').input_value())
    doors.press(page, "main .button-primary")
    walk.sees()

    page.locator('a[href$="/new/disclosure"]').click()
    page.locator('[name="recipient"]').select_option("group_chair")
    page.locator('[name="ground"]').first.check()
    page.locator('[name="text"]').fill("Hvad der blev sagt på mødet.")
    doors.press(page, "main .button-primary")
    walk.sees()
    assert "Ja, men kun gruppeformanden." in page.locator("main").inner_text()
    assert "Hvad der blev sagt på mødet." in page.locator("main").inner_text()

    doors.press(page, "section.rights >> nth=0 >> form .link-button")
    walk.sees(422)  # something rests on that consent


def test_a_request_for_access_is_noted_put_off_and_deleted(
    walk: Walk, demo_server: Demo, lang: str
) -> None:
    page = walk.page
    come_to_a_new_case(walk, demo_server, "citizen", LATER, lang)
    for kind, chosen in (("access", '[value="gdpr"]'), ("competence", "")):
        page.locator(f'a[href$="/new/{kind}"]').click()
        walk.sees()
        if chosen:
            page.locator(chosen).check()
        else:
            page.locator('[name="centre"]').select_option(index=1)
            page.locator('[name="said_yes"]').check()
        page.locator('[name="text"]').fill("Alt, hvad der står om mig.")
        doors.press(page, "main .button-primary")
        walk.sees()
    page.locator("#access ~ article a").click()
    walk.sees()
    page.locator('[name="extended"]').fill("Der er mange papirer.")
    doors.press(page, "main .button-primary")
    walk.sees(422)
    page.go_back()
    page.go_back()
    doors.press(page, "#access ~ article .link-button")
    walk.sees()
    doors.press(page, ".undo .link-button")
    walk.sees()

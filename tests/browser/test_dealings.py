"""Both say yes, meet, and get the agreement; a council member's support is on one page."""

from tests.browser import doors
from tests.browser.doors import Walk
from tests.browser.test_rights import come_to_a_new_case
from tests.support.demo import Demo

STUCK = doors.Report("Skolen og familieafdelingen siger hver sit.")
THREAT = doors.Report("Jeg får trusler på nettet.")


def to_page(walk: Walk) -> None:
    walk.page.locator('.case-nav a[href$="/dealings"]').click()
    walk.sees()


def save(walk: Walk, status: int = 200) -> None:
    doors.press(walk.page, "main form .button-primary")
    walk.sees(status)


def test_a_mediation_from_both_yeses_to_the_agreement(
    walk: Walk, demo_server: Demo, lang: str
) -> None:
    page = walk.page
    come_to_a_new_case(walk, demo_server, "citizen", STUCK, lang)
    to_page(walk)
    today = begin(walk)
    page.locator('a[href*="/new/meeting"]').click()
    walk.sees()
    page.locator('[name="place"]').fill("Biblioteket")
    page.locator('[name="present"][value="manager"]').check()
    page.locator('[name="minutes"]').fill("Begge fortalte.")
    save(walk)
    page.locator("article.box > .button-row a").first.click()
    walk.sees()
    page.locator('[name="agreement"]').fill("Skolen indkalder hver anden måned.")
    page.locator('[name="settled"]').fill(today)
    page.locator('[name="result"]').select_option("agreement")
    page.locator('[name="ended"]').fill(today)
    save(walk)
    page.locator('a[href$="/paper"]').click()
    walk.sees()
    assert "Skolen indkalder hver anden måned." in page.locator("article.paper").inner_text()


def begin(walk: Walk) -> str:
    """Begin a mediation with a centre, and give today."""
    page = walk.page
    page.locator('a[href$="/new/mediation"]').click()
    walk.sees()
    today = page.locator('[name="begun"]').input_value()
    page.locator('[name="other_side"]').select_option("bl")
    page.locator('[name="text"]').fill("Ingen indkalder.")
    page.locator('[name="agreed"]').fill(today)
    save(walk, 422)  # the citizen has not said yes
    assert page.locator('[name="text"]').input_value() == "Ingen indkalder."
    say_yes(walk, today)
    save(walk)
    return today


def say_yes(walk: Walk, day: str) -> None:
    walk.page.locator('[name="said_yes"]').check()
    walk.page.locator('[name="yes_day"]').fill(day)


def test_a_proposal_is_passed_on_and_taken_up(walk: Walk, demo_server: Demo, lang: str) -> None:
    page = walk.page
    case = come_to_a_new_case(walk, demo_server, "citizen", STUCK, lang)
    page.goto(f"{case}/tasks")
    to_page(walk)
    page.locator('a[href$="/new/improvement"]').click()
    walk.sees()
    today = page.locator('[name="yes_day"]').input_value()
    page.locator('[name="centre"]').select_option("bl")
    page.locator('[name="text"]').fill("Skriv, hvem der indkalder.")
    say_yes(walk, today)
    save(walk)
    page.locator('#improvement ~ article a[href$="/paper"]').click()
    walk.sees()
    page.locator(".back-link").click()
    walk.sees()
    page.locator('[name="passed_on"]').fill(today)
    page.locator('[name="answered"]').fill(today)
    page.locator('[name="answer"]').fill("Det gør vi.")
    page.locator('[name="taken_up"][value="yes"]').check()
    save(walk)
    doors.press(page, "#improvement ~ article form .link-button")
    walk.sees()
    doors.press(page, ".undo .link-button")
    walk.sees()


def test_what_a_council_member_wishes_and_gets(walk: Walk, demo_server: Demo, lang: str) -> None:
    page = walk.page
    come_to_a_new_case(walk, demo_server, "council", THREAT, lang)
    to_page(walk)
    for kind, chosen, text in (
        ("wish", '[name="wish"][value="advice"]', "Kun et råd lige nu."),
        ("risk", '[name="level"][value="high"]', "Truslerne bliver flere."),
        ("support", '[name="help"][value="police"]', "Var med hos politiet."),
    ):
        page.locator(f'a[href$="/new/{kind}"]').click()
        walk.sees()
        page.locator('[name="text"]').fill(text)
        if kind == "support":
            page.locator('[name="granted"]').check()
            page.locator(chosen).check()
            save(walk, 422)  # how is it tied to the office?
            page.locator('[name="tie"]').fill("Det begyndte efter et møde.")
        page.locator(chosen).check()
        save(walk)
        assert text in page.locator("main").inner_text()
    page.locator('a[href$="/new/mediation"]').click()
    walk.sees()
    assert page.locator('[name="other_side"] option[value="bl"]').count() == 0

"""What the office learns, and what it publishes: with JavaScript and without."""

from datetime import date
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import doors
from tests.browser.doors import Walk
from tests.support.demo import Demo

STATUTES = b"%PDF-1.7\nvedtaegter"


def come_in(walk: Walk, demo: Demo, to: str) -> Page:
    page = walk.page
    page.goto(f"{demo.casework}/")
    doors.choose_language(page, walk.lang)
    doors.sign_in(page, demo, demo.member("adviser"))
    doors.choose_language(page, walk.lang)
    page.goto(f"{demo.casework}/{to}")
    walk.sees()
    return page


def save(page: Page) -> None:
    doors.press(page, "main form[data-once] .button-primary")


def struck_and_back(walk: Walk, title: str) -> None:
    """Strike an entry of the list out, and take it back."""
    page, entry = walk.page, walk.page.locator(".filed li", has_text=title)
    before = page.locator(".filed li").count()
    doors.press(page, entry.locator('form[action$="/strike"] button'))
    walk.sees()
    expect(page.locator(".filed li")).to_have_count(before - 1)
    doors.press(page, ".undo button")
    walk.sees()
    expect(entry).to_have_count(1)


def test_an_activity_is_written_changed_struck_out_and_taken_back(
    walk: Walk, demo_server: Demo
) -> None:
    page = come_in(walk, demo_server, "activities")
    title = f"Kursus i notatpligt ({walk.lang})"
    page.locator('[name="text"]').fill(title)
    page.locator('[name="first"]').fill("2026-03-02")
    page.locator('[name="hours"]').fill("mange")
    save(page)
    walk.sees(422)
    expect(page.locator('[name="text"]')).to_have_value(title)
    page.locator('[name="what"]').select_option("teaching")
    page.locator('[name="hours"]').fill("1,5")
    page.locator('[name="centres"][value="bl"]').check()
    save(page)
    walk.sees()
    page.locator(".filed li", has_text=title).locator("a").click()
    walk.sees()
    expect(page.locator('[name="hours"]')).to_have_value("1,5")
    page.locator('[name="people"]').fill("12")
    save(page)
    struck_and_back(walk, title)
    page.locator('nav a[href*="year="]').last.click()
    walk.sees()


def test_a_gap_and_a_change_of_method_explain_numbers(walk: Walk, demo_server: Demo) -> None:
    page = come_in(walk, demo_server, "changes")
    text = f"I tre måneder var der ingen borgerrådgiver ({walk.lang})."
    page.locator('[name="text"]').fill(text)
    page.locator('[name="first"]').fill("2026-01-01")
    page.locator('[name="why"][value="gap"]').check()
    save(page)
    walk.sees()
    entry = page.locator(".filed li", has_text=text)
    address = entry.locator("a").get_attribute("href")
    entry.locator("a").click()
    walk.sees()
    other = walk.visitor.open()  # somebody is quicker
    other.context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    other.goto(f"{demo_server.casework.removesuffix('/casework')}{address}")
    other.locator('[name="last"]').fill("2026-03-31")
    save(other)
    page.locator('[name="text"]').fill(f"{text} Også i april.")
    save(page)
    walk.sees(409)
    expect(page.locator('[name="text"]')).to_have_value(f"{text} Også i april.")
    save(page)
    walk.sees()
    expect(page.locator(".filed li", has_text=f"{text} Også i april")).to_have_count(1)


def test_a_recommendation_lives_across_years(walk: Walk, demo_server: Demo) -> None:
    page = come_in(walk, demo_server, "recommendations")
    title = f"Kvittér for modtagelsen ({walk.lang})"
    page.locator('main form[method="post"] [name="title"]').fill(title)
    page.locator('main form[method="post"] [name="year"]').select_option(index=1)
    save(page)
    walk.sees()
    page.locator(".filed a", has_text=title).click()
    walk.sees()
    doors.press(page, 'form[action$="/repeat"] button')
    walk.sees()
    expect(page.locator('form[action$="/repeat"]')).to_have_count(0)
    answer(walk)
    page.goto(f"{demo_server.casework}/dates")
    walk.sees()
    page.locator(".dues li", has_text=title).locator("a").click()
    page.locator('a[href$="/response/0"]').click()
    walk.sees()
    page.locator('[name="status"][value="done"]').check()
    save(page)
    page.locator("details:has([name='reason']) summary").click()
    page.locator('[name="reason"]').fill("Det er nu praksis.")
    doors.press(page, 'form[action$="/end"] button')
    walk.sees()
    expect(page.locator(".book-history li")).to_have_count(5)
    page.goto(f"{demo_server.casework}/recommendations?state=ended")
    walk.sees()
    expect(page.locator(".filed a", has_text=title)).to_have_count(1)


def answer(walk: Walk) -> None:
    """Note what the administration answers; the first time without what it sets out to do."""
    page = walk.page
    form = page.locator('form[action$="/response"]')
    page.locator("details:has([name='initiative']) summary").click()
    form.locator('[name="owner"]').fill("Centerchefen")
    doors.press(page, form.locator("button"))
    walk.sees(422)
    form.locator('[name="initiative"]').fill("Alle får et svar samme dag.")
    form.locator('[name="follow_up"]').fill(date(date.today().year + 1, 1, 2).isoformat())  # noqa: DTZ011
    doors.press(page, form.locator("button"))
    walk.sees()


def test_a_year_without_recommendations_says_why(walk: Walk, demo_server: Demo) -> None:
    page = come_in(walk, demo_server, "recommendations/none")
    why = f"Beretningen er den første ({walk.lang})."
    save(page)
    walk.sees(422)
    page.locator('[name="reason"]').fill(why)
    save(page)
    walk.sees()
    page.locator(".filed li", has_text=why).locator("a").click()
    walk.sees()


def evaluate(walk: Walk, body: str) -> None:
    """Write an evaluation that everybody may read."""
    page = walk.page
    for name, value in {"held": "2020-12-07", "body": body, "decision": "Videreføres"}.items():
        page.locator(f'[name="{name}"]').fill(value)
    page.locator('[name="is_public"]').check()
    save(page)
    walk.sees()


def test_what_is_published_can_be_read_by_everybody(walk: Walk, demo_server: Demo) -> None:
    page = come_in(walk, demo_server, "standing")
    title, public = f"Vedtægter ({walk.lang})", f"{demo_server.intake}/{walk.lang}/statistics/"
    page.locator('[name="document"]').select_option("statutes")
    page.locator('[name="title"]').fill(title)
    page.locator('[name="dated"]').fill("2021-01-14")
    page.locator('[name="files"]').set_input_files(doors.file("side.html", b"<p>nej</p>"))
    save(page)
    walk.sees(422)
    expect(page.locator('[name="title"]')).to_have_value(title)
    page.locator('[name="files"]').set_input_files(doors.file("vedtægter.pdf", STATUTES))
    save(page)
    walk.sees()
    body = f"Byrådet ({walk.lang})"
    page.goto(f"{demo_server.casework}/evaluations")
    evaluate(walk, body)
    page.goto(f"{demo_server.intake}/{walk.lang}/")
    page.locator('footer a[href$="/statistics/"]').click()
    walk.sees()
    expect(page.locator("main")).to_contain_text(body)
    with page.expect_download() as saved:
        page.get_by_role("link", name=title).click()
    assert Path(saved.value.path()).read_bytes() == STATUTES
    page.goto(f"{demo_server.casework}/standing")
    doors.press(page, page.locator(".filed li", has_text=title).locator("button"))
    walk.sees()
    page.goto(public)
    page.reload()  # browsers keep the page for a minute
    expect(page.locator("main")).not_to_contain_text(title)

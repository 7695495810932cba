"""The report to the council: begun, written, read, published, and read by everybody."""

from playwright.sync_api import expect

from tests.browser.doors import Walk
from tests.browser.test_learning import come_in, save
from tests.support.demo import Demo


def read_and_publish(walk: Walk) -> None:
    """Read a draft that is being written, and publish it."""
    page = walk.page
    page.locator('a[href$="/read"]').click()
    walk.sees()
    expect(page.locator("main")).to_contain_text("hver 3.")
    expect(page.locator("svg[role=img]").first).to_be_visible()
    address = page.url.removesuffix("/read")
    page.goto(f"{address}/public")
    walk.sees()
    expect(page.locator("main")).to_contain_text("Øvrige centre")
    if page.locator('[name="changes"]').count():
        page.locator('[name="changes"]').fill(f"Et ord er rettet ({walk.lang}).")
    save(page)
    walk.sees()


def test_a_report_is_written_read_and_published(walk: Walk, demo_server: Demo) -> None:
    page = come_in(walk, demo_server, "report")
    page.locator('[name="first"]').fill("2020-01-01")
    page.locator('[name="last"]').fill("2019-01-01")
    save(page)
    walk.sees(422)
    page.locator('[name="last"]').fill("2021-03-15")
    page.locator('[name="language"]').select_option("da")
    save(page)
    walk.sees()
    page.locator(".filed li").first.locator('a:not([href$="/read"])').first.click()
    walk.sees()
    words = "{{one-in 3.4/4.1/total of 3.2/total/total}}"
    page.locator('[name="conclusion"]').fill(f"{words} handler om tiden ({walk.lang}).")
    save(page)
    walk.sees()
    read_and_publish(walk)
    page.goto(f"{demo_server.casework}/overview")
    walk.sees()
    expect(page.locator("svg[role=img]")).to_have_count(3)
    page.goto(f"{demo_server.intake}/{walk.lang}/statistics/compare")
    walk.sees()
    page.goto(f"{demo_server.intake}/{walk.lang}/statistics/")
    page.locator('a[href*="/statistics/report/"]').first.click()
    walk.sees()
    expect(page.locator("main")).to_contain_text(f"handler om tiden ({walk.lang})")
    with page.expect_download() as saved:
        page.locator('a[href$="/data.csv"]').click()
    assert saved.value.suggested_filename.endswith(".csv")

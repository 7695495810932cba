"""What concerns the adviser goes to the reserve, and to nobody else."""

from playwright.sync_api import Page, expect

from tests.browser import doors
from tests.support.browser import Visitor
from tests.support.demo import Demo

SECRET = "Borgerrådgiveren har selv haft sagen."
EVIDENCE = doors.file("mail.bin", b"\0\xffbevis" * 100)


def signed_in(visitor: Visitor, demo: Demo, role: str) -> Page:
    page = visitor.open()
    doors.sign_in(page, demo, demo.member(role))
    return page


def assert_not_there(page: Page, address: str) -> None:
    """Nothing of a case opens for the member: to him it does not exist."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 404
    assert doors.messages(page) == []
    token = page.locator('[name="csrf_token"]').first.input_value()
    form: dict[str, str | float | bool] = {
        "csrf_token": token, "form_id": "0" * 32, "text": "Jeg ser med.",
    }  # fmt: skip
    for step in ("identity", "answer"):
        assert page.request.post(f"{address}/{step}", form=form).status == 404


def test_the_adviser_does_not_see_what_concerns_him(visitor: Visitor, demo_server: Demo) -> None:
    reporter = visitor.open()
    adviser, reserve = (signed_in(visitor, demo_server, role) for role in ("adviser", "reserve"))
    his, theirs = (doors.listed(page, demo_server) for page in (adviser, reserve))
    report = doors.Report(SECRET, (EVIDENCE,), name="Bo", concerns_adviser=True)
    receipt = doors.send_report(reporter, demo_server, "whistleblower", report)

    assert doors.listed(adviser, demo_server) == his
    (case,) = doors.listed(reserve, demo_server) - theirs
    assert_not_there(adviser, case)

    reserve.goto(case)
    assert doors.messages(reserve) == [SECRET]
    address = doors.file_link(reserve, EVIDENCE["name"]).get_attribute("href")
    root = demo_server.casework.removesuffix("/casework")
    assert adviser.request.get(f"{root}{address}").status == 404
    assert doors.download(reserve, EVIDENCE["name"]) == EVIDENCE["buffer"]
    doors.write(reserve, "Jeg tager den.")

    doors.show_receipt(reporter, demo_server, receipt)
    assert doors.messages(reporter) == [SECRET, "Jeg tager den."]
    assert doors.listed(adviser, demo_server) == his


def test_the_reserve_sees_only_that(visitor: Visitor, demo_server: Demo) -> None:
    adviser, reserve = (signed_in(visitor, demo_server, role) for role in ("adviser", "reserve"))
    his, theirs = (doors.listed(page, demo_server) for page in (adviser, reserve))
    doors.reported(demo_server, "citizen", doors.Report("Om affald."))

    (case,) = doors.listed(adviser, demo_server) - his
    assert doors.listed(reserve, demo_server) == theirs
    assert_not_there(reserve, case)


def test_the_reserve_releases_counts_for_the_report_and_takes_them_back(
    walk: doors.Walk, demo_server: Demo
) -> None:
    page = walk.page
    page.goto(f"{demo_server.casework}/")
    doors.choose_language(page, walk.lang)
    doors.sign_in(page, demo_server, demo_server.member("reserve"))
    doors.choose_language(page, walk.lang)
    page.goto(f"{demo_server.casework}/inboxes")
    page.locator('main a[href$="/release"]').click()
    walk.sees()
    page.locator("main form[method=get] button").click()
    walk.sees()
    before = page.locator(".filed li").count()
    doors.press(page, page.locator('main form[action$="/release"][method=post] button').first)
    walk.sees()
    expect(page.locator(".filed li")).to_have_count(before + 1)
    doors.press(page, page.locator('form[action$="/take-back"] button').first)
    walk.sees()
    expect(page.locator(".filed li")).to_have_count(before)

"""What a member signs in with, seen in a browser: second factor, codes, passphrase, sessions."""

import re

from tests.browser import doors
from tests.browser.doors import Walk
from tests.support.demo import Demo, Member


def come_in(walk: Walk, demo: Demo) -> Member:
    """Sign in as the reserve, whom the other tests leave alone, and choose the language."""
    walk.page.goto(f"{demo.casework}/")
    doors.choose_language(walk.page, walk.lang)
    member = demo.member("reserve")
    doors.try_sign_in(walk.page, demo, member.username, member.passphrase)
    doors.choose_language(walk.page, walk.lang)  # it is the member's from here on
    walk.sees()
    doors.give_code(walk.page, "000000")
    walk.sees(403)
    doors.give_code(walk.page, demo.code(member))
    doors.choose_language(walk.page, walk.lang)
    return member


def test_a_member_looks_after_their_sign_in(walk: Walk, demo_server: Demo) -> None:
    page, member = walk.page, come_in(walk, demo_server)
    doors.press(page, 'a[href$="/security"]')
    walk.sees()
    doors.press(page, 'a[href$="/security/app"]')
    walk.sees()
    page.go_back()
    doors.press(page, 'a[href$="/backup-codes"]')
    walk.sees()
    doors.press(page, "main form .button-primary")
    walk.sees()
    codes = page.locator(".codes li").all_inner_texts()
    assert len(codes) == 10
    assert all(re.fullmatch(r"[0-9A-Z]{5}-[0-9A-Z]{5}", code) for code in codes)
    page.goto(f"{demo_server.casework}/security")
    walk.sees()
    doors.press(page, 'main a[href$="/casework/passphrase"]')
    walk.sees()
    page.locator('[name="passphrase"]').fill("ikke den viste")
    doors.press(page, "main form .button-primary")
    walk.sees(422)
    page.goto(f"{demo_server.casework}/prove?to=/casework/security")
    walk.sees()
    page.locator('[name="passphrase"]').fill(member.passphrase)
    page.locator("summary").first.click()
    page.locator('[name="backup_code"]').fill(codes[0].lower())
    doors.press(page, "main form .button-primary")
    assert page.url == f"{demo_server.casework}/security"


def test_the_panic_button_leaves_nothing_behind(walk: Walk, demo_server: Demo) -> None:
    page = walk.page
    come_in(walk, demo_server)
    other = Walk(walk.visitor, walk.gallery, walk.lang, walk.javascript)
    come_in(other, demo_server)
    doors.press(page, 'a[href$="/security"]')
    walk.sees()
    doors.press(page, 'form[action$="/panic"] button')
    assert page.url == f"{demo_server.casework}/locked?done=everywhere"
    kept = [cookie.get("name") for cookie in page.context.cookies()]
    assert kept == ["__Host-browser"]  # which opens nothing: the lane of browsers that are known
    assert "Jens" not in page.content()
    walk.visitor.check(page)
    page.go_back()
    assert "Jens" not in page.content()
    other.page.goto(f"{demo_server.casework}/inboxes")
    assert other.page.locator('[name="passphrase"]').count() == 1

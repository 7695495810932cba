"""Somebody is invited, let in by voice, works, and leaves: told by the pages they see."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.browser import doors
from tests.browser.doors import Walk
from tests.support.demo import Demo, running_demo
from whistle.crypto.totp import TotpSecret, step_at
from whistle.domain.clock import Clock

FIRST, LATER = "Om den første sag.", "Om den sidste sag."
MAIN_BUTTON = "main form:not(.language) .button-primary"


@dataclass
class Colleague:
    """Somebody new: their browser, and what they wrote on paper."""

    walk: Walk
    username: str
    passphrase: str

    @property
    def spoken(self) -> str:
        """What they read aloud from the page of their own keys."""
        self.walk.page.goto(f"{self.walk.page.url.split('/casework')[0]}/casework/keys")
        self.walk.sees()
        return self.walk.page.locator("main p.spoken").inner_text()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demonstration of its own: here inboxes get new keys."""
    with running_demo(tmp_path_factory.mktemp("members") / "data", "--empty") as demo:
        yield demo


@pytest.fixture
def adviser(walk: Walk, office: Demo) -> Walk:
    """The adviser, signed in, with the list of members open."""
    doors.sign_in(walk.page, office, office.member("adviser"), walk.lang)
    return walk


def invite(adviser: Walk, office: Demo, role: str) -> tuple[str, str, str]:
    """Invite somebody; give their user name and the two codes."""
    page, username = adviser.page, f"{role}-{adviser.lang}"
    page.goto(f"{office.casework}/members")
    adviser.sees()
    page.locator('a[href$="/members/invite"]').click()
    adviser.sees()
    doors.press(page, MAIN_BUTTON)
    adviser.sees(422)
    page.locator('[name="name"]').fill(f"Kim {role}")
    page.locator('[name="username"]').fill(username)
    page.locator(f'[name="role"][value="{role}"]').check()
    doors.press(page, MAIN_BUTTON)
    adviser.sees()
    long_code, short_code = page.locator("main p.receipt").all_inner_texts()
    return username, long_code, short_code


def begin(adviser: Walk, office: Demo, role: str) -> Colleague:
    """Have somebody accept an invitation, and choose an authenticator app."""
    username, long_code, short_code = invite(adviser, office, role)
    guest = Walk(adviser.visitor, adviser.gallery, adviser.lang, adviser.javascript)
    page = guest.page
    page.goto(f"{office.casework}/")
    doors.choose_language(page, guest.lang)
    page.locator('main a[href$="/casework/begin"]').click()
    guest.sees()
    page.locator('[name="invitation"]').fill(long_code)
    page.locator('[name="code"]').fill(short_code)
    doors.press(page, MAIN_BUTTON)
    passphrase = " ".join(page.locator("main p.receipt").inner_text().split())
    page.locator('[name="passphrase"]').fill(passphrase)
    doors.press(page, MAIN_BUTTON)
    app = TotpSecret.parse("".join(page.locator("main p.receipt").inner_text().split()))
    doors.give_code(page, app.code(step_at(Clock().now())))
    page.goto(f"{office.casework}/")
    doors.choose_language(page, guest.lang)
    return Colleague(guest, username, passphrase)


def let_in(adviser: Walk, office: Demo, who: Colleague) -> None:
    """Compare the digits on the telephone: wrongly, then rightly."""
    page = adviser.page
    page.goto(f"{office.casework}/members")
    card = page.locator("main li", has_text=who.username)
    card.locator('a[href$="/inboxes"]').click()
    adviser.sees()
    page.locator('[name="heard"]').fill("00000 11111 22222 33333 44444")
    doors.press(page, MAIN_BUTTON)
    adviser.sees(422)
    page.locator('[name="heard"]').fill(who.spoken)
    doors.press(page, MAIN_BUTTON)
    adviser.sees()
    readers = page.locator('section[aria-labelledby="readers"]').inner_text()
    assert readers.count("Kim deputy") >= 3


def test_a_deputy_is_let_in_works_and_leaves(adviser: Walk, office: Demo) -> None:
    deputy = begin(adviser, office, "deputy")
    page = deputy.walk.page
    assert page.goto(f"{office.casework}/inboxes").status == 403  # type: ignore[union-attr]
    deputy.walk.sees(403)
    let_in(adviser, office, deputy)

    before = doors.listed(page, office)
    receipt = doors.reported(office, "citizen", doors.Report(FIRST))
    (case,) = doors.listed(page, office) - before
    page.goto(case)
    deputy.walk.sees()
    assert "Kim deputy" in page.locator('section[aria-labelledby="readers"]').inner_text()
    doors.write(page, "Jeg er stedfortræder og tager den.")
    reporter = adviser.visitor.open()
    doors.show_receipt(reporter, office, receipt)
    assert doors.messages(reporter) == [FIRST, "Jeg er stedfortræder og tager den."]

    page.goto(f"{office.casework}/members")
    page.locator('main a[href$="/leave"]').first.click()
    deputy.walk.sees()
    doors.press(page, "main .button-warning")
    deputy.walk.sees()
    assert page.url.endswith("/casework/goodbye")
    doors.try_sign_in(page, office, deputy.username, deputy.passphrase)
    deputy.walk.sees(403)

    settle(adviser, office)
    doors.reported(office, "citizen", doors.Report(LATER))
    answer = page.goto(case)
    assert answer is not None
    assert page.url == f"{office.casework}/"


def settle(adviser: Walk, office: Demo) -> None:
    """Make the new keys that the pages ask for after a goodbye."""
    page = adviser.page
    page.goto(f"{office.casework}/inboxes")
    adviser.sees()
    page.locator('main a[href$="/members/settle"]').click()
    adviser.sees()
    doors.press(page, MAIN_BUTTON)
    adviser.sees()
    assert page.locator('main a[href$="/members/settle"]').count() == 0
    readers = page.locator('section[aria-labelledby="readers"]').inner_text()
    assert "Kim deputy" not in readers


def test_the_technician_is_removed_and_had_a_desk_without_cases(
    adviser: Walk, office: Demo
) -> None:
    technician = begin(adviser, office, "technician")
    page = technician.walk.page
    assert page.url.endswith("/casework/technician")
    technician.walk.sees()
    page.goto(f"{office.casework}/inboxes")
    technician.walk.sees(403)
    page.goto(f"{office.casework}/members")
    technician.walk.sees()
    assert page.locator('main a[href$="/inboxes"]').count() == 0

    mine = adviser.page
    mine.goto(f"{office.casework}/members")
    card = mine.locator("main li", has_text=technician.username)
    card.locator('a[href$="/leave"]').click()
    adviser.sees()
    doors.press(mine, "main .button-warning")
    adviser.sees()
    page.goto(f"{office.casework}/technician")
    assert page.url == f"{office.casework}/"


def test_a_reader_of_statistics_has_an_empty_desk(adviser: Walk, office: Demo) -> None:
    reader = begin(adviser, office, "reader")
    assert reader.walk.page.url.endswith("/casework/statistics")
    reader.walk.sees()


def test_new_keys_for_an_inbox_and_why_the_last_one_cannot_leave(
    adviser: Walk, office: Demo
) -> None:
    page = adviser.page
    page.goto(f"{office.casework}/keys")
    adviser.sees()
    before = page.locator("main .cards .receipt").all_inner_texts()
    page.locator('main a[href*="/keys/inbox/"]').first.click()
    adviser.sees()
    doors.press(page, MAIN_BUTTON)
    adviser.sees()
    after = page.locator("main .cards .receipt").all_inner_texts()
    assert [one == other for one, other in zip(before, after, strict=True)] == [False, True, True]
    page.locator('main a[href$="/keys/renew"]').click()
    adviser.sees()
    doors.press(page, MAIN_BUTTON)
    adviser.sees()
    page.locator('[name="passphrase"]').fill("noget helt andet")
    doors.press(page, MAIN_BUTTON)
    adviser.sees(422)
    page.goto(f"{office.casework}/members")
    page.locator('main a[href$="/leave"]', has_text="").first.click()
    adviser.sees()

"""The adviser gives the inboxes a recovery key: the pages, with a file and a sheet in hand."""

import tomllib
from collections.abc import Iterator
from datetime import date

import pytest

from tests.browser import doors
from tests.browser.doors import Walk
from tests.support.demo import Demo, running_demo
from whistle.recovery.making import make_recovery_key
from whistle.recovery.public_file import Covers

MAIN_BUTTON = "main form .button-primary"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demonstration of its own: here inboxes get new keys."""
    with running_demo(tmp_path_factory.mktemp("recovery") / "data", "--empty") as demo:
        yield demo


def test_a_recovery_key_is_given_to_the_inboxes(walk: Walk, office: Demo) -> None:
    page = walk.page
    settings = tomllib.loads((office.data / "whistle.toml").read_text("utf-8"))
    installation = bytes.fromhex(settings["installation"])
    made = make_recovery_key(installation, Covers.DOORS, 2, 3, date(2026, 11, 22))
    doors.sign_in(page, office, office.member("adviser"), walk.lang)
    page.goto(f"{office.casework}/recovery")
    walk.sees()
    assert settings["installation"] in page.locator("main code").inner_text()
    page.locator('a.button[href$="/recovery/key"]').click()
    walk.sees()
    page.locator('[name="public"]').fill("academic acid")
    doors.press(page, MAIN_BUTTON)
    walk.sees(422)
    page.locator('[name="public"]').fill(made.public.encode())
    doors.press(page, MAIN_BUTTON)
    walk.sees()
    page.locator('[name="on_paper"]').fill("0123 4567 89ab cdef 0123")
    doors.press(page, MAIN_BUTTON)
    walk.sees(422)
    assert page.locator(".alert-error").count() == 2
    page.locator('[name="on_paper"]').fill(made.public.fingerprint)
    doors.press(page, MAIN_BUTTON)
    walk.sees()
    shown = page.locator("main .facts .receipt").all_inner_texts()
    assert len(shown) == 3
    assert {" ".join(one.split()) for one in shown} == {made.public.fingerprint}

"""A report and its dialogue in Firefox, with what Tor Browser's level "Safest" leaves of it."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import doors
from tests.browser.marionette import Firefox, firefox
from tests.support.demo import Demo

FONT = Path("whistle/static/dkfds/fonts/IBMPlexSans-Bold-Latin1.woff2")

SAFEST = {
    "gfx.downloadable_fonts.enabled": False,
    "gfx.font_rendering.graphite.enabled": False,
    "gfx.font_rendering.opentype_svg.enabled": False,
    "javascript.enabled": False,
    "javascript.options.wasm": False,
    "mathml.disabled": True,
    "svg.disabled": True,
}

PROBE = """<!doctype html>
<title>script off</title>
<style>
  @font-face { font-family: Probe; src: url(data:font/woff2;base64,%s); }
  p { position: absolute; font: 20px monospace; }
  #ours { font-family: Probe, monospace; }
</style>
<script>document.title = "script on";</script>
<p id="ours">iiiiiiii</p><p id="theirs">iiiiiiii</p>
<svg width="40" height="30"></svg>
<img alt="" src="data:image/svg+xml,%%3Csvg xmlns='http://www.w3.org/2000/svg' width='40' height='30'/%%3E">
"""  # noqa: E501  # an address cannot be folded

# Whatever can be pressed, opened or chosen, and whatever warns, and shows no word.
WORDLESS = """
const asked = "main a, nav a, header a, footer a, button, summary, label, legend, .alert, .tag, li";
return [...document.querySelectorAll(asked)]
    .filter((element) => element.checkVisibility({visibilityProperty: true}))
    .filter((element) => !/[\\p{L}\\d]/u.test(element.innerText))
    .map((element) => element.outerHTML.slice(0, 200));
"""

REPORT = "Det trækker på kontoret.\n\nIngen gør noget ved det."
MORE = "Nu er døren faldet af."


def abilities(browser: Firefox) -> dict[str, bool]:
    """Say what a page can have, as a page shows that tries to have it all."""
    page = PROBE % b64encode(FONT.read_bytes()).decode()
    browser.go(f"data:text/html;base64,{b64encode(page.encode()).decode()}")
    return {
        "script": browser.title() == "script on",
        "fonts": browser.size("#ours") != browser.size("#theirs"),
        "drawings": browser.size("svg") == (40, 30),
        "pictures that are drawings": browser.size("img") == (40, 30),
    }


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """A Firefox that could do it all a moment ago, and now can do nothing of it."""
    with firefox(tmp_path_factory.mktemp("firefox") / "profile") as running:
        assert set(abilities(running).values()) == {True}, "the probe proves nothing"
        running.set(SAFEST)
        assert set(abilities(running).values()) == {False}
        yield running


def assert_read(browser: Firefox, lang: str = "da") -> None:
    """The page is in the language, and says in words what an icon would have shown."""
    assert browser.attribute("html", "lang") == lang
    assert browser.script(WORDLESS) == []


def report(browser: Firefox, demo: Demo, file: Path) -> str:
    """Choose a door, write a report with a file, and return the receipt."""
    browser.go(f"{demo.intake}/da/")
    assert_read(browser)
    browser.click('a[href="/da/report/citizen"]')
    assert_read(browser)
    receipt = "".join(browser.text("main p.receipt").split())
    browser.write('[name="text"]', REPORT)
    browser.write('[name="files"]', str(file))
    browser.click(doors.SEND)
    assert_read(browser)
    assert "".join(browser.text("main p.receipt").split()) == receipt
    return receipt


def read_and_write(browser: Firefox, demo: Demo, receipt: str, file: Path) -> None:
    """Come back, read what was sent, and write more."""
    browser.go(f"{demo.intake}/da/receipt")
    assert_read(browser)
    browser.write('[name="receipt"]', receipt)
    browser.click('form[action$="/receipt"] button')
    assert_read(browser)
    assert browser.text(".bubble-text") == REPORT
    assert browser.text(".files a") == file.name
    browser.click(doors.SEND)
    assert browser.text('main [role="alert"]')
    assert_read(browser)
    browser.write('[name="text"]', MORE)
    browser.click(doors.SEND)
    assert_read(browser)
    assert [browser.text_of(one) for one in browser.all(".bubble-text")] == [REPORT, MORE]


def close_and_leave(browser: Firefox) -> None:
    """Say that nothing more is needed, and leave."""
    browser.click('main a[href$="/receipt/close"]')
    assert_read(browser)
    browser.click("main form .button-primary")
    assert_read(browser)
    assert browser.all('main a[href$="/receipt/close"]') == []
    browser.click('form[action$="/receipt/leave"] button')
    assert_read(browser)


def test_a_report_without_script_drawings_and_fonts(
    browser: Firefox, demo_server: Demo, tmp_path: Path
) -> None:
    file = tmp_path / "måling af træk.txt"
    file.write_text("12 m/s", encoding="utf-8")
    receipt = report(browser, demo_server, file)
    read_and_write(browser, demo_server, receipt, file)
    close_and_leave(browser)

    for path in ("", "report/whistleblower", "advice", "privacy/council", "receipt"):
        browser.go(f"{demo_server.intake}/en/{path}")
        assert_read(browser, "en")


def test_one_sees_that_a_box_is_ticked(browser: Firefox, demo_server: Demo) -> None:
    browser.go(f"{demo_server.intake}/da/report/citizen")
    label = 'label[for="concerns_adviser"]'
    pictures = []
    for _ in range(3):
        browser.click(label)
        pictures.append(browser.picture(f"*:has(> {label})"))
    ticked, empty, again = pictures
    assert ticked != empty
    assert ticked == again

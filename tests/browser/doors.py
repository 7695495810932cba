"""What people do at the two doors, by field names, roles and addresses: the wording may change."""

import re
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import FilePayload, Locator, Page, Response

from tests.browser.gallery import Gallery
from tests.support import visitors
from tests.support.browser import Visitor
from tests.support.demo import Demo, Member

LANGUAGES = ("da", "en")
SEND = 'form[enctype="multipart/form-data"] button[type="submit"]:not([formaction])'


@dataclass(frozen=True)
class Report:
    """A report as somebody fills it in."""

    text: str
    files: tuple[FilePayload, ...] = ()
    name: str = ""
    contact: str = ""
    concerns_adviser: bool = False


@dataclass
class Walk:
    """One visitor's way through the pages, with the last answer that came from the server."""

    visitor: Visitor
    gallery: Gallery
    lang: str = "da"
    javascript: bool = True
    page: Page = field(init=False)
    _last: Response | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.page = self.visitor.open(javascript=self.javascript)
        self.page.on("response", self._note)

    def _note(self, response: Response) -> None:
        if response.frame == self.page.main_frame and response.request.is_navigation_request():
            self._last = response

    def sees(self, status: int = 200) -> None:
        """Assert that the page is sound: status, language, and all that `Visitor.check` asks.

        A page of a shape that was checked before is not checked again. Its markup is, with that
        of all others, when the tests are over.
        """
        assert self._last is not None, "no page was opened"
        assert self._last.status == status, (self._last.status, self.page.url)
        assert self.page.locator("html").get_attribute("lang") == self.lang
        if self.gallery.takes(self.page, status, self._last.text()):
            self.visitor.check(self.page)


def file(name: str, content: bytes) -> FilePayload:
    """Make a file to choose in a form."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def shown_receipt(page: Page) -> str:
    """Return the receipt as a reader sees it."""
    return "".join(page.locator("main p.receipt").inner_text().split())


def fill_in(page: Page, report: Report) -> None:
    """Fill in the form of a report, without sending it."""
    page.locator('[name="text"]').fill(report.text)
    if report.files:
        page.locator('[name="files"]').set_input_files(list(report.files))
    if report.concerns_adviser:
        page.locator('[name="concerns_adviser"]').check()
    if report.name or report.contact:
        page.locator("details", has=page.locator('[name="name"]')).locator("summary").click()
        page.locator('[name="name"]').fill(report.name)
        page.locator('[name="contact"]').fill(report.contact)


def press(page: Page, button: str | Locator) -> None:
    """Press a button and wait until the page it leads to is there."""
    with page.expect_navigation():
        (page.locator(button) if isinstance(button, str) else button).click()


def open_identity(page: Page) -> None:
    """Open who the reporter is, from the page of the case: with a reason, as the step asks."""
    with page.expect_navigation():
        page.locator('a[href$="/identity"]').click()
    page.locator('[name="ground"]').first.check()
    page.locator('[name="reason"]').fill("Jeg skal ringe til borgeren.")
    press(page, 'form[action$="/identity"] button')


def send(page: Page) -> None:
    """Send the page's form, be it a report, a message or an answer."""
    press(page, SEND)


def send_report(page: Page, demo: Demo, door: str, report: Report, lang: str = "da") -> str:
    """Report through a door and return the receipt."""
    page.goto(f"{demo.intake}/{lang}/report/{door}")
    receipt = shown_receipt(page)
    fill_in(page, report)
    send(page)
    assert shown_receipt(page) == receipt
    return receipt


def reported(demo: Demo, door: str, report: Report) -> str:
    """Report without a browser, for a test of what comes after, and return the receipt."""
    someone = visitors.Visitor(demo.intake)
    form = someone.form(door)
    fields: dict[str, object] = {
        **form,
        "text": report.text,
        "name": report.name,
        "contact": report.contact,
    }
    assert someone.post(f"/da/report/{door}", fields).status == 200
    return form["receipt"]


def show_receipt(page: Page, demo: Demo, receipt: str, lang: str = "da") -> None:
    """Come back with a receipt."""
    page.goto(f"{demo.intake}/{lang}/receipt")
    page.locator('[name="receipt"]').fill(receipt)
    press(page, 'form[action$="/receipt"] button')


def write(page: Page, text: str, *files: FilePayload) -> None:
    """Write a message or an answer in the dialogue that is open, and send it."""
    page.locator('[name="text"]').fill(text)
    if files:
        page.locator('[name="files"]').set_input_files(list(files))
    send(page)


def messages(page: Page) -> list[str]:
    """Return the texts of the dialogue, in their order."""
    return page.locator(".bubble-text").all_inner_texts()


def file_link(page: Page, name: str) -> Locator:
    """Find a file of the dialogue by its name."""
    return page.get_by_role("link", name=name, exact=True)


def download(page: Page, name: str) -> bytes:
    """Save a file of the dialogue and return what is in it."""
    with page.expect_download() as saved:
        file_link(page, name).click()
    assert saved.value.suggested_filename == name, saved.value.suggested_filename
    return Path(saved.value.path()).read_bytes()


def try_sign_in(page: Page, demo: Demo, username: str, passphrase: str) -> None:
    """Fill in the sign-in form and send it."""
    page.goto(f"{demo.casework}/")
    page.locator('[name="username"]').fill(username)
    page.locator('[name="passphrase"]').fill(passphrase)
    press(page, 'form:has([name="passphrase"]) .button-primary')


def sign_in(page: Page, demo: Demo, member: Member, lang: str = "") -> None:
    """Be signed in to casework, at the inboxes, by one request: a story begins behind the door.

    ``lang``: what this browser and the member read in from now on, if that matters.
    """
    if lang:
        page.request.post(f"{demo.casework}/language", form={"lang": lang}, max_redirects=0)
        demo.reads(member, lang)
    answer = page.request.post(f"{demo.casework}/", form=demo.form(member), max_redirects=0)
    assert (answer.status, answer.headers["location"]) == (303, "/casework/inboxes")
    page.goto(f"{demo.casework}/inboxes")


def sign_in_by_page(page: Page, demo: Demo, member: Member) -> None:
    """Sign in to casework, by passphrase and then by code; the inboxes follow."""
    try_sign_in(page, demo, member.username, member.passphrase)
    give_code(page, demo.code(member))
    assert urlsplit(page.url).path == "/casework/inboxes"


def give_code(page: Page, code: str) -> None:
    """Show the second factor."""
    page.locator('[name="totp"]').fill(code)
    press(page, 'form:has([name="totp"]) .button-primary')


def sign_out(page: Page) -> None:
    """Sign out of casework."""
    press(page, 'form[action$="/sign-out"] button')


def listed(page: Page, demo: Demo) -> set[str]:
    """Return the addresses of all cases that the member's inboxes list now, not on the page.

    Asked for beside the pages, in the member's session.
    """
    root = demo.casework.removesuffix("/casework")
    found: set[str] = set()
    for number in count(1):
        address = f"{demo.casework}/inboxes?page={number}"
        answer = page.request.get(address)
        assert (answer.status, answer.url) == (200, address)
        more = {
            f"{root}{path}" for path in re.findall(r'href="(/casework/case/\w+)"', answer.text())
        }
        if more <= found:  # beyond the last page it is shown again
            break
        found |= more
    return found


def choose_language(page: Page, lang: str) -> None:
    """Have casework in a language, by the page's own switch."""
    switch = page.locator(f'button[name="lang"][value="{lang}"]')
    if switch.count():
        press(page, switch)
    assert page.locator("html").get_attribute("lang") == lang

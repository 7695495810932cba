"""What axe says of a page: a copy is read at two desks, a wide one and a narrow one.

Axe is a megabyte of script, and slow until a browser has seen what of it is hot. Run in the pages
themselves it is new on each: most of what the browser stories took. The desks keep it from page to
page. A copy is what its reader meets: the same elements, filled in, chosen and focused as they
were, under the same style sheets and policy, in the same engine.
"""

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.support.watch import Watch, origin

AXE = Path(__file__).parent.parent / "browser" / "vendor" / "axe.min.js"

WIDTHS = (1200, 390)  # a desk and a pocket

# What is typed, ticked and chosen stands in no attribute, and a copy would not have it.
COPY = """() => {
    const page = document.documentElement, copy = page.cloneNode(true);
    const each = (names, put) => {
        const told = page.querySelectorAll(names);
        copy.querySelectorAll(names).forEach((field, place) => put(field, told[place]));
    };
    each("textarea", (field, told) => { field.textContent = told.value; });
    each("option", (field, told) => field.toggleAttribute("selected", told.selected));
    each("input", (field, told) => {
        field.toggleAttribute("checked", told.checked);
        if (told.type !== "file") field.setAttribute("value", told.value);
    });
    each("*", (part, told) => {
        if (told === document.activeElement) part.setAttribute("data-focused", "");
    });
    return copy.outerHTML;
}"""

# Style sheets that are the same stay: they need not be fetched and read again. Carrying axe's whole
# result over would take as long as finding it.
READ = """async ([html, javascript]) => {
    const shown = new DOMParser().parseFromString(html, "text/html");
    if (!javascript) {  // here scripts run, and what is written for no script would be hidden
        for (const part of [...shown.querySelectorAll("noscript")]) {
            part.replaceWith(...part.childNodes);
        }
    }
    const sheets = (page) => [...page.querySelectorAll("link[rel=stylesheet]")];
    const [old, fresh] = [sheets(document), sheets(shown)];
    const names = (links) => links.map((link) => link.getAttribute("href")).join("\\n");
    const root = document.documentElement;
    for (const {name} of [...root.attributes]) root.removeAttribute(name);
    for (const {name, value} of shown.documentElement.attributes) root.setAttribute(name, value);
    if (names(old) === names(fresh)) {
        for (const part of [...document.head.children]) if (!old.includes(part)) part.remove();
        document.head.append(...[...shown.head.children].filter((part) => !fresh.includes(part)));
        document.body.replaceWith(shown.body);
    } else {
        const come = fresh.map((link) => new Promise((done) => {
            link.onload = link.onerror = done;
        }));
        document.head.replaceWith(shown.head);
        document.body.replaceWith(shown.body);
        await Promise.all(come);
    }
    const focused = document.querySelector("[data-focused]");
    focused?.removeAttribute("data-focused");
    focused?.focus();
    return (await axe.run({resultTypes: ["violations"]})).violations;
}"""


@dataclass
class Desk:
    """A page of a server, as wide as a reader's window, in which axe stays."""

    width: int
    page: Page
    watch: Watch

    @classmethod
    def at(cls, browser: Browser, home: str, width: int) -> "Desk":
        """Open a page that nobody knows: it has the policy of all others."""
        context = browser.new_context(
            locale="da-DK", reduced_motion="reduce", viewport={"width": width, "height": 900}
        )
        context.set_default_timeout(15_000)
        page = context.new_page()
        watch = Watch(page, javascript=True)
        page.goto(f"{home}/a-desk-to-read-at")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        return cls(width, page, watch)

    def faults(self, copy: str, *, javascript: bool) -> list[str]:
        """Return what is wrong with a copy, and what it asked for that is not there."""
        broken = [
            f"{violation['id']}: {violation['help']} at "
            + "; ".join(" ".join(map(str, node["target"])) for node in violation["nodes"])
            for violation in self.page.evaluate(READ, [copy, javascript])
        ]
        return [f"at {self.width} px: {fault}" for fault in broken + self.watch.faults()]


@dataclass
class Readers:
    """The desks, two for each server whose pages are read: a style sheet comes from its own."""

    _desks: dict[str, list[Desk]] = field(default_factory=dict)

    def faults(self, page: Page, *, javascript: bool) -> list[str]:
        """Return what is wrong with a page as it stands, one line for each fault at a width.

        ``javascript``: whether the page runs its scripts; a copy never does.
        """
        browser, home = page.context.browser, origin(page.url)
        assert browser is not None
        if home not in self._desks:
            self._desks[home] = [Desk.at(browser, home, width) for width in WIDTHS]
        copy = page.evaluate(COPY)
        found = [desk.faults(copy, javascript=javascript) for desk in self._desks[home]]
        return [fault for at_width in found for fault in at_width]

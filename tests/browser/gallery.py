"""The pages that tests came by, one of each shape, and what the Nu Html Checker says of them."""

import json
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.support.requirements import missing

ROOT = Path(__file__).parent.parent.parent
CHECKER = ROOT / ".cache" / "vnu.jar"
STYLES = ROOT / "whistle" / "static" / "whistle.css"  # the design system's own are not ours to mend

# What the checker says and we let be, each with the reason.
ACCEPTED: dict[str, str] = {}

# Shown with the pages: a checker that finds nothing wrong with this one has not checked.
WRONG = '<!doctype html><html lang="en"><title>Wrong</title><p id="a"></p><p id="a"></p></html>'

# A page is what its reader could meet: which elements stand in which, in which state, and whether
# there is anything in them. What was written there, and how often a part repeats, is left out.
SHAPE = """() => {
    const left = new Set(["action", "for", "href", "id", "name", "value"]);
    const step = (element) => element.tagName + [...element.attributes]
        .map(({name, value}) => left.has(name) || name.startsWith("aria-") ? name : name + value)
        .join() + Boolean(element.textContent.trim());
    const parts = new Set();
    const walk = (element, path) => {
        const here = path + ">" + step(element);
        parts.add(here);
        for (const child of element.children) walk(child, here);
    };
    walk(document.documentElement, document.title);
    return [...parts].sort().join("\\n");
}"""


@dataclass
class Gallery:
    """One page of each shape, kept as the server sent it.

    ``shapes`` is a folder that all workers of a run share: whoever comes first keeps the page.
    """

    folder: Path
    shapes: Path
    _seen: list[str] = field(default_factory=list)

    def takes(self, page: Page, status: int, html: str) -> bool:
        """Keep a page unless there is one like it; tell whether it was new."""
        shape: str = f"{status} {page.evaluate(SHAPE)}"
        try:
            (self.shapes / sha256(shape.encode()).hexdigest()).touch(exist_ok=False)
        except FileExistsError:
            return False
        (self.folder / f"{len(self._seen)}.html").write_text(html, encoding="utf-8")
        self._seen.append(f"{page.url} ({status}, {page.title()})")
        return True

    def faults(self) -> list[str]:
        """Show all pages and our style sheet to the checker, at once, and return its complaints."""
        if not self._seen:
            return []
        wrong = self.folder / "wrong.html"
        wrong.write_text(WRONG, encoding="utf-8")
        found: dict[str, str] = {}
        proved = False
        for message in checked([self.folder, STYLES]):
            file = Path(message["url"])
            if file.name == wrong.name:
                proved = True
            elif message["message"] not in ACCEPTED:
                where = self._seen[int(file.stem)] if file.suffix == ".html" else file.name
                about = f"in {message.get('extract', '')!r}, {where}"
                found.setdefault(message["message"], about)
        assert proved, "the checker found nothing wrong with a page that is"
        return [f"{fault} First {about}" for fault, about in found.items()]


def checked(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """Return what the checker says of files and of all files in folders."""
    if not CHECKER.exists() or shutil.which("java") is None:
        missing("the Nu Html Checker (.ci/vnu fetches it) or Java", "default-jre-headless npm")
    # Quick to start rather than quick in the end; quick code wants a larger stack.
    command = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss8m"]
    command += [
        "-jar",
        str(CHECKER),
        "--also-check-css",
        "--format",
        "json",
        "--stdout",
        "--exit-zero-always",
    ]
    told = subprocess.run([*command, *map(str, paths)], check=True, stdout=subprocess.PIPE).stdout
    messages: list[dict[str, Any]] = json.loads(told)["messages"]
    return messages

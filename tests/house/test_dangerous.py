"""What no page, script or module of ours does: each a door through which others were entered."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.test_files import ROOT, committed, modules

TEMPLATES = ROOT / "templates"
STATIC = ROOT / "whistle" / "static"
SCRIPTS = [STATIC / "passkeys.js", STATIC / "whistle.js"]

# Where escaping ends, or where text becomes a template (ASVS 1.2.1, 1.3.7).
UNESCAPED = re.compile(r"\|\s*safe\b|autoescape|\|\s*xmlattr|Markup")
BUILT_FROM_TEXT = {"render_template_string", "from_string", "Template"}

# What a script must not do here: keep, send, or write markup (ASVS 1.2.3, 3.2.2, 14.3.3).
IN_SCRIPTS = re.compile(
    r"localStorage|sessionStorage|indexedDB|document\.cookie|fetch\(|XMLHttpRequest|sendBeacon|"
    r"WebSocket|EventSource|innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|"
    r"new Function|postMessage|location\.(?:href|search|hash)"
)

# Nothing here calls anybody, but housekeeping the mail server that the settings name: no address to
# be led astray by (ASVS 1.3.6, 13.2.4, 15.3.2), no command line (1.2.5), no parser of what runs or
# expands (1.5.1, 1.5.2).
NEVER = {
    "urllib.request", "http.client", "requests", "httpx", "smtplib", "imaplib", "ftplib", "xmlrpc",
    "subprocess", "pty", "ctypes", "pickle", "marshal", "shelve", "yaml", "xml", "lxml", "zipfile",
    "tarfile", "gzip", "zlib", "ldap3", "random", "uuid",
}  # fmt: skip
NO_LISTENERS = {"socket"}  # but to see whether a port is free, at the start
MAY_PROBE = {"cli.py"}
# What may all the same, and with what.
MAY = {
    "mail.py: smtplib",  # to the one server that the settings name
    "letters/word.py: zipfile",  # a Word file that was just made, without the times of its parts
    "casework/exchange/case_zip.py: zipfile",  # a case is written as one, never read
    # A workbook that is imported, by this same program with nothing else in it and little memory:
    # what it unpacks to is counted and stopped, declarations refused.
    "casework/exchange/xlsx.py: subprocess",
    "casework/exchange/xlsx_reader.py: zipfile",
    "casework/exchange/xlsx_reader.py: zlib",  # its errors
    "casework/exchange/xlsx_look.py: xml.parsers",
    "casework/exchange/xlsx_look.py: xml.parsers.expat",
}


def names(path: Path) -> Iterator[tuple[str, str]]:
    """Give what a module imports, and what it calls by name."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (("import", alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "import", node.module or ""
            yield from (("import", f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call):
            called = node.func
            yield "call", getattr(called, "attr", getattr(called, "id", ""))


def is_within(imported: str, forbidden: set[str]) -> bool:
    return any(imported == one or imported.startswith(f"{one}.") for one in forbidden)


def test_no_template_switches_escaping_off() -> None:
    pages = [path for path in committed() if path.is_relative_to(TEMPLATES)]
    assert len(pages) > 20
    found = {str(path): UNESCAPED.findall(path.read_text("utf-8")) for path in pages}
    assert not {path: what for path, what in found.items() if what}


def test_no_template_is_built_from_text() -> None:
    built = [
        f"{path}: {name}"
        for path in modules()
        for what, name in names(path)
        if what == "call" and name in BUILT_FROM_TEXT
    ]
    assert not built


def test_the_scripts_keep_nothing_send_nothing_and_write_no_markup() -> None:
    for script in SCRIPTS:
        text = script.read_text("utf-8")
        assert "addEventListener" in text
        assert not IN_SCRIPTS.findall(text)
    package = ROOT / "whistle"
    found = [path for path in committed() if path.suffix == ".js" and package in path.parents]
    assert found == SCRIPTS


def test_no_module_calls_out_runs_a_program_or_unpacks_what_strangers_send() -> None:
    found = {
        f"{path.relative_to(ROOT / 'whistle')}: {name}"
        for path in modules()
        for what, name in names(path)
        if what == "import"
        and (
            is_within(name, NEVER) or (is_within(name, NO_LISTENERS) and path.name not in MAY_PROBE)
        )
    }
    assert found == MAY


def test_housekeeping_alone_sends_letters() -> None:
    senders = {path for path in modules() for _, name in names(path) if name == "whistle.mail.send"}
    assert senders == {ROOT / "whistle" / "housekeeping" / "letters.py"}

"""What must be true of every answer, whatever was sent."""

import re
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus

import html5lib

from bench.fuzz_grammar import Environ
from whistle.web import ATTACHMENT_POLICY, HEADERS

_RAW = ("qxj<jqx", "jqx>zvk", 'zvk"kvz', "kvz'wjq", "wjq&qjw")  # the marker's pieces, not escaped
_LANGUAGE = re.compile(r'<html lang="(da|en)">')
_COOKIE = re.compile(
    r"__Host-[a-z]+=[^;\s]*(; Expires=[^;]+)?(; Max-Age=\d+)?; Secure; HttpOnly; Path=/; "
    r"SameSite=Strict"
)
_PUBLIC = re.compile(r"/(?:da|en)/statistics/")  # the same for everybody
_STATIC = ("/static/", "/casework/static/")


@dataclass
class Answer:
    """What an app said."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def is_page(self) -> bool:
        """Whether it is HTML that people read."""
        is_html = ("Content-Type", "text/html; charset=utf-8") in self.headers
        return (
            is_html
            and bool(self.body.strip())
            and self.status // 100 != HTTPStatus.MULTIPLE_CHOICES // 100
        )

    @property
    def page(self) -> str:
        """The page as it is read."""
        return self.body.decode()


def faults(environ: Environ, answer: Answer) -> list[str]:
    """Say what is wrong with an answer."""
    found = [*_header_faults(environ, answer)]
    headers = dict(answer.headers)
    announced = answer.status == HTTPStatus.SERVICE_UNAVAILABLE and "Retry-After" in headers
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not announced:
        found.append(f"{answer.status}")
    if environ["REQUEST_METHOD"] == "HEAD":
        return [*found, *(["a body for HEAD"] if answer.body else [])]
    if not answer.is_page:
        return found
    page = answer.page
    for raw in (raw for raw in _RAW if raw in page):
        place = page.index(raw)
        found.append(f"not escaped: {page[max(0, place - 80) : place + 20]!r}")
    language = _LANGUAGE.search(page[:200])
    if not language:
        found.append("a page of no language")
    elif environ["PATH_INFO"][:4] in {"/da/", "/en/"} and language[1] != environ["PATH_INFO"][1:3]:
        found.append("a page of the other language")
    return found


def _header_faults(environ: Environ, answer: Answer) -> list[str]:
    headers = dict(answer.headers)
    is_public = bool(_PUBLIC.match(_path(environ))) and "Set-Cookie" not in headers
    found = [
        f"{name}: {headers.get(name)}"
        for name, value in HEADERS.items()
        if headers.get(name) != value
        and not (name == "X-Robots-Tag" and is_public)
        and not (name == "Content-Security-Policy" and headers.get(name) == ATTACHMENT_POLICY)
    ]
    kept = is_public or _path(environ).startswith(_STATIC)
    if headers.get("Cache-Control") != "no-store" and not kept:
        found.append("it may be kept by a cache")
    for name, value in answer.headers:
        if re.search(r"[\r\n\0]", name + value) or not (name + value).isascii():
            found.append(f"a header that breaks: {name}: {value!r}")
        if name == "Set-Cookie" and not _COOKIE.fullmatch(value):
            found.append(f"a cookie for others to read: {value}")
    where = headers.get("Location", "/")
    if not re.match(r"/(?![/\\])", where):
        found.append(f"it leads elsewhere: {where}")
    length = headers.get("Content-Length")
    if (
        length is not None
        and environ["REQUEST_METHOD"] != "HEAD"
        and int(length) != len(answer.body)
    ):
        found.append("its length is another")
    return found


def _path(environ: Environ) -> str:
    """Give the path as the doors read it: slashes at its beginning are one."""
    return "/" + str(environ["PATH_INFO"]).lstrip("/")


@cache
def _parser() -> html5lib.HTMLParser:
    return html5lib.HTMLParser(namespaceHTMLElements=False)


def html_faults(page: str) -> list[str]:
    """Say how a page breaks the grammar of HTML; it takes 50 ms."""
    _parser().parse(page)
    return [
        f"HTML: {code} {where}"
        for where, code, _ in _parser().errors
        if code != "invalid-codepoint"  # in a form that comes back as it was filled in
    ]

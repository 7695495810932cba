"""What the fuzzer sends: forms and links it was shown, and addresses of every route, bent."""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from io import BytesIO
from random import Random
from typing import Any
from urllib.parse import quote, quote_plus, unquote_to_bytes

from werkzeug.routing import Rule

Environ = dict[str, Any]
Fields = list[tuple[str, bytes]]
Form = tuple[str, Fields, Fields]  # where it goes, what it always carries, what may be chosen

MARKER = "qxj<jqx>zvk\"kvz'wjq&qjw"
HOST = "whistle.example"
MOST_FORMS = 60  # that somebody remembers, the newest of each
BOUNDARY = b"----a-browsers-boundary"
URLENCODED = "application/x-www-form-urlencoded"

TEXTS = [
    MARKER,
    "",
    " \r\n\t",
    "\x00",
    "Jeg skriver om en sag. æøå",
    "\u202etxt.exe\u202c \u2066x\u2069",
    "a" + "\u0301" * 3_000,
    "\ufffd\ufffe\U0010ffff",
    "x" * 1_001,
    "{{ 7*7 }}{% raw %}${7*7}%(name)s{0}",
    "0101701234",
    "-1",
    "9" * 5_000,
    "2147483648",
    "1e400",
    "٣",
    "../../etc/passwd",
    "//evil.example/",
    "https://evil.example/",
    "x\r\nSet-Cookie: a=b",
    "yes",
    "add",
    "new",
    "da",
    "unread",
    "/casework/inboxes",
    "/casework/" + "a" * 300,
    "2026-11-20",
    "0" * 32,
]
BYTES = [b"\xff\xfe", b"\xe6\xf8\xe5", b"\xc0\xaf", b"\xed\xa0\x80", "æ".encode("utf-16"), b"\0"]
_NAMES = (
    "text files receipt token previous_receipt previous_token name contact concerns_adviser "
    "decision accept_cpr new_receipt written_down csrf_token form_id is_feedback note note_form "
    "version seen title was mark username passphrase code proof lang kept_path kept.text "
    "totp backup credential challenge secret to member ground role inbox heard fingerprint public "
    "session credential_id to"
)
NAMES = [*_NAMES.split(), "", MARKER, "kept." + MARKER, "a" * 3_000, "text[]", "__proto__"]
WRITTEN = {"text", "note", "title", "name", "contact"}
FILE_NAMES = [
    "brev.pdf",
    MARKER + ".txt",
    "../../../etc/passwd",
    "C:\\CON",
    "NUL.txt",
    "\x00.exe",
    "x" * 300 + ".docx",
    "a\r\nX-Evil: 1\r\n.txt",
    '";filename="evil.exe',
    "fakt\u202exslx.exe",
    "....",
    "\u0440\u0430ypal.pdf",
    "",
    "æ" * 200,
]
MEDIA_TYPES = ["text/plain", "text/html", "image/svg+xml", "a/b; charset=utf-16", "", "x" * 500]
PIECES = ["%2e%2e", "..", "%00", ";a=b", "\x00", "\xc3\xa6", "\xff", "a" * 4_000, "\\", "*", "%"]
METHODS = [
    "HEAD",
    "OPTIONS",
    "TRACE",
    "PUT",
    "PATCH",
    "DELETE",
    "CONNECT",
    "get",
    "FOO",
    "PROPFIND",
]
TYPES = [
    "",
    "text/plain",
    "application/json",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=æ",
    "multipart/form-data; boundary=" + "b" * 300,
    URLENCODED + "; charset=utf-16",
    MARKER,
]
HEADERS = {
    "HTTP_HOST": ["evil.example", "[", "a..b", "", "whistle.example:99999", "x" * 300, "æ"],
    "HTTP_X_FORWARDED_HOST": ["evil.example"],
    "HTTP_X_FORWARDED_PROTO": ["http", "javascript"],
    "HTTP_X_FORWARDED_FOR": ["10.0.0.1"],
    "HTTP_X_FORWARDED_PREFIX": ["/evil", "//evil.example"],
    "HTTP_FORWARDED": ["host=evil.example;proto=http"],
    "HTTP_X_ORIGINAL_URL": ["/casework/inboxes"],
    "HTTP_X_HTTP_METHOD_OVERRIDE": ["POST", "DELETE"],
    "HTTP_ORIGIN": ["https://evil.example", "null", "http://[", f"https://{HOST}", ""],
    "HTTP_SEC_FETCH_SITE": ["cross-site", "same-site", "none", "same-origin", MARKER],
    "HTTP_ACCEPT_LANGUAGE": ["en", "*;q=inf", "da;q=nan,en;q=-1", "x" * 2_000, MARKER, "\xff"],
    "HTTP_ACCEPT_ENCODING": ["gzip, br"],
    "HTTP_ACCEPT": ["application/json", "*/*;q=1e400"],
    "HTTP_RANGE": ["bytes=0-0", "bytes=-1", "bytes=9-1", "bytes=0-,5-", "x"],
    "HTTP_IF_MODIFIED_SINCE": ["Thu, 01 Jan 1970 00:00:00 GMT", "x", "\x00"],
    "HTTP_IF_NONE_MATCH": ["*", '"', MARKER],
    "HTTP_REFERER": ["https://evil.example/", "\xff"],
    "HTTP_AUTHORIZATION": ["Basic !", "Bearer x"],
    "CONTENT_LENGTH": ["", "-1", "x", "0", "99999999999999999999", "+5", "1"],
}
COOKIES = ["__Host-receipt", "__Host-casework", "__Host-language", "__Host-browser", "session"]

_FORM = re.compile(r'<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
_INPUT = re.compile(r"<(input|textarea|select|button)\b([^>]*)>")
_CHOSEN = {"radio", "checkbox"}
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_LINK = re.compile(r'<a[^>]*href="(/[^"#]*)"')


@dataclass
class Person:
    """Somebody with a browser; ``value`` of the cookie that it sends. ``renew`` gives another."""

    cookie: str
    value: str
    renew: Callable[[], str]
    forms: dict[str, Form] = field(default_factory=dict)
    links: deque[str] = field(default_factory=lambda: deque(maxlen=60))

    @property
    def cookies(self) -> str:
        """The header that the browser sends."""
        return f"{self.cookie}={self.value}" if self.cookie else ""

    def keeps(self, headers: list[tuple[str, str]]) -> None:
        """Keep the cookie that came with an answer; get another one when it was taken away."""
        for name, value in headers:
            if name == "Set-Cookie" and value.startswith(f"{self.cookie}="):
                self.value = value.partition("=")[2].partition(";")[0] or self.renew()

    def sees(self, page: str) -> None:
        """Keep the forms and links of a page."""
        for action, inside in _FORM.findall(page):
            carried: Fields = []
            chosen: Fields = []
            for tag, rest in _INPUT.findall(inside):
                named = dict(_ATTRIBUTE.findall(rest))
                where = chosen if tag == "button" or named.get("type") in _CHOSEN else carried
                if "name" in named and named.get("type") != "file":
                    value = unescape(named.get("value", ""))
                    where.append((unescape(named["name"]), value.encode(errors="replace")))
            self.forms.pop(action, None)
            self.forms[action] = unescape(action), carried, chosen
        while len(self.forms) > MOST_FORMS:
            del self.forms[next(iter(self.forms))]
        self.links.extend(unescape(link) for link in _LINK.findall(page))


@dataclass
class Grammar:
    """Makes requests of one seed. ``values``: what fills an address's variables, by their names."""

    random: Random
    rules: list[Rule]
    people: list[Person]
    values: dict[str, list[str]]

    def request(self) -> tuple[Person, Environ]:
        """Make the next request, and say whose it is."""
        who = self.random.choice(self.people)
        method, path, fields = self._base(who)
        if self._chance(0.12):
            path = self._bend_path(path)
        body, media_type = b"", ""
        if fields is not None:
            body, media_type = self._body(self._bend_fields(fields))
        path, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": self.random.choice(METHODS) if self._chance(0.04) else method,
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "HTTP_COOKIE": self._cookies(who),
            "CONTENT_TYPE": self.random.choice(TYPES)
            if body and self._chance(0.02)
            else media_type,
            "CONTENT_LENGTH": str(len(body)) if fields is not None else "",
            "wsgi.input": BytesIO(body),
        }
        while self._chance(0.15):
            name = self.random.choice(list(HEADERS))
            environ[name] = self.random.choice(HEADERS[name])
        return who, environ

    # -- what is asked -------------------------------------------------------------------------

    def _base(self, who: Person) -> tuple[str, str, Fields | None]:
        if who.forms and self._chance(0.5):
            action, carried, chosen = self.random.choice(list(who.forms.values()))
            return "POST", action, carried + [one for one in chosen if self._chance(0.4)]
        if who.links and self._chance(0.3):
            return "GET", self.random.choice(who.links), None
        rule = self.random.choice(self.rules)
        method = self.random.choice(sorted((rule.methods or {"GET"}) & {"GET", "POST"}) or ["GET"])
        return method, self._address(rule), [] if method == "POST" else None

    def _address(self, rule: Rule) -> str:
        path = re.sub(
            r"<(?:[^:<>]*:)?([a-z_]+)>", lambda found: self._variable(found[1]), rule.rule
        )
        if self._chance(0.2):
            name = self.random.choice([*NAMES, "done", "sent", "state", "door", "page", "case"])
            return f"{path}?{quote_plus(name)}={quote_plus(self.random.choice(TEXTS[:16]))}"
        return path

    def _variable(self, name: str) -> str:
        if self._chance(0.85):
            return self.random.choice(self.values[name])
        return quote(self.random.choice([*TEXTS[:8], *PIECES]))

    def _bend_path(self, path: str) -> str:
        parts = path.split("/")
        place = self.random.randrange(len(parts))
        piece = self.random.choice([*PIECES, "", "", "casework", "static", MARKER])
        if self._chance(0.5):
            parts.insert(place, piece)
        else:
            parts[place] = piece
        return "/".join(parts)

    # -- what is sent --------------------------------------------------------------------------

    def _bend_fields(self, fields: Fields) -> Fields:
        for number, (name, value) in enumerate(fields):
            if name in WRITTEN and not value:
                fields[number] = (name, self._text())
        while self._chance(0.25):
            bend = self.random.choice([self._add, self._drop, self._change, self._double])
            bend(fields)
        if self._chance(0.002):
            fields += [(f"f{number}", b"x") for number in range(10_000)]
        return fields

    def _text(self) -> bytes:
        if self._chance(0.004):
            return self.random.choice(BYTES)
        if self._chance(0.004):
            return ("æ" * 200_001).encode()
        text = (
            self.random.choice(TEXTS) if self._chance(0.3) else f"{MARKER} {self.random.random()}"
        )
        return text.encode()

    def _add(self, fields: Fields) -> None:
        fields.append((self.random.choice(NAMES), self._text()))

    def _drop(self, fields: Fields) -> None:
        if fields:
            fields.pop(self.random.randrange(len(fields)))

    def _double(self, fields: Fields) -> None:
        if fields:
            name, _ = self.random.choice(fields)
            fields.insert(self.random.randrange(len(fields) + 1), (name, self._text()))

    def _change(self, fields: Fields) -> None:
        """Put another field's value, a hostile one or a slip of the finger into a field."""
        if not fields:
            return
        number = self.random.randrange(len(fields))
        name, value = fields[number]
        place = self.random.randrange(len(value) + 1)
        fields[number] = (
            name,
            self.random.choice(
                [
                    self._text(),
                    self.random.choice(fields)[1],
                    value[:place],
                    value[:place] + b"7" + value[place + 1 :],
                    value * 2,
                ]
            ),
        )

    def _body(self, fields: Fields) -> tuple[bytes, str]:
        if self._chance(0.3):
            pairs = (f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields)
            return self._cut("&".join(pairs).encode()), URLENCODED
        parts = [
            b'Content-Disposition: form-data; name="%s"\r\n\r\n%s' % (_quoted(name), value)
            for name, value in fields
            if name != "files"
        ]
        parts += [self._file() for _ in range(self._how_many_files())]
        lines = [b"--" + BOUNDARY + b"\r\n" + part + b"\r\n" for part in parts]
        body = b"".join(lines) + b"--" + BOUNDARY + b"--\r\n"
        return self._cut(body), f"multipart/form-data; boundary={BOUNDARY.decode()}"

    def _how_many_files(self) -> int:
        return self.random.choices([0, 1, 3, 500], [800, 150, 49, 1])[0]

    def _file(self) -> bytes:
        name = _quoted(self.random.choice(FILE_NAMES))
        content = self.random.choice([b"", b"bilag", b"x" * 5_000, MARKER.encode(), *BYTES])
        kind = self.random.choice(MEDIA_TYPES).encode()
        head = b'Content-Disposition: form-data; name="files"; filename="%s"\r\n' % name
        return head + b"Content-Type: " + kind + b"\r\n\r\n" + content

    def _cut(self, body: bytes) -> bytes:
        """Break a body now and then."""
        if not self._chance(0.04) or not body:
            return body
        place = self.random.randrange(len(body))
        return self.random.choice(
            [body[:place], body[place:], body[:place] + b"\0\xff\r\n" + body[place:], body[::-1]]
        )

    def _cookies(self, who: Person) -> str:
        if not self._chance(0.06):
            return who.cookies
        garbage = self.random.choice([*TEXTS[:12], "A" * 44, "=", ";;", "\xff"])
        sent = f"{self.random.choice(COOKIES)}={garbage}".encode().decode("latin-1")
        return sent if self._chance(0.5) else f"{who.cookies}; {sent}"

    def _chance(self, share: float) -> bool:
        return self.random.random() < share


def _quoted(name: str) -> bytes:
    """Write a name as browsers do in a form (HTML, multipart/form-data), mostly."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A").encode()

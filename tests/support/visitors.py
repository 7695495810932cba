"""Reporters over a real connection, many at once; for what happens to a real server."""

import re
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from io import BytesIO
from urllib.parse import urlsplit

from werkzeug.datastructures import FileStorage
from werkzeug.test import stream_encode_multipart

from tests.support.office import hidden_fields

PATIENCE = 60


@dataclass
class Answer:
    """What the server said."""

    status: int
    page: str
    body: bytes = field(repr=False)
    headers: dict[str, str] = field(repr=False)


@dataclass
class Visitor:
    """An anonymous browser without JavaScript, at the address of a running server."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        """Get a page."""
        return self._ask("GET", path, b"", {})

    def post(self, path: str, fields: dict[str, object]) -> Answer:
        """Send a form."""
        stream, length, boundary = stream_encode_multipart(fields, use_tempfile=False)
        headers = {"Content-Type": f'multipart/form-data; boundary="{boundary}"'}
        return self._ask("POST", path, stream.read(length), headers)

    def form(self, channel: str = "citizen") -> dict[str, str]:
        """Open a report's form and give its hidden fields."""
        return hidden_fields(self.get(f"/da/report/{channel}").page)

    def dialogue(self, receipt: str) -> Answer:
        """Come back with a receipt."""
        self.post("/da/receipt", {"receipt": receipt})
        return self.get("/da/receipt")

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        host = urlsplit(self.address)
        connection = HTTPConnection(host.hostname or "", host.port, timeout=PATIENCE)
        if self.cookies:
            pairs = (f"{name}={value}" for name, value in self.cookies.items())
            headers = {**headers, "Cookie": "; ".join(pairs)}
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        for cookie in response.headers.get_all("Set-Cookie") or ():
            found = re.match(r"([^=]+)=([^;]*)", cookie)
            if found:
                self.cookies[found[1]] = found[2]
        page = content.decode("utf-8", "replace")
        return Answer(response.status, page, content, dict(response.headers))


UNREACHABLE = (OSError, HTTPException)


def file_of(content: bytes, name: str = "bilag.bin") -> FileStorage:
    """Give a file as a form sends it."""
    return FileStorage(BytesIO(content), name)

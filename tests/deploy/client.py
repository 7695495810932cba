"""A browser without JavaScript, over TLS and whatever stands between it and a door."""

import re
import socket
import ssl
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.visitors import PATIENCE, Answer, Visitor

SLOWNESS = 0.3  # seconds before it reads an answer: what does not fit into sockets has to wait


class _Tls(HTTPConnection):
    """HTTPS to this machine, whatever the host's name."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=PATIENCE)
        self._context = context

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)


class _Unix(HTTPConnection):
    """HTTP over a unix socket, as tor and `curl --unix-socket` speak it."""

    def __init__(self, host: str, path: Path) -> None:
        super().__init__(host, timeout=PATIENCE)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(str(self._path))


@dataclass
class Client(Visitor):
    """A visitor; with ``context`` over TLS, with ``path`` over a unix socket."""

    context: ssl.SSLContext | None = None
    path: Path | None = None
    last: HTTPMessage | None = None  # the last answer's headers, each as often as it was sent

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        """Send a request with the cookies there are, and read the answer slowly."""
        connection = self._connection()
        sent = {"Accept-Encoding": "gzip, deflate, br", **(headers or {})}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, path, body, sent)
            time.sleep(SLOWNESS)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        self.last = response.headers
        for cookie in response.headers.get_all("Set-Cookie") or ():
            found = re.match(r"([^=]+)=([^;]*)", cookie)
            if found:
                self.cookies[found[1]] = found[2]
        page = content.decode("utf-8", "replace")
        return Answer(response.status, page, content, dict(response.headers))

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        return self.ask(method, path, body, headers)

    def _connection(self) -> HTTPConnection:
        address = urlsplit(self.address)
        if self.path:
            return _Unix(address.hostname or "", self.path)
        assert self.context is not None
        return _Tls(address.hostname or "", address.port or 443, self.context)

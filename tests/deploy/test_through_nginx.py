"""The doors behind nginx, as the configuration in ``deploy/`` puts them there."""

import secrets
import shutil
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import html5lib
import pytest
from playwright.sync_api import Page

from tests.browser import doors
from tests.deploy import nginx
from tests.deploy.client import Client
from tests.deploy.nginx import CASEWORK_HOST, INTAKE_HOST, Nginx
from tests.deploy.serving import DOORS, both_served
from tests.support.browser import chromium
from tests.support.demo import Demo
from tests.support.visitors import file_of
from whistle.cli import main
from whistle.web import HEADERS

MEGABYTE = 1_000_000
PHOTO = secrets.token_bytes(3 * MEGABYTE)
HTTPS_ALONE = "max-age=63072000; includeSubDomains"


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A folder with a short name: it holds unix sockets."""
    folder = Path(tempfile.mkdtemp(prefix="whistle-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def front(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """A demonstration's two doors behind nginx."""
    nginx.program()
    data = tmp_path_factory.mktemp("demo") / "data"
    assert main(["demo", "--no-serve", "--empty", "--data", str(data)]) == 0
    (home / "front").mkdir()
    here = nginx.prepare(home / "front")
    (here.home / "demo.json").symlink_to(data / "demo.json")
    sockets = {door: here.socket_of(door) for door in DOORS}
    with both_served(data, sockets), nginx.running(here):
        yield here


@pytest.fixture
def office(front: Nginx) -> Demo:
    """Who works there, and the addresses at which nginx lets people in."""
    told = Demo.load((front.home / "demo.json").resolve().parent)
    return Demo(front.intake, front.casework, told.members, told.receipts, None, told.data)


@pytest.fixture
def page() -> Iterator[Page]:
    """An empty page that believes the test's certificate."""
    with chromium() as browser:
        context = browser.new_context(ignore_https_errors=True, accept_downloads=True)
        context.set_default_timeout(15_000)
        yield context.new_page()


@pytest.fixture
def quiet(front: Nginx) -> Iterator[None]:
    """Assert that nginx wrote nothing at all, neither a line nor a file, during the test."""
    before = front.files()
    yield
    assert front.logged() == ""
    assert front.files() == before


def client(front: Nginx, address: str = "") -> Client:
    return Client(address or front.intake, context=front.trusting())


@pytest.mark.usefixtures("quiet")
def test_the_story_in_a_browser(office: Demo, page: Page) -> None:
    photo = doors.file("måling.bin", PHOTO)
    letter = doors.file("svar.bin", PHOTO[:MEGABYTE])
    receipt = doors.send_report(page, office, "citizen", doors.Report("Der trækker.", (photo,)))

    doors.sign_in_by_page(page, office, office.member("adviser"))
    page.locator('main a[href*="/casework/case/"]').click()
    assert doors.messages(page) == ["Der trækker."]
    assert doors.download(page, "måling.bin") == PHOTO
    doors.write(page, "Hvor længe?", letter)
    doors.sign_out(page)

    doors.show_receipt(page, office, receipt)
    assert doors.messages(page) == ["Der trækker.", "Hvor længe?"]
    assert doors.download(page, "svar.bin") == PHOTO[:MEGABYTE]


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("way", ["tls", "onion"])
def test_a_report_and_its_file_reach_the_door_and_come_back(front: Nginx, way: str) -> None:
    someone = client(front)
    if way == "onion":
        someone = Client("http://abcdef.onion", path=front.onion)
    form = someone.form()
    fields = {**form, "text": "Der trækker.", "files": file_of(PHOTO)}
    assert someone.post("/da/report/citizen", fields).status == 200
    page = someone.dialogue(form["receipt"]).page
    assert "Der trækker." in page
    link = page.partition('href="/da/receipt/file/')[2].partition('"')[0]
    assert someone.get(f"/da/receipt/file/{link}").body == PHOTO


@pytest.mark.usefixtures("quiet")
def test_headers_come_once_and_pages_are_not_compressed(front: Nginx) -> None:
    for someone, path in (
        (client(front), "/da/"),
        (client(front), "/static/whistle.css"),
        (client(front, front.casework), "/casework/"),
    ):
        assert someone.get(path).status == 200
        assert someone.last is not None
        for name, value in HEADERS.items():
            assert someone.last.get_all(name) == [value]
        for name in ("Strict-Transport-Security", "Cache-Control", "Date", "Content-Type"):
            assert len(someone.last.get_all(name) or ()) == 1, name
        assert someone.last.get_all("Server") == ["nginx"]
        assert "Content-Encoding" not in someone.last


@pytest.mark.usefixtures("quiet")
def test_https_alone_is_asked_for_in_every_answer_over_tls_and_in_none_without(
    front: Nginx,
) -> None:
    over_tls = (
        client(front).get("/da/"),
        client(front).get("/nowhere"),
        client(front).ask("TRACE", "/da/"),
        client(front, front.casework).get("/"),
    )
    for answer in over_tls:
        assert answer.headers["Strict-Transport-Security"] == HTTPS_ALONE
    onion = Client("http://abcdef.onion", path=front.onion)
    assert "Strict-Transport-Security" not in onion.get("/da/").headers
    assert "Strict-Transport-Security" not in said(front.http, INTAKE_HOST)


@pytest.mark.usefixtures("quiet")
def test_what_nginx_answers_by_itself_is_as_careful_as_the_doors(front: Nginx) -> None:
    answers = (
        client(front).ask("TRACE", "/da/"),
        client(front).ask("GET", "/da/", headers={"Cookie": "x" * 50_000}),
        client(front, front.casework).get("/"),
    )
    assert [answer.status for answer in answers] == [405, 400, 303]
    for answer in answers:
        careful(answer.headers)
    for line in ("nosniff", "default-src 'none'", "no-store"):
        assert line in said(front.http, INTAKE_HOST)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("size", [60 * MEGABYTE, 270 * MEGABYTE])
def test_too_much_is_answered_by_the_door_in_words(front: Nginx, size: int) -> None:
    someone = client(front)
    form = someone.form()
    body = {**form, "text": "x", "files": file_of(bytes(size))}
    answer = someone.post("/da/report/citizen", body)
    assert answer.status == 413
    assert 'lang="da"' in answer.page
    assert "nginx" not in answer.page


@pytest.mark.usefixtures("quiet")
def test_each_host_has_its_own_door(front: Nginx) -> None:
    assert client(front).get("/healthz").status == 200
    assert client(front, front.casework).get("/healthz").status == 200
    assert client(front).get("/casework/").status == 404
    assert client(front, front.casework).get("/da/report/citizen").status == 404
    home = client(front, front.casework).get("/")
    assert (home.status, home.headers["Location"]) == (303, "/casework/")
    onion = Client("http://abcdef.onion", path=front.onion)
    assert onion.get("/healthz").status == 200
    assert onion.get("/casework/").status == 404


@pytest.mark.usefixtures("quiet")
def test_http_leads_to_https_and_strangers_are_not_answered(front: Nginx) -> None:
    assert f"https://{INTAKE_HOST}/da/" in said(front.http, INTAKE_HOST)
    assert f"https://{CASEWORK_HOST}/da/" in said(front.http, CASEWORK_HOST)
    assert said(front.http, "elsewhere.localhost") == ""
    with (
        socket.create_connection(("127.0.0.1", front.https)) as plain,
        pytest.raises(ssl.SSLError),
    ):
        front.trusting().wrap_socket(plain, server_hostname="elsewhere.localhost")


@pytest.mark.usefixtures("quiet")
def test_what_goes_wrong_is_not_written_down_either(front: Nginx) -> None:
    said(front.https, INTAKE_HOST)  # plain http where TLS is spoken
    for port in (front.http, front.https):  # no HTTP and no TLS
        raw(port, b"\x16\x03\x01\x00\x05hello")
    raw(front.http, b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n")
    someone = client(front)
    assert someone.ask("GET", "/da/", headers={"Cookie": "x" * 50_000}).status == 400
    assert someone.ask("TRACE", "/da/").status == 405
    with tls(front) as broken:  # somebody hangs up in the middle of an upload
        broken.sendall(
            f"POST /da/report/citizen HTTP/1.1\r\nHost: {INTAKE_HOST}\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 9999999\r\n"
            "\r\n--x\r\n".encode()
        )


def test_a_door_that_is_shut_is_told_in_words_and_nobody_is_named(home: Path) -> None:
    (home / "shut").mkdir()
    here = nginx.prepare(home / "shut")
    with nginx.running(here):
        before = here.files()
        for method in ("GET", "POST"):
            answer = client(here).ask(method, "/da/report/citizen", b"text=x")
            assert answer.status == 502
            assert "Vi har lukket et øjeblik" in answer.page
            html5lib.HTMLParser(strict=True).parse(answer.page)
            careful(answer.headers)
        assert here.logged() == ""
        assert here.files() == before


def test_nothing_about_the_visitor_reaches_the_door(home: Path) -> None:
    (home / "echo").mkdir()
    here = nginx.prepare(home / "echo")
    names = ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via", "User-Agent", "X-Client-IP"]
    names += ["X_Forwarded_For", "True-Client-IP", "X-Forwarded-Host", "X-Forwarded-Proto"]
    heard: list[bytes] = []
    with socket.socket(socket.AF_UNIX) as listener, nginx.running(here):
        listener.bind(str(here.socket_of("intake")))
        listener.listen()
        thread = threading.Thread(target=listen, args=(listener, heard, 2))
        thread.start()
        own = dict.fromkeys(names, "203.0.113.7")
        client(here).ask("GET", "/da/", headers=own)
        Client("http://abcdef.onion", path=here.onion).ask("GET", "/da/", headers=own)
        thread.join()
    tls_heard, onion_heard = (request.decode().lower() for request in heard)
    assert f"host: {INTAKE_HOST}:{here.https}\r\n" in tls_heard
    assert "host: abcdef.onion\r\n" in onion_heard
    for request in (tls_heard, onion_heard):
        assert "203.0.113.7" not in request
        assert "127.0.0.1" not in request
        for name in names:
            assert f"\n{name.lower()}:" not in request


def careful(headers: dict[str, str]) -> None:
    """Assert what a page without script, form and frame should say of itself."""
    assert headers["Strict-Transport-Security"] == HTTPS_ALONE
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    for directive in ("default-src", "form-action", "base-uri", "frame-ancestors"):
        assert f"{directive} 'none'" in headers["Content-Security-Policy"]


def listen(listener: socket.socket, heard: list[bytes], times: int) -> None:
    """Answer requests, and keep what they said."""
    for _ in range(times):
        connection, _address = listener.accept()
        with connection:
            heard.append(connection.recv(65536))
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


def said(port: int, host: str) -> str:
    """Return what a plain request for a page is answered."""
    return raw(port, f"GET /da/ HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())


def raw(port: int, sent: bytes) -> str:
    """Send bytes and return what is answered before the connection ends."""
    heard = b""
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    with connection, suppress(ConnectionError):
        connection.sendall(sent)
        while more := connection.recv(65536):
            heard += more
    return heard.decode("utf-8", "replace")


def tls(front: Nginx) -> ssl.SSLSocket:
    """Connect to the anonymous door."""
    plain = socket.create_connection(("127.0.0.1", front.https), timeout=10)
    return front.trusting().wrap_socket(plain, server_hostname=INTAKE_HOST)

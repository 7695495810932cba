"""An installation in a test: two members, six inboxes, both doors, a clock that stands still."""

import base64
import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import make_url
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, stream_encode_multipart

from whistle.app import create_casework, create_intake
from whistle.casework.service import CaseworkService
from whistle.crypto.passphrase import Passphrase
from whistle.crypto.receipt import Receipt
from whistle.crypto.secret import Seed
from whistle.domain.channel import InboxKind
from whistle.domain.clock import FixedClock
from whistle.domain.profile import load_profile
from whistle.installation import Installation
from whistle.keys.directory import Directory
from whistle.keys.keyring import Keyring, box_seed, found_inbox
from whistle.keys.sessions import BootKey, SessionBoxer
from whistle.limits import Limits
from whistle.settings import FormKey
from whistle.storage import intake as intake_queries
from whistle.storage import members as member_queries
from whistle.storage.engine import open_store
from whistle.storage.migrations import upgrade
from whistle.storage.rows import GrantRow, InboxRow, MemberRow, StatementRow

HOST = "https://whistle.example"
NOON = datetime(2026, 11, 20, 12)  # noqa: DTZ001  (moments are UTC without zone)
File = FileStorage


@dataclass
class Office:
    """Everything a test of the doors needs. ``passphrase`` is the adviser's."""

    installation: Installation
    clock: FixedClock
    adviser: Keyring
    reserve: Keyring
    passphrase: Passphrase
    root: Path = Path(__file__).parents[2]

    @cached_property
    def intake(self) -> Flask:
        """The anonymous door."""
        return create_intake(self.installation)

    @cached_property
    def casework(self) -> Flask:
        """The authenticated door."""
        return create_casework(self.installation)

    def reporter(self) -> "Reporter":
        """Give somebody with a fresh browser."""
        return Reporter(self.intake.test_client())

    def work_of(self, keyring: Keyring) -> CaseworkService:
        """Give a member's work, without the web."""
        return CaseworkService(self.installation, keyring)

    def desk_of(self, keyring: Keyring) -> "Desk":
        """Give a member's browser, signed in without the cost of a passphrase."""
        boxer = SessionBoxer(self.installation.id, self.installation.boot_key)
        token, row = boxer.start(keyring, self.clock.now())
        with self.installation.store.write() as db:
            row.insert(db)
        client = self.casework.test_client()
        desk = Desk(client)
        desk.sign_in_with(token.reveal())
        return desk

    def case_of(self, receipt: str) -> bytes:
        """Give the id of a receipt's case, as only a test may."""
        with self.installation.store.read() as db:
            lookup = Receipt.parse(receipt).lookup(self.installation.id)
            found = intake_queries.find(db, lookup)
        assert found is not None
        return found.case.id

    def later(self, **how: float) -> None:
        """Let time pass: ``later(days=8)``."""
        self.clock.moment += timedelta(**how)

    def member(self, keyring: Keyring) -> MemberRow:
        """Give a member's row."""
        with self.installation.store.read() as db:
            row = member_queries.by_id(db, keyring.member_id)
        assert row is not None
        return row


class Reporter:
    """An anonymous browser."""

    def __init__(self, client: FlaskClient) -> None:
        """Use ``client``."""
        self.client = client

    def get(self, path: str, **options: Any) -> TestResponse:
        """Get a page."""
        return self.client.get(path, base_url=HOST, **options)

    def post(self, path: str, data: Any, **options: Any) -> TestResponse:
        """Send a form; bytes are sent as they are."""
        if isinstance(data, dict):  # encoded here, as the test client would spool to a file
            stream, length, boundary = stream_encode_multipart(data, use_tempfile=False)
            options["content_type"] = f'multipart/form-data; boundary="{boundary}"'
            data = stream.read(length)
        return self.client.post(path, base_url=HOST, data=data, **options)

    def form(self, channel: str = "citizen", lang: str = "da") -> dict[str, str]:
        """Open a report's form and give its hidden fields."""
        return hidden_fields(self.get(f"/{lang}/report/{channel}").text)

    def report(
        self,
        text: str = "Jeg skriver om en sag.",
        *,
        channel: str = "citizen",
        lang: str = "da",
        files: Sequence[File] = (),
        **fields: str,
    ) -> str:
        """Send a report that is received, and give its receipt."""
        form = self.form(channel, lang)
        data = {**form, "text": text, "files": list(files), **fields}
        answer = self.post(f"/{lang}/report/{channel}", data)
        assert answer.status_code == 200, answer.text
        return form["receipt"]

    def come_back(self, receipt: str, lang: str = "da") -> TestResponse:
        """Show the receipt, and give the page of the dialogue."""
        answer = self.post(f"/{lang}/receipt", {"receipt": receipt})
        assert answer.status_code == 303, answer.text
        return self.get(f"/{lang}/receipt")

    def write(self, text: str, files: Sequence[File] = (), **fields: str) -> TestResponse:
        """Write a message in the dialogue that is open."""
        form = hidden_fields(self.get("/da/receipt").text)
        data = {**form, "text": text, "files": list(files), **fields}
        return self.post("/da/receipt/message", data)


class Desk(Reporter):
    """A member's browser."""

    def sign_in_with(self, token: bytes) -> None:
        """Hold the cookie of a session."""
        self.client.set_cookie(
            "__Host-casework",
            base64.urlsafe_b64encode(token).decode(),
            domain="whistle.example",
            secure=True,
        )

    def open(self, case_id: bytes) -> TestResponse:
        """Open a case."""
        return self.get(f"/casework/case/{case_id.hex()}")

    def answer(
        self, case_id: bytes, text: str, files: Sequence[File] = (), **fields: str
    ) -> TestResponse:
        """Answer a case."""
        form = hidden_fields(self.open(case_id).text)
        data = {**form, "text": text, "files": list(files), **fields}
        return self.post(f"/casework/case/{case_id.hex()}/answer", data)


def hidden_fields(page: str) -> dict[str, str]:
    """Give the hidden fields of a page by name."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        attributes = dict(re.findall(r'([a-z_-]+)="([^"]*)"', tag))
        if attributes.get("type") == "hidden":
            found[unescape(attributes["name"])] = unescape(attributes.get("value", ""))
    return found


def a_file(content: bytes = b"bilag", name: str = "bilag.txt") -> File:
    """Give a file as a browser sends it."""
    return FileStorage(BytesIO(content), name)


@pytest.fixture(scope="session")
def adviser_passphrase() -> tuple[Passphrase, Keyring, bytes, bytes]:
    """Stretch one passphrase for all tests: it takes a quarter of a second."""
    keyring = Keyring(b"i" * 16, secrets.token_bytes(16), Seed.random())
    passphrase = Passphrase.generate()
    stretch, seed_box = box_seed(keyring, passphrase)
    return passphrase, keyring, stretch, seed_box


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one database for all tests; the migrations have tests of their own."""
    path = tmp_path_factory.mktemp("migrated") / "whistle.db"
    store = open_store(f"sqlite:///{path}")
    upgrade(store)
    store.dispose()
    return path


@pytest.fixture
def office(
    database_url: str,
    migrated_sqlite: Path,
    adviser_passphrase: tuple[Passphrase, Keyring, bytes, bytes],
) -> Iterator[Office]:
    """Give an installation on SQLite and on PostgreSQL."""
    passphrase, adviser, stretch, seed_box = adviser_passphrase
    reserve = Keyring(adviser.installation, secrets.token_bytes(16), Seed.random())
    profile = load_profile("stevns")
    clock = FixedClock(NOON)
    path = make_url(database_url).database
    if database_url.startswith("sqlite") and path:
        shutil.copy(migrated_sqlite, path)
    store = open_store(database_url)
    upgrade(store)
    inboxes = [
        found_inbox(founder, channel, kind)
        for channel in profile.channels
        for founder, kind in ((adviser, InboxKind.MAIN), (reserve, InboxKind.RESERVE))
    ]
    with store.write() as db:
        MemberRow.insert_all(
            db,
            [
                MemberRow(
                    adviser.member_id,
                    "raadgiver",
                    "Ida Rådgiver",
                    "adviser",
                    "da",
                    stretch,
                    seed_box,
                ),
                MemberRow(reserve.member_id, "reserve", "Rolf Reserve", "reserve", "da", b"", b""),
            ],
        )
        InboxRow.insert_all(db, [inbox.inbox for inbox in inboxes])
        StatementRow.insert_all(db, [inbox.statement for inbox in inboxes])
        GrantRow.insert_all(db, [inbox.grant for inbox in inboxes])
    roots = [inbox.root for inbox in inboxes]
    installation = Installation(
        adviser.installation,
        store,
        Directory(adviser.installation, roots, store),
        profile,
        FormKey.random(),
        clock,
        BootKey.random(),
        limits=Limits(store),
    )
    yield Office(installation, clock, adviser, reserve, passphrase)
    store.dispose()

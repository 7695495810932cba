"""An installation in a test: two members, six inboxes, both doors, a clock that stands still."""

import base64
import re
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, stream_encode_multipart

from whistle.app import create_casework, create_intake
from whistle.audit.entries import COMMAND
from whistle.audit.log import Log
from whistle.casework.service import CaseworkService
from whistle.crypto.passphrase import Passphrase
from whistle.crypto.receipt import Receipt
from whistle.crypto.secret import Seed
from whistle.crypto.totp import DRIFT, STEP_SECONDS, TotpSecret, step_at
from whistle.domain.channel import InboxKind
from whistle.domain.clock import FixedClock
from whistle.domain.profile import Profile, load_profile
from whistle.installation import Installation, held_to_the_log, open_doors
from whistle.keys.directory import Directory
from whistle.keys.factors import box_totp
from whistle.keys.keyring import Keyring, NewInbox, box_seed, found_inbox
from whistle.keys.sessions import BootKey, SessionBoxer
from whistle.settings import FormKey, LogKey
from whistle.storage import intake as intake_queries
from whistle.storage import members as member_queries
from whistle.storage.engine import Store
from whistle.storage.rows import GrantRow, InboxRow, MemberRow, StatementRow

HOST = "https://whistle.example"
BOUNDARY = "----WhistleFormBoundary7MA4YWxkTrZu0gW"
NOON = datetime(2026, 11, 20, 12)  # noqa: DTZ001  (moments are UTC without zone)
File = FileStorage


@dataclass
class Office:
    """Everything a test of the doors needs. ``passphrase`` is the adviser's, ``app`` all's."""

    installation: Installation
    clock: FixedClock
    adviser: Keyring
    reserve: Keyring
    passphrase: Passphrase
    app: TotpSecret
    log_key: LogKey
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

    @property
    def log_of_commands(self) -> Log:
        """The log, for what is done at the server."""
        here = self.installation
        return Log(here.store, here.id, here.clock, COMMAND)

    def work_of(self, keyring: Keyring) -> CaseworkService:
        """Give a member's work, without the web."""
        return CaseworkService(self.installation, keyring)

    def code(self, keyring: Keyring | None = None) -> str:
        """Give a code of a member's app that was not used; time passes where that needs it."""
        used = self.member(keyring or self.adviser).totp_step
        step = max(step_at(self.clock.now()) - DRIFT, used + 1)
        while step > step_at(self.clock.now()) + DRIFT:
            self.later(seconds=STEP_SECONDS)
        return self.app.code(step)

    def credentials(self) -> dict[str, str]:
        """Give all that the adviser signs in with, in one form."""
        return {
            "username": "raadgiver",
            "passphrase": self.passphrase.show(),
            "totp": self.code(),
        }

    def desk_of(self, keyring: Keyring) -> "Desk":
        """Give a member's browser: signed in, and proved just now, without a passphrase's cost."""
        boxer = SessionBoxer(self.installation.id, self.installation.boot_key)
        token, row = boxer.start(keyring, self.clock.now(), self.clock.now())
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
            # One boundary for all: the parser compiles what it looks for anew for each other one.
            stream, length, boundary = stream_encode_multipart(
                data, use_tempfile=False, boundary=BOUNDARY
            )
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


@dataclass(frozen=True)
class Founding:
    """Who founded the inboxes of all tests, and the rows they left: nobody changes them."""

    passphrase: Passphrase
    app: TotpSecret
    adviser: Keyring
    reserve: Keyring
    profile: Profile
    members: Sequence[MemberRow]
    inboxes: Sequence[NewInbox]
    _verified: list[Directory] = field(default_factory=list)

    def write(self, store: Store) -> None:
        """Fill an empty database."""
        with store.write() as db:
            MemberRow.insert_all(db, self.members)
            InboxRow.insert_all(db, [inbox.inbox for inbox in self.inboxes])
            StatementRow.insert_all(db, [inbox.statement for inbox in self.inboxes])
            GrantRow.insert_all(db, [inbox.grant for inbox in self.inboxes])

    def directory(self, store: Store) -> Directory:
        """Give the directory of a database that was just filled.

        The same rows are the same chains: they are read and verified once a worker. Whenever the
        directory is refreshed, they are held against what is in the database by then.
        """
        if not self._verified:
            roots = [inbox.root for inbox in self.inboxes]
            self._verified.append(Directory(self.adviser.installation, roots, store))
        known, new = self._verified[0], object.__new__(Directory)
        new.__dict__ |= known.__dict__ | {
            "_store": store,
            "_refreshing": threading.Lock(),
            "_watching": threading.Lock(),
            "_looked": time.monotonic(),
        }
        return new


@pytest.fixture(scope="session")
def founding() -> Founding:
    """The keys of one installation, for all tests of a worker."""
    return found()


def found() -> Founding:
    """Make the keys of one installation and stretch its passphrase: it takes half a second."""
    installation, profile = b"i" * 16, load_profile("stevns")
    adviser, reserve = (
        Keyring(installation, secrets.token_bytes(16), Seed.random()) for _ in range(2)
    )
    passphrase, app = Passphrase.generate(), TotpSecret.random()
    mine = (adviser.member_id, "raadgiver", "Ida Rådgiver", "adviser", "da")
    theirs = (reserve.member_id, "reserve", "Rolf Reserve", "reserve", "da")
    return Founding(
        passphrase,
        app,
        adviser,
        reserve,
        profile,
        [
            enrolled(MemberRow(*mine, *box_seed(adviser, passphrase)), adviser, app),
            enrolled(MemberRow(*theirs, b"", b""), reserve, app),
        ],
        [
            found_inbox(founder, channel, kind)
            for channel in profile.channels
            for founder, kind in ((adviser, InboxKind.MAIN), (reserve, InboxKind.RESERVE))
        ],
    )


def enrolled(row: MemberRow, keyring: Keyring, app: TotpSecret) -> MemberRow:
    """Give a member who has chosen ``app``, and whose public keys are known."""
    keys = keyring.public
    return replace(
        row,
        public=keys.public.raw,
        verifying=keys.verifying.raw,
        totp_box=box_totp(keyring, app),
    )


class Doors:
    """The two doors, each made once, as an installation moves in: routes take long to compile.

    All that a door knows of its installation is the one it finds at each request.
    """

    def __init__(self) -> None:
        """Make nothing yet."""
        self._made: dict[str, Flask] = {}

    def intake(self, installation: Installation) -> Flask:
        """Give the anonymous door of an installation."""
        return self._moved_in("intake", create_intake, open_doors(installation))

    def casework(self, installation: Installation) -> Flask:
        """Give the authenticated door of an installation."""
        return self._moved_in("casework", create_casework, held_to_the_log(installation))

    def _moved_in(
        self, name: str, create: Callable[[Installation], Flask], installation: Installation
    ) -> Flask:
        if name not in self._made:
            self._made[name] = create(installation)
        self._made[name].extensions["whistle"] = installation
        return self._made[name]


@pytest.fixture(scope="session")
def doors() -> Doors:
    """The doors of a worker."""
    return Doors()


@pytest.fixture
def office(store: Store, founding: Founding, doors: Doors) -> Office:
    """Give an installation on SQLite and on PostgreSQL."""
    made = open_office(store, founding)
    made.intake, made.casework = doors.intake(made.installation), doors.casework(made.installation)
    return made


def open_office(store: Store, founding: Founding) -> Office:
    """Found an installation in an empty database."""
    founding.write(store)
    clock, log_key = FixedClock(NOON), LogKey.random()
    installation = Installation(
        founding.adviser.installation,
        store,
        founding.directory(store),
        founding.profile,
        FormKey.random(),
        log_key.verifying,
        clock,
        BootKey.random(),
    )
    return Office(
        installation,
        clock,
        founding.adviser,
        founding.reserve,
        founding.passphrase,
        founding.app,
        log_key,
    )

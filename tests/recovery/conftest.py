"""A town whose adviser works alone, with trustees, a laptop on no network, and a telephone."""

import io
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import pytest

from tests.support.office import Desk, Office, hidden_fields
from whistle.accounts.invitations import InvitationService, InvitationToken
from whistle.casework.rotation import rotate_to_the_end
from whistle.cli import main
from whistle.crypto.secret import Seed
from whistle.domain.fingerprint import show_spoken
from whistle.domain.role import Role
from whistle.installation import Installation
from whistle.keys.fingerprints import member_fingerprint
from whistle.keys.keyring import Keyring, unbox_seed
from whistle.keys.steps import admit
from whistle.recovery.public_file import PublicFile
from whistle.settings import Settings, load_settings, write_settings
from whistle.storage import directory as queries
from whistle.storage.rows import MemberRow


@dataclass
class Paper:
    """What the trustees have: sheets, and the public file that nobody needs to hide."""

    sheets: Sequence[str]
    public: Path

    @property
    def shares(self) -> list[str]:
        """The words of every sheet, in the order of their numbers."""
        found = [re.findall(r"(\d+)  ([a-z]{4,8})\b", sheet) for sheet in self.sheets]
        return [" ".join(word for _, word in sorted(one, key=lambda w: int(w[0]))) for one in found]

    @property
    def key(self) -> PublicFile:
        """The public file, read."""
        return PublicFile.decode(self.public.read_text())

    @property
    def fingerprint(self) -> str:
        """The fingerprint as it stands on a sheet."""
        found = re.search(r"fingeraftryk +((?:[0-9a-f]{4} ?){5})", self.sheets[0])
        assert found
        return found[1].strip()


@dataclass
class Laptop:
    """A computer on no network: no database, no configuration, a keyboard."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    installation: bytes = b"i" * 16

    def run(self, *arguments: str | Path, typed: Sequence[str] = ()) -> tuple[int, str, str]:
        """Run a command as somebody would who types these lines; status, output, remarks."""
        self.capsys.readouterr()
        self.monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{one}\n" for one in typed)))
        status = main([str(one) for one in arguments])
        printed = self.capsys.readouterr()
        return status, printed.out, printed.err

    def new(self, public: Path, needed: str = "2", count: str = "3") -> list[str]:
        """Give the command that makes a recovery key."""
        return self.new_command(self.installation, public, needed, count)

    @staticmethod
    def new_command(
        installation: bytes, public: Path, needed: str = "2", count: str = "3"
    ) -> list[str]:
        """Give the command that makes a recovery key for an installation."""
        return [
            "recovery", "new", "--installation", installation.hex(), "--public", str(public),
            "--shares", needed, "--of", count,
        ]  # fmt: skip

    def make_key(self, name: str = "first", needed: int = 2, count: int = 3, *more: str) -> Paper:
        """Make a recovery key, with the sheets as files."""
        arguments = self.new(self.folder / f"{name}.json", str(needed), str(count))
        sheets = self.folder / f"{name}-sheets"
        status, _, remarks = self.run(*arguments, "--sheets", sheets, *more)
        assert status == 0, remarks
        return self.paper(name)

    def paper(self, name: str) -> Paper:
        """Give what was printed."""
        sheets = [one.read_text() for one in sorted((self.folder / f"{name}-sheets").iterdir())]
        return Paper(sheets, self.folder / f"{name}.json")


@dataclass
class Town(Laptop):
    """A laptop, and an office with its data folder."""

    office: Office = field(kw_only=True)

    @property
    def data(self) -> Path:
        """The data folder, with a configuration that names the office's inboxes."""
        data = self.folder / "data"
        if not data.exists():
            data.mkdir()
            here = self.office.installation
            url = here.store.engine.url.render_as_string(hide_password=False)
            roots = tuple(inbox.root for inbox in here.directory.inboxes)
            keys = (here.form_key, self.office.log_key)
            settings = Settings(url, here.id, *keys, here.profile, roots)
            write_settings(data, settings, "stevns")
        return data

    def set_key(self, keyring: Keyring, paper: Paper) -> Desk:
        """Give a member's inboxes a recovery key, by the page."""
        desk = self.office.desk_of(keyring)
        page = desk.get("/casework/recovery/key").text
        file = {**hidden_fields(page), "public": paper.public.read_text()}
        page = desk.post("/casework/recovery/key", file).text
        sent = {**hidden_fields(page), **file, "on_paper": paper.fingerprint}
        sent["public"] = unescape(page.split('name="public" hidden>')[1].split("</textarea>")[0])
        answer = desk.post("/casework/recovery/key", sent)
        assert answer.status_code == 303, answer.text
        return desk

    def invite_anew(self, username: str = "ida2", *more: str) -> Keyring:
        """Have the technician invite somebody, who accepts."""
        status, printed, remarks = self.run(
            "recovery", "invite", "--data", self.data, "--username", username, "--name", "Ida Ny",
            *more,
        )  # fmt: skip
        assert status == 0, remarks
        long, short = re.findall(r"(?:to send|telephone): +(\S+)", printed)
        service = InvitationService(self.office.installation)
        token = InvitationToken.parse(long)
        assert token
        passphrase, proof = service.propose(token)
        made = service.accept(token, short, passphrase, proof)
        assert made
        row, _ = made
        return unbox_seed(
            self.office.installation.id, row.id, row.stretch, row.seed_box, passphrase
        )

    def newcomer(self, username: str = "ida2", role: Role = Role.ADVISER) -> Keyring:
        """Give somebody who has accepted an invitation, without the cost of a passphrase."""
        keyring = Keyring(self.here.id, secrets.token_bytes(16), Seed.random())
        keys = keyring.public.public.raw, keyring.public.verifying.raw
        row = MemberRow(keyring.member_id, username, "Ida Ny", role, "da", b"", b"", *keys)
        with self.here.store.write() as db:
            row.insert(db)
        return keyring

    def spoken(self, keyring: Keyring) -> str:
        """Give what somebody reads out from their own page."""
        return show_spoken(member_fingerprint(keyring.installation, keyring.public))

    def ask(self, username: str = "ida2", name: str = "request", *more: str) -> Path:
        """Write a request, on the server."""
        path = self.folder / f"{name}.json"
        status, _, remarks = self.run(
            "recovery", "request", "--data", self.data, "--member", username, "--out", path,
            *(more or ("--lost", "raadgiver")),
        )  # fmt: skip
        assert status == 0, remarks
        return path

    def open(
        self, request: Path, shares: Sequence[str], answers: Sequence[str], name: str = "second"
    ) -> tuple[int, str, str]:
        """Open a request on the laptop; answers: the paper, the digits heard, who leaves."""
        words = self.folder / "words"
        words.write_text("\n".join(shares))
        return self.run(
            "recovery", "open", "--request", request, "--out", self.reply(name),
            "--shares", "2", "--of", "3", "--public", self.folder / f"{name}.json",
            "--sheets", self.folder / f"{name}-sheets", "--words", words, typed=answers,
        )  # fmt: skip

    def reply(self, name: str = "second") -> Path:
        """Give where the reply lies."""
        return self.folder / f"{name}-reply.json"

    def apply(self, name: str = "second") -> tuple[int, str, str]:
        """Take the reply, on the server."""
        status = self.run("recovery", "apply", "--data", self.data, self.reply(name))
        if status[0] == 0:
            self.office.installation.directory.refresh()
        return status

    def recover(self, paper: Paper, newcomer: Keyring) -> None:
        """Do all of it: request, open, apply."""
        answers = ["yes", self.spoken(newcomer), ""]
        status, _, remarks = self.open(self.ask(), paper.shares[:2], answers)
        assert status == 0, remarks
        status, _, remarks = self.apply()
        assert status == 0, remarks

    def admit(self, granter: Keyring, newcomer: Keyring) -> None:
        """Have a member let somebody into all their inboxes."""
        with self.here.store.read() as db:
            grants = queries.grants_of(db, granter.member_id)
        for inbox in self.here.directory.inboxes:
            if granter.public in inbox.current.members:
                with self.here.store.write() as db:
                    queries.add_step(db, admit(granter, inbox, grants, newcomer.public))
        self.here.directory.refresh()

    def rotate(self, keyring: Keyring) -> None:
        """Have a member bring every case under the new keys."""
        for done in rotate_to_the_end(self.office.work_of(keyring)):
            assert not done.damaged

    def texts(self, keyring: Keyring) -> set[str]:
        """Give the text of every message that a member can open."""
        work = self.office.work_of(keyring)
        opened = [work.open(case.case.id) for inbox in work.inboxes() for case in inbox.cases]
        return {message.text for case in opened if case for message in case.messages}

    @property
    def settings(self) -> Settings:
        """What the configuration says now."""
        return load_settings(self.data)

    @property
    def here(self) -> Installation:
        """The installation."""
        return self.office.installation


@pytest.fixture
def town(
    office: Office,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Town:
    """Give a town, on SQLite and on PostgreSQL."""
    return Town(tmp_path, monkeypatch, capsys, office=office)


@pytest.fixture
def laptop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Laptop:
    """Give a computer on no network."""
    return Laptop(tmp_path, monkeypatch, capsys)


@pytest.fixture
def paper(town: Town) -> Paper:
    """A recovery key that the adviser's inboxes have."""
    made = town.make_key()
    town.set_key(town.office.adviser, made)
    return made

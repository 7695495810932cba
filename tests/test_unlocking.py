"""Who opens sealed data by a command: what is taken, what is used up, and what is refused."""

import io
import json
import stat
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.accounts.test_key_files import saved
from tests.support.demo import Demo
from tests.support.office import Office
from whistle.accounts.by_command import NotUnlockedError
from whistle.accounts.delays import Delays, What
from whistle.accounts.factors import MOST_WRONG, FactorService
from whistle.accounts.key_files import KeyFileError, KeyFileService
from whistle.cli import main
from whistle.crypto.passphrase import Passphrase
from whistle.domain.errors import RefusedError
from whistle.gateway.turnstile import Lane
from whistle.keys.keyring import Keyring
from whistle.storage import members
from whistle.unlocking import WhoError, add_options, installation_at, unlock


def opened(office: Office, *arguments: str, key_file: bool = True) -> Keyring:
    """Unlock as a command does that was given these options."""
    parser = ArgumentParser()
    add_options(parser, key_file=key_file)
    return unlock(parser.parse_args(arguments), office.installation)


@pytest.fixture
def passphrase(office: Office, tmp_path: Path) -> str:
    """A file with the adviser's passphrase."""
    path = tmp_path / "passphrase"
    path.touch(mode=0o600)
    path.write_text(office.passphrase.show() + "\n")
    return str(path)


def as_adviser(passphrase: str, code: str) -> Sequence[str]:
    return ("--as", "raadgiver", "--passphrase-file", passphrase, "--totp", code)


def test_passphrase_and_code_open_the_members_keys(office: Office, passphrase: str) -> None:
    keyring = opened(office, *as_adviser(passphrase, office.code()))
    assert keyring.public == office.adviser.public


def test_a_code_is_used_up_by_a_command_and_at_the_sign_in_page(
    office: Office, passphrase: str
) -> None:
    code = office.code()
    opened(office, *as_adviser(passphrase, code))
    with pytest.raises(NotUnlockedError, match="used before"):
        opened(office, *as_adviser(passphrase, code))
    client = office.casework.test_client()
    data = {"username": "raadgiver", "passphrase": office.passphrase.show(), "totp": code}
    refused = client.post("/casework/", base_url="https://whistle.example", data=data)
    assert refused.status_code == 403


def test_the_passphrase_may_come_by_standard_input(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(office.passphrase.show().upper() + "\n"))
    assert opened(office, *as_adviser("-", office.code())).public == office.adviser.public


def test_whatever_is_wrong_is_refused_in_words(
    office: Office, passphrase: str, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong"
    wrong.touch(mode=0o600)
    wrong.write_text(Passphrase.generate().show())
    with pytest.raises(NotUnlockedError, match="user name or the passphrase"):
        opened(office, *as_adviser(str(wrong), office.code()))
    with pytest.raises(NotUnlockedError, match="user name or the passphrase"):
        opened(office, "--as", "nobody", "--passphrase-file", passphrase, "--totp", "000000")
    with pytest.raises(NotUnlockedError, match="code is not right"):
        opened(office, *as_adviser(passphrase, "000000"))
    with pytest.raises(KeyFileError, match="cannot be read"):
        opened(office, *as_adviser(str(tmp_path / "nowhere"), office.code()))
    assert opened(office, *as_adviser(passphrase, office.code())).public == office.adviser.public


def test_wrong_tries_delay_the_next_as_they_do_at_the_sign_in_page(
    office: Office, passphrase: str
) -> None:
    for _ in range(5):
        with pytest.raises(NotUnlockedError, match="code is not right"):
            opened(office, *as_adviser(passphrase, "000000"))
    with pytest.raises(NotUnlockedError, match=r"try again after \d\d:\d\d:\d\d UTC"):
        opened(office, *as_adviser(passphrase, office.code()))
    office.later(minutes=6)
    assert opened(office, *as_adviser(passphrase, office.code())).public == office.adviser.public


def test_a_backup_code_is_not_taken_and_stays_good(office: Office, passphrase: str) -> None:
    row = office.member(office.adviser)
    factors = FactorService(office.installation, row, office.adviser)
    code = factors.make_backup_codes()[0]
    with pytest.raises(NotUnlockedError, match="backup codes"):
        opened(office, *as_adviser(passphrase, code))
    assert factors.backup_codes_left() == 10


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--as", "raadgiver"),
        ("--as", "raadgiver", "--totp", "123456"),
        ("--as", "raadgiver", "--passphrase-file", "f"),
        ("--passphrase-file", "f", "--totp", "123456"),
        ("--as", "", "--passphrase-file", "f", "--totp", "1"),
    ],
)
def test_half_of_what_is_needed_opens_nothing(office: Office, arguments: Sequence[str]) -> None:
    with pytest.raises(WhoError, match="say who opens"):
        opened(office, *arguments)


def test_a_key_file_stands_alone(office: Office, passphrase: str, tmp_path: Path) -> None:
    content = KeyFileService(office.installation).make(office.adviser, "Tal")
    path = str(saved(tmp_path, content))
    assert opened(office, "--key-file", path).public == office.adviser.public
    for more in (as_adviser(passphrase, "123456"), ("--as", "raadgiver")):
        with pytest.raises(WhoError, match="stands alone"):
            opened(office, "--key-file", path, *more)


@dataclass
class Shell:
    """A demonstration, and the adviser at its command line."""

    demo: Demo
    folder: Path

    def run(self, act: str, *arguments: str, key_file: Path | None = None) -> int:
        """Run an act of `whistle key-file`, unlocked by key file, or by passphrase and code."""
        who = ["--key-file", str(key_file)] if key_file else self._who()
        return main(["key-file", act, "--data", str(self.demo.data), *who, *arguments])

    def _who(self) -> list[str]:
        adviser = self.demo.member("adviser")
        path = self.folder / "passphrase"
        path.touch(mode=0o600)
        path.write_text(adviser.passphrase)
        return [*as_adviser(str(path), self.demo.code(adviser))]

    def opens(self, path: Path) -> bool:
        """Say whether a key file opens anything."""
        parser = ArgumentParser()
        add_options(parser)
        options = parser.parse_args(["--key-file", str(path)])
        try:
            with installation_at(self.demo.data) as installation:
                unlock(options, installation)
        except RefusedError:
            return False
        return True


def test_a_passphrase_that_others_can_read_is_taken_with_a_warning(
    office: Office, passphrase: str, capsys: pytest.CaptureFixture[str]
) -> None:
    opened(office, *as_adviser(passphrase, office.code()))
    assert capsys.readouterr().err == ""
    Path(passphrase).chmod(0o644)
    assert opened(office, *as_adviser(passphrase, office.code())).public == office.adviser.public
    assert f"chmod 600 {passphrase}" in capsys.readouterr().err


def test_strangers_at_the_sign_in_page_keep_no_command_from_opening(
    office: Office, passphrase: str
) -> None:
    delays = Delays(office.installation)
    for _ in range(5):
        delays.begin(What.PASSPHRASE, "raadgiver", Lane.OTHER)
    assert opened(office, *as_adviser(passphrase, office.code())).public == office.adviser.public


def test_after_many_wrong_codes_in_a_day_a_command_asks_for_a_key_file(
    office: Office, passphrase: str
) -> None:
    with office.installation.store.write() as db:
        for _ in range(MOST_WRONG):
            members.count_wrong_code(db, office.adviser.member_id, office.clock.today())
    with pytest.raises(NotUnlockedError, match="use a key file"):
        opened(office, *as_adviser(passphrase, office.code()))


@pytest.mark.parametrize(
    "arguments",
    [("--as", "raad\udcff", "--totp", "123456"), ("--as", "raadgiver", "--totp", "12\udcff")],
)
def test_what_is_no_text_is_refused_in_words(
    office: Office, passphrase: str, arguments: Sequence[str]
) -> None:
    with pytest.raises(NotUnlockedError, match="should be text"):
        opened(office, *arguments, "--passphrase-file", passphrase)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "data"
    assert main(["demo", "--no-serve", "--empty", "--data", str(folder)]) == 0
    return folder


@pytest.fixture
def shell(data: Path, tmp_path: Path) -> Shell:
    return Shell(Demo.load(data), tmp_path)


def test_the_demo_names_a_key_file_that_opens_the_advisers_inboxes(shell: Shell) -> None:
    path = shell.demo.key_file
    assert path is not None
    assert path.is_absolute()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert shell.opens(path)


def test_a_key_file_is_made_and_revoked_by_commands(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    out = shell.folder / "tal.key"
    assert shell.run("new", "--out", str(out)) == 0
    assert "tal.key" in capsys.readouterr().out
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert shell.opens(out)
    assert shell.run("revoke", "--name", "tal.key") == 0
    assert not shell.opens(out)


def test_a_key_file_revokes_itself_and_no_other(shell: Shell) -> None:
    one, other = shell.folder / "one.key", shell.folder / "other.key"
    assert shell.run("new", "--out", str(one), "--name", "En") == 0
    assert shell.run("new", "--out", str(other), "--name", "Anden") == 0
    assert shell.run("revoke", "--name", "Anden", key_file=one) == 2
    assert shell.run("revoke", key_file=one) == 0
    assert not shell.opens(one)
    assert shell.opens(other)


def test_a_key_file_makes_no_other(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    assert shell.demo.key_file is not None
    with pytest.raises(SystemExit) as left:
        shell.run("new", "--out", str(shell.folder / "x"), key_file=shell.demo.key_file)
    assert left.value.code == 2
    assert "--key-file" in capsys.readouterr().err
    assert not (shell.folder / "x").exists()


def test_what_is_refused_uses_up_nothing_and_leaves_no_file(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = shell.folder / "taken"
    taken.write_text("mine")
    assert shell.run("new", "--out", str(taken)) == 2
    assert taken.read_text() == "mine"
    assert shell.run("new", "--out", str(shell.folder / "nowhere" / "x")) == 2
    assert shell.run("new", "--out", str(shell.folder / "x"), "--name", "demo") == 2
    assert not (shell.folder / "x").exists()
    for name in ("", " ", "\t", "a\udcff", "a\x1b[2J"):
        assert shell.run("new", "--out", str(shell.folder / "x"), "--name", name) == 2
    assert shell.run("revoke", "--name", "ingen") == 2
    assert shell.run("revoke") == 2
    told = capsys.readouterr().err
    assert "File exists" in told
    assert "of this name" in told
    assert "--name ingen" in told


def test_the_content_of_a_key_file_is_what_the_documentation_says(shell: Shell) -> None:
    assert shell.demo.key_file is not None
    told = json.loads(shell.demo.key_file.read_text())
    assert set(told) == {"format", "installation", "key"}
    assert told["format"] == "whistle-key-file/1"
    documented = (Path(__file__).parents[1] / "docs" / "data.md").read_text("utf-8")
    assert all(f'"{name}"' in documented for name in told)
    assert told["format"] in documented

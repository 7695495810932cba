"""Checkpoints by mail: to all who get them, once; what could not be sent is tried again."""

import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.housekeeping.life import house_of
from tests.support.mail_server import HOST, Post, certificate, free_port, mail_server
from tests.support.office import Office
from whistle.audit.checkpoints import note_key, read_checkpoint
from whistle.housekeeping.house import House
from whistle.housekeeping.service import keep_house
from whistle.mail import MailServer, Security
from whistle.setting_tables import Mail
from whistle.storage import log

SUBJECTS = ["Whistle: 2026-11-19", "Whistle: 2026-11-20"]
TO = ("revisor@example.org", "ida@example.org")


@pytest.fixture
def house(office: Office) -> House:
    server = MailServer(HOST, free_port(), Security.NONE, "whistle@kommune.example")
    return replace(house_of(office), mail=Mail(server, TO))


def port_of(house: House) -> int:
    assert house.mail is not None
    return house.mail.server.port


def mailed(house: House) -> list[date | None]:
    with house.store.read() as db:
        return [row.mailed for row in log.checkpoints(db)]


def test_everybody_gets_each_days_checkpoint_once(office: Office, house: House) -> None:
    post = Post()
    with mail_server(post, port=port_of(house)):
        for _ in range(2):
            assert [keep_house(house).trouble for _ in range(2)] == [[], []]
            office.later(days=1)
    assert [one.rcpt_tos for one in post.envelopes] == [list(TO)] * 2
    assert [one["Subject"] for one in post.letters] == [
        "Whistle: 2026-11-19",
        "Whistle: 2026-11-20",
    ]
    assert mailed(house) == [date(2026, 11, 20), date(2026, 11, 21)]


def test_a_letter_holds_the_checkpoint_as_it_is_and_says_what_it_is(
    office: Office, house: House
) -> None:
    post = Post()
    with mail_server(post, port=port_of(house)):
        keep_house(house)
    (letter,) = post.letters
    text, enclosed = letter.iter_parts()
    note = enclosed.get_payload(decode=True)
    assert isinstance(note, bytes)
    key = note_key(office.installation.id, office.installation.log_public)
    assert read_checkpoint(note, key).size == 1
    words = text.get_content().replace("\r\n", "\n")
    danish, english, *rest = words.split("\n\n")
    assert "Gem mailen" in danish
    assert "Keep this letter" in english
    assert "\n\n".join(rest).strip() == note.decode().strip()


def test_every_days_letter_has_the_same_shape(office: Office, house: House) -> None:
    """Whoever sees letters pass learns nothing of how much was done on a day, or came."""
    post = Post()
    with mail_server(post, port=port_of(house)):
        keep_house(house)
        office.reporter().report()
        office.later(days=1)
        keep_house(house)
    sizes = [len(one.content or b"") for one in post.envelopes]
    assert len(set(sizes)) == 1


def test_what_could_not_be_mailed_is_told_and_tried_again(office: Office, house: House) -> None:
    (trouble,) = keep_house(house).trouble
    assert "2026-11-19 could not be mailed" in trouble
    assert mailed(house) == [None]
    office.later(days=1)
    assert len(keep_house(house).trouble) == 1  # and is not tried with each of them
    post = Post()
    with mail_server(post, port=port_of(house)):
        assert keep_house(house).trouble == []
    assert [one["Subject"] for one in post.letters] == [
        "Whistle: 2026-11-19",
        "Whistle: 2026-11-20",
    ]
    assert None not in mailed(house)


def test_who_sets_mail_up_late_is_not_flooded(office: Office, house: House) -> None:
    for _ in range(20):
        keep_house(house_of(office))
        office.later(days=1)
    post = Post()
    with mail_server(post, port=port_of(house)):
        keep_house(house)
    assert len(post.letters) == 7


def test_an_address_that_is_refused_is_told_and_holds_nobody_up(house: House) -> None:
    post = Post(refuses=TO[:1])
    with mail_server(post, port=port_of(house)):
        assert keep_house(house).trouble == [f"the mail server does not take letters to {TO[0]}"]
        assert keep_house(house).trouble == []
    assert len(post.letters) == 1


def test_the_command_mails_by_tls_and_fails_where_it_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, port = tmp_path / "data", free_port()
    assert _whistle("init", "--data", str(data)).returncode == 0
    with (data / "whistle.toml").open("a") as settings:
        settings.write(
            f'[housekeeping]\nhour = 0\n[mail]\nhost = "{HOST}"\nport = {port}\nuser = "whistle"\n'
            'security = "starttls"\nfrom = "whistle@kommune.example"\n'
            'checkpoints_to = ["revisor@example.org"]\n'
        )
    made = certificate(tmp_path)
    monkeypatch.setenv("WHISTLE_MAIL_PASSWORD", "rigtigt")
    first = _whistle("housekeeping", "--data", str(data))
    assert first.returncode == 1
    assert "stands in the log" in first.stdout
    assert "could not be mailed" in first.stderr
    post = Post()
    monkeypatch.setenv("SSL_CERT_FILE", str(made.both))
    with mail_server(
        post,
        port=port,
        tls_context=made.context(),
        require_starttls=True,
        auth_required=True,
        authenticator=post.authenticate,
    ):
        second = _whistle("housekeeping", "--data", str(data))
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert post.secured == [True]
    assert post.users == ["whistle"]


def _whistle(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "whistle", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

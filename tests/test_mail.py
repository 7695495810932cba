"""Letters go by TLS to a server whose certificate is good, or they do not go."""

import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.mail_server import HOST, Certificate, Post, certificate, free_port, mail_server
from whistle.mail import Letter, MailError, MailPassword, MailServer, Security, send

LETTER = Letter(("revisor@example.org", "ida@example.org"), "Emne", "Æbler\n", ("a.txt", b"\xe2\n"))
SERVER = MailServer(HOST, 0, Security.TLS, "whistle@kommune.example")


@pytest.fixture
def good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Certificate:
    """A certificate that this machine trusts."""
    made = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.both))
    return made


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def implicit(post: Post, good: Certificate) -> Iterator[MailServer]:
    with mail_server(post, ssl_context=good.context()) as port:
        yield replace(SERVER, port=port)


@pytest.fixture
def upgraded(post: Post, good: Certificate) -> Iterator[MailServer]:
    with mail_server(
        post,
        tls_context=good.context(),
        require_starttls=True,
        auth_required=True,
        authenticator=post.authenticate,
    ) as port:
        yield replace(
            SERVER,
            port=port,
            security=Security.STARTTLS,
            user="whistle",
            password=MailPassword("rigtigt"),
        )


def test_a_letter_goes_by_tls_from_the_first_byte(implicit: MailServer, post: Post) -> None:
    assert send(implicit, LETTER) == []
    (letter,), (envelope,) = post.letters, post.envelopes
    assert letter["From"] == envelope.mail_from == SERVER.sender
    assert envelope.rcpt_tos == list(LETTER.to)
    assert letter["Subject"] == "Emne"
    text, enclosed = letter.iter_parts()
    assert text.get_content().split() == ["Æbler"]
    assert (enclosed.get_filename(), enclosed.get_payload(decode=True)) == LETTER.enclosed


def test_a_password_that_cannot_be_sent_is_not_told(upgraded: MailServer, post: Post) -> None:
    with pytest.raises(MailError, match="have to be ASCII") as caught:
        send(replace(upgraded, password=MailPassword("blåbærgrød")), LETTER)
    assert "bl" not in str(caught.value).replace(upgraded.host, "")
    assert post.letters == []


def test_a_letter_goes_by_starttls_with_user_and_password(
    upgraded: MailServer, post: Post, tmp_path: Path
) -> None:
    send(upgraded, LETTER)
    (tmp_path / "password").write_text("rigtigt\n")
    send(replace(upgraded, password=tmp_path / "password"), LETTER)
    assert post.secured == [True, True]
    assert post.users == ["whistle", "whistle"]


def test_a_wrong_password_is_told_and_not_shown(upgraded: MailServer, post: Post) -> None:
    with pytest.raises(MailError, match="does not take user and password") as refused:
        send(replace(upgraded, password=MailPassword("hemmeligt")), LETTER)
    assert "hemmeligt" not in str(refused.value)
    assert not post.letters


def test_a_password_file_that_is_missing_is_told(upgraded: MailServer, tmp_path: Path) -> None:
    with pytest.raises(MailError, match="No such file"):
        send(replace(upgraded, password=tmp_path / "nothing"), LETTER)


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
@pytest.mark.parametrize("wrong", ["unknown", "another's", "over"])
def test_a_certificate_that_is_not_to_be_trusted_is_refused(
    post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: Security, wrong: str
) -> None:
    address, days = ("127.0.0.2" if wrong == "another's" else HOST), (-1 if wrong == "over" else 1)
    bad = certificate(tmp_path, address, days)
    if wrong != "unknown":
        monkeypatch.setenv("SSL_CERT_FILE", str(bad.both))
    key = "ssl_context" if security is Security.TLS else "tls_context"
    with (
        mail_server(post, **{key: bad.context()}) as port,
        pytest.raises(MailError, match="certificate is not to be trusted"),
    ):
        send(replace(SERVER, port=port, security=security), LETTER)
    assert not post.letters


@pytest.mark.usefixtures("good")
def test_a_server_without_starttls_is_told_nothing(post: Post) -> None:
    plain = replace(SERVER, security=Security.STARTTLS, user="whistle")
    plain = replace(plain, password=MailPassword("rigtigt"))
    with (
        mail_server(post, auth_require_tls=False, authenticator=post.authenticate) as port,
        pytest.raises(MailError, match="no STARTTLS"),
    ):
        send(replace(plain, port=port), LETTER)
    assert not post.letters
    assert not post.users


def test_to_this_machine_a_letter_may_go_as_it_is(post: Post) -> None:
    with mail_server(post) as port:
        send(replace(SERVER, port=port, security=Security.NONE), LETTER)
    assert post.secured == [False]


def test_an_address_that_is_refused_is_told_and_the_others_get_the_letter(
    implicit: MailServer, post: Post
) -> None:
    one, another = LETTER.to
    post.refuses = (one,)
    assert send(implicit, LETTER) == [one]
    assert [each.rcpt_tos for each in post.envelopes] == [[another]]
    post.refuses = (one, another)
    with pytest.raises(MailError, match=r"refused .*ida@example.org"):
        send(implicit, LETTER)


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(MailError, match=r"127\.0\.0\.1, port \d+: .*refused"):
        send(replace(SERVER, port=free_port()), LETTER)


def test_nothing_of_this_machine_is_in_a_letter(implicit: MailServer, post: Post) -> None:
    send(implicit, LETTER)
    (letter,) = post.letters
    assert letter["Message-ID"].endswith("@kommune.example>")
    assert "Received" not in letter
    assert {name.lower() for name in letter} == {
        "from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version",
        "content-type",
    }  # fmt: skip


def test_a_password_is_shown_and_kept_nowhere() -> None:
    password = MailPassword("hemmeligt")
    assert "hemmeligt" not in repr(replace(SERVER, password=password)) + repr(password)
    with pytest.raises(TypeError):
        pickle.dumps(password)

"""Letters, by SMTP with TLS whose certificate is checked (RFC 5321, 3207, 8314). Never in plain.

Only to a server on this machine may a letter go without TLS: it does not leave the machine so.
"""

import secrets
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import localtime
from enum import StrEnum
from pathlib import Path
from typing import NoReturn

SECONDS = 20  # that we wait for the server at each step


class MailError(Exception):
    """A letter could not be sent; the message says why, and holds nothing of it."""


class Security(StrEnum):
    """How the way to the server is protected."""

    TLS = "tls"  # from the first byte
    STARTTLS = "starttls"  # asked for, and insisted on, before anything else is said
    NONE = "none"  # to this machine alone


PORTS = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}


class MailPassword:
    """What we sign in to the mail server with; nothing prints it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Take it."""
        self._value = value

    def reveal(self) -> str:
        """Give it. Every call of this is a place to review."""
        return self._value

    def __repr__(self) -> str:
        """Show the type and nothing else."""
        return "<MailPassword>"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled: a pickle is a plaintext copy."""
        raise TypeError("a MailPassword cannot be pickled")


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed in, and as whom. ``sender``: an address.

    ``password``: itself, or the file in which it stands; read when it is needed.
    """

    host: str
    port: int
    security: Security
    sender: str
    user: str | None = None
    password: MailPassword | Path | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter. ``enclosed``: the name of a text file, and what is in it."""

    to: Sequence[str]
    subject: str
    text: str
    enclosed: tuple[str, bytes]


def send(server: MailServer, letter: Letter) -> Sequence[str]:
    """Hand a letter in; give the addresses that the server refused, when it took it for others.

    Raises `MailError` when nobody gets it.
    """
    message = EmailMessage()
    message["From"], message["To"] = server.sender, ", ".join(letter.to)
    message["Subject"] = letter.subject
    message["Date"] = localtime()
    message["Message-ID"] = f"<{secrets.token_hex(16)}@{_domain(server)}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice is wanted
    message.set_content(letter.text)
    name, content = letter.enclosed
    message.add_attachment(content, maintype="text", subtype="plain", filename=name)
    message.set_boundary(secrets.token_hex(16))  # of one length: so are letters that say the same
    try:
        with _connected(server) as smtp:
            return sorted(smtp.send_message(message, server.sender, list(letter.to)))
    except smtplib.SMTPRecipientsRefused as error:
        raise MailError(f"{server.host}: refused {', '.join(error.recipients)}") from error
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise MailError(f"{server.host}, port {server.port}: {_why(error)}") from error


@contextmanager
def _connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    trusted = ssl.create_default_context()
    us = _domain(server)
    if server.security is Security.TLS:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, us, timeout=SECONDS, context=trusted
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, us, timeout=SECONDS)
    with smtp:
        if server.security is Security.STARTTLS:
            smtp.starttls(context=trusted)
        if server.user is not None:
            smtp.login(server.user, _password(server))
        yield smtp


def _password(server: MailServer) -> str:
    if isinstance(server.password, Path):
        return server.password.read_text("utf-8").strip()
    return server.password.reveal() if server.password else ""


def _domain(server: MailServer) -> str:
    """Give our name to the server: not the machine's, which is nobody's business."""
    return server.sender.rpartition("@")[2]


def _why(error: Exception) -> str:
    if isinstance(error, UnicodeError):  # whose own words would show a letter of the password
        return "user and password have to be ASCII"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted ({error.verify_message})"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "it offers no STARTTLS, or no way to sign in; nothing was said to it"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "it does not take user and password"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"it answered {error.smtp_code}"
    return str(error) or type(error).__name__

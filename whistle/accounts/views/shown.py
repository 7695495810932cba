"""Members and inboxes as the pages of accounts show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask import abort
from flask_babel import gettext as _

from whistle.accounts.members import MembersService, Readers
from whistle.domain.channel import Channel, InboxKind
from whistle.keys.directory import TrustedInbox
from whistle.signed_in import role_title
from whistle.storage.rows import MemberRow
from whistle.storage.tables import ID_BYTES
from whistle.web import current_language, this_installation


@dataclass(frozen=True, slots=True)
class ShownReader:
    """Somebody who can open an inbox. ``name`` is empty where the database has no such member."""

    name: str
    role: str
    left: date | None


@dataclass(frozen=True, slots=True)
class ShownReaders:
    """An inbox, and who can open it."""

    title: str
    readers: Sequence[ShownReader]


def channel_title(channel: str) -> str:
    """Say what a channel is called."""
    here = this_installation()
    return here.profiles.door(Channel(channel), here.clock.today()).text[current_language()].title


def title_of(channel: str, kind: InboxKind) -> str:
    """Say what an inbox of a channel is called."""
    title = channel_title(channel)
    return _("%(door)s: the reserve", door=title) if kind is InboxKind.RESERVE else title


def inbox_title(inbox: TrustedInbox) -> str:
    """Say what an inbox is called."""
    return title_of(inbox.root.channel, inbox.root.kind)


def inbox_titles(inboxes: Iterable[TrustedInbox]) -> list[str]:
    """Say what inboxes are called."""
    return [inbox_title(inbox) for inbox in inboxes]


def who_can_open(service: MembersService) -> list[ShownReaders]:
    """Show who can open what."""
    return [_show(one) for one in service.readers()]


def read_id(text: str, size: int = ID_BYTES) -> bytes:
    """Read an identifier that a page wrote; whatever is none is not found."""
    try:
        value = bytes.fromhex(text)
    except ValueError:
        abort(404)
    if len(value) != size:
        abort(404)
    return value


def _show(one: Readers) -> ShownReaders:
    return ShownReaders(inbox_title(one.inbox), [_reader(row) for row in one.members])


def _reader(row: MemberRow | None) -> ShownReader:
    if row is None:
        return ShownReader("", "", None)
    return ShownReader(row.name, role_title(row.role), row.left)

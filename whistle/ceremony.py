"""Setting an installation up: `whistle init`, and `whistle confirm` after the ceremony."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from whistle.accounts.invitations import Invitation, invite
from whistle.audit.entries import COMMAND
from whistle.audit.log import Log, deed
from whistle.domain.channel import InboxRoot
from whistle.domain.clock import Clock
from whistle.domain.errors import RefusedError
from whistle.domain.fingerprint import read_fingerprint
from whistle.domain.logged import Logged
from whistle.domain.profile import load_profile
from whistle.domain.role import Role
from whistle.keys.directory import Statement, verify_chain
from whistle.settings import (
    FILE_NAME,
    FormKey,
    LogKey,
    Settings,
    append_inboxes,
    load_settings,
    update_inboxes,
    write_settings,
)
from whistle.storage import directory as queries
from whistle.storage.engine import Store, open_store
from whistle.storage.migrations import upgrade
from whistle.storage.tables import ID_BYTES

FIRST_MEMBERS = (
    ("raadgiver", "Borgerrådgiver", Role.ADVISER),
    ("reserve", "Reserve", Role.RESERVE),
)


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """An inbox that nobody has confirmed yet, or not as it is now.

    ``root``: what the configuration will say; ``is_new``: the configuration does not name it.
    """

    root: InboxRoot
    is_new: bool

    @property
    def digest(self) -> bytes:
        """What its fingerprint is of: of the first statement, or of the newest."""
        return self.root.anchor


def initialise(data: Path, profile: str, database: str | None) -> Sequence[Invitation]:
    """Make an installation with no inbox and no member; give the first invitations.

    ``profile``: a name or a file. Raises `RefusedError` when there is an installation already.
    """
    if (data / FILE_NAME).exists():
        raise RefusedError(f"{data / FILE_NAME} is there already; nothing was changed")
    settings = Settings(
        database=database or f"sqlite:///{(data / 'whistle.db').resolve()}",
        installation=secrets.token_bytes(ID_BYTES),
        form_key=FormKey.random(),
        log_key=LogKey.random(),
        profile=load_profile(profile),
        inboxes=(),
    )
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = open_store(settings.database)
    upgrade(store)
    log = Log(store, settings.installation, Clock(), COMMAND)
    log.note(deed(Logged.SET_UP))
    invitations = [invite(log, *member) for member in FIRST_MEMBERS]
    store.dispose()
    write_settings(data, settings, profile)
    return invitations


def unconfirmed(data: Path) -> list[Unconfirmed]:
    """Give the inboxes that the configuration does not name yet, or names at an older statement.

    Raises a `DirectoryError` when a chain does not continue what the configuration names.
    """
    settings = load_settings(data)
    store = open_store(settings.database)
    try:
        founded = [Unconfirmed(root, is_new=True) for root in _founded(store, settings)]
        newer = [Unconfirmed(root, is_new=False) for root in _newer(store, settings)]
    finally:
        store.dispose()
    return founded + newer


def confirm(data: Path, fingerprints: Sequence[str]) -> list[Unconfirmed]:
    """Write the inboxes whose fingerprints are on the paper into the configuration.

    All or none: `RefusedError` for one that no inbox has that waits, and nothing is written.
    """
    waiting = {one.digest[:10]: one for one in unconfirmed(data)}
    chosen = []
    for text in fingerprints:
        digits = read_fingerprint(text)
        if digits is None:
            raise RefusedError(f"{text}: a fingerprint has twenty digits, five groups of four")
        if digits not in waiting:
            raise RefusedError(
                f"{text}: no inbox that waits has this fingerprint. Compare it with the paper; if "
                "it is written right, somebody has changed the keys: do not open the door."
            )
        chosen.append(waiting[digits])
    _write(
        data,
        [one.root for one in chosen if not one.is_new],
        [one.root for one in chosen if one.is_new],
    )
    return chosen


def _write(data: Path, newer: Sequence[InboxRoot], new: Sequence[InboxRoot]) -> None:
    """Write the configuration, and that it was written: while the entry is held, and only then."""
    settings = load_settings(data)
    store = open_store(settings.database)
    log = Log(store, settings.installation, Clock(), COMMAND)
    done = deed(Logged.INBOX_CONFIRMED, inboxes=[root.inbox_id for root in (*newer, *new)])
    try:
        with store.write() as db:
            log.append(db, done)
            update_inboxes(data, newer)
            append_inboxes(data, new)
    finally:
        store.dispose()


def _founded(store: Store, settings: Settings) -> list[InboxRoot]:
    named = {root.inbox_id for root in settings.inboxes}
    roots = []
    with store.read() as db:
        for inbox in queries.inboxes(db):
            rows = queries.statements(db, inbox.id)
            if inbox.id in named or not rows:
                continue
            first = Statement.decode(rows[0].body)
            root = InboxRoot(first.channel, first.kind, first.inbox_id, first.digest)
            verify_chain(settings.installation, root, rows)
            roots.append(root)
    return roots


def _newer(store: Store, settings: Settings) -> list[InboxRoot]:
    roots = []
    with store.read() as db:
        for root in settings.inboxes:
            rows = queries.statements(db, root.inbox_id)
            newest = verify_chain(settings.installation, root, rows).current
            if newest.epoch > root.lowest_epoch:
                anchor = replace(root, lowest_epoch=newest.epoch, lowest_digest=newest.digest)
                roots.append(anchor)
    return roots

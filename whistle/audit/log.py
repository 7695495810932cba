"""Writing to the log: an act and its entry in one transaction, or neither."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC
from typing import TypeAlias

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from whistle.audit.entries import Details, InboxLogKey, Sealed, Who, leaf_content, seal_details
from whistle.crypto.envelope import derive
from whistle.crypto.merkle import leaf_hash
from whistle.crypto.place import Place, Purpose
from whistle.crypto.secret import SymmetricKey
from whistle.domain.clock import Clock
from whistle.domain.logged import Logged
from whistle.keys.canonical import Json
from whistle.keys.keyring import InboxKeys
from whistle.storage import log as queries
from whistle.storage.engine import Store
from whistle.storage.errors import ConflictError, DuplicateError, UnloggedError
from whistle.storage.log import EntryRow


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that is being done. ``inbox``: to seal the details to; without, they stay open."""

    act: Logged
    about: Json
    inbox: InboxKeys | None = None


About: TypeAlias = bytes | str | int | Sequence[bytes]


def deed(act: Logged, inbox: InboxKeys | None = None, **about: About) -> Deed:
    """Put a deed together; ids given as bytes, or several of them, are written in hexadecimal."""
    return Deed(act, {name: _told(value) for name, value in about.items()}, inbox)


def _told(value: About) -> str | int | list[str]:
    if isinstance(value, bytes):
        return value.hex()
    return value if isinstance(value, str | int) else [one.hex() for one in value]


@dataclass(frozen=True, slots=True)
class Log:
    """The log of an installation, for one who acts. ``installation``: 16 bytes.

    ``role``: of the member, for the details; it may change, and the log says what it was.
    """

    store: Store
    installation: bytes
    clock: Clock
    who: Who
    role: str = ""

    @contextmanager
    def write(self, *deeds: Deed) -> Iterator[Connection]:
        """Open a transaction that writes ``deeds`` at its end: all of it is stored, or nothing.

        Raises as `Store.write`, and `UnloggedError` when the log cannot be written: all is undone.
        """
        sealed = [self._seal(one) for one in deeds]
        with self.store.write() as db:
            yield db
            self._append(db, sealed)

    def append(self, db: Connection, *deeds: Deed) -> None:
        """Write deeds at the end of a transaction that is open; nothing may be locked after it."""
        self._append(db, [self._seal(one) for one in deeds])

    def note(self, *deeds: Deed) -> None:
        """Write deeds that change nothing else, such as opening something."""
        with self.write(*deeds):
            pass

    def _seal(self, done: Deed) -> Sealed:
        about = {**done.about, "role": self.role} if self.role else done.about
        key = log_key(self.installation, done.inbox) if done.inbox else None
        return seal_details(self.installation, Details(done.act, about), key)

    def _append(self, db: Connection, sealed: list[Sealed]) -> None:
        try:
            tree = queries.hold_head(db)
            time = int(self.clock.now().replace(tzinfo=UTC).timestamp())
            for one in sealed:
                tree = queries.append(db, tree, _row(tree.size, time, self.who, one))
        except (DBAPIError, DuplicateError, ConflictError) as error:  # no fault of the act's
            raise UnloggedError("the log cannot be written, so nothing was done") from error


def log_key(installation: bytes, inbox: InboxKeys) -> InboxLogKey:
    """Give the key that seals details to an inbox now: one for each of its secrets.

    Raises `NotGrantedError` where the member has no grant of the newest secret.
    """
    return _log_key(installation, inbox, inbox.vault(inbox.inbox.epoch), inbox.inbox.key_epoch)


def log_key_of(installation: bytes, inbox: InboxKeys, epoch: int) -> InboxLogKey:
    """Give the log key of an epoch that the member was granted; as `log_key`."""
    return _log_key(installation, inbox, inbox.vault(epoch), epoch)


def _log_key(installation: bytes, inbox: InboxKeys, vault: SymmetricKey, epoch: int) -> InboxLogKey:
    inbox_id = inbox.inbox.inbox_id
    place = Place(Purpose.LOG_KEY, installation, owner=inbox_id, generation=epoch)
    return InboxLogKey(inbox_id, epoch, SymmetricKey(derive(vault, place)))


def _row(number: int, time: int, who: Who, sealed: Sealed) -> EntryRow:
    row = EntryRow(
        number,
        time,
        who.kind,
        who.member_id,
        sealed.inbox_id,
        sealed.epoch,
        sealed.commitment,
        sealed.body,
        leaf=b"",
    )
    return replace(row, leaf=leaf_hash(leaf_content(row)))

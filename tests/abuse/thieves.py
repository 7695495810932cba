"""A thief with copies of the database, and every key they have ever had: what it all opens."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, Table, insert, update

from tests.support.office import Office
from whistle.crypto.errors import SealingError
from whistle.keys.cases import CaseItems, open_inbox_keys, open_reporter_keys
from whistle.keys.chain import TrustedInbox
from whistle.keys.inbox_secret import InboxSecret
from whistle.keys.keyring import InboxKeys, Keyring
from whistle.keys.records import CaseKeys
from whistle.keys.recovery import RecoveryKeyring
from whistle.storage import tables
from whistle.storage.rows import (
    GrantRow,
    InboxKeysRow,
    ItemRow,
    RecoveryGrantRow,
    ReporterKeysRow,
    Row,
)

_Found = TypeVar("_Found")
_Row = TypeVar("_Row", bound=Row)
_Secrets = dict[bytes, dict[int, InboxSecret]]


@dataclass(frozen=True)
class Copy:
    """Every row of a database as it was when it was copied, by table."""

    rows: dict[str, list[dict[str, object]]]

    @classmethod
    def of(cls, office: Office) -> "Copy":
        """Copy everything."""
        with office.installation.store.read() as db:
            return cls({table.name: _rows_of(db, table) for table in tables.metadata.sorted_tables})

    def all(self, kind: type[_Row]) -> list[_Row]:
        """Give the rows of one table."""
        return [kind(**row) for row in self.rows[kind.table.name]]

    def put_back(self, office: Office, *names: str) -> None:
        """Put the rows of these tables back as they were; what came later stays beside them."""
        with office.installation.store.write() as db:
            for table in tables.metadata.sorted_tables:
                for row in self.rows[table.name] if table.name in names else ():
                    where = [column == row[column.name] for column in table.primary_key]
                    if db.execute(update(table).where(*where).values(**row)).rowcount == 0:
                        db.execute(insert(table).values(**row))


def _rows_of(db: Connection, table: Table) -> list[dict[str, object]]:
    return [dict(row) for row in db.execute(table.select()).mappings()]


@dataclass
class Thief:
    """Whoever holds these keys and these copies. ``inboxes``: as the newest directory has them."""

    inboxes: Sequence[TrustedInbox]
    copies: Sequence[Copy]
    keyrings: Sequence[Keyring] = ()
    trustees: Sequence[RecoveryKeyring] = ()
    known: list[tuple[bytes, CaseKeys]] = field(default_factory=list)

    def reads(self) -> str:
        """Try every key on every row, and give all the texts that opened."""
        cases = [*self.known, *self._cases(self._secrets())]
        texts = {
            content.decode()
            for case_id, keys in cases
            for row in self._rows(ItemRow)
            if row.case_id == case_id
            for content in _opened(partial(self._items(case_id, keys).open, row))
        }
        return "\n".join(texts)

    def _secrets(self) -> _Secrets:
        """Open every inbox's secrets that any of the keys open, in any copy."""
        found: _Secrets = {one.inbox_id: {} for one in self.inboxes}
        for inbox in self.inboxes:
            for keyring in self.keyrings:
                for grant in self._rows(GrantRow):
                    mine = GrantRow(grant.inbox_id, grant.epoch, keyring.member_id, grant.sealed)
                    for secret in _opened(partial(keyring.open_grant, inbox, mine)):
                        found[inbox.inbox_id][grant.epoch] = secret
            for trustees in self.trustees:
                for kept in self._rows(RecoveryGrantRow):
                    for secret in _opened(partial(trustees.open_grant, inbox, kept)):
                        found[inbox.inbox_id][kept.epoch] = secret
        return found

    def _cases(self, secrets: _Secrets) -> Iterator[tuple[bytes, CaseKeys]]:
        """Open every case's keys: as an inbox, and as a reporter would."""
        for row in self._rows(InboxKeysRow):
            for inbox in self.inboxes:
                keys = InboxKeys(inbox, secrets[inbox.inbox_id])
                for opened in _opened(partial(open_inbox_keys, keys, row)):
                    yield row.case_id, opened.keys
        for keyring in self.keyrings:
            for one in self._rows(ReporterKeysRow):
                told = (keyring.installation, keyring.pair, one.case_id, [one])
                for keys_of_reporter in _opened(partial(open_reporter_keys, *told)):
                    yield one.case_id, keys_of_reporter

    def _items(self, case_id: bytes, keys: CaseKeys) -> CaseItems:
        return CaseItems(self.inboxes[0].current.installation, case_id, keys)

    def _rows(self, kind: type[_Row]) -> list[_Row]:
        return [row for copy in self.copies for row in copy.all(kind)]


def _opened(attempt: Callable[[], _Found]) -> list[_Found]:
    """Give what opened, or nothing."""
    try:
        return [attempt()]
    except SealingError:
        return []

"""An office with something in every table, its settings, and other databases to restore into."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Date, DateTime, LargeBinary, Table, Text, select
from sqlalchemy.types import TypeEngine

from tests.support.office import Founding, Office, a_file
from whistle.audit.entries import Who
from whistle.audit.log import Log, deed
from whistle.backup.deletions import Known
from whistle.backup.folder import Copy
from whistle.backup.making import Made, back_up
from whistle.backup.restoring import Restored, checked, restore
from whistle.backup.rows import LEFT_OUT, kept
from whistle.backup.sources import Sources, known_deletions
from whistle.domain.logged import Logged
from whistle.settings import FormKey, LogKey, Settings
from whistle.storage import log_tables
from whistle.storage.engine import Store, open_store
from whistle.storage.log_guard import guard, unguard
from whistle.storage.log_tables import metadata

LOG = {log_tables.log_entries, log_tables.log_heads, log_tables.log_subtrees}
Rows = dict[str, list[tuple[object, ...]]]


@dataclass
class Archive:
    """An office, and where its copies lie."""

    office: Office
    settings: Settings
    folder: Path

    def back_up(self) -> Made:
        """Make a copy as of now."""
        return back_up(self.settings, self.office.clock, self.folder)

    def into(self, url: str) -> Settings:
        """Give the settings of the same installation with another database."""
        return replace(self.settings, database=url)

    def restore(self, copy: Copy, url: str, sources: Sources | None = None) -> Restored:
        """Restore a copy as the command does."""
        settings = self.into(url)
        manifest = checked(copy, settings)
        today = self.office.clock.today()
        known = known_deletions(copy, manifest, sources or Sources(), today)
        return restore(copy, settings, self.office.clock, known)

    def known(self) -> Known:
        """Give what the log of deletions beside the copies says."""
        return Known.read(self.folder / "deletions.json", self.settings.installation)


def settings_of(office: Office, founding: Founding) -> Settings:
    """Give an office's settings, as its ``whistle.toml`` would say them."""
    return Settings(
        office.installation.store.engine.url.render_as_string(hide_password=False),
        office.installation.id,
        FormKey.random(),
        LogKey.random(),
        founding.profile,
        tuple(one.root for one in founding.inboxes),
    )


def live(office: Office) -> list[str]:
    """Have people do what they do, and put something into every table; give two receipts."""
    reporter, desk = office.reporter(), office.desk_of(office.adviser)
    receipts = [
        reporter.report("Der trækker.", files=[a_file(secrets.token_bytes(700_000))]),
        reporter.report("Skolen svarer ikke.", channel="citizen"),
    ]
    case_id = office.case_of(receipts[0])
    assert desk.answer(case_id, "Hvor længe?", [a_file()]).status_code == 303
    reporter.come_back(receipts[0])
    assert reporter.write("I to år.").status_code == 303
    here = office.installation
    log = Log(here.store, here.id, here.clock, Who.member(office.adviser.member_id), "adviser")
    log.note(*(deed(Logged.SIGNED_IN) for _ in range(300)))
    with here.store.write() as db:
        unguard(db)  # a made-up checkpoint is refused
        for table in metadata.sorted_tables:
            if table not in LOG and db.execute(select(table).limit(1)).first() is None:
                fill(db, table)
        guard(db)
    return receipts


def fill(db: Connection, table: Table, number: int = 3) -> None:
    """Write made-up rows; those that others belong to are there already."""
    db.execute(
        table.insert(),
        [{column.name: _value(db, column) for column in table.columns} for _ in range(number)],
    )


def _value(db: Connection, column: Column[Any]) -> object:
    for key in column.foreign_keys:
        return db.execute(select(key.column).limit(1)).scalar_one()
    if column.nullable and secrets.randbelow(2):
        return None
    kind: TypeEngine[Any] = column.type
    if isinstance(kind, LargeBinary):
        return secrets.token_bytes(kind.length or 50)
    made: dict[type[TypeEngine[Any]], Callable[[], object]] = {
        Text: lambda: f"æøå {secrets.token_hex(4)}",
        Boolean: lambda: True,
        Date: lambda: date.fromordinal(700_000 + secrets.randbelow(30_000)),
        DateTime: lambda: datetime(2026, 11, 20, 12, 1, 2, 345678),  # noqa: DTZ001
    }
    made_by = (make for of, make in made.items() if isinstance(kind, of))
    return next(made_by, lambda: secrets.randbelow(2**31))()


def all_rows(store: Store, *, every: bool = False) -> Rows:
    """Give all rows by table, in order. ``every``: those that no copy has as well."""
    with store.read() as db:
        return {
            table.name: sorted(
                (tuple(row) for row in db.execute(select(table) if every else kept(table))),
                key=repr,
            )
            for table in metadata.sorted_tables
            if every or table not in LEFT_OUT
        }


@contextmanager
def opened(url: str) -> Iterator[Store]:
    """Open a database until the block ends."""
    store = open_store(url)
    yield store
    store.dispose()

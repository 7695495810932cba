"""The log as whoever reads it, without any key, sees it: what accounts and commands leave in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete

from tests.house.test_acts import acts as documented
from whistle.audit.entries import NO_ID, open_details
from whistle.domain.logged import Actor, Logged
from whistle.storage import log, log_tables
from whistle.storage.engine import Store, is_sqlite


@dataclass(frozen=True)
class Told:
    """An entry of accounts': all of it is open. ``who``: a member's id, or nothing."""

    act: Logged
    kind: Actor
    who: bytes
    about: Mapping[str, object]


class Watch:
    """The entries that are written from now on."""

    def __init__(self, store: Store, installation: bytes, since: int | None = None) -> None:
        """Watch from now on, or from a number."""
        self.store, self.installation = store, installation
        with store.read() as db:
            self.since = log.head(db).size if since is None else since

    def new(self) -> list[Told]:
        """Give the new entries that are open, and forget all."""
        with self.store.read() as db:
            rows = list(log.entries(db, self.since))
        self.since += len(rows)
        rows = [row for row in rows if row.inbox_id == NO_ID]  # the others tell of casework
        told = [open_details(self.installation, row) for row in rows]
        return [
            Told(one.act, Actor(row.actor_kind), row.actor, one.about)
            for one, row in zip(told, rows, strict=True)
        ]

    def acts(self) -> list[Logged]:
        """Say what was done."""
        return [one.act for one in self.new()]

    def one_of(self, member_id: bytes, role: str = "adviser") -> Told:
        """Give the one entry there is, which is this member's, and as it is documented."""
        (told,) = self.new()
        assert (told.kind, told.who) == (Actor.MEMBER, member_id)
        assert told.about["role"] == role
        check_details(told)
        return told


def check_details(told: Told) -> None:
    """Hold that it has no details but those that docs/acts.md names."""
    assert set(told.about) - {"role"} <= set(re.findall(r"`(\w+)`", documented()[told.act][3]))


def break_the_log(store: Store) -> None:
    """Take the log's head away, as only the database's owner can."""
    with store.engine.begin() as db:
        if is_sqlite(store.engine):
            db.exec_driver_sql("DROP TRIGGER log_head_stays")
        else:
            db.exec_driver_sql("SET LOCAL session_replication_role = replica")
        db.execute(delete(log_tables.log_heads))

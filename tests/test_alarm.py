"""Somebody who can write to the database changes the keys: the doors stop, and say why."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Connection, delete, insert, update

from tests.support.office import Office
from whistle.crypto.secret import Seed
from whistle.domain.channel import Channel, InboxKind
from whistle.keys import directory
from whistle.keys.directory import Statement
from whistle.keys.inbox_secret import InboxSecret
from whistle.keys.keyring import Keyring
from whistle.keys.recovery import RecoveryKeyring, RecoverySeed
from whistle.keys.steps import rotate
from whistle.storage import directory as queries
from whistle.storage import tables

COLUMN = tables.statements.c


class Technician:
    """Can write to the database, and knows everything that a former member knew."""

    def __init__(self, office: Office) -> None:
        here = office.installation
        self.directory = here.directory
        self.inbox = here.directory.inbox(Channel.CITIZEN, InboxKind.MAIN)
        self.insider = office.adviser

    def step(self, db: Connection) -> None:
        """A rotation as it should be: there is something to roll back to, and to fork."""
        grants = queries.grants_of(db, self.insider.member_id)
        queries.add_step(db, rotate(self.insider, self.inbox, grants))

    def swap(self, db: Connection) -> None:
        """Put a key of his own into the newest statement."""
        self.rewrite(db, replace(self.inbox.current, public=InboxSecret.random().pair.public))

    def swap_a_member(self, db: Connection) -> None:
        """Put keys of his own in the place of a member's."""
        thief = Keyring(self.directory.installation, self.insider.member_id, Seed.random())
        self.rewrite(db, replace(self.inbox.current, members=(thief.public,)))

    def swap_the_trustees(self, db: Connection) -> None:
        """Put a recovery key of his own into the newest statement."""
        key = RecoveryKeyring(self.directory.installation, RecoverySeed.random())
        self.rewrite(db, replace(self.inbox.current, recovery=key.public))

    def rewrite(self, db: Connection, forged: Statement) -> None:
        """Put a statement in the place of the newest; nobody signs it for him."""
        mine = (COLUMN.inbox_id == self.inbox.inbox_id, COLUMN.epoch == self.inbox.epoch)
        db.execute(update(tables.statements).where(*mine).values(body=forged.encode()))

    def roll_back(self, db: Connection) -> None:
        """Take the newest statement away: who left since is a member again."""
        mine = (COLUMN.inbox_id == self.inbox.inbox_id, COLUMN.epoch == self.inbox.epoch)
        db.execute(delete(tables.statements).where(*mine))

    def fork(self, db: Connection) -> None:
        """Have a former member sign another statement in the place of the newest."""
        self.roll_back(db)
        forged = replace(self.inbox.current, public=InboxSecret.random().pair.public)
        forged.sign(self.insider.signing).insert(db)

    def insert_a_member(self, db: Connection) -> None:
        """Sign an admission with a key of his own."""
        thief = Keyring(self.directory.installation, b"t" * 16, self.insider.seed)
        current = self.inbox.current
        forged = replace(
            current,
            epoch=current.epoch + 1,
            previous=current.digest,
            members=(*current.members, thief.public),
        )
        forged.sign(thief.signing).insert(db)

    def swap_the_first(self, db: Connection) -> None:
        """Put another inbox in the place of this one."""
        forged = replace(self.inbox.at(1), public=InboxSecret.random().pair.public)
        mine = (COLUMN.inbox_id == self.inbox.inbox_id, COLUMN.epoch == 1)
        db.execute(update(tables.statements).where(*mine).values(body=forged.encode()))


TRICKS = [
    Technician.swap,
    Technician.swap_a_member,
    Technician.swap_the_trustees,
    Technician.roll_back,
    Technician.fork,
    Technician.insert_a_member,
    Technician.swap_the_first,
]


@pytest.fixture
def technician(office: Office) -> Technician:
    told = Technician(office)
    with office.installation.store.write() as db:
        told.step(db)
    office.installation.directory.refresh()
    told.inbox = office.installation.directory.inbox(Channel.CITIZEN, InboxKind.MAIN)
    return told


@pytest.mark.parametrize("trick", TRICKS)
def test_both_doors_stop_and_say_why_until_the_keys_are_mended(
    office: Office,
    technician: Technician,
    trick: Callable[[Technician, Connection], None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    reporter, desk = office.reporter(), office.desk_of(office.adviser)
    receipt = reporter.report("Før")
    store = office.installation.store
    with store.read() as db:
        before = [dict(row) for row in db.execute(tables.statements.select()).mappings()]
    with store.write() as db:
        trick(technician, db)
    monkeypatch.setattr(directory, "LOOK_AGAIN", 0)
    monkeypatch.setattr(directory, "RETRY", 0)
    for _ in range(2):
        for answer in (
            reporter.get("/da/report/citizen"),
            reporter.post("/da/receipt", {"receipt": receipt}),
            reporter.get("/healthz"),
            desk.get("/casework/inboxes"),
        ):
            assert answer.status_code == 503
            assert "nøgler" in answer.text or "keys" in answer.text
    assert len([one for one in caplog.messages if "CANNOT BE TRUSTED" in one]) == 1
    with store.write() as db:
        db.execute(delete(tables.statements))
        db.execute(insert(tables.statements), before)
    assert "Før" in reporter.come_back(receipt).text
    assert desk.get("/casework/inboxes").status_code == 200


def test_a_report_that_is_sent_as_the_keys_change_is_not_sealed_to_them(
    office: Office, technician: Technician
) -> None:
    reporter = office.reporter()
    form = reporter.form()
    with office.installation.store.write() as db:
        technician.insert_a_member(db)
    answer = reporter.post("/da/report/citizen", {**form, "text": "Kun til rådgiveren"})
    assert answer.status_code == 503
    assert "Kun til rådgiveren" in answer.text
    with office.installation.store.read() as db:
        assert db.execute(tables.cases.select()).all() == []
    assert reporter.get("/da/report/citizen").status_code == 503

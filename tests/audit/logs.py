"""A log of any length, made in a moment, and a database to hold it: for those who attack it."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from hashlib import sha256
from io import BytesIO
from operator import attrgetter

from sqlalchemy import delete, insert, update

from whistle.audit.checkpoints import note_key
from whistle.audit.entries import (
    COMMAND,
    HOUSEKEEPING,
    Details,
    InboxLogKey,
    Who,
    leaf_content,
    seal_details,
)
from whistle.audit.evidence import Evidence, Kept, database
from whistle.audit.export import export, read_export
from whistle.audit.findings import Report
from whistle.audit.verify import verify
from whistle.crypto.merkle import Frontier, leaf_hash, nodes_over, root_at
from whistle.crypto.notes import Checkpoint, NoteKey, NoteSigner
from whistle.crypto.secret import Seed, SymmetricKey
from whistle.crypto.signing import SigningKey
from whistle.domain.logged import Logged
from whistle.storage.engine import Store
from whistle.storage.log import SUBTREE_LEVELS, CheckpointRow, EntryRow, SubtreeRow
from whistle.storage.log_guard import guard, unguard
from whistle.storage.log_tables import log_checkpoints, log_entries, log_heads, log_subtrees

INSTALLATION = b"i" * 16
SEED, STOLEN = Seed(bytes(range(32))), Seed(bytes(range(1, 33)))
KEY = note_key(INSTALLATION, SigningKey(SEED).verifying)
OTHER_KEY = note_key(INSTALLATION, SigningKey(STOLEN).verifying)
BEGUN = date(2026, 1, 1)
INBOX = InboxLogKey(b"b" * 16, 3, SymmetricKey(bytes(32)))


def entry(number: int, details: Details, who: Who, key: InboxLogKey | None = None) -> EntryRow:
    """Make an entry as `Log` does."""
    sealed = seal_details(INSTALLATION, details, key)
    row = EntryRow(
        number,
        1_760_000_000 + number,
        who.kind,
        who.member_id,
        sealed.inbox_id,
        sealed.epoch,
        sealed.commitment,
        sealed.body,
        b"",
    )
    return hashed(row)


def hashed(row: EntryRow) -> EntryRow:
    """Give an entry with the hash that it should have."""
    return replace(row, leaf=leaf_hash(leaf_content(row)))


def digest(of: str) -> str:
    return sha256(of.encode()).hexdigest()


def entries(size: int, a_day: int, came_in: int) -> Iterator[EntryRow]:
    """Make a log: members' acts, sealed or open, and a batch at the end of every day."""
    members = [Who.member(bytes([n] * 16)) for n in (1, 2, 3)]
    chance = random.Random(size)
    for number in range(size):
        who = chance.choice(members)
        if number % a_day == a_day - 1:
            came = sorted(digest(f"{number} {n}") for n in range(came_in))
            about = {"day": "2026-01-01", "came": came, "went": []}
            yield entry(number, Details(Logged.DAY_CAME_IN, about), HOUSEKEEPING)
        elif number % 7 == 0:
            yield entry(number, Details(Logged.SIGNED_IN, {"role": "adviser"}), who)
        else:
            case = chance.randbytes(16).hex()
            details = Details(Logged.CASE_OPENED, {"case": case, "role": "adviser"})
            yield entry(number, details, who, INBOX)


def restored(number: int) -> EntryRow:
    """Make the entry of a restored copy."""
    return entry(number, Details(Logged.RESTORED, {"copy": "copy.tar"}), COMMAND)


NAMES = [one.name for one in fields(EntryRow)]
raw = attrgetter(*NAMES)


@dataclass(frozen=True)
class Copy:
    """All that a database holds of a log; attackers give another one."""

    rows: tuple[EntryRow, ...]
    head: Frontier
    subtrees: dict[tuple[int, int], bytes]
    checkpoints: tuple[CheckpointRow, ...]

    def renumbered(self) -> "Copy":
        """Number the rows anew; their hashes stay."""
        rows = (
            row if row.number == number else replace(row, number=number)
            for number, row in enumerate(self.rows)
        )
        return replace(self, rows=tuple(rows))

    def rehashed(self) -> "Copy":
        """Number the rows anew and make every hash fit; nothing else."""
        rows = zip(self.rows, self.renumbered().rows, strict=True)
        return replace(
            self,
            rows=tuple(old if old is new and old.leaf else hashed(new) for old, new in rows),
        )

    def regrown(self) -> "Copy":
        """Make head and subtrees fit the rows, too."""
        tree, subtrees = grown([row.leaf for row in self.rows])
        return replace(self, head=tree, subtrees=subtrees)

    def signed(self, seed: Seed) -> "Copy":
        """Sign every checkpoint anew that the rows reach to."""
        leaves = [row.leaf for row in self.rows]
        kept = [row for row in self.checkpoints if row.size <= len(leaves)]
        return replace(self, checkpoints=tuple(signed(leaves, kept, seed)))


def grown(leaves: Sequence[bytes]) -> tuple[Frontier, dict[tuple[int, int], bytes]]:
    """Give the tree over leaves, and the subtrees that are kept."""
    tree, subtrees = Frontier(), {}
    for leaf in leaves:
        tree, complete = tree.add(leaf)
        subtrees.update(
            {
                (one.level, one.number): one.root
                for one in complete
                if one.level % SUBTREE_LEVELS == 0
            }
        )
    return tree, subtrees


def signed(
    leaves: Sequence[bytes], days: Sequence[CheckpointRow], seed: Seed
) -> Iterator[CheckpointRow]:
    """Give checkpoints over leaves, of the same days and sizes."""
    signer = NoteSigner(KEY.name, seed)
    node = nodes_over(leaves)
    for row in days:
        text = Checkpoint(KEY.name, row.size, root_at(node, row.size)).encode()
        yield replace(row, note=signer.sign(text))


def made(size: int, a_day: int, came_in: int = 3) -> Copy:
    """Make a log with a checkpoint after every day's batch, which tells of rows that came in."""
    rows = tuple(entries(size, a_day, came_in))
    days = [
        CheckpointRow(BEGUN + timedelta(days=number), (number + 1) * a_day, b"")
        for number in range(size // a_day)
    ]
    empty = Copy(rows, Frontier(), {}, tuple(days))
    return empty.regrown().signed(SEED)


def kept_elsewhere(copy: Copy, *places: int) -> list[Kept]:
    """Give checkpoints as somebody else has kept them."""
    rows = [copy.checkpoints[place] for place in places]
    return [Kept(f"the one kept of {row.day}", row.note, outside=True) for row in rows]


def put(store: Store, copy: Copy) -> None:
    """Have a database hold a log, as only its owner can."""
    subtrees = [SubtreeRow(*place, root) for place, root in copy.subtrees.items()]
    with store.write() as db:
        unguard(db)
        for table in (log_entries, log_subtrees, log_checkpoints):
            db.execute(delete(table))
        values = [dict(zip(NAMES, raw(row), strict=True)) for row in copy.rows]
        db.execute(insert(log_entries), values)
        SubtreeRow.insert_all(db, subtrees)
        CheckpointRow.insert_all(db, copy.checkpoints)
        db.execute(update(log_heads).values(size=copy.head.size, roots=copy.head.encode()))
        guard(db)


def check(copy: Copy, key: NoteKey | None = KEY, outside: Sequence[Kept] = ()) -> Report:
    """Check a log that lies in memory."""
    kept = [Kept(f"the checkpoint of {row.day}", row.note) for row in copy.checkpoints]
    evidence = Evidence(KEY, kept, copy.head, lambda: map(raw, copy.rows), copy.subtrees)
    return verify(evidence, key, outside)


def check_database(store: Store, key: NoteKey | None = KEY, outside: Sequence[Kept] = ()) -> Report:
    """Check a database; its sealed rows are another test's."""
    with store.read() as db:
        return verify(replace(database(db, KEY), compare=None), key, outside)


def check_export(store: Store, key: NoteKey | None = KEY, outside: Sequence[Kept] = ()) -> Report:
    """Export a database, and check what came out."""
    with store.read() as db:
        exported = b"".join(export(db, KEY))
    return verify(read_export(BytesIO(exported)), key, outside)

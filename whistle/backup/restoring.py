"""`whistle restore`: a copy put into an empty database, of either engine.

All of it happens in one transaction, at whose end the log says so: whoever is stopped on the way
leaves a marked and empty database, from which nothing is served.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from whistle.audit.entries import COMMAND
from whistle.audit.log import Deed, Log, deed
from whistle.backup import files, rows
from whistle.backup.deletions import Known
from whistle.backup.errors import CopyError
from whistle.backup.folder import Copy
from whistle.backup.manifest import Manifest, check_checksums
from whistle.backup.replaying import Replayed, replay
from whistle.backup.tree import rebuilt
from whistle.crypto.errors import DirectoryError
from whistle.domain.clock import Clock
from whistle.domain.logged import Logged
from whistle.keys.directory import Directory
from whistle.settings import Settings
from whistle.storage import log_tables
from whistle.storage.engine import Store, open_store
from whistle.storage.log_guard import guard, unguard
from whistle.storage.migrations import check_owner, migrate, newest
from whistle.storage.restoring import mark, unmark
from whistle.storage.tables import metadata


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did. ``known``: what the deletions were taken from."""

    manifest: Manifest
    replayed: Replayed
    known: Known


def checked(copy: Copy, settings: Settings) -> Manifest:
    """Read what a copy says of itself, and hold its files against it.

    Raises `CopyError` when it is not whole, another installation's, or of a newer program.
    """
    check_checksums(copy.checksums)
    manifest = Manifest.read(copy.manifest)
    if manifest.installation != settings.installation:
        raise CopyError(
            f"{copy.database} is of another installation: its values would not open here. Use the "
            "whistle.toml that belongs to it"
        )
    if manifest.revision > newest():
        raise CopyError(
            f"{copy.database} is at revision {manifest.revision}, this program knows {newest()}: "
            "install the version of Whistle that wrote it, or a newer one"
        )
    return manifest


@contextmanager
def up_to_date(copy: Copy, manifest: Manifest) -> Iterator[Store]:
    """Open a copy to read it, with this program's schema; an older one as a copy of its own."""
    if manifest.revision == newest():
        store = files.opened(copy.database)
        yield store
        store.dispose()
        return
    with tempfile.TemporaryDirectory(prefix="whistle-restore-") as folder:
        path = Path(folder) / copy.database.name
        shutil.copyfile(copy.database, path)
        older = files.changeable(path)
        migrate(older)
        older.dispose()
        yield files.opened(path)


def check_directory(settings: Settings, store: Store) -> None:
    """Raise `CopyError` where the keys in a copy are not, or no longer, those of ``whistle.toml``.

    A server would not start on them.
    """
    try:
        Directory(settings.installation, settings.inboxes, store)
    except DirectoryError as error:
        raise CopyError(
            f"the keys in this copy are not those that whistle.toml names: {error}. Either it is "
            "older than the last change of keys that was confirmed there: restore a newer copy. Or "
            "it was changed. Nothing was restored; docs/operations.md, 'When the only copy is "
            "older than the keys', says what can still be done"
        ) from error


def restore(copy: Copy, settings: Settings, clock: Clock, known: Known) -> Restored:
    """Put a copy into the database of ``settings``, which has to be empty.

    ``known``: the deletions to do again, as new as there are any. Raises `CopyError` or
    `SchemaError`, and nothing was restored.
    """
    manifest = checked(copy, settings)
    with up_to_date(copy, manifest) as source:
        check_directory(settings, source)
        target = open_store(settings.database)
        target.clock = clock
        try:
            _prepare(target)
            log_of = Log(target, settings.installation, clock, COMMAND)
            replayed = _put(source, log_of, manifest, known)
        finally:
            target.dispose()
    return Restored(manifest, replayed, known)


def _prepare(target: Store) -> None:
    """Make the tables, where there are none, and the mark."""
    migrate(target)
    with target.write() as db:
        check_owner(db)
        _check_empty(db)
        mark(db)


def _check_empty(db: Connection) -> None:
    for table in metadata.sorted_tables:
        query = select(table).limit(1)
        if table is log_tables.log_heads:
            query = query.where(table.c.size > 0)
        if db.execute(query).first() is not None:
            raise CopyError(
                f"the database is not empty: there are rows in {table.name}. Nothing was restored. "
                "Put the old database aside, under another name, and restore into a new one"
            )


def _put(source: Store, log_of: Log, manifest: Manifest, known: Known) -> Replayed:
    with source.read() as old, log_of.store.write() as db:
        _check_empty(db)
        unguard(db)
        numbers = rows.copy(old, db)
        guard(db)
        tree = rebuilt(db)
        if (tree.size, tree.root()) != (manifest.log_size, manifest.log_root):
            raise CopyError("the log is not the one that the manifest names; use another copy")
        if manifest.revision == newest() and numbers != manifest.rows:
            raise CopyError("there are not the rows that the manifest names; use another copy")
        replayed = replay(db, known.removed)
        log_of.append(db, _restored(manifest, known, replayed))
        unmark(db)
    return replayed


def _restored(manifest: Manifest, known: Known, replayed: Replayed) -> Deed:
    """Say in the log what it lacks: the newest checkpoint tells how long it had been."""
    newest_note = known.checkpoints[-1].note if known.checkpoints else b""
    return deed(
        Logged.RESTORED,
        day=manifest.day.isoformat(),
        log_size=manifest.log_size,
        replayed=replayed.deleted,
        known_until=known.day.isoformat(),
        checkpoint=newest_note.decode("utf-8", "replace"),
    )

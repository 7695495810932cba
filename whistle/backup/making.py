"""`whistle backup`: a copy of a database at work, as it is, in one file."""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from whistle.audit.entries import COMMAND
from whistle.audit.log import Log, deed
from whistle.backup import deletions, files, manifest, records, rows
from whistle.backup.deletions import Known
from whistle.backup.errors import CopyError
from whistle.backup.folder import Copy, alone_in, new_copy, remove_old
from whistle.backup.manifest import Manifest
from whistle.domain.clock import Clock
from whistle.domain.logged import Logged
from whistle.settings import Settings
from whistle.storage import log
from whistle.storage.directory import has_statements
from whistle.storage.engine import Store, open_store
from whistle.storage.figures import database_bytes
from whistle.storage.log_guard import guard, unguard
from whistle.storage.migrations import current, migrate, newest
from whistle.storage.restoring import check_whole

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Made:
    """What a run did. ``removed``: the names of copies that were too old.

    ``unknown``: of those that are left because nobody can read how old they are.
    """

    copy: Copy
    manifest: Manifest
    removed: list[str]
    unknown: list[str]


def back_up(settings: Settings, clock: Clock, folder: Path) -> Made:
    """Copy the database into a folder, and remove the copies that are too old.

    The log says so before, so that the copy says so too. Raises `CopyError`, and leaves nothing
    that looks like a copy, when there is no room or the schema is not this program's.
    """
    today = clock.today()
    with alone_in(folder):
        removed, unknown = remove_old(
            folder, settings.installation, today, settings.backup.keep_days
        )
        store = open_store(settings.database)
        store.clock = clock
        try:
            _check(settings, store, folder)
            copy = new_copy(folder, today)
            log_of = Log(store, settings.installation, clock, COMMAND)
            log_of.note(deed(Logged.BACKED_UP, copy=copy.name))
            told = _written(store, settings.installation, copy, today)
            with store.read() as db:
                deletions.keep(folder, Known.of(db, settings.installation, today))
        finally:
            store.dispose()
    return Made(copy, told, removed, unknown)


def _check(settings: Settings, store: Store, folder: Path) -> None:
    now = current(store)
    if now != newest():
        raise CopyError(
            f"the database is at revision {now or 'none'}, this program's is {newest()}. Bring it "
            "up to date with: whistle upgrade --data DIR, or use the program that it is from"
        )
    with store.read() as db:
        check_whole(db)
        if settings.inboxes and not has_statements(db):
            raise CopyError(
                "the database has no keys, but whistle.toml names inboxes: it is another one, or "
                "was put aside. Nothing was copied"
            )
        size = database_bytes(db)
    free, kept_free = shutil.disk_usage(folder).free, settings.limits.free_megabytes * MEGABYTE
    if free - size < kept_free:
        raise CopyError(
            f"{folder}: {size // MEGABYTE} MB would be written, and {free // MEGABYTE} MB are free "
            f"on the disk, of which {kept_free // MEGABYTE} stay free (free_megabytes). Make room"
        )


def _written(store: Store, installation: bytes, copy: Copy, today: date) -> Manifest:
    """Write a copy's files; its database gets its name when all else is on the disk."""
    try:
        told = _copied(store, installation, copy.part, today)
        records.sync(copy.part)
        told.write(copy.manifest)
        names = {copy.database.name: copy.part, copy.manifest.name: copy.manifest}
        manifest.write_checksums(copy.checksums, names)
        copy.part.rename(copy.database)
    except BaseException:
        copy.part.unlink(missing_ok=True)
        copy.remove()
        raise
    records.sync(copy.folder)
    return told


def _copied(store: Store, installation: bytes, part: Path, today: date) -> Manifest:
    made = files.new_file(part)
    migrate(made)
    with store.read() as source, made.write() as target:
        unguard(target)  # the log comes as a whole, not by one entry after the other
        numbers = rows.copy(source, target)
        guard(target)
        tree = log.head(target)
    made.dispose()
    return Manifest(installation, newest(), today, tree.size, tree.root(), numbers)

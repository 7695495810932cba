"""Where a restore learns what was deleted since its copy was made: of as many as there are."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from whistle.backup import files
from whistle.backup.deletions import FILE_NAME, Known
from whistle.backup.errors import CopyError
from whistle.backup.folder import Copy
from whistle.backup.manifest import Manifest
from whistle.domain.copies import MOST_DAYS
from whistle.domain.errors import RefusedError
from whistle.storage.log_tables import log_entries
from whistle.storage.read_only import open_read_only


@dataclass(frozen=True, slots=True)
class Sources:
    """What somebody named. ``old``: the URL of the database that the copy is to take the place of.

    ``nothing``: that there is no log of deletions any more.
    """

    file: Path | None = None
    old: str | None = None
    nothing: bool = False


def known_deletions(copy: Copy, manifest: Manifest, sources: Sources, today: date) -> Known:
    """Put together what is known; raise `CopyError` where nothing is, and nobody said so."""
    nothing = Known(manifest.installation, manifest.day, manifest.log_size, (), ())
    beside = copy.folder / FILE_NAME
    paths = [path for path in (beside, sources.file) if path and (path.exists() or path != beside)]
    told = [Known.read(path, manifest.installation) for path in paths]
    if sources.old:
        told.append(_asked(copy, manifest, sources.old, today))
    if not told and not sources.nothing:
        raise CopyError(
            f"{beside} is missing: what was deleted since {manifest.day} would come back. Name the "
            "newest with --deletions FILE, or the old database with --old URL, or say that there "
            "is none: --without-deletions"
        )
    if told and max(one.day for one in told) < manifest.day:
        raise CopyError(
            "the log of deletions is older than the copy: it would bring back what was deleted "
            "between the two. Name a newer one with --deletions"
        )
    if told and not sources.nothing and manifest.day < today - timedelta(days=MOST_DAYS + 1):
        raise CopyError(
            f"the copy is of {manifest.day}: deletions are known for {MOST_DAYS + 1} days, so what "
            "was deleted before that would come back. Restore a newer copy; or, if there is none "
            "and the adviser wants it so, say --without-deletions: what is known is deleted still"
        )
    return nothing.joined([*told, _own(copy, manifest)])


def _own(copy: Copy, manifest: Manifest) -> Known:
    """Ask the copy itself for its checkpoints, where it is of this program's schema."""
    known = Known(manifest.installation, manifest.day, manifest.log_size, (), ())
    store = files.opened(copy.database)
    with suppress(SQLAlchemyError), store.read() as db:
        known = Known.of(db, manifest.installation, manifest.day)
    return known


def _asked(copy: Copy, manifest: Manifest, url: str, today: date) -> Known:
    """Ask the old database, which has to be the one that the copy was made of."""
    try:
        store = open_read_only(url)
    except (RefusedError, SQLAlchemyError) as error:
        raise CopyError(f"--old: {error}") from error
    try:
        with store.read() as db, files.opened(copy.database).read() as copied:
            last = _leaf(copied, manifest.log_size - 1)
            if last is None or _leaf(db, manifest.log_size - 1) != last:
                raise CopyError(
                    "--old: this is not the database that the copy was made of, or it is older: "
                    "its log is another one"
                )
            return Known.of(db, manifest.installation, today)
    except SQLAlchemyError as error:
        raise CopyError("--old: the database cannot be read; leave it out") from error
    finally:
        store.dispose()


def _leaf(db: Connection, number: int) -> bytes | None:
    column = log_entries.c
    leaf: bytes | None = db.execute(select(column.leaf).where(column.number == number)).scalar()
    return leaf

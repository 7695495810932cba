"""A database that is opened to look, and never to write: for checks, also of copies."""

import sqlite3
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from whistle.domain.errors import RefusedError
from whistle.storage.engine import Store, open_store


def open_read_only(url: str) -> Store:
    """Open the database at an SQLAlchemy URL; it must be there. Nothing can be written.

    Raises `RefusedError` for what is no URL, and for a file that is not there.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise RefusedError("the database's URL is none; docs/settings.md shows two") from error
    if parsed.get_backend_name() != "sqlite":
        return open_store(parsed)  # whose reads are READ ONLY
    path = Path(parsed.database or "")
    if not path.is_file():
        raise RefusedError(f"{path} is not there, or is no file")
    address = f"file:{quote(str(path.absolute()))}?mode=ro"
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(address, uri=True, isolation_level=None),
        hide_parameters=True,
    )
    event.listen(engine, "begin", _snapshot)
    return Store(engine)


def _snapshot(db: Connection) -> None:
    db.exec_driver_sql("BEGIN")

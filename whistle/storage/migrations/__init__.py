"""The schema's history. `upgrade` brings any database of ours to the newest revision."""

from importlib import resources
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from whistle.domain.errors import RefusedError
from whistle.storage.engine import Store
from whistle.storage.restoring import check_whole

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "head"
_MAY_CREATE = "SELECT has_schema_privilege(current_schema(), 'CREATE')"
_OWNS_TABLES = (
    "SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class"
    " WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
)

# Alembic takes a fifth of a start to load, so it is loaded where there is something to do.


class SchemaError(RefusedError):
    """The schema is not this program's, and whoever asks cannot make it so."""


def upgrade(store: Store, revision: str = HEAD) -> None:
    """Migrate up to ``revision``. Safe to call at every start: nothing happens when it is there.

    Raises `UnfinishedRestoreError` before anything else; `SchemaError` when the database is newer
    than this program, or its role may only read and write rows, as the doors' on PostgreSQL.
    """
    with store.read() as db:
        check_whole(db)
    migrate(store, revision)


def migrate(store: Store, revision: str = HEAD) -> None:
    """Do as `upgrade`, also while a copy is being put into the database."""
    now = current(store)
    if revision == HEAD and now == newest():
        return
    if now is not None and now > newest():
        raise SchemaError(
            f"the database is at revision {now}, this program knows {newest()}: it is older than "
            "the one that was here before. Install that one again, or a newer one"
        )
    from alembic import command  # noqa: PLC0415

    with store.write() as connection:
        check_owner(connection)
        command.upgrade(_config(connection), revision)


def check_owner(db: Connection) -> None:
    """Raise `SchemaError` where this role may not change the schema."""
    if db.dialect.name == "postgresql":
        owns = db.execute(text(_OWNS_TABLES)).scalar()  # none where there is no table
        if owns is False or not db.execute(text(_MAY_CREATE)).scalar():
            raise SchemaError(
                f"the database has to be brought to revision {newest()}, and this role may not. "
                "As the role that owns the tables, run: whistle upgrade --data DIR"
            )


def downgrade(store: Store, revision: str) -> None:
    """Migrate down to ``revision`` (``base``: to nothing)."""
    from alembic import command  # noqa: PLC0415

    with store.write() as connection:
        command.downgrade(_config(connection), revision)


def current(store: Store) -> str | None:
    """Give the revision of a database; none while it has no tables of ours."""
    with store.read() as db:
        if not inspect(db).has_table("alembic_version"):
            return None
        return db.execute(text("SELECT version_num FROM alembic_version")).scalar()


def newest() -> str:
    """Give the newest revision: files are named for theirs."""
    names = (file.name for file in resources.files(__name__).joinpath("versions").iterdir())
    return max(name.partition("_")[0] for name in names if name[0].isdigit())


def _config(connection: object) -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(resources.files(__name__)))
    config.attributes["connection"] = connection
    return config

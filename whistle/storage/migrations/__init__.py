"""The schema's history. `upgrade` brings any database of ours to the newest revision."""

from importlib import resources
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from whistle.storage.engine import Store

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "head"

# Alembic takes a fifth of a start to load, so it is loaded where there is something to do.


def upgrade(store: Store, revision: str = HEAD) -> None:
    """Migrate up to ``revision``. Safe to call at every start: nothing happens when it is there."""
    if revision == HEAD and current(store) == newest():
        return
    from alembic import command  # noqa: PLC0415

    with store.write() as connection:
        command.upgrade(_config(connection), revision)


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

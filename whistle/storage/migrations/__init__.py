"""The schema's history. `upgrade` brings any database of ours to the newest revision."""

from importlib import resources

from alembic import command
from alembic.config import Config

from whistle.storage.engine import Store


def upgrade(store: Store, revision: str = "head") -> None:
    """Migrate up to ``revision``. Safe to call at every start: nothing happens when it is there."""
    with store.write() as connection:
        command.upgrade(_config(connection), revision)


def downgrade(store: Store, revision: str) -> None:
    """Migrate down to ``revision`` (``base``: to nothing)."""
    with store.write() as connection:
        command.downgrade(_config(connection), revision)


def _config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files(__name__)))
    config.attributes["connection"] = connection
    return config

"""Run by Alembic: migrations on the connection that `whistle.storage.migrations` hands over."""

from alembic import context

from whistle.storage.log_tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()

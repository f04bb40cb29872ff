"""Alembic's entry point, run by `runner.store.upgrade` inside a transaction that it has begun."""

from alembic import context

from runner.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()

"""Alembic's environment, of every store: it runs this file for each command, with a connection that we hand it.

Each revision is one transaction that ends with the new stamp, on SQLite too: a process killed at
any moment leaves the store at one revision or at the next.
"""

from __future__ import annotations

from alembic import context

connection = context.config.attributes["connection"]
applied = context.config.attributes["applied"]
context.configure(
    connection=connection,
    transactional_ddl=True,
    transaction_per_migration=True,
    on_version_apply=lambda *, step, **_: applied(connection, step),  # type: ignore[reportUnknownLambdaType]
)
with context.begin_transaction():
    context.run_migrations()

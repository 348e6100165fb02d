"""Taking one store from its revision to another, over a connection that is handed in."""

from __future__ import annotations

from collections.abc import Callable

from alembic import command
from alembic.runtime.migration import MigrationInfo
from sqlalchemy import Connection, text

from noren.revisions import stamp
from noren.revisions.history import History, Step
from noren.revisions.opening import revision_of


def found_revision(connection: Connection, history: History) -> str | None:
    """Return the revision of a store, None when it has no tables; leaves no transaction open."""
    try:
        return revision_of(connection, history.known)
    finally:
        connection.rollback()


def migrate(
    connection: Connection, history: History, wanted: str, guard: Callable[[Connection], None] | None = None
) -> list[Step]:
    """Go from the store's revision to ``wanted``, a transaction per step; return the steps done.

    A store of before there were revisions is stamped with the first one. ``guard`` is called at the beginning of
    each step's transaction and may lock, or refuse by raising.

    Raises:
        CanNotGo: the store holds what the next layout has no way to hold; it stays at the revision before.
    """
    found = found_revision(connection, history)
    steps = history.steps(found, wanted)
    config = history.config()
    config.attributes["connection"] = connection
    config.attributes["applied"] = _marking(history)
    if found == stamp.FIRST:
        stamp_store(connection, found)
    for step in steps:
        with connection.begin():  # Alembic joins it
            if guard is not None:
                guard(connection)
            if step.up:
                command.upgrade(config, step.revision)
            else:
                command.downgrade(config, history.before(step.revision))
    return steps


def stamp_store(connection: Connection, revision: str) -> None:
    """Stamp a store that bears no stamp, in one transaction."""
    for statement in stamp.put(revision):
        connection.execute(text(statement))
    connection.commit()


def _marking(history: History) -> Callable[[Connection, MigrationInfo], None]:
    """Return what to do within a step's transaction, once its stamp is set."""

    def mark(connection: Connection, step: MigrationInfo) -> None:
        now = step.up_revision_id if step.is_upgrade else history.before(str(step.up_revision_id))
        statement = history.mark(int(str(now)), connection.dialect.name) if history.mark is not None else ""
        if statement:
            connection.execute(text(statement))

    return mark

"""Opening a store that SQLAlchemy's tables describe: a new one is made and stamped, another's is refused.

Each store's ``MetaData`` carries its :class:`Layout`. Alembic is not loaded: a zone changes no layout.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, MetaData, Table

from noren.kernel.say import Say
from noren.revisions import stamp


@dataclass(frozen=True, slots=True)
class Layout:
    """Which store tables are of, and the revision at which they are.

    ``known``: a table of the first revision, by which a store of before there were revisions is recognised.
    ``mark_above``: how far the number in a SQLite file's header is above the revision's, for a noren of then.
    """

    store: str
    revision: str
    known: str
    mark_above: int | None = None

    def mark(self, number: int, engine: str) -> str:
        """Return the statement that sets the number in a SQLite file's header; empty: this store has none."""
        if self.mark_above is None or engine != "sqlite":
            return ""
        return f"PRAGMA user_version = {number + self.mark_above}"


def laid_out(layout: Layout) -> MetaData:
    """Return a store's tables, none yet."""
    return MetaData(info={"layout": layout})


def layout_of(tables: MetaData) -> Layout:
    """Return what a store's tables say of themselves."""
    layout = tables.info["layout"]
    assert isinstance(layout, Layout)
    return layout


def tables_of(tables: MetaData, dialect: str) -> list[Table]:
    """Return the tables of a store that belong into a database of this engine: some are one engine's own."""
    return [table for table in tables.sorted_tables if table.info.get("only", dialect) == dialect]


def revision_of(connection: Connection, known: str) -> str | None:
    """Return the revision of a store, None when it has no tables."""
    of = stamp.of_sqlite if connection.dialect.name == "sqlite" else stamp.of_postgresql
    return of(lambda question: connection.exec_driver_sql(question).all(), known)


def make_or_stamp(connection: Connection, tables: MetaData) -> None:
    """Make and stamp what has no tables yet; stamp a store of before there were revisions where it is still today's.

    Runs in the caller's transaction, which must hold the write lock.
    """
    layout = layout_of(tables)
    found = revision_of(connection, layout.known)
    if found is None:
        tables.create_all(connection, tables_of(tables, connection.dialect.name))
        mark = layout.mark(int(layout.revision), connection.dialect.name)
        if mark:
            connection.exec_driver_sql(mark)
    if found in (None, layout.revision):
        for statement in stamp.put(layout.revision):
            connection.exec_driver_sql(statement)


def problem_of(connection: Connection, tables: MetaData) -> Say | None:
    """Return what to say of a store that is not at the revision of ``tables``; None: it is."""
    layout = layout_of(tables)
    return stamp.problem(layout.store, revision_of(connection, layout.known), layout.revision)

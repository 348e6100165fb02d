"""PostgreSQL as the vault uses it: one writer at a time, every commit synced, tables laid anew by rewriting them.

A row's place in its table (ctid) and the number of the transaction that wrote it (xmin) tell in which
order rows came, and the numbers are shared by all databases of a server, so also by the ledger's.
``VACUUM FULL`` and ``CLUSTER`` keep xmin even when they freeze; so rows are copied out, the table is
truncated and they are written back by one transaction, in the order of their random keys. What the
server's write-ahead log keeps, and how long, is docs/decisions/0009's subject.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, MetaData, Table, create_engine, insert, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError

from noren.identity.errors import StoreUnusable, WrongLayout
from noren.kernel.address import DatabaseAddress
from noren.revisions.opening import problem_of, tables_of

WAIT_SECONDS: Final = 30
LAYING_WAIT_SECONDS: Final = 1
_OPTIONS: Final = f"-c synchronous_commit=on -c lock_timeout={WAIT_SECONDS}s -c search_path=public"
_ONE_WRITER: Final = text("SELECT pg_advisory_xact_lock(1)")
_THE_ROW: Final = bytes(16)
_TABLE_MISSING: Final = "42P01"


class PostgresEngine:
    """`engine.VaultEngine` on one database, whose tables provisioning has made.

    Raises:
        StoreUnusable: it can not be reached.
        WrongLayout: it has not the tables that this noren knows.
    """

    def __init__(self, address: DatabaseAddress, tables: MetaData) -> None:
        arguments = {**address.libpq(), "options": _OPTIONS}
        self._engine = create_engine(
            "postgresql+psycopg://",
            connect_args=arguments,
            pool_size=4,
            max_overflow=8,
            pool_pre_ping=True,
            hide_parameters=True,
        )
        known = tables_of(tables, "postgresql")
        self._arrival = next(table for table in known if table.name == "arrival")
        self._tables = [table for table in known if table is not self._arrival]
        self._names = ", ".join(table.name for table in self._tables)
        try:
            with self._engine.connect() as connection:
                problem = problem_of(connection, tables)
        except DBAPIError as wrong:
            raise StoreUnusable(f"{address.database} can not be opened: {_why(wrong)}") from None
        if problem is not None:
            self._engine.dispose()
            raise WrongLayout(problem)

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """See ``VaultEngine``."""
        with self._engine.begin() as connection:
            connection.execute(_ONE_WRITER)
            yield connection

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """See ``VaultEngine``.

        The tables are locked before anything is looked at: else a reading that began just before they were laid
        anew would find them empty (``TRUNCATE`` does not keep what older snapshots saw).
        """
        with self._engine.connect().execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        ) as connection:
            connection.exec_driver_sql(f"LOCK TABLE {self._names} IN ACCESS SHARE MODE")
            yield connection

    def adding(self, table: Table) -> postgresql.Insert:
        """See ``VaultEngine``."""
        return postgresql.insert(table)

    def note_coming(self, connection: Connection) -> None:
        """See ``VaultEngine``: the mark is a row of its own."""
        mark = self.adding(self._arrival).values(row=_THE_ROW, in_order=1)
        unless_marked = self._arrival.c.in_order == 0
        connection.execute(
            mark.on_conflict_do_update(index_elements=["row"], set_={"in_order": 1}, where=unless_marked)
        )

    def note_deleting(self, connection: Connection) -> None:
        """See ``VaultEngine``."""
        self.note_coming(connection)

    def lay_anew(self) -> None:
        """See ``VaultEngine``."""
        with self._held() as connection:
            if connection.execute(select(self._arrival).where(self._arrival.c.in_order == 1)).first() is None:
                return
            connection.exec_driver_sql(f"LOCK TABLE {self._names} IN ACCESS EXCLUSIVE MODE")
            for table in self._tables:
                _rewrite(connection, table)
            connection.execute(update(self._arrival).values(in_order=0))

    def forget_deleted(self) -> None:
        """See ``VaultEngine``: the tables' files are written anew; the old ones are gone at the commit."""
        self.lay_anew()

    def whole(self) -> bool:
        """See ``VaultEngine``: the server checks its pages' sums when it reads them, so all rows are read."""
        try:
            with self.reading() as connection:
                for table in self._tables:
                    for _ in connection.execution_options(yield_per=10_000).execute(select(table)):
                        continue
        except DBAPIError:
            return False
        return True

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _held(self) -> Generator[Connection]:
        """Open the writing transaction, but do not wait long for it."""
        try:
            with self._engine.begin() as connection:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LAYING_WAIT_SECONDS}s'")
                connection.execute(_ONE_WRITER)
                yield connection
        except DBAPIError as wrong:
            raise StoreUnusable(f"The vault's tables could not be laid anew: {_why(wrong)}") from None


def _rewrite(connection: Connection, table: Table) -> None:
    """Write a table anew: all its rows by this one transaction, in the order of their keys, into fresh files."""
    aside = table.to_metadata(MetaData(), name="aside")
    columns = [column.name for column in table.c]
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE aside (LIKE {table.name}) ON COMMIT DROP")
    connection.execute(insert(aside).from_select(columns, select(table)))
    connection.exec_driver_sql(f"TRUNCATE {table.name}")
    connection.execute(insert(table).from_select(columns, select(aside).order_by(*aside.primary_key)))
    connection.exec_driver_sql("DROP TABLE aside")


def _why(wrong: DBAPIError) -> str:
    """Return what the server said, without the statement's values."""
    if getattr(wrong.orig, "sqlstate", None) == _TABLE_MISSING:
        return "its tables are missing; make them with noren init"
    return str(wrong.orig).strip().splitlines()[0]

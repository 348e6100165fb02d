"""The ledger on PostgreSQL: one batch at a time over all processes of a database, made durable beside the next.

A batch begins by taking the turn (a row lock) and ends by a commit that need not wait for the
disk; ``flush`` then makes it durable (decision 0008).
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from noren.activity import pg_tables
from noren.activity.campaign_rows import EDITION
from noren.activity.errors import NotDurable
from noren.activity.model import Tally
from noren.activity.pg_batch import PostgresBatch
from noren.activity.pg_connection import BUSY_MS, BY_KEYS, breakage, connect
from noren.kernel.address import DatabaseAddress


class PostgresLedger:
    """Fills ``LedgerStore`` on one database, as a role that owns nothing.

    Two sessions: one for batches, one that flushes. Both are opened before the first batch, and
    neither is ever opened again by itself: a crash of the server ends both, so a flush that
    succeeds proves that nothing committed before it was lost.
    """

    def __init__(self, address: DatabaseAddress, *, busy_ms: int = BUSY_MS) -> None:
        self._db = connect(address, busy_ms=busy_ms, synchronous_commit="off", **BY_KEYS)
        try:
            self._flushing = connect(address, busy_ms=busy_ms, synchronous_commit="on")
        except BaseException:
            self._db.close()
            raise
        self._one_flush = threading.Lock()

    @property
    def flushes_apart(self) -> bool:
        """See ``LedgerStore``: commits do not wait for the disk, a flush does."""
        return True

    @contextmanager
    def batch(self, *, durable: bool = True) -> Generator[PostgresBatch]:
        """See ``LedgerStore``.

        Raises:
            NotDurable: the server failed or is away; nothing of the batch may be acknowledged.
            Contradicted: the batch contradicts what is stored and was rolled back; the store is sound.
        """
        try:
            with self._db.pipeline():
                self._run(pg_tables.BEGIN)
                if durable:
                    self._run(pg_tables.BEGIN_DURABLE)
                yield PostgresBatch(self._db)
                ended = self._run(pg_tables.COMMIT)
            if ended.statusmessage != "COMMIT":
                raise NotDurable("the ledger rolled a batch back instead of committing it")
        except psycopg.Error as wrong:
            self._roll_back()
            raise breakage(wrong) from wrong
        except BaseException:
            self._roll_back()
            raise

    def _run(self, statement: str) -> psycopg.Cursor[tuple[Any, ...]]:
        return self._db.execute(statement.encode(), prepare=True)

    def _roll_back(self) -> None:
        if self._db.closed or self._db.info.transaction_status is TransactionStatus.IDLE:
            return
        try:
            self._db.execute(pg_tables.ROLL_BACK.encode())
        except psycopg.Error:
            return  # the session is gone, and its transaction with it

    def flush(self) -> None:
        """See ``LedgerStore``."""
        with self._one_flush:
            try:
                self._flushing.execute(pg_tables.FLUSH.encode(), prepare=True)
            except psycopg.Error as wrong:
                raise breakage(wrong) from wrong

    def carry_over(self) -> None:
        """See ``LedgerStore``: the server does that by itself."""

    def forget_deleted(self) -> bool:
        """See ``LedgerStore``: the server does that by itself, in its own time (decision 0029)."""
        return True

    def tally(self) -> Tally:
        """See ``LedgerStore``."""
        return Tally(**{row[0]: row[1] for row in self._read(pg_tables.GET_TALLY)})

    def clock_offset_us(self) -> int:
        """Return the sandbox clock's offset in microseconds."""
        return int(self._read(pg_tables.GET_META, "clock_offset_us")[0][0])

    def _read(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(statement.encode(), parameters).fetchall()
        except psycopg.Error as wrong:
            raise breakage(wrong) from wrong

    def campaigns_edition(self) -> int:
        """See ``LedgerStore``."""
        return int(self._read(EDITION)[0][0])

    def set_clock_offset_us(self, offset_us: int) -> None:
        """Keep the sandbox clock's offset, for the other ledger processes to see."""
        with self.batch() as batch:
            batch.set_meta("clock_offset_us", offset_us)

    def probe(self) -> None:
        """See ``LedgerStore``."""
        with self.batch() as batch:
            batch.probe()

    def close(self) -> None:
        """See ``LedgerStore``."""
        self._db.close()
        self._flushing.close()

"""Connections to the ledger's PostgreSQL database: settings that make it fast and refusals that keep it honest.

A server that may lose what it said was synced is refused here, once, instead of trusted at each commit.
"""

from __future__ import annotations

from typing import Any, Final

import psycopg
from psycopg import Connection, RawCursor
from psycopg import errors as pg

from noren.activity import pg_tables
from noren.activity.errors import Contradicted, LedgerBroken, NotDurable, UnsafeServer, WrongSchema
from noren.activity.pg_arrays import take_arrays
from noren.activity.tables import REVISION
from noren.kernel.address import DatabaseAddress
from noren.kernel.say import Say
from noren.revisions import stamp

BUSY_MS: Final = 20_000
"""How long a writer waits for another process to finish its transaction."""

CONNECT_SECONDS: Final = 5
SILENT_MS: Final = 10_000
"""A server that acknowledges no packet for so long is gone."""

IDLE_MS: Final = 15_000
"""A process stopped in the middle of a batch holds up the others for so long; then the server rolls it back."""

STATEMENT_MS: Final = 60_000
PREPARED: Final = 300
OLDEST_SERVER: Final = 150_000
_REQUIRED: Final = {"fsync": "on", "full_page_writes": "on"}

# All that a batch does goes by keys. A plan is made once per statement and session, whatever the tables' sizes were
# on that day; without these settings a session that began with empty tables would go on reading whole ones.
BY_KEYS: Final = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_material": "off",
}

Db = Connection[tuple[Any, ...]]


def connect(address: DatabaseAddress, *, busy_ms: int = BUSY_MS, **settings: str) -> Db:
    """Open one session, each statement a transaction of its own, and check the server and the tables.

    Raises:
        NotDurable: the server does not answer.
        UnsafeServer: it is not set up to keep what it acknowledges.
        WrongSchema: no tables of this version are there.
    """
    db = _open(address, _options(busy_ms, settings))
    try:
        _check(db)
    except BaseException:
        db.close()
        raise
    return db


def _options(busy_ms: int, settings: dict[str, str]) -> str:
    whole = {
        "lock_timeout": str(busy_ms),
        "idle_in_transaction_session_timeout": str(IDLE_MS),
        "statement_timeout": str(STATEMENT_MS),
        "jit": "off",
        "timezone": "UTC",
        **settings,
    }
    return " ".join(f"-c {name}={value}" for name, value in whole.items())


def _open(address: DatabaseAddress, options: str) -> Db:
    try:
        db: Db = psycopg.connect(
            host=address.host,
            port=address.port,
            dbname=address.database,
            user=address.user,
            passfile=str(address.passfile),
            sslmode=address.sslmode,
            connect_timeout=CONNECT_SECONDS,
            tcp_user_timeout=SILENT_MS,
            application_name="noren",
            options=options,
            autocommit=True,
            cursor_factory=RawCursor,
        )
    except psycopg.Error as wrong:
        raise NotDurable(f"the ledger's server does not take us in: {kind(wrong)}") from wrong
    db.prepared_max = PREPARED
    take_arrays(db)
    return db


def _check(db: Db) -> None:
    try:
        if db.info.server_version < OLDEST_SERVER:
            raise UnsafeServer(_too_old(db.info.server_version))
        for name, wanted in _REQUIRED.items():
            found = db.execute(pg_tables.GET_SETTING, (name,)).fetchone()
            if found != (wanted,):
                raise UnsafeServer(_unsafe(name, wanted))
        if db.execute("SELECT pg_is_in_recovery()").fetchone() != (False,):
            raise UnsafeServer(_REPLICA)
        found = stamp.of_postgresql(lambda question: db.execute(question.encode()).fetchall(), "purchase")
    except psycopg.Error as wrong:
        raise NotDurable(f"the ledger's server can not be asked: {kind(wrong)}") from wrong
    problem = stamp.problem("ledger", found, REVISION)
    if problem is not None:
        raise WrongSchema(problem)


def kind(wrong: psycopg.Error) -> str:
    """Return what went wrong without any value: the server's messages may hold keys of rows."""
    return f"{type(wrong).__name__} {wrong.sqlstate or ''}".rstrip()


def breakage(wrong: psycopg.Error) -> LedgerBroken:
    """Return what a server's error means to whoever waits for the batch.

    A contradiction (a key that is there already, a value that no column takes, a deadlock with
    maintenance) was rolled back and leaves the server sound; anything else is a store that can
    not be trusted before it was opened again.
    """
    if isinstance(wrong, pg.DivisionByZero):
        return Contradicted("a member's points are not what this batch began with; it was rolled back")
    if isinstance(wrong, pg.UniqueViolation):
        return Contradicted("a row with the same key is there already (UNIQUE); the batch was rolled back")
    if isinstance(wrong, (psycopg.IntegrityError, psycopg.DataError, pg.DeadlockDetected, pg.SerializationFailure)):
        return Contradicted(f"the batch contradicts the store and was rolled back: {kind(wrong)}")
    return NotDurable(f"the ledger can not read or write: {kind(wrong)}")


def _unsafe(name: str, wanted: str) -> Say:
    return Say(
        f"PostgreSQLの設定 {name} が {wanted} ではありません。"
        "この設定では、停電のときに受け付けた買い物が失われます。設定を直してから、もう一度始めてください。",
        f"PostgreSQL's setting {name} is not {wanted}: a power cut would lose purchases that were acknowledged."
        " Correct the server's settings, then start again.",
    )


def _too_old(version: int) -> Say:
    return Say(
        f"PostgreSQLの版が古すぎます（{version // 10_000}）。15以降が必要です。",
        f"This PostgreSQL is too old ({version // 10_000}): 15 or newer is needed.",
    )


_REPLICA: Final = Say(
    "このPostgreSQLサーバーは複製（スタンバイ）です。書き込みのできる本体のアドレスを設定してください。",
    "This PostgreSQL server is a standby. Set the address of the primary, which takes writes.",
)

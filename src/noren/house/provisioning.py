"""Making one side's databases, roles and grants on a PostgreSQL server; again is the same as once.

Runs in a process of its own per side, as the server's administrator for that time: it learns
the passwords of that side's zones and no others. A password reaches the server only as its SCRAM
verifier, so that it stands in none of the server's logs. A role that another home made is never
touched: each role says in its comment for which passfile it was made.
"""

from __future__ import annotations

import secrets
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg
from psycopg import sql
from sqlalchemy import Engine, NullPool, create_engine, event

from noren.house.databases import (
    CONNECT,
    DATABASES,
    MAY,
    Database,
    database_name,
    owner_name,
    role_name,
    server_of,
    side_of,
)
from noren.house.home import Home, HomeProblem, Zone
from noren.house.keys import SIDES
from noren.house.layouts import make_tables
from noren.house.passfiles import Passfile, keep_passfile, read_passfile
from noren.house.reaching import not_let_in
from noren.kernel.address import DatabaseAddress
from noren.kernel.say import Say

OLDEST_VERSION: Final = 15
"""Version 14's time ended in November 2026; from 15 on, nobody but its owner makes tables in a new database."""

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Admin:
    """Who makes databases and roles: a superuser, or a role with CREATEDB and CREATEROLE."""

    role: str
    passfile: Path
    database: str = "postgres"


def provision(home: Home, side: str, admin: Admin) -> None:
    """Make what is missing of one side: roles, passfiles, databases, tables; then set the grants to what ``MAY`` says.

    Raises:
        HomeProblem: the server does not answer, is too old or unsafe, the administrator may not, or names are taken.
    """
    zones = zones_with_roles(side)
    with _connected(home, side, admin, admin.database) as server:
        _look_at(server, admin)
        for zone in zones:
            _refuse_stranger(server, home, zone)
        _make_owner(server, owner_name(home, side))
        for zone in zones:
            _make_role(server, home, side, zone)
        for database in DATABASES[side]:
            _make_database(server, database_name(home, database), owner_name(home, side))
    for database in DATABASES[side]:
        make_tables(owner_engine(home, side, admin, database), database)
        grant(home, side, admin, database)


def grant(home: Home, side: str, admin: Admin, database: Database) -> None:
    """Set the grants of one database to what ``MAY`` says, also after its tables have changed."""
    with _connected(home, side, admin, database_name(home, database)) as connection:
        _grant(connection, home, database)


def zones_with_roles(side: str) -> list[Zone]:
    """Return the zones of a side that connect to databases."""
    return [zone for zone in SIDES[side] if any(zone in MAY[database] for database in DATABASES[side])]


def owner_engine(home: Home, side: str, admin: Admin, database: Database) -> Engine:
    """Return an engine whose sessions act as the owner of a side: for making and changing its tables, nothing else.

    Raises:
        HomeProblem: the server is not there, or does not let the administrator in.
    """
    with _connected(home, side, admin, database_name(home, database)):
        pass
    address, owner = _address(home, side, admin, database_name(home, database)), owner_name(home, side)
    engine = create_engine("postgresql+psycopg://", connect_args=address.libpq(), poolclass=NullPool)

    def act_as_owner(raw: Connection, _record: object) -> None:
        _do(raw, "SET ROLE {}", owner)
        raw.commit()

    event.listen(engine, "connect", act_as_owner)
    return engine


def _address(home: Home, side: str, admin: Admin, database: str) -> DatabaseAddress:
    host, port = server_of(home, side)
    return DatabaseAddress(host, port, database, admin.role, admin.passfile, home.settings.postgresql.sslmode)


@contextmanager
def _connected(home: Home, side: str, admin: Admin, database: str) -> Generator[Connection]:
    address = _address(home, side, admin, database)
    try:
        connection = psycopg.connect(**address.libpq(), autocommit=True)
    except psycopg.OperationalError as wrong:
        raise not_let_in(address, wrong) from None
    try:
        yield connection
    except psycopg.errors.InsufficientPrivilege as wrong:
        raise _may_not(admin, str(wrong).strip().splitlines()[0]) from None
    finally:
        connection.close()


def _may_not(admin: Admin, why: str) -> HomeProblem:
    return HomeProblem(
        Say(
            f"ロール {admin.role} の権限が足りません({why})。スーパーユーザーか、CREATEDB と CREATEROLE を持つロールを"
            "使ってください。",
            f"The role {admin.role} may not do this ({why}). Use a superuser or a role with CREATEDB and CREATEROLE.",
        )
    )


def _look_at(server: Connection, admin: Admin) -> None:
    """Refuse a server that is too old or does not keep what it acknowledged, and an administrator without rights."""
    version = server.info.server_version // 10_000
    if version < OLDEST_VERSION:
        raise HomeProblem(
            Say(
                f"PostgreSQL {version} は古すぎます。{OLDEST_VERSION} 以上を使ってください。",
                f"PostgreSQL {version} is too old. Use {OLDEST_VERSION} or newer.",
            )
        )
    for setting in ("fsync", "full_page_writes"):
        if _ask(server, "SELECT current_setting(%s)", setting) != "on":
            raise HomeProblem(
                Say(
                    f"サーバーの {setting} が切られています。停電で、受け付けた購買が失われます。on にしてください。",
                    f"The server has {setting} turned off: a power cut loses acknowledged purchases. Turn it on.",
                )
            )
    if not _ask(
        server, "SELECT rolsuper OR (rolcreatedb AND rolcreaterole) FROM pg_roles WHERE rolname = current_user"
    ):
        raise _may_not(admin, "no superuser, no CREATEDB and CREATEROLE")


def _refuse_stranger(server: Connection, home: Home, zone: Zone) -> None:
    """Refuse when a role of this name was not made for this home's passfile."""
    role, ours = role_name(home, zone), read_passfile(home, zone)
    if not _knows_role(server, role):
        return
    said = _ask(server, "SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = %s", role)
    if ours is None or said != ours.mark:
        raise HomeProblem(
            Say(
                f"サーバーにはすでにロール {role} があり、このホームのパスワードファイルのものではありません。"
                "何も変えていません。別のホームのものなら --pg-prefix で別の名前を選び、このホームのものなら keys/ を"
                "控えから戻してください。",
                f"The server has a role {role} already and it is not of this home's passfile; nothing was changed. "
                "If it is another home's, choose another name with --pg-prefix; if it is this one's, restore keys/ "
                "from your copy.",
            )
        )


def _make_owner(server: Connection, owner: str) -> None:
    if not _knows_role(server, owner):
        _do(server, "CREATE ROLE {} NOLOGIN", owner)
    if not _ask(server, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        _do(server, "GRANT {} TO CURRENT_USER", owner)


def _make_role(server: Connection, home: Home, side: str, zone: Zone) -> None:
    """Make a zone's role with the password of its passfile, which is written first: a crash between loses nothing."""
    role = role_name(home, zone)
    kept = read_passfile(home, zone)
    if kept is None:
        host, port = server_of(home, side)
        kept = Passfile(f"noren {secrets.token_hex(8)}", host, port, role, secrets.token_urlsafe(32))
        keep_passfile(home, zone, kept)
    if not _knows_role(server, role):
        _do(server, "CREATE ROLE {} NOINHERIT LOGIN", role)
        _do(server, "COMMENT ON ROLE {} IS {}", role, sql.Literal(kept.mark))
    verifier = server.pgconn.encrypt_password(kept.password.encode(), role.encode(), b"scram-sha-256").decode()
    _do(server, "ALTER ROLE {} PASSWORD {}", role, sql.Literal(verifier))


def _make_database(server: Connection, name: str, owner: str) -> None:
    """Make a database to which nobody may even connect; text is ordered by its bytes, as SQLite orders it."""
    if not _ask(server, "SELECT count(*) FROM pg_database WHERE datname = %s", name):
        _do(server, "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'", name, owner)
    _do(server, "REVOKE ALL ON DATABASE {} FROM PUBLIC", name)


def _grant(connection: Connection, home: Home, database: Database) -> None:
    """Set the grants of one database to what ``MAY`` says: all are taken away, then given, in one transaction."""
    name = database_name(home, database)
    with connection.transaction():
        _do(connection, "SET LOCAL ROLE {}", owner_name(home, side_of(database)))
        for whom in (sql.SQL("PUBLIC"), *_known_roles(connection, home)):
            _do(connection, "REVOKE ALL ON DATABASE {} FROM {}", name, whom)
            _do(connection, "REVOKE ALL ON SCHEMA public FROM {}", whom)
            _do(connection, "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}", whom)
            _do(connection, "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM {}", whom)
        for zone in MAY[database]:
            give(connection, database, zone, name, role_name(home, zone))


def give(connection: Connection, what: Database, zone: Zone, database: str, role: str) -> None:
    """Give a role what ``MAY`` says for a zone, as the owner of the database that is called ``database``."""
    _do(connection, "GRANT USAGE ON SCHEMA public TO {}", role)
    for table, rights in MAY[what][zone].items():
        said = sql.SQL(", ".join(rights))
        if table == CONNECT:
            _do(connection, "GRANT {} ON DATABASE {} TO {}", said, database, role)
        elif table.endswith(")"):
            _do(connection, "GRANT {} ON FUNCTION {} TO {}", said, sql.SQL(table), role)
        else:
            _do(connection, "GRANT {} ON TABLE {} TO {}", said, table, role)


def _known_roles(connection: Connection, home: Home) -> list[str]:
    """Return the roles of this home's zones on the server, of either side."""
    roles = [role_name(home, zone) for side in DATABASES for zone in zones_with_roles(side)]
    return [role for role in roles if _knows_role(connection, role)]


def _knows_role(server: Connection, role: str) -> bool:
    return bool(_ask(server, "SELECT count(*) FROM pg_roles WHERE rolname = %s", role))


def _do(connection: Connection, statement: LiteralString, *parts: str | sql.Composable) -> None:
    """Run a statement whose ``{}`` are names, or what is composed already."""
    composed = [sql.Identifier(part) if isinstance(part, str) else part for part in parts]
    connection.execute(sql.SQL(statement).format(*composed))


def _ask(connection: Connection, question: LiteralString, *parameters: str) -> Any:
    row = connection.execute(question, parameters).fetchone()
    return row[0] if row else None

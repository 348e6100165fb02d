"""Homes on PostgreSQL for tests: databases and roles of their own on this test process's server.

They are made by the very provisioning that ``noren init`` runs, so a test meets the real grants.
"""

from __future__ import annotations

import functools
import secrets
import tempfile
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
import psycopg

from noren.house.databases import DATABASES, Database, address_of, database_name
from noren.house.home import CONFIG, Home, PostgreSQL, Programme, Settings, Stores, open_home, write_settings
from noren.house.provisioning import Admin, provision
from noren.kernel.address import DatabaseAddress
from noren.testing.postgres import ADMIN, PORT, shared_server

EngineName = Literal["sqlite", "postgresql"]
ENGINES: Final[tuple[EngineName, ...]] = ("sqlite", "postgresql")


def settings_on(engine: EngineName, settings: Settings) -> Settings:
    """Return settings for an engine; on PostgreSQL with names that no other home has."""
    if engine == "sqlite":
        return settings
    where = PostgreSQL(host=str(shared_server().sockets), port=PORT, prefix=f"t{secrets.token_hex(6)}")
    return msgspec.structs.replace(settings, stores=Stores("postgresql"), postgresql=where)


def the_admin() -> Admin:
    """Return the administrator of this test process's server."""
    return Admin(ADMIN, shared_server().passfile)


def provide(home: Home) -> None:
    """Make the databases of a home that is on PostgreSQL."""
    if home.on_postgresql:
        for side in DATABASES:
            provision(home, side, the_admin())


def a_home_on(engine: EngineName) -> Home:
    """Make the home of a sandbox programme in a folder of its own, with its databases and without keys."""
    path = Path(tempfile.mkdtemp(prefix="noren-home-", dir=shared_server().folder))
    (path / "keys").mkdir()
    settings = settings_on(engine, Settings(programme=Programme(kind="sandbox")))
    (path / CONFIG).write_text(write_settings(settings), "utf-8")
    home = open_home(path)
    provide(home)
    return home


@functools.cache
def _lent_home() -> Home:
    return a_home_on("postgresql")


_holder: list[Path] = []


def vault_databases(folder: Path) -> tuple[DatabaseAddress, DatabaseAddress]:
    """Lend the vault's two databases to who names ``folder``, emptied when somebody else held them before."""
    home = _lent_home()
    if _holder != [folder]:
        assert folder not in _holder, "the databases were lent to another folder meanwhile"
        _holder[:] = [folder]
        _empty(home)
    return address_of(home, "vault", "vault"), address_of(home, "vault", "member_keys")


def as_admin(database: Database) -> psycopg.Connection[Any]:
    """Open one of the lent databases as the server's administrator, as a thief or a vandal would like to."""
    return shared_server().connect(database_name(_lent_home(), database))


def _empty(home: Home) -> None:
    with shared_server().connect(database_name(home, "vault")) as connection:
        connection.execute("TRUNCATE member, contact, card, total, arrival")
    with shared_server().connect(database_name(home, "member_keys")) as connection:
        connection.execute("TRUNCATE member_key, arrival")

"""What a server's catalogue says that each role may do, and what each role can do when it really tries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg

from noren.house.databases import CONNECT, DATABASES, MAY, Database, database_name, role_name, server_of, side_of
from noren.house.home import Home, Zone
from noren.house.passfiles import path_of
from noren.house.provisioning import zones_with_roles
from noren.testing.postgres import shared_server

ALL: tuple[Database, ...] = tuple(database for databases in DATABASES.values() for database in databases)
Right = tuple[Database, str, str, str]
"""(database, role, object, privilege). A column's object is ``table.column``, a schema's ends with a colon."""

# Everything with grants that a database has: what belongs to noren for everybody, the server's own for our roles.
CATALOGUE = """
WITH ours AS (SELECT oid FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'),
granted AS (
  SELECT true AS ours, '' AS object, coalesce(datacl, acldefault('d', datdba)) AS acl FROM pg_database
    WHERE datname = current_database()
  UNION ALL SELECT oid IN (SELECT oid FROM ours), nspname || ':', coalesce(nspacl, acldefault('n', nspowner))
    FROM pg_namespace
  UNION ALL SELECT relnamespace IN (SELECT oid FROM ours), relname,
    coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's'::"char" ELSE 'r'::"char" END, relowner)) FROM pg_class
    WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  UNION ALL SELECT relnamespace IN (SELECT oid FROM ours), relname || '.' || attname, attacl
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE attacl IS NOT NULL
  UNION ALL SELECT pronamespace IN (SELECT oid FROM ours), pg_proc.oid::regprocedure::text,
    coalesce(proacl, acldefault('f', proowner)) FROM pg_proc
  UNION ALL SELECT true, 'large object ' || oid::text, coalesce(lomacl, acldefault('L', lomowner))
    FROM pg_largeobject_metadata
  UNION ALL SELECT true, 'default for ' || defaclobjtype::text, defaclacl FROM pg_default_acl
  UNION ALL SELECT true, 'setting ' || parname, paracl FROM pg_parameter_acl
  UNION ALL SELECT true, 'foreign server ' || srvname, coalesce(srvacl, acldefault('S', srvowner))
    FROM pg_foreign_server
)
SELECT coalesce(rolname, 'PUBLIC'), object, privilege_type || CASE WHEN is_grantable THEN ' WITH GRANT' ELSE '' END
FROM granted, aclexplode(acl) AS each LEFT JOIN pg_roles ON pg_roles.oid = each.grantee
WHERE rolname = ANY(%(roles)s) OR (each.grantee = 0 AND ours)
"""
POWERS = """
SELECT rolname FROM pg_roles WHERE rolname = ANY(%(roles)s) AND (rolsuper OR rolinherit OR rolcreaterole OR rolcreatedb
  OR rolreplication OR rolbypassrls OR NOT rolcanlogin
  OR EXISTS (SELECT FROM pg_auth_members WHERE member = pg_roles.oid)
  OR EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid)
  OR EXISTS (SELECT FROM pg_proc WHERE proowner = pg_roles.oid)
  OR EXISTS (SELECT FROM pg_namespace WHERE nspowner = pg_roles.oid)
  OR EXISTS (SELECT FROM pg_database WHERE datdba = pg_roles.oid))
"""


def zones() -> list[Zone]:
    """Return the zones that have a role."""
    return [zone for side in DATABASES for zone in zones_with_roles(side)]


def granted(home: Home) -> set[Right]:
    """Return every right of the zones' roles and of everybody, as the catalogues say."""
    out: set[Right] = set()
    for database in ALL:
        with shared_server().connect(database_name(home, database)) as connection:
            out |= granted_in(connection, home, database)
    return out


def granted_in(connection: psycopg.Connection[Any], home: Home, database: Database) -> set[Right]:
    """Return the rights of one database, as the administrator's connection to it sees them."""
    roles = [role_name(home, zone) for zone in zones()]
    found = connection.execute(CATALOGUE, {"roles": roles})
    return {(database, role, what, privilege) for role, what, privilege in found}


def powerful(home: Home) -> set[str]:
    """Return the roles of zones that are more than somebody who may log in."""
    roles = [role_name(home, zone) for zone in zones()]
    out: set[str] = set()
    for database in ALL:
        with shared_server().connect(database_name(home, database)) as connection:
            out |= {str(role) for (role,) in connection.execute(POWERS, {"roles": roles})}
    return out


def allowed(home: Home) -> set[Right]:
    """Return every right that the table in code gives."""
    out: set[Right] = set()
    for database, by_zone in MAY.items():
        for zone, tables in by_zone.items():
            role = role_name(home, zone)
            out.add((database, role, "public:", "USAGE"))
            for table, rights in tables.items():
                out |= {(database, role, *right) for each in rights for right in _spelt(table, each)}
    return out


def _spelt(table: str, right: str) -> Iterator[tuple[str, str]]:
    """Yield (object, privilege) of a right: ``UPDATE (a, b)`` is one for each column."""
    found = re.fullmatch(r"(\w+)(?: \((.+)\))?", right)
    assert found, right
    if found[2] is None:
        yield ("" if table == CONNECT else table.replace(", ", ",")), found[1]
        return
    for column in found[2].split(", "):
        yield f"{table}.{column}", found[1]


def connect_as(home: Home, zone: Zone, database: Database, passfile_of: Zone | None = None) -> psycopg.Connection[Any]:
    """Connect as a zone's role, with its own password file or another's."""
    host, port = server_of(home, side_of(database))
    return psycopg.connect(
        host=host, port=port, user=role_name(home, zone), dbname=database_name(home, database),
        passfile=str(path_of(home, passfile_of or zone)), autocommit=True,
    )  # fmt: skip


def tables_of(home: Home, database: Database) -> dict[str, list[str]]:
    """Return all tables of a database with their columns, as its administrator sees them."""
    asked = """SELECT relname, array_agg(attname ORDER BY attnum)
        FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
        GROUP BY relname"""
    with shared_server().connect(database_name(home, database)) as connection:
        return dict(connection.execute(asked).fetchall())


def tried(home: Home, zone: Zone, database: Database) -> set[Right]:
    """Return what a zone's role can do in a database, found by really doing it; every trial is rolled back."""
    role, out = role_name(home, zone), set[Right]()
    try:
        connection = connect_as(home, zone, database)
    except psycopg.OperationalError as wrong:
        if "permission denied for database" not in str(wrong):
            raise
        return out
    with connection:
        out.add((database, role, "", "CONNECT"))
        if works(connection, "CREATE TEMPORARY TABLE tried (x integer)"):
            out.add((database, role, "", "TEMPORARY"))
        assert not works(connection, "CREATE TABLE tried (x integer)")
        assert not works(connection, "CREATE SCHEMA tried")
        for table, columns in tables_of(home, database).items():
            out |= {(database, role, what, right) for what, right in _tried(connection, table, columns)}
    return out


def _tried(connection: psycopg.Connection[Any], table: str, columns: list[str]) -> Iterator[tuple[str, str]]:
    for right, statement in (
        ("SELECT", f'SELECT * FROM public."{table}" LIMIT 0'),
        ("INSERT", f'INSERT INTO public."{table}" DEFAULT VALUES'),
        ("DELETE", f'DELETE FROM public."{table}"'),
        ("TRUNCATE", f'TRUNCATE public."{table}"'),
    ):
        if works(connection, statement):
            yield table, right
    if not works(connection, f'SELECT * FROM public."{table}" LIMIT 0'):
        for column in columns:
            if works(connection, f'SELECT "{column}" FROM public."{table}" LIMIT 0'):
                yield f"{table}.{column}", "SELECT"
    for column in columns:
        if works(connection, f'UPDATE public."{table}" SET "{column}" = DEFAULT'):
            yield f"{table}.{column}", "UPDATE"
    assert not works(connection, f'ALTER TABLE public."{table}" ADD COLUMN tried integer')
    assert not works(connection, f'DROP TABLE public."{table}"')


def works(connection: psycopg.Connection[Any], statement: str) -> bool:
    """Return whether the server lets the role do it; whether the values would do is another question."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement.encode())
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidSchemaName):
        return False
    except psycopg.errors.IntegrityError:
        return True
    return True

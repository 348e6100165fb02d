"""P6 b on PostgreSQL: each zone's role may do what the table in code says, and nothing else in any database.

Twice: every grant that the server's catalogues hold is compared with the table, and every role tries every
kind of statement on every table of every database.
"""

from __future__ import annotations

import itertools

import psycopg
import pytest
from tests.walls.grants import ALL, Right, allowed, connect_as, granted, granted_in, powerful, tables_of, tried, zones

from noren.house.databases import DATABASES, MAY, Database, database_name, role_name
from noren.house.home import Home, Zone
from noren.house.passfiles import path_of, read_passfile
from noren.testing.databases import a_home_on, provide
from noren.testing.postgres import shared_server


@pytest.fixture(scope="module")
def home() -> Home:
    """Give a home with its databases; what a test grants on purpose it takes back."""
    return a_home_on("postgresql")


def as_admin(database: str, statement: str) -> None:
    with shared_server().connect(database) as connection:
        connection.execute(statement.encode())


def test_the_catalogues_say_what_the_table_says(home: Home) -> None:
    assert granted(home) == allowed(home)
    assert powerful(home) == set()


def by_column(rights: set[Right], home: Home) -> set[Right]:
    """Return rights with each UPDATE of a whole table spelt out by column, as a trial finds them."""
    out: set[Right] = set()
    for database, role, what, right in rights:
        columns = tables_of(home, database).get(what, []) if right == "UPDATE" else []
        out |= {(database, role, f"{what}.{column}", right) for column in columns} or {(database, role, what, right)}
    return out


@pytest.mark.parametrize("zone", zones())
def test_each_role_tries_everything(home: Home, zone: Zone) -> None:
    found = set[Right]().union(*(tried(home, zone, database) for database in ALL))
    mine = {right for right in allowed(home) if right[1] == role_name(home, zone)}
    wanted = {right for right in mine if not right[2].endswith((":", ")"))}
    assert found == by_column(wanted, home)


@pytest.mark.parametrize("zone", zones())
def test_no_role_reaches_the_other_side(zone: Zone) -> None:
    sides = {side for side, databases in DATABASES.items() for each in databases if zone in MAY[each]}
    assert len(sides - {"neither"}) <= 1


@pytest.mark.parametrize("zone", zones())
def test_documents_are_added_by_the_desk_alone_and_changed_by_nobody(home: Home, zone: Zone) -> None:
    rights = {right for _, _, what, right in tried(home, zone, "governance") if what in ("document", "terms_text")}
    assert rights <= ({"SELECT", "INSERT"} if zone == "desk" else {"SELECT"})


BREACHES: dict[str, tuple[Database, str]] = {
    "one table": ("vault", "GRANT SELECT ON member TO {till}"),
    "one column": ("vault", "GRANT SELECT (number_index) ON member TO {statement}"),
    "everybody connects": ("vault", "GRANT CONNECT ON DATABASE {database} TO PUBLIC"),
    "everybody reads": ("register", "GRANT SELECT ON shop TO PUBLIC"),
    "more than it needs": ("register", "GRANT DELETE ON shop TO {worker}"),
    "the seed of draws": ("ledger", "GRANT SELECT (seed) ON campaign TO {statement}"),
    "to give away": ("register", "GRANT SELECT ON shop TO {till} WITH GRANT OPTION"),
    "a new table is everybody's": ("vault", "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC"),
    "a function for all": ("vault", "CREATE FUNCTION peep() RETURNS bytea LANGUAGE sql AS 'SELECT row FROM member'"),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_one_grant_too_many_is_seen(home: Home, breach: str) -> None:
    database, statement = BREACHES[breach]
    name = database_name(home, database)
    names = {
        "till": role_name(home, "till"), "statement": role_name(home, "statement"),
        "worker": role_name(home, "ledger-worker"), "database": name,
    }  # fmt: skip
    with shared_server().connect(name) as connection, connection.transaction(force_rollback=True):
        assert granted_in(connection, home, database) <= allowed(home)
        connection.execute(statement.format(**names).encode())
        assert granted_in(connection, home, database) - allowed(home)


def test_founding_again_takes_away_what_is_too_much(home: Home) -> None:
    vault, till = database_name(home, "vault"), role_name(home, "till")
    as_admin(vault, f"GRANT CONNECT ON DATABASE {vault} TO PUBLIC")
    as_admin(vault, f"GRANT SELECT ON member, card TO {till}")
    as_admin(database_name(home, "register"), f"REVOKE SELECT ON shop FROM {till}")
    assert granted(home) != allowed(home)
    before = {zone: read_passfile(home, zone) for zone in zones()}
    provide(home)
    assert granted(home) == allowed(home)
    assert {zone: read_passfile(home, zone) for zone in zones()} == before


def test_a_role_that_is_more_is_seen(home: Home) -> None:
    till, owner = role_name(home, "till"), f"{home.settings.postgresql.prefix}_identity_owner"
    as_admin("postgres", f"GRANT {owner} TO {till}")
    assert powerful(home) == {till}
    as_admin("postgres", f"REVOKE {owner} FROM {till}")
    assert powerful(home) == set()


def test_connecting_to_the_other_side_turns_the_trial_red(home: Home) -> None:
    name = database_name(home, "vault")
    as_admin(name, f"GRANT CONNECT ON DATABASE {name} TO PUBLIC")
    assert tried(home, "till", "vault") == {("vault", role_name(home, "till"), "", "CONNECT")}
    as_admin(name, f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC")
    assert tried(home, "till", "vault") == set()


def test_each_password_file_is_private_and_its_own(home: Home) -> None:
    files = {zone: read_passfile(home, zone) for zone in zones()}
    assert all(path_of(home, zone).stat().st_mode & 0o777 == 0o600 for zone in zones())
    assert {zone: file.role for zone, file in files.items() if file} == {z: role_name(home, z) for z in zones()}
    assert len({file.password for file in files.values() if file}) == len(zones())
    for zone in zones():
        text = path_of(home, zone).read_text("ascii")
        assert [other for other in zones() if other != zone and role_name(home, other) + ":" in text] == []


def test_no_password_file_opens_another_role(home: Home) -> None:
    for zone, other in itertools.permutations(zones(), 2):
        database: Database = next(each for each in ALL if other in MAY[each])
        with pytest.raises(psycopg.OperationalError, match=r"no password supplied|password authentication failed"):
            connect_as(home, other, database, passfile_of=zone)


def test_no_password_lies_in_the_servers_files(home: Home) -> None:
    """The server has seen verifiers alone: neither its log nor its catalogues hold what opens a role."""
    kept = [read_passfile(home, zone) for zone in zones()]
    passwords = [each.password.encode() for each in kept if each is not None]
    assert len(passwords) == len(zones())
    role = role_name(home, "till").encode()
    assert shared_server().lying([role, *passwords]) == {role}

"""The vault on PostgreSQL: what a thief of its database could tell, and what stays of what was destroyed."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData
from tests.store.vault_cases import House

from noren.house.databases import Database
from noren.identity.audit import DOES_NOT_OPEN
from noren.identity.errors import StoreUnusable
from noren.identity.merging import merge_members
from noren.identity.retention import TERMS
from noren.identity.tables import MEMBER_KEYS, VAULT
from noren.kernel.ids import MemberNumber
from noren.testing.databases import as_admin
from noren.testing.postgres import shared_server
from noren.testing.vault import a_row

KEYS: dict[str, tuple[Database, str]] = {
    "member": ("vault", "row"),
    "contact": ("vault", "member"),
    "card": ("vault", "row"),
    "member_key": ("member_keys", "member"),
}
STORES: tuple[tuple[Database, MetaData], ...] = (("vault", VAULT), ("member_keys", MEMBER_KEYS))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, engine="postgresql")
    yield made
    made.vault.close()


def lying(table: str) -> list[tuple[bytes, int]]:
    """Return the keys of a table as they lie in its file, each with the transaction that wrote it."""
    database, key = KEYS[table]
    with as_admin(database) as connection:
        asked = f"SELECT {key}, xmin::text::bigint FROM {table} ORDER BY ctid"
        return connection.execute(asked.encode()).fetchall()


def tells_an_order(table: str) -> bool:
    """Return whether places or transaction numbers of rows tell more than their random keys."""
    rows = lying(table)
    assert rows
    keys = [key for key, _ in rows]
    return keys != sorted(keys) or len({xmin for _, xmin in rows}) > 1


@pytest.mark.parametrize("table", KEYS)
def test_no_row_tells_in_which_order_members_came(house: House, table: str) -> None:
    for i in range(12):
        house.enrol(a_row(i))
    assert tells_an_order(table)  # the negative control: before they are laid anew, rows do tell
    house.vault.forget_order()
    assert not tells_an_order(table)
    assert house.findings() == []
    house.enrol(a_row(99), dict(a_row(3), city="目黒区"))
    house.vault.forget_order()
    assert not tells_an_order(table)


@pytest.mark.parametrize("how", ["CLUSTER member USING member_pkey", "VACUUM (FULL, FREEZE) member"])
def test_the_servers_own_rewriting_would_still_tell(house: House, how: str) -> None:
    """The reason why rows are written back by one transaction: even frozen rows keep their transaction's number."""
    for i in range(12):
        house.enrol(a_row(i))
    with as_admin("vault") as connection:
        connection.execute(how.encode())
    assert tells_an_order("member")


def test_a_vault_that_was_only_read_is_not_written_anew(house: House) -> None:
    house.enrol(a_row(1))
    house.vault.forget_order()
    before = lying("member")
    house.findings()
    house.vault.forget_order()
    assert lying("member") == before


def lying_in_files(needles: Iterable[bytes], *, log: bool = False) -> set[bytes]:
    """Return which bytes lie in the server's files: outside of its write-ahead log, or in that alone."""
    return shared_server().lying(needles, lambda path: ("pg_wal" in path.parts) == log)


def test_a_destroyed_key_lies_in_no_file_but_the_log(house: House) -> None:
    house.enrol(*[a_row(i) for i in range(8)])
    with as_admin("member_keys") as connection:
        kept = dict(connection.execute("SELECT member, wrapped FROM member_key").fetchall())
        connection.execute("ANALYZE member_key")
    gone = next(iter(kept))
    assert lying_in_files(kept.values()) == set(kept.values())  # the negative control: what is there is found
    house.vault.keys.destroy([gone])
    assert lying_in_files(kept.values()) == {key for member, key in kept.items() if member != gone}
    assert lying_in_files([kept[gone]], log=True)  # said openly: docs/decisions/0009


def test_deleting_alone_would_leave_it_lying(house: House) -> None:
    house.enrol(*[a_row(i) for i in range(8)])
    with as_admin("member_keys") as connection:
        member, wrapped = connection.execute("SELECT member, wrapped FROM member_key LIMIT 1").fetchall()[0]
        connection.execute("DELETE FROM member_key WHERE member = %s", (member,))
    assert lying_in_files([wrapped])


def test_the_ciphertext_of_a_merged_member_goes_with_the_next_laying(house: House) -> None:
    house.enrol(*[a_row(i) for i in range(8)])
    with house.vault.store.reading() as batch:
        index = house.vault.indexes.member_number(MemberNumber("M0000004"))
        member = batch.members_by_number([index])[index]
        sealed = [*member.sealed.values(), *batch.contacts([member.row])[member.row].sealed.values()]
    merge_members(house.vault, number=MemberNumber("M0000004"), into=MemberNumber("M0000005"))
    assert lying_in_files(sealed)
    house.vault.forget_order()
    assert lying_in_files(sealed) == set()


@pytest.mark.parametrize("database", ["vault", "member_keys"])
def test_the_servers_statistics_hold_no_sample_of_bytes(house: House, database: Database) -> None:
    house.enrol(*[a_row(i) for i in range(30)])
    with as_admin(database) as connection:
        connection.execute("ANALYZE")
        question = "SELECT tablename, attname FROM pg_stats WHERE schemaname = 'public' ORDER BY 1, 2"
        sampled = connection.execute(question).fetchall()
    allowed = [
        ("alembic_version", "version_num"),
        ("arrival", "in_order"),
        ("member", "pending"),
        ("member", "standing"),
        ("total", "heard_since"),
        ("total", "inactive_cards"),
        ("total", "looked"),
    ]
    assert [each for each in sampled if each not in allowed] == []


def test_columns_are_the_tables_own_and_every_column_has_its_term(house: House) -> None:
    found: dict[str, set[str]] = {}
    for database, tables in STORES:
        with as_admin(database) as connection:
            asked = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            for table, column in connection.execute(asked):
                if table in tables.tables:
                    found.setdefault(table, set()).add(column)
    here = {name for _, tables in STORES for name in tables.tables}
    assert found == {table: set(terms) for table, terms in TERMS.items() if table in here}


def test_who_reads_while_rows_are_laid_anew_finds_them_all(house: House) -> None:
    house.enrol(*[a_row(i) for i in range(40)])
    seen: list[int] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            with house.vault.store.reading() as batch:
                seen.append(len(batch.all_rows(b"", 100)))

    reader = threading.Thread(target=read)
    reader.start()
    for i in range(10):
        house.enrol(dict(a_row(0), city=f"町{i}"))
        house.vault.forget_order()
    done.set()
    reader.join()
    assert len(seen) > 10
    assert set(seen) == {40}


def test_a_laying_that_meets_a_long_reader_is_put_off(house: House) -> None:
    house.enrol(a_row(1))
    with house.vault.store.reading(), pytest.raises(StoreUnusable, match="laid anew"):
        house.vault.forget_order()
    house.vault.forget_order()
    assert not tells_an_order("member")


def test_a_field_moved_to_another_member_is_found(house: House) -> None:
    house.enrol(*[a_row(i) for i in range(4)])
    with as_admin("vault") as connection:
        rows = connection.execute("SELECT member, phone FROM contact ORDER BY member LIMIT 2").fetchall()
        for (member, _), (_, phone) in zip(rows, reversed(rows), strict=True):
            connection.execute("UPDATE contact SET phone = %s WHERE member = %s", (phone, member))
    assert house.findings() == [DOES_NOT_OPEN]

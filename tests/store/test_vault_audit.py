"""The audit finds what somebody changed in the vault's files: a moved field, a swapped index, a missing key."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from tests.store.vault_cases import House

from noren.identity.audit import DOES_NOT_OPEN, WRONG_INDEX, WRONG_TOTAL
from noren.identity.errors import StoreUnusable
from noren.testing.vault import a_row

SWAP = """
    WITH two AS (SELECT min({key}) AS one, max({key}) AS other FROM {table})
    UPDATE {table} SET {column} = (SELECT {column} FROM {table} AS o, two WHERE o.{key} =
        CASE {table}.{key} WHEN two.one THEN two.other ELSE two.one END)
    WHERE {key} IN (SELECT one FROM two UNION SELECT other FROM two)
"""


def changed(folder: Path, file: str, sql: str) -> House:
    house = House(folder)
    house.enrol(*[a_row(i) for i in range(4)])
    assert house.findings() == []
    house.vault.close()
    with sqlite3.connect(folder / file) as connection:
        connection.execute(sql)
        assert connection.total_changes > 0
    house.vault = house.open()
    return house


@pytest.mark.parametrize(
    ("table", "key", "column"),
    [
        ("member", "row", "family_name"),
        ("member", "row", "link_token"),
        ("contact", "member", "phone"),
        ("card", "row", "number"),
        ("card", "row", "state"),
        ("card", "row", "member"),
        ("member", "row", "cards"),
    ],
)
def test_a_field_moved_to_another_member_is_found(tmp_path: Path, table: str, key: str, column: str) -> None:
    house = changed(tmp_path, "vault.db", SWAP.format(table=table, key=key, column=column))
    assert house.findings() == [DOES_NOT_OPEN]
    house.vault.close()


def test_a_changed_index_is_found(tmp_path: Path) -> None:
    house = changed(
        tmp_path, "vault.db", "UPDATE card SET card_index = zeroblob(32) WHERE row = (SELECT min(row) FROM card)"
    )
    assert house.findings() == [WRONG_INDEX]
    house.vault.close()


def test_a_lost_card_row_is_found(tmp_path: Path) -> None:
    house = changed(tmp_path, "vault.db", "DELETE FROM card WHERE row = (SELECT min(row) FROM card)")
    assert house.findings() == [DOES_NOT_OPEN]
    house.vault.close()


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO card SELECT randomblob(16), randomblob(32), member, number, state FROM card LIMIT 1",
        "INSERT INTO total (row, inactive_cards) VALUES (zeroblob(16), 1)",
    ],
    ids=["a card of nobody", "a wrong number of cards"],
)
def test_a_wrong_number_of_cards_is_found(tmp_path: Path, sql: str) -> None:
    house = changed(tmp_path, "vault.db", sql)
    assert house.findings() == [WRONG_TOTAL]
    house.vault.close()


def test_a_lost_key_is_found(tmp_path: Path) -> None:
    house = changed(
        tmp_path, "member-keys.db", "DELETE FROM member_key WHERE member = (SELECT min(member) FROM member_key)"
    )
    assert house.findings() == [DOES_NOT_OPEN]
    house.vault.close()


def test_what_is_no_vault_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "vault.db").write_bytes(b"not a database, whatever it is" * 100)
    with pytest.raises(StoreUnusable, match="can not be opened"):
        House(tmp_path)


def test_a_vault_of_another_layout_is_not_opened(tmp_path: Path) -> None:
    House(tmp_path).vault.close()
    with sqlite3.connect(tmp_path / "vault.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")
    with pytest.raises(StoreUnusable, match="revision 0099, newer"):
        House(tmp_path)

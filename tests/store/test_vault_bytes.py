"""Byte search: no value of a member stands in clear in any file of the vault, whatever was done with her."""

from __future__ import annotations

import base64
import sqlite3
from pathlib import Path

import pytest
from tests.store.vault_cases import House, card

from noren.identity.cards import reissue_card, set_card_state
from noren.identity.merging import merge_members
from noren.identity.model import CardState
from noren.identity.retention import TERMS
from noren.identity.sign_in import set_password
from noren.kernel.ids import CardNumber, MemberNumber
from noren.testing.vault import a_row

ROWS = [a_row(i, given_name=f"唯一{'零一二三四五六七八九'[i]}") for i in range(8)]
NEW, PASSWORD = "2980001888888888", "correct horse battery"


PLAIN = {"standing", "pending", "inactive_cards", "month", "is_open"}
COUNTED = {"request_count": {"year", "kind", "word", "number"}, "total": {"looked", "heard_since"}}
"""Of the whole programme: how many requests of a kind there were in a year, when dormant members were looked for."""

LONG_ENOUGH = 6
"""Bytes: four of them stand in what is sealed by chance, once in ten thousand runs."""

_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'alembic_version'"


def values() -> list[str]:
    """Return all that must not be found: every field of every member that is long enough to be told from chance."""
    found = {
        str(value)
        for row in ROWS
        for value in row.values()
        if isinstance(value, str) and len(value.encode()) >= LONG_ENOUGH
    }
    return sorted(found | {NEW, PASSWORD, "female", "$argon2id$", "2019-05"})


def shapes(value: str) -> list[bytes]:
    plain = value.encode()
    every = [
        plain,
        value.encode("utf-16-le"),
        value.encode("utf-16-be"),
        plain.hex().encode(),
        base64.b64encode(plain)[: len(plain)],
        value.encode("cp932", "ignore") or plain,
    ]
    return [each for each in every if len(each) >= LONG_ENOUGH]


def found_in(folder: Path) -> set[str]:
    content = b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
    return {value for value in values() if any(shape in content for shape in shapes(value))}


def live(folder: Path) -> House:
    """Do everything that can be done with a member."""
    house = House(folder)
    house.enrol(*ROWS)
    house.enrol(dict(ROWS[0], city="目黒区"), dict(ROWS[1], phone=""))
    set_card_state(house.vault, card=card(ROWS[2]), state=CardState.LOST)
    reissue_card(house.vault, card=card(ROWS[2]), new_card=CardNumber(NEW))
    set_password(house.vault, who=card(ROWS[3]), password=PASSWORD)
    merge_members(house.vault, number=MemberNumber("M0000004"), into=MemberNumber("M0000005"))
    return house


def test_nothing_stands_in_clear_while_open_nor_after_closing(tmp_path: Path) -> None:
    house = live(tmp_path)
    assert any(path.name.endswith("-wal") and path.stat().st_size for path in tmp_path.iterdir())
    assert found_in(tmp_path) == set()
    house.vault.close()
    assert found_in(tmp_path) == set()


def test_the_search_would_find_it(tmp_path: Path) -> None:
    """The negative control: one plain value, written as the vault would write it, is found."""
    live(tmp_path).vault.close()
    with sqlite3.connect(tmp_path / "vault.db") as connection:
        connection.execute(
            "UPDATE contact SET phone = ? WHERE member = (SELECT min(member) FROM contact)",
            (str(ROWS[0]["phone"]).encode(),),
        )
    assert found_in(tmp_path) == {ROWS[0]["phone"]}


def test_the_ciphertext_of_a_merged_member_is_overwritten(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.enrol(*ROWS)
    with house.vault.store.reading() as batch:
        index = house.vault.indexes.member_number(MemberNumber("M0000004"))
        member = batch.members_by_number([index])[index]
        sealed = [*member.sealed.values(), *batch.contacts([member.row])[member.row].sealed.values()]
    merge_members(house.vault, number=MemberNumber("M0000004"), into=MemberNumber("M0000005"))
    house.vault.close()
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert [one for one in sealed if one in content] == []


def test_no_column_holds_a_number_but_states_and_every_column_has_its_term(tmp_path: Path) -> None:
    live(tmp_path).vault.close()
    columns: dict[str, set[str]] = {}
    for name in ("vault.db", "member-keys.db", "statutory.db"):
        with sqlite3.connect(tmp_path / name) as connection:
            for (table,) in connection.execute(_TABLES).fetchall():
                found = connection.execute(f"SELECT name, type FROM pragma_table_info('{table}')").fetchall()
                columns[table] = {column for column, _ in found}
                assert {c for c, kind in found if kind != "BLOB"} <= PLAIN | COUNTED.get(table, set())
    assert columns == {table: set(terms) for table, terms in TERMS.items() if table != "arrival"}  # on PostgreSQL only


@pytest.mark.parametrize("name", ["vault.db", "member-keys.db"])
def test_tables_have_no_row_numbers_and_keys_are_random(tmp_path: Path, name: str) -> None:
    house = House(tmp_path)
    house.enrol(*[a_row(i) for i in range(200)])
    house.vault.close()
    with sqlite3.connect(tmp_path / name) as connection:
        for table, sql in connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall():
            if table in ("total", "alembic_version", "request", "request_count"):  # few rows, or none here
                continue
            assert "WITHOUT ROWID" in sql
            with pytest.raises(sqlite3.OperationalError, match="rowid"):
                connection.execute(f"SELECT rowid FROM {table}")
            key = {"member": "row", "card": "row", "contact": "member", "member_key": "member"}[table]
            firsts = {first for (first,) in connection.execute(f"SELECT substr({key}, 1, 1) FROM {table}")}
            assert len(firsts) > 80  # of 256 possible first bytes, 200 random rows show about 139


def test_files_are_this_users_alone(tmp_path: Path) -> None:
    house = live(tmp_path / "vault")
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "vault").iterdir()} == {0}
    house.vault.close()


def test_pragmas_hold_on_every_connection(tmp_path: Path) -> None:
    house = live(tmp_path)
    with house.vault.store.reading() as one, house.vault.store.reading() as two:
        for batch in (one, two):
            ask = batch._connection.exec_driver_sql  # type: ignore[attr-defined]
            assert [
                ask(f"PRAGMA {name}").scalar_one() for name in ("journal_mode", "synchronous", "secure_delete")
            ] == [
                "wal",
                2,
                1,
            ]
    house.vault.close()


def layout(folder: Path, name: str) -> list[bytes]:
    """Return the rows of a table in the order in which their keys lie in the file."""
    content = (folder / name).read_bytes()
    with sqlite3.connect(folder / name) as connection:
        table, key = {"vault.db": ("card", "row"), "member-keys.db": ("member_key", "member")}[name]
        rows = [row for (row,) in connection.execute(f"SELECT {key} FROM {table}")]
    return sorted(rows, key=content.index)


@pytest.mark.parametrize("name", ["vault.db", "member-keys.db"])
def test_no_file_tells_in_which_order_members_came(tmp_path: Path, name: str) -> None:
    """Coming one by one, as at a counter, they lie in the order of their random keys."""
    house = House(tmp_path)
    for i in range(12):
        house.enrol(a_row(i))
    house.vault.close()
    assert layout(tmp_path, name) == sorted(layout(tmp_path, name), reverse=True)


@pytest.mark.parametrize("name", ["vault.db", "member-keys.db"])
def test_without_laying_anew_a_file_would_tell(tmp_path: Path, name: str) -> None:
    """The negative control: closed without it, the rows lie as they came."""
    house = House(tmp_path)
    for i in range(12):
        house.enrol(a_row(i))
    house.vault.store.close()
    house.vault.keys.close()
    assert layout(tmp_path, name) != sorted(layout(tmp_path, name), reverse=True)


def test_a_vault_that_was_only_read_is_not_written_anew(tmp_path: Path) -> None:
    live(tmp_path).vault.close()
    before = (tmp_path / "vault.db").stat()
    house = House(tmp_path)
    house.vault.close()
    assert (tmp_path / "vault.db").stat().st_mtime_ns == before.st_mtime_ns


def test_a_crash_before_the_files_were_laid_anew_is_remembered(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.enrol(a_row(1))
    house.vault.store.close()
    house.vault.keys.close()
    with sqlite3.connect(tmp_path / "vault.db") as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (1,)
    house.vault = house.open()
    house.vault.forget_order()
    house.vault.close()
    with sqlite3.connect(tmp_path / "vault.db") as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (0,)

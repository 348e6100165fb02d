"""P6 e on PostgreSQL: who reads every row of every database, as they lie, joins nobody without a key.

A thief with a dump of both sides sees rows in their places, each with the number of the transaction that wrote
it, and those numbers are one counter for all databases of a server. Members come one by one, as at a counter, and
shop in the same order. Before the vault's tables are laid anew, everybody is linked: that is the negative control.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.walls.join import SEED, Verdict, try_to_join
from tests.walls.stolen import Side, owner_column, see
from tests.walls.truth import pairs_of

from noren.house.databases import Database, database_name
from noren.house.home import Home
from noren.house.vault import VaultRoom, vault_room
from noren.identity.operations import enrol
from noren.testing.postgres import shared_server
from noren.testing.till import TillHouse
from noren.testing.till_bodies import JAPAN
from noren.testing.vault import a_row

MEMBERS = 150


@pytest.fixture(scope="module")
def house() -> Iterator[TillHouse]:
    with TillHouse.temporary(engine="postgresql") as house:
        yield house


@pytest.fixture
def room(house: TillHouse) -> Iterator[VaultRoom]:
    """Be the vault of that house, but for its own laying anew."""
    room = vault_room(house.home)
    yield room
    room.close()


def rows_of(home: Home, database: Database) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield every table with its rows as they lie, each with the transaction that wrote it."""
    with shared_server().connect(database_name(home, database)) as connection:
        asked = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
        for (table,) in connection.execute(asked).fetchall():
            cursor = connection.execute(f'SELECT xmin::text::bigint AS xmin, * FROM "{table}" ORDER BY ctid'.encode())
            names = [column.name for column in cursor.description or ()]
            yield table, [dict(zip(names, row, strict=True)) for row in cursor]


def steal(home: Home, name: str, databases: tuple[Database, ...], owner: tuple[str, str]) -> Side:
    """Read the databases of a side as a thief would; ``owner``: (table, column) that lists its members."""
    tables = {(d, table): rows for d in databases for table, rows in rows_of(home, d)}
    side = Side(name, {row[owner[1]] for row in tables[databases[0], owner[0]]})
    for (database, table), rows in tables.items():
        column = owner_column(rows, side.owners)
        if column is not None:
            see(side, f"{database} {table}", rows, column)
    return side


def judge(home: Home) -> Verdict:
    """Try to join the two sides by every way there is."""
    vault = steal(home, "vault", ("vault", "member_keys"), ("member", "row"))
    ledger = steal(home, "ledger", ("ledger",), ("member", "handle"))
    sealed = dict(rows_of(home, "vault"))["member"]
    keys = dict(rows_of(home, "member_keys"))["member_key"]
    tokens = [(row["row"], row["link_token"]) for row in sealed if row["link_token"] is not None]
    return try_to_join(vault, ledger, pairs_of(home, [(key["member"], key["wrapped"]) for key in keys], tokens))


def shop(house: TillHouse, cards: list[str]) -> None:
    """Let members shop in the order in which they came."""
    at = datetime.now(JAPAN).replace(microsecond=0) - timedelta(hours=1)
    lines = [
        {
            "receipt": f"{number:06d}", "card": card, "amount": 300, "business_date": at.date().isoformat(),
            "at": at.isoformat(), "lines": [{"product": "p1", "quantity": 1, "amount": 300}],
        }
        for number, card in enumerate(cards)
    ]  # fmt: skip
    with house.client(house.terminal()) as till:
        answer = till.batch([json.dumps(line).encode() for line in lines])
    assert {line["status"] for line in answer.lines} == {201}


def test_nobody_is_linked_by_where_rows_lie_or_who_wrote_them(house: TillHouse, room: VaultRoom) -> None:
    rows = [a_row(number) for number in range(MEMBERS)]
    for row in rows:
        assert enrol(room.vault, rows=[row]).outcomes == ["added"]
    shop(house, [str(row["card"]) for row in rows])

    told = judge(house.home)  # the negative control: the rows lie as they came
    most = max((link.found for link in told.links if link.way == "same place"), default=0)
    assert most > MEMBERS * 0.9, "rows lay in the order of coming and the join did not find it"

    room.vault.forget_order()
    verdict = judge(house.home)
    print(f"seed {SEED}: {verdict.members} members, {verdict.tried} ways tried")
    assert verdict.members == MEMBERS
    assert verdict.tried > 200
    assert not verdict.links, "\n".join(map(str, verdict.links))

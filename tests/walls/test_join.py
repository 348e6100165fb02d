"""The join without keys bites: in stores made wrong on purpose it finds the link, in stores made right none."""

from __future__ import annotations

import hashlib
import random
import secrets
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.walls.join import SEED, Verdict, try_to_join
from tests.walls.stolen import steal

MEMBERS = 1500
RARE = 20
"""So many members have a number of cards that hardly anybody shares."""
PREFECTURES = ("東京都", "神奈川県", "大阪府", "和歌山県")


@dataclass(frozen=True)
class Making:
    """How a pair of stores is made; each field is one mistake."""

    same_order: bool = False
    rowids: bool = False
    unpadded: bool = False
    same_value: bool = False
    in_batches: int = 0
    log_left: bool = False
    cards_in_clear: bool = False
    states_too: bool = False


def make(folder: Path, how: Making) -> Verdict:
    """Make two stores of the same members, the mistakes of ``how`` in them, and try to join."""
    random.seed(SEED)
    people = [(secrets.token_bytes(16), secrets.token_bytes(16), random.choice(PREFECTURES)) for _ in range(MEMBERS)]
    tail = "STRICT" if how.rowids else "WITHOUT ROWID, STRICT"
    vault = store(folder / "vault.db", f"(row BLOB PRIMARY KEY, card_index BLOB, prefecture BLOB) {tail}")
    for place, (row, handle, prefecture) in enumerate(ordered(people, how)):
        size = len(prefecture.encode()) if how.unpadded else 32
        put(vault, place, how, (row, shared(handle, how), secrets.token_bytes(size)))
    ledger = store(folder / "ledger.db", f"(handle BLOB PRIMARY KEY, card_index BLOB, prefecture TEXT) {tail}")
    for place, (_, handle, prefecture) in enumerate(ordered(people, how)):
        put(ledger, place, how, (handle, shared(handle, how), prefecture))
    put_cards(vault, ledger, people, how)
    for each in (vault, ledger):
        each.commit()
        if not how.log_left:
            each.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    work = folder / "work"
    left = steal("vault", [folder / "vault.db"], ("member", "row"), work)
    right = steal("ledger", [folder / "ledger.db"], ("member", "handle"), work)
    for each in (vault, ledger):
        each.close()
    return try_to_join(left, right, {row: handle for row, handle, _ in people})


def store(path: Path, columns: str) -> sqlite3.Connection:
    """Open a store whose log is folded only when told."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute(f"CREATE TABLE member {columns}")
    return connection


def put(connection: sqlite3.Connection, place: int, how: Making, row: tuple[bytes | str, ...]) -> None:
    """Add a row; what comes in batches is committed in batches."""
    connection.execute("INSERT INTO member VALUES (?, ?, ?)", row)
    if how.in_batches and place % how.in_batches == 0:
        connection.commit()


def put_cards(
    vault: sqlite3.Connection, ledger: sqlite3.Connection, people: list[tuple[bytes, bytes, str]], how: Making
) -> None:
    """Add cards: the ledger shows whose they are and their states; the vault seals both, unless that is the mistake."""
    vault.execute("CREATE TABLE card (row BLOB PRIMARY KEY, member BLOB, state ANY) WITHOUT ROWID, STRICT")
    ledger.execute("CREATE TABLE card (card_index BLOB PRIMARY KEY, handle BLOB, state INTEGER) WITHOUT ROWID, STRICT")
    cards = [(row, handle, random.choice((1, 2, 3))) for row, handle, _ in people for _ in range(how_many())]
    cards += [(*people[place][:2], 1) for place in range(RARE) for _ in range(5 + place)]
    for row, _, state in random.sample(cards, len(cards)):
        member = row if how.cards_in_clear else secrets.token_bytes(46)
        shown = state if how.states_too else secrets.token_bytes(62)
        vault.execute("INSERT INTO card VALUES (?, ?, ?)", (secrets.token_bytes(16), member, shown))
    for _, handle, state in random.sample(cards, len(cards)):
        ledger.execute("INSERT INTO card VALUES (?, ?, ?)", (secrets.token_bytes(16), handle, state))


def how_many() -> int:
    """Return a common number of cards."""
    return random.choice((1, 1, 1, 1, 1, 2))


def shared(handle: bytes, how: Making) -> bytes:
    """Return a card's index: of its own on each side, unless that is the mistake."""
    return hashlib.sha256(handle).digest()[:16] if how.same_value else secrets.token_bytes(16)


def ordered(people: list[tuple[bytes, bytes, str]], how: Making) -> list[tuple[bytes, bytes, str]]:
    """Return the members in the order in which a side is told of them."""
    if how.same_order:
        return people
    size = how.in_batches or MEMBERS
    batches = [people[i : i + size] for i in range(0, MEMBERS, size)]
    return [person for batch in batches for person in random.sample(batch, len(batch))]


def test_stores_made_right_join_nothing(tmp_path: Path) -> None:
    verdict = make(tmp_path, Making())
    print(f"seed {SEED}")
    assert verdict.members == MEMBERS
    assert verdict.tried > 20
    assert not verdict.links, "\n".join(map(str, verdict.links))


@pytest.mark.parametrize(
    ("mistake", "way"),
    [
        (Making(same_order=True, rowids=True), "same place"),
        (Making(in_batches=300, rowids=True), "orders go together"),
        (Making(in_batches=300, log_left=True), "orders go together"),
        (Making(unpadded=True), "features tell"),
        (Making(same_value=True), "equal values"),
        (Making(cards_in_clear=True), "singled out"),
        (Making(cards_in_clear=True, states_too=True), "singled out"),
        (Making(cards_in_clear=True, states_too=True), "features tell"),
    ],
    ids=[
        "rows in the same order",
        "shuffled in batches only",
        "batches in the log",
        "unpadded",
        "a shared value",
        "whose cards: who has many",
        "whose cards and their states: who has many",
        "whose cards and their states: anybody",
    ],
)
def test_each_mistake_is_found(mistake: Making, way: str, tmp_path: Path) -> None:
    assert way in {link.way for link in make(tmp_path, mistake).links}

"""No column of the vault shows without a key whose a card is, how many cards a member has, or a card's state."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.store.vault_cases import House, card

from noren.identity.cards import add_cards, reissue_card, set_card_state
from noren.identity.cards_at_rest import row_of
from noren.identity.members import open_members
from noren.identity.merging import merge_members
from noren.identity.model import MAX_CARDS_PER_MEMBER, CardState
from noren.identity.queries import summary
from noren.kernel.ids import CardNumber, MemberNumber
from noren.kernel.sealing import DoesNotOpen
from noren.testing.vault import a_row

NONE, ONE, MANY, ALL_STATES, TO_MERGE = (a_row(i) for i in range(5))
NEW = CardNumber("2980001888888888")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Members with no card, one, as many as can be, one in each state, and one whose card comes by a merge."""
    made = House(tmp_path)
    made.enrol({k: v for k, v in NONE.items() if k != "card"}, ONE, MANY, ALL_STATES, TO_MERGE)
    give(made, MANY, MAX_CARDS_PER_MEMBER - 1)
    give(made, ALL_STATES, 2)
    set_card_state(made.vault, card=card(ALL_STATES), state=CardState.LOST)
    set_card_state(made.vault, card=extra(ALL_STATES, 0), state=CardState.BLOCKED)
    merge_members(made.vault, number=MemberNumber(str(TO_MERGE["member_number"])), into=MemberNumber("M0000003"))
    yield made
    assert made.findings() == []
    made.vault.close()


def extra(row: dict[str, object], place: int) -> CardNumber:
    return CardNumber(f"77{row['card']}{place:02}")


def give(house: House, row: dict[str, object], count: int) -> None:
    number = row["member_number"]
    done = add_cards(
        house.vault, rows=[{"card": extra(row, i).reveal(), "member_number": number} for i in range(count)]
    )
    assert done == ["added"] * count


def seen(house: House, sql: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(house.folder / "vault.db") as connection:
        found = connection.execute(sql).fetchall()
    connection.close()
    return found


def test_every_column_has_one_length_whatever_it_says(house: House) -> None:
    cards = "length(row), length(card_index), length(member), length(number), length(state)"
    assert len(seen(house, f"SELECT DISTINCT {cards} FROM card")) == 1
    here = "FROM member WHERE standing = 1"
    assert len(seen(house, f"SELECT DISTINCT length(cards), length(link_index), length(link_token) {here}")) == 1


def test_no_value_of_a_card_stands_in_two_rows_nor_in_a_members(house: House) -> None:
    values = [value for row in seen(house, "SELECT * FROM card") for value in row]
    assert len(values) == len(set(values)) == 5 * (1 + MAX_CARDS_PER_MEMBER + 3 + 1)
    of_members = {value for row in seen(house, "SELECT * FROM member") for value in row}
    assert not of_members & set(values)
    raw = b"".join(values)
    assert not [row for (row,) in seen(house, "SELECT row FROM member") if row in raw]


def test_the_whole_programmes_numbers_are_kept(house: House) -> None:
    cards = 1 + MAX_CARDS_PER_MEMBER + 3 + 1
    assert (summary(house.vault).cards, summary(house.vault).active_cards) == (cards, cards - 2)
    set_card_state(house.vault, card=card(ALL_STATES), state=CardState.BLOCKED)
    assert summary(house.vault).active_cards == cards - 2
    set_card_state(house.vault, card=card(ALL_STATES), state=CardState.ACTIVE)
    assert summary(house.vault).active_cards == cards - 1
    reissue_card(house.vault, card=card(ONE), new_card=NEW)
    assert (summary(house.vault).cards, summary(house.vault).active_cards) == (cards + 1, cards - 1)


def test_without_her_key_none_of_her_cards_opens(house: House) -> None:
    """The way back to her row stays openable; what a card says, and which are hers besides, goes with her key."""
    row = house.row_of(card(MANY))
    with house.vault.store.reading() as batch:
        mine = open_members(house.vault, batch, [row])[row]
        assert [each.row for each in mine.cards] == [row_of(mine.key, i) for i in range(MAX_CARDS_PER_MEMBER)]
        other = house.vault.keys.fresh()
        assert batch.cards_at(row_of(other, i) for i in range(MAX_CARDS_PER_MEMBER)) == {}


def test_an_owner_moved_to_another_card_does_not_open(house: House) -> None:
    with house.vault.store.batch() as batch:
        indexes = [house.vault.indexes.card(number) for number in (card(ONE), card(MANY))]
        one, many = (batch.cards([index])[index] for index in indexes)
    with pytest.raises(DoesNotOpen):
        house.vault.owners.open(type(one)(one.row, one.index, many.member, one.number, one.state))

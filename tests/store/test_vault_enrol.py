"""Enrolment on real files: idempotent, field by field, each row judged by itself."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, MutableSequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.store.vault_cases import House, card

from noren.identity.model import CardState
from noren.identity.queries import link_token_of, summary, who_am_i
from noren.kernel.ids import CardNumber, LinkToken
from noren.testing.databases import ENGINES
from noren.testing.vault import a_row, a_vault


@pytest.fixture(params=ENGINES)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, engine=request.param)
    yield made
    made.vault.close()


def me(house: House, row: dict[str, object]) -> Any:
    return who_am_i(house.vault, row=house.row_of(card(row)))


def test_the_same_rows_again_change_nothing_and_tell_nothing(house: House) -> None:
    rows = [a_row(i) for i in range(20)]
    assert house.enrol(*rows) == ["added"] * 20
    before = list(house.side.heard)
    assert house.enrol(*reversed(rows)) == ["same"] * 20
    assert house.side.heard == before
    assert (summary(house.vault).members, summary(house.vault).cards) == (20, 20)
    assert house.findings() == []


def test_a_restart_forgets_nothing(house: House) -> None:
    house.enrol(a_row(1))
    house.restart()
    assert house.enrol(a_row(1)) == ["same"]
    assert me(house, a_row(1)).family_name == "架空"


def test_a_changed_field_changes_that_field_alone(house: House) -> None:
    house.enrol(a_row(1))
    assert house.enrol({"member_number": "M0000001", "city": "目黒区"}) == ["changed"]
    assert "目黒区架空町2番地" in me(house, a_row(1)).address
    assert me(house, a_row(1)).family_name == "架空"
    assert house.enrol({"member_number": "M0000001", "phone": ""}) == ["changed"]
    assert me(house, a_row(1)).phone == ""


def test_a_changed_name_does_not_cross_not_even_as_news(house: House) -> None:
    house.enrol(a_row(1))
    house.side.heard.clear()
    assert house.enrol(a_row(1, family_name="仮名", phone="0312345678", city="目黒区")) == ["changed"]
    assert house.side.heard == []


def test_a_changed_trait_crosses(house: House) -> None:
    house.enrol(a_row(1))
    assert house.enrol(a_row(1, prefecture="大阪府", postal_code="5300001")) == ["changed"]
    told = house.side.with_card(str(a_row(1)["card"])).traits
    assert (told.prefecture, told.postal3) == ("大阪府", "530")


def test_age_bands_move_on_the_first_of_april(house: House) -> None:
    row = a_row(1, birth_date="1987-03-05")
    house.enrol(row)
    assert house.side.members[0].traits.age_band == 35
    house.restart(at=datetime(2027, 4, 1, tzinfo=UTC))
    assert house.enrol(row) == ["same"]
    assert (house.side.members[0].traits.age_band, house.side.members[0].traits.age_band_year) == (40, 2027)


def test_good_rows_go_in_and_each_bad_one_says_why(house: House) -> None:
    found = house.enrol(
        a_row(1), a_row(2, birth_date="2030-01-01"), {"card": "2980001000000009"}, a_row(3, sex="x"), a_row(4)
    )
    assert [f == "added" for f in found] == [True, False, False, False, True]
    assert ["birth_date" in found[1], "member_number" in found[2], "sex" in found[3]] == [True] * 3
    assert summary(house.vault).members == 2
    assert house.findings() == []  # a refused row leaves no key behind


def test_a_card_belongs_to_one_member(house: House) -> None:
    house.enrol(a_row(1))
    found = house.enrol(a_row(2, card=a_row(1)["card"]), a_row(3))
    assert "belongs to another member" in found[0]
    assert found[1] == "added"
    assert house.findings() == []


def test_two_rows_of_one_file_that_name_one_card(house: House) -> None:
    found = house.enrol(a_row(1), a_row(2, card=a_row(1)["card"]))
    assert found[0] == "added"
    assert "belongs to another member" in found[1]


def test_two_rows_of_one_member_are_taken_in_their_order(house: House) -> None:
    second = a_row(1, card="2980001999999999", city="目黒区")
    assert house.enrol(a_row(1), second) == ["added", "changed"]
    assert "目黒区" in me(house, a_row(1)).address
    assert sorted(house.side.members[0].cards) == sorted([str(a_row(1)["card"]), "2980001999999999"])


def test_who_has_no_card_is_unknown_to_the_ledger_side_until_she_has_one(house: House) -> None:
    bare = a_row(1)
    del bare["card"]
    assert house.enrol(bare) == ["added"]
    assert (house.side.members, house.pending()) == ([], 0)
    assert house.enrol(a_row(1)) == ["changed"]
    assert isinstance(link_token_of(house.vault, card=card(a_row(1))), LinkToken)
    assert house.side.with_card(str(a_row(1)["card"])).cards == {str(a_row(1)["card"]): CardState.ACTIVE}


def test_cards_the_ledger_knows_as_two_members_are_refused_and_stay_pending(house: House) -> None:
    house.enrol(a_row(1), a_row(2))
    house.side.give("2980001999999999", house.side.with_card(str(a_row(2)["card"])))
    assert "two members" in house.enrol(a_row(1, card="2980001999999999"))[0]
    assert house.pending() == 1
    assert "not been told" in house.findings()[0].what.en


def test_rows_are_shuffled_before_the_vault_and_again_before_the_ledger_side(tmp_path: Path) -> None:
    class Watched:
        """Counts shuffles and puts things in reverse; rows count upwards."""

        def __init__(self) -> None:
            self.sizes: list[int] = []
            self.made = 0

        def row(self) -> bytes:
            self.made += 1
            return self.made.to_bytes(16, "big")

        def shuffle(self, items: MutableSequence[Any]) -> None:
            self.sizes.append(len(items))
            items.reverse()

    chance, house = Watched(), House(tmp_path / "one")
    house.vault.close()
    vault = a_vault(tmp_path / "two", house.side, chance=chance)
    house.vault = vault
    house.enrol(*[a_row(i) for i in range(30)])
    vault.close()
    assert chance.sizes.count(30) == 2


def test_the_order_of_a_file_shows_neither_in_the_vault_nor_on_the_ledger_side(house: House) -> None:
    rows = [a_row(i) for i in range(300)]
    house.enrol(*rows)
    file_order = [str(row["card"]) for row in rows]
    ledger_order = [cards[0] for cards in house.side.order]
    with house.vault.store.reading() as batch:
        in_vault = batch.all_rows(b"", 1_000)
    by_row = {house.row_of(CardNumber(c)): c for c in file_order}
    vault_order = [by_row[row] for row in in_vault]
    for one, other in [(file_order, ledger_order), (file_order, vault_order), (vault_order, ledger_order)]:
        place = {card: i for i, card in enumerate(other)}
        neighbours = sum(abs(place[a] - place[b]) == 1 for a, b in itertools.pairwise(one))
        assert neighbours < 20  # of 299; about 2 by chance

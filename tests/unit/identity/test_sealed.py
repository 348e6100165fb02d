"""Sealed fields: what was sealed for one place opens there alone, and no length tells what it is."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from noren.identity.sealed import Indexes, open_field, seal_field
from noren.kernel.ids import CardNumber, LinkToken, MemberNumber
from noren.kernel.sealing import DoesNotOpen
from noren.testing.vault import a_ring

PLACES = st.tuples(
    st.sampled_from(["member", "contact", "card"]),
    st.sampled_from(["family_name", "phone", "street", "number"]),
    st.binary(min_size=16, max_size=16),
)
VALUES = st.none() | st.text(max_size=400)
RING = a_ring("member")


@given(VALUES, PLACES)
def test_it_opens_where_it_was_sealed(value: str | None, place: tuple[str, str, bytes]) -> None:
    table, column, row = place
    sealed = seal_field(RING, value, table=table, column=column, row=row)
    assert open_field(RING, sealed, table=table, column=column, row=row) == value


@given(VALUES, PLACES, PLACES)
def test_moved_to_another_place_it_does_not_open(
    value: str | None, place: tuple[str, str, bytes], other: tuple[str, str, bytes]
) -> None:
    assume(place != other)
    sealed = seal_field(RING, value, table=place[0], column=place[1], row=place[2])
    with pytest.raises(DoesNotOpen):
        open_field(RING, sealed, table=other[0], column=other[1], row=other[2])


@given(VALUES, PLACES)
def test_another_members_key_does_not_open_it(value: str | None, place: tuple[str, str, bytes]) -> None:
    sealed = seal_field(RING, value, table=place[0], column=place[1], row=place[2])
    with pytest.raises(DoesNotOpen):
        open_field(a_ring("member"), sealed, table=place[0], column=place[1], row=place[2])


@given(VALUES, PLACES, st.data())
def test_no_changed_bit_opens(value: str | None, place: tuple[str, str, bytes], data: st.DataObject) -> None:
    sealed = bytearray(seal_field(RING, value, table=place[0], column=place[1], row=place[2]))
    bit = data.draw(st.integers(16, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(DoesNotOpen):
        open_field(RING, bytes(sealed), table=place[0], column=place[1], row=place[2])


@pytest.mark.parametrize("values", [("female", "male", "other", None), ("yes", "no", None), ("1950-01-01", None)])
def test_no_length_tells_a_trait(values: tuple[str | None, ...]) -> None:
    assert len({len(seal_field(RING, v, table="member", column="sex", row=bytes(16))) for v in values}) == 1


@pytest.mark.parametrize("column", ["password", "link_token", "told"])
def test_no_length_tells_whether_something_is_there(column: str) -> None:
    full = {"password": 97, "link_token": 44, "told": 190}[column]
    sizes = {len(seal_field(RING, v, table="member", column=column, row=bytes(16))) for v in (None, "x" * full)}
    assert len(sizes) == 1


def test_the_same_text_is_another_index_for_another_kind() -> None:
    indexes = Indexes(a_ring("vault-index"))
    number = "12345678"
    found = {
        indexes.card(CardNumber(number)),
        indexes.member_number(MemberNumber(number)),
        indexes.link_token(LinkToken(number.encode() * 4)),
    }
    assert len(found) == 3

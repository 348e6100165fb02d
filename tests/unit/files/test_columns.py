"""Which column of a file is which."""

from __future__ import annotations

import pytest

from noren.doors.cli.files.columns import ColumnProblem, match_columns
from noren.doors.cli.files.kinds import CARDS, KINDS, MEMBERS


def names(source: list[str], mapping: dict[str, str] | None = None) -> list[str | None]:
    found = match_columns(source, MEMBERS.columns, mapping or {})
    return [column.name if column else None for column in found.targets]


def test_widths_case_spaces_and_japanese_names_are_understood() -> None:
    source = ["会員番号", "ＣＡＲＤ", " Family Name", "郵便番号", "email-ok"]
    assert names(source) == ["member_number", "card", "family_name", "postal_code", "email_ok"]


def test_map_names_a_column_or_leaves_it_out() -> None:
    assert names(["ID", "メモ"], {"id": "member_number", "メモ": "-"}) == ["member_number", None]


@pytest.mark.parametrize(
    ("source", "mapping", "word"),
    [
        (["member_number", "famly_name"], {}, "Did you mean family_name"),
        (["member_number", "メモ"], {}, "Unknown column"),
        (["card"], {}, "Missing required column: member_number"),
        (["member_number", "会員番号"], {}, "Two columns mean member_number"),
        (["member_number"], {"x": "card"}, "does not have"),
        (["member_number", "a"], {"a": "card_no"}, "Did you mean card"),
    ],
)
def test_a_mistake_names_the_nearest_known_column(source: list[str], mapping: dict[str, str], word: str) -> None:
    with pytest.raises(ColumnProblem, match=word) as refused:
        match_columns(source, MEMBERS.columns, mapping)
    assert refused.value.exit_code == 2
    assert refused.value.say.ja != refused.value.say.en


def test_kinds_have_the_columns_of_the_contract() -> None:
    assert [column.name for column in CARDS.columns] == ["card", "member_number"]
    assert {name: len(kind.columns) for name, kind in KINDS.items()} == {
        "members": 17, "cards": 2, "products": 7, "shops": 7, "purchases": 9,
        "lots": 5, "coupons": 9, "consents": 6, "stops": 4,
    }  # fmt: skip

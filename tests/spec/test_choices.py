"""The table of stops holds, and docs/reference/choices.md is made of it."""

from __future__ import annotations

import pytest
from tests.spec.choice_rows import ROWS, USES, Row
from tests.spec.choices_page import PAGE, render

from noren.governance.stopping import spell, stopped_by


@pytest.mark.parametrize("row", ROWS, ids=lambda row: spell(row.rule))
def test_a_rule_stops_what_the_table_says(row: Row) -> None:
    assert {use for use in USES if stopped_by([row.rule], use)} == row.stops


def test_the_page_is_what_the_table_says() -> None:
    assert PAGE.read_text("utf-8") == render(), "write it again: python -m tests.spec.choices_page"

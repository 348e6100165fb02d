"""Cells that spreadsheets would run as formulas, and that every file we write asks the same function."""

from __future__ import annotations

from pathlib import Path

import pytest

import noren
from noren.kernel.spreadsheet import harmless, plain

SRC = Path(noren.__file__).parent


@pytest.mark.parametrize("start", "=+-@\t\r＝＋－＠")
def test_formulas_get_an_apostrophe_and_lose_it_again(start: str) -> None:
    cell = f"{start}HYPERLINK(1)"
    assert harmless(cell) == f"'{cell}"
    assert plain(harmless(cell)) == cell


@pytest.mark.parametrize("cell", ["", "架空屋", "1=1", "'", "'架空屋", "’=1"])
def test_other_cells_stay(cell: str) -> None:
    assert harmless(cell) == plain(cell) == cell


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ("＝＋－＠", "kernel/spreadsheet.py"),
        ("class Sessions", "doors/pages/sessions.py"),
        ("class Away", "doors/pages/away.py"),
        ("def set_cookie", "doors/pages/cookies.py"),
    ],
)
def test_what_guards_doors_and_files_is_told_once(told: str, where: str) -> None:
    assert [str(f.relative_to(SRC)) for f in SRC.rglob("*.py") if told in f.read_text("utf-8")] == [where]

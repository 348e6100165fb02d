"""What spreadsheets do to text: a cell that starts like a formula is run as one (promises P11)."""

from __future__ import annotations

from typing import Final

_FORMULA_STARTS: Final = tuple("=+-@\t\r＝＋－＠")
_GUARD: Final = "'"


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet runs: half- and full-width = + - @, tab and return get an apostrophe."""
    return _GUARD + cell if cell.startswith(_FORMULA_STARTS) else cell


def plain(cell: str) -> str:
    """Take off the apostrophe that :func:`harmless` put on."""
    return cell[1:] if cell.startswith(_GUARD) and cell[1:].startswith(_FORMULA_STARTS) else cell

"""What ``noren audience`` reads: a condition's text, and the names of a products table."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from noren.audience.language.canonical import from_json, to_text
from noren.audience.language.problems import Place, Problem, Refused
from noren.audience.language.words import PRODUCT_ATTRIBUTES, Attribute
from noren.doors.cli.files.tables import open_table
from noren.doors.cli.here import refuse
from noren.kernel.say import Say

LIMIT_BYTES: Final = 65_536
"""More than any condition can be: the rest of a file is not read."""

_STDIN: Final = "-"
_SENSITIVITY: Final = "sensitivity"


def read_source(file: str) -> str | Refused:
    """Return a condition's text, without a byte order mark and the last line's end, or that of its canonical JSON.

    Raises:
        Refusal: the file can not be opened.
    """
    raw = _bytes(file)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        if len(raw) > LIMIT_BYTES and wrong.start >= LIMIT_BYTES - 4:
            text = raw[: wrong.start].decode("utf-8-sig")
        else:
            return Refused((_not_utf8(raw, wrong.start),))
    return _as_text(text.removesuffix("\n").removesuffix("\r"))


def _as_text(text: str) -> str | Refused:
    """Return the text of a canonical JSON; no condition begins with its brace, so any other text is one already."""
    if not text.startswith("{"):
        return text
    found = from_json(text)
    return found if isinstance(found, Refused) else to_text(found)


def _bytes(file: str) -> bytes:
    if file == _STDIN:
        return sys.stdin.buffer.read(LIMIT_BYTES + 1)
    try:
        with Path(file).open("rb") as stream:
            return stream.read(LIMIT_BYTES + 1)
    except OSError as wrong:
        refuse(f"{file} を開けません({wrong.strerror})。", f"{file} can not be opened ({wrong.strerror}).", code=2)


def _not_utf8(raw: bytes, at: int) -> Problem:
    before = raw[:at].decode("utf-8-sig", "replace")
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    say = Say(
        "UTF-8として読めません。文字コードをUTF-8にして保存してください。",
        "This is not UTF-8: save the condition as UTF-8.",
    )
    return Problem("not-utf8", Place(line, column, len(before), len(before)), say)


@dataclass(slots=True)
class ProductNames:
    """The values of a products table, column by column; ``sensitive``: those that a sensitive product has."""

    known: dict[Attribute, frozenset[str]] = field(default_factory=dict[Attribute, frozenset[str]])
    sensitive: frozenset[tuple[Attribute, str]] = frozenset()

    def values(self, attribute: Attribute) -> frozenset[str] | None:
        """Return the values of a column; None: the table does not have it."""
        return self.known.get(attribute)

    def lists(self) -> frozenset[str] | None:
        """A products table knows no lists."""
        return None


def read_products(path: Path) -> ProductNames:
    """Return the names of a products table (CSV, NDJSON or Parquet). Raises Refusal, FileProblem."""
    table = open_table(path)
    places = {name.strip().casefold(): place for place, name in enumerate(table.columns)}
    columns = {
        attribute: places[attribute.value] for attribute in sorted(PRODUCT_ATTRIBUTES) if attribute.value in places
    }
    if Attribute.PRODUCT not in columns:
        refuse(
            f"{path} に product の列がありません。列: product, category, department, brand, maker",
            f"{path} has no column product. Its columns are product, category, department, brand, maker",
            code=2,
        )
    found: dict[Attribute, set[str]] = {attribute: set() for attribute in columns}
    sensitive: set[tuple[Attribute, str]] = set()
    for row in table.rows():
        held = {attribute: row.cells[place] for attribute, place in columns.items() if place < len(row.cells)}
        _take(held, found)
        if _is_sensitive(row.cells, places):
            sensitive.update((attribute, value) for attribute, value in held.items() if value)
    return ProductNames({attribute: frozenset(values) for attribute, values in found.items()}, frozenset(sensitive))


def _take(held: Mapping[Attribute, str], found: dict[Attribute, set[str]]) -> None:
    for attribute, value in held.items():
        if value:
            found[attribute].add(value)


def _is_sensitive(cells: tuple[str, ...], places: Mapping[str, int]) -> bool:
    place = places.get(_SENSITIVITY)
    return place is not None and place < len(cells) and bool(cells[place].strip())

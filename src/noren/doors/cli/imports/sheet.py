"""The reconciliation sheet: what the source says, by kind and company, against what stands now.

It signs off when source = stands + set aside, for rows and for value, and the books say the same.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from noren.kernel.say import Lang, Say
from noren.kernel.spreadsheet import harmless

MAX_NAMED: Final = 1_000
SHOWN: Final = 10


@dataclass(slots=True)
class Line:
    """One kind at one company (empty: the programme, everywhere). Values: points, or the face value of coupons.

    ``stands``: rows of the source that stand; ``lapsed`` is the part of ``aside`` that was over already. ``ledger``
    and ``booked``: all that stands of this company from other systems, as noted and as booked; None: not asked.
    """

    source_rows: int = 0
    source: int = 0
    stands_rows: int = 0
    stands: int = 0
    aside_rows: int = 0
    aside: int = 0
    lapsed_rows: int = 0
    lapsed: int = 0
    ledger_rows: int | None = None
    ledger: int | None = None
    booked: int | None = None

    @property
    def open_rows(self) -> int:
        """Rows of the source of which nothing is known."""
        return self.source_rows - self.stands_rows - self.aside_rows

    @property
    def open(self) -> int:
        """Their value."""
        return self.source - self.stands - self.aside


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that does not add up. ``line`` 0: not a line of a file."""

    kind: str
    company: str
    what: Say
    file: str = ""
    line: int = 0
    value: int = 0


@dataclass(slots=True)
class Sheet:
    """Grows while sources are read. The first differences are named, all are counted.

    ``asked``: whether what stands was looked at; a dry run shows the source's totals alone.
    """

    lines: dict[tuple[str, str], Line] = field(default_factory=dict[tuple[str, str], Line])
    differences: list[Difference] = field(default_factory=list[Difference])
    found: int = 0
    asked: bool = True

    @property
    def ok(self) -> bool:
        """Whether source = stands + set aside."""
        return self.found == 0

    def at(self, kind: str, company: str) -> Line:
        """Return the line of a kind and company."""
        return self.lines.setdefault((kind, company), Line())

    def differ(self, difference: Difference) -> None:
        """Count a difference; name it while there are few."""
        self.found += 1
        if len(self.differences) < MAX_NAMED:
            self.differences.append(difference)

    def as_json(self) -> dict[str, object]:
        """Return the sheet as one object."""
        return {
            "ok": self.ok,
            "lines": [dict(zip(COLUMNS, row, strict=True)) for row in self.rows()],
            "differences": self.found,
            "named": [
                {"kind": d.kind, "company": d.company, "file": d.file, "line": d.line, "value": d.value,
                 "ja": d.what.ja, "en": d.what.en}
                for d in self.differences
            ],
        }  # fmt: skip

    def rows(self) -> Iterator[tuple[object, ...]]:
        """Yield the lines in the order of ``COLUMNS``."""
        for (kind, company), x in sorted(self.lines.items()):
            yield (
                kind, company, x.source_rows, x.source, x.stands_rows, x.stands, x.aside_rows, x.aside, x.lapsed_rows,
                x.lapsed, x.open_rows, x.open, x.ledger_rows, x.ledger, x.booked,
            )  # fmt: skip

    def told(self) -> Iterator[Say]:
        """Yield the sheet as lines for a person."""
        for (kind, company), x in sorted(self.lines.items()):
            yield _told(f"{kind} {company or '*'}", x) if self.asked else _source(f"{kind} {company or '*'}", x)
        yield from self._verdict()

    def _verdict(self) -> Iterator[Say]:
        if not self.asked:
            return
        if self.ok:
            yield Say("合っています: もと = 入っている + 除いた", "It adds up: source = stands + set aside")
            return
        yield Say(f"合わないところが{self.found:,}件あります。", f"{self.found:,} differences")
        for each in self.differences[:SHOWN]:
            at_ja = f"{each.file} {each.line}行目 " if each.line else ""
            at_en = f"{each.file} line {each.line}: " if each.line else ""
            yield Say(
                f"  {at_ja}{each.kind} {each.company or '*'}: {each.what.ja}",
                f"  {at_en}{each.kind} {each.company or '*'}: {each.what.en}",
            )
        if self.found > SHOWN:
            yield Say(f"  ほか {self.found - SHOWN:,}件", f"  and {self.found - SHOWN:,} more")


COLUMNS: Final = (
    "kind", "company", "source_rows", "source", "stands_rows", "stands", "aside_rows", "aside", "lapsed_rows", "lapsed",
    "open_rows", "open", "ledger_rows", "ledger", "booked",
)  # fmt: skip


def write_sheet(path: Path, sheet: Sheet, lang: Lang) -> None:
    """Write the sheet as CSV: the lines, and under them the differences that are named. It holds no card or member."""
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        writer.writerows([["" if cell is None else cell for cell in row] for row in sheet.rows()])
        if sheet.differences:
            writer.writerow([])
            writer.writerow(("kind", "company", "file", "line", "value", "difference"))
            for each in sheet.differences:
                writer.writerow(
                    (each.kind, each.company, harmless(each.file), each.line or "", each.value, each.what(lang))
                )


def _told(where: str, x: Line) -> Say:
    """Return one line of the equation source = stands + set aside."""
    pairs = ((x.source_rows, x.source), (x.stands_rows, x.stands), (x.aside_rows, x.aside), (x.lapsed_rows, x.lapsed))
    ja, en = ([_both(rows, value, unit) for rows, value in pairs] for unit in ("行", " rows"))
    left = (x.open_rows, x.open)
    return Say(
        f"{where}: もと {ja[0]} = 入っている {ja[1]} + 除いた {ja[2]}(うち失効 {ja[3]}) + 差 {_both(*left, '行')}",
        f"{where}: source {en[0]} = stands {en[1]} + set aside {en[2]} (lapsed {en[3]}) + open {_both(*left, ' rows')}",
    )


def _source(where: str, x: Line) -> Say:
    ja, en = _both(x.source_rows, x.source, "行"), _both(x.source_rows, x.source, " rows")
    return Say(
        f"{where}: もと {ja}(読めない行 {x.aside_rows:,})", f"{where}: source {en} ({x.aside_rows:,} unreadable)"
    )


def _both(rows: int, value: int, unit: str) -> str:
    return f"{rows:,}{unit} {value:,}"

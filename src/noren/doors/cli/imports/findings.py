"""What a reading found: counts, reasons by line, doubts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from noren.doors.cli.files.entries import Entry, Rejected
from noren.doors.cli.files.rows import FileProblem
from noren.kernel.say import Say

MAX_REJECTS: Final = 1_000_000
MAX_DOUBTS_SHOWN: Final = 1_000
_FIGURE_DIGITS: Final = 16
_FIGURE_CARDS: Final = 20


@dataclass(slots=True)
class Findings:
    """Grows while a file is read. ``reasons``: why a row was set aside, by its line."""

    watch: Callable[[int], None] = lambda _end: None
    rows: int = 0
    reasons: dict[int, Say] = field(default_factory=dict[int, Say])
    doubts: list[tuple[int, Say]] = field(default_factory=list[tuple[int, Say]])
    _doubted: set[int] = field(default_factory=set[int])
    _long_cards: int = 0
    _rounded_cards: int = 0

    def meet(self, found: Entry | Rejected) -> None:
        """Count one row."""
        self.rows += 1
        self.watch(found.end)
        if isinstance(found, Rejected):
            self.refuse({found.line: found.reason})
            return
        self._look_at_card(found)
        for doubt in found.doubts:
            self.doubt(found.line, doubt)

    def refuse(self, reasons: Mapping[int, Say]) -> None:
        """Set rows aside; the first reason of a line stays.

        Raises:
            FileProblem: more than MAX_REJECTS rows are wrong.
        """
        for line, reason in reasons.items():
            self.reasons.setdefault(line, reason)
        if len(self.reasons) > MAX_REJECTS:
            raise FileProblem(
                Say(
                    f"{MAX_REJECTS:,}行を超える行に誤りがあります。種類と列の対応(--map)を確かめてください。",
                    f"More than {MAX_REJECTS:,} rows are wrong: check the kind of file and the columns (--map).",
                )
            )

    def doubt(self, line: int, doubt: Say) -> None:
        """Keep a row's first warning (reader and zone may both doubt it): all are counted, the first are shown."""
        if line in self._doubted:
            return
        self._doubted.add(line)
        if len(self.doubts) < MAX_DOUBTS_SHOWN:
            self.doubts.append((line, doubt))

    @property
    def doubted(self) -> int:
        """How many rows were taken with a warning."""
        return len(self._doubted)

    def finish(self) -> None:
        """Add the warning that only the whole file can give."""
        if self._long_cards >= _FIGURE_CARDS and self._long_cards == self._rounded_cards:
            self.doubt(
                1,
                Say(
                    "16桁以上のカード番号がすべて0で終わっています。表計算ソフトが16桁目以降を0にした恐れがあります。",
                    "every card number of 16 or more digits ends in 0: a spreadsheet may have rounded them.",
                ),
            )

    def _look_at_card(self, found: Entry) -> None:
        """Spreadsheets keep 15 digits: what lies behind them becomes 0."""
        card = found.values.get("card")
        if isinstance(card, str) and len(card) >= _FIGURE_DIGITS:
            self._long_cards += 1
            self._rounded_cards += card.endswith("0")

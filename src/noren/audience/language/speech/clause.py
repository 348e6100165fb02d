"""A Japanese predicate in the forms that a sentence bends it into."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Ending:
    """How a clause ends before a noun, before another clause, and as a statement; yes and no."""

    before_noun: str
    before_clause: str
    stated: str
    no_before_noun: str
    no_before_clause: str
    no_stated: str


def _verb(noun: str, clause: str, no: str, no_clause: str) -> Ending:
    return Ending(noun, clause, noun, no, no_clause, no)


DID: Final = _verb("した", "し", "していない", "しておらず")
DID_NOT: Final = _verb("していない", "しておらず", "したことがある", "したことがあり")
IS: Final = Ending("の", "で", "である", "ではない", "ではなく", "ではない")
THERE_IS: Final = _verb("ある", "あり", "ない", "なく")
THERE_IS_NOT: Final = _verb("ない", "なく", "ある", "あり")
FITS: Final = _verb("当てはまる", "当てはまり", "当てはまらない", "当てはまらず")
FITS_BOTH: Final = _verb(
    "の両方に当てはまる", "の両方に当てはまり", "の片方か両方に当てはまらない", "の片方か両方に当てはまらず"
)
FITS_ALL: Final = _verb(
    "のすべてに当てはまる", "のすべてに当てはまり", "の1つ以上に当てはまらない", "の1つ以上に当てはまらず"
)
FITS_EITHER: Final = _verb(
    "のどちらかに当てはまる", "のどちらかに当てはまり", "のどちらにも当てはまらない", "のどちらにも当てはまらず"
)
FITS_ANY: Final = _verb(
    "のいずれかに当てはまる", "のいずれかに当てはまり", "のどれにも当てはまらない", "のどれにも当てはまらず"
)
HONOURED: Final = Ending(
    "お買い上げの",
    "お買い上げで",
    "お買い上げになった",
    "お買い上げではない",
    "お買い上げではなく",
    "お買い上げではない",
)
ENTERS: Final = _verb("入る", "入り", "入らない", "入らず")
EXCEEDS: Final = _verb("超える", "超え", "超えない", "超えず")
PASSED: Final = _verb("たっている", "たっており", "たっていない", "たっておらず")
ROSE: Final = _verb("増えた", "増え", "増えていない", "増えておらず")
FELL: Final = _verb("減った", "減り", "減っていない", "減っておらず")
CHOSEN: Final = _verb("選ばれた", "選ばれ", "選ばれていない", "選ばれておらず")
CAN_SEND: Final = _verb("送れる", "送れ", "送れない", "送れず")
CAN_GET: Final = _verb("受け取れる", "受け取れ", "受け取れない", "受け取れず")


@dataclass(frozen=True, slots=True)
class When:
    """A window's words, and those that do when the clause before named the same window."""

    window: object = None
    words: str = ""
    again: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """A predicate: what is said before the ending, the ending, and notes for yes and for no.

    ``whole`` False: a no would not be understood, so that the clause is quoted to be denied.
    """

    stem: str
    ending: Ending
    note: str = ""
    no_note: str = ""
    denied: bool = False
    whole: bool = True
    when: When = When()

    def negated(self) -> Clause:
        """Return the clause that says no."""
        if self.whole or self.denied:
            return replace(self, denied=not self.denied)
        return Clause(f"「{self.stated()}」に", FITS, denied=True)

    def after(self, before: Clause) -> Clause:
        """Return the clause as it follows another."""
        if self.when.window is None or before.when.window != self.when.window:
            return self
        return replace(self, when=replace(self.when, words=self.when.again))

    def before_noun(self) -> str:
        """Return the form that stands before a noun."""
        return self._with(self.ending.no_before_noun if self.denied else self.ending.before_noun)

    def before_clause(self) -> str:
        """Return the form after which another clause follows."""
        return self._with(self.ending.no_before_clause if self.denied else self.ending.before_clause)

    def stated(self) -> str:
        """Return the form that stands by itself."""
        return self._with(self.ending.no_stated if self.denied else self.ending.stated)

    def _with(self, ending: str) -> str:
        return f"{self.when.words}{self.stem}{ending}{self.no_note if self.denied else self.note}"

"""What a demonstration shows on the first page besides the year: cut-over, keys, audiences, campaigns, what waits.

Written into the home by the demonstration, read by the front: sums, names of keys and dates, private figures of
audiences; no member, no key, no exact count.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import msgspec

from noren.house.home import Home
from noren.house.showing_campaigns import CampaignShown, ClaimShown, SettlementShown, TiersShown
from noren.kernel.say import Say


class SheetLine(msgspec.Struct, frozen=True):
    """One line of the reconciliation sheet. ``company`` empty: the programme. Values: points, or face value."""

    kind: str
    company: str
    source_rows: int
    source: int
    stands_rows: int
    stands: int
    aside_rows: int
    aside: int
    open_rows: int
    open: int


class KeyShown(msgspec.Struct, frozen=True):
    """A key: its current version, since when, who holds it, what it protects."""

    name: str
    zones: tuple[str, ...]
    version: int
    created: datetime
    protects_ja: str
    protects_en: str

    def age_days(self, now: datetime) -> int:
        """Return for how many days the current version has stood."""
        return (now - self.created).days

    def protects(self, lang: str) -> str:
        """Return what it protects, in words."""
        return self.protects_ja if lang == "ja" else self.protects_en


class Turned(msgspec.Struct, frozen=True):
    """A rotation while the till sold: ``moved`` rows in ``seconds``, and what the till did meanwhile.

    ``put_off``: how often it said "not now", upon which the same purchase was sent again.
    """

    name: str
    version: int
    moved: int
    seconds: float
    purchases: int
    refused: int
    put_off: int

    def told(self) -> Say:
        """Return it as one sentence."""
        return Say(
            f"鍵 {self.name} を、売りながら版{self.version}に更新しました: {self.moved:,}件を移し"
            f"{self.seconds:,.1f}秒。その間にお買い物{self.purchases:,}件、断ったもの{self.refused:,}件、待ってもらったもの{self.put_off:,}件。",
            f"The key {self.name} turned to version {self.version} while the till sold: {self.moved:,} rows moved in"
            f" {self.seconds:,.1f} s; meanwhile {self.purchases:,} purchases, {self.refused:,} refused,"
            f" {self.put_off:,} asked to wait.",
        )


class AudienceShown(msgspec.Struct, frozen=True):
    """A saved audience: its condition as text and as a sentence, and its private figure at the end of ``as_of``.

    ``noise_band``: how many people noise moves the figure by at most, 95 times of 100; 0: it was not noted.
    """

    name: str
    condition: str
    sentence_ja: str
    sentence_en: str
    figure_ja: str
    figure_en: str
    as_of: date
    noise_band: int = 0

    def sentence(self, lang: str) -> str:
        """Return the sentence of its condition."""
        return self.sentence_ja if lang == "ja" else self.sentence_en

    def figure(self, lang: str) -> str:
        """Return how many there are, as far as may be said."""
        return self.figure_ja if lang == "ja" else self.figure_en


class WaitingShown(msgspec.Struct, frozen=True):
    """An announcement that waits for others' approval: what it is, how many approved, how many must."""

    number: int
    says_ja: str
    says_en: str
    have: int
    needs: int

    def says(self, lang: str) -> str:
        """Return what it is."""
        return self.says_ja if lang == "ja" else self.says_en


class Shown(msgspec.Struct, frozen=True):
    """All of it."""

    lines: tuple[SheetLine, ...]
    differences: int
    keys: tuple[KeyShown, ...]
    turned: Turned | None = None
    audiences: tuple[AudienceShown, ...] = ()
    waiting: WaitingShown | None = None
    campaigns: tuple[CampaignShown, ...] = ()
    claim: ClaimShown | None = None
    tiers: TiersShown | None = None
    settlement: SettlementShown | None = None


def show(home: Home, shown: Shown) -> None:
    """Write it, whole or not at all."""
    path = _file(home)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(shown))
    fresh.replace(path)


def read_shown(home: Home) -> Shown | None:
    """Return it; None where no demonstration has written any."""
    try:
        return msgspec.json.decode(_file(home).read_bytes(), type=Shown)
    except (OSError, msgspec.DecodeError):
        return None


def _file(home: Home) -> Path:
    return home.path / "run" / "shown.json"

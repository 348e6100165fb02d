"""What a demonstration shows of its campaigns: before and after, the audit, a claim; member tiers; the settlement.

As everything that it shows: sums, dates, private figures and rounded counts. No member, no receipt.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import msgspec

from noren.kernel.say import Say

_PROGRAMME: Final = Say("運営", "the programme")


class TriedShown(msgspec.Struct, frozen=True):
    """What a trial over past days told before the start, as private figures. None: too few people.

    ``noise_band``: how many members noise moves the figure by at most, 95 times of 100; 0: it was not noted.
    """

    first: date
    last: date
    members: int | None
    slips: int | None
    held_by: str
    minimum: int
    noise_band: int = 0

    def told(self) -> Say:
        """Return it as one sentence."""
        if self.members is None or self.slips is None:
            return Say(
                f"始まる前の見積もり: {self.first}から{self.last}までの購入では対象が少なすぎました"
                f"({self.minimum}人未満とみられます)。",
                f"Tried before its start over {self.first} to {self.last}: too few people (it seemed fewer than"
                f" {self.minimum}).",
            )
        held = (f"(上限 {self.held_by} まで)", f" (as the cap {self.held_by} lets)") if self.held_by else ("", "")
        off = (
            (f"(誤差の幅 ±{self.noise_band}人)", f" (noise band ± {self.noise_band})") if self.noise_band else ("", "")
        )
        return Say(
            f"始まる前の見積もり({self.first}から{self.last}までの購入、雑音つき): "
            f"条件に合う会員 約{self.members:,}人{off[0]}、券 約{self.slips:,}枚{held[0]}。",
            f"Tried before its start over {self.first} to {self.last}, with noise: about {self.members:,}{off[1]}"
            f" members fit, about {self.slips:,} slips{held[1]}.",
        )


class LiftShown(msgspec.Struct, frozen=True):
    """Spending per member, drawn for less held out, with its 95 % interval. ``tells``: the interval is not over 0."""

    difference: int
    low: int
    high: int
    tells: bool


class ResultShown(msgspec.Struct, frozen=True):
    """What a campaign came to, in guarded counts: rounded, None where too few. ``days``: looked at from her draw on."""

    issued: int | None
    used: int | None
    reached: int | None
    holdout: int | None
    minimum: int
    days: int
    smallest_group: int
    lift: LiftShown | None
    entry: bool = False
    entered: int | None = None

    def told(self) -> Say:
        """Return what really came, as one sentence."""
        issued, used = (self._count(each, "枚") for each in (self.issued, self.used))
        entered = self._count(self.entered, "人")
        who = (f"エントリー {entered.ja}、", f"{entered.en} entered, ") if self.entry else ("", "")
        return Say(
            f"結果: {who[0]}発券 {issued.ja}、利用 {used.ja}。",
            f"Result: {who[1]}{issued.en} slips, {used.en} of them used.",
        )

    def lift_told(self) -> Say:
        """Return the lift, or why none is told."""
        reached, holdout = (self._count(each, "人") for each in (self.reached, self.holdout))
        groups = Say(
            f"抽選した会員 {reached.ja}と対照群 {holdout.ja}を{self.days}日間比べると",
            f"{reached.en} drawn for against a holdout of {holdout.en}, over {self.days} days",
        )
        if self.lift is None:
            return Say(
                f"効果: {groups.ja}…どちらも{self.smallest_group}人以上になるまで、差は出しません。",
                f"Lift: {groups.en}; no difference is told below {self.smallest_group} in each group.",
            )
        told = (
            ("差があります", "a difference") if self.lift.tells else ("差があるとは言えません", "no difference shown")
        )
        each = self.lift
        return Say(
            f"効果: {groups.ja}、1人あたりの購入額の差(最小単位)は {each.difference:+,}"
            f"(95%区間 {each.low:+,} 〜 {each.high:+,})。{told[0]}。",
            f"Lift: {groups.en}, spending per member (minor units) differs by {each.difference:+,}"
            f" (95 % interval {each.low:+,} to {each.high:+,}): {told[1]}.",
        )

    def _count(self, number: int | None, unit: str) -> Say:
        if number is None:
            return Say(f"{self.minimum}{unit}未満", f"fewer than {self.minimum}")
        return Say(f"約{number:,}{unit}", f"about {number:,}")


class FaultShown(msgspec.Struct, frozen=True):
    """Something that an audit found: how many times, at which draws or purchases first, and what it is."""

    count: int
    at: str
    ja: str
    en: str


class CampaignShown(msgspec.Struct, frozen=True):
    """A campaign that has ended: what it said, what its draws came to, and what anybody needs to check a slip of it.

    ``rate``, ``held``: shares as its file says them; ``used`` slips took ``off`` so much, or gave ``points``; ``slip``:
    one of them, whole; ``shares``: the three persons', published; ``good``: what the audit found over ``judged``
    purchases, and what did not fit in ``faults``; ``check``: the command that checks the slip.
    """

    name: str
    title_ja: str
    title_en: str
    sentence_ja: str
    sentence_en: str
    first: date
    until: date
    draw: str
    rate: str
    held: str
    leaves: int
    issued: int
    lost: int
    holdout: int
    capped: int
    used: int
    off: int
    points: int
    slip: str
    terms: str
    shares: str
    good: bool
    judged: int
    check: str
    tried: TriedShown | None = None
    result: ResultShown | None = None
    faults: tuple[FaultShown, ...] = ()

    def audit_told(self) -> Say:
        """Return what the audit found: all fits, or how many of what, and why."""
        if self.good:
            return Say("すべて合いました", "all fits")
        return Say(
            "、".join(f"{each.count:,}件({each.at}): {each.ja}" for each in self.faults),
            "; ".join(f"{each.count:,} ({each.at}): {each.en}" for each in self.faults),
        )

    def title(self, lang: str) -> str:
        """Return what it offers."""
        return self.title_ja if lang == "ja" else self.title_en

    def sentence(self, lang: str) -> str:
        """Return the sentence of its condition, which is told after the end alone."""
        return self.sentence_ja if lang == "ja" else self.sentence_en


class ClaimShown(msgspec.Struct, frozen=True):
    """A slip that was claimed by the receipt. ``same``: it is the one that the till gave, to the last sign."""

    title_ja: str
    title_en: str
    says_ja: str
    says_en: str
    fate_ja: str
    fate_en: str
    same: bool

    def told(self) -> Say:
        """Return it as one sentence."""
        same = ("同じ券番号、同じ検証値です", "the same number, the same proof")
        other = ("元の券と違います", "NOT the slip that was given")
        ja, en = same if self.same else other
        return Say(
            f"「{self.title_ja}」: {self.says_ja}{self.fate_ja}({ja})",
            f"{self.title_en}: {self.says_en} {self.fate_en} ({en})",
        )


class LevelShown(msgspec.Struct, frozen=True):
    """A level of the member tiers: what it takes, and about how many members have it."""

    id: str
    says_ja: str
    says_en: str
    figure_ja: str
    figure_en: str

    def told(self) -> Say:
        """Return it in a line."""
        return Say(f"{self.says_ja}: {self.figure_ja}", f"{self.says_en}: {self.figure_en}")


class TiersShown(msgspec.Struct, frozen=True):
    """The published rules of member tiers."""

    first: date
    says_ja: str
    says_en: str
    levels: tuple[LevelShown, ...]

    def told(self) -> Say:
        """Return what is measured."""
        return Say(f"{self.first}から: {self.says_ja}", f"From {self.first}: {self.says_en}")


class SettledShown(msgspec.Struct, frozen=True):
    """One company's sum of one kind of movement; negative: to be paid."""

    company: str
    what_ja: str
    what_en: str
    count: int
    amount: int

    def what(self, lang: str) -> str:
        """Return what it is for."""
        return self.what_ja if lang == "ja" else self.what_en


class PaymentShown(msgspec.Struct, frozen=True):
    """What is to be paid over all days. An empty name is the programme."""

    payer: str
    payee: str
    amount: int

    def told(self) -> Say:
        """Return it in a line."""
        payer, payee = (Say(each, each) if each else _PROGRAMME for each in (self.payer, self.payee))
        return Say(f"{payer.ja} → {payee.ja} {self.amount:,}", f"{payer.en} → {payee.en} {self.amount:,}")


class SettlementShown(msgspec.Struct, frozen=True):
    """A settlement: sums by company and kind, payments. ``days_off``: days that do not sum to zero, so none."""

    first: date
    last: date
    currency: str
    entries: int
    days_off: int
    sums: tuple[SettledShown, ...]
    payments: tuple[PaymentShown, ...]
    files: tuple[str, ...]

    def told(self) -> Say:
        """Return it as one sentence."""
        if self.days_off:
            return Say(f"合わない日が{self.days_off}日あります。", f"{self.days_off} days do NOT sum to zero.")
        return Say(
            f"{self.first}から{self.last}まで、{self.entries:,}行。どの日も合計は0です。",
            f"{self.first} to {self.last}: {self.entries:,} entries, each day sums to zero.",
        )

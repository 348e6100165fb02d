"""What an audit finds, and what it counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from noren.kernel.say import Say
from noren.kernel.values import value


class Wrong(StrEnum):
    """What does not fit."""

    FILE = "file-changed"
    TERMS = "terms-changed"
    CONDITION = "condition-changed"
    STEP_MISSING = "share-not-committed"
    STEP_LATE = "share-committed-late"
    STEP_OTHER = "share-another"
    SHARES = "shares-other"
    SEED = "seed-other"
    LEAF = "leaf-changed"
    LEAF_GONE = "leaf-gone"
    ROOT = "root-differs"
    NO_ROOT = "no-root"
    ORDER = "out-of-order"
    NO_PURCHASE = "no-purchase"
    TICKET = "ticket-other"
    OUTCOME = "outcome-other"
    TWICE = "drawn-again"
    NOT_ELIGIBLE = "leaf-of-ineligible"
    NOT_ENTERED = "leaf-without-entry"
    NO_LEAF = "eligible-without-leaf"
    NOT_TOLD = "not-told-in-time"
    PLACE = "outside-dates-or-places"
    COUNT = "count-differs"


SAYS: Final[Mapping[Wrong, Say]] = {
    Wrong.FILE: Say("下書きのとき記録されたファイルと違います", "the file is not the one that was drafted"),
    Wrong.TERMS: Say("開始のとき記録された公開条件と違います", "the public terms are not those of the start"),
    Wrong.CONDITION: Say("条件が、公開された検証値を開きません", "the condition does not open its published hash"),
    Wrong.STEP_MISSING: Say("持ち分の検証値がログにありません", "a share was not committed to in the log"),
    Wrong.STEP_LATE: Say("持ち分の検証値が開始より後です", "a share was committed to after the start"),
    Wrong.STEP_OTHER: Say("持ち分の検証値がログと違います", "a share's commitment is not the log's"),
    Wrong.SHARES: Say("公開された持ち分が検証値と合いません", "a share that was told is not the committed one"),
    Wrong.SEED: Say("公開された種が三つの持ち分と合いません", "the seed that was told is not the three shares'"),
    Wrong.LEAF: Say("抽選の記録が、その葉と合いません", "a draw does not fit its leaf"),
    Wrong.LEAF_GONE: Say("抽選の記録がありません", "a draw is not there"),
    Wrong.ROOT: Say("抽選の記録の根が、ログの根と違います", "the root over the draws is not the log's"),
    Wrong.NO_ROOT: Say("終わったのに根が公開されていない抽選があります", "draws stand under no root though it is over"),
    Wrong.ORDER: Say("抽選の記録の順が、購入の順と違います", "draws do not stand in the order of purchases"),
    Wrong.NO_PURCHASE: Say("抽選のもとの購入がありません", "the purchase of a draw is not there"),
    Wrong.TICKET: Say("抽選番号票が、その会員・購入のものではありません", "a ticket is not of its member and purchase"),
    Wrong.OUTCOME: Say("結果が、種と上限から決まるものと違います", "an outcome is not what seed and caps give"),
    Wrong.TWICE: Say("もう抽選しないはずの会員が抽選されています", "a member was drawn for who was not to be again"),
    Wrong.NOT_ELIGIBLE: Say("条件に合わない購入が抽選されています", "a purchase was drawn for that did not fit"),
    Wrong.NOT_ENTERED: Say("エントリーのない会員が抽選されています", "a member was drawn for who had not entered"),
    Wrong.NO_LEAF: Say("条件に合う購入が抽選されていません", "a purchase fitted and was not drawn for"),
    Wrong.NOT_TOLD: Say(
        "条件に合う購入が、レジがその場で確かめられなかったため抽選されていません(そのときの記録があります)",
        "a purchase fitted and was not drawn for, because the till could not tell: so it was recorded then",
    ),
    Wrong.PLACE: Say("期間か場所の外の購入が抽選されています", "a draw is outside the campaign's days or places"),
    Wrong.COUNT: Say("発券の数が、抽選の記録の数と違います", "the slips counted are not those in the draws"),
}
SHOWN: Final = 100
"""So many findings of a kind are named one by one; of the rest the number is told."""


@value
class Finding:
    """One thing that does not fit, and where: ``draw 12``, ``step 1``, ``purchase 345``."""

    wrong: Wrong
    at: str = ""


@dataclass(slots=True)
class Report:
    """What was found, and how much was looked at. ``notes``: what could not be told, and why."""

    findings: list[Finding] = field(default_factory=list[Finding])
    counted: Counter[str] = field(default_factory=Counter[str])
    found: Counter[Wrong] = field(default_factory=Counter[Wrong])
    notes: list[Say] = field(default_factory=list[Say])

    @property
    def good(self) -> bool:
        """Whether all fits."""
        return not self.found

    def add(self, wrong: Wrong, at: str = "") -> None:
        """Note a finding."""
        self.found[wrong] += 1
        if self.found[wrong] <= SHOWN:
            self.findings.append(Finding(wrong, at))

"""A missing-coupon claim: what it comes to, and in which words. Pure. Nobody's word decides: receipt, draws, slips do.

To a counter it is told what of it may be shown in a shop: the slip that came out, and how it stands. Why none came out
(lost, left out, capped, no draw at all) is one sentence for all, before the reveal and after it: reasons are hers, on
her own page. That a receipt is another card's, was an erased member's or never was is one sentence as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final

from noren.activity.model import Coupon
from noren.kernel.say import Say
from noren.kernel.values import value


class Fate(StrEnum):
    """How a slip stands."""

    OPEN = "open"
    USED = "used"
    VOID = "void"
    EXPIRED = "expired"


class Settled(StrEnum):
    """What a claim comes to."""

    SLIPS = "slips"
    NO_SLIP = "no-slip"
    UNKNOWN = "unknown-purchase"
    CARD_STOPPED = "blocked-card"


@value
class Slip:
    """A slip that came out. ``fate`` None: not told without the card.

    ``effect``: as the till was told it, None: it is not shown; ``link``: of its code for phones, where it had one.
    """

    title: Say
    until: date
    fate: Fate | None = None
    effect: Mapping[str, Any] | None = None
    link: str = ""


@value
class Claim:
    """A claim, settled."""

    settled: Settled
    slips: tuple[Slip, ...] = ()


SAYS: Final[Mapping[Settled, Say]] = {
    Settled.SLIPS: Say("このお買い物で、スリップが出ています。", "A slip came out at this purchase."),
    Settled.NO_SLIP: Say(
        "このお買い物で、スリップは出ていません。理由を店頭でお伝えすることはありません。"
        "お伝えできることは、ご本人の画面「わたしのクーポンと抽選」にあります。",
        "No slip came out at this purchase. Why is told at no counter: what may be told stands on the member's own"
        " page, under her coupons.",
    ),
    Settled.UNKNOWN: Say(
        "このカードのお買い物に、そのレシートはありません。店舗・端末・営業日・レシート番号と、カードを確かめてください。"
        "通信の切れていたレジの分は、届いてから分かります。36か月を過ぎたお買い物は、1件としては残っていません。",
        "Among this card's purchases there is no such receipt. Check shop, terminal, business date, receipt number and"
        " card. What a register sold while it was offline is known once it has arrived; past 36 months no purchase"
        " stands by itself.",
    ),
    Settled.CARD_STOPPED: Say(
        "止められているカードです。会員の窓口で、カードを替えてください。",
        "This card is stopped. Let it be replaced where members are looked after.",
    ),
}

WITHOUT_CARD: Final = Say(
    "カードが示されていないので、どうなったかと券そのものはお見せできません。ご本人の画面にも同じ券があります。",
    "No card was shown: how it stands, and the slip itself, are not told. The same slip is on the member's own page.",
)


def fate_of(coupon: Coupon, today: date) -> Fate:
    """Return how a coupon stands on a day."""
    if coupon.used:
        return Fate.USED if coupon.used > 0 else Fate.VOID
    return Fate.EXPIRED if coupon.valid_until < today.toordinal() else Fate.OPEN


def fate_said(slip: Slip) -> Say:
    """Return how a slip stands, as a counter is told."""
    day = slip.until.isoformat()
    match slip.fate:
        case None:
            return WITHOUT_CARD
        case Fate.OPEN:
            return Say(
                f"まだ使われていません。{day}まで使えます。同じ券をもう一度お渡しください(新しい券ではありません)。",
                f"Not used yet, good until {day}. Give her the same slip again; it is not a new one.",
            )
        case Fate.USED:
            return Say(
                "すでに使われています。どこでいつ使われたかは、ご本人の画面にあります。",
                "It was used. Where and when stands on the member's own page.",
            )
        case Fate.VOID:
            return Say("返品により無効になりました。", "It was made void by a return of the goods that it came with.")
        case Fate.EXPIRED:
            return Say(f"{day}で期限が過ぎました。", f"It lapsed after {day}.")

"""Limits on what may be given by a draw (景品表示法), as far as a campaign's file and the past sales tell. Pure.

Sources: 「懸賞による景品類の提供に関する事項の制限」(昭和52年告示第3号)2項・3項: one prize is worth 20 times the
transaction and 100,000 yen at most, all prizes 2 % of the sales planned. 景品類等の指定の告示の運用基準6:
a discount that is drawn for is a prize too. By the 運用基準 of both notifications a transaction is taken as 100
yen where any purchase will do. 「一般消費者に対する景品類の提供に関する事項の制限」(昭和52年告示第5号): given to
all, a fifth of the transaction, or 200 yen. An engineer's reading, not legal advice.
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Final

from noren.audience.language import Refused, nodes
from noren.audience.language.parsing import parse
from noren.audience.language.words import Cmp
from noren.audience.spec_file import Problem
from noren.campaign.spec import Campaign, OfferKind, face_value
from noren.kernel.say import Say
from noren.kernel.values import value

CURRENCY: Final = "JPY"
TIMES: Final = 20
MOST: Final = 100_000
ANY_PURCHASE: Final = 100
"""What a transaction is taken as where any purchase will do."""

PART_OF_SALES: Final = 50
"""All prizes come to one fiftieth, 2 %, of the planned sales at most."""

TO_ALL_LEAST: Final = 200
TO_ALL_PART: Final = 5
PRIZES: Final = frozenset({OfferKind.FREE_ITEM, OfferKind.POINTS, OfferKind.POINTS_MULTIPLIER})
"""Offers that are more than a discount."""


class Severity(StrEnum):
    """Whether a campaign may go on."""

    REFUSES = "refuses"
    WARNS = "warns"


@value
class PrizeFinding:
    """What a limit says of an offer."""

    severity: Severity
    problem: Problem


def prize_findings(campaign: Campaign, currency: str) -> list[PrizeFinding]:
    """Return what the limits on prizes say; elsewhere than in yen they are not looked at."""
    most = face_value(campaign.offer)
    if currency != CURRENCY or most is None:
        return []
    drawn = Fraction(campaign.issue.rate) < 1
    found = [_one(campaign, most)] if drawn else [_to_all(campaign, most)]
    found += [_sum(campaign, most)] if drawn else []
    return [each for each in found if each is not None]


def transaction_of(campaign: Campaign) -> int:
    """Return the smallest purchase by which a slip may be won, as far as the condition says it."""
    condition = parse(campaign.condition)
    assert not isinstance(condition, Refused), "a read campaign's condition was parsed"
    root = condition.root
    parts = root.parts if isinstance(root, nodes.And) else (root,)
    least = [p.amount for p in parts if isinstance(p, nodes.BasketTotal) and p.cmp in (Cmp.AT_LEAST, Cmp.MORE)]
    return max([ANY_PURCHASE, *least])


def sales_needed(campaign: Campaign) -> int | None:
    """Return which sales must be planned for all that may be given away; None: its file does not bound it."""
    most, caps = face_value(campaign.offer), campaign.caps
    sums = [caps.budget] if caps.budget is not None else []
    sums += [caps.total * most] if caps.total is not None and most is not None else []
    return min(sums) * PART_OF_SALES if sums else None


def _one(campaign: Campaign, most: int) -> PrizeFinding | None:
    limit = min(MOST, TIMES * transaction_of(campaign))
    if most <= limit:
        return None
    prize = campaign.offer.kind in PRIZES
    return _finding(
        Severity.REFUSES if prize or most > MOST else Severity.WARNS,
        "offer.value",
        f"抽選で渡すものの価額{most:,}円が、懸賞の上限{limit:,}円(取引価額の{TIMES}倍、最高{MOST:,}円。"
        "昭和52年告示第3号2項)を超えます。"
        + (
            "額を下げるか、条件に basket total を加えてください。"
            if prize
            else "抽選による値引きも景品類に当たるとされています(指定告示の運用基準6)。取引価額を確かめてください。"
        ),
        f"What is drawn for is worth {most:,} yen; {limit:,} is the limit ({TIMES} times the purchase, {MOST:,} at"
        " most: notification 3 of 1977, item 2). "
        + (
            "Lower it, or let the condition ask a basket total."
            if prize
            else "A discount that is drawn for counts as a prize too: see what the smallest purchase is."
        ),
    )


def _sum(campaign: Campaign, most: int) -> PrizeFinding:
    needed = sales_needed(campaign)
    if needed is None:
        return _finding(
            Severity.REFUSES if campaign.offer.kind in PRIZES else Severity.WARNS,
            "caps",
            "抽選で渡すものの総額の上限がありません。懸賞の総額は売上予定総額の2%までです(昭和52年告示第3号3項)。"
            "caps.total か caps.budget を書いてください。",
            "Nothing bounds what is given away in all; by a draw it is 2 % of the planned sales at most (notification"
            f" 3 of 1977, item 3). Give caps.total or caps.budget. One is worth {most:,} yen.",
        )
    return _finding(
        Severity.WARNS,
        "caps",
        f"期間中の対象の売上予定が{needed:,}円以上あることを確かめてください(総額は売上予定の2%まで。"
        "昭和52年告示第3号3項)。noren campaign simulate が、過去の売上と比べます。",
        f"See that sales of {needed:,} yen are planned for its time (2 %, notification 3 of 1977, item 3); noren"
        " campaign simulate compares it with the past.",
    )


def _to_all(campaign: Campaign, most: int) -> PrizeFinding | None:
    """Return what is said of a gift to everybody: a plain discount at the own shops is none."""
    limit = max(TO_ALL_LEAST, transaction_of(campaign) // TO_ALL_PART)
    if campaign.offer.kind is not OfferKind.FREE_ITEM or most <= limit:
        return None
    return _finding(
        Severity.WARNS,
        "offer.value",
        f"全員に渡す景品の価額{most:,}円が、上限{limit:,}円(取引価額の2割か200円。昭和52年告示第5号)を超えます。",
        f"A gift to everybody is worth {most:,} yen; {limit:,} is the limit (a fifth of the purchase, or 200 yen:"
        " notification 5 of 1977).",
    )


def _finding(severity: Severity, at: str, ja: str, en: str) -> PrizeFinding:
    return PrizeFinding(severity, Problem(at, Say(ja, en)))

"""Why me, why not me: one sentence each, of the very condition that ran. Pure. What may be told when is decided here.

A winner is told the condition in words at once, for it is about her. Everybody else whom it may have met is told one
and the same sentence until the campaign's seed is public, whatever a draw came to and whether there was one: whoever is
left out for comparison must not know it, and a condition is a company's own until its campaign is over. Then the
outcome and the condition are told, with the salt that opens what was committed to before the start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from noren.audience.language import Refused
from noren.audience.language.parsing import parse
from noren.audience.language.speech import Wording, sentence
from noren.audience.language.writing import number_text
from noren.campaign.deciding import Cap
from noren.campaign.draw import Outcome, Unit
from noren.kernel.say import Say

Terms = Mapping[str, Any]
"""Public terms (``noren.campaign.terms``)."""

HELD_BACK: Final[Mapping[Cap, Say]] = {
    Cap.TOTAL: Say("予定の枚数が、すべて出たあとでした", "all the slips that were planned had gone out"),
    Cap.PER_DAY: Say("その日の枚数が、出たあとでした", "that day's slips had gone out"),
    Cap.PACE: Say("その日までの枚数が、出たあとでした", "the slips up to that day had gone out"),
    Cap.BUDGET: Say("予算の分が、出たあとでした", "the budget had been given out"),
    Cap.PER_MEMBER: Say("お一人あたりの枚数に達していました", "you had as many of its slips as one member may get"),
    Cap.EXCLUSIVE: Say(
        "同じ種類のクーポンが、同じお買い物で出ました", "a coupon of the same kind came out at the same purchase"
    ),
    Cap.FATIGUE: Say(
        "お届けするクーポンの数の上限に達していました", "you had as many coupons of all kinds as one member may get"
    ),
}


def condition_said(text: str, wording: Wording) -> Say:
    """Return whom a campaign was for, as members are told."""
    parsed = parse(text)
    assert not isinstance(parsed, Refused), "a kept campaign's condition was parsed"
    return Say(sentence(parsed, "ja", "member", wording), _inside(sentence(parsed, "en", "member", wording)))


def why_me(terms: Terms, condition: Say) -> Say:
    """Return why she was given a slip."""
    if Fraction(terms["rate"]) == 1:
        return Say(
            f"{condition.ja}にお届けしています。あなたがこの条件に合いました。",
            f"It is for {condition.en}. You were one of them.",
        )
    odds = odds_of(terms)
    return Say(
        f"{condition.ja}のうち、抽選で{odds.ja}にお届けしています。あなたが条件に合い、抽選で選ばれました。",
        f"It is for {condition.en}. You were one of them, and the draw, which chose {odds.en}, chose you.",
    )


def not_told_yet(first_reveal: date) -> Say:
    """Return what everybody is told who was given no slip, until the seed is public."""
    english = f"{first_reveal.day} {first_reveal:%B} {first_reveal.year}"
    day = f"{first_reveal.year}年{first_reveal.month}月{first_reveal.day}日"
    return Say(
        "このお買い物が対象だったか、抽選でどうなったかは、どなたにもまだお伝えしていません。"
        f"抽選の種が公開されたら(早ければ{day})、理由をここに出します。",
        "Whether your purchases qualified, and what a draw came to, is told to nobody yet. The reason stands here once"
        f" the seed of the draw is public, on {english} at the earliest.",
    )


NOT_ENTERED: Final = Say(
    "エントリーした会員だけの企画です。お買い物のときに、エントリーしていませんでした。",
    "This campaign was for members who had entered. When you bought something, you had not.",
)
"""May be told at once: it tells of her own act alone."""


def not_told_in_time(condition: Say) -> Say:
    """Return why she was given none where a till wrote down that it could not tell; for when the seed is public."""
    return Say(
        f"{condition.ja}が対象でした。お買い物のとき、あなたが条件に合うかをレジがその場で確かめられず、抽選はありませんでした。"
        "そのことは記録されていて、監査で確かめられます。",
        f"It was for {condition.en}. When you bought, the till could not tell just then whether that was you, so there"
        " was no draw. It wrote that down; an audit sees it.",
    )


def why_not(terms: Terms, outcomes: Sequence[str], condition: Say) -> Say:
    """Return why she was given none, once the seed is public. ``outcomes``: of her draws, as leaves say them."""
    if not outcomes:
        return _not_drawn(condition)
    kinds = [each.partition(":")[0] for each in outcomes]
    if Outcome.HOLDOUT in kinds:
        return _holdout(terms, condition)
    if Outcome.CAPPED in kinds:
        return _capped([Cap(each.partition(":")[2]) for each in outcomes if each.startswith(Outcome.CAPPED)])
    return _lost(terms, len(outcomes), condition)


def odds_of(terms: Terms) -> Say:
    """Return how many win, as people say it."""
    rate, by_visit = Fraction(terms["rate"]), terms["draw"] == Unit.VISIT
    if rate == 1:
        return Say("条件に合う方の全員", "all who qualify")
    if rate.numerator == 1:
        return Say(f"{rate.denominator:,}{'回に1回' if by_visit else '人に1人'}", f"1 of {rate.denominator:,}")
    percent = _percent(terms["rate"])
    return Say(f"{percent}%の{'お買い物' if by_visit else '方'}", f"{percent} %")


def _not_drawn(condition: Say) -> Say:
    return Say(
        f"{condition.ja}が対象でした。お買い物のときに条件に合わなかったか、レジクーポンを止めていたか、"
        "お買い物の記録が届くのが遅れたか、レジがその場で確かめられなかったため、あなたの抽選はありませんでした。",
        f"It was for {condition.en}. There was no draw for you: your purchases did not meet that when you made them, or"
        " you had stopped coupons at the register, or a purchase came in late, or the till could not tell just then.",
    )


def _holdout(terms: Terms, condition: Say) -> Say:
    part = _percent(terms["holdout"])
    return Say(
        f"今回は比較のため対象外でした。{condition.ja}のうち{part}%を、くじで比較用に分けました。",
        f"This time you were left out for comparison: of {condition.en}, {part} % were set apart by lot.",
    )


def _lost(terms: Terms, times: int, condition: Say) -> Say:
    odds = odds_of(terms)
    often = Say("抽選しましたが", "the draw chose")
    if times > 1:
        often = Say(f"{times}回抽選しましたが", f"{times} draws chose")
    return Say(
        f"{condition.ja}が対象でした。あなたは条件に合い、{often.ja}、選ばれませんでした(当たりは{odds.ja})。",
        f"It was for {condition.en}. You were one of them, but {often.en} others ({odds.en} win).",
    )


def _capped(caps: Sequence[Cap]) -> Say:
    why = HELD_BACK[caps[-1]]
    return Say(
        f"条件に合い、抽選でも選ばれましたが、{why.ja}。",
        f"You qualified and the draw chose you, but {why.en}.",
    )


def _percent(share: str) -> str:
    return number_text(Decimal(share) * 100)


def _inside(said: str) -> str:
    """Return an English sentence as it stands within another."""
    return said[:1].lower() + said[1:]

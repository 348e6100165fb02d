"""Predicates in Japanese, as clauses."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final, assert_never

from noren.audience.language import nodes as n
from noren.audience.language.speech import clause as c
from noren.audience.language.speech.clause import Clause, When
from noren.audience.language.speech.goods_ja import AMOUNTS, Speaker, goods
from noren.audience.language.speech.measures_ja import compared, measure_noun, say_count
from noren.audience.language.speech.traits_ja import say_trait
from noren.audience.language.speech.windows_ja import during
from noren.audience.language.speech.wording import grouped
from noren.audience.language.words import Cmp, Measure, Rhythm

_NEVER_TOO: Final = "(購入がない場合を含む)"
_TWO: Final = 2
_HAPPENED: Final = c.Ending(
    "ことがある", "ことがあり", "ことがある", "ことがない", "ことがなく", "ことがない"
)  # fmt: skip


def say_predicate(part: n.Predicate, speaker: Speaker) -> Clause:
    """Return a predicate as a clause."""
    match part:
        case n.Count():
            return say_count(part, speaker)
        case n.Never() | n.DaysSinceLast() | n.DaysSinceFirst() | n.Overdue():
            return _recency(part, speaker)
        case n.Share() | n.Change() | n.Top() | n.Then() | n.Every():
            return _behaviour(part, speaker)
        case n.Received() | n.Redeemed() | n.Contacted() | n.PointsBalance() | n.PointsExpiring():
            return _history(part, speaker)
        case n.BasketTotal() | n.BasketHas() | n.BasketLacks():
            return _basket(part, speaker)
        case _:
            return say_trait(part)


def _recency(part: n.Never | n.DaysSinceLast | n.DaysSinceFirst | n.Overdue, speaker: Speaker) -> Clause:
    found = goods(part.filter, speaker)
    match part:
        case n.Never(_, window):
            once = "一度も" if isinstance(window, n.Ever) else ""
            if speaker.member:
                return Clause(f"{found.whose()}お買い上げが{once}", c.THERE_IS_NOT, when=during(window, "に"))
            return Clause(f"{found.bought()}{once}購入", c.DID_NOT, when=during(window, "に"))
        case n.DaysSinceLast(_, cmp, days):
            return _since("最後に", found.bought(), cmp, days, speaker)
        case n.DaysSinceFirst(_, cmp, days):
            return _since("初めて", found.bought(), cmp, days, speaker)
        case n.Overdue(_, cmp, times):
            words = compared(cmp, f"いつもの購入間隔(平均)の{grouped(times)}倍")
            polite = "ご" if speaker.member else ""
            stem = f"{found.whose()}{polite}購入日が3日以上あり、前回の{polite}購入からの日数が{words.words}"
            return Clause(stem, words.ending, whole=False)


def _since(which: str, bought: str, cmp: Cmp, days: int, speaker: Speaker) -> Clause:
    start = f"{which}{bought}{'お買い上げの' if speaker.member else '購入した'}日から"
    number = grouped(days)
    match cmp:
        case Cmp.AT_LEAST:
            return Clause(f"{start}{number}日以上", c.PASSED, no_note=_NEVER_TOO)
        case Cmp.MORE:
            return Clause(f"{start}{number}日を超えて", c.PASSED, no_note=_NEVER_TOO)
        case Cmp.EXACTLY:
            return Clause(f"{start}ちょうど{number}日", c.IS, no_note=_NEVER_TOO)
        case Cmp.AT_MOST:
            return Clause(f"{start}{number}日以内", c.IS, no_note=_NEVER_TOO)
        case Cmp.LESS:
            return Clause(f"{start}{number}日未満", c.IS, no_note=_NEVER_TOO)


def _behaviour(part: n.Share | n.Change | n.Top | n.Then | n.Every, speaker: Speaker) -> Clause:
    match part:
        case n.Share(some, whole, cmp, percent, window):
            words = compared(cmp, f"{grouped(percent)}%")
            spend = measure_noun(Measure.SPEND, speaker)
            of_all = f"{goods(whole, speaker).whose()}{spend}に占める"
            stem = f"{of_all}{goods(some, speaker).noun('購入')}の割合が{words.words}"
            return Clause(stem, words.ending, no_note=_NEVER_TOO, when=during(window, "で"))
        case n.Change():
            return _change(part, speaker)
        case n.Top(percent, measure, inner, window):
            noun = f"{goods(inner, speaker).whose()}{measure_noun(measure, speaker)}"
            stem = f"{noun}が、前日までの集計で、購入のある全会員の上位{grouped(percent)}%に"
            return Clause(stem, c.ENTERS, when=When() if isinstance(window, n.Ever) else during(window, "で"))
        case n.Then(first, followed, later, days, window):
            linked = "お買い上げの後、" if speaker.member else "購入し、その後"
            did = f"{goods(first, speaker).bought() or '商品を'}{linked}"
            then = f"{goods(later, speaker).bought() or '再び商品を'}{_bought_or_not(followed, speaker)}"
            stem = f"{did}{days}日以内に{then}"
            return Clause(stem, _HAPPENED, whole=False, when=during(window, "に"))
        case n.Every(rhythm, periods, count):
            month = rhythm is Rhythm.MONTH
            span = f"{'今月' if month else '今週'}を除く直近{periods}{'か月' if month else '週'}間、"
            each = When(words=f"{span}{'毎月' if month else '毎週'}、")
            return replace(say_count(count, speaker), when=each, whole=False)


def _bought_or_not(followed: bool, speaker: Speaker) -> str:
    if speaker.member:
        return "ご購入になった" if followed else "ご購入にならなかった"
    return "購入した" if followed else "購入しなかった"


def _some_points(stem: str, cmp: Cmp, points: int) -> Clause:
    if cmp is Cmp.MORE and not points:
        return Clause(stem, c.THERE_IS)
    words = compared(cmp, f"{grouped(points)}ポイント")
    return Clause(f"{stem}{words.words}", words.ending)


def _change(part: n.Change, speaker: Speaker) -> Clause:
    noun = f"{goods(part.filter, speaker).whose()}{measure_noun(part.measure, speaker)}"
    start = f"直近{part.days}日間の{noun}が、その前の{part.days}日間と比べて"
    size = f"{grouped(abs(part.percent))}%"
    up, down = part.percent > 0, part.percent < 0
    note = "(前の期間に購入がない場合を含む)"
    if not part.percent and part.cmp in (Cmp.MORE, Cmp.LESS):
        return Clause(start, c.ROSE if part.cmp is Cmp.MORE else c.FELL, no_note=note)
    if (up and part.cmp is Cmp.AT_LEAST) or (down and part.cmp is Cmp.AT_MOST):
        return Clause(f"{start}{size}以上", c.ROSE if up else c.FELL, no_note=note)
    if (up and part.cmp is Cmp.MORE) or (down and part.cmp is Cmp.LESS):
        return Clause(f"{start}{size}を超えて", c.ROSE if up else c.FELL, no_note=note)
    words = compared(part.cmp, f"{_signed(part.percent)}%")
    return Clause(f"{start}の増減率が{words.words}", words.ending, no_note=note)


def _signed(percent: Decimal) -> str:
    return f"{'マイナス' if percent < 0 else 'プラス' if percent else ''}{grouped(abs(percent))}"


def _history(
    part: n.Received | n.Redeemed | n.Contacted | n.PointsBalance | n.PointsExpiring, speaker: Speaker
) -> Clause:
    match part:
        case n.Received(campaign, window):
            return Clause(
                f"キャンペーン『{campaign}』のクーポン発行か配信の対象に", c.CHOSEN, when=during(window, "に")
            )
        case n.Redeemed(campaign, window):
            use = ("ご利用", c.IS) if speaker.member else ("利用", c.DID)
            return Clause(f"キャンペーン『{campaign}』のクーポンを{use[0]}", use[1], when=during(window, "に"))
        case n.Contacted(window):
            return Clause("いずれかのキャンペーンの配信の対象に", c.CHOSEN, when=during(window, "に"))
        case n.PointsBalance(cmp, points):
            return _some_points("ポイント残高が", cmp, points)
        case n.PointsExpiring(days, cmp, points):
            return _some_points(f"{grouped(days)}日以内に失効するポイントが", cmp, points)
        case _:
            assert_never(part)


def _basket(part: n.BasketTotal | n.BasketHas | n.BasketLacks, speaker: Speaker) -> Clause:
    here = "今回のお買い物" if speaker.member else "今回の会計"
    match part:
        case n.BasketTotal(Cmp.MORE, amount):
            return Clause(f"{here}の合計が{speaker.wording.money(amount, 'ja')}を", c.EXCEEDS)
        case n.BasketTotal(cmp, amount):
            return Clause(f"{here}の合計が{AMOUNTS[cmp].format(speaker.wording.money(amount, 'ja'))}", c.IS)
        case n.BasketHas(inner):
            return Clause(f"{here}に{_in_hand(inner, speaker)}が", c.THERE_IS)
        case n.BasketLacks(inner):
            return Clause(f"{here}に{_in_hand(inner, speaker)}が", c.THERE_IS_NOT)


def _in_hand(inner: n.Filter, speaker: Speaker) -> str:
    if isinstance(inner, n.Together):
        nouns = "と".join(goods(part, speaker).noun("何かの商品") for part in inner.parts)
        return f"{nouns}の{'両方' if len(inner.parts) == _TWO else 'すべて'}"
    return goods(inner, speaker).noun("何かの商品")

"""Tier rules in words, for members and on the public page: what is counted, over which months, and from how much on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from noren.activity.tiers import Level, Measure, Rules, Window, days_of
from noren.audience.language.speech.wording import Wording
from noren.kernel.say import Say

_WHAT: Final[Mapping[Measure, Say]] = {
    Measure.SPEND: Say("お買い物の金額(返品・クーポンの値引きを除く)", "what you spent, without returns and coupons"),
    Measure.POINTS: Say("お買い物でついたポイント(返品分を除く)", "points that purchases earned, without returns"),
    Measure.VISITS: Say("お買い物の回数(お会計単位。全部返品したものを除く)", "purchases, without those all returned"),
}


def rule_says(rules: Rules) -> Say:
    """Return in one sentence what tiers are worked out from, and when."""
    what = _WHAT[rules.measure]
    if rules.window is Window.LAST_YEAR:
        over = Say("前の年の1月から12月までの", " from January to December of the year before")
    else:
        over = Say(f"直近{rules.months}か月(前の月まで)の", f" in the {rules.months} whole months before")
    return Say(
        f"{over.ja}{what.ja}で、毎月1日に決まり、その月のあいだ続きます。",
        f"Worked out on the first of each month from {what.en},{over.en}; it holds for that month.",
    )


def level_says(rules: Rules, level: Level, currency: str) -> Say:
    """Return a level with its threshold."""
    least = measured_says(rules.measure, level.threshold, currency)
    if not level.threshold:
        return Say(f"{level.title.ja}: どなたも", f"{level.title.en}: everybody")
    return Say(f"{level.title.ja}: {least.ja}以上", f"{level.title.en}: {least.en} or more")


def measured_says(measure: Measure, measured: int, currency: str) -> Say:
    """Return a measure with its unit. Amounts stand in the currency's minor unit."""
    match measure:
        case Measure.SPEND:
            words = Wording(currency)
            return Say(words.money(measured, "ja"), words.money(measured, "en"))
        case Measure.POINTS:
            return Say(f"{measured:,}ポイント", f"{measured:,} points")
        case Measure.VISITS:
            return Say(f"{measured:,}回", f"{measured:,} purchases")


def days_says(rules: Rules, month: int) -> Say:
    """Return the days that count for a month."""
    first, end = days_of(rules, month)
    last: date = end - timedelta(days=1)
    return Say(f"{first}から{last}まで", f"{first} to {last}")

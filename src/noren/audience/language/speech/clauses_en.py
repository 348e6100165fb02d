"""Predicates in English: what she did or did not do."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from noren.audience.language import nodes as n
from noren.audience.language.speech.goods_en import AMOUNTS, Goods, during, goods, named, unit_days
from noren.audience.language.speech.wording import Wording, grouped
from noren.audience.language.words import Cmp, Measure

_COUNTED: Final = {
    Cmp.AT_LEAST: "{} or more",
    Cmp.MORE: "more than {}",
    Cmp.EXACTLY: "exactly {}",
    Cmp.AT_MOST: "{} or fewer",
    Cmp.LESS: "fewer than {}",
}
_AGO: Final = {
    Cmp.AT_LEAST: "{} or more ago",
    Cmp.MORE: "more than {} ago",
    Cmp.EXACTLY: "exactly {} ago",
    Cmp.AT_MOST: "{} or less ago",
    Cmp.LESS: "less than {} ago",
}
_NOT_COUNTED: Final = " (those who bought nothing included)"
_NEVER_TOO: Final = " (or never bought any)"
# One, many: what purchases are counted on, and what is counted itself.
_ON: Final = {
    Measure.VISITS: ("on", "visit", "visits"),
    Measure.DAYS: ("on", "day", "days"),
    Measure.WEEKS: ("in", "week", "weeks"),
    Measure.MONTHS: ("in", "month", "months"),
    Measure.LINES: ("on", "receipt line", "receipt lines"),
    Measure.SHOPS: ("at", "shop", "shops"),
    Measure.PARTNERS: ("from", "company", "companies"),
}
_OF: Final = {
    Measure.UNITS: ("unit", "units"),
    Measure.PRODUCTS: ("product", "different products"),
    Measure.BRANDS: ("brand", "different brands"),
}
_NOUNS: Final = {
    Measure.VISITS: ("visits", "with"),
    Measure.DAYS: ("days of buying", "of"),
    Measure.WEEKS: ("weeks of buying", "of"),
    Measure.MONTHS: ("months of buying", "of"),
    Measure.LINES: ("receipt lines", "of"),
    Measure.UNITS: ("units", "of"),
    Measure.PRODUCTS: ("different products", "of"),
    Measure.BRANDS: ("different brands", "of"),
    Measure.SHOPS: ("shops", "for"),
    Measure.PARTNERS: ("companies", "for"),
    Measure.SPEND: ("spending", "on"),
    Measure.POINTS: ("points earned", "with"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of her after ``who``: yes, and no."""

    yes: str
    no: str

    def negated(self) -> Said:
        """Return the opposite."""
        return Said(self.no, self.yes)


def did(past: str, base: str, rest: str, note: str = "", no_note: str = "") -> Said:
    """Return a deed in the past."""
    return Said(f"{past} {rest}{note}", f"did not {base} {rest}{no_note}")


def be(rest: str, note: str = "", no_note: str = "") -> Said:
    """Return a state."""
    return Said(f"are {rest}{note}", f"are not {rest}{no_note}")


def have(rest: str, no_note: str = "") -> Said:
    """Return what she has."""
    return Said(f"have {rest}", f"do not have {rest}{no_note}")


def say_count(count: n.Count, wording: Wording, when: str | None = None) -> Said:
    """Return a count; ``when`` stands in the place of its window."""
    window = during(count.window) if when is None else when
    found = goods(count.filter, wording)
    none = count.cmp in (Cmp.LESS, Cmp.AT_MOST) and count.number > 0
    note = _NOT_COUNTED if none else ""
    no_note = _NOT_COUNTED if not none and count.number > 0 else ""
    return _counted(count, found, wording, (window, note, f"{window}{no_note}"))


def _counted(count: n.Count, found: Goods, wording: Wording, tail: tuple[str, str, str]) -> Said:
    window, note, no_tail = tail
    plural = count.number != 1 or count.cmp is not Cmp.EXACTLY
    number = _COUNTED[count.cmp].format(grouped(count.number))
    if count.measure in _ON:
        word, one, many = _ON[count.measure]
        rest = f"{word} {number} {many if plural else one}"
        return Said(f"bought {found.bought()} {rest}{window}{note}", f"did not buy {found.buy()} {rest}{no_tail}")
    if count.measure in _OF:
        one, many = _OF[count.measure]
        of = f" of {found.what}" if found.what else ""
        rest = f"{number} {many if plural else one}{of}{found.around}"
        return Said(f"bought {rest}{window}{note}", f"did not buy {rest}{no_tail}")
    if count.measure is Measure.SPEND:
        rest = f"{AMOUNTS[count.cmp].format(wording.money(count.number, 'en'))}{found.after('on')}"
        return Said(f"spent {rest}{window}{note}", f"did not spend {rest}{no_tail}")
    rest = f"{number} points{found.after('with')}"
    return Said(f"earned {rest}{window}{note}", f"did not earn {rest}{no_tail}")


def say_recency(part: n.Never | n.DaysSinceLast | n.DaysSinceFirst | n.Overdue, wording: Wording) -> Said:
    """Return when she bought last, first or never."""
    found = goods(part.filter, wording)
    match part:
        case n.Never(_, n.Ever()):
            return Said(f"have never bought {found.buy()}", f"have bought {found.bought()}")
        case n.Never(_, window):
            return Said(f"did not buy {found.buy()}{during(window)}", f"bought {found.bought()}{during(window)}")
        case n.DaysSinceLast(_, cmp, days):
            return _since("last", found, cmp, days)
        case n.DaysSinceFirst(_, cmp, days):
            return _since("first", found, cmp, days)
        case n.Overdue(_, cmp, times):
            interval = (
                f"{AMOUNTS[cmp].format(f'{grouped(times)} times')} their usual interval without buying {found.buy()}"
            )
            yes = f"have gone {interval} (having bought it on 3 or more days)"
            return Said(yes, f"have not gone {interval} (or bought it on fewer than 3 days)")


def _since(which: str, found: Goods, cmp: Cmp, days: int) -> Said:
    ago = _AGO[cmp].format(unit_days(days))
    return Said(f"{which} bought {found.bought()} {ago}", f"did not {which} buy {found.buy()} {ago}{_NEVER_TOO}")


def say_behaviour(part: n.Share | n.Change | n.Top | n.Then | n.Every, wording: Wording) -> Said:
    """Return a share, a change, a rank, a sequence or a rhythm."""
    match part:
        case n.Share(some, whole, cmp, percent, window):
            size = AMOUNTS[cmp].format(f"{grouped(percent)}%")
            all_of, part_of = goods(whole, wording).after("on"), goods(some, wording).buy()
            rest = f"{size} of their spending{all_of} to {part_of}{during(window)}"
            return did("gave", "give", rest, no_note=" (those who spent nothing on it included)")
        case n.Change():
            return _change(part, wording)
        case n.Top(percent, measure, inner, window):
            noun = _noun(measure, goods(inner, wording))
            rest = f"in the top {grouped(percent)}% of all buyers by {noun}{during(window)}, as of the day before"
            return be(rest)
        case n.Then(first, followed, later, days, window):
            start = f"bought {goods(first, wording).bought()}{during(window)} and then"
            then = goods(later, wording)
            after = f"bought {then.bought()}" if followed else f"did not buy {then.buy()}"
            rest = f"{start} {after} within {unit_days(days)}"
            return Said(f"{rest}, at least once", f"never {rest}")
        case n.Every(rhythm, periods, count):
            each = f"each of the last {periods} complete {rhythm}s" if periods > 1 else f"the last complete {rhythm}"
            said = say_count(count, wording, f" in {each}")
            return Said(said.yes, f"do not meet: “{said.yes}”")


def _noun(measure: Measure, found: Goods) -> str:
    noun, preposition = _NOUNS[measure]
    return f"{noun}{found.after(preposition)}"


def _change(part: n.Change, wording: Wording) -> Said:
    noun = _noun(part.measure, goods(part.filter, wording))
    over = f"in the last {unit_days(part.days)} over the {unit_days(part.days)} before"
    size = grouped(abs(part.percent))
    none = " (nothing before included)"
    up, down = part.percent > 0, part.percent < 0
    if not part.percent and part.cmp in (Cmp.MORE, Cmp.LESS):
        word = "raised" if part.cmp is Cmp.MORE else "lowered"
        return did(word, word.removesuffix("d"), f"their {noun} {over}", no_note=none)
    if (up and part.cmp in (Cmp.AT_LEAST, Cmp.MORE)) or (down and part.cmp in (Cmp.AT_MOST, Cmp.LESS)):
        by = f"by {size}% or more" if part.cmp in (Cmp.AT_LEAST, Cmp.AT_MOST) else f"by more than {size}%"
        return did("raised" if up else "lowered", "raise" if up else "lower", f"their {noun} {by} {over}", no_note=none)
    sized = AMOUNTS[part.cmp].format(f"{_signed(part.percent)}%")
    return did("changed", "change", f"their {noun} by {sized} {over}", no_note=none)


def _signed(percent: Decimal) -> str:
    return f"{'-' if percent < 0 else '+' if percent else ''}{grouped(abs(percent))}"


def _were(rest: str) -> Said:
    return Said(f"were {rest}", f"were not {rest}")


def say_history(part: n.Received | n.Redeemed | n.Contacted | n.PointsBalance | n.PointsExpiring) -> Said:
    """Return what she was sent, used and holds."""
    match part:
        case n.Received(campaign, window):
            return _were(f"chosen for a coupon or message of campaign {named(campaign)}{during(window)}")
        case n.Redeemed(campaign, window):
            return did("used", "use", f"a coupon of campaign {named(campaign)}{during(window)}")
        case n.Contacted(window):
            return _were(f"chosen for a message of any campaign{during(window)}")
        case n.PointsBalance(cmp, points):
            return have(f"a balance of {_COUNTED[cmp].format(grouped(points))} points")
        case n.PointsExpiring(days, cmp, points):
            some = "" if cmp is Cmp.MORE and not points else f"{_COUNTED[cmp].format(grouped(points))} "
            return have(f"{some}points that expire within {unit_days(days)}")


def say_basket(part: n.BasketTotal | n.BasketHas | n.BasketLacks, wording: Wording) -> Said:
    """Return what is in the basket in hand."""
    match part:
        case n.BasketTotal(cmp, amount):
            return have(f"a basket of {AMOUNTS[cmp].format(wording.money(amount, 'en'))} in hand")
        case n.BasketHas(inner):
            return _in_hand(inner, wording)
        case n.BasketLacks(inner):
            return _in_hand(inner, wording).negated()


def _in_hand(inner: n.Filter, wording: Wording) -> Said:
    found = goods(inner, wording)
    where = "in the basket in hand"
    return Said(f"have {found.bought()} {where}", f"do not have {found.buy()} {where}")

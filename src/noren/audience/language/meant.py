"""Mistakes that people make in good sense: what was meant, and how it is written."""

from __future__ import annotations

from typing import Final

from noren.audience.language.expecting import nearest, spelt
from noren.audience.language.problems import Problem
from noren.audience.language.refused_words import refused_by_design
from noren.audience.language.tokens import Token
from noren.audience.language.words import KEYWORDS, Attribute, Measure, Trait
from noren.kernel.say import Say

_OF_FILTERS: Final = {each.name for each in Attribute} | {"WEEKDAY", "HOUR", "BASKET_TOTAL", "ANY", "TOGETHER"}
_OF_MEMBERS: Final = {each.name for each in Trait} | {"AGE", "MEMBER_FOR", "BIRTH_MONTH", "REACHABLE"}
_FILTER_EXAMPLES: Final = {
    "any": "visits(any) >= 1",
    "weekday": "visits(weekday in (sat, sun)) >= 1",
    "hour": "visits(hour 11..13) >= 1",
    "basket_total": "visits(basket_total >= 3000) >= 1",
    "together": 'visits(together(category = "…", category = "…")) >= 1',
}
_MEASURED: Final = {each.name for each in Measure} | {"NEVER", "DAYS_SINCE_LAST", "DAYS_SINCE_FIRST", "OVERDUE"}
_BEGINNERS: Final = (
    {each.name for each in Measure}
    | _OF_MEMBERS
    | {
        "NOT",
        "AT",
        "LPAR",
        "NEVER",
        "DAYS_SINCE_LAST",
        "DAYS_SINCE_FIRST",
        "OVERDUE",
        "SHARE",
        "CHANGE",
        "TOP",
        "BOUGHT",
    }
    | {"BOUGHT", "EVERY", "RECEIVED", "REDEEMED", "CONTACTED", "POINTS_BALANCE", "POINTS_EXPIRING", "BASKET"}
)


def meant(token: Token, accepts: frozenset[str], good: list[Token]) -> Problem | None:
    """Return the problem of a token where it is plain what was meant."""
    return (
        _filter_missing(accepts, good)
        or _elsewhere(token, accepts)
        or _within(token, accepts)
        or _value_alone(token, accepts)
        or _and_missing(token, accepts)
        or _comma(token, accepts)
        or _not_equal(token, accepts)
    )


def _elsewhere(token: Token, accepts: frozenset[str]) -> Problem | None:
    """A word of the language that belongs to another place."""
    word = token.text
    if token.kind in _OF_FILTERS and "SEX" in accepts:
        say = Say(
            f"「{word}」は買い物の絞り込みなので、visits(…) や never(…) のかっこの中に書きます。",
            f"“{word}” picks purchases: it stands within the parentheses of visits(…), never(…) and the like.",
        )
        return Problem("unexpected", token.place, say, _FILTER_EXAMPLES.get(word, f'visits({word} = "…") >= 1'))
    if token.kind in _OF_MEMBERS and "CATEGORY" in accepts:
        say = Say(
            f"「{word}」は会員についての条件なので、かっこの外に書き、and でつなぎます。",
            f"“{word}” speaks of the member: it stands outside the parentheses, joined by and.",
        )
        return Problem("unexpected", token.place, say)
    if token.kind in ("IN", "EVER") and "SEX" in accepts:
        say = Say(
            "期間は、条件の後に書きます。", "A window stands after its predicate: visits(any) >= 1 in last 30 days."
        )
        return Problem("window-misplaced", token.place, say, "visits(any) >= 1 in last 30 days")
    return None


def _within(token: Token, accepts: frozenset[str]) -> Problem | None:
    """A window begun as that of followed by."""
    if token.kind != "WITHIN" or "IN" not in accepts:
        return None
    say = Say(
        "期間は in last 30 days のように書きます。within は followed by の後だけです。",
        "A window is written like in last 30 days; within stands after followed by only.",
    )
    return Problem("unexpected", token.place, say, "in last")


def _filter_missing(accepts: frozenset[str], good: list[Token]) -> Problem | None:
    """A measure without its parentheses."""
    if accepts != frozenset({"LPAR"}) or good[-1].kind not in _MEASURED:
        return None
    word = good[-1].text
    say = Say(
        f"{word} の後には、何について数えるかをかっこに書きます。すべてなら {word}(any) です。",
        f"After {word} the parentheses say of what: for everything write {word}(any).",
    )
    return Problem("unexpected", good[-1].place, say, f"{word}(any)")


def _value_alone(token: Token, accepts: frozenset[str]) -> Problem | None:
    """A value within the parentheses of a measure, without what it is a value of."""
    if "CATEGORY" not in accepts or token.kind not in ("STRING", "WORD"):
        return None
    if token.kind == "WORD" and (refused_by_design(token.text) or nearest(token.text, _here(accepts))):
        return None
    value = token.text if token.kind == "STRING" else f'"{token.text}"'
    say = Say(
        "何の値かを書きます(category・brand・product・shop など)。",
        "Say what it is a value of (category, brand, product, shop …).",
    )
    return Problem("unexpected", token.place, say, f"category = {value}")


def _and_missing(token: Token, accepts: frozenset[str]) -> Problem | None:
    if "AND" not in accepts or token.kind not in _BEGINNERS | _OF_FILTERS:
        return None
    say = Say("2つの条件は and か or でつなぎます。", "Two conditions are joined by and, or by or.")
    return Problem("unexpected", token.place, say, f"and {token.text}")


def _comma(token: Token, accepts: frozenset[str]) -> Problem | None:
    if token.kind != "COMMA" or "AND" not in accepts:
        return None
    say = Say(
        "ここに , は書けません。条件は and か or でつなぎます(1回の会計で両方なら together(…, …))。",
        "No comma here: conditions are joined by and, or by or (for both in one purchase: together(…, …)).",
    )
    return Problem("unexpected", token.place, say, "and")


def _not_equal(token: Token, accepts: frozenset[str]) -> Problem | None:
    if token.kind != "NOT" or "WORD" not in accepts:
        return None
    say = Say("「…ではない」は != で書きます。", "“Is not” is written with !=.")
    return Problem("unexpected", token.place, say, "!=")


def _here(accepts: frozenset[str]) -> set[str]:
    return {spelt(kind) for kind in accepts} & KEYWORDS

"""What is wrong in a text: the code, the line and column (in characters, from 1), and what is suggested.

Each row is one mistake of a person. ``PROGRAMME`` and ``NAMES`` say in which surroundings the rows stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from noren.audience.language.review import Surroundings
from noren.audience.language.words import Attribute


@dataclass(frozen=True, slots=True)
class Wrong:
    """One mistake. ``suggestion`` None: none is made."""

    code: str
    text: str
    column: int
    suggestion: str | None = None
    line: int = 1


class Names:
    """Some names that exist."""

    def values(self, attribute: Attribute) -> frozenset[str] | None:
        """Return the values of categories and brands; the others are not known."""
        known = {
            Attribute.CATEGORY: frozenset({"COFFEE", "CHEESE", "CHEESES", "SOUP", "BABY FOODS"}),
            Attribute.BRAND: frozenset({"Private", "National"}),
        }
        return known.get(attribute)

    def lists(self) -> frozenset[str] | None:
        """Return the lists."""
        return frozenset({"新商品"})


PROGRAMME: Final = Surroundings(
    names=Names(),
    sensitive=frozenset({(Attribute.CATEGORY, "BABY FOODS")}),
    issuer="CJ",
    horizon=date(2014, 12, 31),
    today=date(2017, 12, 31),
)

TEXTS: Final = (
    Wrong("empty", "", 1, "visits(any) >= 1"),
    Wrong("empty", "  \r\n\t", 1, "visits(any) >= 1"),
    Wrong("too-long", "contacted or " * 154, 2001),
    Wrong("full-width", "visits(any)　>= 5", 12, " "),
    Wrong("full-width", "visits(any) ＞＝ 5", 13, ">="),
    Wrong("full-width", "visits(any) >= ５", 16, "5"),
    Wrong("full-width", "visits(any) >= 5 and\r\nsex = ｆｅｍａｌｅ", 7, "female", line=2),
    Wrong("odd-character", "visits(any) >= 5;", 17),
    Wrong("odd-character", 'visits(category = "COF"*) >= 5', 24),
    Wrong("odd-character", "visits(any) >= 5 \u200b", 18),
    Wrong("bad-sign", "visits(any) == 5", 13, "="),
    Wrong("bad-sign", "visits(any) => 5", 13, ">="),
    Wrong("bad-sign", "visits(any) ≧ 5", 13, ">="),
    Wrong("bad-sign", "sex = female && contacted", 14, "and"),
    Wrong("bad-sign", "age 20〜29", 7, ".."),
    Wrong("bad-sign", "change(spend(any), 30 days) <= −20%", 32, "-"),
    Wrong("bad-sign", "prefecture in (tokyo、osaka)", 21, ","),
    Wrong("unterminated-string", 'visits(category = "COFFEE) >= 5', 19, '"COFFEE"'),
    Wrong("unterminated-string", 'visits(category = "COF\nFEE") >= 5', 19, '"COF"'),
    Wrong("unterminated-string", 'visits(category = ")', 19),
    Wrong("bad-escape", 'visits(category = "COF\\nFEE") >= 5', 23, "\\\\"),
    Wrong("bad-quotes", "visits(category = 'COFFEE') >= 5", 19, '"COFFEE"'),
    Wrong("bad-quotes", "visits(category = “COFFEE”) >= 5", 19, '"COFFEE"'),
    Wrong("bad-quotes", "visits(category = 「コーヒー」) >= 5", 19, '"コーヒー"'),
    Wrong("quotes-missing", "visits(category = COFFEE) >= 5", 19, '"COFFEE"'),
    Wrong("quotes-missing", "visits(category = コーヒー) >= 5", 19, '"コーヒー"'),
    Wrong("upper-case", "sex = female AND contacted", 14, "and"),
    Wrong("number-too-long", "spend(any) >= 1234567890123", 15, '"1234567890123"'),
    Wrong("number-too-long", "share(any of any) > 1.23456%", 21, "1.2345"),
    Wrong("thousands", "spend(any) >= 3,000", 15, "3000"),
    Wrong("bad-date", "visits(any) >= 1 in 2017-02-29..2017-03-31", 21, "2017-02-28"),
    Wrong("bad-date", "visits(any) >= 1 in 2017/3/1..2017/3/31", 21, "2017-03-01"),
    Wrong("unknown-word", "visit(any) >= 5", 1, "visits"),
    Wrong("unknown-word", "sex = female andd contacted", 14, "and"),
    Wrong("unknown-word", 'visits(categori = "COFFEE") >= 5', 8, "category"),
    Wrong("unknown-word", "性別 = female", 1, "sex"),
    Wrong("unknown-word", "visits(any) >= 5 in lats 30 days", 21, "last"),
    Wrong("reserved-word", "visits(brand = any) >= 5", 16, '"any"'),
    Wrong("refused-by-design", 'name = "山田"', 1),
    Wrong("refused-by-design", 'email = "a@example.jp"', 1, "reachable by email"),
    Wrong("refused-by-design", 'address = "東京都"', 1, "prefecture"),
    Wrong("refused-by-design", "birthday = 3", 1, "birth_month"),
    Wrong("refused-by-design", 'visits(card = "29") >= 1', 8),
    Wrong("unexpected", "visits >= 5", 1, "visits(any)"),
    Wrong("unexpected", 'category = "COFFEE"', 1, 'visits(category = "…") >= 1'),
    Wrong("unexpected", "visits(sex = female) >= 5", 8),
    Wrong("unexpected", "visits(coffee) >= 5", 8, 'category = "coffee"'),
    Wrong("unexpected", 'visits("COFFEE") >= 5', 8, 'category = "COFFEE"'),
    Wrong("unexpected", "sex = female visits(any) >= 5", 14, "and visits"),
    Wrong("unexpected", 'visits(brand = "A" category = "B") >= 5', 20, "and category"),
    Wrong("unexpected", 'visits(brand = "A", category = "B") >= 5', 19, "and"),
    Wrong("unexpected", "sex = not male", 7, "!="),
    Wrong("unexpected", "visits(any) >= 5 in last 30 days in last 7 days", 34),
    Wrong("unexpected", "bought (any) followed by (any) within 1 day", 41, "days"),
    Wrong("unexpected", "visits(any) >= 5)", 17),
    Wrong("unexpected", "visits(any) >= 5 within 30 days", 18, "in last"),
    Wrong("unexpected", "sex = female and and contacted", 18),
    Wrong("odd-character", "spend(any) >= 5000円", 19),
    Wrong("unfinished", "visits(any) >= 5 and", 21),
    Wrong("unfinished", "(visits(any) >= 5", 18, ")"),
    Wrong("unfinished", "visits(any) >= 5 in last 30", 28),
    Wrong("whole-number", "age >= 20.5", 8, "20"),
    Wrong("negative", "points_balance >= -5", 19),
    Wrong("out-of-range", "visits(any) >= 5 in last 0 days", 26),
    Wrong("out-of-range", "birth_month = 13", 15),
    Wrong("out-of-range", "visits(hour 11..24) >= 1", 17),
    Wrong("out-of-range", "top 0% by spend(any)", 5),
    Wrong("out-of-range", "top 100.5% by spend(any)", 5),
    Wrong("out-of-range", "bought (any) followed by (any) within 366 days", 39),
    Wrong("out-of-range", "at least 3 of (contacted, sex = female)", 10),
    Wrong("out-of-range", "every month for 0 (visits(any) >= 1)", 17),
    Wrong("empty-range", "visits(any) >= 1 in 2017-05-01..2017-04-30", 18, "2017-04-30..2017-05-01"),
    Wrong("empty-range", "visits(hour 22..5) >= 1", 13, "(hour 22..23 or hour 0..5)"),
    Wrong("band-cut", "age >= 18", 8, "age >= 20"),
    Wrong("band-cut", "age 18..31", 5, "age 20..29"),
    Wrong("band-cut", "age = 20", 7, "age 20..24"),
    Wrong("band-cut", "age > 90", 7, "age > 84"),
    Wrong("bad-value", 'visits(category = "") >= 1', 19),
    Wrong("measure-not-here", "change(shops(any), 30 days) >= 10%", 8),
    Wrong("together-not-here", "spend(together(any, any)) >= 1", 7),
    Wrong("together-not-here", "visits(not together(any, any)) >= 1", 12),
    Wrong("window-not-here", "sex = female in last 30 days", 14, "sex = female"),
    Wrong(
        "window-not-here",
        "visits(any) >= 5 and sex = female in last 365 days",
        35,
        "visits(any) >= 5 in last 365 days and sex = female",
    ),
    Wrong(
        "window-not-here",
        "(visits(any) >= 5 or contacted) in last 30 days",
        33,
        "(visits(any) >= 5 in last 30 days or contacted in last 30 days)",
    ),
    Wrong(
        "window-not-here",
        "every month for 6 (visits(any) >= 1 in last 30 days)",
        37,
        "every month for 6 (visits(any) >= 1)",
    ),
    Wrong("window-misplaced", "visits(any in last 30 days) >= 5", 12, "visits(any) >= 5 in last 30 days"),
    Wrong("window-misplaced", "visits(any) in last 30 days >= 5", 13, "visits(any) >= 5 in last 30 days"),
    Wrong("window-misplaced", "in last 30 days visits(any) >= 5", 1, "visits(any) >= 1 in last 30 days"),
    Wrong(
        "window-too-short",
        "bought (any) not followed by (any) within 30 days in last 30 days",
        51,
        "in last 31 days",
    ),
    Wrong("too-deep", f"{'(' * 13}contacted{')' * 13}", 13),
    Wrong("too-deep", f"{'(' * 900}contacted{')' * 900}", 13),
    Wrong("too-deep", f"visits({'not ' * 13}any) >= 1", 56),
    Wrong("too-many-predicates", " or ".join(["contacted"] * 65), 833),
    Wrong("unknown-name", 'visits(category = "COFEE") >= 5', 19, '"COFFEE"'),
    Wrong("unknown-name", 'visits(brand in ("Private", "private")) >= 5', 29, '"Private"'),
    Wrong("unknown-name", 'visits(product in list "新商") >= 5', 8, '"新商品"'),
    Wrong("before-horizon", "visits(any) >= 5 in last 40 months", 1, "in last 36 months"),
    Wrong("before-horizon", "top 10% by spend(any) in last 1097 days", 1, "in last 36 months"),
    Wrong("before-horizon", "change(spend(any), 600 days) <= -20%", 1),
    Wrong(
        "sensitive-small-area",
        'visits(category = "BABY FOODS") >= 1 and postal3 = 150',
        42,
        "prefecture",
    ),
)

WARNED: Final = (
    Wrong("contradiction", "sex = female and sex = male", 18, "(sex = female or sex = male)"),
    Wrong(
        "contradiction",
        'visits(partner = "CJ") >= 5 and visits(partner = "CJ") < 3',
        33,
        '(visits(partner = "CJ") >= 5 or visits(partner = "CJ") < 3)',
    ),
    Wrong("contradiction", "age >= 65 and age < 20", 15, "(age >= 65 or age < 20)"),
    Wrong("contradiction", 'visits(partner = "CJ") < 0', 1),
    Wrong(
        "contradiction",
        'visits(partner = "CJ" and category = "COFFEE" and category = "SOUP") >= 1',
        1,
        'together(category = "COFFEE", category = "SOUP")',
    ),
    Wrong("always-true", 'visits(partner = "CJ") >= 0', 1),
    Wrong("always-true", "contacted or not contacted", 18),
    Wrong("always-true", 'visits(partner = "CJ" and hour 0..23) >= 1', 1),
    Wrong("repeated", "contacted and contacted", 15),
    Wrong(
        "near-twin",
        'visits(partner = "CJ" and category = "CHEESE") >= 1',
        38,
        'category in ("CHEESE", "CHEESES")',
    ),
    Wrong("odd-value", 'visits(partner = "CJ" and maker = "A ") >= 1', 35),
    Wrong("unknown-sex", "sex = femal", 1, "female"),
    Wrong("odd-postal3", 'postal3 = "150-0001"', 1, "150"),
    Wrong("sensitive", 'visits(partner = "CJ" and category = "BABY FOODS") >= 1', 38),
    Wrong("small-area", "postal3 = 150", 1),
    Wrong("other-company", "visits(any) >= 5", 1, 'partner = "CJ"'),
    Wrong("till-only", "basket total >= 2000", 1),
)

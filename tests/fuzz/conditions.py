"""Conditions: whatever is typed, or comes as JSON, is read and written back the same, or refused at a place within it.

Data: the text, or the JSON when it begins with a brace.
"""

from __future__ import annotations

from collections.abc import Callable

from noren.audience.language import Condition, Refused, from_json, parse, to_json, to_text
from noren.audience.language.parsing import read
from noren.audience.language.review import Surroundings, review
from noren.audience.language.speech import sentence
from noren.audience.language.words import KEYWORDS

OWN = 'sex = female and visits(category = "COFFEE") >= 5 in last 365 days'
TEXTS = (
    OWN,
    'at least 2 of (never(any), not overdue(brand != "A") > 1.5, age 20..29)',
    "bought (hour 11..13) not followed by (weekday in (sat)) within 30 days in 2017-03-01..2017-05-31",
    'change(spend(any), 30 days) <= -20% or share(any of product in list "N") > 5% in previous month',
    'visits(together(category = "A", not (category in ("B", c) or basket_total >= 5))) < 3',
)
SEEDS = tuple(text.encode() for text in TEXTS) + tuple(
    to_json(made) for made in map(parse, TEXTS) if isinstance(made, Condition)
)
WORDS = (*sorted(KEYWORDS), "　", "＝", "“", "「", "..", ">=", '\\"', '"is"', '"parts"', '"in-last"')


def make(*, broken: bool = False) -> Callable[[bytes], None]:
    """Return the harness. ``broken``: a writer that leaves parentheses out."""

    def one(data: bytes) -> None:
        got = from_json(data) if data.startswith(b"{") else parse(data.decode("utf-8", "replace"))
        if isinstance(got, Refused):
            assert got.problems, "refused without a reason"
            assert all(each.say.ja and each.say.en and each.place.column >= 1 for each in got.problems)
            return
        text = to_text(got)
        written = text.replace("(", " ").replace(")", " ") if broken and " or " in text else text
        assert parse(written) == got, "written, it reads as another condition"
        assert from_json(to_json(got)) == got, "told, it is heard as another condition"
        placed = read(text)
        assert not isinstance(placed, Refused)
        review(placed, Surroundings())
        assert all([sentence(got, "ja"), sentence(got, "ja", "member"), sentence(got, "en")])

    return one

"""Makes `docs/reference/conditions.md` from the tables: ``python -m tests.spec.conditions_page`` writes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.spec.condition_errors import PROGRAMME, TEXTS, WARNED, Wrong
from tests.spec.condition_row import Row
from tests.spec.condition_rows_baskets import SECOND
from tests.spec.condition_rows_members import FIRST

from noren.audience.language import Refused, limits, parse
from noren.audience.language.codes import ERRORS, WARNINGS
from noren.audience.language.parsing import read
from noren.audience.language.problems import Problem
from noren.audience.language.review import review
from noren.audience.language.shapes import SHAPES
from noren.audience.language.speech import sentence
from noren.kernel.say import Say

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "conditions.md"
SHOWN = 70
HEAD = """# 条件の言語 / The condition language

このページはテストの表(`tests/spec/condition*.py`)から作られる。
書き換えず、`python -m tests.spec.conditions_page` で作り直す。
This page is made from the tables of the tests (`tests/spec/condition*.py`); do not edit it, remake it with
`python -m tests.spec.conditions_page`.

書き方の手引き / how to write one: [日本語](../how-to/conditions.ja.md) · [English](../how-to/conditions.md).
文法 / grammar: [grammar.lark](../../src/noren/audience/language/grammar.lark).

`noren audience check FILE` はまちがいと注意を、`noren audience explain FILE` は文を示す。`-` は標準入力。
`noren audience check FILE` tells what is wrong, `noren audience explain FILE` says the sentence. `-` is standard input.
"""
FORMS = (
    (
        Say("会員の登録属性", "Traits of a member"),
        (
            "sex = female", "sex != male", "prefecture in (tokyo, osaka)", "postal3 = 150", "tier = gold", "age 20..29",
            "age >= 65", "member_for >= 365 days", "birth_month = this", "birth_month = 4", "reachable by email",
            "reachable by post",
        ),
    ),
    (
        Say("数える", "Counting"),
        (
            "visits(any) >= 5", "days(any) >= 5", "weeks(any) >= 5", "months(any) >= 5", "lines(any) >= 5",
            "units(any) > 5", "products(any) = 5", "brands(any) <= 5", "shops(any) < 5", "partners(any) >= 5",
            "spend(any) >= 5000", "points(any) >= 50", "never(any)",
        ),
    ),
    (
        Say("いつ・どのくらい・どう変わったか", "When, how much, how it changed"),
        (
            "days_since_last(any) >= 30", "days_since_first(any) <= 30", "overdue(any) > 1.5",
            'share(brand = "A" of any) >= 40%', "change(spend(any), 30 days) >= 20%", "top 10% by spend(any)",
            'bought (brand = "A") followed by (brand = "B") within 30 days',
            'bought (brand = "A") not followed by (any) within 30 days', "every month for 6 (visits(any) >= 1)",
        ),
    ),
    (
        Say("履歴・ポイント・いまの会計", "History, points, the basket in hand"),
        (
            'received("A")', 'redeemed("A")', "contacted", "points_balance >= 500", "points_expiring(30 days) >= 100",
            "basket total >= 2000", 'basket has (brand = "A")', 'basket lacks (brand = "A")',
        ),
    ),
    (
        Say("絞り込み", "Filters"),
        (
            'visits(category = "A") >= 1', 'visits(department != "A") >= 1', 'visits(maker in ("A", "B")) >= 1',
            'visits(product in list "A") >= 1', 'visits(partner = "A" and shop = "B") >= 1',
            'visits(industry = "A" or not brand = "B") >= 1', "visits(weekday in (sat, sun)) >= 1",
            "visits(hour 11..13) >= 1", "visits(hour < 10) >= 1", "visits(basket_total >= 3000) >= 1",
            'visits(together(category = "A", category = "B")) >= 1',
        ),
    ),
    (
        Say("期間", "Windows"),
        (
            "contacted in last 30 days", "contacted in last 4 weeks", "contacted in last 6 months",
            "contacted in this week", "contacted in previous month", "contacted in this quarter",
            "contacted in previous year", "contacted in this fiscal year", "contacted in 2017-03-01..2017-05-31",
            "contacted",
        ),
    ),
    (
        Say("組み合わせ", "Putting together"),
        (
            "contacted and visits(any) >= 1", "contacted or visits(any) >= 1", "not contacted",
            "at least 2 of (contacted, sex = female, visits(any) >= 1)", "not (contacted or visits(any) >= 1)",
        ),
    ),
)  # fmt: skip


def render() -> str:
    """Return the page."""
    return "\n".join([HEAD, *_forms(), *_marketers(), *_limits(), *_problems(), *_shapes()]) + "\n"


def _forms() -> Iterator[str]:
    yield "## 書き方 / Forms\n"
    for title, texts in FORMS:
        yield f"### {title.ja} / {title.en}\n\n| | ja | en |\n|---|---|---|"
        yield from (f"| {code(text)} | {said(text, 'ja')} | {said(text, 'en')} |" for text in texts)
        yield ""


def _marketers() -> Iterator[str]:
    yield "## 25の例 / 25 examples\n"
    for number, row in enumerate(FIRST + SECOND, 1):
        yield from _row(number, row)


def _row(number: int, row: Row) -> Iterator[str]:
    yield f"### {number}. {row.title.ja} / {row.title.en}\n"
    yield f"```\n{row.text}\n```\n"
    yield f"- 社内 / staff: {row.staff}\n- 会員 / member: {row.member}\n- en: {row.english}\n- `{row.json}`\n"


def _limits() -> Iterator[str]:
    yield "## 限り / Limits\n\n| | |\n|---|---|"
    yield f"| 文字 / characters | {limits.CHARACTERS:,} |"
    yield f"| 深さ(not・かっこ・at least) / depth (not, parentheses, at least) | {limits.DEPTH} |"
    yield f"| 条件の数(絞り込みは数えない) / predicates (a filter's tests are not counted) | {limits.PREDICATES} |"
    yield f"| 数の桁 / digits of a number | {limits.DIGITS} + {limits.DECIMALS} |"
    yield f"| within N days | 1–{limits.MOST_FOLLOW_DAYS} |\n"


def _problems() -> Iterator[str]:
    yield "## まちがい / Errors\n\n| code | いつ / when | 例 / example | |\n|---|---|---|---|"
    yield from (_problem(word, when, TEXTS) for word, when in ERRORS.items())
    yield "\n## 注意 / Warnings\n\n| code | いつ / when | 例 / example | |\n|---|---|---|---|"
    yield from (_problem(word, when, WARNED) for word, when in WARNINGS.items())
    yield ""


def _problem(word: str, when: Say, rows: tuple[Wrong, ...]) -> str:
    row = next((row for row in rows if row.code == word and row.text.strip()), None)
    if row is None:
        return f"| `{word}` | {when.ja}<br>{when.en} | | |"
    problem = next(each for each in _told(row.text) if each.code == word)
    hint = f"<br>→ {code(problem.suggestion)}" if problem.suggestion is not None else ""
    words = f"{cell(problem.say.ja)}<br>{cell(problem.say.en)}{hint}"
    return f"| `{word}` | {when.ja}<br>{when.en} | {code(row.text)} | {words} |"


def _told(text: str) -> tuple[Problem, ...]:
    got = read(text)
    if isinstance(got, Refused):
        return got.problems
    found = review(got, PROGRAMME)
    return found.errors + found.warnings


def _shapes() -> Iterator[str]:
    yield "## 正準形のJSON / Canonical JSON\n"
    yield 'UTF-8、キーは辞書順、空白なし。`{"condition": …, "version": 1}`。'
    yield "期間がなければ `window` は書かない。小数のありうる数は文字列。"
    yield "UTF-8, keys sorted, no white space. Without a window there is no `window`."
    yield "Numbers that may have decimals are strings.\n"
    yield "| `is` | |\n|---|---|"
    yield from (f"| `{kind}` | {' '.join(f'`{name}`' for name in shape.fields)} |" for kind, shape in SHAPES.items())


def said(text: str, lang: str) -> str:
    """Return the sentence of a form."""
    got = parse(text)
    assert not isinstance(got, Refused), text
    return cell(sentence(got, "ja" if lang == "ja" else "en"))


def code(text: str) -> str:
    """Return a text as code in a cell; what can not be seen is named."""
    cut = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
    seen = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in cut)
    return f"`{seen}`".replace("|", "\\|")


def cell(text: str) -> str:
    """Return a text as it stands in a cell."""
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    PAGE.write_text(render(), "utf-8")

"""Makes `docs/reference/till-problems.md` from the tables: ``python -m tests.spec.till_page`` writes it."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from tests.spec.till_expect import Row
from tests.spec.till_problems import PROMISED
from tests.spec.till_purchase_rows import ROWS
from tests.spec.till_return_rows import BALANCE_ROWS, FIND_ROWS, RETURN_ROWS

from noren.register.refusals import PROBLEMS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "till-problems.md"
_HEAD = """# レジAPIの応答と問題 / The till's answers and problems

このページはテストの表(`tests/spec/till_*.py`)から作られる。書き換えず、`python -m tests.spec.till_page` で作り直す。
This page is made from the tables of the tests (`tests/spec/till_*.py`); do not edit it, remake it with
`python -m tests.spec.till_page`.

拒否は RFC 9457 の `application/problem+json` で、`type` は `urn:noren:problem:` に続く下の語。
`title`、`detail`、`fix` は `Accept-Language` に従い日本語か英語、`field` は誤りのある項目の JSON ポインタ。
カード番号は決して返さない。
A refusal is RFC 9457 `application/problem+json`; its `type` is `urn:noren:problem:` and a word below. `title`, `detail`
and `fix` are Japanese or English by `Accept-Language`; `field` is a JSON pointer. A card number is never said back.
"""
_TABLES = (
    (
        "POST /v1/purchases · /v1/purchases/preview",
        "よい本文を1か所だけ変えると / A good body with one thing changed (`amount` 300, one line, no points)",
        ROWS,
    ),
    (
        "POST /v1/purchases/{purchase}/returns",
        "3明細(2個200、1個50、1個0)からの返品 / Goods brought back of three lines (2 for 200, 1 for 50, 1 for 0)",
        RETURN_ROWS,
    ),
    ("POST /v1/purchases/find", "レシートから探す / Finding a purchase by its receipt", FIND_ROWS),
    ("POST /v1/balance", "残高 / The balance", BALANCE_ROWS),
)


def render() -> str:
    """Return the page."""
    parts = [_HEAD, "## 問題の種類 / Problem types\n", _problems()]
    for door, what, rows in _TABLES:
        parts += [f"## {door}\n\n{what}\n", _rows(rows)]
    return "\n".join(parts)


def _problems() -> str:
    out = ["| `type` | | いつ / when | 直し方 / how to mend it |", "|---|---|---|---|"]
    for word, promised in PROMISED.items():
        fix = PROBLEMS[word].fix
        when = promised.when
        out.append(f"| `{word}` | {promised.status} | {when.ja}<br>{when.en} | {fix.ja}<br>{fix.en} |")
    return "\n".join(out) + "\n"


def _rows(rows: tuple[Row, ...]) -> str:
    out = ["| 変更 / change | 応答 / answer |", "|---|---|"]
    for said, group in groupby(rows, key=lambda row: str(row.expect)):
        changes = " · ".join(_code(row.edit.name) for row in group)
        out.append(f"| {changes} | {said.replace('|', ' or ')} |")
    return "\n".join(out) + "\n"


def _code(text: str) -> str:
    seen = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text)
    plain = seen.replace("|", "\\|").replace("`", "'")
    return f"`{plain}`"


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(render(), "utf-8")

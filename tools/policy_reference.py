"""Writes docs/reference/policy.md from the policy files themselves; a test fails when the page is stale.

.venv/bin/python -m tools.policy_reference            write the page
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from noren.governance.policy import FILES, Rule, policy
from noren.kernel.say import Say

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "reference" / "policy.md"
_HEAD: Final = """# Rules of what may flow, and of who may do what / 取扱いの規則

<!-- Made by `python -m tools.policy_reference`; do not edit. -->

These rules decide; the text below is taken from the files that are evaluated (`src/noren/governance/policies/*.cedar`).
What no rule permits is refused, and one rule that forbids is enough. A refusal names the first rule that stops it.
What must never be allowed, whatever the files say, stands in `tests/proofs/invariants.py`; z3 proves it over the files.

判定するのは次の規則だけで、下の文は、実際に評価されるファイルから取ったものです(`src/noren/governance/policies/*.cedar`)。
許す規則がなければ断り、禁じる規則が一つでもあれば断ります。断るときは、最初に当たった規則の名前を示します。
何があっても決して許されないことは `tests/proofs/invariants.py` にあり、z3 がファイルそのものについて証明します。
"""
_TITLES: Final = {
    "flows": Say("取扱い(データの流れ)", "Flows"),
    "members": Say("会員ごと", "Members of a flow"),
    "staff": Say("職員", "Staff"),
}


def page() -> str:
    """Return the whole page."""
    return "\n".join([_HEAD, *(line for name in FILES for line in _file(name))]) + "\n"


def _file(name: str) -> Iterator[str]:
    title = _TITLES[name]
    yield f"## {title.en} / {title.ja} (`{name}.cedar`)\n"
    yield "| rule | | law | what it says | 内容 | the way out / 対処 |\n|---|---|---|---|---|---|"
    yield from (_row(rule) for rule in policy(name).rules)
    yield ""


def _row(rule: Rule) -> str:
    out = f"{rule.fix.en} {rule.fix.ja}" if rule.fix.en else ""
    effect = "permits" if rule.permits else "forbids"
    return f"| `{rule.name}` | {effect} | {rule.law} | {rule.says.en} | {rule.says.ja} | {out} |"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()

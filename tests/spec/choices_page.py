"""Makes `docs/reference/choices.md` from the table of stops: ``python -m tests.spec.choices_page`` writes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.spec.choice_rows import ROWS, USES

from noren.governance import stop_texts
from noren.governance.consent_texts import CHILD_YEARS, KINDS
from noren.governance.stop_texts import KEEP_MONTHS, Names, auto_delete, covers, goes_on
from noren.governance.stopping import Use, spell
from noren.kernel.say import Say

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "choices.md"
NAMES = Names(recipients={"P1": Say("P1社", "P1"), "P2": Say("P2社", "P2")})


def render() -> str:
    """Return the page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# 会員の選択 / A member's choices\n"
    yield "`tests/spec/choice_rows.py` の表から `python -m tests.spec.choices_page` が作ります。"
    yield "Made by `python -m tests.spec.choices_page` from the table in `tests/spec/choice_rows.py`.\n"
    yield "## 停止 / Stops\n"
    yield "停止は利用目的・提供先・連絡手段の規則で、書かない部分は「すべて(今後の追加も含む)」です。"
    yield "広い停止が狭い停止を弱めることはありません。"
    yield "A stop is a rule over purpose, recipient and channel; a part that is not written is all,"
    yield "those added later too. No rule weakens another.\n"
    yield "| `--stop` | 止めること / what it covers | 続くこと / what goes on | " + " | ".join(map(_use, USES)) + " |"
    yield "|---" * (3 + len(USES)) + "|"
    for row in ROWS:
        text, rest = covers(row.rule, NAMES), goes_on(row.rule)
        marks = " | ".join("stop" if use in row.stops else "–" for use in USES)
        yield f"| `{spell(row.rule)}` | {text.ja}<br>{text.en} | {rest.ja}<br>{rest.en} | {marks} |"
    yield "\n## そのほかの選択 / Other choices\n"
    yield "| | 内容 / what it covers | 続くこと / what goes on |\n|---|---|---|"
    only, kept = stop_texts.POINTS_ONLY, stop_texts.POINTS_ONLY_GOES_ON
    yield f"| `--points-only on` | {only.ja}<br>{only.en} | {kept.ja}<br>{kept.en} |"
    rest = stop_texts.AUTO_DELETE_GOES_ON
    for months in KEEP_MONTHS:
        text = auto_delete(months)
        yield f"| `--auto-delete {months}` | {text.ja}<br>{text.en} | {rest.ja}<br>{rest.en} |"
    yield "\n## 同意 / Consents\n"
    yield "| `--kind` | | |\n|---|---|---|"
    yield from (f"| `{kind}` | {said.ja} | {said.en} |" for kind, said in KINDS.items())
    yield "\n有効でない版の文面への同意は断られます(`consent-needs-text-in-force`)。"
    yield f"{CHILD_YEARS}歳未満は保護者の同意が要ります(`minor-needs-guardian`)。"
    yield "A consent to a version that is not in force is refused (`consent-needs-text-in-force`);"
    yield f"under {CHILD_YEARS} a guardian agrees (`minor-needs-guardian`). A consent lifts no stop.\n"
    yield f"これらの文の版 / version of these texts: `{stop_texts.TEXTS_VERSION}`"


def _use(use: Use) -> str:
    return f"`{use.purpose}` × `{use.recipient}` × " + (f"`{use.channel}`" if use.channel else "–")


if __name__ == "__main__":
    PAGE.write_text(render(), "utf-8")

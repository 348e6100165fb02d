"""``noren summary``: the programme's totals, from both sides, as counts only."""

from __future__ import annotations

from typing import Any, Final

import typer

from noren.doors.cli.here import HomeOption, JsonOption, LangOption, here
from noren.doors.cli.speech import both
from noren.kernel.say import Say

_SHOWN: Final = (
    ("purchases", "購買", "purchases"),
    ("lines", "明細行", "lines"),
    ("amount", "金額", "amount"),
    ("points_earned", "付与ポイント", "points earned"),
    ("points_used", "利用ポイント", "points used"),
    ("returns", "返品", "returns"),
    ("replays", "再送", "replays"),
    ("imported", "取り込んだ購買", "purchases imported"),
    ("unknown_fields_refused", "断った未知の項目", "unknown fields refused"),
    ("members", "会員(取引台帳)", "members (ledger)"),
    ("cards", "カード(取引台帳)", "cards (ledger)"),
    ("shops", "店舗", "shops"),
    ("products", "商品", "products"),
    ("partners", "提携先", "partners"),
    ("lake_rows", "履歴の行", "rows in the lake"),
    ("lake_amount", "履歴の金額", "amount in the lake"),
)


def summary(
    context: typer.Context, home: HomeOption = None, lang: LangOption = None, as_json: JsonOption = False
) -> None:
    """Show totals."""
    from noren.house.children import zone_client

    at = here(context, home, lang, as_json)
    opened = at.home()
    with zone_client(opened, "ledger-worker") as ledger:
        totals: dict[str, Any] = ledger.call("/summary", method="GET")
    with zone_client(opened, "vault") as vault:
        totals["vault"] = vault.call("/summary", method="GET")
    lines = [
        Say(f"{totals[key]:>16,}  {ja}", f"{totals[key]:>16,}  {en}") for key, ja, en in _SHOWN if _whole(totals, key)
    ]
    at.answer(
        totals, *lines, Say(f"{_members(totals):>16,}  会員(会員情報庫)", f"{_members(totals):>16,}  members (vault)")
    )


def _whole(totals: dict[str, Any], key: str) -> bool:
    return isinstance(totals.get(key), int)


def _members(totals: dict[str, Any]) -> int:
    return int(totals["vault"].get("members", 0))


def add_to(app: typer.Typer) -> None:
    """Put ``summary`` on the command line."""
    app.command("summary", help=both("全体の数を表示する", "Show the programme's totals"))(summary)

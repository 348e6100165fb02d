"""``noren terminal``: the keys with which tills come to the till's door."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

import typer

from noren.doors.cli.here import (
    Here,
    HomeOption,
    JsonOption,
    LangOption,
    YesOption,
    confirm_by_name,
    group,
    here,
    refuse,
)
from noren.doors.cli.speech import both
from noren.kernel.say import Say

DEFAULT_DAYS: Final = "400d"
_TERM: Final = re.compile(r"([1-9][0-9]{0,4})(d|w|y)?\Z", re.ASCII)
_STATES: Final = {
    "valid": Say("有効", "valid"),
    "expired": Say("期限切れ", "expired"),
    "revoked": Say("取消済み", "revoked"),
}
_DAYS: Final = {"d": 1, "w": 7, "y": 365}

ShopOption = Annotated[str, typer.Option("--shop", help=both("店舗", "The shop"))]
RateOption = Annotated[
    int | None,
    typer.Option(
        "--rate",
        min=1,
        max=1_000_000,
        help=both(
            "毎秒に受けるリクエスト数の上限(既定: noren.toml の limits.per_terminal)",
            "Requests a second that it may send (default: limits.per_terminal in noren.toml)",
        ),
    ),
]
TerminalOption = Annotated[str, typer.Option("--terminal", help=both("端末", "The terminal"))]

terminals = group(both("レジ端末の鍵", "Keys of tills"))


@terminals.command("add", help=both("端末の鍵を作る(一度だけ表示)", "Make a terminal's key; it is shown once"))
def add(
    context: typer.Context,
    shop: ShopOption,
    terminal: TerminalOption,
    expires: Annotated[
        str, typer.Option("--expires", help=both("期限(90d・12w・1y)", "Its life (90d, 12w, 1y)"))
    ] = DEFAULT_DAYS,
    test: Annotated[bool, typer.Option("--test", help=both("試験用の鍵", "A test key (sandbox only)"))] = False,
    rate: RateOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key."""
    at = here(context, home, lang, as_json)
    row = {"shop": shop, "terminal": terminal, "expires_days": days(expires), "test": test, "rate": rate}
    made = _ledger(at, "/terminals/add", {"rows": [row]})["rows"][0]
    at.answer(
        made,
        Say(f"鍵(この一度だけ表示します): {made['key']}", f"Key (shown this once): {made['key']}"),
        Say(f"期限: {made['expires']}", f"Expires: {made['expires']}"),
        Say("レジでは Authorization: Bearer 鍵 として送ります。", "The till sends it as: Authorization: Bearer KEY"),
    )


@terminals.command("list", help=both("端末の一覧(鍵は含まない)", "List terminals, without keys"))
def list_terminals(
    context: typer.Context, home: HomeOption = None, lang: LangOption = None, as_json: JsonOption = False
) -> None:
    """List terminals."""
    at = here(context, home, lang, as_json)
    found: dict[str, Any] = _ledger(at, "/terminals/list", {})
    at.answer(found, *(_line(terminal) for terminal in found["terminals"]))
    if not found["terminals"] and not at.as_json:
        at.say("端末はまだありません。", "There is no terminal yet.")


@terminals.command(
    "rate", help=both("端末の毎秒の上限を変える(60秒以内に効く)", "Change a terminal's rate, within 60 s")
)
def rate(
    context: typer.Context,
    shop: ShopOption,
    terminal: TerminalOption,
    rate: RateOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change a rate; without ``--rate`` the programme's holds again."""
    at = here(context, home, lang, as_json)
    done = _ledger(at, "/terminals/rate", {"shop": shop, "terminal": terminal, "rate": rate})
    if not done["changed"]:
        refuse(
            f"店舗 {shop} に、鍵が有効な端末 {terminal} はありません。noren terminal list で確かめてください。",
            f"Shop {shop} has no terminal {terminal} with a key in force: see noren terminal list.",
        )
    at.answer(done, Say("変えました。60秒以内に効きます。", "Changed; it takes effect within 60 s."))


@terminals.command("revoke", help=both("端末の鍵を取り消す(60秒以内に効く)", "Revoke a terminal's keys, within 60 s"))
def revoke(
    context: typer.Context,
    shop: ShopOption,
    terminal: TerminalOption,
    yes: YesOption = False,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Revoke keys."""
    at = here(context, home, lang, as_json)
    what = Say(
        f"店舗 {shop} の端末 {terminal} の鍵をすべて取り消します。このレジは購買を送れなくなります。",
        f"All keys of terminal {terminal} of shop {shop} will be revoked: this till can send no purchase any more.",
    )
    confirm_by_name(at, what, terminal, yes)
    done = _ledger(at, "/terminals/revoke", {"shop": shop, "terminal": terminal})
    at.answer(done, Say("取り消しました。60秒以内に効きます。", "Revoked; it takes effect within 60 s."))


def days(text: str) -> int:
    """Return a life like ``90d``, ``12w``, ``1y`` in days. Raises Refusal."""
    found = _TERM.match(text)
    if found is None:
        refuse("--expires は 90d・12w・1y のように書いてください。", "Write --expires like 90d, 12w or 1y.", code=2)
    return int(found[1]) * _DAYS[found[2] or "d"]


def _ledger(at: Here, path: str, body: object) -> Any:
    from noren.house.children import zone_client

    with zone_client(at.home(), "ledger-worker") as ledger:
        return ledger.call(path, body)


def _line(found: dict[str, Any]) -> Say:
    kind_ja, kind_en = ("試験", "test") if found.get("test") else ("本番", "live")
    state = _STATES.get(str(found.get("state")), Say("", ""))
    where = f"{found['shop']:<16} {found['terminal']:<16}"
    rate = found.get("rate")
    rate_ja, rate_en = (f"  毎秒{rate}件まで", f"  {rate}/s") if rate else ("", "")
    return Say(
        f"{where} {kind_ja}  期限 {found['expires']}  {state.ja}{rate_ja}",
        f"{where} {kind_en}  until {found['expires']}  {state.en}{rate_en}",
    )


def add_to(app: typer.Typer) -> None:
    """Put ``terminal`` on the command line."""
    app.add_typer(terminals, name="terminal")

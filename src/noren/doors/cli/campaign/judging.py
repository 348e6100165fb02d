"""``noren campaign audit|simulate|result``: what a campaign came to, or would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import typer

from noren.doors.cli.campaign.asking import IdArgument, ask
from noren.doors.cli.here import HomeOption, JsonOption, LangOption, here
from noren.kernel.say import Say

PATIENCE_SECONDS: Final = 3_600.0
_COUNTED: Final = {
    "leaves": Say("抽選の記録", "draws"),
    "recomputed": Say("当落を計算し直した抽選", "draws recomputed by the seed"),
    "forgotten": Say("会員の消去で忘れた抽選(葉は残る)", "draws forgotten with an erased member; their leaves stay"),
    "roots": Say("ログにある根", "roots in the log"),
    "unrooted": Say("まだ根のない抽選", "draws under no root yet"),
    "purchases": Say("期間と場所の中の購入", "purchases in its days and places"),
    "judged": Say("条件をもう一度確かめた購入", "purchases of which the condition was asked again"),
    "not told": Say("確かめられなかった購入", "purchases of which it can not be told any more"),
    "tickets untold": Say("番号票を確かめられない抽選", "draws whose ticket can not be told any more"),
    "issued": Say("発券", "issued"),
    "lost": Say("はずれ", "lost"),
    "holdout": Say("対照群", "holdout"),
    "capped": Say("上限による見送り", "held back by a cap"),
}


def audit(
    context: typer.Context,
    campaign: IdArgument,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Recompute every draw and ask the condition again; exit 1 naming what does not fit."""
    at = here(context, home, lang, as_json)
    found = ask(at, "audit", {"campaign": campaign}, patience=PATIENCE_SECONDS)
    at.answer(found, *_lines(found))
    if not found["good"]:
        raise typer.Exit(1)


def _lines(found: Mapping[str, Any]) -> Iterator[Say]:
    for name, says in _COUNTED.items():
        if name in found["counted"]:
            number = found["counted"][name]
            yield Say(f"  {says.ja}: {number:,}", f"  {says.en}: {number:,}")
    for note in found["notes"]:
        yield Say(f"  注意: {note['ja']}", f"  Note: {note['en']}")
    for each in found["findings"]:
        yield Say(f"不正 {each['at']}: {each['say']['ja']}", f"WRONG {each['at']}: {each['say']['en']}")
    if found["good"]:
        yield Say(f"正常: {found['campaign']}", f"Good: {found['campaign']}")
        return
    total = sum(found["found"].values())
    yield Say(f"合わないところが{total}件あります。", f"{total} things do not fit.")

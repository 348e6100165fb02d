"""``noren audience count|overlap|budget|commit|reopen``: numbers that tell of nobody, and commitments to sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from noren.doors.cli.audience.saved import (
    CHANNELS,
    Channel,
    NameArgument,
    ask,
    condition_text,
    is_file,
    name_of,
)
from noren.doors.cli.here import HomeOption, JsonOption, LangOption, day_given, here
from noren.doors.cli.signed_in import acting
from noren.doors.cli.speech import both
from noren.kernel.say import Say

AskerOption = Annotated[
    str | None,
    typer.Option(
        "--asker",
        metavar="WHO",
        help=both(
            "だれが尋ねるか(開示枠はその人のもの。既定: サインインしている人)",
            "Who asks; whose budget pays (default: who is signed in)",
        ),
    ),
]


def count(
    context: typer.Context,
    given: Annotated[
        str,
        typer.Argument(
            metavar="NAME|FILE",
            help=both("保存した対象者の名前、または条件のファイル", "A saved audience's name, or a condition's file"),
        ),
    ],
    reach: Annotated[
        bool, typer.Option("--reach", help=both("届け方ごとに(開示枠は3回分)", "By each channel, at the cost of three"))
    ] = False,
    purpose: Annotated[
        str, typer.Option("--purpose", metavar="CODE", help=both("ファイルのとき: 利用目的", "Of a file: the purpose"))
    ] = "register-coupon",
    recipient: Annotated[
        str,
        typer.Option(
            "--recipient", metavar="PARTNER", help=both("ファイルのとき: 発券する会社", "Of a file: who issues")
        ),
    ] = "programme",
    channel: Annotated[
        Channel,
        typer.Option(
            "--channel", metavar="till|email|post", help=both("ファイルのとき: 届け方", "Of a file: the channel")
        ),
    ] = "till",
    asker: AskerOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell about how many people: a private figure as of yesterday's end."""
    at = here(context, home, lang, as_json)
    who = acting(at, asker, "--asker")
    body: dict[str, Any] = {"asker": who, "reach": reach}
    text = ""
    if is_file(given):
        text = condition_text(at, given)
        body["draft"] = {"text": text, "purpose": purpose, "recipient": recipient, "channel": channel}
    else:
        body["name"] = name_of(given)
    found = ask(at, "/audiences/count", body, text)
    lines = [line for figure in found["figures"] for line in _figure(figure, reach)]
    at.answer(found, *lines, _as_of(found))


def overlap(
    context: typer.Context,
    name: NameArgument,
    other: Annotated[str, typer.Argument(metavar="OTHER", help=both("比べる対象者", "The audience to compare with"))],
    asker: AskerOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell in bands how much two audiences have in common; it costs up to three figures."""
    at = here(context, home, lang, as_json)
    who = acting(at, asker, "--asker")
    found = ask(at, "/audiences/overlap", {"name": name, "other": other, "asker": who})
    at.answer(found, Say(found["say"]["ja"], found["say"]["en"]), _as_of(found))


def budget(
    context: typer.Context,
    asker: AskerOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what is left of this month's budgets."""
    at = here(context, home, lang, as_json)
    who = acting(at, asker, "--asker")
    found = ask(at, "/audiences/budget", {"asker": who})
    own, programme = (_figures_in(found[which], found["figure"]) for which in ("asker_left", "programme_left"))
    at.answer(
        found,
        Say(
            f"{who}: あと{own}回(プログラム全体であと{programme}回)。開示枠は{found['renews']}に新しくなります。",
            f"{who}: {own} more ({programme} more for the whole programme). It renews on {found['renews']}.",
        ),
    )


def commit(
    context: typer.Context,
    name: NameArgument,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Commit to an approved audience as of yesterday's end: a salted root, from which nothing can be told."""
    at = here(context, home, lang, as_json)
    made = ask(at, "/audiences/commit", {"name": name})
    at.answer(
        made,
        Say(
            f"{name} 版{made['version']}、{made['day']}時点の事前公開値: {made['commitment']}",
            f"{name}, version {made['version']}, as of {made['day']}: {made['commitment']}",
        ),
    )


def reopen(
    context: typer.Context,
    name: NameArgument,
    version: Annotated[int, typer.Option("--version", min=1, help=both("版", "The version"))],
    day: Annotated[str, typer.Option("--day", metavar="DATE", help=both("時点の日", "The day it is of"))],
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check for an auditor that what is kept on the ledger side still makes a commitment."""
    at = here(context, home, lang, as_json)
    body = {"name": name, "version": version, "day": day_given(day, "--day").isoformat()}
    found = ask(at, "/audiences/reopen", body)
    ja, en = (
        ("事前公開値のとおりです。", "It opens: what is kept makes this commitment.")
        if found["opens"]
        else (
            "事前公開値と合いません。監査人に知らせてください。",
            "It does not open: what is kept is not what was committed to.",
        )
    )
    at.answer(found, Say(ja, en))
    raise typer.Exit(0 if found["opens"] else 1)


def _figure(found: Mapping[str, Any], named: bool) -> list[Say]:
    channel = CHANNELS[found["channel"]]
    ja, en = (f"{channel.ja}: ", f"{channel.en}: ") if named else ("", "")
    lines = [Say(f"{ja}{found['say']['ja']}", f"{en}{found['say']['en']}")]
    return lines + [Say(f"  広げる案: {each['ja']}", f"  Try: {each['en']}") for each in found["widen"]]


def _as_of(found: Mapping[str, Any]) -> Say:
    """Tell what a count or an overlap is of, and what is left; of a count also its noise band."""
    left, off = _figures_in(found["left"], found["epsilon"]), found.get("noise_band")
    told = ("", "") if off is None else (f"(誤差の幅 ±{off}人、100回に95回)", f" (noise band ± {off}, 95 times of 100)")
    return Say(
        f"  {found['as_of']}の終わりの時点。1人の有無が分からないよう、雑音を加えています{told[0]}。"
        f"今月の開示枠: あと{left}回",
        f"  As of the end of {found['as_of']}, with noise that hides each one person{told[1]}."
        f" Left this month: {left} more",
    )


def _figures_in(budget: float, figure: float) -> int:
    """Return how many figures a budget pays for."""
    return int(budget / figure + 1e-9)

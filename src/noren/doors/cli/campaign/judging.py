"""``noren campaign audit|simulate|result``: what a campaign came to, or would."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

import typer

from noren.doors.cli.campaign.asking import IdArgument, ask
from noren.doors.cli.here import HomeOption, JsonOption, LangOption, here, refuse
from noren.doors.cli.signed_in import acting
from noren.doors.cli.speech import both
from noren.kernel.say import Say

PATIENCE_SECONDS: Final = 3_600.0
_SHARE: Final = re.compile(r"0\.[0-9]{0,5}[1-9]|1")
_COUNTED: Final = {
    "leaves": Say("抽選の記録", "draws"),
    "recomputed": Say("当落を計算し直した抽選", "draws recomputed by the seed"),
    "forgotten": Say("会員の消去で忘れた抽選(葉は残る)", "draws forgotten with an erased member; their leaves stay"),
    "roots": Say("ログにある根", "roots in the log"),
    "unrooted": Say("まだ根のない抽選", "draws under no root yet"),
    "purchases": Say("期間と場所の中の購入", "purchases in its days and places"),
    "entered": Say("エントリーした会員", "members who entered"),
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


def simulate(
    context: typer.Context,
    campaign: IdArgument,
    asker: Annotated[
        str | None,
        typer.Option(
            "--asker",
            metavar="WHO",
            help=both("尋ねる人(既定: サインインしている人)", "Who asks (default: who is signed in)"),
        ),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(
            "--days",
            min=1,
            max=400,
            help=both("さかのぼる日数(既定: 企画の日数)", "Past days (default: as many as it has)"),
        ),
    ] = None,
    entering: Annotated[
        str,
        typer.Option(
            "--entering",
            metavar="SHARE",
            help=both(
                "条件に合う会員のうち、エントリーするとみる割合(例 0.3)",
                "Which share of those who fit is supposed to enter (0.3)",
            ),
        ),
    ] = "1",
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try a campaign over past days, as private figures from the asker's budget."""
    at = here(context, home, lang, as_json)
    body = {"campaign": campaign, "asker": acting(at, asker, "--asker"), "days": days, "entering": _share(entering)}
    found = ask(at, "simulate", body, patience=PATIENCE_SECONDS)
    at.answer(found, *_tried(found))


def _share(given: str) -> str:
    """Return a share that the ledger-worker takes, as it was given."""
    if not _SHARE.fullmatch(given):
        refuse("--entering は 0.3 のような小数か 1 です。", "--entering is a decimal like 0.3, or 1.")
    return given


def result(
    context: typer.Context,
    campaign: IdArgument,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what a campaign came to: slips, and once it is over holdout and lift."""
    at = here(context, home, lang, as_json)
    found = ask(at, "result", {"campaign": campaign}, patience=PATIENCE_SECONDS)
    at.answer(found, *_came_to(found))


def _came_to(found: Mapping[str, Any]) -> Iterator[Say]:
    few = Say(f"{found['minimum']}未満", f"fewer than {found['minimum']}")

    def count(name: str) -> Say:
        number = found[name]
        return few if number is None else Say(f"約{number:,}", f"about {number:,}")

    rows = (
        *((("entered", "エントリーした会員", "Members who entered"),) if found["entry"] else ()),
        ("issued", "発券", "Issued"),
        ("used", "使われた券", "Used"),
        ("open", "まだ使える券・期限切れ", "Open or expired"),
        ("void", "返品で無効になった券", "Void by returns"),
    )
    for name, ja, en in rows:
        yield Say(f"  {ja}: {count(name).ja}", f"  {en}: {count(name).en}")
    if not found["over"]:
        yield Say("  対照群と効果は、終わってからお知らせします。", "  Holdout and lift are told after its end.")
        return
    yield Say(
        f"  {found['days']}日間を見終えた会員: 抽選した人 {count('reached').ja}、対照群 {count('holdout').ja}",
        f"  Members looked at for {found['days']} days: drawn for {count('reached').en}, holdout {count('holdout').en}",
    )
    lift = found["lift"]
    least = found["smallest_group"]
    if lift is None:
        yield Say(
            f"  効果: どちらも{least}人以上になるまで出しません。", f"  Lift: not told below {least} in each group."
        )
        return
    ja, en = ("差がある", "there is a difference") if lift["tells"] else ("差があるとは言えない", "no difference shown")
    yield Say(
        f"  1人あたりの差 {lift['difference']:+,}(95%区間 {lift['low']:+,} 〜 {lift['high']:+,}): {ja}",
        f"  Difference per member {lift['difference']:+,} (95 % interval {lift['low']:+,} to {lift['high']:+,}): {en}",
    )
    yield Say(
        f"  購入額の上位1%は{lift['counted_as']:,}として数えています。",
        f"  The largest hundredth of amounts counts as {lift['counted_as']:,}.",
    )


def _tried(found: Mapping[str, Any]) -> Iterator[Say]:
    yield Say(
        f"{found['first']}から{found['last']}までの購入に当てはめると:",
        f"Over the purchases of {found['first']} to {found['last']}:",
    )
    if found["members"] is None:
        few = found["minimum"]
        yield Say(f"  対象が少なすぎます({few}人未満とみられます)。", f"  Too few people: it seems fewer than {few}.")
    else:
        off = found["noise_band"]
        yield Say(
            f"  条件に合う会員 約{found['members']:,}人(誤差の幅 ±{off}人、100回に95回)",
            f"  Members who fit: about {found['members']:,} (noise band ± {off}, 95 times of 100)",
        )
        yield Say(f"  抽選 約{found['draws']:,}回", f"  Draws: about {found['draws']:,}")
        held = (f"({found['held_by']} で止まる)", f" (held by {found['held_by']})") if found["held_by"] else ("", "")
        yield Say(f"  発券 約{found['slips']:,}枚{held[0]}", f"  Slips: about {found['slips']:,}{held[1]}")
    if found["cost"] is not None:
        yield Say(f"  すべて使われたときの額 {found['cost']:,}", f"  If all are used they cost {found['cost']:,}")
    if found["sales_enough"] is not None:
        needed, enough = found["sales_needed"], found["sales_enough"]
        ja, en = ("足ります", "enough") if enough else ("足りません", "NOT enough")
        yield Say(
            f"  売上予定{needed:,}円以上が要ります(総額の2%): 同じ日々の売上は{ja}。",
            f"  Sales of {needed:,} yen are needed (2 %): those days' were {en}.",
        )
    for each in found["assumes"]:
        yield Say(f"  前提: {each['ja']}", f"  Assumed: {each['en']}")


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

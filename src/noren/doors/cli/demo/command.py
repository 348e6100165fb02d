"""``noren demo``: what the command takes, what it does with a home that is there already, and how it ends."""

from __future__ import annotations

import shlex
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from noren.doors.cli.here import Here, JsonOption, LangOption, YesOption, here
from noren.doors.cli.speech import both, called
from noren.kernel.say import Say

# What only the demo needs is imported when it runs: zones start from the same command line.
if TYPE_CHECKING:
    from noren.doors.cli.demo.screen import Screen
    from noren.doors.cli.demo.stage import Stage
    from noren.doors.cli.demo.summary import Summary

DEFAULT_HOME: Final = "noren-demo"
_LOOK_SECONDS: Final = 0.5

DemoHomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="DIR",
        help=both("デモのホーム(既定: ./noren-demo)", "The demo's home (default: ./noren-demo)"),
    ),
]


def demo(
    context: typer.Context,
    home: DemoHomeOption = None,
    leave: Annotated[
        bool, typer.Option("--exit", help=both("要約を表示して終わる", "Leave after the summary"))
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help=both("前のデモを消して最初から", "Throw the earlier demo away, begin anew"))
    ] = False,
    yes: YesOption = False,
    first_port: Annotated[
        int | None,
        typer.Option("--first-port", min=1024, max=65000, help=both("4つのポートの最初", "The first of four ports")),
    ] = None,
    days: Annotated[int | None, typer.Option("--days", min=1, max=365, hidden=True)] = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a programme with a real year of purchases."""
    began = time.monotonic()
    from noren.doors.cli.demo.homes import home_of, throw_away
    from noren.doors.cli.demo.screen import Screen
    from noren.doors.cli.demo.show import Show, wallet_of
    from noren.doors.cli.demo.stage import stage
    from noren.doors.cli.demo.year import find_year
    from noren.doors.cli.supervisor import addresses

    at = here(context, home, lang, as_json)
    at = replace(at, given_home=at.given_home or Path(DEFAULT_HOME))
    screen = Screen(at.lang, sys.stderr if at.as_json else sys.stdout)
    source = find_year()
    if again:
        throw_away(at, yes)
    opened, record = home_of(at, screen, source, first_port=first_port, days=days)
    year = replace(source, shift_days=record.shift_days, days=record.days)
    screen.say(Say("ゾーンを起動しています…", "Starting the zones…"))
    with stage(opened, screen.say) as running:
        show = Show(running, screen, year, record, began, wallet_of(running.home, source, record.shift_days))
        show.open_first_page()
        try:
            summary, wrong = show.run()
        except (KeyboardInterrupt, SystemExit):
            screen.say(Say("中断しました。同じコマンドで続きから始められます。",
                           "Interrupted. The same command goes on from here."))  # fmt: skip
            raise
        _present(at, screen, summary, wrong)
        if not (leave or at.as_json):
            _show_doors(at, screen, summary, addresses(opened))
        elif leave:
            command = f"{called()} demo --home {shlex.quote(str(at.path))}"
            screen.say(Say(f"\n扉を開けるには: {command}", f"\nTo open the doors: {command}"))
        if wrong:
            raise typer.Exit(1)
        if not leave:
            _serve(screen, running)


def _present(at: Here, screen: Screen, summary: Summary, wrong: list[Say]) -> None:
    """Print the summary, as JSON or for people."""
    import msgspec

    from noren.doors.cli.demo.audiences import in_words as audiences_in_words
    from noren.doors.cli.demo.summary import SHEET_HEAD, in_words, keys_in_words, sheet_rows

    for finding in wrong:
        screen.say(finding)
    if at.as_json:
        typer.echo(msgspec.json.encode(summary).decode())
        return
    screen.table(in_words(summary))
    if summary.agree:
        screen.say(Say("台帳・履歴・元データは最後の1単位まで一致しています。",
                       "The ledger, the lake and the source agree to the last unit."))  # fmt: skip
    screen.say(Say("", ""))
    screen.sheet(SHEET_HEAD, sheet_rows(summary.reconciliation.lines))
    differences = summary.reconciliation.differences
    screen.say(Say(f"件数(ポイント、または値引きの額面)。合わないところ: {differences:,}件\n",
                   f"Rows (points, or what coupons take off). Differences: {differences:,}\n"))  # fmt: skip
    screen.say(keys_in_words(summary.keys, datetime.now(UTC)))
    if summary.rotation is not None:
        screen.say(summary.rotation.told())
    screen.say(Say("\n対象者の条件と、おおよその人数:", "\nAudiences, and about how many each has:"))
    for line in audiences_in_words(summary.audiences):
        screen.say(line)
    _present_campaigns(screen, summary)


def _present_campaigns(screen: Screen, summary: Summary) -> None:
    """Say what the year's campaigns came to, and how a slip of theirs is checked."""
    from noren.doors.cli.demo.drawn import in_words
    from noren.doors.cli.demo.summary import after_words

    screen.say(Say("\nレジでの企画(抽選、券、監査):", "\nCampaigns at the till: draws, slips, audit:"))
    for campaign in summary.campaigns:
        for line in in_words(campaign):
            screen.say(line)
    for campaign in [each for each in summary.campaigns if each.check][:1]:
        screen.say(Say("公開された種で、出た券をひとつ確かめる:", "Check one of the slips by the published seed:"))
        screen.show(f"  {campaign.check}")
    for line in after_words(summary):
        screen.say(line)


def _show_doors(at: Here, screen: Screen, summary: Summary, doors: list[tuple[Say, str]]) -> None:
    """Say what can be tried now that every door is open."""
    screen.say(Say("\n購買を1件送る(もう一度送ると同じ答え):", "\nSend one purchase (sent again, the same answer):"))
    screen.show(summary.curl)
    screen.say(Say("会員には券が出ます。同じ購買の券を取り出して確かめる:",
                   "It brings a slip. Take the slip out of the same answer, and check it:"))  # fmt: skip
    screen.show(summary.curl_check)
    _show_coupon(screen, summary)
    screen.say(Say("\n扉:", "\nDoors:"))
    for name, address in doors:
        screen.say(Say(f"  {name.ja}: {address}", f"  {name.en}: {address}"))
    login = summary.login
    screen.say(Say(f"会員としてサインイン: {login['address']}", f"Sign in as a member: {login['address']}"))
    screen.say(Say(f"  会員番号 {login['member_number']}  パスワード {login['password']}",
                   f"  member number {login['member_number']}  password {login['password']}"))  # fmt: skip
    _show_staff(screen, summary)
    screen.say(Say("\n鍵とホームを見る(別の端末で):", "\nLook at the keys and the home, from another terminal:"))
    for words in ("keys list", "doctor"):
        screen.show(f"  {called()} --home {shlex.quote(str(at.path))} {words}")


def _show_staff(screen: Screen, summary: Summary) -> None:
    """Give one login per persona: of a sandbox's people alone are such things ever shown."""
    from pyotp.totp import TOTP

    address = summary.addresses.get("desk", "")
    screen.say(Say(f"担当者としてサインイン: {address} または noren staff sign-in ID",
                   f"Sign in as staff: {address} or noren staff sign-in ID"))  # fmt: skip
    for each in summary.staff:
        code = TOTP(each.device).now()
        screen.say(Say(
            f"  {each.id}({each.name}、{each.role}) パスワード {each.password}  "
            f"確認コードの鍵 {each.device}(今は {code})",
            f"  {each.id} ({each.role})  password {each.password}  code's secret {each.device} (now {code})",
        ))  # fmt: skip


def _show_coupon(screen: Screen, summary: Summary) -> None:
    """Give the command that redeems a coupon of the earlier system, if one is left."""
    if summary.coupon is None or summary.coupon_curl is None:
        screen.say(Say("\n以前のシステムのクーポンは、すべて使われています。",
                       "\nThe coupons of the earlier system have all been used."))  # fmt: skip
        return
    title = summary.coupon
    screen.say(
        Say(
            f"\n以前のシステムのクーポン「{title.title_ja}」を使う(もう一度送ると、使用済みと断られます):",
            f"\nRedeem a coupon of the earlier system, “{title.title_en}” (sent again: refused, it has been used):",
        )
    )
    screen.show(summary.coupon_curl)


def _serve(screen: Screen, running: Stage) -> None:
    """Keep the doors open until Ctrl-C; a zone that falls is started again."""
    screen.say(Say("\nCtrl-C で終わります。", "\nCtrl-C ends it."))
    try:
        while True:
            time.sleep(_LOOK_SECONDS)
            running.keeper.look()
    except KeyboardInterrupt:
        screen.say(Say("ゾーンを終えています…", "Ending the zones…"))


def add_to(app: typer.Typer) -> None:
    """Put ``demo`` on the command line."""
    app.command("demo", help=both("実在の1年分の購買でデモを見せる", "Show a programme with a real year of purchases"))(
        demo
    )

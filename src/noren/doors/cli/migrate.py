"""``noren migrate``: the stores of a home, from the revision they are at to this noren's.

This process opens no store: a child of each side looks, and a child of each side does it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

import msgspec
import typer

from noren.doors.cli.here import (
    Here,
    HomeOption,
    JsonOption,
    LangOption,
    Refusal,
    YesOption,
    confirm_by_name,
    here,
    refuse,
)
from noren.doors.cli.speech import both
from noren.doors.cli.storing import PgAdminOption, PgPassfileOption
from noren.house.home import Home
from noren.house.keys.holds import SIDES, Side
from noren.house.upgrade_words import NEVER_KEPT, Done, Order, Standing
from noren.kernel.say import Say

MIGRATED_SIDES: Final = ("ledger", "identity", "neither")
_LOOK_SECONDS: Final = 120.0


def migrate(
    context: typer.Context,
    home: HomeOption = None,
    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to",
            metavar="[STORE=]REV",
            help=both(
                "行き先の版。0001 ならすべてのストア、ledger=0001 なら1つだけ(既定は最新)",
                "Revision to go to: 0001 for every store, ledger=0001 for one (default: the last)",
            ),
        ),
    ] = None,
    side: Annotated[
        Literal["ledger", "identity", "neither"] | None,
        typer.Option(
            "--side",
            metavar="ledger|identity|neither",
            help=both(
                "片側だけ行う(側ごとにOSの利用者が別のとき)", "One side only, where each side has an OS user of its own"
            ),
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=both("何をするかを見せるだけ", "Only show what would be done"))
    ] = False,
    keep_copy: Annotated[
        bool,
        typer.Option(
            "--keep-copy",
            help=both("終わった後も、前の版の複製を残す", "Keep the copy of the revision before when it is done"),
        ),
    ] = False,
    pg_admin: PgAdminOption = "",
    pg_passfile: PgPassfileOption = None,
    yes: YesOption = False,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take the stores of a home to another revision."""
    at = here(context, home, lang, as_json)
    opened = at.home()
    order = Order(_wanted(to or []), keep_copy, pg_admin, str(pg_passfile.resolve()) if pg_passfile else "")
    sides = (side,) if side else MIGRATED_SIDES
    keys = _complete(at, opened, (side,) if side else tuple(SIDES), dry_run)
    seen = {each: look_at_side(opened, each, order) for each in sides}
    standings = [standing for each in seen.values() for standing in each]
    _refuse_what_can_not_be(standings, order)
    todo = [standing for standing in standings if standing.changes or standing.page_bytes]
    if dry_run or not todo:
        at.answer({"stores": msgspec.to_builtins(standings), "keys": keys}, *_plan(standings), *_nothing(todo))
        return
    _refuse_without_owner(opened, order)
    confirm_by_name(at, _joined(_plan(standings)), at.path.name, yes)
    working = [name for name in sides if _has_work(seen[name])]
    for name in working:  # all of them before the first: a refusal leaves no side ahead of the other
        _ask(opened, name, "check", order, None)
    done = [each for name in working for each in _upgrade_side(at, opened, name, order)]
    at.answer({"stores": msgspec.to_builtins(done), "keys": keys}, *_told(done))


def _complete(at: Here, home: Home, sides: tuple[Side, ...], dry_run: bool) -> list[str]:
    """Make the keys of zones that an earlier noren did not know; return them. Nothing that there is changes."""
    from noren.house.keeping import complete_keys, lacking_keys

    keys = lacking_keys(home, sides) if dry_run else complete_keys(home, sides)
    if keys:
        what = (
            ("足りない鍵", "Keys lacking") if dry_run else ("足りない鍵を作りました", "Made the keys that were lacking")
        )
        at.aside(f"{what[0]}: {', '.join(keys)}", f"{what[1]}: {', '.join(keys)}")
    return keys


def _refuse_without_owner(home: Home, order: Order) -> None:
    if home.on_postgresql and not (order.admin and order.passfile):
        refuse(
            "PostgreSQLのホームでは --pg-admin と --pg-passfile が要ります。",
            "A home on PostgreSQL needs --pg-admin and --pg-passfile.",
            code=2,
        )


def look_at_side(home: Home, side: str, order: Order) -> list[Standing]:
    """Return where the stores of a side stand. Raises Refusal: they can not be looked at."""
    return msgspec.convert(_ask(home, side, "look", order, _LOOK_SECONDS), type=list[Standing])


def _upgrade_side(at: Here, home: Home, side: str, order: Order) -> list[Done]:
    at.aside(f"{side} 側のストアを移しています…", f"Migrating the stores of the side {side} ...")
    return msgspec.convert(_ask(home, side, "upgrade", order, None), type=list[Done])


def _ask(home: Home, side: str, act: str, order: Order, seconds: float | None) -> Any:
    command = [sys.executable, "-m", "noren.doors.cli.migrating", str(home.path), side, act]
    command.append(msgspec.json.encode(order).decode())
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    if done.returncode == 0:
        return msgspec.json.decode(done.stdout)
    last = (done.stderr.strip().splitlines() or ["?"])[-1]
    try:
        ja, en = msgspec.json.decode(last, type=tuple[str, str])
    except msgspec.DecodeError:
        ja = en = last
    raise Refusal(
        Say(
            f"{side} 側: {ja}\n直したら、同じコマンドをもう一度行ってください。続きから行います。",
            f"The side {side}: {en}\nPut it right and run the same command again: it goes on from there.",
        )
    )


def _wanted(given: list[str]) -> dict[str, str]:
    out: dict[str, str] = {}
    for each in given:
        store, _, revision = each.rpartition("=")
        if not revision.isdecimal():
            refuse(
                f"--to {each} は版ではありません。0001 や ledger=0001 のように書いてください。",
                f"--to {each} is no revision; write 0001, or ledger=0001.",
                code=2,
            )
        out[store] = revision
    return out


def _refuse_what_can_not_be(standings: list[Standing], order: Order) -> None:
    unknown = sorted(set(order.to) - {standing.store for standing in standings} - {""})
    if unknown:
        names = ", ".join(standing.store for standing in standings)
        refuse(f"{unknown[0]} というストアはありません: {names}", f"There is no store {unknown[0]}: {names}", code=2)
    for standing in standings:
        if standing.problem is not None:
            raise Refusal(Say(*standing.problem))


def _has_work(standings: list[Standing]) -> bool:
    return any(standing.changes or standing.page_bytes for standing in standings)


def _plan(standings: list[Standing]) -> Iterator[Say]:
    for standing in standings:
        if standing.found is None:
            yield Say(f"{standing.store}: まだありません", f"{standing.store}: not made yet")
            continue
        way = "" if standing.wanted in (None, standing.found) else f" → {standing.wanted}"
        yield Say(f"{standing.store}: 版 {standing.found}{way}", f"{standing.store}: revision {standing.found}{way}")
        for change in standing.changes:
            sign = "+" if change.up else "-"
            yield Say(f"  {sign} {change.revision} {change.says[0]}", f"  {sign} {change.revision} {change.says[1]}")
            if change.loses is not None:
                yield Say(f"    失われるもの: {change.loses[0]}", f"    what is lost: {change.loses[1]}")
        if standing.page_bytes is not None:
            yield Say(
                f"  ページを {standing.page_bytes} バイトにしてファイルを書き直します",
                f"  the file is written anew with pages of {standing.page_bytes} bytes",
            )
        for copy in standing.copies:
            yield Say(f"  前の移行の複製があります: {copy}", f"  a copy of an earlier migration lies here: {copy}")


def _nothing(todo: list[Standing]) -> Iterator[Say]:
    if not todo:
        yield Say("することはありません。", "There is nothing to do.")


def _joined(lines: Iterator[Say]) -> Say:
    said = list(lines)
    return Say("\n".join(line.ja for line in said), "\n".join(line.en for line in said))


def _told(done: list[Done]) -> Iterator[Say]:
    for each in done:
        yield Say(f"{each.store}: 版 {each.now} になりました", f"{each.store}: now at revision {each.now}")
        if each.copy is not None:
            yield Say(
                f"  複製: {each.copy}(個人データを含みます。要らなくなったらすぐに消してください)",
                f"  copy: {each.copy} (it holds personal data: remove it as soon as you do not need it)",
            )
    if any(each.copy for each in done) and any(each.store == NEVER_KEPT for each in done):
        yield Say(
            "会員の鍵の複製は残しません。消去した会員の鍵が生き残るためです。",
            "No copy of the member keys is kept: the keys of erased members would live on in it.",
        )


def look_at_all(home: Home) -> list[Standing]:
    """Return where every store of a home stands."""
    return [standing for side in MIGRATED_SIDES for standing in look_at_side(home, side, Order())]


def add_to(app: typer.Typer) -> None:
    """Put ``migrate`` on the command line."""
    app.command("migrate", help=both("ストアを、この noren の版に移す", "Take the stores to this noren's revision"))(
        migrate
    )

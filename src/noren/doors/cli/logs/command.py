"""``noren log show|verify|proof|checkpoint|witness``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from noren.doors.cli.here import HomeOption, JsonOption, LangOption, group, here, refuse
from noren.doors.cli.logs.witness import witness
from noren.doors.cli.speech import both
from noren.kernel.say import Say

if TYPE_CHECKING:
    from noren.house.home import LogSide

Side = Literal["identity", "ledger", "house"]
SideOption = Annotated[
    Side | None,
    typer.Option("--side", metavar="identity|ledger|house", help=both("片側だけ(既定は全部)", "One log alone")),
]
MAX_SHOWN = 10_000

app = group(both("監査ログを見る・検証する", "Look at the audit logs and check them"))
app.command(
    "witness",
    help=both(
        "ログの証人になる: 前に見たものの続きになっている検証点にだけ連署する",
        "Be a witness of a log: cosign its checkpoint if it extends what was seen before, and only then",
    ),
)(witness)


def _sides(side: Side | None) -> list[LogSide]:
    from noren.house.home import LOG_SIDES

    return [each for each in LOG_SIDES if side in (None, each)]


@app.command(
    "verify",
    help=both(
        "監査ログ全体を、記録も含めて検証する",
        "Check whole audit logs, their records too; exit 1 when one is wrong",
    ),
)
def verify(
    context: typer.Context,
    side: SideOption = None,
    seen: Annotated[
        list[Path] | None,
        typer.Option(
            "--seen", exists=True, dir_okay=False, help=both("以前に受け取った検証点", "A checkpoint kept from before")
        ),
    ] = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check logs."""
    from noren.doors.cli.logs.orders import Order, ask

    at = here(context, home, lang, as_json)
    opened, order = at.home(), Order(seen=[str(path.resolve()) for path in seen or []])
    found: list[dict[str, Any]] = [ask(opened, each, "check", order) for each in _sides(side)]
    good = all(each["good"] for each in found)
    at.answer({"good": good, "logs": found}, *(line for each in found for line in _told(each)))
    raise typer.Exit(0 if good else 1)


def _told(report: dict[str, Any]) -> Iterator[Say]:
    side, size = report["side"], report["size"]
    if not report["there"]:
        yield Say(f"{side:<9} まだありません", f"{side:<9} none yet")
        return
    if report["good"]:
        forgotten, cosigned = report["forgotten"], report["cosigned"]
        yield Say(
            f"{side:<9} 正常: {size:,}項目(消去済みの記録 {forgotten:,}、証人の連署 {cosigned})",
            f"{side:<9} good: {size:,} entries ({forgotten:,} records forgotten, cosigned by {cosigned} witnesses)",
        )
        return
    yield Say(f"{side:<9} 不正:", f"{side:<9} WRONG:")
    for each in report["wrong"]:
        yield Say(f"  {each['where']}: {each['ja']}", f"  {each['where']}: {each['en']}")


@app.command("show", help=both("監査ログの項目を見る(新しいものが最後)", "Show entries, the newest last"))
def show(
    context: typer.Context,
    side: SideOption = None,
    last: Annotated[
        int, typer.Option("--last", min=1, max=MAX_SHOWN, help=both("新しいほうから何件", "How many of the newest"))
    ] = 20,
    kind: Annotated[str, typer.Option("--kind", help=both("この種類だけ", "Entries of this kind alone"))] = "",
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show entries of logs."""
    from noren.doors.cli.logs.orders import Order, ask
    from noren.governance.ports import EntryKind

    at = here(context, home, lang, as_json)
    if kind and kind not in {each.value for each in EntryKind}:
        refuse(f"{kind} という種類はありません。", f"There is no kind {kind}.", code=2)
    opened, order = at.home(), Order(last=last, kind=kind)
    found = {each: ask(opened, each, "show", order) for each in _sides(side)}
    at.answer({"logs": found}, *(_row(each, row) for each, rows in found.items() for row in rows))


def _row(side: str, row: dict[str, Any]) -> Say:
    facts = " ".join(f"{name}={value}" for name, value in row["body"].items())
    head = f"{side:<9} {row['place']:>8} {row['at']:<10}"
    return Say(f"{head}  {row['ja']}  {facts}".rstrip(), f"{head}  {row['en']}  {facts}".rstrip())


@app.command("proof", help=both("項目が署名された木にあることの証明", "Prove that an entry stands in the signed tree"))
def proof(
    context: typer.Context,
    place: Annotated[int, typer.Argument(min=0, help=both("項目の番号", "The entry's place"))],
    side: Annotated[Side, typer.Option("--side", metavar="identity|ledger|house", help=both("どのログ", "Which log"))],
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Prove an entry."""
    from noren.doors.cli.logs.orders import Order, ask

    at = here(context, home, lang, as_json)
    found: dict[str, Any] = ask(at.home(), side, "prove", Order(place=place))
    state = Say("正しい証明です", "the proof holds") if found["good"] else Say("証明が合いません", "IT DOES NOT HOLD")
    size, steps = found["size"], "".join(f"\n  {step}" for step in found["path"])
    head = found["entry"]["commitment"]
    at.answer(
        found,
        _row(side, found["entry"]),
        Say(f"検証値 {head}", f"commitment {head}"),
        Say(f"{size:,}項目の木: {state.ja}{steps}", f"in the tree of {size:,} entries: {state.en}{steps}"),
        Say(f"根 {found['root']}", f"root {found['root']}"),
    )
    raise typer.Exit(0 if found["good"] else 1)


@app.command("checkpoint", help=both("署名された検証点を出す", "Print the signed checkpoints"))
def checkpoint(
    context: typer.Context,
    side: SideOption = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print checkpoints."""
    from noren.doors.cli.logs.orders import Order, ask

    at = here(context, home, lang, as_json)
    opened = at.home()
    found: dict[str, str] = {each: ask(opened, each, "head", Order()) for each in _sides(side)}
    at.answer(found, *(Say(note.rstrip("\n"), note.rstrip("\n")) for note in found.values() if note))


def add_to(root: typer.Typer) -> None:
    """Put ``log`` on the command line."""
    root.add_typer(app, name="log")

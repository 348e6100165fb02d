"""``noren copy``: the census of copies, asked of each zone that makes any; and ending one before its time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from noren.doors.cli.here import (
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

if TYPE_CHECKING:
    from noren.house.home import Home

_ZONES: Final[tuple[Literal["ledger-worker", "vault", "desk"], ...]] = ("ledger-worker", "vault", "desk")
app = group(both("期限つき複製", "Copies, each on a lease"))


@app.command("list", help=both("複製台帳を見る", "Show the census of copies"))
def list_copies(
    context: typer.Context,
    all_copies: Annotated[
        bool, typer.Option("--all", help=both("廃棄済みのものも", "Those that are gone too"))
    ] = False,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show every copy with who answers for it, what for, and until when. Exit 1 when one is overdue."""
    from noren.governance.leases.model import EXEMPT

    at = here(context, home, lang, as_json)
    found = census(at.home())
    shown = [copy for copy in found if all_copies or copy["state"] != "gone"]
    exempt = [
        {
            "name": each.name,
            "what_ja": each.what.ja,
            "what_en": each.what.en,
            "why_ja": each.why.ja,
            "why_en": each.why.en,
        }
        for each in EXEMPT
    ]
    at.answer({"copies": shown, "exempt": exempt}, *_lines(shown, len(found) - len(shown)), *_exempt())
    raise typer.Exit(1 if any(copy["overdue"] for copy in found) else 0)


@app.command("expire", help=both("複製を期限の前に廃棄する", "Destroy a copy before its end"))
def expire(
    context: typer.Context,
    copy: Annotated[str, typer.Argument(metavar="COPY", help=both("複製(cp_...)", "The copy (cp_...)"))],
    yes: YesOption = False,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Destroy a copy now: its key, then its bytes."""
    from noren.house.children import zone_client

    at = here(context, home, lang, as_json)
    found = next((each for each in census(at.home()) if each["copy"] == copy), None)
    if found is None:
        refuse(
            f"{copy} という複製はありません。noren copy list で見られます。",
            f"There is no copy {copy}. See noren copy list.",
        )
    if found["state"] in ("given", "gone"):
        _refuse_ended(found)
    confirm_by_name(at, _joined(list(_line(found))), copy, yes)
    with zone_client(at.home(), found["zone"]) as client:
        done: dict[str, Any] = client.call("/copies/destroy", {"copy": copy})
    at.answer(
        done,
        Say(f"{copy}: 鍵、つづいて本体を廃棄しました。", f"{copy}: its key, then its bytes are destroyed."),
    )


def census(home: Home) -> list[dict[str, Any]]:
    """Return the copies of every zone, each with its zone, the one that ends first in front."""
    from noren.house.children import zone_client

    found: list[dict[str, Any]] = []
    for zone in _ZONES:
        with zone_client(home, zone) as client:
            answer: dict[str, Any] = client.call("/copies/list", {})
        found += [{"zone": zone, **copy} for copy in answer["copies"]]
    return sorted(found, key=lambda copy: (copy["expires_at"], copy["copy"]))


def _refuse_ended(copy: dict[str, Any]) -> None:
    if copy["state"] == "gone":
        refuse(f"{copy['copy']} はもう廃棄されています。", f"{copy['copy']} is destroyed already.")
    refuse(
        f"{copy['copy']} は提供先 {copy['recipient']} にあります。廃棄を求め、証明を受け取ってください。",
        f"{copy['copy']} is with {copy['recipient']}. Ask them to destroy it, and for their proof.",
    )


def _lines(shown: list[dict[str, Any]], ended: int) -> Iterator[Say]:
    for copy in shown:
        yield from _line(copy)
    if not shown:
        yield Say("複製はありません。", "There are no copies.")
    if ended:
        yield Say(f"ほかに廃棄済み {ended}件(--all で表示)", f"Besides, {ended} that are gone (--all shows them)")


def _line(copy: dict[str, Any]) -> Iterator[Say]:
    from noren.governance.leases.model import KIND_SAYS, PROOF_SAYS, STATE_SAYS, CopyKind, CopyState, Proof

    kind, state = KIND_SAYS[CopyKind(copy["kind"])], STATE_SAYS[CopyState(copy["state"])]
    until, to = copy["expires_at"][:16].replace("T", " "), copy["recipient"]
    late = ("  期限切れ!", "  OVERDUE!") if copy["overdue"] else ("", "")
    yield Say(
        f"{copy['copy']}  {kind.ja}{f' → {to}' if to else ''}  期限 {until}Z  {state.ja}{late[0]}",
        f"{copy['copy']}  {kind.en}{f' → {to}' if to else ''}  until {until}Z  {state.en}{late[1]}",
    )
    rows, items = copy["rows"], " ".join(copy["items"])
    many = ("", "") if rows is None else (f"  {rows:,}行", f"  {rows:,} rows")
    yield Say(
        f"    責任者 {copy['owner']}  目的 {copy['purpose']}  項目 {items}{many[0]}",
        f"    owner {copy['owner']}  purpose {copy['purpose']}  items {items}{many[1]}",
    )
    if copy["proof"]:
        proof = PROOF_SAYS[Proof(copy["proof"])]
        yield Say(f"    {proof.ja} {copy['ended_at'][:10]}", f"    {proof.en}, {copy['ended_at'][:10]}")


def _exempt() -> Iterator[Say]:
    from noren.governance.leases.model import EXEMPT

    yield Say("期限つき複製として扱わないものと、その理由:", "Not on a lease, and why:")
    for each in EXEMPT:
        yield Say(f"  {each.what.ja}: {each.why.ja}", f"  {each.what.en}: {each.why.en}")


def _joined(lines: list[Say]) -> Say:
    return Say("\n".join(line.ja for line in lines), "\n".join(line.en for line in lines))


def add_to(root: typer.Typer) -> None:
    """Put ``copy`` on the command line."""
    root.add_typer(app, name="copy")

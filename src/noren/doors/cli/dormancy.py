"""``noren dormant``: members of whom nobody has heard for the term, as numbers and days. It names nobody."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from noren.doors.cli.here import HomeOption, JsonOption, LangOption, here
from noren.doors.cli.speech import both
from noren.kernel.say import Say

dormant = typer.Typer(no_args_is_help=True)


@dormant.command("list", help=both("消去の予定日と人数を見る", "How many members are to be erased on which day"))
def waiting(
    context: typer.Context, home: HomeOption = None, lang: LangOption = None, as_json: JsonOption = False
) -> None:
    """Show the days and the numbers."""
    from noren.house.children import zone_client

    at = here(context, home, lang, as_json)
    with zone_client(at.home(), "vault") as vault:
        found: dict[str, Any] = vault.call("/dormant/list", method="GET")
    lines = [
        Say(f"{each['erased_on']}  {each['members']:,}人", f"{each['erased_on']}  {each['members']:,} members")
        for each in found["days"]
    ]
    at.answer(found, *(lines or [Say("消去の予定はありません。", "Nobody is to be erased.")]))


@dormant.command(
    "run", help=both("いま調べる(毎月自動で行う)。予定日の来た会員は消去する", "Look now; whose day has come is erased")
)
def run(
    context: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=both("人数だけを示し、何も変えない", "Numbers only; change nothing"))
    ] = False,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look for dormant members now."""
    from noren.house.children import zone_client

    at = here(context, home, lang, as_json)
    with zone_client(at.home(), "vault") as vault:
        done: dict[str, Any] = vault.call("/dormant/run", {"dry": dry_run})
    told = Say(
        f"確かめた{done['asked']:,}人: 予定日を新たに決定 {done['noted']:,}、取りやめ {done['called_off']:,}、"
        f"消去 {done['erased']:,}。",
        f"Asked after {done['asked']:,}: {done['noted']:,} given a day, {done['called_off']:,} called off, "
        f"{done['erased']:,} erased.",
    )
    dry = Say("試しただけです。何も変えていません。", "This was a trial: nothing was changed.")
    at.answer(done, told, *([dry] if dry_run else []))


def add_to(app: typer.Typer) -> None:
    """Put ``dormant`` on the command line."""
    app.add_typer(dormant, name="dormant", help=both("長く利用のない会員の消去", "Members unheard of for long"))

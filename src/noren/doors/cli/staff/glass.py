"""``noren staff break-glass|look|glass|seen``: a member's record in an emergency, with two others, and loudly."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from noren.doors.cli.carding import CardArgument, ask_vault, read_card
from noren.doors.cli.here import Here, HomeOption, JsonOption, LangOption, here
from noren.doors.cli.speech import both
from noren.kernel.say import Say

WhyOption = Annotated[
    str,
    typer.Option(
        "--why",
        metavar="TEXT",
        help=both("理由。全員が読むので、会員の氏名や番号を書かない", "The reason; everybody reads it: name no member"),
    ),
]
NumberArgument = Annotated[int, typer.Argument(metavar="NUMBER", min=1, help=both("番号", "Its number"))]


def break_glass(
    context: typer.Context,
    card: CardArgument,
    why: WhyOption,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask to open a member's record in an emergency. Two others approve; everybody is told, the member too."""
    from noren.doors.cli.signed_in import acting
    from noren.doors.cli.staff import showing
    from noren.doors.cli.staff.asking import ask
    from noren.house.glass import seal_card
    from noren.house.staff_mark import has_staff

    at = here(context, home, lang, as_json)
    number = read_card(card)
    by = acting(at, None, "--who") if has_staff(at.home()) else ""
    answer: dict[str, Any] = ask(at, "break-glass", {"order": seal_card(at.home(), number, by), "why": why})
    at.answer(answer, *showing.done(answer, at.home().zone))


def look(
    context: typer.Context,
    number: NumberArgument,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the record that you asked for, for 15 minutes from the second approval. She sees each look."""
    at = here(context, home, lang, as_json)
    found: dict[str, Any] = ask_vault(at, "/glass/look", {"number": number})
    values = {**found["person"], **found["contact"]}
    lines = [Say(f"{name}: {value}", f"{name}: {value}") for name, value in values.items() if value]
    cards = [Say(f"card: {each['card']}", f"card: {each['card']}") for each in found["cards"]]
    end = _local(at, found["until"])
    told = Say(
        f"この閲覧は、ご本人の記録に残りました。{end:%H:%M} まで見られます。",
        f"This look stands in her record. It is open until {end:%H:%M}.",
    )
    at.answer(found, *lines, *cards, told)


def glass(
    context: typer.Context, home: HomeOption = None, lang: LangOption = None, as_json: JsonOption = False
) -> None:
    """List all glass that was broken. Exit 1: some of it was not seen yet."""
    from noren.doors.cli.staff.asking import ask

    at = here(context, home, lang, as_json)
    found: list[dict[str, Any]] = ask(at, "glass")
    none = Say("緊急の開示は行われていません。", "No glass was ever broken.")
    at.answer({"glass": found}, *([_line(at, each) for each in found] or [none]))
    raise typer.Exit(1 if any(not each["seen_by"] for each in found) else 0)


def seen(
    context: typer.Context,
    number: NumberArgument,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that you saw it: a privacy officer who neither asked nor approved."""
    from noren.doors.cli.staff.asking import ask

    at = here(context, home, lang, as_json)
    found: dict[str, Any] = ask(at, "seen", {"number": number})
    at.answer(found, _line(at, found))


def _line(at: Here, each: dict[str, Any]) -> Say:
    when, approved = _local(at, each["at"]), " ".join(each["approved"])
    state = (
        Say(f"確認: {each['seen_by']}", f"seen by {each['seen_by']}") if each["seen_by"] else Say("未確認", "not seen")
    )
    state = Say("開示中", "open now") if each["stands"] else state
    return Say(
        f"{each['number']}  {when:%Y-%m-%d %H:%M}  {each['by']}  [{state.ja}]\n    {each['why']}  承認: {approved}",
        f"{each['number']}  {when:%Y-%m-%d %H:%M}  {each['by']}  [{state.en}]\n    {each['why']}  approved: {approved}",
    )


def _local(at: Here, text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(at.home().zone)


def add_to(staff: typer.Typer) -> None:
    """Put the commands beside the others of ``noren staff``."""
    asks = both("緊急の開示を求める(ほかの二人が承認)", "Ask to open a record in an emergency")
    staff.command("break-glass", help=asks)(break_glass)
    staff.command("look", help=both("開示された登録を見る(15分)", "See the record that was opened, 15 minutes"))(look)
    staff.command("glass", help=both("緊急の開示の一覧", "All glass that was broken"))(glass)
    staff.command("seen", help=both("緊急の開示を確かめたと言う", "Say that you saw it"))(seen)

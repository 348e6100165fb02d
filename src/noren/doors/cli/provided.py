"""``noren provision of``: the records of provision of somebody who was erased, for who shows her member number."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from noren.doors.cli.carding import MemberArgument, read_member
from noren.doors.cli.here import HomeOption, JsonOption, LangOption, here
from noren.doors.cli.signed_in import acting
from noren.doors.cli.speech import both
from noren.kernel.say import Say

Checked = Literal["document", "agent"]


def of(
    context: typer.Context,
    member: MemberArgument,
    checked: Annotated[
        Checked,
        typer.Option("--checked", metavar="HOW", help=both("ご本人の確認の方法", "How it is known to be she")),
    ],
    who: Annotated[
        str | None,
        typer.Option(
            "--who",
            metavar="NAME",
            help=both("行う担当者(既定: サインインしている人)", "Who of the staff does it (default: who is signed in)"),
        ),
    ] = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show which companies were given something of her, and until when that is kept. The asking is logged."""
    from noren.house.children import zone_client

    at = here(context, home, lang, as_json)
    opened, by = at.home(), acting(at, who, "--who")
    asked = {"member_number": read_member(member).reveal(), "checked": checked, "who": by}
    with zone_client(opened, "vault") as vault:
        own = vault.call("/rights/provided", asked)
    with zone_client(opened, "ledger-worker") as worker:
        found: list[dict[str, Any]] = worker.call("/provide/beyond", {"order": own["order"], "who": by})["records"]
    none = Say("完了した提供の記録はありません。", "There is no record of a completed provision.")
    told = Say("この照会は、両側のログに残りました。", "This asking stands in the logs of both sides.")
    at.answer({"records": found, "until": own["until"]}, *([_line(each) for each in found] or [none]), told)


def _line(each: dict[str, Any]) -> Say:
    items = " ".join(each["items"])
    text = f"{each['date']}  {each['recipient']}  {each['purpose']}  {items}"
    until = each["kept_until"]
    return Say(f"{text}  (この記録とのつながりは {until} の末まで)", f"{text}  (kept until the end of {until})")

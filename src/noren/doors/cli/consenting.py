"""``noren member consent``: the text in force shown, a consent to it taken, for a child by a guardian, or withdrawn."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from noren.doors.cli.carding import CardArgument, ask_vault, read_card
from noren.doors.cli.here import HomeOption, JsonOption, LangOption, here, refuse
from noren.doors.cli.speech import both
from noren.kernel.say import Say


def consent(
    context: typer.Context,
    card: CardArgument,
    kind: Annotated[
        Literal["terms", "email", "post", "third-party"],
        typer.Option("--kind", help=both("何への同意か", "To what")),
    ],
    recipient: Annotated[
        str, typer.Option("--recipient", metavar="CODE", help=both("提供先(third-party)", "Recipient, of third-party"))
    ] = "",
    text: Annotated[
        str | None,
        typer.Option(
            "--text",
            metavar="VERSION",
            help=both("ご覧になった文面の版。なければ見せるだけ", "Version of the text seen; else texts are shown"),
        ),
    ] = None,
    guardian: Annotated[
        str | None,
        typer.Option("--guardian", metavar="NAME", help=both("保護者のお名前(16歳未満)", "Guardian, under 16")),
    ] = None,
    relation: Annotated[
        str, typer.Option("--relation", metavar="WORD", help=both("保護者の続柄", "What the guardian is to the child"))
    ] = "",
    how: Annotated[
        str, typer.Option("--how", metavar="WORD", help=both("保護者の同意の確認方法", "How the guardian agreed"))
    ] = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help=both("同意を撤回する", "Withdraw it"))] = False,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show, take or withdraw a consent."""
    from noren.doors.cli.stops import shown_choices  # rules are loaded by who asks for them

    at = here(context, home, lang, as_json)
    if text is None and not withdraw:
        found = ask_vault(at, "/choices/texts", {"kind": kind, "recipient": recipient})
        at.answer(found, *_texts(found))
        return
    if text is not None and withdraw:
        refuse("--text と --withdraw は一緒に使えません。", "--text and --withdraw do not go together.", code=2)
    asked: dict[str, Any] = {"card": read_card(card).reveal(), "kind": kind, "recipient": recipient}
    if guardian is not None:
        asked["guardian"] = {"name": guardian, "relation": relation, "how": how}
    path = "/choices/withdraw" if withdraw else "/choices/consent"
    found = ask_vault(at, path, asked if withdraw else {**asked, "text_version": text})
    found = {name: value for name, value in found.items() if name != "acknowledgement"}
    at.answer(found, *shown_choices(found))


def _texts(found: dict[str, Any]) -> list[Say]:
    if not found["texts"]:
        return [Say("いま有効な文面はありません。", "No text of this kind is in force.")]
    return [Say(f"{each['version']}: {each['ja']}", f"{each['version']}: {each['en']}") for each in found["texts"]]

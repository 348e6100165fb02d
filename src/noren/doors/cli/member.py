"""``noren member``: one member's choices and cards, at the vault's door."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, cast

import typer

from noren.doors.cli import leaving
from noren.doors.cli.carding import CardArgument, MemberArgument, read_card, read_member, read_password
from noren.doors.cli.here import (
    Here,
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
from noren.doors.cli.stops import parse_stop, shown_choices
from noren.kernel.say import Say

members = group(both("会員の選択とカード", "A member's choices and cards"))
cards = group(both("会員のカード", "A member's cards"))
members.add_typer(cards, name="card")


@members.command("choices", help=both("会員の選択を見る・変える", "Show or change a member's choices"))
def choices(
    context: typer.Context,
    card: CardArgument,
    points_only: Annotated[
        Literal["on", "off"] | None,
        typer.Option(
            "--points-only",
            metavar="on|off",
            help=both("ポイントだけモード(明細をどこにも残さない)", "Points-only mode: no lines are kept anywhere"),
        ),
    ] = None,
    stop: Annotated[
        list[str] | None,
        typer.Option(
            "--stop",
            metavar="all|SCOPE:NAME",
            help=both(
                "止める(all は今後加わる会社も含めすべて。SCOPE は purpose・recipient・channel)",
                "Stop: all, companies that join later too, or one purpose, recipient or channel",
            ),
        ),
    ] = None,
    resume: Annotated[
        list[str] | None,
        typer.Option("--resume", metavar="all|SCOPE:NAME", help=both("停止を解く", "Lift a stop")),
    ] = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show or change choices."""
    at = here(context, home, lang, as_json)
    wanted = [(parse_stop(each), True) for each in stop or ()] + [(parse_stop(each), False) for each in resume or ()]
    number = read_card(card).reveal()  # to the vault's socket only
    if points_only is not None:
        _vault(at, "/choices/points-only", {"card": number, "on": points_only == "on"})
    for (scope, name), on in wanted:
        _vault(at, "/choices/stop", {"card": number, "scope": scope, "name": name, "on": on})
    found = {**_vault(at, "/choices/get", {"card": number}), **_vault(at, "/choices/kept", {"card": number})}
    at.answer(found, *shown_choices(found))


@cards.command("add", help=both("会員にカードを加える", "Give a member another card"))
def add(
    context: typer.Context,
    card: CardArgument,
    member: MemberArgument,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a card."""
    at = here(context, home, lang, as_json)
    row = {"card": read_card(card).reveal(), "member_number": read_member(member).reveal()}
    result = _vault(at, "/cards/add", {"rows": [row]})["results"][0]
    if isinstance(result, dict):
        given = cast("dict[str, str]", result)
        refuse(given["reason_ja"], given["reason_en"])
    at.answer({"result": result}, Say("カードを加えました。", "The card was added."))


@cards.command("lost", help=both("紛失を届け出る(使えなくする)", "Report a card as lost: it stops working"))
def lost(
    context: typer.Context,
    card: CardArgument,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Report a card as lost."""
    _state(here(context, home, lang, as_json), card, "lost", Say("紛失", "lost"))


@cards.command("block", help=both("カードを止める", "Block a card"))
def block(
    context: typer.Context,
    card: CardArgument,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Block a card."""
    _state(here(context, home, lang, as_json), card, "blocked", Say("停止", "blocked"))


@cards.command(
    "unblock", help=both("止めたカード・見つかったカードを使えるように戻す", "Let a blocked or found card work again")
)
def unblock(
    context: typer.Context,
    card: CardArgument,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a card work again."""
    _state(here(context, home, lang, as_json), card, "active", Say("有効", "active"))


@cards.command("reissue", help=both("新しいカードに替える(古いカードは止まる)", "Replace a card; the old one stops"))
def reissue(
    context: typer.Context,
    card: CardArgument,
    new_card: Annotated[
        str,
        typer.Argument(
            metavar="NEW_CARD", help=both("新しいカード番号(- で標準入力)", "The new card number (- from stdin)")
        ),
    ],
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Replace a card."""
    at = here(context, home, lang, as_json)
    body = {"card": read_card(card).reveal(), "new_card": read_card(new_card).reveal()}
    done = _vault(at, "/cards/reissue", body)
    at.answer(done, Say("新しいカードに替えました。", "The card was replaced."))


@cards.command(
    "merge", help=both("同じ人の2つの会員を1つにする(戻せない)", "Make two members of one person one; for good")
)
def merge(
    context: typer.Context,
    member: MemberArgument,
    into: Annotated[str, typer.Argument(metavar="INTO", help=both("残る会員番号", "The member number that stays"))],
    yes: YesOption = False,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Merge two members."""
    at = here(context, home, lang, as_json)
    source, target = read_member(member).reveal(), read_member(into).reveal()
    what = Say(
        f"会員 {source} のカードとポイントはすべて会員 {target} に移り、会員 {source} はなくなります。元に戻せません。",
        f"All cards and points of member {source} go to member {target}; {source} ends. It can not be undone.",
    )
    confirm_by_name(at, what, source, yes)
    done = _vault(at, "/cards/merge", {"member_number": source, "into": target})
    at.answer(done, Say("1つにしました。", "They are one member now."))


@members.command(
    "password",
    help=both(
        "会員のパスワードを設定する(標準入力・入力欄・ファイルから)", "Set a member's password (stdin, prompt, file)"
    ),
)
def password(
    context: typer.Context,
    member: MemberArgument,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help=both("パスワードの入ったファイル", "A file that holds it")),
    ] = None,
    home: HomeOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Set a password."""
    at = here(context, home, lang, as_json)
    number = read_member(member).reveal()
    done = _vault(at, "/choices/password", {"member_number": number, "password": read_password(at, file)})
    at.answer(done, Say("パスワードを設定しました。", "The password was set."))


def _state(at: Here, card: str, state: str, word: Say) -> None:
    done = _vault(at, "/cards/state", {"card": read_card(card).reveal(), "state": state})
    at.answer(done, Say(f"カードの状態: {word.ja}", f"The card is {word.en} now."))


def _vault(at: Here, path: str, body: object) -> Any:
    from noren.house.children import zone_client

    with zone_client(at.home(), "vault") as vault:
        return vault.call(path, body)


def add_to(app: typer.Typer) -> None:
    """Put ``member`` on the command line."""
    leaving.add_to(members)
    app.add_typer(members, name="member")

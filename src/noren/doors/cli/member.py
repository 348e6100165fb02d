"""``noren member``: one member's choices and cards, at the vault's door."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import typer

from noren.doors.cli import choosing, consenting, leaving, rights
from noren.doors.cli.carding import CardArgument, MemberArgument, ask_vault, read_card, read_member, read_password
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
from noren.kernel.say import Say

members = group(both("会員の選択とカード", "A member's choices and cards"))
cards = group(both("会員のカード", "A member's cards"))
members.add_typer(cards, name="card")


members.command("choices", help=both("会員の選択を見る・変える", "Show or change a member's choices"))(choosing.choices)
members.command("consent", help=both("会員の同意を受け付ける・撤回する", "Take or withdraw a member's consent"))(
    consenting.consent
)
members.command(
    "verify-choice", help=both("受付証が本物かを確かめる", "Check that an acknowledgement of a choice is genuine")
)(choosing.verify_choice)


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
    result = ask_vault(at, "/cards/add", {"rows": [row]})["results"][0]
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
    done = ask_vault(at, "/cards/reissue", body)
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
    done = ask_vault(at, "/cards/merge", {"member_number": source, "into": target})
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
    done = ask_vault(at, "/choices/password", {"member_number": number, "password": read_password(at, file)})
    at.answer(done, Say("パスワードを設定しました。", "The password was set."))


def _state(at: Here, card: str, state: str, word: Say) -> None:
    done = ask_vault(at, "/cards/state", {"card": read_card(card).reveal(), "state": state})
    at.answer(done, Say(f"カードの状態: {word.ja}", f"The card is {word.en} now."))


def add_to(app: typer.Typer) -> None:
    """Put ``member`` on the command line."""
    leaving.add_to(members)
    rights.add_to(members)
    app.add_typer(members, name="member")

"""Card numbers and secrets that a person gives to a command.

What stands in argv can be read by every user of the machine (``ps``): ``-`` reads a card from
standard input instead. A password never stands in argv at all.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from noren.doors.cli.here import Here, refuse
from noren.doors.cli.speech import both
from noren.kernel.ids import CardNumber, MalformedId, MemberNumber
from noren.kernel.say import Say

STDIN: Final = "-"
MAX_SECRET_CHARACTERS: Final = 1_024

CardArgument = Annotated[
    str,
    typer.Argument(
        metavar="CARD",
        help=both(
            "カード番号。- で標準入力から読む(引数は同じ計算機の他の利用者に見えます)",
            "The card number; - reads it from standard input (other users of the machine can see arguments)",
        ),
    ),
]
MemberArgument = Annotated[str, typer.Argument(metavar="MEMBER", help=both("会員番号", "The member number"))]


def read_card(given: str) -> CardNumber:
    """Return the card that was given, or the next line of standard input for ``-``. Raises Refusal."""
    try:
        return CardNumber(_line() if given == STDIN else given)
    except MalformedId:
        refuse("カード番号は8〜40桁の半角数字です。", "A card number has 8 to 40 digits 0-9.", code=2)


def read_member(given: str) -> MemberNumber:
    """Return the member number that was given, or the next line of standard input for ``-``. Raises Refusal."""
    try:
        return MemberNumber(_line() if given == STDIN else given)
    except MalformedId:
        refuse(
            "会員番号は英数字と . _ - で32文字以内です。", "A member number has 1 to 32 of 0-9 A-Z a-z . _ -", code=2
        )


def read_password(at: Here, file: Path | None) -> str:
    """Return a password: from a file, from a prompt that shows nothing, or from standard input. Raises Refusal."""
    if file is not None:
        try:
            password = file.read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            refuse(f"{file} を読めません。", f"{file} can not be read.")
    elif sys.stdin.isatty():
        prompt = Say("新しいパスワード", "New password")(at.lang)
        password = typer.prompt(prompt, hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = _line()
    if not password or len(password) > MAX_SECRET_CHARACTERS:
        refuse("パスワードが空か、長すぎます。", "The password is empty or too long.", code=2)
    return password


def _line() -> str:
    return sys.stdin.readline(MAX_SECRET_CHARACTERS + 2).rstrip("\r\n").strip()


def ask_vault(at: Here, path: str, body: object) -> Any:
    """Ask the vault's inner door, starting it for the command's time where it does not run."""
    from noren.house.children import zone_client

    with zone_client(at.home(), "vault") as vault:
        return vault.call(path, body)

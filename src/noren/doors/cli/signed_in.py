"""Who does what a command does: whoever is signed in, or in a home without accounts who is named."""

from __future__ import annotations

from typing import Annotated, NoReturn

import typer

from noren.doors.cli.here import Here, refuse
from noren.doors.cli.speech import both

AuthorOption = Annotated[
    str | None,
    typer.Option(
        "--author",
        metavar="WHO",
        help=both("作成者(既定: サインインしている人)", "Who drafts it (default: who is signed in)"),
    ),
]
ApproverOption = Annotated[
    str | None,
    typer.Option(
        "--approver",
        metavar="WHO",
        help=both(
            "承認者(作成者以外。既定: サインインしている人)",
            "Who approves; not its author (default: who is signed in)",
        ),
    ),
]


def acting(at: Here, given: str | None, option: str) -> str:
    """Return who does something: whoever is signed in, or who is named in a home without accounts.

    What is named is sent as it is: the zones compare it with who is signed in.
    """
    if given is not None:
        return given
    from noren.house.staff_mark import has_staff

    if not has_staff(at.home()):
        _refuse_nameless(option)
    return _signed_in(at)


def _refuse_nameless(option: str) -> NoReturn:
    refuse(
        f"{option} で、だれが行うかを書いてください(担当者のアカウントがあるホームでは要りません)。",
        f"Say with {option} who does it (not needed in a home with staff accounts).",
        code=2,
    )


def _signed_in(at: Here) -> str:
    """Return the account that the token names: unproven, the zones prove it."""
    import base64
    import binascii

    import msgspec

    from noren.house.staff_token import token_of

    token = token_of(at.home())
    try:
        body = token.split(".")[1]
        return str(msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))["sub"])
    except (IndexError, KeyError, ValueError, binascii.Error, msgspec.DecodeError):
        refuse(
            "サインインしていません。noren staff sign-in ID でサインインしてください。",
            "Nobody is signed in. Sign in with: noren staff sign-in ID",
        )

"""Asking the desk about staff, and secrets that are typed, never arguments."""

from __future__ import annotations

import sys
from typing import Any

import typer

from noren.doors.cli.here import Here, refuse
from noren.kernel.say import Say


def ask(at: Here, path: str, body: object | None = None) -> Any:
    """Call the desk as whoever is signed in here."""
    from noren.house.children import zone_client

    with zone_client(at.home(), "desk") as desk:
        return desk.call(f"/staff/{path}", {} if body is None else body)


def secret(at: Here, ja: str, en: str) -> str:
    """Return a secret: asked for at a terminal without showing it, else the next line of the input."""
    if sys.stdin.isatty():
        return str(typer.prompt(Say(ja, en)(at.lang), hide_input=True, err=True))
    line = sys.stdin.readline()
    if not line:
        refuse(
            f"{ja}がありません。端末で行うか、標準入力に一行ずつ書いてください。",
            f"{en} is missing: use a terminal, or write it on a line of the standard input.",
            code=2,
        )
    return line.rstrip("\r\n")

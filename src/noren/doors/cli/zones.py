"""``noren till`` and its like: one zone, one process.

Each zone's room is imported inside its command, so that the process of one zone never loads
another's; the walls' test looks at ``sys.modules``.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from noren.doors.cli.here import HomeOption, LangOption, here
from noren.doors.cli.speech import both
from noren.house.home import Zone
from noren.kernel.say import Lang

HostOption = Annotated[str, typer.Option("--host", help=both("待ち受けるアドレス", "The address to listen at"))]
PortOption = Annotated[
    int | None,
    typer.Option("--port", help=both("待ち受けるポート(既定: noren.toml)", "The port (default: noren.toml)")),
]
_LOOPBACK = "127.0.0.1"


def till(
    context: typer.Context,
    home: HomeOption = None,
    host: HostOption = _LOOPBACK,
    port: PortOption = None,
    lang: LangOption = None,
) -> None:
    """Serve the registers' door."""
    with _room(context, "till", home, lang) as path:
        from noren.doors.till.main import main

        main(path, host, port)


def ledger_worker(context: typer.Context, home: HomeOption = None, lang: LangOption = None) -> None:
    """Serve the ledger side's inner door and keep the lake."""
    with _room(context, "ledger-worker", home, lang) as path:
        from noren.doors.worker.main import main

        main(path)


def vault(
    context: typer.Context,
    home: HomeOption = None,
    host: HostOption = _LOOPBACK,
    port: PortOption = None,
    lang: LangOption = None,
) -> None:
    """Serve the vault: members, cards, sign-in."""
    with _room(context, "vault", home, lang) as path:
        from noren.doors.vault.main import main

        main(path, host, port)


def statement(
    context: typer.Context,
    home: HomeOption = None,
    host: HostOption = _LOOPBACK,
    port: PortOption = None,
    lang: LangOption = None,
) -> None:
    """Serve a member's own points and purchases."""
    with _room(context, "statement", home, lang) as path:
        from noren.doors.statement.main import main

        main(path, host, port)


def front(
    context: typer.Context,
    home: HomeOption = None,
    host: HostOption = _LOOPBACK,
    port: PortOption = None,
    lang: LangOption = None,
) -> None:
    """Serve the public pages."""
    with _room(context, "front", home, lang) as path:
        from noren.doors.front.main import main

        main(path, host, port)


@contextmanager
def _room(context: typer.Context, zone: Zone, home: Path | None, lang: Lang | None) -> Generator[Path]:
    """Be the one process of a zone in this home while the context lasts."""
    from noren.house.occupancy import occupy

    opened = here(context, home, lang).home()
    with occupy(opened, zone):
        yield opened.path


def add_to(app: typer.Typer) -> None:
    """Put the zones on the command line, under a heading of their own."""
    panel = both("ゾーン(1つずつのプロセス)", "Zones (one process each)")
    for name, command, ja, en in (
        ("till", till, "レジの扉を開く", "Serve the registers' door"),
        (
            "ledger-worker",
            ledger_worker,
            "取引台帳の内扉を開き、履歴(レイク)を保つ",
            "Serve the ledger's inner door; keep the lake",
        ),
        ("vault", vault, "会員情報庫を開く(会員・カード・サインイン)", "Serve the vault: members, cards, sign-in"),
        ("statement", statement, "会員本人の取引の扉を開く", "Serve a member's own points and purchases"),
        ("front", front, "公開ページを開く", "Serve the public pages"),
    ):
        app.command(name, help=both(ja, en), rich_help_panel=panel)(command)

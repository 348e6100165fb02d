"""``noren till`` and its like: one zone, one process.

Each zone's room is imported inside its command, so that the process of one zone never loads
another's; the walls' test looks at ``sys.modules``.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import typer

from noren.doors.cli.here import HomeOption, LangOption, here
from noren.doors.cli.listening import (
    LOOPBACK,
    BehindProxyOption,
    CertificateOption,
    ClientCaOption,
    HostOption,
    KeyOption,
    PortOption,
    listener,
)
from noren.doors.cli.speech import both
from noren.house.home import Zone
from noren.kernel.say import Lang


def till(
    context: typer.Context,
    home: HomeOption = None,
    host: HostOption = LOOPBACK,
    port: PortOption = None,
    tls_cert: CertificateOption = None,
    tls_key: KeyOption = None,
    tls_client_ca: ClientCaOption = None,
    behind_proxy: BehindProxyOption = False,
    lang: LangOption = None,
) -> None:
    """Serve the registers' door."""
    with _room(context, "till", home, lang) as path:
        from noren.doors.till.main import main

        tls = listener(host, tls_cert, tls_key, tls_client_ca, behind_proxy=behind_proxy)
        main(path, host, port, tls)


def ledger_worker(context: typer.Context, home: HomeOption = None, lang: LangOption = None) -> None:
    """Serve the ledger side's inner door and keep the lake."""
    with _room(context, "ledger-worker", home, lang) as path:
        from noren.doors.worker.main import main

        main(path)


def vault(
    context: typer.Context,
    home: HomeOption = None,
    host: HostOption = LOOPBACK,
    port: PortOption = None,
    tls_cert: CertificateOption = None,
    tls_key: KeyOption = None,
    tls_client_ca: ClientCaOption = None,
    behind_proxy: BehindProxyOption = False,
    lang: LangOption = None,
) -> None:
    """Serve the vault: members, cards, sign-in."""
    with _room(context, "vault", home, lang) as path:
        from noren.doors.vault.main import main

        tls = listener(host, tls_cert, tls_key, tls_client_ca, behind_proxy=behind_proxy)
        main(path, host, port, tls)


def statement(
    context: typer.Context,
    home: HomeOption = None,
    host: HostOption = LOOPBACK,
    port: PortOption = None,
    tls_cert: CertificateOption = None,
    tls_key: KeyOption = None,
    tls_client_ca: ClientCaOption = None,
    behind_proxy: BehindProxyOption = False,
    lang: LangOption = None,
) -> None:
    """Serve a member's own points and purchases."""
    with _room(context, "statement", home, lang) as path:
        from noren.doors.statement.main import main

        tls = listener(host, tls_cert, tls_key, tls_client_ca, behind_proxy=behind_proxy)
        main(path, host, port, tls)


def desk(
    context: typer.Context,
    home: HomeOption = None,
    host: HostOption = LOOPBACK,
    port: PortOption = None,
    tls_cert: CertificateOption = None,
    tls_key: KeyOption = None,
    tls_client_ca: ClientCaOption = None,
    behind_proxy: BehindProxyOption = False,
    lang: LangOption = None,
) -> None:
    """Serve the desk: the register of dated documents, staff accounts, and the pages on which staff sign in."""
    with _room(context, "desk", home, lang) as path:
        from noren.doors.desk.main import main

        tls = listener(host, tls_cert, tls_key, tls_client_ca, behind_proxy=behind_proxy)
        main(path, host, port, tls)


def front(
    context: typer.Context,
    home: HomeOption = None,
    host: HostOption = LOOPBACK,
    port: PortOption = None,
    tls_cert: CertificateOption = None,
    tls_key: KeyOption = None,
    tls_client_ca: ClientCaOption = None,
    behind_proxy: BehindProxyOption = False,
    lang: LangOption = None,
) -> None:
    """Serve the public pages."""
    with _room(context, "front", home, lang) as path:
        from noren.doors.front.main import main

        tls = listener(host, tls_cert, tls_key, tls_client_ca, behind_proxy=behind_proxy)
        main(path, host, port, tls)


@contextmanager
def _room(context: typer.Context, zone: Zone, home: Path | None, lang: Lang | None) -> Generator[Path]:
    """Be a process of a zone in this home while the context lasts."""
    from noren.house.occupancy import occupy

    opened = here(context, home, lang).home()
    # Before any store opens: what a zone makes is for its own user alone, whatever the shell's umask says.
    before = os.umask(0o077)
    try:
        with occupy(opened, zone):
            if opened.on_postgresql:
                from noren.house.reaching import reach  # the driver is in no core install

                reach(opened, zone)
            yield opened.path
    finally:
        os.umask(before)


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
        (
            "desk",
            desk,
            "事務局を開く(文書の台帳・職員のアカウントとサインイン)",
            "Serve the desk: register of documents, staff accounts and sign-in",
        ),
        ("front", front, "公開ページを開く", "Serve the public pages"),
    ):
        app.command(name, help=both(ja, en), rich_help_panel=panel)(command)

"""``noren init --stores postgresql``: databases, roles and tables on a server, one process per side.

Told again for a home that is on PostgreSQL already, it makes what is missing and sets the grants
anew: after an interruption, and after an upgrade that needs other grants. No password is in an
argument: the administrator's lies in a file that libpq reads, the zones' are made into files.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
import typer

from noren.doors.cli.here import Refusal, refuse
from noren.doors.cli.speech import both
from noren.house.databases import DATABASES, need_driver
from noren.house.home import PostgreSQL, Settings, Stores
from noren.kernel.say import Say

_SECONDS: Final = 300.0

StoresOption = Annotated[
    Literal["sqlite", "postgresql"],
    typer.Option(
        "--stores",
        help=both("データの置き場所(sqlite はホームの中のファイル)", "What holds the data (sqlite: files of the home)"),
    ),
]
PgHostOption = Annotated[
    str,
    typer.Option(
        "--pg-host",
        help=both("PostgreSQLのホスト、またはソケットのフォルダー", "PostgreSQL's host, or its socket's folder"),
    ),
]
PgPortOption = Annotated[int, typer.Option("--pg-port", help=both("PostgreSQLのポート", "PostgreSQL's port"))]
PgAdminOption = Annotated[
    str,
    typer.Option(
        "--pg-admin",
        help=both(
            "データベースを作れるロール(このコマンドのあいだだけ使う)",
            "A role that may make databases; used by this command alone",
        ),
    ),
]
PgPassfileOption = Annotated[
    Path | None,
    typer.Option(
        "--pg-passfile",
        help=both(
            "そのロールのパスワードのファイル(libpqの書式、モード600)",
            "The file with its password (libpq's format, mode 600)",
        ),
    ),
]
PgPrefixOption = Annotated[
    str,
    typer.Option(
        "--pg-prefix", help=both("データベースとロールの名前の始まり", "How names of databases and roles begin")
    ),
]
PgIdentityHostOption = Annotated[
    str,
    typer.Option(
        "--pg-identity-host",
        help=both("会員情報庫だけの別サーバーのホスト(推奨)", "Host of a server of its own for the vault (advised)"),
    ),
]
PgIdentityPortOption = Annotated[
    int,
    typer.Option(
        "--pg-identity-port",
        help=both("そのサーバーのポート(0: --pg-port と同じ)", "That server's port (0: as --pg-port)"),
    ),
]
PgSslmodeOption = Annotated[
    Literal["disable", "prefer", "require", "verify-ca", "verify-full"],
    typer.Option(
        "--pg-sslmode", help=both("サーバーのTLSの扱い(libpqの語)", "How the server's TLS is treated (libpq's word)")
    ),
]


@dataclass(frozen=True, slots=True)
class Server:
    """What was asked for: where the databases shall be, and who may make them."""

    where: PostgreSQL
    admin: str
    passfile: Path

    def put_into(self, settings: Settings) -> Settings:
        """Return settings that name this server."""
        return msgspec.structs.replace(settings, stores=Stores("postgresql"), postgresql=self.where)


def asked_server(where: PostgreSQL, admin: str, passfile: Path | None) -> Server:
    """Check what was asked.

    Raises:
        Refusal: the administrator or the file is not named, the file is open to others, or a name can not be.
        HomeProblem: the driver is not installed.
    """
    need_driver()
    if not admin or passfile is None:
        refuse(
            "--stores postgresql には --pg-admin と --pg-passfile が要ります。",
            "--stores postgresql needs --pg-admin and --pg-passfile.",
            code=2,
        )
    try:
        mode = passfile.stat().st_mode
        msgspec.convert(msgspec.to_builtins(where), PostgreSQL)
    except OSError as wrong:
        refuse(
            f"{passfile} を読めません({wrong.strerror})。--pg-passfile には、libpqの書式"
            "(ホスト:ポート:*:ロール:パスワード)のファイルを指定してください。",
            f"{passfile} can not be read ({wrong.strerror}). --pg-passfile names a file in libpq's format, "
            "HOST:PORT:*:ROLE:PASSWORD.",
        )
    except msgspec.ValidationError:
        refuse(
            "--pg-prefix は英小文字で始まり、英小文字・数字・_ で30字までです。",
            "--pg-prefix begins with a lower-case letter and has lower-case letters, digits and _, 30 at most.",
            code=2,
        )
    if mode & 0o077:
        refuse(
            f"{passfile} を他の利用者が読めます: chmod 600 {passfile}",
            f"{passfile} is open to others: chmod 600 {passfile}",
        )
    return Server(where, admin, passfile.resolve())


def make_databases(path: Path, server: Server) -> None:
    """Make the databases of both sides for the home at ``path``, each side in a process of its own.

    Raises:
        Refusal: a side could not be made; the same command again goes on from there.
    """
    for side in DATABASES:
        module = "noren.doors.cli.provisioning"
        command = [sys.executable, "-m", module, str(path), side, server.admin, str(server.passfile)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
        if done.returncode != 0:
            raise Refusal(_problem(side, done.stderr))


def _problem(side: str, said: str) -> Say:
    last = (said.strip().splitlines() or ["?"])[-1]
    try:
        problem = msgspec.json.decode(last, type=dict[str, str])
        ja, en = problem["ja"], problem["en"]
    except (msgspec.DecodeError, KeyError):
        ja = en = last
    return Say(
        f"{side} 側のデータベースを作れませんでした。{ja}\n"
        "直したら、同じコマンドをもう一度行ってください。続きから作ります。",
        f"The databases of the side {side} could not be made. {en}\n"
        "Put it right and run the same command again: it goes on from there.",
    )

"""The stores' engine from outside: which it is, whether its server answers, whether password files are private.

Nobody logs in and no password is read: each zone's own audit says whether it can work there.
"""

from __future__ import annotations

import socket
import stat
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from noren.doors.cli.health.finding import Finding
from noren.house.databases import DATABASES, MAY, server_of
from noren.house.home import ZONES, Home, Zone
from noren.house.passfiles import path_of
from noren.kernel.say import Say

_ASK_FOR_TLS: Final = struct.pack("!ii", 8, 80877103)
"""The first packet of PostgreSQL's protocol that needs no name and no password; any server answers it with a letter."""
_SECONDS: Final = 3.0
_NEAR: Final = ("localhost", "127.0.0.1", "::1")


def look_at_stores(home: Home) -> Iterator[Finding]:
    """Yield findings about the engine of the stores."""
    if not home.on_postgresql:
        yield Finding("ok", Say("データの置き場所: SQLite(ホームのファイル)", "Stores: SQLite, files of the home"))
        return
    servers = {side: server_of(home, side) for side in DATABASES}
    for host, port in sorted(set(servers.values())):
        yield _server(host, port)
    yield from _passfiles(home)
    if any(_is_far(host) for host, _ in servers.values()) and home.settings.postgresql.sslmode != "verify-full":
        yield _UNVERIFIED
    if len(set(servers.values())) == 1 and not home.sandbox:
        yield _ONE_SERVER


_UNVERIFIED: Final = Finding(
    "warning",
    Say("PostgreSQLサーバーの証明書を確かめていません。", "The PostgreSQL server's certificate is not verified."),
    Say(
        'noren.toml で postgresql.sslmode = "verify-full" に。', 'Set postgresql.sslmode = "verify-full" in noren.toml.'
    ),
)
_ONE_SERVER: Final = Finding(
    "warning",
    Say(
        "取引台帳と会員情報庫が同じPostgreSQLサーバーにあり、そのログに両側の出来事の順が残ります。",
        "Ledger and vault are on one PostgreSQL server, whose log keeps the order of both sides' events.",
    ),
    Say(
        "会員情報庫を別のサーバーに(postgresql.identity_host)。docs/how-to/postgresql.ja.md",
        "Give the vault a server of its own (postgresql.identity_host): docs/how-to/postgresql.md",
    ),
)


def _server(host: str, port: int) -> Finding:
    where = f"{host}:{port}"
    if _answers(host, port):
        said = Say(f"データの置き場所: PostgreSQL {where}、応答あり", f"Stores: PostgreSQL at {where}, which answers")
        return Finding("ok", said)
    return Finding(
        "wrong",
        Say(f"PostgreSQLサーバー {where} が応答しません。", f"The PostgreSQL server {where} does not answer."),
        Say(
            "サーバーを動かすか、noren.toml の postgresql を直してください。",
            "Start it, or mend postgresql in noren.toml.",
        ),
    )


def _answers(host: str, port: int) -> bool:
    local = host.startswith("/")
    try:
        if local:
            found = socket.socket(socket.AF_UNIX)
            found.settimeout(_SECONDS)
            found.connect(str(Path(host) / f".s.PGSQL.{port}"))
        else:
            found = socket.create_connection((host, port), _SECONDS)
        with found:
            found.sendall(_ASK_FOR_TLS)
            return found.recv(1) in (b"S", b"N")
    except OSError:
        return False


def _passfiles(home: Home) -> Iterator[Finding]:
    """Yield what is wrong with the password files of those zones that have a role, or that nothing is."""
    having: list[Zone] = [zone for zone in ZONES if any(zone in zones for zones in MAY.values())]
    wrong = [found for zone in having if (found := _passfile(home, zone)) is not None]
    roles = ", ".join(having)
    fine = Say(
        f"ロールのパスワード: ゾーンごとに非公開({roles})", f"Roles' passwords: private, one file per zone ({roles})"
    )
    yield from wrong or [Finding("ok", fine)]


def _passfile(home: Home, zone: Zone) -> Finding | None:
    path = path_of(home, zone)
    if not path.is_file():
        return Finding(
            "wrong",
            Say(f"パスワードファイルがありません: {path}", f"The password file is missing: {path}"),
            Say("控えから戻してください。", "Restore it from your copy."),
        )
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        said = Say(
            f"{path} を他の利用者が読めます(モード {mode:o})。", f"{path} can be read by others (mode {mode:o})."
        )
        return Finding("wrong", said, Say(f"chmod 600 {path}", f"chmod 600 {path}"))
    return None


def _is_far(host: str) -> bool:
    return not host.startswith("/") and host not in _NEAR

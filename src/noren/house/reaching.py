"""Whether a zone's role is let in by its PostgreSQL server: asked once, before anything else, to say in words why not.

Later, while a zone runs, its stores say for themselves what a server that went away means to them.
"""

from __future__ import annotations

import psycopg

from noren.house.databases import MAY, address_of
from noren.house.home import Home, HomeProblem, Zone
from noren.kernel.address import DatabaseAddress
from noren.kernel.say import Say

_HINT = "Is the server running"
"""How the driver's advice begins; ours says more."""


def reach(home: Home, zone: Zone) -> None:
    """Log in to each database that a zone may connect to, and out again; nothing to do for a home on SQLite.

    Raises:
        HomeProblem: the driver is missing, the server does not answer, or it does not take the role in.
    """
    if not home.on_postgresql:
        return
    for database, zones in MAY.items():
        if zone in zones:
            address = address_of(home, zone, database)
            try:
                psycopg.connect(**address.libpq()).close()
            except psycopg.OperationalError as wrong:
                raise not_let_in(address, wrong) from None


def not_let_in(address: DatabaseAddress, wrong: psycopg.Error) -> HomeProblem:
    """Return what to say of a server that can not be reached, or does not take a role in."""
    where = f"{address.host}:{address.port}"
    lines = [line.strip() for line in str(wrong).splitlines()]
    why = " ".join(line for line in lines if line and not line.startswith(_HINT))
    return HomeProblem(
        Say(
            f"PostgreSQLサーバー {where} のデータベース {address.database} に、{address.user} として入れません。"
            f"サーバーが動いているか、ホストとポート、パスワードファイル {address.passfile} を確かめてください。\n"
            f"  サーバーまたは接続の言葉: {why}",
            f"The PostgreSQL server {where} does not let {address.user} into the database {address.database}. "
            f"Is it running, and are host, port and the password file {address.passfile} right?\n"
            f"  What the server or the connection said: {why}",
        )
    )

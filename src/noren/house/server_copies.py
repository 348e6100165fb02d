"""Backing up and restoring databases of a server, as the zone's own role: in words, what may go wrong on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import psycopg

from noren.house.databases import Database, address_of
from noren.house.home import Home, HomeProblem, Zone
from noren.house.reaching import not_let_in
from noren.kernel.address import DatabaseAddress
from noren.kernel.say import Say
from noren.revisions.across import NotAlike, NotEmpty, lay_in, lay_out, refuse_full

RESTORERS: Final[dict[Database, Zone]] = {
    "ledger": "ledger-worker",
    "register": "ledger-worker",
    "vault": "vault",
    "governance": "desk",
}
"""Which zone copies a database out and in. The member keys are in no backup, so nobody copies theirs."""


def copy_out(home: Home, database: Database, path: Path) -> None:
    """Copy a database, as it is at one instant, into a file of empty tables. Raises HomeProblem."""
    address = address_of(home, RESTORERS[database], database)
    try:
        lay_out(address, path)
    except NotAlike:
        raise _unlike(address) from None
    except psycopg.Error as wrong:
        raise _not_done(address, wrong) from None


def copy_in(home: Home, database: Database, path: Path) -> None:
    """Copy a file's rows into a database that has none, in one transaction. Raises HomeProblem."""
    address = address_of(home, RESTORERS[database], database)
    try:
        lay_in(path, address)
    except NotEmpty:
        raise _full(address) from None
    except NotAlike:
        raise _unlike(address) from None
    except psycopg.Error as wrong:
        raise _not_done(address, wrong) from None


def refuse_rows(home: Home, *databases: Database) -> None:
    """Refuse databases that hold rows, or that are not there yet. Raises HomeProblem."""
    for database in databases:
        address = address_of(home, RESTORERS[database], database)
        try:
            refuse_full(address)
        except NotEmpty:
            raise _full(address) from None
        except psycopg.Error as wrong:
            raise _not_done(address, wrong) from None


def _full(address: DatabaseAddress) -> HomeProblem:
    return HomeProblem(
        Say(
            f"データベース {address.database} には行があります。動いているホームの上には戻しません。"
            "空のデータベース(noren init --stores postgresql が作ります)に戻してください。",
            f"The database {address.database} holds rows: nothing is restored over a living home. Restore into empty "
            "databases (noren init --stores postgresql makes them).",
        )
    )


def _unlike(address: DatabaseAddress) -> HomeProblem:
    return HomeProblem(
        Say(
            f"データベース {address.database} とバックアップの版が違います。何も変えていません。"
            "バックアップを取ったときの noren で空のデータベースを作って戻し、noren migrate で上げてください。",
            f"The database {address.database} and the backup are at different revisions; nothing was changed. Make the "
            "empty databases with the noren that made the backup, restore, then run noren migrate.",
        )
    )


def _not_done(address: DatabaseAddress, wrong: psycopg.Error) -> HomeProblem:
    """Return what to say of a server's refusal: its kind alone, since its words may hold keys of rows."""
    if isinstance(wrong, psycopg.OperationalError) and wrong.sqlstate is None:
        return not_let_in(address, wrong)
    kind = f"{type(wrong).__name__} {wrong.sqlstate or ''}".rstrip()
    return HomeProblem(
        Say(
            f"データベース {address.database} を {address.user} として写せませんでした({kind})。何も変えていません。"
            "表がないか権限が足りないときは、noren init --stores postgresql をもう一度実行してください。",
            f"The database {address.database} could not be copied as {address.user} ({kind}); nothing was changed. "
            "Where tables or rights are missing, run noren init --stores postgresql again.",
        )
    )

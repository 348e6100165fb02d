"""What is new to a history, from the loader's tables to a part in the history's own numbers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec
import numpy as np

from noren.audience.batch.errors import CannotEvaluate
from noren.audience.batch.kept.codes import codes_of, places_in
from noren.audience.batch.kept.making import make_part
from noren.audience.batch.kept.numbering import MEMBERS, PLACES, PRODUCTS, open_columns, renumber
from noren.audience.batch.kept.part import ATTRIBUTES, RECEIPTS, Part
from noren.audience.batch.kept.storing import Manifest, following
from noren.audience.batch.kept.vectors import Numbers
from noren.audience.batch.loading.prepared import OF_MEMBERS, Prepared
from noren.audience.batch.loading.source import literal
from noren.kernel.say import Say

_MOST: Final = 2**63 - 1
_HALF: Final = 2**63
_LOW: Final = 2**64 - 1
_KEY: Final = "md5_number(CAST({receipt} AS VARCHAR))"


class TooMuch(CannotEvaluate):
    """Sums of the history might not fit 64 bits."""


@dataclass(frozen=True, slots=True)
class Added:
    """``keys``: low and high halves of the keys of all receipts that are new or gone: what is known of them is dead."""

    manifest: Manifest
    part: Part
    codes: dict[str, Numbers]
    keys: tuple[Numbers, Numbers]


def take_in(
    connection: duckdb.DuckDBPyConnection,
    added: Prepared,
    before: Manifest,
    numbers: tuple[Path, Path, Path],
    state: Path,
    gone: Collection[str],
) -> Added:
    """Write the state of the next generation; return what else it takes. Raises TooMuch."""
    manifest = msgspec.structs.replace(following(before, added.given), reach=_reach(connection, before, added.wide))
    members, products, places = (
        renumber(connection, kind, old if before.generation else None, state / old.name)
        for kind, old in zip((MEMBERS, PRODUCTS, PLACES), numbers, strict=True)
    )
    listed = np.zeros(open_columns(state / "members.parquet").count(), dtype=np.bool_)
    listed[members] = True
    np.save(state / "listed.npy", listed)
    for table in OF_MEMBERS:
        renumbered = (
            f"SELECT t.* REPLACE (k.number AS member_no) FROM {table} t JOIN members m USING (member_no) "
            "JOIN kept_members k ON m.member = k.member"
        )
        connection.execute(f"COPY ({renumbered}) TO {literal(str(state / f'{table}.parquet'))} (FORMAT parquet)")
    receipts = _fetch(
        connection,
        f"SELECT r.receipt_no, {', '.join(f'r.{name}' for name in RECEIPTS)}, {_halves('l.receipt')} "
        "FROM receipts r JOIN listed l ON r.receipt_no = l.receipt_no",
    )
    receipts["member_no"] = members[receipts["member_no"]]
    receipts["place_no"] = places[receipts["place_no"]]
    lines = _fetch(connection, "SELECT receipt_no, product_no, quantity, amount FROM lines")
    lines["receipt"] = places_in(receipts["receipt_no"], lines["receipt_no"])
    lines["product_no"] = products[lines["product_no"]]
    columns = open_columns(state / "products.parquet")
    codes = {name: codes_of(columns, name) for name in ATTRIBUTES}
    return Added(manifest, make_part(receipts, lines, codes), codes, _keys(connection, gone))


def _reach(connection: duckdb.DuckDBPyConnection, before: Manifest, wide: bool) -> tuple[int, int, int]:
    """Return how far sums may come. Each receipt counts as often as it was told: it is a bound."""
    amounts, units = connection.execute(
        "SELECT coalesce(sum(abs(CAST(amount AS HUGEINT))), 0), coalesce(sum(quantity), 0) FROM lines"
    ).fetchall()[0]
    points = connection.execute("SELECT coalesce(sum(abs(CAST(points AS HUGEINT))), 0) FROM receipts").fetchall()[0][0]
    old_amounts, old_units, old_points = before.reach
    reach = (old_amounts + int(amounts), old_units + int(units), old_points + int(points))
    if wide or max(reach) > _MOST:
        raise TooMuch(
            Say(
                "金額・数量・ポイントの合計が64ビットの整数に収まらないおそれがあるので、この履歴には加えられません。",
                "Sums of amounts, quantities or points might not fit 64 bits: this can not be added to the history.",
            )
        )
    return reach


def _keys(connection: duckdb.DuckDBPyConnection, gone: Collection[str]) -> tuple[Numbers, Numbers]:
    connection.execute("CREATE TABLE told_receipts AS SELECT CAST(receipt AS VARCHAR) AS receipt FROM raw_receipts")
    if gone:
        connection.execute("INSERT INTO told_receipts SELECT unnest(?)", [list(gone)])
    found = _fetch(connection, f"SELECT {_halves('receipt')} FROM told_receipts")
    return found["low"], found["high"]


def _halves(receipt: str) -> str:
    key = _KEY.format(receipt=receipt)
    low, high = f"({key} & CAST({_LOW} AS UHUGEINT))", f"({key} >> 64)"
    return ", ".join(
        f"CAST(CAST({half} AS HUGEINT) - {_HALF} AS BIGINT) AS {name}" for half, name in ((low, "low"), (high, "high"))
    )


def _fetch(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, Numbers]:
    found: Any = connection.execute(query).fetchnumpy()
    return {name: np.ma.getdata(column) for name, column in found.items()}

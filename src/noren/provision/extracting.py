"""Reading an extract out of the lake: members who take part, the flow's columns, in an order that tells nothing.

Needs the ``analytics`` extra.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final, cast

import duckdb

from noren.activity.lake.arrow import ArrowTable, column, pa
from noren.activity.lake.reader import open_lake
from noren.governance.flows import Flow
from noren.governance.parties import PartyKind
from noren.governance.routes import Route
from noren.provision.columns import SENSITIVE_LINES, Given, of_elsewhere, of_members, of_purchases
from noren.provision.model import Goods, Taking, Window

GROUP: Final = frozenset({PartyKind.GROUP, PartyKind.AFFILIATE, PartyKind.JOINT_USER})

Tables = Mapping[str, ArrowTable]
"""The tables of an extract by name; each has a column ``pseudonym``."""


def extract(lake: Path, flow: Flow, kind: PartyKind, taking: Taking, goods: Goods, window: Window) -> Tables:
    """Return the tables of an extract; those that the flow's items fill."""
    tables: dict[str, ArrowTable] = {}
    if of_members(flow.items):
        tables["members"] = _members(taking, of_members(flow.items))
    joint = flow.route is Route.JOINT_USE and kind in GROUP
    own, elsewhere = of_purchases(flow.items), of_elsewhere(flow.items) if joint else ()
    if not (own or elsewhere):
        return tables
    with closing(open_lake(lake)) as engine:
        _tell(engine, taking, goods, with_sensitive=SENSITIVE_LINES in flow.items)
        if own and goods.own_shops:
            tables["purchases"] = _rows(engine, own, window, "l.shop IN (SELECT shop FROM own_shops)")
        if elsewhere:
            tables["elsewhere"] = _rows(engine, elsewhere, window, "l.shop NOT IN (SELECT shop FROM own_shops)")
    return tables


def _members(taking: Taking, names: tuple[str, ...]) -> ArrowTable:
    """Return the members in the order of their pseudonyms, which is no order."""
    chosen = sorted((pseudonym, taking.traits[handle]) for handle, pseudonym in taking.pseudonyms.items())
    columns = [column([pseudonym for pseudonym, _ in chosen], pa.string())]
    for name in names:
        values: list[Any] = [getattr(traits, name) for _, traits in chosen]
        columns.append(column(values, pa.int64() if name in _NUMBERS else pa.string()))
    return pa.Table.from_arrays(columns, names=["pseudonym", *names])


_NUMBERS: Final = frozenset({"age_band", "age_band_year", "birth_month"})


def _tell(engine: duckdb.DuckDBPyConnection, taking: Taking, goods: Goods, *, with_sensitive: bool) -> None:
    """Tell the engine who takes part, whose shops are the recipient's, and what stays out."""
    pairs = list(taking.pseudonyms.items())
    known = [column([pair[0] for pair in pairs], pa.binary()), column([pair[1] for pair in pairs], pa.string())]
    engine.register("told_members", pa.Table.from_arrays(known, names=["handle", "pseudonym"]))
    shops = pa.Table.from_arrays([column(sorted(goods.own_shops), pa.string())], names=["shop"])
    engine.register("own_shops", shops)
    out = [] if with_sensitive else sorted(goods.sensitive)
    engine.register("left_out", pa.Table.from_arrays([column(out, pa.string())], names=["product"]))


def _rows(engine: duckdb.DuckDBPyConnection, given: tuple[Given, ...], window: Window, where: str) -> ArrowTable:
    """Return rows in the order of their own values: neither of entry, nor of time, nor of handle."""
    plain = [each for each in given if not each.summed]
    shown = [f'{each.sql} AS "{each.name}"' for each in plain]
    shown += [f'sum({each.sql})::BIGINT AS "{each.name}"' for each in given if each.summed]
    grouped = ", ".join(["t.pseudonym", *(each.sql for each in plain)])
    # Every name is of columns.py: nothing here comes from outside.
    asked = (
        f"SELECT t.pseudonym, {', '.join(shown)} FROM purchase_lines AS l"  # noqa: S608
        " JOIN told_members AS t ON t.handle = l.handle LEFT JOIN products AS p ON p.product = l.product"
        f" WHERE l.day BETWEEN ? AND ? AND l.quantity <> 0 AND {where}"
        f" AND l.product NOT IN (SELECT product FROM left_out) GROUP BY {grouped} ORDER BY ALL"
    )
    found: ArrowTable = cast("Any", engine.sql(asked, params=[window.first, window.last])).to_arrow_table()
    return found

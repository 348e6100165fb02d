"""From the ledger and the lake to the evaluator's files: members, points, coupons, purchases after returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import duckdb

from noren.activity.lake.reader import resolve_merges
from noren.activity.model import Profile
from noren.activity.ports import AuditFeed
from noren.audience.batch.given import Moment
from noren.audience.batch.loading.inputs import Inputs
from noren.audience.history import people
from noren.audience.history.files import table_of, write_columns, write_query

_MERGES: Final = 100_000

_LINES: Final = """
SELECT n.member AS member, l.purchase AS receipt, l.at AS at, l.recorded_at, l.shop, l.partner, s.industry, l.product,
  l.quantity - coalesce(r.quantity, 0) AS quantity, l.amount - coalesce(r.amount, 0) AS amount, l.points
FROM bought_lines AS l JOIN numbers AS n ON n.handle = l.handle LEFT JOIN shops AS s ON s.shop = l.shop
LEFT JOIN (SELECT purchase, line, CAST(sum(quantity) AS BIGINT) AS quantity, CAST(sum(amount) AS BIGINT) AS amount
  FROM returned_lines AS b WHERE epoch_us(b.at) <= {as_of} GROUP BY purchase, line) AS r
  ON r.purchase = l.purchase AND r.line = l.line
"""
_GOODS: Final = "SELECT product, category, department, brand, maker FROM products"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a programme's history comes from. ``caught_up``: whether the lake has what the ledger has."""

    lake: Path
    feed: AuditFeed
    zone: ZoneInfo
    lists: Path
    expiry_days: int
    caught_up: Callable[[], bool]

    def ends(self) -> dict[bytes, bytes]:
        """Return where each handle that is no more went in the end."""
        merges: list[tuple[int, bytes, bytes]] = []
        while more := self.feed.merges_after(merges[-1][0] if merges else 0, _MERGES):
            merges += more
        return resolve_merges((source, target) for _, source, target in merges)

    def write_people(self, order: Sequence[Profile], names: people.Names, day: date, folder: Path) -> dict[str, Path]:
        """Write what is known of members on a day, beside purchases; return the files by the evaluator's names."""
        columns = {
            "members": people.trait_columns(order, names, day),
            "messages": people.issued_columns(self.feed.issued_coupons(), names, self.zone),
            "redemptions": people.used_columns(self.feed.redeemed_coupons(), names),
            "balances": people.lot_columns(order, self.feed.all_lots(), names, self.expiry_days),
        }
        return {name: write_columns(each, folder / f"{name}.parquet") for name, each in columns.items()}

    def inputs(self, written: Mapping[str, Path], purchases: Path, products: Path) -> Inputs:
        """Put the files together."""
        lists = self.lists if self.lists.is_dir() else None
        return Inputs(purchases=purchases, products=products, lists=lists, **written)


def write_lines(
    lake: duckdb.DuckDBPyConnection, known: people.Names, moment: Moment, folder: Path, of: str = ""
) -> tuple[Path, Path]:
    """Write the lines after the returns made until an instant, and the products; return both files.

    ``known``: texts of handles, also of those that went into others; ``of``: a table of the purchases wanted.
    """
    lake.register("numbers", table_of({"handle": [*known], "member": [*known.values()]}))
    only = f" WHERE l.purchase IN (SELECT purchase FROM {of})" if of else ""
    lines = write_query(lake, _LINES.format(as_of=moment.instant_us) + only, folder / "lines-in.parquet")
    return lines, write_query(lake, _GOODS, folder / "products-in.parquet")


def with_merged(names: people.Names, ends: Mapping[bytes, bytes]) -> dict[bytes, str]:
    """Return the texts also of handles that went into others: the lake's lines may still bear them."""
    return {**{source: names[end] for source, end in ends.items() if end in names}, **names}

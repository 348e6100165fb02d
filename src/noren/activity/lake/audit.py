"""Is the lake the ledger, to the last unit? Compared purchase by purchase, not by totals that could hide two faults."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import duckdb

from noren.activity.lake.arrow import column, pa
from noren.activity.lake.columns import purchase_lines
from noren.activity.lake.gather import PAGE_PURCHASES
from noren.activity.lake.reader import open_lake
from noren.activity.model import Purchase
from noren.activity.ports import LedgerFeed
from noren.kernel.say import Say

MAX_FINDINGS: Final = 20

_LINES: Final = "ledger_lines"
_THINNED: Final = "ledger_thinned"
_ERASING: Final = "ledger_erasing"

# At most MAX_FINDINGS of each page are looked at: one is enough to know that the lake must be made anew.
_DIFFERENT: Final = """
WITH ledger AS (
  SELECT purchase, count(*) AS rows, sum(amount) AS amount, sum(quantity) AS quantity
  FROM ledger_lines GROUP BY purchase),
lake AS (
  SELECT purchase, count(*) AS rows, sum(amount) AS amount, sum(quantity) AS quantity
  FROM bought_lines WHERE purchase BETWEEN ? AND ? AND purchase NOT IN (SELECT purchase FROM ledger_thinned)
    AND handle NOT IN (SELECT handle FROM ledger_erasing)
  GROUP BY purchase)
SELECT coalesce(a.purchase, b.purchase) AS entry,
  coalesce(a.rows, 0), coalesce(b.rows, 0), coalesce(a.amount, 0), coalesce(b.amount, 0)
FROM ledger AS a FULL JOIN lake AS b ON a.purchase = b.purchase
WHERE a.rows IS DISTINCT FROM b.rows OR a.amount IS DISTINCT FROM b.amount OR a.quantity IS DISTINCT FROM b.quantity
ORDER BY entry LIMIT ?
"""

_DOUBLED: Final = """
SELECT purchase, line, count(*) FROM bought_lines
GROUP BY purchase, line HAVING count(*) > 1 ORDER BY purchase, line LIMIT ?
"""


def find_differences(feed: LedgerFeed, lake: Path, zone: ZoneInfo, erasing: Sequence[bytes] = ()) -> list[Say]:
    """Compare the lake with the ledger up to the lake's newest purchase; [] = equal.

    ``erasing``: handles that the ledger has erased, and whose rows in the lake are still to go.
    A purchase in points-only mode must have no line in the lake; one whose lines the ledger no
    longer keeps, because their term is over, is not looked at.
    """
    connection = open_lake(lake)
    try:
        gone = pa.Table.from_arrays([column(list(erasing), pa.binary())], names=["handle"])
        connection.register(_ERASING, gone)
        findings = [_doubled(*row) for row in connection.execute(_DOUBLED, [MAX_FINDINGS]).fetchall()]
        newest = int(connection.execute("SELECT coalesce(max(purchase), 0) FROM bought_lines").fetchall()[0][0])
        after = 0
        while after < newest and len(findings) < MAX_FINDINGS:
            page = [p for p in feed.purchases_after(after, PAGE_PURCHASES) if p.entry <= newest]
            if not page:
                break
            findings += _compare(connection, page, after + 1, zone)
            after = page[-1].entry
    finally:
        connection.close()
    return findings[:MAX_FINDINGS]


def _compare(connection: duckdb.DuckDBPyConnection, page: list[Purchase], first: int, zone: ZoneInfo) -> list[Say]:
    lines = purchase_lines(page, zone).rows
    # After its term a purchase keeps neither lines nor answer; in points-only mode it has an answer (ports).
    thinned = [p.entry for p in page if p.lines is None and not p.answer]
    connection.register(_LINES, lines.select(["purchase", "amount", "quantity"]))
    connection.register(_THINNED, pa.Table.from_arrays([column(thinned, pa.int64())], names=["purchase"]))
    found = connection.execute(_DIFFERENT, [first, page[-1].entry, MAX_FINDINGS]).fetchall()
    connection.unregister(_LINES)
    connection.unregister(_THINNED)
    return [_different(*row) for row in found]


def _doubled(purchase: int, line: int, times: int) -> Say:
    return Say(
        f"取引 {purchase} の明細 {line} が履歴に {times} 回あります。",
        f"Line {line} of entry {purchase} stands {times} times in the lake.",
    )


def _different(purchase: int, rows: int, lake_rows: int, amount: int, lake_amount: int) -> Say:
    return Say(
        f"取引 {purchase}: 台帳は {rows} 行・{amount}、履歴は {lake_rows} 行・{lake_amount} です。",
        f"Entry {purchase}: the ledger has {rows} lines, {amount}; the lake has {lake_rows} lines, {lake_amount}.",
    )

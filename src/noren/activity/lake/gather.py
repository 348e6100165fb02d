"""Gather what the feed has after the cursor: page by page, so that memory is bounded whatever is waiting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from noren.activity.lake.arrow import ArrowTable, pa, pc
from noren.activity.lake.columns import Columns, handle_merges, purchase_lines, return_lines
from noren.activity.ports import LedgerFeed

PAGE_PURCHASES: Final = 2_000
MAX_RETURNS: Final = 5_000
MAX_MERGES: Final = 20_000
BATCH_ROWS: Final = 200_000
"""Rows of one commit: about 20,000 purchases of ten lines."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one commit will write. ``entry``: the cursor after it. ``more``: the feed had not run dry."""

    columns: Columns
    entry: int
    entries: int
    more: bool

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.columns.rows.num_rows

    @property
    def amount(self) -> int:
        """Sum of the rows' amounts, in minor units."""
        return pc.sum(self.columns.rows["amount"]).as_py() or 0


def gather_purchases(feed: LedgerFeed, after: int, zone: ZoneInfo, batch_rows: int) -> Batch | None:
    """Return purchases after an entry, about ``batch_rows`` lines of them; None: there are none."""
    pages: list[Columns] = []
    entry, entries, rows, more = after, 0, 0, True
    while more and rows < batch_rows:
        purchases = feed.purchases_after(entry, PAGE_PURCHASES)
        more = len(purchases) == PAGE_PURCHASES
        if purchases:
            pages.append(purchase_lines(purchases, zone))
            entry, entries, rows = purchases[-1].entry, entries + len(purchases), rows + pages[-1].rows.num_rows
    return Batch(_join(pages), entry, entries, more) if pages else None


def gather_returns(feed: LedgerFeed, after: int, zone: ZoneInfo, reached: int) -> Batch | None:
    """Return returns after an entry, of purchases up to ``reached``: none stands in the lake before its purchase."""
    waiting = feed.returns_after(after, MAX_RETURNS)
    ahead = next((n for n, (_, purchase) in enumerate(waiting) if purchase.entry > reached), len(waiting))
    taken = waiting[:ahead]
    if not taken:
        return None
    return Batch(return_lines(taken, zone), taken[-1][0].entry, len(taken), len(waiting) == MAX_RETURNS)


def gather_merges(feed: LedgerFeed, after: int) -> Batch | None:
    """Return merges after an entry."""
    merges = feed.merges_after(after, MAX_MERGES)
    if not merges:
        return None
    return Batch(handle_merges(merges), merges[-1][0], len(merges), len(merges) == MAX_MERGES)


def _join(pages: list[Columns]) -> Columns:
    table: ArrowTable = pa.concat_tables([page.rows for page in pages])
    return Columns(table, [month for page in pages for month in page.months])

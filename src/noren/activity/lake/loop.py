"""The background loop of the ledger-worker: brings what the ledger has to the lake, low in the queue for the processor.

The till shares the machine: the loop has a thread of its own, which steps back for others, asks
the ledger a few indexed questions a round, and takes all that waits at once. When the lake
breaks, the loop says so in its status, waits, opens it again and goes on: history waits, tills do not.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from noren.activity.background import step_back
from noren.activity.lake.gather import BATCH_ROWS
from noren.activity.lake.reference import Reference
from noren.activity.lake.writer import LakeStatus, LakeWriter, Taken
from noren.activity.ports import LedgerFeed

TIDY_AFTER_SECONDS: Final = 30.0
VACUUM_EVERY_SECONDS: Final = 3_600.0
WAIT_AFTER_TROUBLE_SECONDS: Final = 10.0


class LakeFeed(LedgerFeed, Protocol):
    """The ledger's feed, which also tells how far the ledger has come."""

    def last_entry(self) -> int:
        """Return the newest entry number given out, of whatever kind."""
        ...


class LakeLoop:
    """Writes ``feed`` into ``lake`` until told to stop.

    ``every_seconds``: pause between rounds; a purchase is in the lake about so much later.
    ``vacuum_hours``: how long a file that was put together with others, or left by a killed
    writer, stays. ``reference``: where products and shops are asked for when they have changed.
    """

    def __init__(
        self,
        feed: LakeFeed,
        lake: LakeWriter,
        zone: ZoneInfo,
        *,
        batch_rows: int = BATCH_ROWS,
        every_seconds: float = 2.0,
        vacuum_hours: int = 24,
        reference: Reference | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._feed = feed
        self._lake = lake
        self._zone = zone
        self._batch_rows = batch_rows
        self._every_seconds = every_seconds
        self._vacuum_hours = vacuum_hours
        self._reference = reference
        self._monotonic = monotonic
        self._reference_due = threading.Event()
        self._reference_due.set()
        self._untidy = False
        self._last_news = monotonic()
        self._last_vacuum = -math.inf  # the first round cleans up after a killed writer
        self._reached = 0
        self.trouble: str | None = None
        self.caught_up = False

    def status(self) -> LakeStatus:
        """Return what stands in the lake. ``entry``: all that the ledger had up to it is in the lake.

        Entries that say nothing to the lake (expiries, lots) are passed over once nothing waits before them.
        """
        status = self._lake.status()
        return replace(status, entry=max(status.entry, self._reached))

    def reference_changed(self) -> None:
        """Say that products or shops have changed; the next round writes them."""
        self._reference_due.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Go round until ``stop`` is set; the round under way is finished first."""
        running = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, "lake", initializer=step_back) as own_thread:
            while not stop.is_set():
                pause = await running.run_in_executor(own_thread, self.round)
                await _wait(stop, pause)

    def round(self) -> float:
        """Do one round, in the calling thread; return for how many seconds to pause."""
        try:
            pause = self._work()
        # Whatever breaks here (disk full, a damaged file, the ledger away) must not end the ledger-worker.
        except Exception as broken:
            self.trouble = type(broken).__name__
            self.caught_up = False
            return self._recover()
        self.trouble = None
        return pause

    def catch_up(self) -> LakeStatus:
        """Write all that the feed has now, in the calling thread; raise what breaks."""
        self._write_reference()
        while self._take().more:
            continue
        return self.status()

    def _work(self) -> float:
        self._write_reference()
        taken = self._take()
        now = self._monotonic()
        if taken.anything:
            self._last_news = now
            self._lake.compact()
        elif self._untidy and now - self._last_news >= TIDY_AFTER_SECONDS:
            self._lake.compact(thorough=True)
            self._untidy = False
        if now - self._last_vacuum >= VACUUM_EVERY_SECONDS:
            self._lake.vacuum(self._vacuum_hours)
            self._last_vacuum = now
        return 0.0 if taken.more else self._every_seconds

    def _take(self) -> Taken:
        newest = self._feed.last_entry()
        taken = self._lake.take(self._feed, self._zone, self._batch_rows)
        self._untidy |= taken.anything
        self.caught_up = not taken.more
        if self.caught_up:
            self._reached = newest
        return taken

    def _write_reference(self) -> None:
        if self._reference is None or not self._reference_due.is_set():
            return
        self._reference_due.clear()
        try:
            self._lake.replace_products(self._reference.products())
            self._lake.replace_shops(self._reference.shops())
        except BaseException:
            self._reference_due.set()
            raise

    def _recover(self) -> float:
        """Open the tables anew, so that nothing is built on what may be half written."""
        try:
            self._lake.reopen()
        except Exception as broken:
            self.trouble = type(broken).__name__
        return WAIT_AFTER_TROUBLE_SECONDS


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return

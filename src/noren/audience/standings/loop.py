"""The background loop of the ledger-worker that keeps standings warm, low in the queue for the processor.

What breaks here (disk full, the lake away) must not end the ledger-worker: the loop says so in the
ledger-worker's summary, waits and goes on. Meanwhile tills fold by themselves.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from noren.activity.background import step_back
from noren.audience.standings.keeping import Keeper
from noren.audience.standings.ports import KeptStandings

EVERY_SECONDS: Final = 1.0
WAIT_AFTER_TROUBLE_SECONDS: Final = 10.0


class StandingLoop:
    """Follows the ledger, changes plans, makes the day's cuts, until told to stop."""

    def __init__(
        self,
        keeper: Keeper,
        store: KeptStandings,
        *,
        every_seconds: float = EVERY_SECONDS,
    ) -> None:
        self.keeper, self._store = keeper, store
        self._every_seconds = every_seconds
        self.trouble: str | None = None
        self.caught_up = False

    async def run(self, stop: asyncio.Event) -> None:
        """Go round until ``stop`` is set; the round under way is finished first."""
        running = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, "standings", initializer=step_back) as own_thread:
            while not stop.is_set():
                pause = await running.run_in_executor(own_thread, self.round)
                try:
                    async with asyncio.timeout(pause):
                        await stop.wait()
                except TimeoutError:
                    continue

    def round(self) -> float:
        """Do one round, in the calling thread; return for how many seconds to pause."""
        try:
            busy = self.keeper.step()
            if not busy:
                self.keeper.make_cuts()
        except Exception as broken:
            self.trouble, self.caught_up = type(broken).__name__, False
            return WAIT_AFTER_TROUBLE_SECONDS
        self.trouble, self.caught_up = None, not busy and self.keeper.changing.settled
        return 0.0 if busy else self._every_seconds

    def forget(self, handle: bytes) -> None:
        """Remove all that is kept of a member; to be called when the ledger has forgotten what it was to forget."""
        self.keeper.forget(handle)

    def close(self) -> None:
        """Close the store and the keeper's feed."""
        self._store.close()
        self.keeper.close()

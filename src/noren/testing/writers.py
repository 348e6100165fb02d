"""A till's writer for tests that have no event loop of their own: the real one, and a loop in a thread to drive it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final, TypeVar

from noren.register.batches import Duties, Errand
from noren.register.flushing import Waiting
from noren.register.writer import Writer, start_writer

T = TypeVar("T")
_SECONDS: Final = 120


class DrivenWriter:
    """Fills ``Writer`` for any thread; ``answer`` of the duties is called in the loop's."""

    def __init__(self, duties: Duties) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="test-loop", daemon=True)
        self._thread.start()
        try:
            self._writer: Writer = self._within(lambda: start_writer(self._loop, duties))
        except BaseException:
            self._end()
            raise

    @property
    def ready(self) -> bool:
        """See ``Writer``."""
        return not self._loop.is_closed() and self._within(lambda: self._writer.ready)

    def submit(self, waiting: Waiting) -> bool:
        """See ``Writer``."""
        return self.submit_all([waiting])[0]

    def submit_all(self, waiting: Sequence[Waiting]) -> list[bool]:
        """Queue several requests before any of them is decided."""
        return self._within(lambda: [self._writer.submit(each) for each in waiting])

    def errand(self, do: Errand) -> None:
        """See ``Writer``."""
        self._within(lambda: self._writer.errand(do))

    def count_unknown_field(self) -> None:
        """See ``Writer``."""
        self._within(self._writer.count_unknown_field)

    def stop(self) -> None:
        """See ``Writer``; the loop ends too. A second time it does nothing."""
        if not self._loop.is_closed():
            self._within(self._writer.stop)
            self._end()

    def _within(self, do: Callable[[], T]) -> T:
        done: Future[T] = Future()

        def run() -> None:
            try:
                done.set_result(do())
            except BaseException as wrong:
                done.set_exception(wrong)

        self._loop.call_soon_threadsafe(run)
        return done.result(_SECONDS)

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_SECONDS)
        self._loop.close()

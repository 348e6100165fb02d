"""What the killed processes do: the round of the 36 months, killed by themselves at one of its steps.

A step is before a stroke of the ledger, in its transaction with all written and nothing committed, after it; and
between the durable steps of the lake.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from noren.activity.feed import SqliteFeed
from noren.activity.lake import LakeWriter
from noren.activity.ports import LedgerBatch, LedgerStore
from noren.activity.store import SqliteLedger
from noren.activity.sweeping import Broom
from noren.activity.thinning import thin_ledger

TOKYO = ZoneInfo("Asia/Tokyo")
FIRST = date(2023, 11, 1)
LEDGER, LAKE = "ledger.db", "lake"


@dataclass
class Steps:
    """Counts steps, and dies at one of them (0: never)."""

    at: int
    done: int = 0

    def __call__(self) -> None:
        self.done += 1
        if self.done == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Cut:
    """A store whose transactions may be cut before they begin, before they commit, and after."""

    store: LedgerStore
    step: Callable[[], None]

    @contextmanager
    def batch(self, *, durable: bool = True) -> Iterator[LedgerBatch]:
        self.step()
        with self.store.batch(durable=durable) as batch:
            yield batch
            self.step()
        self.step()


class _Free:
    """Every turn is free: nobody else is here."""

    def __enter__(self) -> None: ...

    def __exit__(self, *reason: object) -> None: ...


def thin(folder: Path, at: int) -> int:
    """Do the round as the ledger-worker does, ledger and then lake; return how many steps it had."""
    step, store, feed = Steps(at), SqliteLedger(folder / LEDGER), SqliteFeed(folder / LEDGER)
    with LakeWriter(folder / LAKE) as lake:
        broom = Broom(cast("LedgerStore", Cut(store, step)), feed, _Free(), rest=lambda _: None)
        thin_ledger(broom, feed, FIRST, TOKYO)
        lake.thin_before(f"{FIRST:%Y-%m}", step)
    feed.close()
    store.close()
    return step.done

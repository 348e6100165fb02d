"""The till process: what it holds.

Stores: the ledger (purchases and points under handles), the directory of shops and terminals; the standings, to read.
Keys: card index, receipt index, body hash, terminal key, purchase id, one-time code,
slips and seeds of campaigns.
Never: a name, an address, a contact, the link key, anything of the vault.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from noren.activity.ports import LedgerStore
from noren.governance.store import Directory
from noren.house.home import Home
from noren.house.keys import ZoneKeys, open_keys
from noren.house.ledger_stores import open_directory, open_ledger
from noren.house.standing_desk import OpenDesk
from noren.house.till_campaigns import Means, TillBook
from noren.kernel.clock import ShiftedClock, SystemClock
from noren.kernel.keyring import KeyRing
from noren.register.jobs import Moment
from noren.register.till_keys import TillKeys

BUSY_MS: Final = 2_000
"""The worker's transactions take a tenth of this; past it the till says at once that it can not store (P12)."""


@dataclass(frozen=True, slots=True)
class TillRoom:
    """Everything that the till process holds."""

    home: Home
    directory: Directory
    keys: TillKeys
    terminal_key: KeyRing
    clock: ShiftedClock
    zone_keys: ZoneKeys
    open_ledger: Callable[[], LedgerStore]
    open_desk: Callable[[], OpenDesk]
    book: TillBook

    def moment(self) -> Moment:
        """Return the programme's rules of time at this instant."""
        settings = self.home.settings
        return Moment(self.clock.now(), self.home.zone, settings.points.expiry_days, settings.receipts.keep_days)


def till_room(home: Home) -> TillRoom:
    """Open what the till holds."""
    keys = open_keys(home, "till")
    ledger = open_ledger(home, "till")
    offset = timedelta(microseconds=ledger.clock_offset_us()) if home.sandbox else timedelta(0)
    ledger.close()
    directory = open_directory(home, "till")
    clock = ShiftedClock(SystemClock(), offset)
    return TillRoom(
        home=home,
        directory=directory,
        keys=TillKeys(
            card_index=keys.ring("card-index"),
            receipt_index=keys.ring("receipt-index"),
            body_hash=keys.ring("body-hash"),
            purchase_id=keys.ring("purchase-id"),
            one_time_code=keys.ring("one-time-code"),
            edition=keys.edition,
        ),
        terminal_key=keys.ring("terminal-key"),
        clock=clock,
        zone_keys=keys,
        open_ledger=lambda: open_ledger(home, "till", busy_ms=BUSY_MS),
        open_desk=lambda: OpenDesk(home),
        book=TillBook(Means(home, keys, clock.now, lambda: OpenDesk(home))),
    )

"""A till's writer with the real book of campaigns, in this process, on a home whose ledger side runs here too."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from noren.audience.live import Place
from noren.audience.standings import NotReady
from noren.audience.standings.desk import Told
from noren.house.home import Home
from noren.house.standing_desk import OpenDesk
from noren.house.till import till_room
from noren.house.till_campaigns import Means, TillBook
from noren.kernel.clock import local_date
from noren.register.batches import Duties
from noren.register.flushing import Waiting
from noren.register.jobs import Answered, Outcome, PurchaseJob, ReturnJob, Seller
from noren.register.requests import LineRequest, PurchaseRequest, ReturnLineRequest, ReturnRequest
from noren.testing.audience_house import SHOPS
from noren.testing.writers import DrivenWriter

PATIENCE_SECONDS: Final = 180.0
_PER: Final = 100


class _Silent:
    """Fills ``Watch``: a broken batch breaks the test."""

    def batch(self, size: int, seconds: float) -> None:
        """See ``Watch``."""

    def broken(self, what: str) -> None:
        """See ``Watch``."""
        raise AssertionError(what)


class BreakableDesk(OpenDesk):
    """The desk; while it is ``broken`` it answers nothing."""

    broken = False

    def ask(self, *asked: Any, **more: Any) -> Told:
        """See ``OpenDesk``."""
        if self.broken:
            raise ConnectionError
        return super().ask(*asked, **more)


class CampaignTill:
    """One till. Its clock is the programme's, moved by ``move``."""

    def __init__(self, home: Home) -> None:
        self.home, self.room = home, till_room(home)
        self.desk = BreakableDesk(home)
        self.book = TillBook(Means(home, self.room.zone_keys, self.room.clock.now, lambda: self.desk))
        self._store = self.room.open_ledger()
        self._arrived, self._outcomes = threading.Condition(), dict[object, Outcome]()
        self._receipt = 0
        duties = Duties(self.room.open_ledger, self.room.moment, self._answer, _Silent(), book=self.book)
        self._writer = DrivenWriter(duties)

    def look(self) -> None:
        """Look at the campaigns, as a till does once a second."""
        self.book.look(self._store)

    def move(self, days: float) -> None:
        """Move the programme's clock, for the ledger side too."""
        self.room.clock.offset += timedelta(days=days)
        self._store.set_clock_offset_us(self.room.clock.offset // timedelta(microseconds=1))

    def until(self, done: Callable[[], bool]) -> None:
        """Wait: conditions are made ready beside the till."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not done():
            assert time.monotonic() < until, "it does not come"
            time.sleep(0.02)

    def told(self, handle: bytes, shop: str = "S1", partner: str = "P1") -> frozenset[str]:
        """Return what the desk says of a member at a shop, as soon as it is ready."""
        found: list[frozenset[str]] = []

        def asked() -> bool:
            told = self.desk.desk.ask(handle, self.room.clock.now(), Place(shop, partner))
            found[:] = [] if isinstance(told, NotReady) else [told]
            return bool(found)

        self.until(asked)
        return found[0]

    def sell(
        self,
        card: str,
        products: Sequence[str],
        shop: str = "S1",
        at: datetime | None = None,
        coupons: Sequence[str] = (),
    ) -> dict[str, Any]:
        """Sell something; return the till's answer."""
        when = at or self.room.clock.now()
        self._receipt += 1
        lines = [LineRequest(product, 1, 100) for product in products]
        day = local_date(when, self.home.zone)
        request = PurchaseRequest(self.receipt, day, when, card, lines, 100 * len(lines), coupons=[*coupons])
        return self._ask(PurchaseJob(request, self._seller(shop), self.room.keys))

    @property
    def receipt(self) -> str:
        """The number of the receipt given last."""
        return f"{self._receipt:06d}"

    def bring_back(self, purchase: str, line: int = 0, shop: str = "S1") -> dict[str, Any]:
        """Take one line of a purchase back."""
        request = ReturnRequest(f"r{line}", [ReturnLineRequest(line, 1, 100)])
        return self._ask(ReturnJob(purchase, request, self._seller(shop), self.room.keys))

    def close(self) -> None:
        """Close it."""
        self._writer.stop()
        self._store.close()
        self.desk.close()
        self.room.directory.close()

    def _seller(self, shop: str) -> Seller:
        partner = next(partner for name, partner, _ in SHOPS if name == shop)
        return Seller(shop, "T1", partner, _PER)

    def _ask(self, job: PurchaseJob | ReturnJob) -> dict[str, Any]:
        ticket = object()
        self._writer.submit(Waiting(job, ticket))
        with self._arrived:
            assert self._arrived.wait_for(lambda: ticket in self._outcomes, PATIENCE_SECONDS), "no answer"
        outcome = self._outcomes.pop(ticket)
        assert isinstance(outcome, Answered), outcome
        return msgspec.json.decode(outcome.body, type=dict[str, Any])

    def _answer(self, pairs: Sequence[tuple[Waiting, Outcome]]) -> None:
        with self._arrived:
            self._outcomes.update({waiting.ticket: outcome for waiting, outcome in pairs})
            self._arrived.notify_all()

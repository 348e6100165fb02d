"""A ledger feed in memory: for tests of whatever reads the ledger, and for measuring without a store."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from noren.activity.closing import Forgetting
from noren.activity.model import (
    Line,
    Lot,
    Member,
    MemberState,
    Purchase,
    ReceiptKey,
    Return,
    ReturnLine,
    Tally,
)

NEW_YEAR_2026_US: Final = 1_767_193_200_000_000
"""2026-01-01T00:00 in Tokyo, in microseconds since 1970 UTC."""

_MINUTE_US: Final = 60_000_000


class MemoryFeed:
    """Fills ``LedgerFeed`` from lists that tests append to. Purchases, returns and merges share one numbering."""

    def __init__(self) -> None:
        self.purchases: list[Purchase] = []
        self.returns: list[Return] = []
        self.merges: list[tuple[int, bytes, bytes]] = []
        self.members: dict[bytes, Member] = {}
        self.lots: list[Lot] = []
        self.names: dict[str, str] = {}
        self.offset_us = 0
        self._entry = 0

    def buy(
        self,
        handle: bytes,
        lines: Iterable[Line] | None,
        *,
        at: int | None = None,
        shop: str = "S1",
        partner: str = "P1",
        imported: bool = False,
    ) -> Purchase:
        """Append a purchase (``lines`` None: points-only mode) and return it. ``at``: a minute after another."""
        assert self._stand(handle).state is MemberState.ACTIVE, "a member who was merged has no card to buy with"
        entry = self._next()
        kept = None if lines is None else tuple(lines)
        amount = sum(line.amount for line in kept or ())
        instant = NEW_YEAR_2026_US + entry * _MINUTE_US if at is None else at
        purchase = Purchase(
            entry=entry,
            handle=handle,
            key=ReceiptKey(instant // (1440 * _MINUTE_US), entry.to_bytes(16)),
            body_hash=b"",
            shop=shop,
            partner=partner,
            terminal="T1",
            receipt=str(entry),
            at=instant,
            received=instant + 1_000_000,
            amount=amount,
            amount_left=amount,
            base_left=amount,
            used_left=0,
            earned=0 if imported else amount // 100,
            earned_left=0 if imported else amount // 100,
            per=100,
            previous=self._stand(handle).last_purchase,
            imported=imported,
            lines=kept,
            answer=b"{}",
        )
        self.purchases.append(purchase)
        self.members[handle] = replace(self._stand(handle), last_purchase=entry)
        return purchase

    def bring_back(self, purchase: int, lines: Iterable[ReturnLine] | None) -> Return:
        """Append a return of goods of a purchase and return it."""
        entry = self._next()
        kept = None if lines is None else tuple(lines)
        amount = sum(line.amount for line in kept or ())
        at = self._purchase(purchase).at + _MINUTE_US
        back = Return(entry, purchase, f"r-{entry}", b"", at, amount, kept, b"")
        self.returns.append(back)
        return back

    def merge(self, source: bytes, target: bytes) -> int:
        """Give one member's purchases to another, as the ledger does, and return the merge's entry."""
        assert MemberState.MERGED not in (self._stand(source).state, self._stand(target).state), "merged once already"
        entry = self._next()
        self.merges.append((entry, source, target))
        self.purchases = [replace(p, handle=target) if p.handle == source else p for p in self.purchases]
        chain = [p.entry for p in self.purchases if p.handle == target]
        self.members[source] = replace(self._stand(source), state=MemberState.MERGED, last_purchase=0)
        self.members[target] = replace(self._stand(target), last_purchase=max(chain, default=0))
        return entry

    def purchases_after(self, entry: int, limit: int) -> Sequence[Purchase]:
        """See ``LedgerFeed``."""
        start = bisect_right(self.purchases, entry, key=lambda p: p.entry)
        return self.purchases[start : start + limit]

    def returns_after(self, entry: int, limit: int) -> Sequence[tuple[Return, Purchase]]:
        """See ``LedgerFeed``."""
        start = bisect_right(self.returns, entry, key=lambda r: r.entry)
        return [(r, self._purchase(r.purchase)) for r in self.returns[start : start + limit]]

    def merges_after(self, entry: int, limit: int) -> Sequence[tuple[int, bytes, bytes]]:
        """See ``LedgerFeed``."""
        return [merge for merge in self.merges if merge[0] > entry][:limit]

    def chain(self, handle: bytes, before: int | None, limit: int) -> Sequence[Purchase]:
        """See ``LedgerFeed``."""
        hers = [p for p in reversed(self.purchases) if p.handle == handle and (before is None or p.entry < before)]
        return hers[:limit]

    def member(self, handle: bytes) -> Member | None:
        """See ``LedgerFeed``."""
        return self.members.get(handle)

    def member_lots(self, handle: bytes) -> Sequence[Lot]:
        """See ``LedgerFeed``."""
        return [lot for lot in self.lots if lot.handle == handle]

    def forgetting_of(self, entry: int) -> Sequence[Forgetting]:
        """See ``LedgerFeed``: nobody asked."""
        del entry
        return []

    def product_names(self, products: Iterable[str]) -> dict[str, str]:
        """See ``LedgerFeed``."""
        return {product: self.names[product] for product in products if product in self.names}

    def tally(self) -> Tally:
        """See ``LedgerFeed``."""
        return Tally(
            purchases=len(self.purchases),
            lines=sum(len(p.lines or ()) for p in self.purchases),
            amount=sum(p.amount for p in self.purchases),
            earned=sum(p.earned for p in self.purchases),
            returns=len(self.returns),
            imported=sum(p.imported for p in self.purchases),
        )

    def clock_offset_us(self) -> int:
        """See ``LedgerFeed``."""
        return self.offset_us

    def balance_sheet(self) -> Iterator[tuple[str, int]]:
        """See ``LedgerFeed``. No points move here: both sides are 0."""
        yield "members' pools", 0
        yield "members' lots", sum(lot.points for lot in self.lots)

    def last_entry(self) -> int:
        """Return the newest entry number given out."""
        return self._entry

    def pass_over(self) -> int:
        """Give out an entry number that no purchase, return or merge has, as an expiry of points does."""
        return self._next()

    def _next(self) -> int:
        self._entry += 1
        return self._entry

    def _stand(self, handle: bytes) -> Member:
        return self.members.get(handle) or Member(handle, MemberState.ACTIVE, False, 0, 0, 0, 0)

    def _purchase(self, entry: int) -> Purchase:
        return self.purchases[bisect_right(self.purchases, entry, key=lambda p: p.entry) - 1]


def invented_feed(purchases: int, *, seed: int, members: int = 100, minutes_apart: int = 7) -> MemoryFeed:
    """Return a feed of invented purchases, the same for the same ``seed``, with some returns and merges among them.

    One purchase in twenty is in points-only mode, one in fifteen is partly brought back, one in two hundred is
    followed by a merge of two members.
    """
    chance = random.Random(seed)
    feed = MemoryFeed()
    handles = [chance.randbytes(16) for _ in range(members)]
    for number in range(purchases):
        lines = None if chance.random() < 0.05 else _invent_lines(chance)
        at = NEW_YEAR_2026_US + number * minutes_apart * _MINUTE_US
        bought = feed.buy(chance.choice(handles), lines, at=at, shop=f"S{chance.randrange(9)}")
        if bought.lines and chance.random() < 1 / 15:
            first = bought.lines[0]
            feed.bring_back(bought.entry, [ReturnLine(0, 1, first.amount // first.quantity)])
        if len(handles) > 2 and chance.random() < 1 / 200:
            gone = handles.pop(chance.randrange(len(handles)))
            feed.merge(gone, chance.choice(handles))
    return feed


def _invent_lines(chance: random.Random) -> list[Line]:
    return [
        Line(f"49{chance.randrange(10**4):08d}", chance.randrange(1, 5), chance.randrange(100, 2_000))
        for _ in range(chance.randrange(1, 20))
    ]

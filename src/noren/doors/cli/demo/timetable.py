"""The order in which the year's requests go out.

Promises: no purchase leaves before the sandbox clock has passed it by more than ten minutes
(so that it counts at the very instant the source names); purchases start in the order of time;
one member's purchases never overtake each other; the clock is moved a step ahead, so that
nobody waits for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from noren.doors.cli.demo.wire import Request
from noren.doors.cli.demo.year import Basket, Line
from noren.kernel.discreet import Discreet

CHUNK_PURCHASES: Final = 64
"""Purchases between two moves of the clock: two chunks are about four hours of the year."""

_MOST_AHEAD: Final = timedelta(hours=20)
"""A purchase received over 24 hours after it was made takes part in no draw; the shops close at Christmas."""

_LEAD: Final = timedelta(minutes=11)
"""The till takes ``at`` as the instant that counts when it was received over 10 minutes later."""

_CLOCK_LANE: Final = ""


class _Purchase(Discreet, msgspec.Struct):
    receipt: str
    business_date: date
    at: datetime
    card: str
    lines: list[Line]
    amount: int
    coupons: list[str] | msgspec.UnsetType = msgspec.UNSET


class _Clock(msgspec.Struct):
    at: datetime


class Writer:
    """Writes requests byte for byte.

    ``keys``: (shop, terminal) to key; ``cards``: household to her cards; ``show``: the coupon that a basket shows.
    """

    def __init__(
        self,
        host: str,
        keys: Mapping[tuple[str, str], str],
        cards: Mapping[str, tuple[str, ...]],
        show: Callable[[Basket], str | None] = lambda _basket: None,
    ) -> None:
        self._show = show
        self._heads = {till: _head(host, "/v1/purchases", key) for till, key in keys.items()}
        self._clock_head = _head(host, "/v1/sandbox/clock", next(iter(keys.values())))
        self._cards = cards
        self._encode = msgspec.json.Encoder().encode

    def purchase(self, basket: Basket) -> Request:
        """Write the purchase of a basket; who has two cards shows them in turn."""
        cards = self._cards[basket.household]
        card = cards[int(basket.receipt) % len(cards)]
        amount = sum([line.amount for line in basket.lines])
        plain = _Purchase(basket.receipt, basket.at.date(), basket.at, card, basket.lines, amount)
        needs = (basket.at + _LEAD).timestamp()
        raw, place = self._raw(plain, basket), (len(basket.lines), amount, basket.receipt)
        if (coupon := self._show(basket)) is None:
            return Request(basket.household, needs, 0.0, raw, *place)
        shows = self._raw(msgspec.structs.replace(plain, coupons=[coupon]), basket)
        return Request(basket.household, needs, 0.0, shows, *place, raw)

    def _raw(self, purchase: _Purchase, basket: Basket) -> bytes:
        body = self._encode(purchase)
        return self._heads[basket.shop, basket.terminal] + b"%d\r\n\r\n%b" % (len(body), body)

    def clock(self, at: datetime) -> Request:
        """Write a move of the sandbox clock."""
        body = self._encode(_Clock(at))
        return Request(_CLOCK_LANE, 0.0, at.timestamp(), self._clock_head + b"%d\r\n\r\n%b" % (len(body), body))


def _head(host: str, path: str, key: str) -> bytes:
    return (f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n"
            "Content-Type: application/json\r\nContent-Length: ").encode()  # fmt: skip


def requests(baskets: Iterable[Basket], writer: Writer) -> Iterator[Request]:
    """Yield purchases in the order of time; the clock moves for the next chunk before this one is sent."""
    present: list[Basket] = []
    for following in _chunks(baskets):
        if present and following[-1].at - present[0].at > _MOST_AHEAD:
            yield from map(writer.purchase, present)
            present = []
        yield writer.clock(following[-1].at + _LEAD)
        yield from map(writer.purchase, present)
        present = following
    yield from map(writer.purchase, present)


def _chunks(baskets: Iterable[Basket]) -> Iterator[list[Basket]]:
    """Cut the year into chunks; a long silence ends one early."""
    chunk: list[Basket] = []
    for basket in baskets:
        if chunk and (len(chunk) == CHUNK_PURCHASES or basket.at - chunk[0].at > _MOST_AHEAD):
            yield chunk
            chunk = []
        chunk.append(basket)
    if chunk:
        yield chunk


class Timetable:
    """Gives out requests as far as clock and lanes allow."""

    def __init__(self, source: Iterator[Request]) -> None:
        self._source = source
        self._held: Request | None = None
        self._freed: deque[Request] = deque()
        self._busy: dict[str, deque[Request]] = {}
        self.clock = 0.0

    @property
    def finished(self) -> bool:
        """True when everything was given out and answered."""
        return not self._busy and self._held is None and self._peek() is None

    def take(self) -> Request | None:
        """Return the next request that may be sent now; None: wait for an answer."""
        if self._freed:
            return self._freed.popleft()
        while (request := self._peek()) is not None and request.needs <= self.clock:
            self._held = None
            if (waiting := self._busy.get(request.lane)) is None:
                self._busy[request.lane] = deque()
                return request
            waiting.append(request)
        return None

    def done(self, request: Request) -> None:
        """Take note that a request was answered."""
        self.clock = max(self.clock, request.moves)
        waiting = self._busy[request.lane]
        if waiting:
            self._freed.append(waiting.popleft())
        else:
            del self._busy[request.lane]

    def _peek(self) -> Request | None:
        if self._held is None:
            self._held = next(self._source, None)
        return self._held

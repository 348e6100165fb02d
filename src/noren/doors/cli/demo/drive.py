"""The load driver: terminals that send a year to the till over HTTP, each purchase until it is answered.

A broken connection or "not now" (503, 429) is answered by the same bytes again: the till's
promise that a resend changes nothing is what makes this safe, and this is where the demo
leans on it.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

import msgspec

from noren.doors.cli.demo.errors import TillSilent, YearRefused
from noren.doors.cli.demo.timetable import Timetable
from noren.doors.cli.demo.wire import Answer, Connection, Request

CONNECTIONS: Final = 64
_CREATED: Final = 201
_OK: Final = 200
_CONFLICT: Final = 409
_NO_EFFECTS: Final = b'"effects":[]'
_NOT_NOW: Final = (429, 503)
_PAUSE_SECONDS: Final = 0.25
_WATCH_SECONDS: Final = 0.25
_SILENCE_SECONDS: Final = 60.0
_KEPT_REFUSALS: Final = 5
_MOST_REFUSALS: Final = 100


class _Points(msgspec.Struct):
    earned: int


class _Accepted(msgspec.Struct):
    points: _Points


class _Effects(msgspec.Struct):
    effects: list[dict[str, Any]]


class Pocket(Protocol):
    """Where members keep their slips."""

    def refused(self, receipt: str) -> None:
        """The slip that a purchase showed was refused: it goes without."""

    def answered(self, household: str, receipt: str, effects: list[dict[str, Any]]) -> None:
        """A purchase brought something."""


@dataclass(slots=True)
class Driven:
    """What came of it so far. ``refused``: status to how often; ``refusals``: the first few, as answered."""

    accepted: int = 0
    replayed: int = 0
    lines: int = 0
    amount: int = 0
    earned: int = 0
    resent: int = 0
    reconnected: int = 0
    refused: Counter[int] = field(default_factory=Counter[int])
    refusals: list[str] = field(default_factory=list[str])
    clock: float = 0.0
    seconds: float = 0.0

    @property
    def purchases(self) -> int:
        """Purchases that the till acknowledged, resent ones once."""
        return self.accepted + self.replayed

    @property
    def per_second(self) -> float:
        """Acknowledged purchases per second since the start."""
        return self.purchases / self.seconds if self.seconds else 0.0

    def clock_day(self, zone: ZoneInfo) -> str:
        """Return the day that the sandbox clock has reached; empty before it was first moved."""
        return datetime.fromtimestamp(self.clock, zone).date().isoformat() if self.clock else ""


class Driver:
    """Keeps a number of connections busy until a timetable is worked off.

    ``pocket``: where members keep their slips; ``driven``: what came of it in an earlier part of the year.
    """

    def __init__(
        self,
        port: int,
        source: Iterator[Request],
        *,
        host: str = "127.0.0.1",
        pocket: Pocket | None = None,
        driven: Driven | None = None,
    ) -> None:
        self._address = host, port
        self._pocket = pocket
        self._effects = msgspec.json.Decoder(_Effects).decode
        self._timetable = Timetable(source)
        self._idle: deque[Connection] = deque()
        self._open: set[Connection] = set()
        self._decode = msgspec.json.Decoder(_Accepted).decode
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._calls: set[asyncio.Task[None]] = set()
        self._heard = 0.0
        self.driven = driven or Driven()

    async def run(self, *, connections: int = CONNECTIONS, watch: Callable[[Driven], None] | None = None) -> Driven:
        """Send everything; return what came of it. ``watch`` is called a few times a second.

        Raises:
            TillSilent: no answer at all for a minute.
            YearRefused: the till refused more than a few.
        """
        loop = asyncio.get_running_loop()
        began = self._heard = loop.time()
        before = self.driven.seconds
        for _ in range(connections):
            self._call(None)
        try:
            while not self._ended.done():
                await asyncio.wait([self._ended], timeout=_WATCH_SECONDS)
                self.driven.seconds, self.driven.clock = before + loop.time() - began, self._timetable.clock
                if watch is not None:
                    watch(self.driven)
                if loop.time() - self._heard > _SILENCE_SECONDS:
                    raise TillSilent
            self._ended.result()
        finally:
            self._hang_up()
        return self.driven

    def opened(self, connection: Connection) -> None:
        """Give a new connection what the broken one before it still owed, or the next request."""
        self._open.add(connection)
        if connection.request is not None:
            connection.send(connection.request)
        else:
            self._idle.append(connection)
            self._work()

    def answered(self, connection: Connection, request: Request, answer: Answer) -> None:
        """Count an answer and send the next requests."""
        self._heard = asyncio.get_running_loop().time()
        if answer.status in _NOT_NOW:
            self.driven.resent += 1
            connection.request = request
            asyncio.get_running_loop().call_later(_PAUSE_SECONDS, connection.send, request)
            return
        if answer.status == _CONFLICT and request.plain and self._pocket is not None:
            self._pocket.refused(request.receipt)
            request.raw, request.plain = request.plain, b""
            connection.send(request)
            return
        self._count(request, answer)
        self._timetable.done(request)
        self._idle.append(connection)
        self._work()

    def lost(self, connection: Connection) -> None:
        """Open another connection in the place of a broken one."""
        self._open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        if not self._ended.done():
            self.driven.reconnected += 1
            self._call(connection.request)

    def failed(self, wrong: BaseException) -> None:
        """End the run with what went wrong."""
        if not self._ended.done():
            self._ended.set_exception(wrong)

    def _work(self) -> None:
        """Hand out work as long as there is a free connection and a request that may go."""
        while self._idle and (request := self._timetable.take()) is not None:
            self._idle.pop().send(request)
        if self._timetable.finished and not self._ended.done():
            self._ended.set_result(None)

    def _count(self, request: Request, answer: Answer) -> None:
        if request.moves and answer.status == _OK:
            return
        if request.moves or answer.status != _CREATED:
            self._refused(answer)
            return
        self.driven.replayed += answer.replayed
        self.driven.accepted += not answer.replayed
        self.driven.lines += request.lines
        self.driven.amount += request.amount
        self.driven.earned += self._decode(answer.body).points.earned
        if self._pocket is not None and _NO_EFFECTS not in answer.body:
            self._pocket.answered(request.lane, request.receipt, self._effects(answer.body).effects)

    def _refused(self, answer: Answer) -> None:
        self.driven.refused[answer.status] += 1
        if len(self.driven.refusals) < _KEPT_REFUSALS:
            self.driven.refusals.append(answer.body.decode("utf-8", "replace"))
        if self.driven.refused.total() > _MOST_REFUSALS:
            raise YearRefused(self.driven.refusals[0])

    def _call(self, request: Request | None) -> None:
        task = asyncio.ensure_future(self._connect(request))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def _connect(self, request: Request | None) -> None:
        loop = asyncio.get_running_loop()
        while not self._ended.done():
            try:
                await loop.create_connection(lambda: Connection(self, request), *self._address)
            except OSError:
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return

    def _hang_up(self) -> None:
        if not self._ended.done():
            self._ended.cancel()
        for task in self._calls:
            task.cancel()
        for connection in list(self._open):
            connection.close()

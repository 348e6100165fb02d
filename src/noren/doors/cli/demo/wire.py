"""One kept-open HTTP/1.1 connection to the till: a request out, its answer in, nothing more.

The load driver shares two cores with the till it drives, so this is the least that speaks
the protocol: no client library (httpx spends more on a request than the till does).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final, Protocol, cast

from noren.doors.cli.demo.errors import NotHttp

_END: Final = b"\r\n\r\n"
_STATUS: Final = slice(9, 12)


@dataclass(slots=True)
class Request:
    """A request ready to send.

    ``lane``: requests of one lane go one after another (a member's purchases; the clock).
    ``needs``: the clock (seconds since 1970) that must be reached before it is sent; ``moves``:
    the clock it sets, 0 for a purchase. ``plain``: the same purchase without the coupon that it shows, empty: it shows
    none.
    """

    lane: str
    needs: float
    moves: float
    raw: bytes
    lines: int = 0
    amount: int = 0
    receipt: str = ""
    plain: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the till answered."""

    status: int
    replayed: bool
    body: bytes


class Desk(Protocol):
    """Who gives a connection its work and takes its answers."""

    def opened(self, connection: Connection) -> None:
        """A connection stands and has nothing to do, or a request whose answer never came."""

    def answered(self, connection: Connection, request: Request, answer: Answer) -> None:
        """A request was answered; the connection is free."""

    def lost(self, connection: Connection) -> None:
        """A connection broke; ``connection.request`` is what it still owes an answer for."""

    def failed(self, wrong: Exception) -> None:
        """Something broke on this side; an event loop would only print it."""


class Connection(asyncio.Protocol):
    """A connection with at most one request under way."""

    def __init__(self, desk: Desk, request: Request | None = None) -> None:
        self._desk = desk
        self._transport: asyncio.Transport | None = None
        self._received: bytes = b""
        self.request = request

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Report for work."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one by shape only
        try:
            self._desk.opened(self)
        except Exception as wrong:
            self._desk.failed(wrong)

    def send(self, request: Request) -> None:
        """Send a request; its answer goes to the desk."""
        self.request = request
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(request.raw)

    def data_received(self, data: bytes) -> None:
        """Collect bytes until an answer is whole."""
        try:
            self._collect(data)
        except Exception as wrong:
            self._desk.failed(wrong)

    def _collect(self, data: bytes) -> None:
        received = self._received + data if self._received else data
        head_end = received.find(_END)
        if head_end < 0 or self.request is None:
            self._received = received
            return
        head = received[:head_end].lower()
        whole = head_end + len(_END) + _length(head)
        if len(received) < whole:
            self._received = received
            return
        self._received = received[whole:]
        request, self.request = self.request, None
        answer = Answer(int(head[_STATUS]), b"\r\nidempotent-replayed: true" in head, received[head_end + 4 : whole])
        self._desk.answered(self, request, answer)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (asyncio names it)
        """Hand back what is still owed."""
        self._transport = None
        self._desk.lost(self)

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()


def _length(head: bytes) -> int:
    """Return the announced length of the body; the till always announces one."""
    start = head.find(b"\r\ncontent-length:")
    if start < 0:
        raise NotHttp
    end = head.find(b"\r\n", start + 2)
    return int(head[start + 17 : end if end > 0 else None])

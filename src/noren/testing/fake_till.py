"""A till's door that remembers instead of deciding: what the load driver is tested against.

Real HTTP over a real socket. It promises to notice what a driver must not do: send a
purchase before the clock has reached it, or one member's purchases out of order. It can be
told to break connections and to say "not now".
"""

from __future__ import annotations

import asyncio
import itertools
from datetime import datetime
from typing import Any, Final, Self

import msgspec

_ANSWERS: Final = {200: b"OK", 201: b"Created", 422: b"Unprocessable", 503: b"Service Unavailable"}


class FakeTill:
    """Use as ``async with FakeTill() as till``; ``till.port`` is where it listens on the loopback.

    ``break_every`` n: every n-th purchase is taken, but the connection breaks before the answer.
    ``refuse_every`` n: every n-th gets 503 once. ``unknown``: cards that are refused with 422.
    """

    def __init__(self, *, break_every: int = 0, refuse_every: int = 0, unknown: frozenset[str] = frozenset()) -> None:
        self._break_every, self._refuse_every, self._unknown = break_every, refuse_every, unknown
        self._count = itertools.count(1)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.taken: dict[str, dict[str, Any]] = {}
        self.keys: set[str] = set()
        self.clock = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
        self.clock_moves = 0
        self.too_early = 0
        self.out_of_order = 0
        self._newest: dict[str, datetime] = {}

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None, "the fake till is not open"
        return int(self._server.sockets[0].getsockname()[1])

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *reason: object) -> None:
        assert self._server is not None, "the fake till is not open"
        self._server.close()
        for writer in list(self._open):
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; False: break the connection."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.split(": ", 1) for line in head.splitlines()[1:] if line)
        body = msgspec.json.decode(await reader.readexactly(int(headers["Content-Length"])))
        self.keys.add(headers["Authorization"])
        if head.startswith("POST /v1/sandbox/clock "):
            self.clock, self.clock_moves = datetime.fromisoformat(body["at"]), self.clock_moves + 1
            return _answer(writer, 200, {"now": body["at"]})
        number = next(self._count)
        if self._refuse_every and number % self._refuse_every == 0:
            return _answer(writer, 503, {"type": "urn:noren:problem:not-durable"})
        if body["card"] in self._unknown:
            return _answer(writer, 422, {"type": "urn:noren:problem:bad-field"})
        replayed = self._take(body)
        if self._break_every and number % self._break_every == 0:
            return False
        return _answer(writer, 201, {"points": {"earned": body["amount"] // 100}}, replayed=replayed)

    def _take(self, body: dict[str, Any]) -> bool:
        """Remember a purchase; True when it was known."""
        if body["receipt"] in self.taken:
            assert self.taken[body["receipt"]] == body, "a resend with another body"
            return True
        at = datetime.fromisoformat(body["at"])
        self.too_early += at > self.clock
        self.out_of_order += at < self._newest.get(body["card"], at)
        self._newest[body["card"]] = at
        self.taken[body["receipt"]] = body
        return False


def _answer(writer: asyncio.StreamWriter, status: int, body: object, *, replayed: bool = False) -> bool:
    content = msgspec.json.encode(body)
    extra = b"Idempotent-Replayed: true\r\n" if replayed else b""
    head = b"HTTP/1.1 %d %b\r\n%bContent-Length: %d\r\n\r\n" % (status, _ANSWERS[status], extra, len(content))
    writer.write(head + content)
    return True

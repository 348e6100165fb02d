"""Many raw connections to a till at once: what went out, what was acknowledged, what hangs in the air after a kill."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

SLOW_DOWN = 429


@dataclass(frozen=True, slots=True)
class Order:
    """One request as its exact bytes, and by what the audit knows it."""

    card: str
    path: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Ack:
    """One whole answer that reached us."""

    status: int
    replayed: bool
    body: bytes


class Cut(Exception):
    """The connection ended before a whole answer came."""


class Wire:
    """One kept connection."""

    def __init__(self, port: int, key: str) -> None:
        self._port = port
        self._head = f"Host: till\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, order: Order) -> Ack:
        """Send an order and wait for its answer.

        Raises:
            Cut: the connection ended first; whether the order was stored is unknown.
        """
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self._port)
            reader, writer = self._streams
            head = f"POST {order.path} HTTP/1.1\r\n{self._head}Content-Length: {len(order.body)}\r\n\r\n"
            writer.write(head.encode() + order.body)
            return await _read(reader)
        except (OSError, EOFError, ValueError) as wrong:
            self.close()
            raise Cut from wrong

    def close(self) -> None:
        """Drop the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def _read(reader: asyncio.StreamReader) -> Ack:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
    fields = dict(row.split(":", 1) for row in head[1:] if ":" in row)
    body = await reader.readexactly(int(fields["content-length"]))
    return Ack(int(head[0].split()[1]), fields.get("idempotent-replayed", "").strip() == "true", body)


async def send_all(port: int, key: str, orders: Iterable[Order], width: int) -> list[tuple[Order, Ack]]:
    """Send orders over ``width`` connections; every one has to be answered."""
    waiting = iter(list(orders))
    out: list[tuple[Order, Ack]] = []

    async def drain() -> None:
        wire = Wire(port, key)
        for order in waiting:
            ack = await wire.send(order)
            while ack.status == SLOW_DOWN:  # a quick machine resends more than one key may
                await asyncio.sleep(0.2)
                ack = await wire.send(order)
            out.append((order, ack))
        wire.close()

    await asyncio.gather(*(drain() for _ in range(width)))
    return out


async def saturate(
    port: int, key: str, width: int, next_order: Callable[[], Order], heard: Callable[[Order, Ack | None], None]
) -> None:
    """Keep ``width`` connections busy until each is cut; ``heard`` gets each answer, or None for what was cut."""

    async def push() -> None:
        wire = Wire(port, key)
        while True:
            order = next_order()
            try:
                heard(order, await wire.send(order))
            except Cut:
                heard(order, None)
                return

    await asyncio.gather(*(push() for _ in range(width)))

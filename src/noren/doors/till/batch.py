"""The batch door: purchases of tills that were offline, a line each, answered in order.

Each complete line is decided as it arrives, so whatever came before a broken connection is
stored and a resend is recognised; an incomplete last line is nothing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from noren.doors.till.bodies import MAX_BODY_BYTES, read_body
from noren.doors.till.problems import problem_body, status_of
from noren.kernel.say import Lang
from noren.register.jobs import Outcome
from noren.register.refusals import Refusal
from noren.register.requests import PurchaseRequest

MAX_BATCH_BYTES: Final = 64 << 20
_MAX_UNDER_WAY: Final = 512


class BatchLine(msgspec.Struct, frozen=True):
    """One line of the answer; ``body`` is what the single door would have answered."""

    line: int
    status: int
    replayed: bool
    body: msgspec.Raw


class BatchReader:
    """Reads one batch body."""

    def __init__(
        self,
        *,
        ask: Callable[[PurchaseRequest], Awaitable[Outcome]],
        lang: Lang,
        refused: Callable[[Refusal], None],
    ) -> None:
        self._ask = ask
        self._lang: Lang = lang
        self._refused = refused
        self._under_way: deque[tuple[int, asyncio.Future[Outcome]]] = deque()
        self._out: list[bytes] = []
        self._number = 0

    async def read(self, exchange: Any) -> bytes | Refusal:
        """Return the whole answer; too-large stops reading, what was decided before stays decided."""
        waiting, total = bytearray(), 0
        async for chunk in exchange:
            total += len(chunk)
            waiting += chunk
            if total > MAX_BATCH_BYTES:
                await self._finish()
                return Refusal("too-large")
            *whole, rest = bytes(waiting).split(b"\n")
            # Of a line that is too large no more is kept than shows that it is: it is refused, the others are not.
            waiting = bytearray(rest[: MAX_BODY_BYTES + 1])
            for line in whole:
                await self._take(line)
        if waiting.strip():
            await self._take(bytes(waiting))
        await self._finish()
        return b"".join(self._out)

    async def _take(self, raw: bytes) -> None:
        if not raw.strip():
            return
        self._number += 1
        body = read_body(PurchaseRequest, raw)
        self._under_way.append((self._number, asyncio.ensure_future(self._decide(body))))
        while len(self._under_way) >= _MAX_UNDER_WAY:
            await self._write_first()

    async def _decide(self, body: PurchaseRequest | Refusal) -> Outcome:
        return body if isinstance(body, Refusal) else await self._ask(body)

    async def _finish(self) -> None:
        while self._under_way:
            await self._write_first()

    async def _write_first(self) -> None:
        number, future = self._under_way.popleft()
        outcome = await future
        if isinstance(outcome, Refusal):
            self._refused(outcome)
            raw = msgspec.json.encode(problem_body(outcome, self._lang))
            line = BatchLine(number, status_of(outcome), False, msgspec.Raw(raw))
        else:
            line = BatchLine(number, outcome.status, outcome.replayed, msgspec.Raw(outcome.body))
        self._out.append(msgspec.json.encode(line) + b"\n")

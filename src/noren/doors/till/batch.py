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

from noren.doors.till.allowance import MAX_UNDER_WAY, Allowance
from noren.doors.till.bodies import MAX_BODY_BYTES, read_body
from noren.doors.till.patience import Patience
from noren.doors.till.problems import problem_body, status_of
from noren.kernel.say import Lang
from noren.register.jobs import Outcome
from noren.register.refusals import Refusal
from noren.register.requests import PurchaseRequest

MAX_BATCH_BYTES: Final = 64 << 20
_TURN_SECONDS: Final = 0.005


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
        allowance: Allowance,
        patience: Patience,
        lang: Lang,
        refused: Callable[[Refusal], None],
    ) -> None:
        self._ask = ask
        self._allowance = allowance
        self._patience = patience
        self._lang: Lang = lang
        self._refused = refused
        self._under_way: deque[tuple[int, asyncio.Future[Outcome]]] = deque()
        self._out: list[bytes] = []
        self._number = 0

    async def read(self, exchange: Any) -> bytes | Refusal:
        """Return the whole answer; too-large and too-slow stop reading, what was decided before stays decided."""
        try:
            return await self._read(exchange)
        finally:  # where the connection broke, nobody waits for these any more
            self._allowance.lines_under_way -= len(self._under_way)

    async def _read(self, exchange: Any) -> bytes | Refusal:
        waiting, total, chunks = bytearray(), 0, aiter(exchange)
        while (chunk := await self._next(chunks)) is not None:
            if isinstance(chunk, Refusal):
                await self._finish()
                return chunk
            total += len(chunk)
            if total > MAX_BATCH_BYTES:
                await self._finish()
                return Refusal("too-large")
            waiting += chunk
            if b"\n" in chunk:
                *whole, rest = bytes(waiting).split(b"\n")
                waiting = bytearray(rest)
                for line in whole:
                    await self._take(line)
            # Of a line that is too large no more is kept than shows that it is: it is refused, the others are not.
            del waiting[MAX_BODY_BYTES + 1 :]
        if waiting.strip():
            await self._take(bytes(waiting))
        await self._finish()
        return b"".join(self._out)

    async def _next(self, chunks: Any) -> bytes | Refusal | None:
        """Return the next chunk, None at the end. The whole may take its time, as long as something comes."""
        patience, task = self._patience, asyncio.current_task()
        patience.waiting[task] = patience.look
        try:
            return await chunks.__anext__()  # anext() with a default can not wait for what the server gives
        except StopAsyncIteration:
            return None
        except asyncio.CancelledError as cancelled:
            return patience.judge(task, cancelled)
        finally:
            patience.waiting.pop(task, None)

    async def _take(self, raw: bytes) -> None:
        if not raw.strip():
            return
        self._number += 1
        body = read_body(PurchaseRequest, raw)
        # These sales have happened: beyond the terminal's share they wait for their turn, they are not refused.
        while self._allowance.lines_under_way >= MAX_UNDER_WAY:
            if self._under_way:
                await self._write_first()
            else:  # another batch of the same terminal has it all
                await asyncio.sleep(_TURN_SECONDS)
        self._allowance.lines_under_way += 1
        self._under_way.append((self._number, asyncio.ensure_future(self._decide(body))))

    async def _decide(self, body: PurchaseRequest | Refusal) -> Outcome:
        return body if isinstance(body, Refusal) else await self._ask(body)

    async def _finish(self) -> None:
        while self._under_way:
            await self._write_first()

    async def _write_first(self) -> None:
        number, future = self._under_way[0]
        outcome = await future
        self._under_way.popleft()
        self._allowance.lines_under_way -= 1
        if isinstance(outcome, Refusal):
            self._refused(outcome)
            raw = msgspec.json.encode(problem_body(outcome, self._lang))
            line = BatchLine(number, status_of(outcome), False, msgspec.Raw(raw))
        else:
            line = BatchLine(number, outcome.status, outcome.replayed, msgspec.Raw(outcome.body))
        self._out.append(msgspec.json.encode(line) + b"\n")

"""The till's door as an RSGI application: routes, bodies, answers. Decisions are the writer's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final, Protocol

import msgspec

from noren.activity.ports import LedgerStore
from noren.doors.till.alerts import Alerts
from noren.doors.till.allowance import MAX_UNDER_WAY, RETRY_AFTER_SECONDS
from noren.doors.till.batch import BatchReader
from noren.doors.till.bodies import MAX_BODY_BYTES, read_body
from noren.doors.till.metrics import TillMetrics
from noren.doors.till.openapi import openapi_document
from noren.doors.till.patience import Patience
from noren.doors.till.problems import MEDIA_TYPE, language, problem_body, status_of
from noren.doors.till.terminals import Doorkeeper, Pass
from noren.kernel.clock import ShiftedClock
from noren.kernel.say import Lang
from noren.register.answers import ClockAnswer
from noren.register.batches import Answer
from noren.register.flushing import Waiting
from noren.register.jobs import Answered, BalanceJob, FindJob, Job, Outcome, PurchaseJob, ReturnJob, Seller
from noren.register.refusals import Refusal
from noren.register.requests import BalanceRequest, ClockRequest, FindRequest, PurchaseRequest, ReturnRequest
from noren.register.till_keys import TillKeys
from noren.register.writer import Writer

_JSON: Final = ("content-type", "application/json")
_REPLAYED: Final = ("idempotent-replayed", "true")
_NO_STORE: Final = ("cache-control", "no-store")
_NOSNIFF: Final = ("x-content-type-options", "nosniff")
_NDJSON: Final = ("content-type", "application/x-ndjson")
_PREFIX: Final = "/v1/purchases/"
_RETURNS: Final = "/returns"
_PROBE_SECONDS: Final = 0.25
_LOOK_SECONDS: Final = 1.0
_MAX_DRAINED_BYTES: Final = 1 << 16

Headers = list[tuple[str, str]]


class Scope(Protocol):
    """What RSGI tells of a request."""

    proto: str
    method: str
    path: str
    client: str
    headers: Any


class Exchange(Protocol):
    """RSGI's HTTP protocol object."""

    def __call__(self) -> Awaitable[bytes]:
        """Return the whole body."""
        ...

    def __aiter__(self) -> Any: ...

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        """Send the whole answer."""
        ...


@dataclass(slots=True)
class Call:
    """One request in hand."""

    scope: Scope
    exchange: Exchange
    lang: Lang
    caller: Pass | None = None


Door = Callable[[Call], Awaitable[None]]


class TillApp:
    """Answers tills. Holds the writer, the doorkeeper and the programme's clock."""

    def __init__(
        self,
        *,
        doorkeeper: Doorkeeper,
        keys: TillKeys,
        clock: ShiftedClock,
        sandbox: bool,
        metrics: TillMetrics,
        alerts: Alerts,
        body_seconds: float,
        start_writer: Callable[[asyncio.AbstractEventLoop, Answer, Callable[[], bool]], Writer],
        look: Callable[[LedgerStore], None],
    ) -> None:
        self._doorkeeper = doorkeeper
        self._keys = keys
        self._clock = clock
        self._sandbox = sandbox
        self._metrics = metrics
        self._alerts = alerts
        self._patience = Patience(body_seconds)
        self._start_writer = start_writer
        self._look = look
        self._writer: Writer | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._probed: asyncio.Future[bool] | None = None
        self._probed_at = 0.0
        self._openapi = msgspec.json.encode(openapi_document(sandbox=sandbox))
        self._open_doors: dict[tuple[str, str], Door] = {
            ("GET", "/healthz"): self._health,
            ("GET", "/readyz"): self._readiness,
            ("GET", "/metrics"): self._figures,
            ("GET", "/openapi.json"): self._document,
        }
        self._doors: dict[tuple[str, str], Door] = {
            ("POST", "/v1/purchases"): self._purchase,
            ("POST", "/v1/purchases/preview"): self._preview,
            ("POST", "/v1/purchases/find"): self._find,
            ("POST", "/v1/purchases/batch"): self._batch,
            ("POST", "/v1/balance"): self._balance,
        }
        if sandbox:
            self._doors["POST", "/v1/sandbox/clock"] = self._move_clock
            self._doors["GET", "/v1/sandbox/clock"] = self._tell_clock

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._writer = self._start_writer(loop, _resolve, lambda: bool(self._patience.waiting))
        self._alerts.start()
        self._patience.start(loop)
        self._look_again()

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.stop()

    def stop(self) -> None:
        """Finish what waits and close the store."""
        if self._writer is not None:
            self._writer.stop()
            self._writer = None
            self._patience.stop()
            self._alerts.stop()

    def _look_again(self) -> None:
        """Look between two batches, every second, what campaigns begin or end."""
        if self._writer is not None and self._loop is not None:
            self._writer.errand(self._look)
            self._loop.call_later(_LOOK_SECONDS, self._look_again)

    async def __rsgi__(self, scope: Scope, exchange: Exchange) -> None:
        call = Call(scope, exchange, language(scope.headers.get("accept-language")))
        try:
            await self._handle(call)
        except Exception as wrong:  # a breakage of ours: said as one, and counted, never an empty answer
            self._metrics.broken(type(wrong).__name__)
            self._refuse(call, Refusal("broken"), "none")

    async def _handle(self, call: Call) -> None:
        """Find the door, let the terminal in, answer."""
        scope = call.scope
        open_door = self._open_doors.get((scope.method, scope.path))
        if open_door is not None:
            await open_door(call)
            return
        door = self._doors.get((scope.method, scope.path))
        if door is None and scope.method == "POST" and _is_returns(scope.path):
            door = self._return
        if door is None:
            await self._drain(call)
            self._refuse(call, self._no_door(scope), "none")
            return
        admitted = self._doorkeeper.let_in(scope.headers.get("authorization"), scope)
        if isinstance(admitted, Refusal):
            await self._drain(call)
            self._refuse(call, admitted, "key")
            return
        call.caller = admitted
        await door(call)

    def _no_door(self, scope: Scope) -> Refusal:
        known = {path for _, path in (*self._doors, *self._open_doors)}
        return Refusal("wrong-method" if scope.path in known or _is_returns(scope.path) else "not-found")

    # What waits for the writer

    async def _ask(self, job: Job, call: Call) -> Outcome:
        """Put a job into the writer's next batch, unless this terminal has too many there, and wait for its outcome."""
        assert call.caller is not None
        allowance = call.caller.allowance
        if allowance.under_way >= MAX_UNDER_WAY:
            return Refusal("slow-down")
        allowance.under_way += 1
        try:
            return await self._put(job)
        finally:
            allowance.under_way -= 1

    async def _put(self, job: Job) -> Outcome:
        """Put a job into the writer's next batch and wait for its outcome."""
        assert self._loop is not None
        future: asyncio.Future[Outcome] = self._loop.create_future()
        if self._writer is None or not self._writer.submit(Waiting(job, future)):
            return Refusal("not-durable")
        return await future

    # Doors

    async def _purchase(self, call: Call) -> None:
        body = await self._read(call, PurchaseRequest)
        if not isinstance(body, Refusal):
            body = await self._ask(PurchaseJob(body, _seller(call), self._keys), call)
        self._send(call, body, "purchases")

    async def _preview(self, call: Call) -> None:
        body = await self._read(call, PurchaseRequest)
        if not isinstance(body, Refusal):
            body = await self._ask(PurchaseJob(body, _seller(call), self._keys, preview=True), call)
        self._send(call, body, "preview")

    async def _return(self, call: Call) -> None:
        name = call.scope.path[len(_PREFIX) : -len(_RETURNS)]
        body = await self._read(call, ReturnRequest)
        if not isinstance(body, Refusal):
            body = await self._ask(ReturnJob(name, body, _seller(call), self._keys), call)
        self._send(call, body, "returns")

    async def _find(self, call: Call) -> None:
        body = await self._read(call, FindRequest)
        if not isinstance(body, Refusal):
            # The directory may let us wait (a lock, a server that is away); nobody else may wait with this one.
            partner = await asyncio.to_thread(self._doorkeeper.partner_of, body.shop)
            body = await self._ask(FindJob(body, partner, _seller(call), self._keys), call)
        self._send(call, body, "find")

    async def _balance(self, call: Call) -> None:
        body = await self._read(call, BalanceRequest)
        if not isinstance(body, Refusal):
            body = await self._ask(BalanceJob(body, _seller(call), self._keys), call)
        self._send(call, body, "balance")

    async def _batch(self, call: Call) -> None:
        assert call.caller is not None
        seller = call.caller.seller
        reader = BatchReader(
            ask=lambda body: self._put(PurchaseJob(body, seller, self._keys, offline=True)),
            allowance=call.caller.allowance,
            patience=self._patience,
            lang=call.lang,
            refused=lambda refusal: self._count_refusal(refusal, seller),
        )
        answered = await reader.read(call.exchange)
        if isinstance(answered, Refusal):
            self._refuse(call, answered, "batch")
            return
        self._metrics.answered("batch", HTTPStatus.OK)
        call.exchange.response_bytes(HTTPStatus.OK, [_NDJSON, _NO_STORE], answered)

    async def _move_clock(self, call: Call) -> None:
        body = await self._read(call, ClockRequest)
        if isinstance(body, Refusal):
            self._send(call, body, "clock")
            return
        offset = self._clock.move_to(body.at)
        await self._errand(lambda store: store.set_clock_offset_us(offset // timedelta(microseconds=1)))
        await self._tell_clock(call)

    async def _tell_clock(self, call: Call) -> None:
        answer = msgspec.json.encode(ClockAnswer(self._clock.now().isoformat()))
        self._send(call, Answered(HTTPStatus.OK, answer), "clock")

    async def _health(self, call: Call) -> None:
        call.exchange.response_bytes(HTTPStatus.OK, [_JSON], b'{"ok":true}')

    async def _readiness(self, call: Call) -> None:
        if not await self._probe():
            self._refuse(call, Refusal("not-durable"), "readyz")
            return
        call.exchange.response_bytes(HTTPStatus.OK, [_JSON], b'{"ready":true}')

    async def _probe(self) -> bool:
        """Whether a durable write works. Anybody may ask, each costs a sync: those who ask together share one."""
        assert self._loop is not None
        if self._writer is None or not self._writer.ready:
            return False
        if self._probed is None or self._loop.time() - self._probed_at > _PROBE_SECONDS:
            self._probed = asyncio.ensure_future(self._errand(lambda store: store.probe()))
            self._probed_at = self._loop.time()
        return await asyncio.shield(self._probed)

    async def _figures(self, call: Call) -> None:
        page = self._metrics.page(ready=self._writer is not None and self._writer.ready)
        call.exchange.response_bytes(HTTPStatus.OK, [("content-type", "text/plain; version=0.0.4")], page)

    async def _document(self, call: Call) -> None:
        call.exchange.response_bytes(HTTPStatus.OK, [_JSON], self._openapi)

    # Reading and sending

    async def _errand(self, do: Callable[[LedgerStore], None]) -> bool:
        """Let the writer do something with the store; whether it did within five seconds."""
        assert self._loop is not None
        done = self._loop.create_future()
        loop = self._loop

        def errand(store: LedgerStore) -> None:
            do(store)
            loop.call_soon_threadsafe(_settle, done)

        if self._writer is None or not self._writer.ready:
            return False
        self._writer.errand(errand)
        try:
            await asyncio.wait_for(done, timeout=5)
        except TimeoutError:
            return False
        return True

    async def _drain(self, call: Call) -> None:
        """Take a small body that nobody will look at: the server ends connections on which one is left over."""
        length = call.scope.headers.get("content-length")
        if length is not None and length.isdigit() and 0 < int(length) <= _MAX_DRAINED_BYTES:
            await self._take(call, length)

    async def _read(self, call: Call, kind: Any) -> Any:
        length = call.scope.headers.get("content-length")
        if length is not None and length.isdigit() and int(length) > MAX_BODY_BYTES:
            return Refusal("too-large")
        raw = await self._take(call, length)
        return raw if isinstance(raw, Refusal) else read_body(kind, raw)

    async def _take(self, call: Call, length: str | None) -> bytes | Refusal:
        patience, task = self._patience, asyncio.current_task()
        patience.waiting[task] = patience.look
        try:
            return await call.exchange() if length is not None else await _read_chunks(call.exchange)
        except asyncio.CancelledError as cancelled:
            return patience.judge(task, cancelled)
        finally:
            patience.waiting.pop(task, None)

    def _send(self, call: Call, outcome: Outcome, door: str) -> None:
        if isinstance(outcome, Refusal):
            self._refuse(call, outcome, door)
            return
        headers: Headers = [_JSON, _NO_STORE, _NOSNIFF]
        if outcome.replayed:
            headers.append(_REPLAYED)
        self._metrics.answered(door, outcome.status, replayed=outcome.replayed)
        call.exchange.response_bytes(outcome.status, headers, outcome.body)

    def _refuse(self, call: Call, refusal: Refusal, door: str) -> None:
        self._count_refusal(refusal, call.caller.seller if call.caller else None)
        status = status_of(refusal)
        headers: Headers = [("content-type", MEDIA_TYPE), ("content-language", call.lang), _NO_STORE, _NOSNIFF]
        if refusal.problem == "slow-down":
            headers.append(("retry-after", str(RETRY_AFTER_SECONDS)))
        if refusal.problem == "wrong-method":
            headers.append(("allow", ", ".join(sorted(self._methods(call.scope.path)))))
        if status == HTTPStatus.UNAUTHORIZED:
            headers.append(("www-authenticate", "Bearer"))
        self._metrics.answered(door, status)
        call.exchange.response_bytes(status, headers, msgspec.json.encode(problem_body(refusal, call.lang)))

    def _methods(self, path: str) -> set[str]:
        found = {method for method, known in (*self._doors, *self._open_doors) if known == path}
        return found or {"POST"}

    def _count_refusal(self, refusal: Refusal, seller: Seller | None) -> None:
        if refusal.problem == "receipt-conflict" and seller is not None:
            self._alerts.conflict(seller.shop, seller.terminal)
        if refusal.problem == "unknown-field":
            self._metrics.unknown_field()
            if self._writer is not None:
                self._writer.count_unknown_field()


def _seller(call: Call) -> Seller:
    assert call.caller is not None
    return call.caller.seller


def _is_returns(path: str) -> bool:
    return path.startswith(_PREFIX) and path.endswith(_RETURNS) and path.count("/") == 4


def _resolve(pairs: Sequence[tuple[Waiting, Outcome]]) -> None:
    for waiting, outcome in pairs:
        future: Any = waiting.ticket
        if not future.done():  # the till may have hung up meanwhile
            future.set_result(outcome)


def _settle(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)


async def _read_chunks(exchange: Exchange) -> bytes:
    """Read a body of unknown length, no further than one byte past the limit."""
    out = bytearray()
    async for chunk in exchange:
        out += chunk
        if len(out) > MAX_BODY_BYTES:
            break
    return bytes(out)

"""The load: requests rendered beforehand over kept-open connections, in a process of its own.

Closed loop: each connection sends its next purchase when the last one was answered. Open loop:
purchases come at a fixed rate whatever the till does, and a time runs from the instant at which
the purchase was due, so that a till that stands still can not hide it. What to do comes as JSON
on standard input, what came of it goes to standard output.
"""

from __future__ import annotations

import asyncio
import random
import resource
import sys
import time
from collections import Counter, deque
from typing import Any, Final, cast

import msgspec
import uvloop

_END: Final = b"\r\n\r\n"
_STATUS: Final = slice(9, 12)
_TICK_SECONDS: Final = 0.001
_CARD_DIGITS: Final = 16


class Task(msgspec.Struct, frozen=True):
    """What to do. ``rate`` 0: closed loop. ``cards``: numbers from ``first_card`` on; ``keys``: a terminal's each."""

    port: int
    keys: list[str]
    baskets: list[tuple[str, int]]
    first_card: int
    cards: int
    first_receipt: int
    connections: int
    rate: int
    seconds: float
    warm_seconds: float
    business_date: str
    at: str
    seed: int


class Result(msgspec.Struct, frozen=True):
    """What came of it. Times in milliseconds; ``cpu_seconds``: of this process; ``by_status``: answers, warm-up too."""

    answered: int
    seconds: float
    p50: float
    p95: float
    p99: float
    p999: float
    worst: float
    cpu_seconds: float
    by_status: dict[str, int]
    sent: int


class Bodies:
    """Requests one after another: a random basket and card, a receipt never used before."""

    def __init__(self, task: Task) -> None:
        self._random = random.Random(task.seed)
        self._receipt = task.first_receipt
        self._first, self._cards = task.first_card, task.cards
        self._baskets = [self._parts(lines, amount, task) for lines, amount in task.baskets]
        self._heads = [self._head(key) for key in task.keys]

    @staticmethod
    def _parts(lines: str, amount: int, task: Task) -> tuple[bytes, bytes, int]:
        front = f'","business_date":"{task.business_date}","at":"{task.at}","card":"'.encode()
        back = f'","lines":[{lines}],"amount":{amount}}}'.encode()
        return front, back, len(front) + len(back) + len('{"receipt":"') + 12 + _CARD_DIGITS

    @staticmethod
    def _head(key: str) -> bytes:
        return (
            f"POST /v1/purchases HTTP/1.1\r\nhost: till\r\nauthorization: Bearer {key}\r\n"
            "content-type: application/json\r\ncontent-length: "
        ).encode()

    def next(self, terminal: int) -> bytes:
        """Return the bytes of a terminal's next request."""
        front, back, length = self._baskets[int(self._random.random() * len(self._baskets))]
        card = self._first + int(self._random.random() * self._cards)
        self._receipt += 1
        head = self._heads[terminal % len(self._heads)]
        return b'%b%d\r\n\r\n{"receipt":"%012d%b%d%b' % (head, length, self._receipt, front, card, back)


class Line(asyncio.Protocol):
    """A connection with at most one request under way."""

    def __init__(self, load: Load, number: int) -> None:
        self._load = load
        self.number = number
        self.due = 0.0
        self._got = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Report for work."""
        self.transport = cast(asyncio.Transport, transport)

    def send(self, raw: bytes, due: float) -> None:
        """Send a request that was due at an instant."""
        assert self.transport is not None
        self.due = due
        self.transport.write(raw)

    def data_received(self, data: bytes) -> None:
        """Take an answer."""
        got = self._got + data if self._got else data
        end = got.find(_END)
        if end < 0:
            self._got = got
            return
        at = got.find(b"content-length: ")
        whole = end + 4 + int(got[at + 16 : got.find(b"\r\n", at)])
        if len(got) < whole:
            self._got = got
            return
        self._got = b""
        self._load.answered(self, got[_STATUS])

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (asyncio names it)
        """A till that hangs up in a benchmark is a failure."""
        self._load.hung_up += 1


class Load:
    """All connections and what they have seen."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.bodies = Bodies(task)
        self.times: list[float] = []
        self.statuses: Counter[bytes] = Counter()
        self.hung_up = self.sent = 0
        self.free: deque[Line] = deque()
        self.late: deque[float] = deque()
        self.measuring = self.sending = False

    def answered(self, line: Line, status: bytes) -> None:
        """Note an answer; go on."""
        now = time.perf_counter()
        self.statuses[status] += 1
        if self.measuring:
            self.times.append(now - line.due)
        if not self.sending:
            return
        if self.task.rate == 0:
            self._send(line, now)
        elif self.late:
            self._send(line, self.late.popleft())
        else:
            self.free.append(line)

    def _send(self, line: Line, due: float) -> None:
        self.sent += 1
        line.send(self.bodies.next(line.number), due)

    async def run(self) -> Result:
        """Warm up, measure, tell."""
        loop, task = asyncio.get_running_loop(), self.task
        for number in range(task.connections):
            _, line = await loop.create_connection(lambda n=number: Line(self, n), "127.0.0.1", task.port)
            self.free.append(line)
        self.sending = True
        feeding = asyncio.ensure_future(self._feed())
        await asyncio.sleep(task.warm_seconds)
        cpu, begun, self.measuring = _cpu(), time.perf_counter(), True
        await asyncio.sleep(task.seconds)
        self.measuring, took = False, time.perf_counter() - begun
        cpu, self.sending = _cpu() - cpu, False
        feeding.cancel()
        await asyncio.sleep(0.5)
        return self._result(took, cpu)

    async def _feed(self) -> None:
        if self.task.rate == 0:
            while self.free:
                self._send(self.free.popleft(), time.perf_counter())
            return
        begun, number = time.perf_counter(), 0
        while True:
            now = time.perf_counter()
            while (due := begun + number / self.task.rate) <= now:
                number += 1
                if self.free:
                    self._send(self.free.popleft(), due)
                else:
                    self.late.append(due)
            await asyncio.sleep(_TICK_SECONDS)

    def _result(self, took: float, cpu: float) -> Result:
        times = sorted(self.times)
        assert times, "the till answered nothing"
        assert not self.hung_up, f"{self.hung_up} connections broke"

        def part(share: float) -> float:
            return round(1000 * times[min(len(times) - 1, int(share * len(times)))], 3)

        by_status = {status.decode(): count for status, count in self.statuses.items()}
        return Result(len(times), took, part(0.5), part(0.95), part(0.99), part(0.999), part(1.0), cpu, by_status,
                      self.sent)  # fmt: skip


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Do the task that stands on standard input."""
    task: Any = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    result = uvloop.run(Load(task).run())
    sys.stdout.buffer.write(msgspec.json.encode(result))


if __name__ == "__main__":
    main()

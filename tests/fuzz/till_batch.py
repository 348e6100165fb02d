"""The batch door: one answer a line, in order, the same however the body was cut into pieces on the way.

Data: four bytes that say where it is cut, then the body.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
from tests.fuzz import till_body
from tests.fuzz.till_body import is_refused_well

from noren.doors.till.allowance import Allowance
from noren.doors.till.batch import BatchLine, BatchReader
from noren.doors.till.bodies import read_body
from noren.doors.till.patience import Patience
from noren.doors.till.problems import status_of
from noren.register.jobs import Answered, Outcome
from noren.register.refusals import Refusal
from noren.register.requests import PurchaseRequest

_ONE = till_body.SEEDS[0][1:]
SEEDS = (
    b"\0\0\0\1" + _ONE + b"\n" + _ONE + b"\n",
    b"\0\0\0\2" + _ONE + b"\n\n  \n" + _ONE,
    b"\0\0\0\3{}\r\n[]\n" + _ONE + b"\r\n",
    b"\0\0\0\4\xff\n\x00\n" + _ONE + b'\n{"card":',
)
WORDS = till_body.WORDS
_loop = asyncio.new_event_loop()


def make(*, broken: bool = False) -> Callable[[bytes], None]:
    """Return the harness. ``broken``: a reader that forgets the piece of a line with which a chunk ends."""

    def one(data: bytes) -> None:
        cuts, raw = random.Random(data[:4]), data[4:]
        lines = [line for line in raw.split(b"\n") if line.strip()]
        allowance = Allowance.full(1, 0.0)
        chunks = _forgetful(_pieces(raw, cuts)) if broken else _pieces(raw, cuts)
        answer = _loop.run_until_complete(_reader(allowance).read(_exchange(chunks)))
        assert isinstance(answer, bytes)
        said = [msgspec.json.decode(line, type=BatchLine) for line in answer.splitlines()]
        assert [line.line for line in said] == list(range(1, len(lines) + 1)), "a line has no answer, or two"
        for line, told in zip(lines, said, strict=True):
            expected = read_body(PurchaseRequest, line)
            assert told.status == (status_of(expected) if isinstance(expected, Refusal) else 201)
        assert allowance.lines_under_way == 0

    return one


def _reader(allowance: Allowance) -> BatchReader:
    async def ask(body: PurchaseRequest) -> Outcome:
        return Answered(201, b"{}")

    return BatchReader(ask=ask, allowance=allowance, patience=Patience(60.0), lang="ja", refused=is_refused_well)


def _pieces(raw: bytes, cuts: random.Random) -> list[bytes]:
    places = sorted(cuts.randrange(len(raw) + 1) for _ in range(cuts.randrange(5))) if raw else []
    return [raw[a:b] for a, b in zip([0, *places], [*places, len(raw)], strict=True)]


def _forgetful(chunks: list[bytes]) -> list[bytes]:
    return [chunk[: chunk.rfind(b"\n") + 1] for chunk in chunks[:-1]] + chunks[-1:]


async def _exchange(chunks: list[bytes]) -> AsyncIterator[Any]:
    for chunk in chunks:
        yield chunk

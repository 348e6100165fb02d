"""A standing as bytes, to be kept with the ledger. It names its plan: under another plan she is folded again.

An answer may be kept with it, so that the next call starts from there. It is no verdict that could
grow old: it holds the days on which it may turn, it names how many purchases it knows, and what has
touched her facts since; without it the next question costs more and says the same.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Final
from zlib import adler32

import msgspec

from noren.audience.live.answers import Answers
from noren.audience.live.folding import Again, FoldAgain, Standing
from noren.audience.live.kept import Facts, Slices
from noren.audience.live.plan import Plan

CHECK_BYTES: Final = 4
"""A checksum of what follows: bytes that rotted are folded again, and are never half of an answer."""


class _Kept(msgspec.Struct, array_like=True):
    """An answer: ``owed``: facts touched since; days of turning by predicate, and what she ranks by (value, until)."""

    day: int
    instant: int
    settled: bytes
    truths: bytes
    grounds: bytes
    turning: bytes
    turns: bytes
    ranks: dict[int, tuple[int, int]]
    owed: bytes | None


class _Packed(msgspec.Struct, array_like=True):
    """Facts as slices (see kept.py); an answer, where one is kept."""

    plan: bytes
    last: int | None
    serial: int
    raw: bytes
    numbers: bytes
    lengths: bytes
    kept: _Kept | None


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(_Packed)


def pack(plan: Plan, standing: Standing, answers: Answers | None = None) -> bytes:
    """Return a standing as bytes. ``answers``: of this standing, to be kept with it; else those it was kept with."""
    assert standing.plan == plan.digest, "a standing of this plan"
    kept = _kept(plan, standing, standing.kept if answers is None else answers)
    packed = _Packed(standing.plan, standing.last, standing.serial, *standing.facts.written(), kept)
    try:
        raw = _ENCODER.encode(packed)
    except OverflowError:
        # What she ranks by goes beyond 64 bits: no answer is kept.
        raw = _ENCODER.encode(msgspec.structs.replace(packed, kept=None))
    return adler32(raw).to_bytes(CHECK_BYTES, "little") + raw


def _kept(plan: Plan, standing: Standing, answers: Answers | None) -> _Kept | None:
    if answers is None or answers.plan != plan.digest:
        return None
    new = standing.serial - answers.serial
    if not 0 <= new <= len(standing.trail):
        return None
    owed = _array(sorted(frozenset[int]().union(*standing.trail[len(standing.trail) - new :]))) if new else None
    return _Kept(
        answers.day,
        answers.instant,
        _bytes(answers.settled),
        bytes(answers.truths),
        bytes(answers.grounds),
        _array(answers.turns),
        _array(answers.turns.values()),
        answers.ranks,
        owed,
    )


def unpack(plan: Plan, raw: bytes) -> Standing | FoldAgain:
    """Return the standing of bytes, or that she must be folded again. Facts are read when they are asked for."""
    body = memoryview(raw)[CHECK_BYTES:]
    if adler32(body) != int.from_bytes(raw[:CHECK_BYTES], "little"):
        return FoldAgain(Again.UNREADABLE)
    try:
        found = _DECODER.decode(body)
    except msgspec.DecodeError:
        return FoldAgain(Again.UNREADABLE)
    if found.plan != plan.digest:
        return FoldAgain(Again.ANOTHER_PLAN)
    facts = Facts(plan.layout, Slices(found.raw, found.numbers, found.lengths))
    kept, trail = _answers(plan, found)
    return Standing(found.plan, facts, found.last, found.serial, trail, kept)


def _answers(plan: Plan, found: _Packed) -> tuple[Answers | None, tuple[frozenset[int], ...]]:
    """Return the answer that was kept, and what was touched since, as if by one purchase."""
    kept = found.kept
    if kept is None:
        return None, ()
    trail = () if kept.owed is None else (frozenset(_numbers(kept.owed)),)
    turns = dict(zip(_numbers(kept.turning), _numbers(kept.turns), strict=True))
    settled = int.from_bytes(kept.settled, "little")
    answers = Answers(
        settled & ~plan.with_basket,
        found.plan,
        found.serial - len(trail),
        kept.day,
        kept.instant,
        None,
        bytearray(kept.truths),
        bytearray(kept.grounds),
        settled,
        turns,
        kept.ranks,
    )
    return answers, trail


def _bytes(bits: int) -> bytes:
    return bits.to_bytes((bits.bit_length() + 7) // 8, "little")


def _array(numbers: Iterable[int]) -> bytes:
    return array("I", numbers).tobytes()


def _numbers(raw: bytes) -> array[int]:
    found = array("I")
    found.frombytes(raw)
    return found

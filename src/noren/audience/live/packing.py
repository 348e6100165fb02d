"""A standing as bytes, to be kept with the ledger. It names its plan: under another plan she is folded again."""

from __future__ import annotations

from typing import Final

import msgspec

from noren.audience.live.facts import State
from noren.audience.live.folding import Again, FoldAgain, Standing
from noren.audience.live.plan import Plan

_Sums = tuple[int, tuple[int, ...], tuple[int, ...]]
_Keyed = tuple[tuple[int, ...], tuple[int | str, ...]]
_Met = tuple[int, int, int]
_Followed = tuple[tuple[int, ...], tuple[tuple[int, int], ...]]
_Ranked = tuple[int | tuple[int | str, ...], tuple[tuple[int, int, int | str], ...]]


class _Packed(msgspec.Struct, array_like=True):
    """Facts by the shape of their states, in the order of Shape; their numbers are the plan's."""

    plan: bytes
    last: int | None
    serial: int
    sums: dict[int, _Sums]
    keyed: dict[int, _Keyed]
    met: dict[int, _Met]
    followed: dict[int, _Followed]
    ranked: dict[int, _Ranked]


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(_Packed)


def pack(plan: Plan, standing: Standing) -> bytes:
    """Return a standing as bytes."""
    assert standing.plan == plan.digest, "a standing of this plan"
    shapes = plan.shapes
    by_shape: tuple[dict[int, State], ...] = ({}, {}, {}, {}, {})
    for number, state in standing.facts.items():
        by_shape[shapes[number]][number] = state
    return _ENCODER.encode((standing.plan, standing.last, standing.serial, *by_shape))


def unpack(plan: Plan, raw: bytes) -> Standing | FoldAgain:
    """Return the standing of bytes, or that she must be folded again."""
    try:
        found = _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return FoldAgain(Again.UNREADABLE)
    if found.plan != plan.digest:
        return FoldAgain(Again.ANOTHER_PLAN)
    facts: dict[int, State] = {**found.sums, **found.keyed, **found.met, **found.followed, **found.ranked}
    return Standing(found.plan, facts, found.last, found.serial)

"""A standing as it lies in the store: its facts packed, with a check sum, so that a rotten page is not believed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from zlib import crc32

from noren.audience.live import FoldAgain, Plan, Standing, pack, unpack
from noren.audience.standings.model import Kept, Row

_SUM_BYTES: Final = 4


def row_of(plan: Plan, handle: bytes, kept: Kept) -> Row:
    """Return what the store keeps of a standing under a plan."""
    facts = _summed(pack(plan, kept.standing))
    return Row(handle, plan.digest, kept.head, kept.seen, kept.since, facts, _ranked(plan, kept.standing))


def kept_of(plan: Plan, row: Row) -> Kept | None:
    """Return the standing of a row; None: it is not of this plan, or not readable.

    A row of another plan that the store accepts is read by giving its name to this one: their facts go by the same
    numbers, only products differ.
    """
    standing = standing_of(plan, row.plan, row.facts)
    return None if standing is None else Kept(standing, row.head, row.seen, row.since)


def standing_of(plan: Plan, named: bytes, raw: bytes) -> Standing | None:
    """Return a standing that was packed under this plan, or under one called ``named`` that is as good."""
    if crc32(raw[_SUM_BYTES:]).to_bytes(_SUM_BYTES) != raw[:_SUM_BYTES]:
        return None
    found = unpack(plan if named == plan.digest else replace(plan, digest=named), raw[_SUM_BYTES:])
    if isinstance(found, FoldAgain):
        return None
    return found if named == plan.digest else replace(found, plan=plan.digest)


def _ranked(plan: Plan, standing: Standing) -> bytes | None:
    """Return the facts that ``top`` asks, packed by themselves: the day's cuts are made of them."""
    facts = {fact: standing.facts[fact] for fact, _ in plan.kinds.tops if fact in standing.facts}
    return _summed(pack(plan, replace(standing, facts=facts))) if facts else None


def _summed(raw: bytes) -> bytes:
    return crc32(raw).to_bytes(_SUM_BYTES) + raw

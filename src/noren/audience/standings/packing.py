"""A standing as it lies in the store: packed with a check sum (live.packing), so that a rotten page is not believed."""

from __future__ import annotations

from dataclasses import replace

from noren.audience.live import Answers, FoldAgain, Plan, Standing, pack, unpack
from noren.audience.standings.model import Kept, Row


def row_of(plan: Plan, handle: bytes, day: int, kept: Kept, answers: Answers | None = None) -> Row:
    """Return what the store keeps of a standing; ``answers``: of now, for later questions to start from."""
    facts = pack(plan, kept.standing, answers)
    return Row(handle, day, plan.digest, kept.head, kept.seen, kept.since, facts)


def kept_of(plan: Plan, row: Row) -> Kept | None:
    """Return the standing of a row; None: it is not of this plan, or not readable.

    A row of another plan that the store accepts is read by giving its name to this one: their facts go by the same
    numbers, only products differ.
    """
    standing = standing_of(plan, row.plan, row.facts)
    return None if standing is None else Kept(standing, row.head, row.seen, row.since)


def standing_of(plan: Plan, named: bytes, raw: bytes) -> Standing | None:
    """Return a standing that was packed under this plan, or under one called ``named`` that is as good."""
    found = unpack(plan if named == plan.digest else replace(plan, digest=named), raw)
    if isinstance(found, FoldAgain):
        return None
    if named == plan.digest:
        return found
    answers = None if found.kept is None else replace(found.kept, plan=plan.digest)
    return replace(found, plan=plan.digest, kept=answers)

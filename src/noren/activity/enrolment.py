"""Members and cards as the ledger takes them from the vault: keyed card indexes and coarse traits in, link tokens out.

Enrolment is idempotent by card, so a crossing that broke half-way is healed by sending it again.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from noren.activity.model import Card, CardState, Changes, Chosen, Kind, MemberState, Posting, Stop, Traits
from noren.activity.points import Moved, Standing, lapse
from noren.activity.ports import LedgerBatch, LedgerStore

HANDLE_BYTES: Final = 16
DRAW_NUMBER_BYTES: Final = 16
MAX_MEMBERS_A_CALL: Final = 5_000


@dataclass(frozen=True, slots=True)
class Arrival:
    """A member to enrol: of each of her cards the keyed indexes, the current one first, and her traits."""

    cards: tuple[Sequence[bytes], ...] = field(repr=False)
    traits: Traits


def enrol(store: LedgerStore, *, arrivals: Sequence[Arrival]) -> list[bytes | None]:
    """Enrol members; return a handle per arrival, None where her cards belong to different members already."""
    assert len(arrivals) <= MAX_MEMBERS_A_CALL
    with store.batch() as batch:
        return [_enrol(batch, arrival) for arrival in arrivals]


def _enrol(batch: LedgerBatch, arrival: Arrival) -> bytes | None:
    known = batch.cards(index for card in arrival.cards for index in card)
    handles = {card.handle for card in known.values()}
    if len(handles) > 1:
        return None
    if not handles:
        handle = secrets.token_bytes(HANDLE_BYTES)
        indexes = [card[0] for card in arrival.cards]
        batch.enrol(handle, secrets.token_bytes(DRAW_NUMBER_BYTES), indexes, arrival.traits)
        return handle
    handle = handles.pop()
    for card in arrival.cards:
        if not any(index in known for index in card):
            batch.set_card(Card(card[0], handle, CardState.ACTIVE))
    batch.set_traits(handle, arrival.traits)
    return handle


def set_card_state(store: LedgerStore, *, card: Sequence[bytes], state: CardState) -> bool:
    """Make a card (by its keyed indexes) active, lost or blocked; False where it is unknown.

    A till sees it with its next call.
    """
    with store.batch() as batch:
        known = next(iter(batch.cards(card).values()), None)
        if known is None:
            return False
        batch.set_card(replace(known, state=state))
        return True


def set_points_only(store: LedgerStore, *, handle: bytes, on: bool) -> bool:
    """Turn points-only mode on or off; False where the member is unknown."""
    with store.batch() as batch:
        if not _lives(batch, handle):
            return False
        batch.set_points_only(handle, on)
        return True


def set_stops(store: LedgerStore, *, stops: Sequence[tuple[bytes, Sequence[Stop]]]) -> bool:
    """Keep what members (by handle) have stopped, each time all that is in force; False where one is unknown."""
    return set_choices(store, rows=[(handle, Chosen(tuple(given))) for handle, given in stops])


def set_choices(store: LedgerStore, *, rows: Sequence[tuple[bytes, Chosen]]) -> bool:
    """Keep what members (by handle) have chosen, each time all of it, in one transaction; False where one is unknown.

    Whoever is known is kept though another is not.
    """
    with store.batch() as batch:
        lives = [(handle, chosen) for handle, chosen in rows if _lives(batch, handle)]
        for handle, chosen in lives:
            batch.set_stops(handle, chosen.stops)
            if chosen.points_only is not None:
                batch.set_points_only(handle, chosen.points_only)
            if chosen.keep_months is not None:
                batch.set_keep_months(handle, chosen.keep_months)
        return len(lives) == len(rows)


def is_points_only(store: LedgerStore, *, handle: bytes) -> bool | None:
    """Return whether points-only mode is on; None where the member is unknown."""
    with store.batch() as batch:
        return batch.members([handle])[handle].points_only if _lives(batch, handle) else None


def _lives(batch: LedgerBatch, handle: bytes) -> bool:
    """Whether a handle is a member's still: not unknown, not closed, not merged into another."""
    member = batch.members([handle]).get(handle)
    return member is not None and member.state is MemberState.ACTIVE


def merge(store: LedgerStore, *, source: bytes, target: bytes, day: int, expiry_days: int) -> bool:
    """Make two members one: cards, purchases and points go to ``target``; False where one is unknown.

    What had lapsed by ``day`` lapses first: a merge revives nothing.
    """
    with store.batch() as batch:
        members = batch.members([source, target])
        if source == target or len(members) < 2:
            return False
        if members[target].state is not MemberState.ACTIVE:
            return False  # what goes to a member who is gone would be stranded there
        if members[source].state is MemberState.MERGED:
            return True
        entry = batch.next_entry()
        batch.move_cards(source, target)
        _join_choices(batch, source, target)
        members = batch.members([source, target])
        lots = batch.lots([source, target])
        held = [
            lapse(Standing(members[handle], tuple(lots[handle])), day=day, expiry_days=expiry_days)
            for handle in (source, target)
        ]
        batch.write(_move_points(held[0], held[1], entry, day))
        return True


def _join_choices(batch: LedgerBatch, source: bytes, target: bytes) -> None:
    """Let what either had stopped stay stopped, and the shorter keeping of the two hold."""
    both = {each.rule: each for each in (*batch.stops(source), *batch.stops(target))}
    months = [chosen for handle in (source, target) if (chosen := batch.keep_months(handle))]
    batch.set_stops(target, list(both.values()))
    batch.set_keep_months(target, min(months, default=0))
    batch.set_stops(source, ())
    batch.set_keep_months(source, 0)


def _move_points(source: Moved, target: Moved, entry: int, day: int) -> Changes:
    """Move pool and lots; the stricter choice of the two stands (points-only stays on)."""
    changes = Changes()
    number = 0
    for standing, lapsed in (source, target):
        changes.lots.update({lot.number: lot for lot in standing.lots})
        for move in lapsed:
            handle = standing.member.handle
            changes.postings.append(Posting(entry, number, move.kind, handle, move.lot, move.partner, day, move.points))
            number += 1
    old, new, lots = source[0].member, target[0].member, source[0].lots
    moves = [(0, old.pool), *((lot.number, lot.points) for lot in lots)]
    for lot, points in moves:
        if points:
            changes.postings.append(Posting(entry, number, Kind.MERGE, old.handle, lot, "", day, -points))
            changes.postings.append(Posting(entry, number + 1, Kind.MERGE, new.handle, lot, "", day, points))
            number += 2
    for lot in lots:
        changes.lots[lot.number] = replace(lot, handle=new.handle)
    changes.members[old.handle] = replace(old, state=MemberState.MERGED, pool=0, lots=0)
    changes.members[new.handle] = replace(
        new,
        pool=new.pool + old.pool,
        lots=new.lots + old.lots,
        points_only=new.points_only or old.points_only,
        last_movement=max(new.last_movement, old.last_movement),
    )
    return changes

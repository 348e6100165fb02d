"""A purchase, or a line of one, that its member does not want kept.

She asks; until the next round, at least an hour, she may take it back. Then of a purchase what points need is left:
day, company, amount and points. Shop, terminal, receipt number, time and lines go. Of a line its product, quantity
and amount go, and its place stays, so that the others keep their numbers. The receipt's keyed mark stays for its term,
so that goods still come back with the receipt: by amount, as in points-only mode.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from noren.activity.closing import DayOf, Forgetting
from noren.activity.model import FORGOTTEN_LINE, Purchase, Return
from noren.activity.ports import LedgerBatch, LedgerStore
from noren.activity.seen import when_seen

WHOLE: Final = -1
"""Stands for all lines of a purchase."""

BEGUN: Final = 1
"""Stands for the instant at which it was done while the lake is still to follow the ledger: no way back any more."""

UNDO: Final = timedelta(hours=1)
"""For so long, at least, she may take it back."""


def ask(store: LedgerStore, *, handle: bytes, entry: int, line: int, now_us: int) -> bool:
    """Let a purchase or a line of it wait to be forgotten; False where it is not hers, or has nothing to forget."""
    with store.batch() as batch:
        if not _can_go(batch.purchases([entry]).get(entry), handle, line):
            return False
        batch.ask_to_forget(entry, line, now_us)
        return True


def undo(store: LedgerStore, *, handle: bytes, entry: int, line: int) -> bool:
    """Take it back; False where there is nothing to take back (any more)."""
    with store.batch() as batch:
        purchase = batch.purchases([entry]).get(entry)
        return purchase is not None and purchase.handle == handle and batch.undo_forgetting(entry, line)


def forget(batch: LedgerBatch, due: Sequence[Forgetting], day_of: DayOf) -> set[bytes]:
    """Forget what is due in the ledger, within one transaction; return whose it was. Done again it changes nothing."""
    whose = set[bytes]()
    for each in due:
        purchase = batch.purchases([each.entry]).get(each.entry)
        if purchase is not None:
            whose.add(purchase.handle)
            batch.put_anew(*_without(purchase, batch.returns(each.entry), each.line, day_of))
    batch.note_forgotten(due, BEGUN)
    batch.turn_purchases()
    return whose


def by_purchase(due: Sequence[Forgetting]) -> dict[int, frozenset[int] | None]:
    """Return of each purchase which lines go; None: all of them."""
    lines = defaultdict[int, set[int]](set)
    for each in due:
        lines[each.entry].add(each.line)
    return {entry: None if WHOLE in some else frozenset(some) for entry, some in lines.items()}


def _can_go(purchase: Purchase | None, handle: bytes, line: int) -> bool:
    if purchase is None or purchase.handle != handle or not purchase.body_hash:
        return False
    if line == WHOLE:
        return bool(purchase.shop)
    lines = purchase.lines or ()
    return 0 <= line < len(lines) and lines[line] != FORGOTTEN_LINE


def _without(
    purchase: Purchase, returns: Sequence[Return], line: int, day_of: DayOf
) -> tuple[Purchase, Sequence[Return]]:
    if not purchase.body_hash:
        return purchase, returns  # a day's sum by now
    if line == WHOLE:
        # What was settled stays in its day, and what campaigns saw in the day in which they saw it.
        (_, begin), (_, booked) = day_of(when_seen(purchase.at, purchase.received)), day_of(purchase.received)
        bare = replace(purchase, shop="", terminal="", receipt="", at=begin, received=booked, lines=None)
        return bare, [replace(each, lines=None) for each in returns]
    lines = purchase.lines
    if lines is None or line >= len(lines):
        return purchase, returns
    left = (*lines[:line], FORGOTTEN_LINE, *lines[line + 1 :])
    kept = [
        replace(each, lines=each.lines and tuple(one for one in each.lines if one.line != line)) for each in returns
    ]
    return replace(purchase, lines=left), kept

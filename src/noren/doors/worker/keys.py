"""A rotation's work on the ledger side: receipts, bodies and terminals move to the current key; cards are looked at.

Each call does a second's worth and says where it ended, so that the command line shows how
far it is, and a call cut off costs nothing but itself. After each transaction the work rests,
so that a till always gets in between.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from litestar import post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from noren.activity.rekeying import CHUNK, Rekeyed, stale, stale_bodies, stale_receipts
from noren.doors.worker.bodies import WorkAnswer, WorkBody
from noren.doors.worker.turn import Turn
from noren.kernel.marks import named, turn

SLICE_SECONDS: Final = 1.0
REST: Final = 1.5
"""Rest after a transaction, in times what it took."""

Step = Callable[[Turn, str], WorkAnswer]


def key_handlers(at: Turn) -> list[Any]:
    """Return the handler of ``/keys``."""

    @post("/keys/work", status_code=HTTP_200_OK, sync_to_thread=True)
    def work(data: JSONBody[WorkBody]) -> WorkAnswer:
        step, until = STEPS[data.name], time.monotonic() + SLICE_SECONDS
        after, seen, moved = data.after, 0, 0
        while True:
            begun = time.monotonic()
            done = step(at, after)
            after, seen, moved = done.after, seen + done.seen, moved + done.moved
            if not after or time.monotonic() > until:
                return WorkAnswer(after, seen, moved, done.left)
            time.sleep(REST * (time.monotonic() - begun) if done.moved else 0)

    return [work]


def _receipts(at: Turn, after: str) -> WorkAnswer:
    day, _, digest = (after or "0:").partition(":")
    rows = at.room.feed.receipts_after((int(day), bytes.fromhex(digest)), CHUNK)
    stale = stale_receipts(rows, partial(turn, at.room.receipts.receipt_index))
    if stale:
        with at, at.room.ledger.batch() as batch:
            batch.rename_receipts(stale)
    last = f"{rows[-1][0]}:{rows[-1][1].hex()}" if len(rows) == CHUNK else ""
    return WorkAnswer(last, len(rows), len(stale))


def _bodies(at: Turn, after: str) -> WorkAnswer:
    """Bodies of purchases and returns, then what came from another system: known by the same key."""
    part, _, last = (after or "bodies:").partition(":")
    step = {"bodies": _entries, "openings": _openings, "coupons": _coupons}[part]
    done = step(at, last)
    following = {"bodies": "openings:", "openings": "coupons:", "coupons": ""}[part]
    return WorkAnswer(f"{part}:{done.after}" if done.after else following, done.seen, done.moved)


def _entries(at: Turn, after: str) -> WorkAnswer:
    rows = at.room.feed.bodies_after(int(after or 0), CHUNK)
    moved = stale_bodies(rows, partial(turn, at.room.receipts.body_hash))
    if moved:
        with at, at.room.ledger.batch() as batch:
            batch.put_bodies(moved)
    return WorkAnswer(str(rows[-1][0]) if len(rows) == CHUNK else "", len(rows), len(moved))


def _openings(at: Turn, after: str) -> WorkAnswer:
    keys = [row.key for row in at.room.feed.openings_after(bytes.fromhex(after), CHUNK)]
    return _renamed(at, keys, lambda batch, pairs: batch.rename_openings(pairs))


def _coupons(at: Turn, after: str) -> WorkAnswer:
    names = [row.coupon for row in at.room.feed.coupons_after(bytes.fromhex(after), CHUNK)]
    return _renamed(at, names, lambda batch, pairs: batch.rename_coupons(pairs))


def _renamed(
    at: Turn, values: Sequence[bytes], write: Callable[[Rekeyed, list[tuple[bytes, bytes]]], None]
) -> WorkAnswer:
    moved = stale(values, partial(turn, at.room.receipts.body_hash))
    if moved:
        with at, at.room.ledger.batch() as batch:
            write(batch, moved)
    return WorkAnswer(values[-1].hex() if len(values) == CHUNK else "", len(values), len(moved))


def _terminals(at: Turn, after: str) -> WorkAnswer:
    del after  # a company's tills are few: one transaction
    seen, moved = at.room.directory.turn_terminals(partial(turn, at.room.terminal_key))
    return WorkAnswer("", seen, moved)


def _cards(at: Turn, after: str) -> WorkAnswer:
    """Look for cards under an old key: those which the vault, having shown all of its own, does not know."""
    del after
    bound = named(at.room.receipts.card_index.current, b"")
    return WorkAnswer("", 0, 0, len(at.room.feed.cards_under(bound, CHUNK)))


def _copies(at: Turn, after: str) -> WorkAnswer:
    del after  # copies are few: one pass
    return WorkAnswer("", *at.room.copies.rewrap())


STEPS: Final[dict[str, Step]] = {
    "card-index": _cards,
    "receipt-index": _receipts,
    "body-hash": _bodies,
    "terminal-key": _terminals,
    "ledger-copies": _copies,
}

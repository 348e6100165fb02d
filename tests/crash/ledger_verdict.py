"""The verdict on a disk found after a power cut: opened by the real store, held against what had been acknowledged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from tests.crash.ledger_orders import KEYS, Order, Sale, decide
from tests.crash.ledger_play import Journal

from noren.activity.feed import SqliteFeed
from noren.activity.model import Purchase, ReceiptKey, Return
from noren.activity.ports import LedgerBatch
from noren.activity.store import SqliteLedger
from noren.register.jobs import Answered, Moment
from noren.register.names import read_name

ALL = 10**9
RESENT = 5
REFUSABLE = {"points-short", "over-return", "blocked-card", "bad-field", "unknown-purchase"}


@dataclass(frozen=True)
class Known:
    """What the registers knew when the power went."""

    acknowledged: dict[Order, bytes]
    in_the_air: list[Order]
    history: dict[tuple[str, Any], list[tuple[int, float, Any]]]
    place: int
    swept: bool

    @classmethod
    def at(cls, journal: Journal, place: int) -> Known:
        """Return what was known when the disk had been told ``place`` things."""
        acknowledged = {order: body for at, order, body in journal.acknowledged if at <= place}
        in_the_air = [order for at, order in journal.sent if at <= place and order not in acknowledged]
        swept = journal.swept is not None and journal.swept <= place
        return cls(acknowledged, in_the_air, journal.history, place, swept)


def judge(path: Path, known: Known, moment: Moment, chance: Random) -> list[str]:
    """Open what was found, and return what is wrong with it."""
    try:
        store = SqliteLedger(path)
    except Exception as wrong:  # whatever it is: a till could not open it either
        return [f"does not open: {type(wrong).__name__}"]
    try:
        whole = store._db.execute("PRAGMA integrity_check").fetchall()
        if whole != [("ok",)]:
            return [f"not whole: {whole[0][0]}"]
        feed = SqliteFeed(path)
        try:
            return [
                *_stored(feed, known),
                *_kept(store, known),
                *_balances(feed),
                *_resend(store, known, moment, chance),
                *_balances(feed),
            ]
        finally:
            feed.close()
    except Exception as wrong:
        return [f"does not read: {type(wrong).__name__}"]
    finally:
        store.close()


def _stored(feed: SqliteFeed, known: Known) -> list[str]:
    """Everything acknowledged is stored with its very bytes, once; nothing is stored that was never sent."""
    purchases = {p.entry: p for p in feed.purchases_after(0, ALL)}
    returns = {(r.purchase, r.name): r for r, _ in feed.returns_after(0, ALL)}
    found = [f"lost: {order}" for order in known.acknowledged if not _is_stored(order, known, purchases, returns)]
    sent = {key for order in (*known.acknowledged, *known.in_the_air) for key in _receipts(order)}
    keys = [p.key for p in purchases.values()]
    if len(keys) != len(set(keys)):
        found.append("doubled: a purchase is stored twice")
    if not sent.issuperset(keys):
        found.append("invented: a purchase is stored that nobody sent")
    return found


@cache
def _receipts(order: Order) -> list[ReceiptKey]:
    if not isinstance(order, Sale):
        return []
    seller = order.seller
    return KEYS.receipts(seller.shop, seller.terminal, order.request.business_date, order.request.receipt)


@cache
def _entry(name: str) -> int:
    return read_name(KEYS.purchase_id, name) or 0


def _is_stored(
    order: Order, known: Known, purchases: dict[int, Purchase], returns: dict[tuple[int, str], Return]
) -> bool:
    told = known.acknowledged[order]
    if isinstance(order, Sale):
        stored: Purchase | Return | None = purchases.get(_entry(name_in(told)))
    else:
        stored = returns.get((_entry(order.purchase), order.request.name))
    return stored is not None and (stored.answer == told or (known.swept and stored.answer == b""))


@cache
def name_in(answer: bytes) -> str:
    """Return the name that an acknowledgement gave a purchase."""
    return str(msgspec.json.decode(answer)["purchase"])


def _kept(store: SqliteLedger, known: Known) -> list[str]:
    """Members, cards, choices and lots are as last acknowledged, or as what was under way made them."""
    found: list[str] = []
    with store.batch() as batch:
        for (kind, key), changes in known.history.items():
            before = [value for _, ended, value in changes if ended <= known.place]
            allowed = [value for begun, ended, value in changes if begun <= known.place < ended]
            allowed.append(before[-1] if before else None)
            value = _value(batch, kind, key)
            if value not in allowed:
                found.append(f"lost: {kind} is {value}, not one of {allowed}")
    return found


def _value(batch: LedgerBatch, kind: str, key: Any) -> Any:
    """Return what stands under (kind, key); None where nothing was ever said of it."""
    if kind == "card":
        card = batch.cards([key]).get(key)
        return card and card.handle
    if kind == "lot":
        return True if any(posting.lot == key for posting in batch.postings(key)) else None
    member = batch.members([key]).get(key)
    if kind == "state":
        return member and member.state
    return True if member and member.points_only else None


def _balances(feed: SqliteFeed) -> list[str]:
    found: list[str] = []
    tally = feed.tally()
    if sum(points for _, points in feed.balance_sheet()):
        found.append("points do not balance")
    if feed.unbalanced_members() or feed.torn_purchases():
        found.append("a member's or a purchase's sums are torn")
    if feed.unbalanced_lots() or feed.open_days() or feed.open_accounts():
        found.append("a company's day or account does not come to 0")
    if (tally.purchases, tally.amount, tally.earned, tally.returns) != feed.sums():
        found.append("the tally is not the sum of the rows")
    return found


def _resend(store: SqliteLedger, known: Known, moment: Moment, chance: Random) -> list[str]:
    """Send again what hung in the air and some of what was acknowledged: each is answered, the latter byte for byte."""
    old = list(known.acknowledged)
    again = [*old[-2:], *chance.sample(old, min(RESENT, len(old))), *known.in_the_air]
    chance.shuffle(again)
    found: list[str] = []
    for order, outcome in zip(again, decide(store, [order.job() for order in again], moment), strict=True):
        told = known.acknowledged.get(order)
        if told is None:
            if not isinstance(outcome, Answered) and outcome.problem not in REFUSABLE | {
                "too-old",
                "erased",
                "receipt-conflict",
            }:
                found.append(f"unanswerable: {order} {outcome}")
        elif not isinstance(outcome, Answered):
            if not (known.swept and outcome.problem in {"too-old", "erased"}):
                found.append(f"lost on resending: {order} {outcome}")
        elif not outcome.replayed or outcome.body != told:
            found.append(f"changed on resending: {order}")
    return found

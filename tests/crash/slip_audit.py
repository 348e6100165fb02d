"""What a till's own journal knows of slips: none issued twice or beyond a cap, none used twice, none lost.

It reads answers alone; the ledger is read only to be held against them.
"""

from __future__ import annotations

import random
import sqlite3
from collections import Counter, defaultdict, deque
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
from tests.crash.till_audit import Findings, Journal, bringing_back
from tests.crash.till_wire import Ack, Order

from noren.register.coupons import coupon_name
from noren.testing.till_bodies import JAPAN, line, purchase

COFFEE, BREAD = "4901777018888", "4901777018895"
REDEEM_SHARE: Final = 0.15
TWICE_SHARE: Final = 0.3
AGAIN_SHARE: Final = 0.05
LATE_SHARE: Final = 0.2
LATE: Final = timedelta(hours=20)
_KEPT: Final = 5_000


class SlipJournal(Journal):
    """A journal whose tills also scan slips (some twice at once), send again what was answered, and sell late.

    Until a slip was voided, what gave the newest slip is brought back next.
    """

    def __init__(self, cards: list[str], chance: random.Random) -> None:
        super().__init__(cards, chance)
        self._open: deque[tuple[str, str]] = deque(maxlen=_KEPT)
        self._again: deque[Order] = deque(maxlen=_KEPT)
        self._twice: Order | None = None
        self._gave: tuple[str, str] | None = None
        self.findings = Findings()
        self.calls = self.replays = 0
        self.issued: defaultdict[str, list[str]] = defaultdict(list[str])
        self.voided = set[str]()
        self.redeemed = Counter[str]()

    def next_order(self) -> Order:
        """See ``Journal``."""
        twice, self._twice = self._twice, None
        if twice is not None:
            return twice
        gave, self._gave = self._gave, None
        if gave is not None:
            return bringing_back(*gave)
        chance = self._chance.random()
        if self._again and chance < AGAIN_SHARE:
            return self._chance.choice(self._again)
        if self._open and chance < AGAIN_SHARE + REDEEM_SHARE:
            return self._redeeming()
        if chance < AGAIN_SHARE + REDEEM_SHARE + LATE_SHARE:
            return self._sale(at=datetime.now(JAPAN) - self._chance.random() * LATE)
        return super().next_order() if chance > 0.8 else self._sale()

    def _redeeming(self) -> Order:
        card, barcode = self._open.popleft()
        if self._chance.random() < TWICE_SHARE:
            self._twice = self._sale(card, coupons=[barcode])
        return self._sale(card, coupons=[barcode])

    def _sale(self, card: str = "", **changes: Any) -> Order:
        card = card or self._chance.choice(self._cards)
        body = purchase(card, line(COFFEE, 1, 300), line(BREAD, 1, self._chance.randrange(500)), **changes)
        return Order(card, "/v1/purchases", msgspec.json.encode(body))

    def heard(self, order: Order, ack: Ack | None) -> None:
        """See ``Journal``."""
        self.calls += 1
        before = self.acknowledged.get(order)
        if before is not None:
            if ack is not None:
                self._heard_again(before, ack)
            return
        super().heard(order, ack)
        if ack is not None and ack.status == 201:
            self._note(order, ack)

    def _heard_again(self, before: bytes, ack: Ack) -> None:
        self.replays += 1
        if (ack.status, ack.replayed, ack.body) != (201, True, before):
            self.findings.changed.append(f"{ack.status} replayed={ack.replayed}")

    def _note(self, order: Order, ack: Ack) -> None:
        body = msgspec.json.decode(ack.body)
        self.voided.update(body.get("voided", ()))
        if self._chance.random() < AGAIN_SHARE:
            self._again.append(order)
        for effect in body.get("effects", ()):
            if effect["type"] == "issue_coupon":
                if not self.voided and self._gave is None and self._returnable[-1][1] == body["purchase"]:
                    self._gave = self._returnable.pop()
                self.issued[effect["campaign"]].append(effect["coupon"])
                self._open.append((order.card, effect["barcode"]["value"]))
            elif effect["type"] == "redeem_coupon":
                self.redeemed[effect["coupon"]] += 1


def slips_wrong(journal: SlipJournal, ledger: Path, caps: dict[str, int]) -> list[str]:
    """Return what does not fit: over-issue, double use, slips lost or unknown, nobody asked."""
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as db:
        stands = {coupon_name(name): used for name, used in db.execute("SELECT coupon, used FROM coupon")}
        leaves = dict(db.execute("SELECT number, leaves FROM campaign_count").fetchall())
        rows = db.execute("SELECT number, count(*), min(seq), max(seq) FROM draw GROUP BY number").fetchall()
        won = dict(db.execute("SELECT number, count(*) FROM draw WHERE outcome = 'issued' GROUP BY number").fetchall())
        number = dict(db.execute("SELECT campaign, number FROM campaign").fetchall())
        untold = db.execute("SELECT why, count(*) FROM undrawn GROUP BY why").fetchall()
    told = [name for names in journal.issued.values() for name in names]
    wrong = [
        f"{name}: {len(names)} of {caps[name]}" for name, names in journal.issued.items() if len(names) > caps[name]
    ]
    wrong += [f"not told: {why}, {count} times" for why, count in untold]
    wrong += [f"issued twice: {name}" for name, times in Counter(told).items() if times > 1]
    wrong += [f"used twice: {name}" for name, times in journal.redeemed.items() if times > 1]
    wrong += [f"lost: {name}" for name in set(told) - stands.keys()]
    wrong += [f"nobody was told of: {name}" for name in stands.keys() - set(told)]
    wrong += [f"used and stands open: {name}" for name in journal.redeemed if stands.get(name, 1) <= 0]
    wrong += [
        f"used, and nobody was told: {name}"
        for name, used in stands.items()
        if used > 0 and name not in journal.redeemed
    ]
    wrong += [f"void and stands open: {name}" for name in journal.voided if stands.get(name, -1) != -1]
    wrong += [
        f"leaves of {one}: {count}, {first} to {last}"
        for one, count, first, last in rows
        if (count, first, last) != (leaves[one], 0, leaves[one] - 1)
    ]
    return wrong + [
        f"{name}: {len(names)} slips, {won.get(number[name], 0)} winning leaves"
        for name, names in journal.issued.items()
        if len(names) != won.get(number[name], 0)
    ]

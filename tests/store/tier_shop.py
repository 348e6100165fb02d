"""A ledger whose tills sell and take back over months, and somebody who works tiers out by hand from what they said."""

from __future__ import annotations

import contextlib
import itertools
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from tests.crash.ledger_orders import KEYS, SELLERS, TOKYO, decide

from noren.activity import enrolment
from noren.activity.model import Traits
from noren.activity.ports import AuditFeed
from noren.activity.sweeping import Broom
from noren.activity.tiering import work_out
from noren.activity.tiers import Measure, Rules, RulesRow, RulesState, TierMonth, level_of, text_of
from noren.kernel.clock import local_date, microseconds
from noren.register.jobs import Answered, Moment, PurchaseJob, ReturnJob
from noren.register.names import read_name
from noren.register.requests import LineRequest, PurchaseRequest, ReturnLineRequest, ReturnRequest
from noren.testing.ledger_engines import LedgerPlace


def rules(
    measure: str = "spend",
    window: str = "last-months",
    months: int | None = 2,
    *,
    thresholds: tuple[int, ...] = (0, 1000, 2000),
    first: str = "2026-06-01",
) -> Rules:
    """Return rules of three levels."""
    levels = [
        {"id": name, "title": {"ja": name, "en": name}, "threshold": threshold}
        for name, threshold in zip(("blue", "silver", "gold"), thresholds, strict=True)
    ]
    said = {"from": first, "measure": measure, "window": window, "level": levels}
    return msgspec.convert(said | ({"months": months} if window == "last-months" else {}), Rules)


@dataclass
class Bought:
    """A purchase as the till answered it, with what came back of it: (when, amount, points)."""

    name: str
    whose: str
    at: int
    received: int
    amount: int
    earned: int
    back: list[tuple[int, int, int]] = field(default_factory=list[tuple[int, int, int]])


class TierShop:
    """Tills of one programme, and the worker's pass; ``now`` is moved by the test."""

    def __init__(self, place: LedgerPlace, now: datetime, chance: random.Random | None = None) -> None:
        self.chance, self.store, self.till, self.now = (
            chance or random.Random(1),
            place.store(),
            place.till_store(),
            now,
        )
        self.feed: AuditFeed = place.feed()
        self.numbers = itertools.count(1)
        self.cards: dict[str, bytes] = {}
        self.bought: list[Bought] = []
        self.broom = Broom(self.store, self.feed, contextlib.nullcontext(), rest=lambda _: None)

    @property
    def today(self) -> date:
        """The programme's day."""
        return local_date(self.now, TOKYO)

    def enrol(self) -> str:
        """Enrol somebody; return her card."""
        card = f"2980{next(self.numbers):012d}"
        arrival = enrolment.Arrival((KEYS.cards(card),), Traits())
        (handle,) = enrolment.enrol(self.store, arrivals=[arrival])
        assert handle is not None
        self.cards[card] = handle
        return card

    def sell(self, card: str, amount: int, *, late: timedelta = timedelta(0)) -> Bought:
        """Sell something; late: so long ago, at a till that was offline."""
        at = self.now - late
        request = PurchaseRequest(
            str(next(self.numbers)), local_date(at, TOKYO), at, card, [LineRequest("p", 1, amount)], amount
        )
        said = self._decide(PurchaseJob(request, SELLERS[0], KEYS, offline=late > timedelta(0)))
        made = Bought(
            said["purchase"], card, microseconds(at), microseconds(self.now), amount, said["points"]["earned"]
        )
        self.bought.append(made)
        return made

    def bring_back(self, one: Bought, amount: int) -> None:
        """Bring some of it back."""
        whole = amount == one.amount - sum(each[1] for each in one.back)
        line = ReturnLineRequest(0, 1 if whole else 0, amount)
        said = self._decide(ReturnJob(one.name, ReturnRequest(f"r{next(self.numbers)}", [line]), SELLERS[0], KEYS))
        one.back.append((microseconds(self.now), amount, said["points"]["taken_back"]))

    def merge(self, card: str, into: str) -> None:
        """Make two members one."""
        day = self.today.toordinal()
        assert enrolment.merge(self.store, source=self.cards[card], target=self.cards[into], day=day, expiry_days=400)
        for each in self.bought:
            each.whose = into if each.whose == card else each.whose

    def publish(self, said: Rules, version: int = 1) -> None:
        """Publish rules at this instant, past who must approve them."""
        now = microseconds(self.now)
        row = RulesRow(version, RulesState.PUBLISHED, text_of(said), "aoki", "baba", now, now)
        with self.store.batch() as batch:
            batch.put_tier_rules(row)

    def work_out(self) -> int:
        """Do the worker's pass."""
        return work_out(self.broom, self.feed, now_us=microseconds(self.now), today=self.today, zone=TOKYO)

    def tier(self, card: str, day: date | None = None) -> str | None:
        """Return what the till is told."""
        found = self.feed.place(self.cards[card])
        return None if found is None else found.tier.on(day or self.today)

    def measured(self, card: str, measure: Measure, month: TierMonth) -> int:
        """Return what somebody who read the tills' answers says of a month."""
        sum_ = 0
        for each in self.bought:
            if each.whose != card or not month.begins <= each.at < month.ends or each.received >= month.as_of:
                continue
            back = [some for some in each.back if some[0] < month.as_of]
            amount = each.amount - sum(some[1] for some in back)
            points = each.earned - sum(some[2] for some in back)
            sum_ += {Measure.SPEND: amount, Measure.POINTS: points, Measure.VISITS: int(amount > 0)}[measure]
        return sum_

    def expected(self, card: str) -> str:
        """Return her tier of the newest month, by hand."""
        month = self.feed.tier_months()[-1]
        said = next(row.rules for row in self.feed.tier_rules() if row.version == month.version)
        return level_of(said, self.measured(card, said.measure, month)).id

    def entry(self, one: Bought) -> int:
        """Return a purchase's entry."""
        found = read_name(KEYS.purchase_id, one.name)
        assert found is not None
        return found

    def close(self) -> None:
        """Close the stores."""
        for each in (self.store, self.till, self.feed):
            each.close()

    def _decide(self, job: PurchaseJob | ReturnJob) -> dict[str, Any]:
        (outcome,) = decide(self.till, [job], Moment(self.now, TOKYO, 400, 400))
        assert isinstance(outcome, Answered), outcome
        return msgspec.json.decode(outcome.body, type=dict[str, Any])


def tokyo(year: int, month: int, day: int, hour: int = 12) -> datetime:
    """Return an instant by Tokyo's clocks."""
    return datetime(year, month, day, hour, tzinfo=TOKYO).astimezone(UTC)

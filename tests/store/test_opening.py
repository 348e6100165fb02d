"""Opening balances and coupons on each engine: each row once, points sum to 0, lapsed and unfit ones set aside."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest

from noren.activity import enrolment
from noren.activity.enrolment import Arrival
from noren.activity.model import CardState, Stop, Traits
from noren.activity.ports import AuditFeed, LedgerStore
from noren.governance.stopping import EVERYTHING, Rule
from noren.kernel.keyring import KEY_BYTES, KeyRing
from noren.register.opening import CouponRow, LotRow, Result, Setting, Unfit, import_coupons, import_lots
from noren.register.till_keys import ReceiptKeys

TODAY = date(2026, 11, 22)
SETTING = Setting(TODAY.toordinal(), 365, frozenset({"P1", "P2"}))


def a_ring(name: str) -> KeyRing:
    return KeyRing(name, 1, {1: secrets.token_bytes(KEY_BYTES)})


@dataclass
class Ledger:
    """A ledger with some members, as the worker holds it."""

    store: LedgerStore
    keys: ReceiptKeys = field(default_factory=lambda: ReceiptKeys(*map(a_ring, ("card", "receipt", "body", "name"))))
    handles: dict[str, bytes] = field(default_factory=dict[str, bytes])

    def enrol(self, *cards: str) -> None:
        arrivals = [Arrival((self.keys.cards(card),), Traits()) for card in cards]
        for card, handle in zip(cards, enrolment.enrol(self.store, arrivals=arrivals), strict=True):
            assert handle is not None
            self.handles[card] = handle

    def lots(self, *rows: LotRow, dry: bool = False) -> list[str]:
        return words(import_lots(self.store, keys=self.keys, rows=rows, setting=SETTING, dry=dry))

    def coupons(self, *rows: CouponRow) -> list[str]:
        return words(import_coupons(self.store, keys=self.keys, rows=rows, setting=SETTING))

    def held(self, card: str) -> tuple[int, int, list[tuple[str, int, int]]]:
        """Return a member's pool, her last movement and her lots without their numbers."""
        handle = self.handles[card]
        with self.store.batch() as batch:
            member, lots = batch.members([handle])[handle], batch.lots([handle])[handle]
        assert member.lots == len(lots)
        return member.pool, member.last_movement, sorted((x.partner, x.expires, x.points) for x in lots)


def words(results: Sequence[Result]) -> list[str]:
    return [each.word if isinstance(each, Unfit) else each for each in results]


def lot(card: str = "29800001", points: int = 100, **changed: object) -> LotRow:
    return replace(LotRow(card, points, TODAY - timedelta(days=30), None, ""), **changed)  # type: ignore[arg-type]


def coupon(card: str = "29800001", **changed: object) -> CouponRow:
    row = CouponRow(card, "K1", "珈琲", "", 100, 0, ("P1",), TODAY - timedelta(days=9), TODAY + timedelta(days=9))
    return replace(row, **changed)  # type: ignore[arg-type]


@pytest.fixture
def ledger(store: LedgerStore) -> Ledger:
    made = Ledger(store)
    made.enrol("29800001", "29800002", "29800003")
    return made


def sums_to_zero(feed: AuditFeed) -> bool:
    return sum(points for _, points in feed.balance_sheet()) == 0 and feed.unbalanced_members() == 0


def test_points_come_into_pool_and_lots_once(ledger: Ledger, feed: AuditFeed) -> None:
    rows = [
        lot(points=100),
        lot(points=-30, earned=TODAY - timedelta(days=500)),
        lot(points=40, expires=TODAY + timedelta(days=5)),
        lot(points=50, company="P1"),
        lot(points=60, company="P2", expires=TODAY),
        lot(points=0),
    ]
    assert ledger.lots(*rows, dry=True) == ["imported"] * 6
    assert ledger.held("29800001") == (0, 0, [])
    assert ledger.lots(*rows) == ["imported"] * 6
    day = TODAY.toordinal()
    expected = (70, day - 30, [("", day + 5, 40), ("P1", day - 30 + 365, 50), ("P2", day, 60)])
    assert ledger.held("29800001") == expected
    assert ledger.lots(*reversed(rows)) == ["same"] * 6
    assert ledger.held("29800001") == expected
    assert sums_to_zero(feed)
    sums = feed.opening_sums()
    assert sums == {"": (4, 110, 4, 110, 110), "P1": (1, 50, 1, 50, 50), "P2": (1, 60, 1, 60, 60)}
    assert len(feed.openings_after(b"", 100)) == 6


def test_equal_rows_are_told_apart_by_their_number(ledger: Ledger) -> None:
    assert ledger.lots(lot(), lot(number=1), lot()) == ["imported", "imported", "same"]
    assert ledger.held("29800001")[0] == 200


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (lot("29809999"), "unknown-card"),
        (lot(company="P9"), "unknown-company"),
        (lot(expires=TODAY - timedelta(days=1)), "expired"),
        (lot(earned=TODAY - timedelta(days=366)), "expired"),
        (lot(earned=TODAY + timedelta(days=1)), "unfit"),
        (lot(points=-1, company="P1"), "unfit"),
        (lot(expires=TODAY, earned=TODAY + timedelta(days=1)), "unfit"),
    ],
)
def test_what_does_not_fit_is_set_aside(ledger: Ledger, feed: AuditFeed, row: LotRow, word: str) -> None:
    assert ledger.lots(row, lot()) == [word, "imported"]
    assert feed.opening_sums() == {"": (1, 100, 1, 100, 100)}


def test_a_blocked_card_is_set_aside(ledger: Ledger) -> None:
    enrolment.set_card_state(ledger.store, card=ledger.keys.cards("29800002"), state=CardState.BLOCKED)
    assert ledger.lots(lot("29800002")) == ["blocked-card"]
    assert ledger.coupons(coupon("29800002")) == ["blocked-card"]


def test_nothing_that_had_lapsed_is_revived(ledger: Ledger, feed: AuditFeed) -> None:
    old = replace(SETTING, today=TODAY.toordinal() - 400)
    before = lot(points=10, earned=TODAY - timedelta(days=410))
    import_lots(ledger.store, keys=ledger.keys, rows=[before], setting=old)
    assert ledger.lots(lot(points=5)) == ["imported"]
    assert ledger.held("29800001")[0] == 5
    assert sums_to_zero(feed)


def test_coupons_come_once_and_other_terms_are_named(ledger: Ledger, feed: AuditFeed) -> None:
    assert ledger.coupons(coupon(), coupon(number=1), coupon("29800002")) == ["imported"] * 3
    assert ledger.coupons(coupon()) == ["same"]
    (changed,) = import_coupons(
        ledger.store, keys=ledger.keys, rows=[coupon(discount=120, min_spend=5)], setting=SETTING
    )
    assert isinstance(changed, Unfit)
    assert (changed.word, "discount, min_spend" in changed.reason.en) == ("other-terms", True)
    assert feed.coupon_sums() == {"P1": (3, 300, 0)}
    assert len(feed.coupons_after(b"", 10)) == 3
    assert ledger.coupons(coupon(barcode="K2", valid_until=TODAY - timedelta(days=1))) == ["expired"]
    assert ledger.coupons(coupon(barcode="K2", companies=("P1", "P7"))) == ["unknown-company"]


def test_a_merge_takes_coupons_and_stops_along(ledger: Ledger) -> None:
    source, target = ledger.handles["29800001"], ledger.handles["29800002"]
    ledger.coupons(coupon())
    stops = [(source, [Stop(EVERYTHING, "2014-06-01")]), (target, [Stop(Rule(channel="post"), "2020-01-01")])]
    assert enrolment.set_stops(ledger.store, stops=stops)
    assert enrolment.merge(ledger.store, source=source, target=target, day=TODAY.toordinal(), expiry_days=365)
    with ledger.store.batch() as batch:
        assert len(batch.coupons_of(target)) == 1
        assert [each.rule for each in batch.stops(target)] == [EVERYTHING, Rule(channel="post")]
        assert batch.stops(source) == []


def test_stops_are_replaced_by_those_in_force(ledger: Ledger) -> None:
    handle = ledger.handles["29800001"]
    assert enrolment.set_stops(ledger.store, stops=[(handle, [Stop(EVERYTHING, "2014-06-01")])])
    assert enrolment.set_stops(ledger.store, stops=[(handle, [Stop(Rule(recipient="P1"), "2020-01-01")])])
    with ledger.store.batch() as batch:
        assert batch.stops(handle) == [Stop(Rule(recipient="P1"), "2020-01-01")]
    assert not enrolment.set_stops(ledger.store, stops=[(bytes(16), [])])


def test_in_any_order_in_pieces_and_repeated_the_same_stands(ledger: Ledger, feed: AuditFeed) -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    cards = ["29800001", "29800002", "29800003", "29809999"]
    rows = [
        lot(
            chance.choice(cards),
            chance.randrange(-50, 200),
            earned=TODAY - timedelta(days=chance.randrange(400)),
            expires=chance.choice([None, None, TODAY + timedelta(days=chance.randrange(-5, 50))]),
            company=chance.choice(["", "", "P1", "P2", "P9"]),
        )
        for _ in range(60)
    ]
    rows = list(dict.fromkeys(rows))
    fate = dict(zip(rows, ledger.lots(*rows, dry=True), strict=True))
    for _ in range(3):
        shuffled = chance.sample(rows, len(rows))
        while shuffled:
            piece = shuffled[: chance.randrange(1, 20)]
            del shuffled[: len(piece)]
            ledger.lots(*piece)
    taken = [row for row, word in fate.items() if word == "imported"]
    assert sum(found[1] for found in feed.opening_sums().values()) == sum(row.points for row in taken), f"seed {seed}"
    assert ledger.lots(*rows) == ["same" if row in taken else fate[row] for row in rows]
    for card in cards[:3]:
        hers = [row for row in taken if row.card == card]
        loose = [row for row in hers if not (row.expires or row.company) or not row.points]
        pool, last, lots = ledger.held(card)
        assert pool == sum(row.points for row in loose), f"seed {seed}"
        assert last == max((row.earned.toordinal() for row in loose), default=0), f"seed {seed}"
        assert sum(points for *_, points in lots) == sum(r.points for r in hers) - pool, f"seed {seed}"
    assert sums_to_zero(feed), f"seed {seed}"

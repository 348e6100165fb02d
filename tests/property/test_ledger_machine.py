"""P2, P3: the real store and the register's own jobs against a plain model, in any order that Hypothesis thinks of.

Sales, previews, resends, conflicts, things brought back, offline sales, lots, lapsing, merges,
points-only mode, erased and dropped receipts, new key versions, a clock that moves; several in
one batch. Each answer equals the model's, each resend is the same bytes, and at the end every
company's account and day comes to 0. Runs on both engines.
"""

from __future__ import annotations

import copy
import itertools
import os
import shutil
import tempfile
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.crash.ledger_orders import BEGIN, KEEP_DAYS, SELLERS, TOKYO, decide
from tests.property.ledger_model import EXPIRY_DAYS, Bought, Holder, Lot, bring_back, merge, sell

from noren.activity import enrolment, model
from noren.activity.sweeping import Broom, drop_receipts, lapse_points
from noren.kernel.clock import local_date
from noren.kernel.keyring import KeyRing
from noren.register.jobs import Answered, BalanceJob, Moment, Outcome, PurchaseJob, ReturnJob
from noren.register.names import read_name
from noren.register.refusals import Refusal
from noren.register.requests import (
    BalanceRequest,
    LineRequest,
    PurchaseRequest,
    ReturnLineRequest,
    ReturnRequest,
)
from noren.register.till_keys import TillKeys
from noren.testing.ledger_engines import ENGINES, LedgerPlace, ledger_place

NIGHT = bool(os.environ.get("NOREN_NIGHT"))
AMOUNT = st.one_of(st.integers(0, 400), st.sampled_from([0, 1, 99, 100, 101, 10**6]))
LINES = st.lists(st.tuples(st.integers(1, 4), AMOUNT), min_size=1, max_size=4)
USED = st.integers(-20, 60).map(lambda points: max(0, points))
PICK = st.integers(0, 10**6)
SALE = st.tuples(PICK, LINES, USED, st.booleans(), PICK)


def keys_of(version: int) -> TillKeys:
    """Return the till's keys with ``version`` versions, the newest current."""
    rings = [
        KeyRing(name, version, {n: f"{name}{n}".encode().ljust(32, b"k") for n in range(1, version + 1)})
        for name in ("card", "receipt", "body", "purchase", "code")
    ]
    return TillKeys(*rings)


class Ledger(RuleBasedStateMachine):
    """One ledger of ``engine``."""

    engine = "sqlite"

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="noren-machine-"))
        self.place: LedgerPlace = ledger_place(self.engine, self.folder)
        self.store, self.numbers = self.place.store(), itertools.count(1)
        self.now, self.keys = BEGIN, keys_of(1)
        self.holders: list[Holder] = []
        self.handles: dict[int, bytes] = {}
        self.sold: list[tuple[PurchaseRequest, int, bool, Bought]] = []
        self._room()
        self.enrol()
        self.enrol()

    @property
    def day(self) -> int:
        return local_date(self.now, TOKYO).toordinal()

    @property
    def moment(self) -> Moment:
        return Moment(self.now, TOKYO, EXPIRY_DAYS, KEEP_DAYS)

    def _room(self) -> None:
        with self.store.batch() as batch:
            batch.turn_days(self.day - 1, self.day + 1, before=0)

    @precondition(lambda self: len(self.holders) < 5)
    @rule()
    def enrol(self) -> None:
        holder = Holder([f"2980{next(self.numbers):012d}", f"2981{next(self.numbers):012d}"])
        arrival = enrolment.Arrival(tuple(self.keys.cards(card) for card in holder.cards), model.Traits())
        (handle,) = enrolment.enrol(self.store, arrivals=[arrival])
        assert handle is not None
        self.handles[id(holder)] = handle
        self.holders.append(holder)

    @rule(sales=st.lists(SALE, min_size=1, max_size=4), again=st.booleans())
    def sell(self, sales: list[tuple[int, list[tuple[int, int]], int, bool, int]], again: bool) -> None:
        """Sell, several in one batch; ``again``: each is in it twice."""
        asked: list[tuple[PurchaseJob, Bought | str, int]] = []
        for who, lines, used, offline, seller in sales:
            holder, where = self.holders[who % len(self.holders)], SELLERS[seller % len(SELLERS)]
            rules: Any = {"partner": where.partner, "per": where.per, "day": self.day, "lines": lines}
            tried = sell(copy.deepcopy(holder), used=used, offline=offline, **rules)
            expected = tried if isinstance(tried, str) else sell(holder, used=used, offline=offline, **rules)
            after = holder.usable(where.partner)
            request = self._request(holder.cards[who % len(holder.cards)], lines, used)
            asked.append((PurchaseJob(request, where, self.keys, offline), expected, after))
            if not isinstance(expected, str):
                self.sold.append((request, seller % len(SELLERS), offline, expected))
        outcomes = self._decide(*(job for job, _, _ in asked for _ in range(1 + again)))
        for number, (_, expected, after) in enumerate(asked):
            first, *more = outcomes[number * (1 + again) : (number + 1) * (1 + again)]
            self._is_sold(first, expected, after)
            for repeated in more:
                assert repeated == (replace(first, replayed=True) if isinstance(first, Answered) else first)

    def _request(self, card: str, lines: list[tuple[int, int]], used: int) -> PurchaseRequest:
        at = self.now - timedelta(minutes=1)
        amount = sum(money for _, money in lines)
        rows = [LineRequest(f"p{n}", quantity, money) for n, (quantity, money) in enumerate(lines)]
        more: dict[str, Any] = {"points_used": used} if used else {}
        return PurchaseRequest(str(next(self.numbers)), at.astimezone(TOKYO).date(), at, card, rows, amount, **more)

    def _is_sold(self, outcome: Outcome, expected: Bought | str, after: int) -> None:
        if isinstance(expected, str):
            assert isinstance(outcome, Refusal), outcome
            assert outcome.problem == expected
            return
        assert isinstance(outcome, Answered), outcome
        said = msgspec.json.decode(outcome.body)
        assert said["points"] == {"earned": expected.earned, "used": expected.used, "balance": after}
        expected.body, expected.name = outcome.body, said["purchase"]

    @rule(sale=SALE)
    def preview(self, sale: tuple[int, list[tuple[int, int]], int, bool, int]) -> None:
        who, lines, used, _, seller = sale
        holder, where = copy.deepcopy(self.holders[who % len(self.holders)]), SELLERS[seller % len(SELLERS)]
        request = self._request(holder.cards[0], lines, used)
        expected = sell(
            holder, partner=where.partner, per=where.per, day=self.day, lines=lines, used=used, offline=False
        )
        (outcome,) = self._decide(PurchaseJob(request, where, self.keys, preview=True))
        if isinstance(expected, str):
            assert isinstance(outcome, Refusal)
            assert outcome.problem == expected
        else:
            assert isinstance(outcome, Answered)
            points = msgspec.json.decode(outcome.body)["points"]
            assert points == {"earned": expected.earned, "used": used, "balance": holder.usable(where.partner)}

    @precondition(lambda self: self.sold)
    @rule(picks=st.lists(PICK, min_size=1, max_size=5))
    def send_again(self, picks: list[int]) -> None:
        """Resend any of what was sold, in any order, perhaps under newer keys; a changed body is a conflict."""
        some = [self.sold[pick % len(self.sold)] for pick in picks]
        jobs = [PurchaseJob(request, SELLERS[seller], self.keys, offline) for request, seller, offline, _ in some]
        others = [
            PurchaseJob(msgspec.structs.replace(request, points_used=request.used + 1), SELLERS[seller], self.keys)
            for request, seller, _, _ in some
        ]
        outcomes = self._decide(*jobs, *others)
        for (_, _, _, sold), outcome, other in zip(some, outcomes[: len(some)], outcomes[len(some) :], strict=True):
            if sold.swept or sold.erased:
                problem = "too-old" if sold.swept else "erased"
                assert [x.problem for x in (outcome, other) if isinstance(x, Refusal)] == [problem, problem]
            else:
                assert outcome == Answered(201, sold.body, replayed=True)
                assert isinstance(other, Refusal)
                assert other.problem == "receipt-conflict"

    @precondition(lambda self: self.sold)
    @rule(pick=PICK, data=st.data(), seller=PICK)
    def bring_back(self, pick: int, data: st.DataObject, seller: int) -> None:
        _, _, _, sold = self.sold[pick % len(self.sold)]
        where, lines = SELLERS[seller % len(SELLERS)], data.draw(_some_of(sold))
        request = ReturnRequest(f"r{next(self.numbers)}", [ReturnLineRequest(*line) for line in lines])
        expected = bring_back(sold, lines, partner=where.partner, day=self.day)
        (outcome,) = self._decide(ReturnJob(sold.name, request, where, self.keys))
        if isinstance(expected, str):
            assert isinstance(outcome, Refusal), outcome
            assert outcome.problem == expected
            return
        assert isinstance(outcome, Answered), outcome
        taken, given = expected
        points = {"taken_back": taken, "given_back": given, "balance": sold.holder.usable(where.partner)}
        assert msgspec.json.decode(outcome.body)["points"] == points
        sold.returns[request.name] = (request, outcome.body)

    @precondition(lambda self: any(sold.returns for *_, sold in self.sold))
    @rule(pick=PICK)
    def bring_back_again(self, pick: int) -> None:
        some = [(sold, *back) for *_, sold in self.sold for back in sold.returns.values()]
        sold, request, body = some[pick % len(some)]
        where = next(each for each in SELLERS if each.partner == sold.partner)
        other = ReturnRequest(request.name, [*request.lines, ReturnLineRequest(0, 1, 1)])
        outcomes = self._decide(*(ReturnJob(sold.name, each, where, self.keys) for each in (request, other)))
        if sold.thinned:
            assert [x.problem for x in outcomes if isinstance(x, Refusal)] == ["too-old"] * 2
        else:
            assert outcomes[0] == Answered(201, body, replayed=True)
            assert isinstance(outcomes[1], Refusal)
            assert outcomes[1].problem == "receipt-conflict"

    @rule(who=PICK, partner=st.sampled_from(["", "P1", "P2"]), points=st.integers(1, 50), days=st.integers(0, 25))
    def grant(self, who: int, partner: str, points: int, days: int) -> None:
        """Give points for a fixed term."""
        holder = self.holders[who % len(self.holders)]
        handle = self.handles[id(holder)]
        with self.store.batch() as batch:
            entry, member = batch.next_entry(), batch.members([handle])[handle]
            lot = model.Lot(entry, handle, partner, self.day + days, points)
            changes = model.Changes(next_entry=entry + 1, lots={entry: lot})
            changes.members[handle] = replace(member, lots=member.lots + 1)
            changes.postings.append(model.Posting(entry, 0, model.Kind.LOT, handle, entry, partner, self.day, points))
            batch.write(changes)
        holder.lots[entry] = Lot(partner, self.day + days, points)

    @precondition(lambda self: len(self.holders) > 2)
    @rule(one=PICK, other=PICK)
    def merge(self, one: int, other: int) -> None:
        old = self.holders.pop(one % len(self.holders))
        new = self.holders[other % len(self.holders)]
        ids = {"source": self.handles[id(old)], "target": self.handles[id(new)]}
        assert enrolment.merge(self.store, **ids, day=self.day, expiry_days=EXPIRY_DAYS)
        merge(old, new, self.day)
        for *_, sold in self.sold:
            if sold.holder is old:
                sold.holder = new

    @rule(who=PICK, on=st.booleans())
    def choose_points_only(self, who: int, on: bool) -> None:
        holder = self.holders[who % len(self.holders)]
        assert enrolment.set_points_only(self.store, handle=self.handles[id(holder)], on=on)
        holder.points_only = on

    @rule(days=st.integers(0, 15), hours=st.integers(0, 30))
    def wait(self, days: int, hours: int) -> None:
        self.now += timedelta(days=days, hours=hours)
        self._room()

    @precondition(lambda self: self.keys.card_index.current < 4)
    @rule()
    def add_key_version(self) -> None:
        self.keys = self.rotated(self.keys.card_index.current + 1)

    def rotated(self, version: int) -> TillKeys:
        """Return the keys after a rotation."""
        return keys_of(version)

    @rule(receipts=st.booleans())
    def sweep(self, receipts: bool) -> None:
        """Let points lapse; perhaps drop the receipts past their term."""
        feed = self.place.feed()
        broom = Broom(self.store, feed, nullcontext(), lambda _: None)
        lapse_points(broom, day=self.day, expiry_days=EXPIRY_DAYS)
        for holder in self.holders:
            holder.lapse(self.day)
        if receipts:
            before = self.day - KEEP_DAYS
            drop_receipts(broom, before_day=before, up_to_entry=10**9, up_to_return=10**9)
            for request, *_, sold in self.sold:
                sold.swept |= request.business_date < date.fromordinal(before)
        feed.close()

    @precondition(lambda self: any(not (sold.erased or sold.swept) for *_, sold in self.sold))
    @rule(pick=PICK)
    def erase(self, pick: int) -> None:
        """Take the entry off a receipt, as the erasure of a member will."""
        some = [sold for *_, sold in self.sold if not (sold.erased or sold.swept)]
        sold = some[pick % len(some)]
        entry = read_name(self.keys.purchase_id, sold.name)
        self.place.change_by_hand(f"UPDATE receipt SET entry = NULL WHERE entry = {entry}")
        sold.erased = True

    def _decide(self, *jobs: Any) -> list[Outcome]:
        return decide(self.store, jobs, self.moment)

    @invariant()
    def balances_agree(self) -> None:
        asked = [(holder, card, where) for holder in getattr(self, "holders", []) for card, where in
                 zip(itertools.cycle(holder.cards), (SELLERS[0], SELLERS[2]), strict=False)]  # fmt: skip
        jobs = [BalanceJob(BalanceRequest(card), where, self.keys) for _, card, where in asked]
        for (holder, _, where), outcome in zip(asked, self._decide(*jobs) if jobs else [], strict=True):
            there = copy.deepcopy(holder)
            there.lapse(self.day)
            assert isinstance(outcome, Answered), outcome
            assert msgspec.json.decode(outcome.body)["points"] == there.usable(where.partner)

    def teardown(self) -> None:
        if not hasattr(self, "place"):
            return
        self.store.close()
        feed = self.place.feed()
        try:
            assert sum(points for _, points in feed.balance_sheet()) == 0
            assert (feed.unbalanced_members(), feed.unbalanced_lots(), feed.torn_purchases()) == (0, 0, 0)
            assert (list(feed.open_days()), list(feed.open_accounts())) == ([], [])
            assert feed.tally().purchases == feed.sums()[0] == len(self.sold)
            assert feed.tally().returns == sum(len(sold.returns) for *_, sold in self.sold)
        finally:
            feed.close()
            self.place.remove()
            shutil.rmtree(self.folder, ignore_errors=True)


def _some_of(sold: Bought) -> st.SearchStrategy[list[tuple[int, int, int]]]:
    """Parts of what is left, now and then one too many, at times all of it."""
    whole = [(n, quantity, money) for n, (quantity, money) in enumerate(sold.lines) if quantity > 0 and money >= 0]
    one = st.integers(0, len(sold.lines) - 1).flatmap(
        lambda n: st.tuples(
            st.just(n),
            st.integers(1, max(1, sold.lines[n][0])),
            st.integers(0, max(0, sold.lines[n][1])) | st.just(max(0, sold.lines[n][1]) + 1),
        )
    )
    parts = st.lists(one, min_size=1, max_size=2)
    return st.one_of(parts, st.just(whole)) if whole else parts


class OnPostgres(Ledger):
    """The same on PostgreSQL."""

    engine = "postgres"


class Forgetful(Ledger):
    """A rotation that drops the old version of the receipts' key at once: what was sold is sold again."""

    def rotated(self, version: int) -> TillKeys:
        newer = keys_of(version)
        ring = newer.receipt_index
        return replace(newer, receipt_index=KeyRing(ring.name, ring.current, {ring.current: ring.key()}))


class Generous(Ledger):
    """A store in which someone's points grow by themselves."""

    def _room(self) -> None:
        super()._room()
        self.place.change_by_hand("UPDATE member SET pool = pool + 1 WHERE pool > 0")


def _run(machine: type[Ledger], examples: int, **more: Any) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            print_blob=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
            **more,
        ),
    )


EXAMPLES = {"sqlite": 4_000 if NIGHT else 40, "postgres": 1_000 if NIGHT else 12}


@pytest.mark.parametrize("engine", ENGINES)
def test_the_ledger_is_the_model(engine: str) -> None:
    _run({"sqlite": Ledger, "postgres": OnPostgres}[engine], EXAMPLES[engine])


@pytest.mark.parametrize("broken", [Forgetful, Generous])
def test_control_a_broken_ledger_is_found_out(broken: type[Ledger]) -> None:
    with pytest.raises((AssertionError, ExceptionGroup)):
        _run(broken, 1_000, phases=[Phase.generate], database=None)

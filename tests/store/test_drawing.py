"""M12, P3: what a purchase is drawn is written in its own commit, on either engine, and no cap is passed."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from noren.activity.campaigns import FORGOTTEN, DrawRow, Undrawn
from noren.activity.closing import Forgetting
from noren.activity.enrolment import merge, set_points_only
from noren.activity.erasing import erase
from noren.activity.forgetting import WHOLE, forget
from noren.activity.model import Card, CardState, Purchase, Traits
from noren.activity.ports import LedgerStore
from noren.activity.thinning import day_of
from noren.campaign.leaves import leaf_of, root_of
from noren.campaign.slips import Fault, check_slip
from noren.kernel.keyring import KeyRing
from noren.register.batches import Duties
from noren.register.campaigns import Fatigue, LiveCampaign
from noren.register.flushing import Waiting
from noren.register.jobs import Answered, Later, Moment, Outcome, PurchaseJob, ReturnJob, Seller
from noren.register.requests import LineRequest, PurchaseRequest, ReturnLineRequest, ReturnRequest
from noren.register.till_keys import TillKeys
from noren.register.work import Work
from noren.testing.campaign_book import FakeBook, campaign_file
from noren.testing.ledger_engines import LedgerPlace
from noren.testing.writers import DrivenWriter

NOW = datetime(2026, 11, 22, 1, 15, 30, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")
DAY = date(2026, 11, 22).toordinal()
MIDNIGHT = datetime(2026, 11, 22, 15, tzinfo=UTC)  # in Tokyo
SELLER = Seller("S1", "1", "P1", 100)
Effect = dict[str, Any]


def ring(name: str) -> KeyRing:
    return KeyRing(name, 1, {1: name.encode().ljust(32, b"k")})


KEYS = TillKeys(ring("card"), ring("receipt"), ring("body"), ring("purchase"), ring("code"))


def card_of(number: int) -> str:
    return f"29800{number:08d}"


def handle_of(number: int) -> bytes:
    return number.to_bytes(2, "big") * 8


class Silent:
    def batch(self, size: int, seconds: float) -> None: ...

    def broken(self, what: str) -> None:
        raise AssertionError(what)


class Shop:
    """Members 1..N, a till with a book, and what its purchases came to."""

    def __init__(self, place: LedgerPlace, members: int = 3) -> None:
        self.place, self.book, self.now, self._batches = place, FakeBook(), NOW, 0
        store = place.store()
        with store.batch() as batch:
            for number in range(1, members + 1):
                batch.enrol(handle_of(number), number.to_bytes(16, "big"), [], Traits())
                batch.set_card(Card(KEYS.cards(card_of(number))[0], handle_of(number), CardState.ACTIVE))
        store.close()
        self._arrived, self._outcomes = threading.Condition(), dict[object, Outcome]()
        self.writer = DrivenWriter(
            Duties(
                open_store=place.till_store,
                moment=self._moment,
                answer=self._answer,
                watch=Silent(),
                book=self.book,
            )
        )

    def _moment(self) -> Moment:
        """Return a batch's instant: no two have the same."""
        self._batches += 1
        return Moment(self.now + timedelta(microseconds=self._batches), TOKYO, 365, 400)

    def _answer(self, pairs: Sequence[tuple[Waiting, Outcome]]) -> None:
        with self._arrived:
            self._outcomes.update({waiting.ticket: outcome for waiting, outcome in pairs})
            self._arrived.notify_all()

    def ask(self, *jobs: PurchaseJob | ReturnJob) -> list[Outcome]:
        tickets = [object() for _ in jobs]
        self.writer.submit_all([Waiting(job, ticket) for job, ticket in zip(jobs, tickets, strict=True)])
        with self._arrived:
            assert self._arrived.wait_for(lambda: all(t in self._outcomes for t in tickets), timeout=120)
        return [self._outcomes[ticket] for ticket in tickets]

    def buys(self, member: int, receipt: str, at: datetime | None = None) -> PurchaseJob:
        when = at or self.now
        lines = [LineRequest("0490", 1, 300)]
        day = when.astimezone(TOKYO).date()
        request = PurchaseRequest(f"{member}-{receipt}", day, when, card_of(member), lines, 300)
        return PurchaseJob(request, SELLER, KEYS)

    def slips(self, member: int, receipt: str, at: datetime | None = None) -> list[Effect]:
        (outcome,) = self.ask(self.buys(member, receipt, at))
        return effects_of(outcome)

    def bought(self, member: int) -> list[Purchase]:
        feed = self.place.feed()
        try:
            return list(feed.chain(handle_of(member), None, 100))
        finally:
            feed.close()

    def draws(self, campaign: LiveCampaign) -> list[DrawRow]:
        feed = self.place.feed()
        try:
            return list(feed.draws_after(campaign.number, -1, 100_000))
        finally:
            feed.close()


def effects_of(outcome: Outcome | Later) -> list[Effect]:
    assert isinstance(outcome, Answered)
    effects: list[Effect] = msgspec.json.decode(outcome.body)["effects"]
    return [each for each in effects if each["type"] == "issue_coupon"]


@pytest.fixture
def shop(place: LedgerPlace) -> Iterator[Shop]:
    made = Shop(place)
    yield made
    made.writer.stop()


def words(draws: Sequence[DrawRow]) -> list[str]:
    return [each.outcome for each in draws]


def test_a_slip_comes_with_the_purchase_and_verifies(shop: Shop) -> None:
    campaign = shop.book.run(campaign_file())
    (slip,) = shop.slips(1, "a-1")
    assert slip["campaign"] == "coffee-fans"
    assert (slip["valid_from"], slip["valid_until"]) == ("2026-11-22", "2026-12-05")
    assert len(slip["proof"]) <= 500
    assert not isinstance(check_slip(shop.book.terms["coffee-fans"], slip), Fault)
    (draw,) = shop.draws(campaign)
    assert (draw.seq, draw.outcome, draw.previous) == (0, "issued", -1)
    store = shop.place.store()
    with store.batch() as batch:
        (coupon,) = batch.coupons_of(handle_of(1))
    store.close()
    assert (coupon.campaign, coupon.discount, coupon.issued_by) == ("coffee-fans", 50, draw.entry)
    assert slip["barcode"]["value"] == coupon.barcode


def test_a_resend_gets_the_same_bytes_and_no_new_draw(shop: Shop) -> None:
    campaign = shop.book.run(campaign_file(draw="visit"))
    (first,), (again,) = shop.ask(shop.buys(1, "a-1")), shop.ask(shop.buys(1, "a-1"))
    assert isinstance(first, Answered)
    assert isinstance(again, Answered)
    assert (again.replayed, again.body) == (True, first.body)
    assert len(shop.draws(campaign)) == 1


def test_by_member_she_is_drawn_for_once_and_by_visit_once_a_day(shop: Shop) -> None:
    once = shop.book.run(campaign_file("by-member"))
    daily = shop.book.run(campaign_file("by-visit", draw="visit"))
    assert {each["campaign"] for each in shop.slips(1, "a-1")} == {"by-member", "by-visit"}
    assert shop.slips(1, "a-2") == []
    shop.now = NOW + timedelta(days=1)
    assert [each["campaign"] for each in shop.slips(1, "a-3")] == ["by-visit"]
    assert [len(shop.draws(each)) for each in (once, daily)] == [1, 2]
    assert [each.previous for each in shop.draws(daily)] == [-1, 0]


@pytest.mark.parametrize(
    ("caps", "issued", "cap"),
    [
        ("total = 2", 2, "total"),
        ("per_day = 1", 1, "per_day"),
        ("budget = 149", 2, "budget"),
        ("total = 30\npace = 'even'", 3, None),
    ],
)
def test_a_cap_is_never_passed_within_a_batch_either(shop: Shop, caps: str, issued: int, cap: str | None) -> None:
    campaign = shop.book.run(campaign_file(caps=caps))
    outcomes = shop.ask(*(shop.buys(member, "a-1") for member in (1, 2, 3)))
    assert sum(len(effects_of(each)) for each in outcomes) == issued
    found = Counter(words(shop.draws(campaign)))
    assert found["issued"] == issued
    assert found[f"capped:{cap}"] == 3 - issued


def test_negative_control_without_the_batchs_own_counts_a_cap_is_passed(shop: Shop) -> None:
    shop.book.run(campaign_file(caps="total = 1"))
    moment, store = Moment(NOW, TOKYO, 365, 400), shop.place.till_store()
    with store.batch() as held:
        together = Work(held, book=shop.book)
        kept = [shop.buys(member, "a-1").run(together, moment) for member in (1, 2)]
        apart = [shop.buys(member, "a-1").run(Work(held, book=shop.book), moment) for member in (1, 2)]
    store.close()
    assert [sum(len(effects_of(each)) for each in some) for some in (kept, apart)] == [1, 2]


def test_a_win_held_back_by_a_days_cap_tries_again_with_the_same_ticket(shop: Shop) -> None:
    campaign = shop.book.run(campaign_file(caps="per_day = 1"))
    shop.slips(1, "a-1")
    assert shop.slips(2, "a-1") == []
    shop.now = NOW + timedelta(days=1)
    assert len(shop.slips(2, "a-2")) == 1
    _, held, kept = shop.draws(campaign)
    assert (held.outcome, kept.outcome) == ("capped:per_day", "issued")
    assert held.ticket == kept.ticket


def test_a_days_cap_turns_at_local_midnight(shop: Shop) -> None:
    """Midnight in Tokyo is 15:00 in UTC: neither the machine's day nor the receipt's business date counts."""
    campaign = shop.book.run(campaign_file(caps="per_day = 1"))
    shop.now = datetime(2026, 11, 22, 14, 59, 59, tzinfo=UTC)
    assert [len(shop.slips(member, "a-1")) for member in (1, 2)] == [1, 0]
    shop.now += timedelta(seconds=1)
    assert [len(shop.slips(member, "a-2")) for member in (2, 3)] == [1, 0]
    assert words(shop.draws(campaign)) == ["issued", "capped:per_day", "issued", "capped:per_day"]


def test_a_purchase_that_comes_late_is_counted_on_its_own_day(shop: Shop) -> None:
    """Midnight lies between them: each day has its draws, whichever came first, and no two days hold two slips."""
    daily = shop.book.run(campaign_file("daily", draw="visit", caps="draws_per_day = 1"))
    caps = "draws_per_day = 9\nper_member = { count = 1, days = 2 }"
    seldom = shop.book.run(campaign_file("seldom", draw="visit", caps=caps))
    shop.now = MIDNIGHT + timedelta(minutes=10)
    late = shop.now - timedelta(minutes=20)
    given = [
        [each["campaign"] for each in shop.slips(1, receipt, at)]
        for receipt, at in (("a-1", None), ("a-2", late), ("a-3", None), ("a-4", late))
    ]
    assert given == [["daily", "seldom"], ["daily"], [], []]
    assert words(shop.draws(daily)) == ["issued"] * 2
    assert words(shop.draws(seldom)) == ["issued", *["capped:per_member"] * 3]


def test_in_whatever_order_purchases_of_two_days_come_each_day_has_its_draws(shop: Shop) -> None:
    seed = random.randrange(2**32)
    print("seed", seed)
    chance = random.Random(seed)
    daily = shop.book.run(campaign_file("daily", draw="visit", caps="draws_per_day = 2"))
    caps = "draws_per_day = 100\nper_member = { count = 2, days = 2 }"
    seldom = shop.book.run(campaign_file("seldom", draw="visit", caps=caps))
    visits, drawn, slips = Counter[tuple[int, int]](), Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for number in range(120):
        shop.now = MIDNIGHT + timedelta(days=number // 40, minutes=10)
        at = chance.choice([shop.now, shop.now, shop.now - timedelta(minutes=20)])
        visit = chance.randint(1, 3), at.astimezone(TOKYO).toordinal()
        visits[visit] += 1
        given = [each["campaign"] for each in shop.slips(visit[0], f"r-{number}", at)]
        drawn[visit] += "daily" in given
        slips[visit] += "seldom" in given
    assert drawn == Counter({visit: min(2, count) for visit, count in visits.items()})
    assert len(shop.draws(daily)) == drawn.total()
    assert len(shop.draws(seldom)) == visits.total()
    two_days = [slips[member, day - 1] + slips[member, day] for member in (1, 2, 3) for day in range(DAY, DAY + 4)]
    assert max(two_days) == 2


@pytest.mark.parametrize("forgets", [False, True])
def test_a_prompt_purchase_over_midnight_is_of_the_day_that_received_it(shop: Shop, forgets: bool) -> None:
    """Received within ten minutes it is of the new day, also when she had it forgotten since."""
    shop.book.run(campaign_file(draw="visit", caps="draws_per_day = 1"))
    shop.now = MIDNIGHT + timedelta(minutes=3)
    assert len(shop.slips(1, "a-1", MIDNIGHT - timedelta(minutes=2))) == 1
    if forgets:
        forget_whole(shop, shop.bought(1)[0].entry)
    shop.now = MIDNIGHT + timedelta(hours=24, minutes=10)
    assert len(shop.slips(1, "a-2")) == 1
    assert shop.slips(1, "a-3", MIDNIGHT + timedelta(hours=20)) == []


@pytest.mark.parametrize(("source", "target"), [(1, 2), (2, 1)])
def test_who_is_merged_has_had_the_draws_of_both_on_each_day(shop: Shop, source: int, target: int) -> None:
    shop.book.run(campaign_file(draw="visit", caps="draws_per_day = 2"))
    shop.now = MIDNIGHT - timedelta(hours=3)
    assert [len(shop.slips(member, "a-1")) for member in (1, 2)] == [1, 1]
    shop.now = MIDNIGHT + timedelta(minutes=10)
    assert len(shop.slips(1, "a-2")) == 1
    store = shop.place.store()
    merge(store, source=handle_of(source), target=handle_of(target), day=DAY, expiry_days=365)
    store.close()
    late = MIDNIGHT - timedelta(minutes=20)
    given = [len(shop.slips(target, f"b-{place}", at)) for place, at in enumerate((late, late, None, None, late))]
    assert given == [0, 0, 1, 0, 0]


def forget_whole(shop: Shop, entry: int) -> None:
    """Let a member have a purchase forgotten."""
    store = shop.place.store()
    with store.batch() as batch:
        batch.ask_to_forget(entry, WHOLE, 1)
        forget(batch, [Forgetting(entry, WHOLE, 1, 0)], day_of(TOKYO))
    store.close()


def test_a_slip_of_the_next_day_counts_by_the_limit_over_all_campaigns(shop: Shop) -> None:
    shop.book.fatigue = Fatigue(1, 7)
    campaign = shop.book.run(campaign_file(draw="visit", caps="draws_per_day = 9"))
    shop.now = MIDNIGHT + timedelta(minutes=10)
    assert len(shop.slips(1, "a-1")) == 1
    assert shop.slips(1, "a-2", shop.now - timedelta(minutes=20)) == []
    assert words(shop.draws(campaign)) == ["issued", "capped:fatigue"]


def test_the_limit_over_all_campaigns_holds_back_too(shop: Shop) -> None:
    shop.book.fatigue = Fatigue(1, 7)
    shop.book.run(campaign_file("first", offer="priority = 1"))
    second = shop.book.run(campaign_file("second", offer="priority = 2", draw="visit"))
    assert [each["campaign"] for each in shop.slips(1, "a-1")] == ["first"]
    assert words(shop.draws(second)) == ["capped:fatigue"]
    shop.now = NOW + timedelta(days=7)
    assert [each["campaign"] for each in shop.slips(1, "a-2")] == ["second"]


def test_who_fits_not_or_can_not_be_told_is_not_drawn_for(shop: Shop) -> None:
    campaign = shop.book.run(campaign_file())
    shop.book.fits = lambda purchase, _: purchase.handle == handle_of(2)
    assert (shop.slips(1, "a-1"), len(shop.slips(2, "a-1"))) == ([], 1)
    shop.book.fits = None
    assert shop.slips(3, "a-1") == []
    assert len(shop.draws(campaign)) == 1


def test_what_could_not_be_told_is_written_down_with_the_purchase(shop: Shop) -> None:
    """Once a purchase, whatever is resent; not where no campaign runs, nor where all are over for her."""
    shop.book.fits = None
    shop.slips(1, "before")
    assert held(shop, 1) == []
    shop.book.run(campaign_file())
    for receipt in ("a-1", "a-1", "a-2"):
        shop.slips(1, receipt)
    assert [each.why for each in held(shop, 1)] == ["test", "test"]
    shop.book.fits = lambda _purchase, _campaign: True
    assert len(shop.slips(1, "a-3")) == 1
    shop.book.fits = None
    shop.slips(1, "a-4")
    assert len(held(shop, 1)) == 2, "by member she was drawn for: nothing more was to be told"
    bought = [each.entry for each in shop.bought(1)]
    assert [each.entry for each in held(shop, 1)] == sorted(bought)[1:3]


def test_what_could_not_be_told_goes_where_its_member_goes(shop: Shop) -> None:
    shop.book.run(campaign_file())
    shop.book.fits = None
    for member in (1, 2):
        shop.slips(member, "a-1")
    store = shop.place.store()
    merge(store, source=handle_of(1), target=handle_of(2), day=DAY, expiry_days=365)
    assert [len(held(shop, member)) for member in (1, 2)] == [0, 2]
    erase(store, handle=handle_of(2), day=DAY, now_us=1)
    store.close()
    assert held(shop, 2) == []
    feed = shop.place.feed()
    assert feed.undrawn_after(0) == {}
    feed.close()


def held(shop: Shop, member: int) -> list[Undrawn]:
    feed = shop.place.feed()
    try:
        return list(feed.undrawn_held(handle_of(member)))
    finally:
        feed.close()


def test_a_late_purchase_and_points_only_mode_take_part_in_no_draw(shop: Shop) -> None:
    campaign = shop.book.run(campaign_file())
    late = NOW - timedelta(hours=24, seconds=1)
    assert shop.slips(1, "a-1", late) == []
    assert len(shop.slips(1, "a-2", late + timedelta(seconds=2))) == 1
    store = shop.place.store()
    set_points_only(store, handle=handle_of(2), on=True)
    store.close()
    assert shop.slips(2, "a-1") == []
    assert len(shop.draws(campaign)) == 1


def test_two_purchases_of_one_member_at_once_are_two_batches(shop: Shop) -> None:
    """Negative control: without a campaign here they are one, so it is the campaign that parts them."""
    sold: list[int] = []
    seen = shop.book.fits
    assert seen is not None

    def fits(purchase: Any, campaign: LiveCampaign) -> bool:
        feed = shop.place.feed()
        sold.append(len(feed.purchases_after(0, 10)))
        feed.close()
        return seen(purchase, campaign)

    shop.ask(shop.buys(1, "a-1"), shop.buys(1, "a-2"))
    shop.book.fits = fits
    shop.book.run(campaign_file(draw="visit", caps="draws_per_day = 9"))
    outcomes = shop.ask(shop.buys(1, "b-1"), shop.buys(1, "b-2"), shop.buys(2, "b-3"))
    assert [len(effects_of(each)) for each in outcomes] == [1, 1, 1]
    assert sold == [2, 2, 4], "the second purchase of member 1 saw the first committed"


@pytest.mark.parametrize("first", ["the return", "the purchase"])
def test_goods_and_a_purchase_of_one_member_at_once_are_two_batches(shop: Shop, first: str) -> None:
    """Their order is their instants'. Negative control: the goods of another member come back at her very instant."""
    shop.book.run(campaign_file(draw="visit", caps="draws_per_day = 9"))
    bought = shop.ask(shop.buys(1, "a-1"), shop.buys(2, "a-1"))
    names = [msgspec.json.decode(each.body)["purchase"] for each in bought if isinstance(each, Answered)]
    back, other = (
        ReturnJob(name, ReturnRequest("r-1", [ReturnLineRequest(0, 1, 300)]), SELLER, KEYS) for name in names
    )
    job = shop.buys(1, "b-1")
    outcomes = shop.ask(back, job, other) if first == "the return" else shop.ask(job, back, other)
    assert all(isinstance(each, Answered) for each in outcomes)
    feed = shop.place.feed()
    sold = feed.purchases_after(0, 10)[-1].received
    came = {owner.handle: goods.at for goods, owner in feed.returns_after(0, 10)}
    feed.close()
    assert came[handle_of(2)] in (sold, came[handle_of(1)]), "one batch, one instant"
    assert (came[handle_of(1)] < sold) == (first == "the return")
    assert came[handle_of(1)] != sold


def test_the_holdout_is_left_out_and_written_down(shop: Shop) -> None:
    campaign = shop.book.run(campaign_file(holdout="0.999999999999"))
    assert shop.slips(1, "a-1") == []
    assert words(shop.draws(campaign)) == ["holdout"]


def leaf_again(campaign: LiveCampaign, draw: DrawRow) -> bytes:
    return leaf_of(
        draw.salt, campaign=campaign.file.id, seq=draw.seq, ticket=draw.ticket, terms_hash=campaign.terms_hash,
        outcome=draw.outcome,
    )  # fmt: skip


def erased(store: LedgerStore, member: int) -> None:
    erase(store, handle=handle_of(member), day=DAY, now_us=1)


def test_an_erased_members_draws_are_forgotten_and_the_root_stays(shop: Shop) -> None:
    campaign = shop.book.run(campaign_file(draw="visit", caps="draws_per_day = 9"))
    for member, receipt in ((1, "a-1"), (2, "a-1"), (1, "a-2"), (1, "a-3")):
        shop.slips(member, receipt)
    before = shop.draws(campaign)
    assert [leaf_again(campaign, each) for each in before] == [each.leaf for each in before]
    store = shop.place.store()
    erased(store, 1)
    store.close()
    after = shop.draws(campaign)
    assert [each.outcome for each in after] == [FORGOTTEN, "issued", FORGOTTEN, FORGOTTEN]
    assert all(not each.ticket and not each.salt and not each.entry for each in after if each.outcome == FORGOTTEN)
    assert root_of(each.leaf for each in after) == root_of(each.leaf for each in before)
    assert leaf_again(campaign, replace(before[0], outcome="lost")) != before[0].leaf, "negative control"


def test_a_merge_keeps_what_either_had_drawn(shop: Shop) -> None:
    campaign = shop.book.run(campaign_file(draw="visit", caps="draws_per_day = 9"))
    once = shop.book.run(campaign_file("by-member"))
    for member, receipt in ((1, "a-1"), (2, "a-1"), (1, "a-2")):
        shop.slips(member, receipt)
    store = shop.place.store()
    merge(store, source=handle_of(1), target=handle_of(2), day=DAY, expiry_days=365)
    with store.batch() as batch:
        hers = {each.number: each for each in batch.draws_of(handle_of(2))}
        assert batch.draws_of(handle_of(1)) == []
    assert (hers[campaign.number].drawn, len(hers[campaign.number].issued)) == (3, 3)
    assert hers[once.number].settled == 1
    erased(store, 2)
    store.close()
    assert set(words(shop.draws(campaign))) == {FORGOTTEN}

"""Purchases older than 36 months become a row a day and company, on either engine; sums stay exact."""

from __future__ import annotations

import contextlib
import random
import secrets
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from tests.store.lake_model import TOKYO
from tests.store.ledger_cases import a_purchase, enrolled, sale

from noren.activity.closing import DayOf
from noren.activity.enrolment import merge
from noren.activity.model import Changes, Kind, Posting, Purchase, Return
from noren.activity.ports import AuditFeed, LedgerBatch, LedgerStore
from noren.activity.sweeping import Broom
from noren.activity.thinning import begin_us, first_whole, thin_ledger
from noren.kernel.clock import instant_of, local_date, microseconds

TODAY = date(2026, 11, 26)
FIRST = date(2023, 11, 1)
Sum = tuple[bytes, date, str]


def buy(store: LedgerStore, handle: bytes, at: datetime, *, partner: str, earned: int) -> int:
    with store.batch() as batch:
        member, entry = batch.members([handle])[handle], batch.next_entry()
        told = {"at": microseconds(at), "partner": partner, "body_hash": secrets.token_bytes(16)}
        batch.write(sale(a_purchase(handle, entry, previous=member.last_purchase, earned=earned, **told), member))
    return entry


def bring_back(store: LedgerStore, handle: bytes, entry: int, at: datetime, points: int) -> None:
    with store.batch() as batch:
        back, bought = batch.next_entry(), batch.purchases([entry])[entry]
        held, changes = batch.members([handle])[handle], Changes(next_entry=back + 1)
        changes.returns.append(Return(back, entry, f"r{back}", bytes(16), microseconds(at), 50, None, b"{}"))
        left = {"amount_left": bought.amount_left - 50, "base_left": bought.base_left - 50}
        changes.amended.append(replace(bought, earned_left=bought.earned_left - points, **left))
        changes.postings.append(Posting(back, 0, Kind.TAKE_BACK, handle, 0, bought.partner, 739_000, -points))
        changes.members[handle] = replace(held, pool=held.pool - points)
        batch.write(changes)


def live(store: LedgerStore, chance: random.Random) -> list[bytes]:
    """Members who bought on days around the edge, brought some of it back, and were merged."""
    handles = [enrolled(store)[0] for _ in range(4)]
    for _ in range(60):
        handle, earned = chance.choice(handles), chance.randrange(1, 9)
        day = datetime(2023, 10, 28, tzinfo=TOKYO) + timedelta(days=chance.randrange(8), minutes=chance.randrange(1440))
        entry = buy(store, handle, day, partner=chance.choice(["P1", "P2"]), earned=earned)
        for _ in range(chance.choice([0, 0, 1, 2])):
            back = day + timedelta(days=chance.randrange(3))
            bring_back(store, handle, entry, back, chance.randrange(2) if earned > 2 else 0)
    assert merge(store, source=handles[0], target=handles[1], day=739_000, expiry_days=365)
    return handles[1:]


def chain_of(feed: AuditFeed, handle: bytes) -> list[Purchase]:
    out: list[Purchase] = []
    while page := feed.chain(handle, out[-1].entry if out else None, 50):
        out += page
    return out


def day_of(purchase: Purchase) -> date:
    return local_date(instant_of(purchase.at), TOKYO)


def sums_of(purchases: list[Purchase]) -> dict[Sum, Counter[str]]:
    out: dict[Sum, Counter[str]] = {}
    for p in purchases:
        told = {
            "amount": p.amount,
            "left": p.amount_left,
            "base": p.base_left,
            "earned": p.earned,
            "hers": p.earned_left,
        }
        out.setdefault((p.handle, day_of(p), p.partner), Counter()).update(told)
    return out


def audit(feed: AuditFeed) -> tuple[int, ...]:
    return (
        feed.unbalanced_members(), feed.unbalanced_lots(), len(feed.open_days()), len(feed.open_accounts()),
        feed.torn_purchases(),
    )  # fmt: skip


def broom_of(store: LedgerStore, feed: AuditFeed) -> Broom:
    return Broom(store, feed, contextlib.nullcontext(), rest=lambda _: None)


def test_the_first_whole_day_waits_for_questions_of_the_last_month() -> None:
    assert first_whole(TODAY) == FIRST
    assert first_whole(date(2026, 12, 1)) == FIRST
    assert first_whole(date(2026, 12, 2)) == date(2023, 12, 1)


@pytest.mark.parametrize("seed", [1, 2])
def test_sums_are_exact_and_the_younger_untouched(store: LedgerStore, feed: AuditFeed, seed: int) -> None:
    chance = random.Random(seed)
    handles = live(store, chance)
    before = {handle: chain_of(feed, handle) for handle in handles}
    whole, audited, edge = feed.sums(), audit(feed), begin_us(FIRST, TOKYO)
    old = [p for chain in before.values() for p in chain if p.at < edge]
    assert audited == (0, 0, 0, 0, 0)
    assert thin_ledger(broom_of(store, feed), feed, FIRST, TOKYO) == len(old) > 0, f"seed {seed}"
    after = {handle: chain_of(feed, handle) for handle in handles}
    for handle in handles:
        assert [p for p in after[handle] if p.at >= edge] == [
            replace(p, previous=q.previous)
            for p, q in zip(
                (p for p in before[handle] if p.at >= edge), (p for p in after[handle] if p.at >= edge), strict=True
            )
        ]
    sums = [p for chain in after.values() for p in chain if p.at < edge]
    assert sums_of(sums) == sums_of(old)
    assert len(sums) == len(sums_of(old)) < len(old), "one row a day and company"
    assert all(
        (p.shop, p.terminal, p.receipt, p.lines, p.body_hash, p.answer) == ("", "", "", None, b"", b"") for p in sums
    )
    assert all(instant_of(p.at).astimezone(TOKYO).time() == datetime.min.time() for p in sums)
    assert (feed.sums(), audit(feed)) == (whole, audited)
    assert thin_ledger(broom_of(store, feed), feed, FIRST, TOKYO) == 0, "done again it changes nothing"
    assert {handle: chain_of(feed, handle) for handle in handles} == after


class PowerCut(Exception):
    pass


def cut_after(monthly: int) -> DayOf:
    """Break off at the n-th look at a day: somewhere amid a member's rows."""
    left = [monthly]

    def day(at: int) -> tuple[int, int]:
        left[0] -= 1
        if not left[0]:
            raise PowerCut
        local = local_date(instant_of(at), TOKYO)
        return local.toordinal(), begin_us(local, TOKYO)

    return day


def coarsen_all(store: LedgerStore, handles: list[bytes], day: DayOf) -> None:
    for handle in handles:
        with store.batch() as batch:
            batch.coarsen(handle, begin_us(FIRST, TOKYO), day)


def test_broken_off_anywhere_it_ends_the_same(store: LedgerStore, feed: AuditFeed) -> None:
    handles = live(store, random.Random(3))
    before = sums_of([p for handle in handles for p in chain_of(feed, handle)])
    whole = feed.sums()
    for monthly in (1, 5, 17, 31):
        with pytest.raises(PowerCut):
            coarsen_all(store, handles, cut_after(monthly))
        assert sums_of([p for handle in handles for p in chain_of(feed, handle)]) == before
    thin_ledger(broom_of(store, feed), feed, FIRST, TOKYO)
    assert sums_of([p for handle in handles for p in chain_of(feed, handle)]) == before
    assert (feed.sums(), audit(feed)) == (whole, (0, 0, 0, 0, 0))


def test_a_sum_that_loses_a_posting_is_found(store: LedgerStore, feed: AuditFeed) -> None:
    """Negative control: the audit that the tests above lean on sees it when a merged posting is dropped."""
    handles = live(store, random.Random(4))
    thin_ledger(broom_of(store, feed), feed, FIRST, TOKYO)
    with store.batch() as batch:
        _lose_a_posting(
            batch, next(p.entry for h in handles for p in chain_of(feed, h) if not p.body_hash and p.earned)
        )
    assert audit(feed) != (0, 0, 0, 0, 0)


def _lose_a_posting(batch: LedgerBatch, entry: int) -> None:
    batch.send("DELETE FROM posting WHERE entry = $1", entry)  # pyright: ignore[reportAttributeAccessIssue]

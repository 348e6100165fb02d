"""P5 in the ledger: an erased member's rows are gone on either engine, and the books say the same as before."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace

import pytest
from tests.store.ledger_cases import a_purchase, enrolled, sale

from noren.activity.closing import Closed
from noren.activity.enrolment import merge
from noren.activity.erasing import erase, withdraw
from noren.activity.model import (
    Changes,
    Coupon,
    Kind,
    Lot,
    MemberState,
    Opening,
    Posting,
    Redemption,
    Return,
    ReturnLine,
    Stop,
    Tally,
)
from noren.activity.ports import AuditFeed, LedgerBatch, LedgerStore
from noren.governance.stopping import Rule
from noren.testing.ledger_engines import LedgerPlace, holding

DAY = 739_000
NOW_US = 1_800_000_000_000_000


def buy(store: LedgerStore, handle: bytes, *, partner: str = "P1") -> int:
    """Buy with a code, bring half of it back."""
    with store.batch() as batch:
        member, entry = batch.members([handle])[handle], batch.next_entry()
        changes = sale(a_purchase(handle, entry, previous=member.last_purchase, partner=partner), member)
        changes.codes.append((secrets.token_bytes(16), entry, DAY))
        changes.tally = Tally(purchases=1, amount=300, earned=3, lines=2)
        batch.write(changes)
    with store.batch() as batch:
        back, bought = batch.next_entry(), batch.purchases([entry])[entry]
        held = batch.members([handle])[handle]
        changes = Changes(next_entry=back + 1, tally=Tally(returns=1))
        lines = (ReturnLine(0, 1, 100),)
        changes.returns.append(Return(back, entry, "r1", bytes(16), bought.at, 100, lines, b"{}"))
        changes.amended.append(replace(bought, amount_left=200, base_left=200, earned_left=2))
        changes.postings.append(Posting(back, 0, Kind.TAKE_BACK, handle, 0, partner, DAY, -1))
        changes.members[handle] = replace(held, pool=held.pool - 1)
        batch.write(changes)
    return entry


def live(store: LedgerStore) -> tuple[bytes, list[bytes]]:
    """Enrol a member who has one of everything that the ledger keeps."""
    handle, cards = enrolled(store, cards=2)
    entries = [buy(store, handle, partner=partner) for partner in ("P1", "P2", "P1")]
    with store.batch() as batch:
        batch.set_stops(handle, [Stop(Rule(), "2026-11-01")])
        batch.write(_rare(batch, handle, entries))
    return handle, cards


def _rare(batch: LedgerBatch, handle: bytes, entries: Sequence[int]) -> Changes:
    """A lot, an opening balance, coupons, one of them used."""
    lot = batch.next_entry()
    opening, held = lot + 1, batch.members([handle])[handle]
    changes = Changes(next_entry=opening + 1, lots={lot: Lot(lot, handle, "P1", DAY + 9, 40)})
    changes.members[handle] = replace(held, lots=1, pool=held.pool + 7)
    changes.postings += [
        Posting(lot, 0, Kind.LOT, handle, lot, "P1", DAY, 40),
        Posting(opening, 0, Kind.OPENING, handle, 0, "P2", DAY, 7),
    ]
    changes.openings.append(Opening(secrets.token_bytes(18), opening, "P2", DAY, 0, 7))
    coupon = Coupon(secrets.token_bytes(16), handle, "4912345", "値引き", "Off", 50, 0, (), DAY, DAY + 9)
    changes.coupons += [coupon, replace(coupon, coupon=secrets.token_bytes(16), barcode="4912346")]
    changes.redemptions.append(Redemption(entries[0], 0, coupon.barcode, coupon.coupon, "P1", 50, DAY))
    return changes


def sound(feed: AuditFeed) -> None:
    """Assert that the books are balanced: in all, by account, by day, by member, by lot, and the tally is the rows'."""
    assert sum(points for _, points in feed.balance_sheet()) == 0
    assert list(feed.open_accounts()) == []
    assert list(feed.open_days()) == []
    assert (feed.unbalanced_members(), feed.unbalanced_lots(), feed.torn_purchases()) == (0, 0, 0)
    tally = feed.tally()
    assert feed.sums() == (tally.purchases, tally.amount, tally.earned, tally.returns)
    for rows, points, posted_rows, posted, booked in feed.opening_sums().values():
        assert (rows, points) == (posted_rows, posted)
        assert posted == booked


def finish(store: LedgerStore, feed: AuditFeed) -> None:
    """What the round does beside the lake."""
    entries, codes = feed.left_behind()
    with store.batch() as batch:
        batch.drop_left(entries, codes)
        batch.end_erasing([each.handle for each in feed.erasing()])


def test_the_books_are_balanced_at_every_step_of_an_erasure(store: LedgerStore, feed: AuditFeed) -> None:
    handle, other = live(store)[0], live(store)[0]
    sound(feed)
    assert erase(store, handle=handle, day=DAY, now_us=NOW_US)
    sound(feed)
    assert [(each.handle, each.since, each.rewritten) for each in feed.erasing()] == [(handle, NOW_US, 0)]
    with store.batch() as batch:
        batch.note_rewritten([handle], NOW_US + 1)
    assert [each.rewritten for each in feed.erasing()] == [NOW_US + 1]
    finish(store, feed)
    sound(feed)
    assert feed.member(other) is not None
    assert len(feed.chain(other, None, 100)) == 3


def test_nothing_of_her_stands_in_any_table(store: LedgerStore, feed: AuditFeed, place: LedgerPlace) -> None:
    other, _ = live(store)
    kept = place.rows()
    handle, cards = live(store)
    assert holding(place.rows(), handle) > 0, "the look finds nothing"
    erase(store, handle=handle, day=DAY, now_us=NOW_US)
    finish(store, feed)
    assert holding(place.rows(), handle) == 0
    assert all(holding(place.rows(), card) == 0 for card in cards)
    after = place.rows()
    differing = {table for table in after if after[table] != kept.get(table)}
    assert differing <= {"account", "closing", "tally", "meta"}, "all other rows are as if she had never been"
    assert feed.member(other) is not None


def test_the_closing_account_holds_sums_of_all_and_nothing_else(store: LedgerStore, place: LedgerPlace) -> None:
    for _ in range(2):
        erase(store, handle=live(store)[0], day=DAY, now_us=NOW_US)
    rows = sorted(place.rows()["closing"])
    assert ("P1", int(Kind.EARN), 12) in rows, "of both members together"
    assert ("", int(Closed.PURCHASES), 6) in rows
    assert len({(partner, kind) for partner, kind, _ in rows}) == len(rows)


def test_who_was_merged_into_her_goes_with_her(store: LedgerStore, feed: AuditFeed, place: LedgerPlace) -> None:
    target, source, first = live(store)[0], live(store)[0], live(store)[0]
    assert merge(store, source=first, target=source, day=DAY, expiry_days=365)
    assert merge(store, source=source, target=target, day=DAY, expiry_days=365)
    erase(store, handle=target, day=DAY, now_us=NOW_US)
    sound(feed)
    finish(store, feed)
    sound(feed)
    assert [holding(place.rows(), each) for each in (target, source, first)] == [0, 0, 0]


def test_erasing_again_or_whom_nobody_knows_changes_nothing(store: LedgerStore, feed: AuditFeed) -> None:
    handle, _ = live(store)
    assert erase(store, handle=handle, day=DAY, now_us=NOW_US)
    before = feed.last_entry()
    assert not erase(store, handle=handle, day=DAY, now_us=NOW_US)
    assert not erase(store, handle=secrets.token_bytes(16), day=DAY, now_us=NOW_US)
    assert feed.last_entry() == before
    assert len(feed.erasing()) == 1


def test_a_debt_is_written_off(store: LedgerStore, feed: AuditFeed) -> None:
    handle, _ = live(store)
    with store.batch() as batch:
        held, entry = batch.members([handle])[handle], batch.next_entry()
        changes = Changes(members={handle: replace(held, pool=-5)}, next_entry=entry + 1)
        changes.postings.append(Posting(entry, 0, Kind.EXPIRE, handle, 0, "", DAY, -5 - held.pool))
        batch.write(changes)
    erase(store, handle=handle, day=DAY, now_us=NOW_US)
    finish(store, feed)
    sound(feed)


def test_a_withdrawal_ends_cards_points_and_coupons_and_keeps_the_rest(store: LedgerStore, feed: AuditFeed) -> None:
    handle, cards = live(store)
    assert withdraw(store, handle=handle, day=DAY)
    assert withdraw(store, handle=handle, day=DAY), "done again it changes nothing"
    sound(feed)
    member = feed.member(handle)
    assert member is not None
    assert (member.state, member.pool) == (MemberState.CLOSED, 0)
    assert not any(lot.points for lot in feed.member_lots(handle))
    assert len(feed.chain(handle, None, 100)) == 3
    with store.batch() as batch:
        assert batch.cards(cards) == {}
        assert batch.coupons_of(handle) == []
    assert erase(store, handle=handle, day=DAY, now_us=NOW_US)
    finish(store, feed)
    sound(feed)


def test_negative_control_books_whose_closing_is_lost_do_not_balance(
    store: LedgerStore, feed: AuditFeed, place: LedgerPlace
) -> None:
    erase(store, handle=live(store)[0], day=DAY, now_us=NOW_US)
    place.change_by_hand("DELETE FROM closing")
    assert feed.open_accounts()
    with pytest.raises(AssertionError):
        sound(feed)

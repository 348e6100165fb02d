"""All rows of one member, on either engine: hers, and nobody else's."""

from __future__ import annotations

import secrets
from dataclasses import replace

from tests.store.ledger_cases import a_purchase, enrolled, sale

from noren.activity import forgetting
from noren.activity.closing import Forgetting
from noren.activity.enrolment import merge, set_choices
from noren.activity.model import (
    CardState,
    Changes,
    Chosen,
    Coupon,
    Kind,
    Opening,
    Posting,
    Redemption,
    Return,
    ReturnLine,
    Stop,
    Traits,
)
from noren.activity.ports import AuditFeed, LedgerStore
from noren.governance.stopping import Rule

DAY, NOW = 739_000, 1_800_000_000_000_000


def lived(store: LedgerStore, handle: bytes) -> Changes:
    """Write a purchase with all that hangs on it; return what was written."""
    with store.batch() as batch:
        entry = batch.next_entry()
        changes = sale(a_purchase(handle, entry), batch.members([handle])[handle])
        changes.returns = [Return(entry + 1, entry, "r", bytes(16), NOW, 5, (ReturnLine(0, 1, 5),), b"{}")]
        changes.postings += [
            Posting(entry + 1, 0, Kind.TAKE_BACK, handle, 0, "P1", DAY, -1),
            Posting(entry + 2, 0, Kind.OPENING, handle, 0, "P1", DAY, 7),
        ]
        after = changes.members[handle]
        changes.members[handle] = replace(after, pool=after.pool + 6)
        changes.openings = [Opening(secrets.token_bytes(16), entry + 2, "P1", DAY, 0, 7)]
        coupon = Coupon(secrets.token_bytes(16), handle, "C", "券", "c", 9, 0, ("P1",), DAY, DAY + 9, used=entry)
        changes.coupons, changes.next_entry = [coupon], entry + 3
        changes.redemptions = [Redemption(entry, 0, "C", coupon.coupon, "P1", 9, DAY)]
        batch.write(changes)
    assert forgetting.ask(store, handle=handle, entry=entry, line=1, now_us=NOW)
    return changes


def test_all_of_hers_and_of_nobody_else(store: LedgerStore, feed: AuditFeed) -> None:
    her, other = enrolled(store, cards=2)[0], enrolled(store)[0]
    mine, _ = lived(store, her), lived(store, other)
    stop = Stop(Rule("", "P9", ""), "2026-05-04")
    assert set_choices(store, rows=[(her, Chosen((stop,), True, 18))])
    owned, entry = feed.owned(her), mine.purchases[0].entry
    assert owned.handles == (her,)
    assert [each.traits for each in owned.profiles] == [Traits(sex="female", email_ok=True)]
    assert owned.cards == [CardState.ACTIVE, CardState.ACTIVE]
    assert (owned.stops, owned.keep_months) == ([stop], 18)
    assert (owned.coupons, owned.openings) == (mine.coupons, mine.openings)
    assert sorted(owned.postings, key=lambda each: each.entry) == mine.postings
    assert owned.returns == {entry: mine.returns}
    assert owned.redemptions == {entry: mine.redemptions}
    assert owned.forgetting == {entry: [Forgetting(entry, 1, NOW, 0)]}


def test_of_whoever_was_merged_into_her_too(store: LedgerStore, feed: AuditFeed) -> None:
    her, other, first = (enrolled(store)[0] for _ in range(3))
    lived(store, other)
    assert merge(store, source=first, target=other, day=DAY, expiry_days=10**6)
    assert merge(store, source=other, target=her, day=DAY, expiry_days=10**6)
    owned = feed.owned(her)
    assert owned.handles == (her, other, first)
    assert len(owned.profiles) == len(owned.cards) == 3
    assert {each.kind for each in owned.postings} == {Kind.EARN, Kind.TAKE_BACK, Kind.OPENING, Kind.MERGE}
    assert [each.points for each in owned.openings] == [7]
    assert list(owned.returns) == list(owned.forgetting)
    assert feed.owned(other).postings

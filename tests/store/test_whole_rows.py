"""What an evaluation reads of the ledger whole: the same on both engines."""

from __future__ import annotations

from dataclasses import replace

from noren.activity.enrolment import Arrival, enrol, merge, set_stops
from noren.activity.model import Changes, Coupon, Kind, Lot, Posting, Profile, Redemption, Stop, Traits
from noren.activity.ports import AuditFeed, LedgerStore
from noren.governance.stopping import EVERYTHING, Rule

TRAITS = Traits("female", 30, 2026, 5, "13", "100", "2020-04", email_ok=True, post_ok=False)
DAY = 739_000


def coupon(number: int, handle: bytes, campaign: str, used: int = 0) -> Coupon:
    return Coupon(bytes([number]) * 16, handle, f"29{number:011d}", "券", "c", 10, 0, (), DAY, DAY + 9, used, campaign)


def test_everything_of_active_members_and_nothing_of_merged_ones(store: LedgerStore, feed: AuditFeed) -> None:
    arrivals = [Arrival(((bytes([n]) * 18,),), TRAITS if n == 1 else Traits()) for n in (1, 2, 3)]
    one, two, three = (handle for handle in enrol(store, arrivals=arrivals) if handle is not None)
    with store.batch() as batch:
        entry, member = batch.next_entry(), batch.members([one])[one]
        changes = Changes(next_entry=entry + 1, lots={entry: Lot(entry, one, "P1", DAY, 40)})
        changes.members[one] = replace(member, lots=1)
        changes.postings.append(Posting(entry, 0, Kind.LOT, one, entry, "P1", DAY, 40))
        changes.coupons += [coupon(1, one, "spring"), coupon(2, two, "")]
        changes.redemptions.append(Redemption(entry, 0, "2900000000001", None, "P1", 10, DAY, "unknown"))
        batch.write(changes)
    assert set_stops(store, stops=[(two, [Stop(EVERYTHING, "2026-11-01"), Stop(Rule(channel="email"), "2026-11-01")])])
    assert merge(store, source=three, target=two, day=DAY, expiry_days=365)
    found = {profile.handle: profile for profile in feed.profiles()}
    assert found == {one: Profile(one, 0, 0, TRAITS), two: Profile(two, 0, 0, Traits())}
    assert feed.all_lots() == [(one, 40, DAY)]
    assert sorted(feed.all_stops()) == [(two, EVERYTHING), (two, Rule(channel="email"))]
    assert feed.issued_coupons() == [(one, "spring", DAY)], "another system's coupons are of no campaign"
    assert feed.redeemed_coupons() == []

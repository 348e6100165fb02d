"""Who is dormant on the ledger side: nothing bought for the term, nothing moved, nothing left; a purchase ends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from tests.store.lake_model import TOKYO
from tests.store.ledger_cases import a_purchase, enrolled, sale

from noren.activity.dormancy import is_dormant, last_quiet_day
from noren.activity.model import Changes, Lot, Member, MemberState, Posting
from noren.activity.points import Standing, bring_in, spend
from noren.activity.ports import AuditFeed, LedgerStore
from noren.kernel.clock import microseconds

TODAY = date(2026, 11, 26)
QUIET = last_quiet_day(TODAY, months=36, expiry_days=365)


def at(*day: int) -> int:
    return microseconds(datetime(*day, 3, tzinfo=UTC))  # type: ignore[arg-type]


def bought(store: LedgerStore, handle: bytes, when: int, *, earned: int = 0) -> None:
    with store.batch() as batch:
        member, entry = batch.members([handle])[handle], batch.next_entry()
        purchase = a_purchase(handle, entry, previous=member.last_purchase, at=when, earned=earned)
        batch.write(sale(purchase, member))


def changed(store: LedgerStore, handle: bytes, **values: object) -> None:
    with store.batch() as batch:
        member: Member = batch.members([handle])[handle]
        batch.write(Changes(members={handle: replace(member, **values)}, next_entry=batch.next_entry()))  # type: ignore[arg-type]


def dormant(feed: AuditFeed, handle: bytes, quiet: date = QUIET) -> bool:
    return is_dormant(feed, handle, quiet=quiet, zone=TOKYO)


def test_the_term_is_whole_months_and_never_shorter_than_points_live() -> None:
    assert last_quiet_day(TODAY, months=36, expiry_days=365) == date(2023, 10, 31)
    assert last_quiet_day(TODAY, months=1, expiry_days=730) == date(2024, 11, 25)


def test_a_purchase_ends_it_also_when_an_older_one_was_brought_in_after_it(store: LedgerStore, feed: AuditFeed) -> None:
    her, other = enrolled(store)[0], enrolled(store)[0]
    assert dormant(feed, her), "who never bought anything is dormant"
    for year in range(2015, 2022):
        bought(store, her, at(year, 5, 1))
    bought(store, her, at(2023, 10, 31))
    assert dormant(feed, her)
    bought(store, her, at(2023, 11, 1))
    for _ in range(60):
        bought(store, her, at(2020, 1, 1))
    assert not dormant(feed, her)
    assert dormant(feed, other)


def test_who_has_points_is_not_dormant_nor_whose_points_moved(store: LedgerStore, feed: AuditFeed) -> None:
    pooled, moved, lotted, owing = (enrolled(store)[0] for _ in range(4))
    bought(store, pooled, at(2020, 1, 1), earned=3)
    changed(store, moved, last_movement=date(2023, 11, 1).toordinal())
    with store.batch() as batch:
        standing, moves = Standing(batch.members([lotted])[lotted], ()), batch.next_entry()
        lot = Lot(1, lotted, "P1", date(2030, 1, 1).toordinal(), 10)
        after, given = bring_in(standing, partner="P1", points=10, earned=1, lot=lot)
        owed, taken = spend(Standing(batch.members([owing])[owing], ()), partner="P1", points=5, day=1)
        postings = [
            Posting(entry, 0, move.kind, handle, move.lot, "P1", 739_000, move.points)
            for entry, handle, move in ((moves, lotted, given[0]), (moves + 1, owing, taken[0]))
        ]
        members = {lotted: after.member, owing: owed.member}
        batch.write(Changes(members=members, lots={1: lot}, postings=postings, next_entry=moves + 2))
    assert [dormant(feed, each) for each in (pooled, moved, lotted, owing)] == [False, False, False, True]


def test_who_is_not_here_is_not_dormant(store: LedgerStore, feed: AuditFeed) -> None:
    her = enrolled(store)[0]
    changed(store, her, state=MemberState.CLOSED)
    assert not dormant(feed, her)
    assert not dormant(feed, bytes(16))

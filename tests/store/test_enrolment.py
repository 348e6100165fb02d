"""Members and cards as they come from the vault: idempotent, healed by repeating, merged without loss."""

from __future__ import annotations

import secrets
from dataclasses import replace

from tests.store.ledger_cases import a_purchase, sale

from noren.activity.enrolment import Arrival, enrol, is_points_only, merge, set_card_state, set_points_only
from noren.activity.model import CardState, MemberState, Traits
from noren.activity.ports import LedgerStore
from noren.testing.ledger_engines import LedgerPlace


def card() -> bytes:
    return secrets.token_bytes(16)


def one(store: LedgerStore, *cards: bytes) -> bytes | None:
    return enrol(store, arrivals=[Arrival(tuple((card,) for card in cards), Traits(sex="female"))])[0]


def a_member(store: LedgerStore, *cards: bytes) -> bytes:
    handle = one(store, *cards)
    assert handle is not None
    return handle


def test_the_same_card_again_is_the_same_member(store: LedgerStore) -> None:
    first, second = card(), card()
    handle = one(store, first)
    assert one(store, first, second) == handle
    assert one(store, second) == handle


def test_cards_of_two_members_are_refused(store: LedgerStore) -> None:
    first, second = card(), card()
    assert one(store, first) != one(store, second)
    assert one(store, first, second) is None


def test_a_state_needs_a_known_card(store: LedgerStore) -> None:
    known = card()
    one(store, known)
    assert set_card_state(store, card=[known], state=CardState.LOST)
    assert not set_card_state(store, card=[card()], state=CardState.LOST)


def test_points_only_is_remembered(store: LedgerStore) -> None:
    handle = a_member(store, card())
    assert set_points_only(store, handle=handle, on=True)
    assert is_points_only(store, handle=handle)
    assert is_points_only(store, handle=card()) is None


def buy(store: LedgerStore, handle: bytes, moved: int = 0) -> None:
    with store.batch() as batch:
        member = batch.members([handle])[handle]
        changes = sale(a_purchase(handle, batch.next_entry(), previous=member.last_purchase), member)
        changes.members[handle] = replace(changes.members[handle], last_movement=moved)
        batch.write(changes)


def test_a_merge_moves_everything_and_balances(store: LedgerStore, place: LedgerPlace) -> None:
    first, second = card(), card()
    old, new = a_member(store, first), a_member(store, second)
    for handle in (old, new, old):
        buy(store, handle, moved=738_990)
    set_points_only(store, handle=old, on=True)
    assert merge(store, source=old, target=new, day=739_000, expiry_days=365)
    assert merge(store, source=old, target=new, day=739_000, expiry_days=365), "again is nothing"
    feed = place.feed()
    member = feed.member(new)
    assert member is not None
    assert (member.pool, member.points_only) == (9, True)
    assert len(feed.chain(new, None, 10)) == 3
    assert sum(points for _, points in feed.balance_sheet()) == 0
    assert feed.unbalanced_members() == 0
    feed.close()
    assert one(store, first) == new


def test_a_merge_revives_nothing_that_had_lapsed(store: LedgerStore, place: LedgerPlace) -> None:
    old, new = a_member(store, card()), a_member(store, card())
    buy(store, old)  # her points' last movement lies long before the day of the merge
    assert merge(store, source=old, target=new, day=739_000, expiry_days=365)
    feed = place.feed()
    member = feed.member(new)
    assert member is not None
    assert member.pool == 0
    assert sum(points for _, points in feed.balance_sheet()) == 0
    assert feed.unbalanced_members() == 0
    feed.close()


def test_nothing_goes_to_a_member_who_is_gone(store: LedgerStore) -> None:
    old, new, third = (a_member(store, card()) for _ in range(3))
    merge(store, source=old, target=new, day=739_000, expiry_days=365)
    assert not merge(store, source=third, target=old, day=739_000, expiry_days=365)
    assert not merge(store, source=new, target=new, day=739_000, expiry_days=365)
    assert not set_points_only(store, handle=old, on=True)
    assert is_points_only(store, handle=old) is None
    with store.batch() as batch:
        assert batch.members([old])[old].state is MemberState.MERGED

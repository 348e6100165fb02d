"""The conformance suite of the ledger's store: whatever fills ``LedgerStore`` passes it."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

import pytest
from tests.store.ledger_cases import a_purchase, enrolled, sale

from noren.activity.errors import Contradicted, PointsDoNotBalance
from noren.activity.model import Card, CardState, Changes, Kind, Lot, MemberState, Posting, ReceiptKey, Return
from noren.activity.ports import AuditFeed, LedgerStore
from noren.testing.ledger_engines import LedgerPlace


def buy(store: LedgerStore, handle: bytes, **changed: Any) -> int:
    with store.batch() as batch:
        member, entry = batch.members([handle])[handle], batch.next_entry()
        batch.write(sale(a_purchase(handle, entry, previous=member.last_purchase, **changed), member))
    return entry


def test_a_member_is_found_by_each_of_her_cards(store: LedgerStore) -> None:
    handle, cards = enrolled(store, cards=3)
    with store.batch() as batch:
        assert {c.handle for c in batch.cards(cards).values()} == {handle}
        assert batch.cards([secrets.token_bytes(16)]) == {}
        assert batch.members([handle])[handle].state is MemberState.ACTIVE


def test_a_purchase_comes_back_as_it_was_written(store: LedgerStore) -> None:
    handle, _ = enrolled(store)
    entry = buy(store, handle)
    with store.batch() as batch:
        found = batch.purchases([entry])[entry]
        assert batch.receipts([found.key]) == {found.key: entry}
        assert batch.members([handle])[handle].pool == 3
    assert found == a_purchase(handle, entry, key=found.key)


def test_a_points_only_purchase_has_no_lines(store: LedgerStore) -> None:
    handle, _ = enrolled(store)
    entry = buy(store, handle, lines=None)
    with store.batch() as batch:
        assert batch.purchases([entry])[entry].lines is None


def test_a_receipt_stands_once(store: LedgerStore) -> None:
    handle, _ = enrolled(store)
    key = ReceiptKey(739_000, secrets.token_bytes(16))
    buy(store, handle, key=key)
    with pytest.raises(Contradicted, match="UNIQUE"):
        buy(store, handle, key=key)
    assert store.tally().purchases == 1


def test_the_same_receipt_hash_on_another_day_is_another_receipt(store: LedgerStore) -> None:
    handle, _ = enrolled(store)
    key = ReceiptKey(739_000, secrets.token_bytes(16))
    buy(store, handle, key=key)
    buy(store, handle, key=key._replace(day=739_001))
    assert store.tally().purchases == 2


def test_entry_numbers_go_on_over_a_reopening(store: LedgerStore, place: LedgerPlace) -> None:
    handle, _ = enrolled(store)
    first = buy(store, handle)
    again = place.store()
    assert buy(again, handle) == first + 1
    again.close()


def _break_off(store: LedgerStore, handle: bytes) -> None:
    with store.batch() as batch:
        batch.write(sale(a_purchase(handle, batch.next_entry()), batch.members([handle])[handle]))
        raise RuntimeError("power")


def test_what_is_not_committed_is_not_there(store: LedgerStore) -> None:
    handle, _ = enrolled(store)
    with pytest.raises(RuntimeError):
        _break_off(store, handle)
    assert store.tally().purchases == 0
    with store.batch() as batch:
        assert batch.members([handle])[handle].pool == 0


@pytest.mark.parametrize("too_many", [1, -1, 1000])
def test_points_from_nowhere_are_refused(store: LedgerStore, too_many: int) -> None:
    """The negative control of the balance: one point more in the member's row than was posted."""
    handle, _ = enrolled(store)
    with store.batch() as batch:
        changes = sale(a_purchase(handle, batch.next_entry()), batch.members([handle])[handle])
    member = changes.members[handle]
    changes.members[handle] = replace(member, pool=member.pool + too_many)
    with pytest.raises(PointsDoNotBalance), store.batch() as batch:
        batch.write(changes)
    assert store.tally().purchases == 0


def test_lots_count_in_the_balance(store: LedgerStore, feed: AuditFeed) -> None:
    handle, _ = enrolled(store)
    with store.batch() as batch:
        member, entry = batch.members([handle])[handle], batch.next_entry()
        changes = Changes(next_entry=entry + 1)
        changes.lots[1] = Lot(1, handle, "P1", 740_000, 50)
        changes.members[handle] = replace(member, lots=1)
        changes.postings.append(Posting(entry, 0, Kind.LOT, handle, 1, "P1", 739_000, 50))
        batch.write(changes)
        assert batch.lots([handle])[handle] == [Lot(1, handle, "P1", 740_000, 50)]
        assert batch.postings(entry)[0].points == 50
    assert sum(points for _, points in feed.balance_sheet()) == 0


def test_returns_are_kept_with_their_purchase(store: LedgerStore, feed: AuditFeed) -> None:
    handle, _ = enrolled(store)
    bought = buy(store, handle)
    with store.batch() as batch:
        entry = batch.next_entry()
        goods = Return(entry, bought, "r-1", bytes(16), 5, 100, None, b"{}")
        amended = replace(batch.purchases([bought])[bought], amount_left=200)
        batch.write(Changes(returns=[goods], amended=[amended], next_entry=entry + 1))
        assert batch.returns(bought) == [goods]
        assert batch.purchases([bought])[bought].amount_left == 200
    assert [r.entry for r, _ in feed.returns_after(0, 10)] == [entry]


def test_a_lost_card_stays_hers(store: LedgerStore) -> None:
    handle, cards = enrolled(store, cards=2)
    with store.batch() as batch:
        batch.set_card(Card(cards[0], handle, CardState.LOST))
        found = batch.cards(cards)
        assert [(found[c].handle, found[c].state) for c in cards] == [
            (handle, CardState.LOST),
            (handle, CardState.ACTIVE),
        ]


def test_a_used_code_is_remembered(store: LedgerStore) -> None:
    handle, _ = enrolled(store)
    with store.batch() as batch:
        batch.write(Changes(codes=[(b"c" * 16, 7, 739_000)]))
    with store.batch() as batch:
        assert batch.used_codes([b"c" * 16, b"d" * 16]) == {b"c" * 16: 7}
    assert handle


def test_a_prefix_names_one_handle(store: LedgerStore) -> None:
    handle, _ = enrolled(store)
    enrolled(store)
    with store.batch() as batch:
        assert batch.handles_starting(handle[:8]) == [handle]
        assert batch.handles_starting(bytes(8)) == []


def test_the_chain_gives_her_purchases_newest_first(store: LedgerStore, feed: AuditFeed) -> None:
    (one, _), (other, _) = enrolled(store), enrolled(store)
    entries = [buy(store, one), buy(store, other), buy(store, one), buy(store, one)]
    mine = [entries[3], entries[2], entries[0]]
    assert [p.entry for p in feed.chain(one, None, 10)] == mine
    assert [p.entry for p in feed.chain(one, mine[0], 1)] == [mine[1]]
    assert feed.chain(other, mine[0], 10) == []


def test_a_merge_joins_two_chains(store: LedgerStore, feed: AuditFeed) -> None:
    (old, cards), (new, _) = enrolled(store), enrolled(store)
    entries = [buy(store, old), buy(store, new), buy(store, old)]
    with store.batch() as batch:
        batch.move_cards(old, new)
    assert sorted(p.entry for p in feed.chain(new, None, 10)) == entries
    assert feed.chain(old, None, 10) == []
    assert [row[1:] for row in feed.merges_after(0, 10)] == [(old, new)]
    with store.batch() as batch:
        assert batch.cards(cards)[cards[0]].handle == new


def test_the_audit_counts_from_the_rows(store: LedgerStore, feed: AuditFeed) -> None:
    handle, _ = enrolled(store)
    for _ in range(3):
        buy(store, handle)
    assert feed.sums() == (3, 900, 9, 0)
    assert feed.unbalanced_members() == 0


def test_the_audit_finds_a_changed_balance(store: LedgerStore, feed: AuditFeed, place: LedgerPlace) -> None:
    handle, _ = enrolled(store)
    buy(store, handle)
    place.change_by_hand("UPDATE member SET pool = pool + 1")
    assert feed.unbalanced_members() == 1
    assert sum(points for _, points in feed.balance_sheet()) == 1


def test_products_know_their_attributes(store: LedgerStore) -> None:
    rows = [("0490", "ice", "FRZN ICE", "GROCERY", "National", "2", None)]
    with store.batch() as batch:
        assert batch.put_products(rows) == (1, 0, 0)
        assert batch.put_products(rows) == (0, 0, 1)
        assert batch.has_attribute(["0490", "x"], "category", frozenset({"FRZN ICE"})) == {"0490"}
        assert batch.has_attribute(["0490"], "category", frozenset({"ICE"})) == set()

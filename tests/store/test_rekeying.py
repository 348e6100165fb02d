"""Moving to another key version, on every engine: what was known is known, what was left is found, nothing twice."""

from __future__ import annotations

import secrets
from functools import partial

from tests.store.ledger_cases import a_purchase, enrolled, sale

from noren.activity.model import CardState, Changes, Coupon, Opening, ReceiptKey, Return
from noren.activity.ports import AuditFeed, LedgerStore
from noren.activity.rekeying import stale, stale_bodies, stale_receipts
from noren.kernel.keyring import KEY_BYTES, KeyRing
from noren.kernel.marks import VERSION_BYTES, mark, marks, named, turn, version_of


def a_ring(*versions: int) -> KeyRing:
    return KeyRing("index", max(versions), {version: secrets.token_bytes(KEY_BYTES) for version in versions})


def grown(ring: KeyRing) -> None:
    """Give a ring one version more, as a rotation does."""
    ring.renew(ring.current + 1, {**ring.versions, ring.current + 1: secrets.token_bytes(KEY_BYTES)})


def buy(store: LedgerStore, handle: bytes, ring: KeyRing, receipt: bytes) -> tuple[int, ReceiptKey]:
    with store.batch() as batch:
        member, entry = batch.members([handle])[handle], batch.next_entry()
        key = ReceiptKey(739_000, mark(ring, b"receipt", receipt))
        body = mark(ring, b"body", receipt)
        purchase = a_purchase(handle, entry, previous=member.last_purchase, key=key, body_hash=body)
        batch.write(sale(purchase, member))
    return entry, key


def test_receipts_and_bodies_are_known_under_the_new_key_alone(store: LedgerStore, feed: AuditFeed) -> None:
    handle, _ = enrolled(store)
    ring = a_ring(1)
    entry, old = buy(store, handle, ring, b"R1")
    grown(ring)
    renamed = stale_receipts(feed.receipts_after((0, b""), 10), partial(turn, ring))
    bodies = stale_bodies(feed.bodies_after(0, 10), partial(turn, ring))
    with store.batch() as batch:
        batch.rename_receipts(renamed)
        batch.put_bodies(bodies)
    now = ReceiptKey(old.day, mark(ring, b"receipt", b"R1"))
    with store.batch() as batch:
        assert batch.receipts([old, now]) == {now: entry}
        found = batch.purchases([entry])[entry]
    assert (found.key, found.body_hash) == (now, mark(ring, b"body", b"R1"))
    assert not stale_receipts(feed.receipts_after((0, b""), 10), partial(turn, ring))
    assert not stale_bodies(feed.bodies_after(0, 10), partial(turn, ring))


def test_a_returns_body_moves_too(store: LedgerStore, feed: AuditFeed) -> None:
    handle, _ = enrolled(store)
    ring = a_ring(1)
    entry, _ = buy(store, handle, ring, b"R1")
    goods = Return(entry + 1, entry, "r1", mark(ring, b"return"), 0, 10, None, b"{}")
    with store.batch() as batch:
        batch.write(Changes(returns=[goods], next_entry=entry + 2))
    grown(ring)
    assert [each for each, _ in feed.bodies_after(0, 10)] == [entry, entry + 1]
    with store.batch() as batch:
        batch.put_bodies(stale_bodies(feed.bodies_after(entry, 10), partial(turn, ring)))
        assert batch.returns(entry)[0].body_hash == mark(ring, b"return")
        assert batch.purchases([entry])[entry].body_hash == marks(ring, b"body", b"R1")[1]


def test_cards_keep_their_member_and_what_nobody_showed_is_found(store: LedgerStore, feed: AuditFeed) -> None:
    handle, cards = enrolled(store, cards=3)
    first, second, third = (named(1, card) for card in cards)
    with store.batch() as batch:
        assert batch.rename_cards(zip(cards, (first, second, third), strict=True)) == 3
    new = [named(2, index[VERSION_BYTES:]) for index in (first, second)]
    with store.batch() as batch:
        assert batch.rename_cards([(first, new[0]), (second, new[1]), (named(1, bytes(16)), named(2, bytes(16)))]) == 2
        found = batch.cards([first, *new])
    assert {index: card.handle for index, card in found.items()} == dict.fromkeys(new, handle)
    assert {card.state for card in found.values()} == {CardState.ACTIVE}
    assert list(feed.cards_under(named(2, b""), 10)) == [third]


def test_what_came_from_another_system_is_still_known(store: LedgerStore, feed: AuditFeed) -> None:
    handle, _ = enrolled(store)
    ring = a_ring(1)
    with store.batch() as batch:
        entry = batch.next_entry()
        opening = Opening(mark(ring, b"opening"), entry, "", 1, 2, 0)
        coupon = Coupon(mark(ring, b"coupon"), handle, "990001", "券", "Coupon", 10, 0, (), 1, 2)
        batch.write(Changes(openings=[opening], coupons=[coupon], next_entry=entry + 1))
    grown(ring)
    with store.batch() as batch:
        batch.rename_openings(stale([row.key for row in feed.openings_after(b"", 10)], partial(turn, ring)))
        batch.rename_coupons(stale([row.coupon for row in feed.coupons_after(b"", 10)], partial(turn, ring)))
        assert batch.openings([mark(ring, b"opening")])
        assert batch.coupons_named([mark(ring, b"coupon")])
        assert {version_of(each.coupon) for each in batch.coupons(handle, ["990001"])} == {2}


def test_a_row_that_was_left_behind_would_be_seen(store: LedgerStore, feed: AuditFeed) -> None:
    """The old version destroyed before its work was done: the receipt is not known any more, and the look says so."""
    handle, _ = enrolled(store)
    ring = a_ring(1)
    buy(store, handle, ring, b"R1")
    grown(ring)
    ring.renew(2, {2: ring.key(2)})
    with store.batch() as batch:
        assert batch.receipts([ReceiptKey(739_000, each) for each in marks(ring, b"receipt", b"R1")]) == {}
    assert [version_of(digest) for _, digest, _ in feed.receipts_after((0, b""), 10)] == [1]

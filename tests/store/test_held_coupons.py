"""A coupon within a batch and across batches, on each engine: taken once, void once, back once; with a wall off too."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from noren.activity.errors import Contradicted
from noren.activity.model import Changes, Coupon, Redemption, Traits
from noren.activity.ports import LedgerStore
from noren.register.held import VOID, HeldCoupons
from noren.testing.ledger_engines import LedgerPlace

HANDLE = b"h" * 16


def coupon(issued_by: int = 7) -> Coupon:
    return Coupon(
        secrets.token_bytes(16), HANDLE, "2900000000018", "珈琲", "Coffee", 50, 0, (), 1, 900_000, campaign="fans",
        value=50, stack="alone", issued_by=issued_by,
    )  # fmt: skip


def taken(entry: int, each: Coupon) -> Redemption:
    return Redemption(entry, 0, each.barcode, each.coupon, "P1", 50, 740_000)


@pytest.fixture
def hers(store: LedgerStore) -> Coupon:
    made = coupon()
    with store.batch() as batch:
        batch.enrol(HANDLE, secrets.token_bytes(16), (), Traits())
        batch.write(Changes(coupons=[made]))
    return made


@pytest.fixture
def till(place: LedgerPlace, hers: Coupon) -> Iterator[LedgerStore]:
    """Return the store as a till opens it: it alone may give a coupon back."""
    del hers
    opened = place.till_store()
    yield opened
    opened.close()


def used(store: LedgerStore, each: Coupon) -> int:
    with store.batch() as batch:
        return batch.coupons_named([each.coupon])[each.coupon].used


def test_taken_in_a_batch_it_is_used_for_those_after_it(till: LedgerStore, hers: Coupon) -> None:
    with till.batch() as batch:
        held = HeldCoupons(batch, changes := Changes())
        assert [each.used for each in held.shown(HANDLE, [hers.barcode])] == [0]
        held.take(9, [taken(9, hers)])
        assert [each.used for each in held.shown(HANDLE, [hers.barcode])] == [9]
        assert (held.open(HANDLE), held.issued_by(HANDLE, 7)) == ([], [])
        batch.write(changes)
    assert used(till, hers) == 9


def test_with_that_wall_off_the_store_refuses_the_second(till: LedgerStore, hers: Coupon) -> None:
    """The negative control: who does not note what was taken meets the unique index, and nothing is written."""

    def both() -> None:
        with till.batch() as batch:
            batch.write(Changes(redemptions=[taken(9, hers), taken(10, hers)]))

    with pytest.raises(Contradicted):
        both()
    assert used(till, hers) == 0


def test_a_return_makes_void_once(till: LedgerStore, hers: Coupon) -> None:
    with till.batch() as batch:
        held = HeldCoupons(batch, changes := Changes())
        assert held.issued_by(HANDLE, 7) == [hers.coupon]
        held.make_void([hers.coupon])
        assert held.issued_by(HANDLE, 7) == []
        assert [each.used for each in held.shown(HANDLE, [hers.barcode])] == [VOID]
        batch.write(changes)
    assert used(till, hers) == VOID


def test_what_the_batch_issued_goes_with_its_purchase(till: LedgerStore, hers: Coupon) -> None:
    new = coupon(issued_by=8)
    with till.batch() as batch:
        held = HeldCoupons(batch, changes := Changes(coupons=[new]))
        assert held.barcodes(HANDLE) == {hers.barcode}
        held.make_void(held.issued_by(HANDLE, 8))
        batch.write(changes)
    assert (used(till, new), used(till, hers)) == (VOID, 0)


def test_a_used_one_comes_back_and_may_be_used_again(till: LedgerStore, hers: Coupon) -> None:
    for entry in (9, 11):
        with till.batch() as batch:
            held = HeldCoupons(batch, changes := Changes())
            held.take(entry, [taken(entry, hers)])
            batch.write(changes)
        with till.batch() as batch:
            held = HeldCoupons(batch, changes := Changes())
            assert [each.coupon for each in held.taken_with(entry)] == [hers.coupon]
            held.give_back(held.taken_with(entry))
            batch.write(changes)
        assert used(till, hers) == 0
        with till.batch() as batch:
            assert batch.coupons_redeemed_by(entry) == []


def test_given_back_and_its_own_purchase_brought_back_in_one_batch_it_stays_used(
    till: LedgerStore, hers: Coupon
) -> None:
    with till.batch() as batch:
        batch.write(Changes(redemptions=[taken(9, hers)]))
    with till.batch() as batch:
        held = HeldCoupons(batch, changes := Changes())
        held.give_back(held.taken_with(9))
        assert held.issued_by(HANDLE, 7) == [hers.coupon]
        held.make_void(held.issued_by(HANDLE, 7))
        assert held.issued_by(HANDLE, 7) == []
        batch.write(changes)
    assert used(till, hers) == 9

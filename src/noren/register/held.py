"""Members' coupons within one batch: what the store says, overlaid with what this batch has taken or made void.

A coupon that comes back by a return can be used from the next batch on: until its answer has left, nobody knows of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from noren.activity.model import Changes, Coupon, Redemption
from noren.activity.ports import LedgerBatch

VOID: Final = -1


class HeldCoupons:
    """Reads coupons through to the store; each question is asked once."""

    def __init__(self, store: LedgerBatch, changes: Changes) -> None:
        self._store = store
        self._changes = changes
        self._shown: dict[tuple[bytes, str], list[Coupon]] = {}
        self._used: dict[bytes, int] = {}
        """What this batch made of coupons, by name."""
        self._back: dict[bytes, Coupon] = {}
        """Coupons that this batch gives back."""

    def shown(self, handle: bytes, barcodes: Iterable[str]) -> tuple[Coupon, ...]:
        """Return a member's coupons with these barcodes, used ones too."""
        wanted = dict.fromkeys(barcodes)
        unread = [barcode for barcode in wanted if (handle, barcode) not in self._shown]
        if unread:
            self._shown.update({(handle, barcode): [] for barcode in unread})
            for coupon in self._store.coupons(handle, unread):
                self._shown[handle, coupon.barcode].append(coupon)
        return tuple(self._now(each) for barcode in wanted for each in self._shown[handle, barcode])

    def open(self, handle: bytes) -> list[Coupon]:
        """Return a member's coupons that are neither used nor void, those that end first in front."""
        return [each for each in map(self._now, self._store.coupons_of(handle)) if not each.used]

    def barcodes(self, handle: bytes) -> set[str]:
        """Return the barcodes of a member's open coupons, those that this batch gives her too."""
        new = {each.barcode for each in self._changes.coupons if each.handle == handle}
        return new | {each.barcode for each in self._store.coupons_of(handle)}

    def take(self, entry: int, redemptions: Sequence[Redemption]) -> None:
        """Note the coupons of a purchase as used."""
        self._changes.redemptions += redemptions
        self._used.update({each.coupon: entry for each in redemptions if each.coupon and not each.problem})

    def issued_by(self, handle: bytes, entry: int) -> list[bytes]:
        """Return the coupons that a purchase gave and that are neither used nor void."""
        here = [each.coupon for each in self._changes.coupons if each.issued_by == entry]
        back = [name for name, each in self._back.items() if each.issued_by == entry]
        named = [*self._store.coupons_issued_by(handle, entry), *here, *back]
        return [name for name in named if not self._used.get(name)]

    def taken_with(self, entry: int) -> list[Coupon]:
        """Return the coupons that were taken with a purchase, as far as they are still kept."""
        here = [each.coupon for each in self._changes.redemptions if each.entry == entry and not each.problem]
        names = [name for name in (*self._store.coupons_redeemed_by(entry), *here) if name]
        found = self._store.coupons_named(names) if names else {}
        return [self._now(found[name]) for name in names if name in found]

    def make_void(self, names: Iterable[bytes]) -> None:
        """Take coupons back unused."""
        for name in names:
            self._used[name] = VOID
            if self._back.pop(name, None) is None:
                self._changes.voided.append(name)
            else:  # it stays used
                self._changes.given_back.remove(name)

    def give_back(self, coupons: Iterable[Coupon]) -> None:
        """Let used coupons be used again."""
        for each in coupons:
            self._back[each.coupon] = each
            self._changes.given_back.append(each.coupon)

    def _now(self, coupon: Coupon) -> Coupon:
        used = self._used.get(coupon.coupon)
        return coupon if used is None else replace(coupon, used=used)

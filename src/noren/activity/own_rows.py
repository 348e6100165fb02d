"""All rows of one member, for the document that she is given: one text for both engines, one member at a time.

Whoever was merged into her is asked for too. What stands under an entry is found along her chain of purchases; what
stands under a handle, by its index. Marks without content (receipts, used codes) are not read: they tell her nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar

from noren.activity import rows
from noren.activity.campaigns import Undrawn
from noren.activity.closing import Forgetting
from noren.activity.entered import OwnEntry
from noren.activity.model import CardState, Coupon, Opening, Posting, Redemption, Return, Stop, Traits
from noren.activity.own_draws import OwnDraw, OwnDrawFeed, OwnDrawReads
from noren.activity.rows import Row
from noren.activity.tier_rows import GET_TIER
from noren.activity.tiers import TierRow

MAX_MERGED: Final = 1_000

_CHAIN: Final = """
WITH RECURSIVE chain (entry, previous) AS (
  SELECT p.entry, p.previous FROM purchase AS p JOIN member AS m ON m.handle = $1
  WHERE p.handle = $1 AND p.entry = m.last_purchase
  UNION ALL
  SELECT p.entry, p.previous FROM chain JOIN purchase AS p ON p.handle = $1 AND p.entry = chain.previous)
"""


def _along(statement: str) -> str:
    """Return a statement over the entries of her chain of purchases."""
    return _CHAIN + statement


RETURNS: Final = _along(
    "SELECT g.entry, g.purchase, g.name, g.body_hash, g.at, g.amount, g.lines, g.answer"
    " FROM chain JOIN goods_return AS g ON g.purchase = chain.entry ORDER BY g.entry"
)
SOLD: Final = _along(
    "SELECT t.entry, t.number, t.kind, t.handle, t.lot, t.partner, t.day, t.points"
    " FROM chain JOIN posting AS t ON t.entry = chain.entry WHERE t.kind <= 4"
)
BROUGHT: Final = _along(
    "SELECT t.entry, t.number, t.kind, t.handle, t.lot, t.partner, t.day, t.points"
    " FROM chain JOIN goods_return AS g ON g.purchase = chain.entry JOIN posting AS t ON t.entry = g.entry"
    " WHERE t.kind <= 4"
)
BESIDE: Final = (
    "SELECT entry, number, kind, handle, lot, partner, day, points FROM posting WHERE handle = $1 AND kind > 4"
)
REDEEMED: Final = _along(
    "SELECT r.entry, r.number, r.barcode, r.coupon, r.partner, r.discount, r.day, r.problem"
    " FROM chain JOIN redemption AS r ON r.entry = chain.entry ORDER BY r.entry, r.number"
)
WAITING: Final = _along(
    "SELECT f.entry, f.line, f.since, f.done FROM chain JOIN forgetting AS f ON f.entry = chain.entry"
    " ORDER BY f.entry, f.line"
)
OPENED: Final = (
    "SELECT o.natural_key, o.entry, o.partner, o.earned, o.expires, o.points FROM posting AS t"
    " JOIN opening AS o ON o.entry = t.entry WHERE t.handle = $1 AND t.kind > 4 AND t.kind = 8 ORDER BY o.entry"
)
"""Kinds are those of ``model.Kind``: up to 4 of a purchase or a return, 8 an opening balance."""

CARDS: Final = "SELECT state FROM card WHERE handle = $1 ORDER BY state"
STOPS: Final = (
    "SELECT purpose, recipient, channel, since FROM stop WHERE handle = $1 ORDER BY purpose, recipient, channel"
)
KEEPING: Final = "SELECT months FROM keeping WHERE handle = $1"
PROFILE: Final = (
    "SELECT draw_number, sex, age_band, age_band_year, birth_month, prefecture, postal3, since, email_ok, post_ok"
    " FROM profile WHERE handle = $1"
)
MERGED: Final = "SELECT source FROM merge WHERE target = $1 ORDER BY entry"


@dataclass(frozen=True, slots=True, repr=False)
class OwnProfile:
    """What the vault told of a member, and the number by which she takes part in draws."""

    handle: bytes
    draw_number: bytes
    traits: Traits


@dataclass(frozen=True, slots=True, repr=False)
class Owned:
    """What the ledger holds of a member beside purchases, lots and balance.

    ``handles``: hers, then of whoever was merged into her; ``profiles`` of each; ``draws`` by campaign.
    By purchase: returns, coupons shown, and what waits to be forgotten.
    """

    handles: tuple[bytes, ...]
    profiles: Sequence[OwnProfile] = ()
    cards: Sequence[CardState] = ()
    stops: Sequence[Stop] = ()
    keep_months: int = 0
    coupons: Sequence[Coupon] = ()
    postings: Sequence[Posting] = ()
    openings: Sequence[Opening] = ()
    returns: Mapping[int, Sequence[Return]] = field(default_factory=dict[int, Sequence[Return]])
    redemptions: Mapping[int, Sequence[Redemption]] = field(default_factory=dict[int, Sequence[Redemption]])
    forgetting: Mapping[int, Sequence[Forgetting]] = field(default_factory=dict[int, Sequence[Forgetting]])
    draws: Sequence[OwnDraw] = ()
    entries: Sequence[OwnEntry] = ()
    tier: TierRow | None = None
    undrawn: Sequence[Undrawn] = ()


class OwnFeed(OwnDrawFeed, Protocol):
    """What is asked for the document of one member."""

    def owned(self, handle: bytes) -> Owned:
        """Return all that stands under a member's handle or under her purchases."""
        ...


class OwnReads(OwnDrawReads):
    """Fills ``OwnFeed`` for a reader that has ``_all``."""

    def _all(self, sql: str, *parameters: Any) -> list[Row]:
        raise NotImplementedError

    def owned(self, handle: bytes) -> Owned:
        """See ``OwnFeed``."""
        handles = self._handles(handle)
        return Owned(
            handles=handles,
            profiles=[_profile(each, row) for each in handles for row in self._all(PROFILE, each)],
            cards=[CardState(row[0]) for row in self._all(CARDS, handle)],
            stops=[rows.stop_of(row) for row in self._all(STOPS, handle)],
            keep_months=next((int(row[0]) for row in self._all(KEEPING, handle)), 0),
            coupons=self.coupons_held(handle),
            postings=self._postings(handles),
            openings=[Opening(*row) for each in handles for row in self._all(OPENED, each)],
            returns=_by_purchase((each.purchase, each) for each in map(rows.goods_return, self._all(RETURNS, handle))),
            redemptions=_by_purchase((row[0], Redemption(*row)) for row in self._all(REDEEMED, handle)),
            forgetting=_by_purchase((row[0], Forgetting(*row)) for row in self._all(WAITING, handle)),
            draws=self.draws_held(handle),
            entries=self.entries_held(handle),
            tier=next((TierRow(*row) for row in self._all(GET_TIER, handle)), None),
            undrawn=self.undrawn_held(handle),
        )

    def _handles(self, handle: bytes) -> tuple[bytes, ...]:
        found, looked = [handle], 0
        while looked < len(found):
            found += [row[0] for row in self._all(MERGED, found[looked]) if row[0] not in found]
            looked += 1
            assert len(found) <= MAX_MERGED, "more members merged into one than anybody has cards"
        return tuple(found)

    def _postings(self, handles: Sequence[bytes]) -> list[Posting]:
        found = [*self._all(SOLD, handles[0]), *self._all(BROUGHT, handles[0])]
        found += [row for each in handles for row in self._all(BESIDE, each)]
        return sorted((rows.posting(row) for row in found), key=lambda each: (each.day, each.entry, each.number))


def _profile(handle: bytes, row: Row) -> OwnProfile:
    return OwnProfile(handle, row[0], rows.traits_of(row[1:]))


T = TypeVar("T")


def _by_purchase(found: Iterable[tuple[int, T]]) -> dict[int, list[T]]:
    out: defaultdict[int, list[T]] = defaultdict(list)
    for purchase, each in found:
        out[purchase].append(each)
    return out

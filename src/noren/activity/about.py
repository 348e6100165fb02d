"""What a standing asks of the ledger about one member: where her chain of purchases begins, its purchases, her traits.

Every answer is one statement, so that what it says belongs together. The same text runs on SQLite and PostgreSQL:
``$1`` is a name to the one and a number to the other, so they stand in their order. What was read later than
another thing may know more than it, never less.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final, Protocol

from noren.activity.model import Line, MemberState, ReturnLine, Traits
from noren.activity.rows import TRAITS, Row, traits_of, unpack_lines, unpack_return_lines
from noren.activity.tier_days import NO_TIER, HerTier
from noren.activity.tier_rows import HER_COLUMNS, HER_JOINS, her_tier
from noren.governance.stopping import Rule
from noren.kernel.values import value

_PLACE: Final = (
    "SELECT m.handle, m.state, m.last_purchase, m.pool, m.last_movement, m.lots,"
    " (SELECT coalesce(max(entry), 0) FROM goods_return), (SELECT value FROM meta WHERE name = 'products'),"
    " p.sex, p.age_band, p.age_band_year, p.birth_month, p.prefecture, p.postal3, p.since, p.email_ok, p.post_ok,"
    f" {HER_COLUMNS} FROM member AS m LEFT JOIN profile AS p ON p.handle = m.handle{HER_JOINS}"
)
PLACE: Final = f"{_PLACE} WHERE m.handle = $1"
PLACES: Final = f"{_PLACE} WHERE m.handle = ANY($1)"
REACH: Final = (
    "SELECT (SELECT coalesce(max(entry), 0) FROM goods_return), (SELECT value FROM meta WHERE name = 'products'),"
    " (SELECT value FROM meta WHERE name = 'next_entry')"
)
LOTS: Final = "SELECT points, expires FROM lot WHERE handle = $1 AND points <> 0"
_COUPON: Final = (
    "c.campaign, c.valid_from, p.at FROM coupon AS c LEFT JOIN purchase AS p"
    " ON p.handle = c.handle AND p.entry = c.used WHERE c.campaign <> '' AND c.handle"
)
COUPONS: Final = f"SELECT {_COUPON} = $1"
COUPONS_OF_SOME: Final = f"SELECT c.handle, {_COUPON} = ANY($1)"
# A link of the chain, each with its returns: whoever thins a purchase thins its returns in the same transaction.
CHAIN: Final = """
WITH RECURSIVE chain (depth, entry, shop, partner, at, received, earned, previous, lines, answer) AS (
  SELECT 1, entry, shop, partner, at, received, earned, previous, lines, length(answer)
  FROM purchase WHERE handle = $1 AND entry = $2
  UNION ALL
  SELECT chain.depth + 1, p.entry, p.shop, p.partner, p.at, p.received, p.earned, p.previous, p.lines, length(p.answer)
  FROM chain JOIN purchase AS p ON p.handle = $1 AND p.entry = chain.previous
  WHERE chain.previous <> $3 AND chain.depth < $4)
SELECT chain.entry, chain.shop, chain.partner, chain.at, chain.received, chain.earned, chain.previous, chain.lines,
  chain.answer, g.at, g.lines
FROM chain LEFT JOIN goods_return AS g ON g.purchase = chain.entry ORDER BY chain.depth, g.entry
"""
LOTS_OF_SOME: Final = "SELECT handle, points, expires FROM lot WHERE handle = ANY($1) AND points <> 0"
MEMBERS: Final = "SELECT handle FROM member WHERE handle > $1 AND state = 1 ORDER BY handle LIMIT $2"
BOUGHT: Final = "SELECT entry, handle FROM purchase WHERE entry > $1 ORDER BY entry LIMIT $2"
BROUGHT: Final = (
    "SELECT g.entry, p.handle FROM (SELECT entry, purchase FROM goods_return WHERE entry > $1 ORDER BY entry LIMIT $2)"
    " AS g JOIN purchase AS p ON p.entry = g.purchase ORDER BY g.entry"
)
STOPS: Final = "SELECT purpose, recipient, channel FROM stop WHERE handle = $1"
MERGED: Final = "SELECT entry, source, target FROM merge WHERE entry > $1 ORDER BY entry LIMIT $2"


@value
class Place:
    """A member as the ledger has her at one instant.

    ``head``: her newest purchase (0: none); ``returns``: the newest return entry of anybody; ``products``: how often
    products have changed, or purchases that stood (forgotten, aged, erased). Days are ordinals.
    """

    state: MemberState
    head: int
    pool: int
    last_movement: int
    has_lots: bool
    returns: int
    products: int
    traits: Traits
    tier: HerTier = NO_TIER


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the ledger is: the newest return, how often products have changed, the next entry."""

    returns: int
    products: int
    next_entry: int


@dataclass(frozen=True, slots=True)
class Back:
    """A return: when, and which lines; None: lines were not kept."""

    at: int
    lines: tuple[ReturnLine, ...] | None


@value
class Link:
    """A purchase in a member's chain, as bought, and what came back of it.

    ``lines`` None: none were kept, or (``thinned``) they stand in the lake alone.
    """

    entry: int
    shop: str
    partner: str
    at: int
    received: int
    earned: int
    previous: int
    lines: tuple[Line, ...] | None
    thinned: bool
    back: tuple[Back, ...]


@dataclass(frozen=True, slots=True)
class CampaignCoupon:
    """A coupon of a campaign: its first valid day, and the instant of the purchase that used it, if any did."""

    campaign: str = field(repr=False)
    first_day: int
    used_at: int | None


class AboutHer(Protocol):
    """What is asked about one member."""

    def place(self, handle: bytes) -> Place | None:
        """Return a member as the ledger has her now; None: unknown."""
        ...

    def links(self, handle: bytes, head: int, until: int, limit: int) -> Sequence[Link]:
        """Return up to ``limit`` purchases from ``head`` on, newest link first, without ``until`` and those behind it.

        None at all: ``head`` is no longer in her chain.
        """
        ...

    def lots_of(self, handle: bytes) -> Sequence[tuple[int, int]]:
        """Return (points, last valid day) of her lots that hold points."""
        ...

    def campaign_coupons(self, handle: bytes) -> Sequence[CampaignCoupon]:
        """Return her coupons of campaigns."""
        ...

    def stops_of(self, handle: bytes) -> Sequence[Rule]:
        """Return what she has stopped, as the ledger has it now: read anew at each question."""
        ...


class AboutSome(AboutHer, Protocol):
    """What is asked about several members at once."""

    def places(self, handles: Collection[bytes]) -> Mapping[bytes, Place]:
        """Return members as the ledger has them now; who is unknown is not named."""
        ...

    def lots_of_some(self, handles: Collection[bytes]) -> Mapping[bytes, Sequence[tuple[int, int]]]:
        """Return the lots of some members: see ``lots_of``; who has none is not named."""
        ...

    def coupons_of_some(self, handles: Collection[bytes]) -> Mapping[bytes, Sequence[CampaignCoupon]]:
        """Return the coupons of campaigns of some members; who has none is not named."""
        ...


class AboutMember(AboutHer, Protocol):
    """What is asked of the ledger besides."""

    def brought_after(self, entry: int, limit: int) -> Sequence[tuple[int, bytes]]:
        """Return returns with a greater entry, ascending: (entry, whose purchase it is)."""
        ...

    def products(self) -> Sequence[tuple[str | None, ...]]:
        """Return all products: (product, name, category, department, brand, maker, sensitivity)."""
        ...

    def reach(self) -> Reach:
        """Return how far the ledger is."""
        ...


class AboutEveryone(AboutMember, Protocol):
    """What a pass over all members asks besides."""

    def close(self) -> None:
        """Close the feed."""
        ...

    def members_after(self, handle: bytes, limit: int) -> Sequence[bytes]:
        """Return active members with a greater handle, ascending."""
        ...

    def bought_after(self, entry: int, limit: int) -> Sequence[tuple[int, bytes]]:
        """Return purchases with a greater entry, ascending: (entry, whose it is)."""
        ...

    def merged_after(self, entry: int, limit: int) -> Sequence[tuple[int, bytes, bytes]]:
        """Return merges with a greater entry, ascending: (entry, old handle, handle it went to)."""
        ...


class HerRows:
    """Fills ``AboutHer`` by the ``_all`` of what it is mixed into."""

    def _all(self, sql: str, *parameters: Any) -> list[Row]:
        raise NotImplementedError

    def place(self, handle: bytes) -> Place | None:
        """See ``AboutHer``."""
        return next((place_of(row) for row in self._all(PLACE, handle)), None)

    def links(self, handle: bytes, head: int, until: int, limit: int) -> Sequence[Link]:
        """See ``AboutHer``."""
        found = self._all(CHAIN, handle, head, until, limit)
        return [_link(list(rows)) for _, rows in groupby(found, key=lambda row: row[0])]

    def lots_of(self, handle: bytes) -> Sequence[tuple[int, int]]:
        """See ``AboutHer``."""
        return [(row[0], row[1]) for row in self._all(LOTS, handle)]

    def campaign_coupons(self, handle: bytes) -> Sequence[CampaignCoupon]:
        """See ``AboutHer``."""
        return [CampaignCoupon(*row) for row in self._all(COUPONS, handle)]

    def stops_of(self, handle: bytes) -> Sequence[Rule]:
        """See ``AboutHer``."""
        return [Rule(*row) for row in self._all(STOPS, handle)]


class SomeRows(HerRows):
    """Fills ``AboutSome`` for a batch."""

    def all_among(self, statement: str, handles: Collection[bytes]) -> list[Row]:
        """The batch's own."""
        raise NotImplementedError

    def places(self, handles: Collection[bytes]) -> Mapping[bytes, Place]:
        """See ``AboutSome``."""
        return {row[0]: place_of(row) for row in self.all_among(PLACES, handles)}

    def lots_of_some(self, handles: Collection[bytes]) -> Mapping[bytes, Sequence[tuple[int, int]]]:
        """See ``AboutSome``."""
        found: dict[bytes, list[tuple[int, int]]] = {}
        for handle, points, expires in self.all_among(LOTS_OF_SOME, handles):
            found.setdefault(handle, []).append((points, expires))
        return found

    def coupons_of_some(self, handles: Collection[bytes]) -> Mapping[bytes, Sequence[CampaignCoupon]]:
        """See ``AboutSome``."""
        found: dict[bytes, list[CampaignCoupon]] = {}
        for handle, *told in self.all_among(COUPONS_OF_SOME, handles):
            found.setdefault(handle, []).append(CampaignCoupon(*told))
        return found


class AboutRows(HerRows):
    """Fills ``AboutEveryone`` but for ``products``."""

    def brought_after(self, entry: int, limit: int) -> Sequence[tuple[int, bytes]]:
        """See ``AboutMember``."""
        return [(row[0], row[1]) for row in self._all(BROUGHT, entry, limit)]

    def reach(self) -> Reach:
        """See ``AboutMember``."""
        return Reach(*self._all(REACH)[0])

    def members_after(self, handle: bytes, limit: int) -> Sequence[bytes]:
        """See ``AboutEveryone``."""
        return [row[0] for row in self._all(MEMBERS, handle, limit)]

    def bought_after(self, entry: int, limit: int) -> Sequence[tuple[int, bytes]]:
        """See ``AboutEveryone``."""
        return [(row[0], row[1]) for row in self._all(BOUGHT, entry, limit)]

    def merged_after(self, entry: int, limit: int) -> Sequence[tuple[int, bytes, bytes]]:
        """See ``AboutEveryone``."""
        return [(row[0], row[1], row[2]) for row in self._all(MERGED, entry, limit)]


class AboutTogether:
    """Fills ``AboutHer`` for the members of one batch: what is asked of one is read of all of them, once.

    ``handles``: whom the batch is about, as far as it is known then; whoever else is asked of is read alone.
    """

    def __init__(self, about: AboutSome, handles: Collection[bytes]) -> None:
        self._about, self._handles = about, handles
        self._whom: frozenset[bytes] | None = None
        self._places: dict[bytes, Place | None] | None = None
        self._lots: Mapping[bytes, Sequence[tuple[int, int]]] | None = None
        self._coupons: Mapping[bytes, Sequence[CampaignCoupon]] | None = None
        self.links, self.stops_of = about.links, about.stops_of

    def place(self, handle: bytes) -> Place | None:
        """See ``AboutHer``."""
        places = self._places
        if places is None:
            places = self._places = dict(self._about.places(self._some()))
        if handle not in places:
            places[handle] = self._about.place(handle)
        return places[handle]

    def lots_of(self, handle: bytes) -> Sequence[tuple[int, int]]:
        """See ``AboutHer``."""
        if handle not in self._some():
            return self._about.lots_of(handle)
        if self._lots is None:
            self._lots = self._about.lots_of_some(self._some())
        return self._lots.get(handle, ())

    def campaign_coupons(self, handle: bytes) -> Sequence[CampaignCoupon]:
        """See ``AboutHer``."""
        if handle not in self._some():
            return self._about.campaign_coupons(handle)
        if self._coupons is None:
            self._coupons = self._about.coupons_of_some(self._some())
        return self._coupons.get(handle, ())

    def _some(self) -> frozenset[bytes]:
        """Return the members as they were known at the first question: who came later is read alone."""
        if self._whom is None:
            self._whom = frozenset(self._handles)
        return self._whom


def place_of(row: Row) -> Place:
    """Return a member's place, of a row of ``PLACE`` or ``PLACES``."""
    _, state, head, pool, moved, lots, returns, products, *told = row
    traits, tier = traits_of(told[:TRAITS]), her_tier(told[TRAITS:])
    return Place(MemberState(state), head, pool, moved, bool(lots), returns, products, traits, tier)


def _link(rows: list[Row]) -> Link:
    entry, shop, partner, at, received, earned, previous, lines, answer = rows[0][:9]
    back = tuple(Back(row[9], unpack_return_lines(row[10])) for row in rows if row[9] is not None)
    return Link(entry, shop, partner, at, received, earned, previous, unpack_lines(lines), not answer, back)

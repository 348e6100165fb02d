"""Whether past purchases fitted a campaign's condition at their own instant: what a till was told, folded once more.

For the audit and the simulation, one member at a time. A member is as the ledger has her now: traits, products'
attributes and lists that have changed since are not turned back, and what depends on points, on coupons or on a rank of
that day is not told at all. Her tier alone is worked out as of then.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from time import monotonic
from typing import Final
from zoneinfo import ZoneInfo

from noren.activity.about import AboutEveryone, Link, Place
from noren.activity.model import Line, MemberState
from noren.activity.ports import AuditFeed
from noren.activity.seen import when_seen
from noren.activity.tier_days import month_of
from noren.activity.tiering import tier_then
from noren.activity.tiers import TierFeed
from noren.audience.judging import has_tier, horizon_of
from noren.audience.language import nodes
from noren.audience.ledger_readings import is_young
from noren.audience.live import FoldAgain, Given, Plan, Purchase, Standing, add, fold, holds_some
from noren.audience.standings import LiveCondition, OldLines, Readying, Shops
from noren.audience.standings.folding import ALL
from noren.audience.standings.purchases import lines_left, purchase_of, since_of, traits_of
from noren.campaign.spec import Campaign
from noren.kernel.clock import instant_of, local_date
from noren.kernel.values import value

_CLOCKS: Final = timedelta(minutes=1)
"""How far two tills' clocks may differ."""

_HOURS_GONE: Final = timedelta(days=1)
"""A purchase that its member had forgotten stands at its day's begin."""

_DIFFERENT: Final = (
    nodes.PointsBalance,
    nodes.PointsExpiring,
    nodes.Received,
    nodes.Redeemed,
    nodes.Contacted,
    nodes.Top,
)


class Verdict(StrEnum):
    """What is told of a purchase. The last ones: it can not be told."""

    FITS = "fits"
    FITS_NOT = "fits-not"
    NO_LINES = "no-lines"
    NOBODY = "nobody"
    OLD_LINES = "old-lines"
    MERGED = "merged"


TOLD: Final = frozenset({Verdict.FITS, Verdict.FITS_NOT})


def can_be_judged(condition: nodes.Condition) -> bool:
    """Return whether a condition can be asked of the past: not of points, coupons or ranks as they were."""
    return not any(isinstance(part, _DIFFERENT) for part in nodes.predicates(condition.root))


def first_since(feed: AuditFeed, since: int) -> int:
    """Return an entry behind which every purchase stands that came in since an instant: received ascends."""
    low, high = 0, feed.last_entry()
    least = since - (_CLOCKS + _HOURS_GONE) // timedelta(microseconds=1)
    while low < high:
        middle = (low + high) // 2
        found = feed.purchases_after(middle, 1)
        if found and found[0].received < least:
            low = max(found[0].entry, middle + 1)
        else:
            high = middle
    return low


@value
class World:
    """What conditions are asked in, as it is now. ``old``: lines that the ledger has no more."""

    about: AboutEveryone
    shops: Shops
    lists: Mapping[str, frozenset[str]]
    zone: ZoneInfo
    old: OldLines | None = None
    tiers: TierFeed | None = None


@dataclass(frozen=True, slots=True)
class _One:
    """Fills ``LiveConditions`` with one condition."""

    condition: nodes.Condition
    named: Mapping[str, frozenset[str]]
    first: date

    def edition(self) -> int:
        return 1

    def conditions(self) -> Sequence[LiveCondition]:
        return [LiveCondition("asked", self.condition)]

    def lists(self) -> Mapping[str, frozenset[str]]:
        return self.named

    def horizon(self) -> date | None:
        return self.first


@dataclass(slots=True)
class Judge:
    """Judges purchases by one campaign's condition."""

    world: World
    condition: nodes.Condition
    campaign: Campaign
    _plans: dict[date, Plan] = field(default_factory=dict[date, Plan])
    _tiers: dict[tuple[bytes, int], str | None] = field(default_factory=dict[tuple[bytes, int], str | None])

    def verdicts(self, handle: bytes, entries: Collection[int]) -> dict[int, Verdict]:
        """Return what is told of some of a member's purchases."""
        place = self.world.about.place(handle)
        if place is None or place.state is not MemberState.ACTIVE:
            return dict.fromkeys(entries, Verdict.NOBODY)
        chain = list(reversed(self.world.about.links(handle, place.head, 0, ALL))) if place.head else []
        found = dict.fromkeys(entries, Verdict.MERGED)  # what is in no chain of hers any more stays so
        history = _History(self, chain)
        for number, link in enumerate(chain):
            if link.entry in found:
                found[link.entry] = self._verdict(handle, history, number, link, place)
        return found

    def _verdict(self, handle: bytes, history: _History, number: int, link: Link, place: Place) -> Verdict:
        if link.lines is None and not link.thinned:
            return Verdict.NO_LINES
        t = when_seen(link.at, link.received)
        day = local_date(instant_of(t), self.world.zone)
        if is_young(place.traits, day):
            return Verdict.FITS_NOT
        plan, lines = self.plan_at(instant_of(t)), history.sold(link)
        standing = None if lines is None else history.at(plan, number, t)
        if lines is None or standing is None:
            return Verdict.OLD_LINES
        basket = Purchase(
            instant_of(t),
            purchase_of(link, lines).lines,
            purchase_of(link, ()).place,
            link.earned,
            instant_of(link.received),
        )
        if self.campaign.issue.counts_this_purchase:
            grown = add(plan, standing, basket)
            assert isinstance(grown, Standing), "the standing is of before this instant"
            standing = grown
        traits = traits_of(place.traits, self._tier(handle, day))
        told = holds_some(plan, (0,), standing, instant_of(t), Given(traits, basket=basket))
        assert not isinstance(told, FoldAgain), "a standing of this plan, up to this instant"
        return Verdict.FITS if told else Verdict.FITS_NOT

    def _tier(self, handle: bytes, day: date) -> str | None:
        """Return her tier on a day, where the condition asks for it."""
        feed = self.world.tiers
        if feed is None or not has_tier(self.condition):
            return None
        key = handle, month_of(day)
        if key not in self._tiers:
            self._tiers[key] = tier_then(feed, handle, day)
        return self._tiers[key]

    def plan_at(self, t: datetime) -> Plan:
        """Return the plan of the condition at an instant: the horizon moves once a month."""
        first = horizon_of(local_date(t, self.world.zone))
        if first not in self._plans:
            one = _One(self.condition, self.world.lists, first)
            world = self.world
            ready = Readying(about=world.about, conditions=one, shops=world.shops, zone=world.zone, monotonic=monotonic)
            self._plans[first] = ready.refresh().plan
        return self._plans[first]


class _History:
    """One member's purchases, folded up to where they are asked for, and further from there."""

    def __init__(self, judge: Judge, chain: Sequence[Link]) -> None:
        self._chain = chain
        self._thinned = [link for link in chain if link.lines is None and link.thinned]
        self._backs = sorted(back.at for link in chain for back in link.back)
        self._old: Mapping[int, Sequence[Line]] | None = None
        self._lake = judge.world.old
        self._at: tuple[Plan, int, int, Standing] | None = None

    def sold(self, link: Link) -> Sequence[Line] | None:
        """Return a purchase's lines as they were sold; None: nobody has them any more."""
        if link.lines is not None:
            return link.lines
        return None if link.back else self._from_lake().get(link.entry)

    def at(self, plan: Plan, number: int, t: int) -> Standing | None:
        """Return her standing of the first ``number`` purchases, as it was at an instant; None: lines are gone."""
        grown = self._grown(plan, number, t)
        if grown is None:
            links = [link for link in self._chain[:number] if link.at <= t]
            purchases = self._purchases(links, t)
            if purchases is None:
                return None
            grown = fold(plan, purchases)
        self._at = (plan, number, t, grown)
        return grown

    def _grown(self, plan: Plan, number: int, t: int) -> Standing | None:
        """Return the standing of before, with what came since; None: she is to be folded again."""
        if self._at is None:
            return None
        before, reached, then, standing = self._at
        came_back = bisect_right(self._backs, t) != bisect_right(self._backs, then)
        if before is not plan or t < then or came_back or any(link.at > t for link in self._chain[:number]):
            return None
        if any(link.at > then for link in self._chain[:reached]):
            return None
        purchases = self._purchases(self._chain[reached:number], t)
        if purchases is None:
            return None
        for purchase in purchases:
            grown = add(plan, standing, purchase)
            if isinstance(grown, FoldAgain):
                return None
            standing = grown
        return standing

    def _purchases(self, links: Sequence[Link], t: int) -> list[Purchase] | None:
        gone = [link for link in links if link.lines is None and link.thinned]
        if gone and (self._lake is None or since_of(gone) > t):
            return None
        old = self._from_lake() if gone else dict[int, Sequence[Line]]()
        made = [purchase_of(link, old.get(link.entry, ()) or lines_left(link, t)) for link in links]
        return sorted(made, key=lambda one: one.at)

    def _from_lake(self) -> Mapping[int, Sequence[Line]]:
        if self._old is None:
            self._old = {} if self._lake is None else self._lake.lines_of([link.entry for link in self._thinned])
        return self._old

"""The standing desk: which conditions in force are true of one member, here and now.

Asked in the till's call. It loads her standing, brings it up to the ledger, and asks the few conditions that
are in force at the shop. It writes nothing: what it had to fold it remembers for a while, and the ledger-worker
keeps it. Where it can not tell it says so, and that is counted; it never says a wrong thing.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from noren.activity import about as ledger
from noren.activity.model import MemberState
from noren.audience.ledger_readings import is_young
from noren.audience.live import (
    Answers,
    FoldAgain,
    Given,
    History,
    Place,
    Plan,
    Purchase,
    Standing,
    add,
    conditions_of,
    holds,
    holds_some,
)
from noren.audience.standings.folding import Folder
from noren.audience.standings.in_force import InForce
from noren.audience.standings.model import Kept, NotReady, Why
from noren.audience.standings.packing import kept_of
from noren.audience.standings.ports import StandingStore
from noren.audience.standings.purchases import history_of, traits_of
from noren.audience.standings.returns import Returns
from noren.governance.stopping import Rule, Use, stopped_by
from noren.kernel.clock import microseconds

REMEMBERED: Final = 1_000
"""Members whose standings, ahead of the store, are remembered; about 20 kB each with 1,000 conditions."""

FEW: Final = 8
"""Of so many conditions in force, one that is asked here makes it worth to go on from the answer of before."""

Names = Mapping[str, bool]
"""Names of conditions that are asked, and of each whether the basket in hand counts as a purchase."""

NO_HISTORY: Final = History()
NO_CUTS: Final[Mapping[int, int | None]] = {}
Told = frozenset[str] | NotReady


class Asked:
    """Conditions that are asked: by number, and as the bits of a whole number.

    ``few``: too few to go on from an answer to all; ``facts``: then, what they ask.
    """

    __slots__ = ("bits", "count", "facts", "few", "numbers")

    def __init__(self, plan: Plan, numbers: Sequence[int]) -> None:
        self.numbers, self.count = numbers, len(numbers)
        self.bits = sum(1 << number for number in numbers)
        self.few = len(numbers) * FEW < len(plan.trees)
        self.facts = plan.facts_of(numbers) if self.few else None


@dataclass(frozen=True, slots=True)
class Masks:
    """Named conditions as bits: those for which the basket in hand counts as a purchase, and the others."""

    names: Names
    force: InForce
    counting: Asked
    before: Asked


@dataclass(frozen=True, slots=True)
class Rules:
    """The programme's rules of time."""

    zone: ZoneInfo
    expiry_days: int


class StandingDesk:
    """Answers for one member at a time.

    ``in_force``: what is in force where products have changed so often, on a day; None: it is being made ready.
    ``folder``: how members are folded (a till's way by default); ``remembered``: standings remembered, at most.
    """

    def __init__(
        self,
        *,
        about: ledger.AboutMember,
        store: StandingStore,
        in_force: Callable[[int, int], InForce | None],
        rules: Rules,
        folder: Folder | None = None,
        returns: Returns | None = None,
        remembered: int = REMEMBERED,
    ) -> None:
        self._about, self._store, self._in_force, self._rules = about, store, in_force, rules
        self._folder = folder or Folder(about)
        self._returns = returns or Returns(about, store.progress().returns or about.reach().returns)
        self._ahead: OrderedDict[bytes, Kept] = OrderedDict()
        self._remembered = remembered
        self._cuts: tuple[bytes, int, Mapping[int, int | None]] | None = None
        self._before: InForce | None = None
        self._masks: dict[int, Masks] = {}
        self._named: tuple[InForce, frozenset[str], dict[int, Names]] | None = None
        self.unanswered: Counter[Why] = Counter()
        self.answered = self.caught_up = 0

    def ask(
        self,
        handle: bytes,
        at: datetime,
        place: Place,
        basket: Purchase | None = None,
        names: Names | None = None,
    ) -> Told:
        """Return the names of the conditions in force at a place that are true of a member at an instant.

        ``basket``: what is in hand; it is not yet a purchase, and counts as one for the conditions that ``names`` says
        so of. ``names``: ask these alone; one and the same mapping at each question. They hand something out: they are
        true of nobody who may be under 16.
        """
        told = self._ask(handle, at, place, basket, names)
        if isinstance(told, NotReady):
            self.unanswered[told.why] += 1
        else:
            self.answered += 1
        return told

    def stopped_by(self, handle: bytes, use: Use) -> Rule | None:
        """Return the stop by which a member is left out of a use; None: she is not.

        Read from the ledger at each question and remembered nowhere: a stop holds with the next one. Where the ledger
        can not be read this raises, so that whoever would hand something out does not.
        """
        return stopped_by(self._about.stops_of(handle), use)

    def asked_of(self, place: Place) -> int:
        """Return how many conditions are in force at a place and made ready: none, where they are not."""
        force = self._in_force(self._about.reach().products, date.max.toordinal())
        return 0 if force is None else len(force.at(place))

    def bring(self, handle: bytes, place: ledger.Place, force: InForce, at: datetime) -> Kept | NotReady:
        """Return a member's standing as the ledger has her."""
        plan = force.plan
        kept = self._held(handle, force, self._day(at), place.head)
        if kept is not None and not self._returns.hold(handle, kept.seen, place.returns):
            kept = None
        brought = self._folder.up_to_date(plan, handle, place, kept)
        if not isinstance(brought, Kept):
            return brought
        if kept is None or kept.head != brought.head:
            self.caught_up += 1
            self._remember(handle, brought)
        elif handle in self._ahead:
            self._ahead[handle] = brought
        return brought

    def _ask(self, handle: bytes, at: datetime, place: Place, basket: Purchase | None, names: Names | None) -> Told:
        found = self._about.place(handle)
        if found is None or found.state is not MemberState.ACTIVE:
            self._ahead.pop(handle, None)
            return NotReady(Why.NOBODY)
        force = self._force(found.products, self._day(at), names)
        if force is None:
            return NotReady(Why.CONDITIONS)
        numbers = force.at(place)
        if not numbers or (names is not None and is_young(found.traits, at.astimezone(self._rules.zone).date())):
            return frozenset()
        cuts = self._cuts_of(force, at) if not force.tops.isdisjoint(numbers) else NO_CUTS
        if cuts is None:
            return NotReady(Why.RANKS)
        kept = self.bring(handle, found, force, at)
        if isinstance(kept, Kept) and microseconds(at) < kept.since:
            kept = self._folder.folded(force.plan, handle, found, microseconds(at))
        if isinstance(kept, NotReady):
            return kept
        given = self._given(handle, found, force, at, cuts, basket)
        if names is None:
            return frozenset(force.names[number] for number in self._true(handle, force, place, kept, at, given))
        return self._true_of(self._masks_of(force, place, names), kept, at, given)

    def _true_of(self, masks: Masks, kept: Kept, at: datetime, given: Given) -> frozenset[str]:
        """Return which named conditions are true, with the basket counted where that is said."""
        force, standing = masks.force, kept.standing
        bits = _bits(force, masks.before, standing, at, given) if masks.before.count else 0
        if masks.counting.count:
            assert given.basket is not None, "a basket that counts is given"
            grown = add(force.plan, standing, given.basket, masks.counting.facts)
            assert not isinstance(grown, FoldAgain), "it was brought to this instant"
            bits |= _bits(force, masks.counting, grown, at, given)
        return frozenset(force.names[number] for number in conditions_of(bits))

    def _masks_of(self, force: InForce, place: Place, names: Names) -> Masks:
        """Return the bits of named conditions at a place; found once for each of the caller's mappings."""
        found = self._masks.get(id(names))
        if found is not None and found.names is names and found.force is force:
            return found
        if len(self._masks) >= REMEMBERED:
            self._masks.clear()
        numbers: dict[bool | None, list[int]] = {True: [], False: [], None: []}
        for number in force.at(place):
            numbers[names.get(force.names[number])].append(number)
        made = self._masks[id(names)] = Masks(
            names, force, Asked(force.plan, numbers[True]), Asked(force.plan, numbers[False])
        )
        return made

    def _force(self, products: int, day: int, names: Names | None) -> InForce | None:
        """Return what is in force. Named conditions do not change: they are asked by what was ready before, meanwhile.

        A product whose attributes have changed just now is then what it was a moment ago.
        """
        force = self._in_force(products, day)
        if force is not None:
            self._before = force
        elif names is not None:
            force = self._before
        if force is not None and names is not None and not self._has(force, names):
            return None
        return force

    def _has(self, force: InForce, names: Names) -> bool:
        """Whether all of some names are in force; looked through once for each of the caller's mappings."""
        if self._named is None or self._named[0] is not force:
            self._named = force, frozenset(force.names), {}
        _, known, seen = self._named
        if seen.get(id(names)) is not names:
            if not names.keys() <= known:
                return False
            if len(seen) >= REMEMBERED:
                seen.clear()
            seen[id(names)] = names
        return True

    def answers(self, handle: bytes, found: ledger.Place, force: InForce, kept: Kept, at: datetime) -> Answers | None:
        """Return what is true of a member now of all conditions, to be kept with her standing; None: not to be told."""
        if microseconds(at) < kept.since:
            return None
        # Without its cut a rank is false here; whoever goes on from this answer holds her value against the cut anew.
        cuts = self._cuts_of(force, at) or dict.fromkeys(range(len(force.plan.tops)))
        told = holds(force.plan, kept.standing, at, self._given(handle, found, force, at, cuts, None))
        return None if isinstance(told, FoldAgain) else told

    def _true(
        self, handle: bytes, force: InForce, place: Place, kept: Kept, at: datetime, given: Given
    ) -> frozenset[int]:
        """Return which are true: from the answer of before all are told; without one, the few that are asked here."""
        plan, standing, numbers = force.plan, kept.standing, force.at(place)
        if standing.kept is None or len(numbers) * FEW < len(plan.trees) or (force.tops and not given.cuts):
            some = holds_some(plan, numbers, standing, at, given)
            assert not isinstance(some, FoldAgain), "a standing of this plan, up to this instant"
            return some
        told = holds(plan, standing, at, given)
        assert not isinstance(told, FoldAgain), "a standing of this plan, up to this instant"
        if self._ahead.get(handle) is kept:
            self._ahead[handle] = replace(kept, standing=replace(standing, kept=told))
        return conditions_of(told.bits & force.mask_at(place))

    def _given(
        self,
        handle: bytes,
        found: ledger.Place,
        force: InForce,
        at: datetime,
        cuts: Mapping[int, int | None],
        basket: Purchase | None,
    ) -> Given:
        tier = found.tier.on(at.astimezone(self._rules.zone).date())
        return Given(traits_of(found.traits, tier), self._history(handle, found, force), cuts, basket)

    def _held(self, handle: bytes, force: InForce, day: int, head: int) -> Kept | None:
        """Return what is remembered or stored of a member under this plan: at the head of her chain, if either is."""
        ahead = self._ahead.get(handle)
        if ahead is not None and ahead.standing.plan != force.plan.digest:
            ahead = None
        if ahead is not None and ahead.head == head:
            return ahead
        row = self._store.load(handle, day, force.plan.digest)
        if row is None or (ahead is not None and row.head != head):
            return ahead
        self._ahead.pop(handle, None)
        kept = kept_of(force.plan, row)
        if kept is None or row.day <= day:
            return kept
        return replace(kept, standing=replace(kept.standing, kept=None))

    def _remember(self, handle: bytes, kept: Kept) -> None:
        self._ahead.pop(handle, None)
        if not self._remembered:
            return
        self._ahead[handle] = kept
        if len(self._ahead) > self._remembered:
            self._ahead.popitem(last=False)

    def _history(self, handle: bytes, found: ledger.Place, force: InForce) -> History:
        """Return coupons and points, where a condition in force asks them."""
        if not force.plan.kinds.history:
            return NO_HISTORY
        lots = self._about.lots_of(handle) if found.has_lots else ()
        coupons = self._about.campaign_coupons(handle)
        return history_of(found, lots, coupons, zone=self._rules.zone, expiry_days=self._rules.expiry_days)

    def _day(self, at: datetime) -> int:
        return at.astimezone(self._rules.zone).date().toordinal()

    def _cuts_of(self, force: InForce, at: datetime) -> Mapping[int, int | None] | None:
        digest, day = force.plan.digest, self._day(at)
        held = self._cuts
        if held is not None and held[:2] == (digest, day):
            return held[2]
        cuts = self._store.cuts(digest, day)
        if cuts is not None:
            self._cuts = (digest, day, cuts)
        return cuts


def _bits(force: InForce, masks: Asked, standing: Standing, at: datetime, given: Given) -> int:
    """Return which of the conditions of a mask are true: by going on from an answer, or by asking these alone.

    Without an answer of before one goes on from that of someone who bought nothing.
    """
    if not masks.few and (given.cuts or not force.tops):
        told = holds(force.plan, standing, at, given)
        assert not isinstance(told, FoldAgain), "a standing of this plan, up to this instant"
        return told.bits & masks.bits
    some = holds_some(force.plan, masks.numbers, standing, at, given)
    assert not isinstance(some, FoldAgain), "a standing of this plan, up to this instant"
    return sum(1 << number for number in some)

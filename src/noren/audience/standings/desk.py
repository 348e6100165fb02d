"""The standing desk: which conditions in force are true of one member, here and now.

Asked in the till's call. It loads her standing, brings it up to the ledger, and asks the few conditions that
are in force at the shop. It writes nothing: what it had to fold it remembers for a while, and the ledger-worker
keeps it. Where it can not tell it says so, and that is counted; it never says a wrong thing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
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
    as_if_at,
    conditions_of,
    holds,
    holds_some,
)
from noren.audience.standings.folding import Folder, of_few
from noren.audience.standings.in_force import InForce
from noren.audience.standings.model import Kept, NotReady, Why
from noren.audience.standings.naming import FEW, Named, Names, true_of
from noren.audience.standings.packing import kept_of
from noren.audience.standings.ports import StandingStore
from noren.audience.standings.purchases import history_of, traits_of
from noren.audience.standings.remembered import REMEMBERED_BYTES, Remembered
from noren.audience.standings.returns import Returns
from noren.governance.stopping import Rule, Use, stopped_by
from noren.kernel.clock import microseconds
from noren.kernel.values import value

NO_HISTORY: Final = History()
NO_CUTS: Final[Mapping[int, int | None]] = {}
Told = frozenset[str] | NotReady


@value
class InHand:
    """What a member's standing is once the basket in hand is a purchase. ``kept``: of before it."""

    plan: Plan
    kept: Kept
    grown: Standing
    basket: Purchase


@dataclass(frozen=True, slots=True)
class Rules:
    """The programme's rules of time."""

    zone: ZoneInfo
    expiry_days: int


class StandingDesk:
    """Answers for one member at a time.

    ``in_force``: what is in force where products have changed so often, on a day; None: it is being made ready.
    ``folder``: how members are folded (a till's way by default); ``remembered``: what standings ahead of the store may
    take up, in bytes.
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
        remembered: int = REMEMBERED_BYTES,
    ) -> None:
        self._about, self._store, self._in_force, self._rules = about, store, in_force, rules
        self._folder = folder or Folder(about)
        self._returns = returns or self._returns_anew()
        self._ahead = Remembered(remembered)
        self._grown: dict[bytes, InHand] = {}
        self._products = -1
        self._cuts: tuple[bytes, int, Mapping[int, int | None]] | None = None
        self._before: InForce | None = None
        self._named: Named | None = None
        self.unanswered: Counter[Why] = Counter()
        self.answered = self.caught_up = 0

    def ask(
        self,
        handle: bytes,
        at: datetime,
        place: Place,
        basket: Purchase | None = None,
        names: Names | None = None,
        about: ledger.AboutHer | None = None,
    ) -> Told:
        """Return the names of the conditions in force at a place that are true of a member at an instant.

        ``basket``: what is in hand; it is not yet a purchase, and counts as one for the conditions that ``names`` says
        so of. ``names``: ask these alone; one and the same mapping at each question. They hand something out: they are
        true of nobody who may be under 16. ``about``: where to read of her (the desk's own by default).
        """
        told = self._ask(handle, at, place, basket, names, about or self._about)
        if isinstance(told, NotReady):
            self.unanswered[told.why] += 1
        else:
            self.answered += 1
        return told

    def bought(self, handle: bytes, entry: int, previous: int, at: datetime) -> None:
        """Take it that the basket that was last asked about is a purchase in the ledger now, made at an instant.

        Her standing is then at hand, grown, when she comes again. ``previous``: the purchase before it in her chain.
        """
        ahead = self._grown.pop(handle, None)
        if ahead is None or ahead.kept.head != previous:
            return
        standing = as_if_at(ahead.plan, ahead.kept.standing, ahead.grown, ahead.basket, at)
        if standing is not None:
            since = max(ahead.kept.since, microseconds(at))
            self._ahead.put(handle, replace(ahead.kept, standing=standing, head=entry, since=since))

    def settled(self) -> None:
        """Take it that no basket asked about since is in the ledger."""
        self._grown.clear()

    def reopened(self) -> None:
        """Forget all that is remembered: the ledger may have lost what it had."""
        self._grown.clear()
        self._ahead.clear()
        self._returns = self._returns_anew()

    def _returns_anew(self) -> Returns:
        return Returns(self._about, self._store.progress().returns or self._about.reach().returns)

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

    def bring(
        self,
        handle: bytes,
        place: ledger.Place,
        force: InForce,
        at: datetime,
        about: ledger.AboutHer | None = None,
        few: Plan | None = None,
    ) -> Kept | NotReady:
        """Return a member's standing as the ledger has her. ``few``: the plan of what will be asked (None: of all)."""
        plan = few or force.plan
        kept = self._held(handle, force, self._day(at), place.head, plan)
        if not self._lacks_none(handle, kept, place):
            self._ahead.drop(handle)  # the worker may have her as she is by now
            kept = self._held(handle, force, self._day(at), place.head, plan)
            kept = kept if self._lacks_none(handle, kept, place) else None
        if kept is not None and kept.head == place.head:
            return of_few(kept if kept.seen == place.returns else replace(kept, seen=place.returns), plan)
        brought = self._folder_of(about).up_to_date(force.plan, handle, place, kept, few)
        if isinstance(brought, NotReady):
            return brought
        self.caught_up += 1
        brought = of_few(brought, plan)
        self._ahead.put(handle, brought)
        return brought

    def _lacks_none(self, handle: bytes, kept: Kept | None, place: ledger.Place) -> bool:
        """Whether a standing, if there is one, has all that came back of hers."""
        return kept is None or self._returns.hold(handle, kept.seen, place.returns)

    def _folder_of(self, about: ledger.AboutHer | None) -> Folder:
        return self._folder if about is None or about is self._about else replace(self._folder, about=about)

    def _ask(
        self,
        handle: bytes,
        at: datetime,
        place: Place,
        basket: Purchase | None,
        names: Names | None,
        about: ledger.AboutHer,
    ) -> Told:
        found = about.place(handle)
        if found is not None and found.products != self._products:
            self._products = found.products
            self._ahead.clear()  # a purchase of somebody may have been forgotten
        if found is None or found.state is not MemberState.ACTIVE:
            self._ahead.drop(handle)
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
        masks = None if names is None else self._named_in(force).masks(place, names)
        kept = self.bring(handle, found, force, at, about, None if masks is None else masks.plan)
        as_it_is = True
        if isinstance(kept, Kept) and microseconds(at) < kept.since:
            kept, as_it_is = self._folder_of(about).folded(force.plan, handle, found, microseconds(at)), False
        if isinstance(kept, NotReady):
            return kept
        given = self._given(handle, found, force, at, cuts, basket, about)
        if masks is None:
            return frozenset(force.names[number] for number in self._true(handle, force, place, kept, at, given))
        bits, grown = true_of(masks, kept.standing, at, given)
        if grown is not None and basket is not None and as_it_is:
            now = kept if masks.plan.only is None else replace(kept, only=masks.plan.only)
            self._grown[handle] = InHand(masks.plan, now, grown, basket)
        return frozenset(force.names[number] for number in conditions_of(bits))

    def _force(self, products: int, day: int, names: Names | None) -> InForce | None:
        """Return what is in force. Named conditions do not change: they are asked by what was ready before, meanwhile.

        A product whose attributes have changed just now is then what it was a moment ago.
        """
        force = self._in_force(products, day)
        if force is not None:
            self._before = force
        elif names is not None:
            force = self._before
        if force is not None and names is not None and not self._named_in(force).all_in_force(names):
            return None
        return force

    def _named_in(self, force: InForce) -> Named:
        if self._named is None or self._named.force is not force:
            self._named = Named(force)
        return self._named

    def answers(self, handle: bytes, found: ledger.Place, force: InForce, kept: Kept, at: datetime) -> Answers | None:
        """Return what is true of a member now of all conditions, to be kept with her standing; None: not to be told."""
        if microseconds(at) < kept.since:
            return None
        # Without its cut a rank is false here; whoever goes on from this answer holds her value against the cut anew.
        cuts = self._cuts_of(force, at) or dict.fromkeys(range(len(force.plan.tops)))
        told = holds(force.plan, kept.standing, at, self._given(handle, found, force, at, cuts, None, self._about))
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
            self._ahead.put(handle, replace(kept, standing=replace(standing, kept=told)))
        return conditions_of(told.bits & force.mask_at(place))

    def _given(
        self,
        handle: bytes,
        found: ledger.Place,
        force: InForce,
        at: datetime,
        cuts: Mapping[int, int | None],
        basket: Purchase | None,
        about: ledger.AboutHer,
    ) -> Given:
        tier = found.tier.on(at.astimezone(self._rules.zone).date())
        return Given(traits_of(found.traits, tier), self._history(handle, found, force, about), cuts, basket)

    def _held(self, handle: bytes, force: InForce, day: int, head: int, plan: Plan) -> Kept | None:
        """Return what is remembered or stored of a member for a plan: at the head of her chain, if either is."""
        ahead = self._ahead.get(handle)
        if ahead is not None and (ahead.standing.plan != force.plan.digest or not ahead.tells(plan.only)):
            ahead = None
        if ahead is not None and ahead.head == head:
            return ahead
        row = self._store.load(handle, day, force.plan.digest)
        if row is None or (ahead is not None and row.head != head):
            return ahead
        self._ahead.drop(handle)
        kept = kept_of(force.plan, row)
        if kept is None:
            return None
        if row.day > day:
            kept = replace(kept, standing=replace(kept.standing, kept=None))
        return of_few(kept, plan)

    def _history(self, handle: bytes, found: ledger.Place, force: InForce, about: ledger.AboutHer) -> History:
        """Return coupons and points, where a condition in force asks them."""
        if not force.plan.kinds.history:
            return NO_HISTORY
        lots = about.lots_of(handle) if found.has_lots else ()
        coupons = about.campaign_coupons(handle)
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

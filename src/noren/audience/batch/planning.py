"""From conditions to one run: equal predicates share a question, equal tallies an atom, equal filters a number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, assert_never

from noren.audience.batch.asked import DETAILED, FIRST_LINE_KEYED, Rows, Tally, no_rows
from noren.audience.batch.bounds import SCALE, Bounds, bounds_of, scaled, signs_of
from noren.audience.batch.filtering import Filters
from noren.audience.batch.given import EventKind, Given, Moment, TraitCode
from noren.audience.batch.names import PLACE_ATTRIBUTES, Stage
from noren.audience.batch.needing import require, trait_of
from noren.audience.batch.residuals import both
from noren.audience.batch.spans import LATEST, Span, change_spans, day_number, rhythm_span, span_of
from noren.audience.batch.traits import mirrored, trait_bounds, trait_known
from noren.audience.language import nodes as n
from noren.audience.language.words import PRODUCT_ATTRIBUTES, Cmp, Measure, Rhythm

TALLIES: Final = {measure: Tally[measure.name] for measure in Measure}
RHYTHMS: Final = {Rhythm.WEEK: 1, Rhythm.MONTH: 2}
_DAY_US: Final = 86_400_000_000
_HUNDRED: Final = 100
ANY_CAMPAIGN: Final = -1
NO_CAMPAIGN: Final = -2


@dataclass(frozen=True, slots=True)
class Plan:
    """A run: its tables, the question of each predicate, and which questions hold for who has no row.

    ``known``: the question that says for whom a trait is known.
    """

    tables: dict[str, Rows]
    questions: dict[n.Predicate, int]
    held: frozenset[int]
    known: dict[TraitCode, int]


def plan(conditions: Iterable[n.Condition], given: Given, moment: Moment) -> Plan:
    """Return the run that answers the conditions. Raises NotGiven."""
    planner = _Planner(given, moment)
    for condition in conditions:
        for predicate in n.predicates(condition.root):
            planner.ask(predicate)
    return planner.plan()


class _Planner:
    def __init__(self, given: Given, moment: Moment) -> None:
        self._given = given
        self._moment = moment
        self._today = day_number(moment.today)
        self._tables = no_rows()
        products = Stage(frozenset(PRODUCT_ATTRIBUTES), given.products, given.lists)
        places = Stage(frozenset(PLACE_ATTRIBUTES), given.places, given.lists)
        self._filters = Filters(self._tables, products, places)
        self._atoms: dict[tuple[int, Tally, Span, int, int], int] = {}
        self._questions: dict[n.Predicate, int] = {}
        self._held: set[int] = set()
        self._known: dict[TraitCode, int] = {}
        self._next = 0

    def plan(self) -> Plan:
        return Plan(self._tables, self._questions, frozenset(self._held), self._known)

    def ask(self, predicate: n.Predicate) -> None:
        if predicate in self._questions:
            return
        require(predicate, self._given)
        question = self._questions[predicate] = self._number()
        match predicate:
            case n.Count() | n.Never() | n.DaysSinceLast() | n.DaysSinceFirst():
                self._counted(question, predicate)
            case n.Overdue() | n.Share() | n.Change() | n.Every() | n.Top() | n.Then():
                self._compared(question, predicate)
            case n.Received() | n.Redeemed() | n.Contacted() | n.PointsBalance() | n.PointsExpiring():
                self._history(question, predicate)
            case n.BasketTotal() | n.BasketHas() | n.BasketLacks():
                raise AssertionError("a basket is refused before")
            case _:
                self._trait(question, predicate)

    def _number(self) -> int:
        self._next += 1
        return self._next

    def _atom(self, asked: n.Filter, tally: Tally, span: Span, rhythm: int = 0, recorded_by: int = LATEST) -> int:
        filter_no = self._filters.number(asked, by_line=tally >= FIRST_LINE_KEYED)
        key = (filter_no, tally, span, rhythm, recorded_by)
        held = self._atoms.get(key)
        if held is None:
            held = self._atoms[key] = len(self._atoms)
            detailed = tally in DETAILED or bool(rhythm) or recorded_by != LATEST
            self._tables["atoms"].add(held, filter_no, tally, span.first, span.last, rhythm, recorded_by, int(detailed))
        return held

    def _counted(self, question: int, asked: n.Count | n.Never | n.DaysSinceLast | n.DaysSinceFirst) -> None:
        ever = span_of(n.EVER, self._moment.today)
        match asked:
            case n.Count(measure, inner, cmp, number, window):
                atom = self._atom(inner, TALLIES[measure], span_of(window, self._moment.today))
                self._ask_count(question, atom, bounds_of(cmp, number))
            case n.Never(inner, window):
                atom = self._atom(inner, Tally.VISITS, span_of(window, self._moment.today))
                self._ask_count(question, atom, Bounds(0, 0))
            case n.DaysSinceLast(inner, cmp, days):
                self._ask_since(question, self._atom(inner, Tally.LAST, ever), bounds_of(cmp, days))
            case n.DaysSinceFirst(inner, cmp, days):
                self._ask_since(question, self._atom(inner, Tally.FIRST, ever), bounds_of(cmp, days))

    def _ask_count(self, question: int, atom: int, bounds: Bounds) -> None:
        held = bounds.holds(0)
        if held:
            self._held.add(question)
        self._tables["ask_count"].add(question, atom, bounds.least, bounds.most, int(held))

    def _ask_since(self, question: int, atom: int, bounds: Bounds) -> None:
        """Ask for the date itself, so that the atom is shared by all numbers; who has none is false."""
        dates = mirrored(self._today, bounds)
        self._tables["ask_count"].add(question, atom, dates.least, dates.most, 0)

    def _compared(self, question: int, asked: n.Overdue | n.Share | n.Change | n.Every | n.Top | n.Then) -> None:
        today = self._moment.today
        match asked:
            case n.Overdue(inner, cmp, times):
                atom = self._atom(inner, Tally.DAYS, span_of(n.EVER, today))
                signs = signs_of(cmp)
                self._tables["ask_overdue"].add(question, atom, scaled(times), signs.least, signs.most)
            case n.Share(part, whole, cmp, percent, window):
                span = span_of(window, today)
                over = self._atom(both(part, whole), Tally.SPEND, span)
                under = self._atom(whole, Tally.SPEND, span)
                self._ask_ratio(question, (over, under, 0), cmp, scaled(percent))
            case n.Change(measure, inner, days, cmp, percent):
                new, old = (self._atom(inner, TALLIES[measure], span) for span in change_spans(days, today))
                self._ask_ratio(question, (new, old, 1), cmp, scaled(percent))
            case n.Every(rhythm, periods, count):
                span = rhythm_span(rhythm, periods, today)
                atom = self._atom(count.filter, TALLIES[count.measure], span, RHYTHMS[rhythm])
                self._ask_every(question, atom, bounds_of(count.cmp, count.number), periods)
            case n.Top():
                self._ask_top(question, asked)
            case n.Then():
                self._ask_then(question, asked)
            case _:
                assert_never(asked)

    def _ask_ratio(self, question: int, atoms: tuple[int, int, int], cmp: Cmp, right: int) -> None:
        signs = signs_of(cmp)
        self._tables["ask_ratio"].add(question, *atoms, _HUNDRED * SCALE, right, signs.least, signs.most)

    def _ask_every(self, question: int, atom: int, bounds: Bounds, periods: int) -> None:
        held = bounds.holds(0)
        if held:
            self._held.add(question)
        self._tables["ask_every"].add(question, atom, bounds.least, bounds.most, int(held), periods)

    def _ask_top(self, question: int, asked: n.Top) -> None:
        """Ask as of the end of yesterday, over what was recorded by then."""
        yesterday = self._today - 1
        span = span_of(asked.window, self._moment.today - timedelta(days=1))
        atom = self._atom(asked.filter, TALLIES[asked.measure], span, recorded_by=yesterday)
        self._tables["ask_top"].add(question, atom, scaled(asked.percent))

    def _ask_then(self, question: int, asked: n.Then) -> None:
        span = span_of(asked.window, self._moment.today)
        first, later = self._filters.number(asked.first), self._filters.number(asked.later)
        within = asked.days * _DAY_US
        self._tables["ask_then"].add(question, first, later, span.first, span.last, within, int(asked.followed))

    def _history(
        self,
        question: int,
        asked: n.Received | n.Redeemed | n.Contacted | n.PointsBalance | n.PointsExpiring,
    ) -> None:
        match asked:
            case n.Received(campaign, window):
                self._ask_event(question, (EventKind.COUPON, EventKind.MESSAGE), self._campaign(campaign), window)
            case n.Redeemed(campaign, window):
                self._ask_event(question, (EventKind.REDEEMED,), self._campaign(campaign), window)
            case n.Contacted(window):
                self._ask_event(question, (EventKind.MESSAGE,), ANY_CAMPAIGN, window)
            case n.PointsBalance(cmp, points):
                self._ask_lots(question, LATEST, bounds_of(cmp, points))
            case n.PointsExpiring(days, cmp, points):
                self._ask_lots(question, min(self._today + days, LATEST - 1), bounds_of(cmp, points))

    def _campaign(self, name: str) -> int:
        return self._given.campaigns.get(name, NO_CAMPAIGN)

    def _ask_event(self, question: int, kinds: tuple[EventKind, ...], campaign: int, window: n.Window) -> None:
        span = span_of(window, self._moment.today)
        for kind in kinds:
            self._tables["ask_event"].add(question, kind, campaign, span.first, span.last)

    def _ask_lots(self, question: int, last_expiry: int, bounds: Bounds) -> None:
        held = bounds.holds(0)
        if held:
            self._held.add(question)
        row = (question, self._today, last_expiry, bounds.least, bounds.most, int(held))
        self._tables["ask_lots"].add(*row)

    def _trait(self, question: int, asked: n.TraitPredicate) -> None:
        trait = trait_of(asked)
        assert trait is not None, "what is left are traits"
        for bounds in trait_bounds(asked, self._given, self._moment):
            self._tables["ask_trait"].add(question, trait, bounds.least, bounds.most)
        if trait not in self._known:
            known = self._known[trait] = self._number()
            bounds = trait_known(trait, self._moment)
            self._tables["ask_trait"].add(known, trait, bounds.least, bounds.most)

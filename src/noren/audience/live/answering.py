"""Which conditions are true of a member at an instant.

An answer of before is brought up to date: asked again are the predicates whose facts were touched
since, and those whose day of turning has come; then the conditions in which a predicate turned. An
answer is never believed beyond the day on which it may turn, and it can be thrown away at any time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from noren.audience.live.answers import NO_MORE, Answers, Given
from noren.audience.live.asking import Steady
from noren.audience.live.folding import Again, FoldAgain, Standing
from noren.audience.live.hits import total_of
from noren.audience.live.model import NOTHING, History, Purchase
from noren.audience.live.numbers import compares
from noren.audience.live.plan import ALL, Plan
from noren.audience.live.ranking import reaches
from noren.audience.live.settling import OPEN, Asking, ground_of, settle
from noren.audience.live.telling import recorded
from noren.audience.live.today import Day, Now
from noren.kernel.clock import microseconds


def conditions_of(bits: int) -> frozenset[int]:
    """Return the numbers of the conditions whose bits are set."""
    text = f"{bits:b}"  # looked through as text: each step over a whole number would touch all of it
    last, found, place = len(text) - 1, list[int](), text.find("1")
    while place >= 0:
        found.append(last - place)
        place = text.find("1", place + 1)
    return frozenset(found)


def holds(
    plan: Plan, standing: Standing, as_of: datetime, given: Given = NO_MORE, before: Answers | None = None
) -> Answers | FoldAgain:
    """Return what is true of a member at an instant that is not before her latest purchase.

    ``before``: an answer given earlier for the same member; None, or one that does not fit, costs more and says
    the same. A condition that speaks of the basket in hand is never true where there is none.
    """
    now = Now(microseconds(as_of), given.cuts)
    refused = refusal(plan, standing, now)
    if refused is not None:
        return refused
    day = plan.day(plan.local(as_of).date())
    start, touched = _start(plan, standing, now, before)
    asking = Asking(plan, standing.facts, day, now, bytearray(start.truths), start.turns.copy(), start.ranks.copy())
    grounds = bytearray(start.grounds)
    turned = asking.again(_due(plan, start, touched, day), grounds)
    if plan.kinds.tops:
        turned += _rank(asking, touched, grounds)
    turned += _tell(asking, as_of, start, given)
    settled = settle(asking, turned, grounds, start.settled)
    bits = _with_basket(asking, given.basket, settled)
    return Answers(
        bits,
        plan.tells,
        standing.serial,
        day.number,
        now.instant,
        given,
        asking.truths,
        grounds,
        settled,
        asking.turns,
        asking.ranks,
    )


def _start(plan: Plan, standing: Standing, now: Now, before: Answers | None) -> tuple[Answers, Collection[int]]:
    """Return the latest answer to start from, and the facts that were touched since."""
    for found in (before, standing.kept):
        if found is not None and _fits(found, plan, standing, now):
            return _of_this(plan, found), _touched(standing, found.serial)
    facts = standing.facts
    return _blank(plan), facts.held() if plan.only is None else [one for one in plan.only if facts[one] is not None]


def _of_this(plan: Plan, told: Answers) -> Answers:
    """Return an answer as this plan goes on from it: of few conditions, what others hang on turns unseen."""
    if told.plan == plan.tells:
        return told
    asks = plan.kinds.asks
    turns = {number: turn for number, turn in told.turns.items() if number in asks}
    return replace(told, turns=turns, ranks={number: rank for number, rank in told.ranks.items() if number in asks})


def refusal(plan: Plan, standing: Standing, now: Now) -> FoldAgain | None:
    """Return why a standing can not tell at an instant; None: it can."""
    if standing.plan != plan.digest:
        return FoldAgain(Again.ANOTHER_PLAN)
    if standing.last is not None and now.instant < standing.last:
        return FoldAgain(Again.ASKED_BEFORE)
    return None


def _fits(before: Answers, plan: Plan, standing: Standing, now: Now) -> bool:
    new = standing.serial - before.serial
    told = before.plan in (plan.tells, plan.digest)  # who asks few may go on from what was told of all
    return told and before.instant <= now.instant and 0 <= new <= len(standing.trail)


def _touched(standing: Standing, serial: int) -> frozenset[int]:
    new = standing.serial - serial
    return frozenset[int]().union(*standing.trail[len(standing.trail) - new :]) if new else frozenset()


def _blank(plan: Plan) -> Answers:
    """Return the answers of someone of whom nothing is known and who bought nothing."""
    blank = plan.kinds.blank
    return Answers(0, plan.tells, 0, 0, 0, NO_MORE, bytearray(blank), bytearray(plan.grounds), plan.settled, {}, {})


def _due(plan: Plan, start: Answers, touched: Iterable[int], day: Day) -> set[int]:
    """Return the predicates over facts to be asked again: those that touching can turn, and those whose day came."""
    asked, steady, truths, turns, today = plan.asked, plan.kinds.steady, start.truths, start.turns, day.number
    due = {number for number, turn in turns.items() if turn <= today}
    for fact in touched:
        for number in asked.get(fact, ()):
            if truths[number] == OPEN:
                continue
            kind = steady[number]
            if kind <= Steady.NONE:
                if kind != truths[number]:
                    due.add(number)
            elif number not in turns or kind - Steady.FALSE_WHILE_WAITING not in (-1, truths[number]):
                due.add(number)
    return due


def _rank(asking: Asking, touched: Iterable[int], grounds: bytearray) -> list[int]:
    """Hold what she ranks by against the day's cuts; return the predicates that turned."""
    kinds, cuts, today = asking.plan.kinds, asking.now.cuts, asking.day.number
    truths, ranks = asking.truths, asking.ranks
    stale = [number for number, (_, until) in ranks.items() if until <= today]
    stale += [one for fact in touched if fact in kinds.tops_of for one in kinds.tops_of[fact] if truths[one] != OPEN]
    turned = asking.again(stale, grounds)
    for number, (value, _) in ranks.items():
        truth = reaches(value, cuts[kinds.cut_of[number]])
        if truth != truths[number]:
            truths[number] = truth
            turned.append(number)
    return turned


def _tell(asking: Asking, as_of: datetime, start: Answers, given: Given) -> list[int]:
    """Look at what is given with the question; return the predicates that turned."""
    plan, day, truths = asking.plan, asking.day, asking.truths
    kinds, turned = plan.kinds, list[int]()
    was = start.given
    if was is None or (given.traits is not was.traits and given.traits != was.traits):
        asked: Iterable[int] = kinds.traits
    else:
        asked = kinds.moving if day.number != start.day else ()
    found = [(number, kinds.traits[number](given.traits, day.date)) for number in asked]
    found += [
        (number, recorded(kinds.history[number], given.history, as_of, plan.zone))
        for number in _spoken_of(plan, start, given.history)
    ]
    for number, truth in found:
        if truth != truths[number]:
            truths[number] = truth
            turned.append(number)
    return turned


def _spoken_of(plan: Plan, start: Answers, now: History) -> set[int]:
    """Return the predicates that the history of now or of before can have a say in."""
    kinds, found = plan.kinds, set[int]()
    if not kinds.history:
        return found
    if start.given is None:
        found.update(number for number in kinds.history if start.truths[number] != kinds.blank[number])
    for history in (now,) if start.given is None else (start.given.history, now):
        if history is not NOTHING:
            found.update(kinds.anyway)
        for message in history.messages:
            found.update(kinds.sent.get(message.campaign, ()))
        for used in history.redemptions:
            found.update(kinds.used.get(used.campaign, ()))
    return found


def _with_basket(asking: Asking, basket: Purchase | None, settled: int) -> int:
    """Return the bits with the basket in hand; without one, no condition that speaks of it is true."""
    plan, truths = asking.plan, asking.truths
    if not plan.with_basket:
        return settled
    if basket is None:
        return settled & ~plan.with_basket
    turned = _turned_by(plan, basket, truths)
    before = {number: truths[number] for number in turned}
    for number in before:
        truths[number] ^= 1
    bits = settled
    for one in {one for number in before for one, _ in plan.spoken_in[number]}:
        # The ground stays that of an empty basket: the next question starts from there.
        bits = bits | 1 << one if ground_of(asking, one) == ALL else bits & ~(1 << one)
    for number, truth in before.items():
        truths[number] = truth
    return bits


def _turned_by(plan: Plan, basket: Purchase, truths: bytearray) -> list[int]:
    """Return the basket predicates that are not as with an empty basket."""
    kinds = plan.kinds
    hits = plan.hitting.hits(basket.lines, plan.place(basket), plan.local(basket.at))
    turned = [number for where in hits.counted for number in kinds.within.get(where, ())]
    total = total_of(basket.lines)
    turned += [
        number for number, one in kinds.totals.items() if int(compares(total, one.cmp, one.amount)) != truths[number]
    ]
    return turned


def holds_one(plan: Plan, number: int, standing: Standing, as_of: datetime, given: Given = NO_MORE) -> bool | FoldAgain:
    """Return whether one condition is true, by asking its own predicates alone."""
    found = holds_some(plan, (number,), standing, as_of, given)
    return found if isinstance(found, FoldAgain) else bool(found)


def holds_some(
    plan: Plan, numbers: Iterable[int], standing: Standing, as_of: datetime, given: Given = NO_MORE
) -> frozenset[int] | FoldAgain:
    """Return which of some conditions are true, by asking their own predicates alone: those live at a shop."""
    now = Now(microseconds(as_of), given.cuts)
    refused = refusal(plan, standing, now)
    if refused is not None:
        return refused
    truths = _Lazily(plan, standing, plan.day(plan.local(as_of).date()), now, as_of, given)
    speaks = plan.with_basket if given.basket is None else 0
    return frozenset(number for number in numbers if not speaks >> number & 1 and plan.trees[number](truths) == 1)


class _Lazily(dict[int, int]):
    """Truths that are found when they are asked for."""

    def __init__(self, plan: Plan, standing: Standing, day: Day, now: Now, as_of: datetime, given: Given) -> None:
        super().__init__()
        self._plan, self._facts, self._day, self._now, self._as_of, self._given = (
            plan, standing.facts, day, now, as_of, given,
        )  # fmt: skip
        self._turned: frozenset[int] | None = None

    def __missing__(self, number: int) -> int:
        self[number] = truth = self._find(number)
        return truth

    def _find(self, number: int) -> int:
        kinds = self._plan.kinds
        if number in kinds.asks:
            return kinds.asks[number].ask(self._facts, self._day, self._now)[0]
        if number in kinds.traits:
            return kinds.traits[number](self._given.traits, self._day.date)
        if number in kinds.history:
            return recorded(kinds.history[number], self._given.history, self._as_of, self._plan.zone)
        if self._turned is None:
            assert self._given.basket is not None, "a condition that speaks of the basket is asked with one"
            self._turned = frozenset(_turned_by(self._plan, self._given.basket, bytearray(kinds.blank)))
        return kinds.blank[number] ^ (number in self._turned)

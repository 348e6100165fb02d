"""The predicates of a plan by what their truth hangs on, and what is true of someone of whom nothing is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from noren.audience.language import nodes as n
from noren.audience.live.asking import Ask, States, Steady
from noren.audience.live.kept import Facts, Layout
from noren.audience.live.numbers import compares
from noren.audience.live.ranking import AskTop
from noren.audience.live.telling import UNKNOWN, Telling, asked_of
from noren.audience.live.today import NO_CUTS, Day, Now, day_of

Question = Callable[[States, Day, Now], tuple[int, int]]
Told = n.TraitPredicate | n.HistoryPredicate | n.BasketPredicate


@dataclass(frozen=True, slots=True)
class Kinds:
    """Predicates by number.

    ``questions``: the asks' own functions; ``tops``, ``tops_of``: by fact, ``cut_of``: the number of its cut;
    ``moving``: traits that turn with the date;
    ``sent``, ``used``: by campaign; ``anyway``: history by no campaign; ``within``: ``basket has`` and ``lacks`` by
    filter; ``blank``: truths where nothing is known; ``steady``: see Steady.
    """

    asks: Mapping[int, Ask]
    questions: Mapping[int, Question]
    tops: Mapping[int, AskTop]
    tops_of: Mapping[int, tuple[int, ...]]
    cut_of: Mapping[int, int]
    traits: Mapping[int, Telling]
    moving: tuple[int, ...]
    history: Mapping[int, n.HistoryPredicate]
    sent: Mapping[str, tuple[int, ...]]
    used: Mapping[str, tuple[int, ...]]
    anyway: tuple[int, ...]
    totals: Mapping[int, n.BasketTotal]
    within: Mapping[int, tuple[int, ...]]
    blank: bytes
    steady: bytes


def kinds_of(made: Sequence[Ask | Told], filters: Mapping[int, int], windows: Sequence[n.Window]) -> Kinds:
    """Return the predicates of a plan by kind."""
    asks = {number: one for number, one in enumerate(made) if not isinstance(one, Told)}
    tops = {number: one for number, one in asks.items() if isinstance(one, AskTop)}
    traits = {number: one for number, one in enumerate(made) if isinstance(one, n.TraitPredicate)}
    history = {number: one for number, one in enumerate(made) if isinstance(one, n.HistoryPredicate)}
    within: defaultdict[int, list[int]] = defaultdict(list)
    for number, where in filters.items():
        within[where].append(number)
    return Kinds(
        asks,
        {number: one.ask for number, one in asks.items()},
        tops,
        _by_fact(tops),
        {number: one.number for number, one in tops.items()},
        {number: asked_of(one) for number, one in traits.items()},
        tuple(number for number, one in traits.items() if _moves(one)),
        history,
        _by_campaign(history, n.Received),
        _by_campaign(history, n.Redeemed),
        tuple(number for number, one in history.items() if not isinstance(one, n.Received | n.Redeemed)),
        {number: one for number, one in enumerate(made) if isinstance(one, n.BasketTotal)},
        {where: tuple(numbers) for where, numbers in within.items()},
        _blank(made, windows),
        bytes(Steady.NONE if isinstance(one, Told) else one.steady for one in made),
    )


def _by_fact(tops: Mapping[int, AskTop]) -> dict[int, tuple[int, ...]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for number, one in tops.items():
        found[one.facts[0]].append(number)
    return {fact: tuple(numbers) for fact, numbers in found.items()}


def _moves(trait: n.TraitPredicate) -> bool:
    return isinstance(trait, n.AgeIs | n.AgeBetween | n.MemberFor) or (
        isinstance(trait, n.BirthMonth) and trait.month is None
    )


def _by_campaign(
    history: Mapping[int, n.HistoryPredicate], kind: type[n.Received | n.Redeemed]
) -> dict[str, tuple[int, ...]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, one in history.items():
        if isinstance(one, kind):
            found[one.campaign].append(number)
    return {campaign: tuple(numbers) for campaign, numbers in found.items()}


def _blank(made: Sequence[Ask | Told], windows: Sequence[n.Window]) -> bytes:
    # Of someone without purchases a predicate is true or false whatever the date.
    day, now = day_of(date(2000, 1, 1), windows), Now(0, NO_CUTS)
    facts = max((fact for one in made if not isinstance(one, Told) for fact in one.facts), default=0) + 1
    nothing = Facts(Layout((0,) * facts, (tuple(range(facts)),)))
    return bytes(one.ask(nothing, day, now)[0] if not isinstance(one, Told) else _blank_told(one) for one in made)


def _blank_told(one: Told) -> int:
    match one:
        case n.PointsBalance(cmp, points) | n.PointsExpiring(_, cmp, points):
            return int(compares(0, cmp, points))
        case n.BasketTotal(cmp, amount):
            return int(compares(0, cmp, amount))
        case n.Received() | n.Redeemed() | n.Contacted() | n.BasketHas():
            return 0
        case n.BasketLacks():
            return 1
        case _:
            return UNKNOWN

"""P8, games about one member: whoever spends epsilon guesses right no more often than e^epsilon allows.

Each game hides a coin: is she in the set, or did she buy in between? The attacker knows everything else, asks for
figures, and guesses. The rules are the real ones; the same games are won as soon as one rule is broken on purpose.
"""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

import pytest

from noren.audience.figure.asking import Asker, PrivateFigures
from noren.audience.figure.budget import BudgetEmpty, Limits
from noren.audience.figure.noise import LaplaceNoise
from noren.audience.figure.rounding import TooFew, noise_band, shown
from noren.audience.language import parse, to_json
from noren.audience.language.nodes import Condition
from noren.audience.model import Asked, Channel, Question
from noren.audience.ports import Charge, Drawn, Noise
from noren.testing.figures import MemoryFigures, MemoryMark, SeededNoise

SEED = 20_261_126
ROUNDS = 600
TODAY = date(2026, 11, 26)
DAY = TODAY - timedelta(days=1)
HALF = 500_000
LIMITS = Limits(figure=HALF, asker=2 * HALF, programme=2 * HALF)
BASE = 1_000
UNLIKELY = 1e-9


@cache
def question(text: str, channel: Channel = Channel.TILL) -> Question:
    condition = parse(text)
    assert isinstance(condition, Condition), text
    return Question((Asked(to_json(condition), "campaign", "P1", channel),))


WOMEN = "sex = female"
REWRITES = [f"sex = female and (visits(any) >= {n} or visits(any) < {n})" for n in range(1, 122)]
"""All of them mean the same set, and no two are the same text."""


@dataclass
class Table:
    """What an attacker sits at. ``secret``: the coin."""

    figures: PrivateFigures
    secret: bool

    def ask(self, asked: Question, exact: int, day: date = DAY, asker: str = "a", today: date = TODAY) -> int | None:
        got = self.figures.ask([asked], day, Asker(asker, today), lambda new: [exact for _ in new])
        return None if isinstance(got, BudgetEmpty) else got[0]

    @property
    def hidden(self) -> int:
        """The exact size of the set that she may be in."""
        return BASE + self.secret


Attack = Callable[[Table], bool]


def above(values: Sequence[int], middle: float) -> bool:
    return bool(values) and statistics.fmean(values) > middle


def many_asks(table: Table) -> bool:
    """The same question, again and again."""
    got = [table.ask(question(WOMEN), table.hidden) for _ in REWRITES]
    return above([value for value in got if value is not None], BASE + 0.5)


def equivalent_rewrites(table: Table) -> bool:
    """As many texts for one set as the budget takes, under as many names."""
    got = [table.ask(question(text), table.hidden, asker=f"a{n}") for n, text in enumerate(REWRITES)]
    return above([value for value in got if value is not None], BASE + 0.5)


def guards_changed(table: Table) -> bool:
    """The same text by every channel: she stopped none of them."""
    got = [table.ask(question(text, channel), table.hidden) for text in REWRITES[:40] for channel in Channel]
    return above([value for value in got if value is not None], BASE + 0.5)


def near_equal_sets(table: Table) -> bool:
    """The set with her and the set without: is there a difference?"""
    with_her = table.ask(question(WOMEN), table.hidden)
    without = table.ask(question(f"{WOMEN} and not birth_month = 2"), BASE)
    return with_her is not None and without is not None and with_her > without


def before_and_after(table: Table) -> bool:
    """One question on two days: did she buy in between?"""
    before = table.ask(question(WOMEN), BASE, day=DAY - timedelta(days=1))
    after = table.ask(question(WOMEN), table.hidden)
    return before is not None and after is not None and after > before


def many_days(table: Table) -> bool:
    """One question on every day of the month."""
    days = [DAY - timedelta(days=n) for n in range(60)]
    got = [table.ask(question(WOMEN), table.hidden, day=day) for day in days]
    return above([value for value in got if value is not None], BASE + 0.5)


def clock_turned_back(table: Table) -> bool:
    """A new month's budget by turning the machine's clock back, month by month."""
    got: list[int | None] = []
    for month in range(1, 60):
        today = TODAY - timedelta(days=31 * month)
        got += [table.ask(question(text), table.hidden, today=today) for text in REWRITES[2 * month : 2 * month + 2]]
    return above([value for value in got if value is not None], BASE + 0.5)


ATTACKS: list[Attack] = [
    many_asks, equivalent_rewrites, guards_changed, near_equal_sets, before_and_after, many_days, clock_turned_back,
]  # fmt: skip


def bound(epsilon: float) -> float:
    """The best that anybody can do against pure epsilon-privacy with a fair coin."""
    return math.exp(epsilon) / (1 + math.exp(epsilon))


def margin(rounds: int) -> float:
    """What chance alone exceeds once in a thousand million games (Hoeffding)."""
    return math.sqrt(math.log(1 / UNLIKELY) / (2 * rounds))


Deal = Callable[[int], PrivateFigures]


def real(seed: int) -> PrivateFigures:
    return PrivateFigures(MemoryFigures(), MemoryMark(), SeededNoise(seed), LIMITS)


def wins(attack: Attack, deal: Deal, rounds: int = ROUNDS) -> float:
    coins = random.Random(SEED)
    won = 0
    for number in range(rounds):
        table = Table(deal(SEED + number), coins.random() < 0.5)
        won += attack(table) == table.secret
    return won / rounds


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_the_whole_budget_tells_no_more_than_its_epsilon(attack: Attack) -> None:
    allowed, won = bound(LIMITS.programme / 1e6) + margin(ROUNDS), wins(attack, real)
    print(f"seed {SEED}: {won:.3f} won, {allowed:.3f} allowed")
    assert won <= allowed


def test_one_ask_reaches_the_bound_and_no_more() -> None:
    """The games are not won for lack of wit: the best guess from one figure is as good as epsilon says."""

    def once(table: Table) -> bool:
        got = table.ask(question(WOMEN), table.hidden)
        return got is not None and got > BASE

    rounds = 4_000
    won, allowed = wins(once, real, rounds), bound(HALF / 1e6)
    print(f"seed {SEED}: {won:.3f} won, {allowed:.3f} is the bound")
    assert won == pytest.approx(allowed, abs=margin(rounds))


@dataclass
class ForgetfulFigures(MemoryFigures):
    """Broken: the noise of a pair is not kept, and what was charged once is not charged again."""

    seen: set[tuple[bytes, date]] = field(default_factory=set[tuple[bytes, date]])

    def figure(self, digest: bytes, day: date) -> Drawn | None:
        return None

    def put_figure(self, drawn: Drawn, charge: Charge) -> None:
        if (drawn.digest, drawn.day) not in self.seen:
            self.seen.add((drawn.digest, drawn.day))
            super().put_figure(drawn, charge)


class FreeMark(MemoryMark):
    """Broken: nothing is ever spent."""

    def raise_to(self, month: str, spent: object) -> None:
        del month, spent


class FreeFigures(MemoryFigures):
    """Broken: figures cost nothing."""

    def put_figure(self, drawn: Drawn, charge: Charge) -> None:
        self.drawn[drawn.digest, drawn.day] = drawn


class FixedNoise:
    """Broken: the noise of one number is always the same: per set, and on every day."""

    def __init__(self, seed: int, *, of: Callable[[int], int]) -> None:
        self._seed, self._of = seed, of

    def add(self, count: int, micros: int) -> int:
        return SeededNoise(self._seed + 7_919 * self._of(count)).add(0, micros) + count


def no_charge(seed: int) -> PrivateFigures:
    return PrivateFigures(FreeFigures(), FreeMark(), SeededNoise(seed), LIMITS)


def not_stored(seed: int) -> PrivateFigures:
    """Fresh noise for a pair that was paid once."""
    return PrivateFigures(ForgetfulFigures(), FreeMark(), SeededNoise(seed), Limits(HALF, 10**12, 10**12))


def with_noise(noise: Callable[[int], Noise]) -> Deal:
    return lambda seed: PrivateFigures(MemoryFigures(), MemoryMark(), noise(seed), LIMITS)


same_on_all_days = with_noise(lambda seed: FixedNoise(seed, of=lambda _count: 0))
"""One draw serves every figure: the difference of two days is exact."""


class Louder:
    """Broken: noise for ten times the epsilon that is charged."""

    def __init__(self, seed: int) -> None:
        self._noise = SeededNoise(seed)

    def add(self, count: int, micros: int) -> int:
        return self._noise.add(count, 10 * micros)


too_little_noise = with_noise(Louder)


def month_of_the_clock(seed: int) -> PrivateFigures:
    """Broken: the budget is that of the month which the clock shows, whatever was seen before."""

    class Trusting(MemoryFigures):
        def latest_month(self) -> str:
            return ""

    class NoMark(MemoryMark):
        def raise_to(self, month: str, spent: object) -> None:
            del month, spent

    return PrivateFigures(Trusting(), NoMark(), SeededNoise(seed), LIMITS)


BROKEN: list[tuple[str, Attack, Deal]] = [
    ("no charge", equivalent_rewrites, no_charge),
    ("noise not stored", many_asks, not_stored),
    ("noise reused across days", before_and_after, same_on_all_days),
    ("too little noise", near_equal_sets, too_little_noise),
    ("the clock's own month", clock_turned_back, month_of_the_clock),
]


@pytest.mark.parametrize(("attack", "deal"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_broken_rule_lets_a_game_win(attack: Attack, deal: Deal) -> None:
    allowed, won = bound(LIMITS.programme / 1e6) + margin(ROUNDS), wins(attack, deal)
    print(f"seed {SEED}: {won:.3f} won, {allowed:.3f} allowed")
    assert won > allowed


def are_equal(table: Table) -> bool:
    """Two texts: do they mean the same set? The second holds her, or does not."""
    first = table.ask(question(WOMEN), BASE)
    second = table.ask(question(REWRITES[0]), table.hidden)
    return first is not None and first != second


def test_equal_sets_are_not_told() -> None:
    assert wins(are_equal, real) <= bound(2 * HALF / 1e6) + margin(ROUNDS)


def test_noise_by_the_set_would_tell_equal_sets() -> None:
    by_set = with_noise(lambda seed: FixedNoise(seed, of=lambda count: count))
    assert wins(are_equal, by_set) > bound(2 * HALF / 1e6) + margin(ROUNDS)


def threshold(of: Callable[[int, int], int]) -> Attack:
    """A set of 49 without her: is it too few? ``of``: which of (noisy, exact) is compared."""

    def attack(table: Table) -> bool:
        exact = 49 + table.secret
        got = table.ask(question(WOMEN), exact)
        return got is not None and not isinstance(shown(of(got, exact), 50), TooFew)

    return attack


def test_too_few_is_said_of_the_noisy_value() -> None:
    allowed = bound(HALF / 1e6) + margin(ROUNDS)
    assert wins(threshold(lambda noisy, _exact: noisy), real) <= allowed
    assert wins(threshold(lambda _noisy, exact: exact), real) > allowed, "control: the exact value"


def test_the_real_noise_is_what_is_charged_for() -> None:
    """OpenDP's own draws: their ratio between neighbours stays within e^epsilon, and their spread is Laplace's."""
    rounds, noise = 20_000, LaplaceNoise()
    drawn = [noise.add(0, HALF) for _ in range(rounds)]
    above_zero = sum(value >= 1 for value in drawn) / rounds
    above_one = sum(value >= 2 for value in drawn) / rounds
    slack = 2 * margin(rounds)
    assert above_zero <= math.exp(HALF / 1e6) * (above_one + slack) + slack
    theory = math.exp(-HALF / 1e6) / (1 + math.exp(-HALF / 1e6))
    assert above_zero == pytest.approx(theory, abs=slack)
    assert len(set(drawn)) > 10, "noise that does not vary hides nobody"
    within = [sum(abs(value) <= most for value in drawn) / rounds for most in (noise_band(HALF / 1e6), 2)]
    assert within[0] >= 0.95 - slack
    assert within[1] < 0.95 - slack, "control: a band of 2 is too narrow"

"""The live evaluator says what the naive one says: folded at once, grown purchase by purchase, late, returned."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.property.live_world import answers, folded, plan_of, purchase_of, until, who
from tests.property.naive_evaluator import Naive
from tests.property.naive_random import Conditions, random_world
from tests.property.naive_world import World

from noren.audience.language import Condition, to_text
from noren.audience.live import (
    Answers,
    FoldAgain,
    Given,
    Plan,
    Purchase,
    Standing,
    add,
    conditions_of,
    fold,
    holds,
    holds_one,
    holds_some,
    pack,
    plan_of_few,
    standing_of_few,
    unpack,
)
from noren.audience.live.needing import Need
from noren.audience.live.plan import ALL
from noren.audience.live.settling import OPEN

NIGHT = bool(os.environ.get("NOREN_NIGHT"))
CONDITIONS, MEMBERS, INSTANTS = (100, 40, 9) if NIGHT else (40, 12, 4)
SETTINGS = settings(
    max_examples=32 if NIGHT else 6,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    print_blob=True,
)
BASKET = Purchase(datetime(2026, 1, 1, tzinfo=UTC), ())
SEEDS = st.integers(0, 2**32 - 1)


def made(seed: int) -> tuple[Random, World, list[Condition]]:
    print("seed", seed)
    rng = Random(seed)
    world = random_world(rng, MEMBERS)
    # Some with long histories, so that what is needed no more is thrown away.
    often = [one.member for one in world.members[:2]]
    world.purchases = [replace(one, member=rng.choice([one.member, *often])) for one in world.purchases]
    ask = Conditions(rng, world)
    return rng, world, [ask.condition() for _ in range(CONDITIONS)]


def differences(world: World, conditions: list[Condition], found: dict[str, Answers]) -> list[str]:
    naive = Naive(world)
    out: list[str] = []
    print("pairs", len(conditions) * len(found))
    for number, condition in enumerate(conditions):
        theirs, mine = naive.who(condition), who(found, number)
        if theirs != mine:
            out.append(f"{world.as_of} {world.zone} {to_text(condition)}\n  naive {theirs}\n  live  {mine}")
    return out


def instants(rng: Random, world: World) -> Iterator[World]:
    """The world at instants one after the other: at purchases, around midnights, up to a year on."""
    ats = sorted(one.at.astimezone(UTC) for one in world.purchases)
    begin = ats[rng.randint(len(ats) // 2, len(ats) - 1)]
    end = max(world.as_of.astimezone(UTC), begin) + timedelta(days=rng.choice([1, 40, 400]))
    picked = [rng.choice(ats[len(ats) // 2 :]) for _ in range(INSTANTS // 2)]
    picked += [begin + (end - begin) * rng.random() for _ in range(INSTANTS - len(picked))]
    for at in sorted({_edge(rng, at.replace(microsecond=0), world) for at in picked}):
        yield replace(world, as_of=at.astimezone(world.zone))


def _edge(rng: Random, at: datetime, world: World) -> datetime:
    local = at.astimezone(world.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    return rng.choice([at, midnight, midnight - timedelta(microseconds=1)])


def grow(plan: Plan, standing: Standing, world: World, member: str, since: datetime | None) -> Standing:
    """The standing with the purchases since an instant, one by one."""
    fresh = [one for one in world.purchases if one.member == member and one.at.astimezone(UTC) <= world.as_of]
    for one in sorted(fresh, key=lambda one: one.at.astimezone(UTC)):
        if since is None or one.at.astimezone(UTC) > since:
            grown = add(plan, standing, purchase_of(one))
            assert isinstance(grown, Standing), grown
            standing = grown
    return standing


@SETTINGS
@given(SEEDS)
def test_folded_at_once(seed: int) -> None:
    _, world, conditions = made(seed)
    plan = plan_of(world, conditions)
    wrong = differences(world, conditions, answers(plan, world, folded(plan, world)))
    assert not wrong, "\n".join(wrong[:3])


@SETTINGS
@given(SEEDS)
def test_grown_and_asked_in_between(seed: int) -> None:
    rng, world, conditions = made(seed)
    plan = plan_of(world, conditions)
    standings = {one.member: fold(plan, ()) for one in world.members}
    before: dict[str, Answers] | None = None
    since: datetime | None = None
    for now in instants(rng, world):
        standings = {name: grow(plan, one, now, name, since) for name, one in standings.items()}
        found = answers(plan, now, standings, before)
        wrong = differences(now, conditions, found)
        assert not wrong, "\n".join(wrong[:3])
        since = now.as_of.astimezone(UTC)
        before = rng.choice([found, None, before])
        standings = {name: by_bytes(rng, plan, one, found[name]) for name, one in standings.items()}


def by_bytes(rng: Random, plan: Plan, standing: Standing, answers: Answers) -> Standing:
    """The standing as it is, or as bytes and back: with this answer, with the one that it came with, or with none."""
    match rng.randrange(4):
        case 0:
            return standing
        case 1:
            return opened(plan, pack(plan, replace(standing, kept=None)))
        case 2:
            return opened(plan, pack(plan, standing))
        case _:
            return opened(plan, pack(plan, standing, answers))


def opened(plan: Plan, raw: bytes) -> Standing:
    found = unpack(plan, raw)
    assert isinstance(found, Standing), found
    return found


@SETTINGS
@given(SEEDS)
def test_late_arrivals_and_returns_fold_again(seed: int) -> None:
    rng, world, conditions = made(seed)
    plan = plan_of(world, conditions)
    late = rng.choice(world.purchases)
    without = replace(world, purchases=[one for one in world.purchases if one is not late])
    mine = until(without, late.member, world.as_of)
    standing = fold(plan, mine)
    came = add(plan, standing, purchase_of(late))
    if mine and late.at < max(one.at for one in mine):
        assert isinstance(came, FoldAgain)
    else:
        assert isinstance(came, Standing)
        whole = fold(plan, [purchase_of(late), *mine])
        cut = dict.fromkeys(range(len(plan.tops)), 1)
        for at in (late.at, late.at + timedelta(days=20)):
            one, other = (holds(plan, each, at, Given(cuts=cut)) for each in (came, whole))
            assert isinstance(one, Answers)
            assert isinstance(other, Answers)
            assert one.bits == other.bits
    back = replace(late, lines=late.lines[1:])
    returned = replace(world, purchases=[back if one is late else one for one in world.purchases])
    wrong = differences(returned, conditions, answers(plan, returned, folded(plan, returned)))
    assert not wrong, "\n".join(wrong[:3])


@SETTINGS
@given(SEEDS)
def test_one_condition_and_some_say_the_same(seed: int) -> None:
    rng, world, conditions = made(seed)
    plan = plan_of(world, conditions)
    standings = folded(plan, world)
    for name, found in answers(plan, world, standings).items():
        some = rng.sample(range(len(conditions)), 10)
        told = holds_some(plan, some, standings[name], world.as_of, found.given or Given())
        assert told == {number for number in some if found.bits >> number & 1}
        one = holds_one(plan, some[0], standings[name], world.as_of, found.given or Given())
        assert one is bool(found.bits >> some[0] & 1)


@dataclass(frozen=True)
class Buyer:
    """A member who has bought something. ``told``: what is true of her; ``before``: folded without the latest."""

    name: str
    told: Answers
    before: Standing
    latest: Purchase


def buyers(plan: Plan, world: World) -> Iterator[Buyer]:
    for name, found in answers(plan, world, folded(plan, world)).items():
        mine = sorted(until(world, name, world.as_of), key=lambda one: one.at)
        if mine:
            yield Buyer(name, found, fold(plan, mine[:-1]), mine[-1])


def grown(plan: Plan, standing: Standing, purchase: Purchase) -> Standing:
    found = add(plan, standing, purchase)
    assert isinstance(found, Standing)
    return found


def told(plan: Plan, standing: Standing, at: datetime, given: Given, before: Answers | None = None) -> Answers:
    found = holds(plan, standing, at, given, before)
    assert isinstance(found, Answers)
    return found


def told_of_the_latest(seed: int, few: Callable[[Plan, list[int]], Plan]) -> list[str]:
    """Hold some conditions, asked with the latest purchase grown by the plan of ``few``, against it grown for all."""
    rng, world, conditions = made(seed)
    plan, wrong = plan_of(world, conditions), list[str]()
    for each in buyers(plan, world):
        some, given = rng.sample(range(len(conditions)), 10), each.told.given or Given()
        narrow, then = few(plan, some), Given(given.traits, cuts=given.cuts)
        left = standing_of_few(narrow, each.before)
        part = grown(narrow, left, each.latest)
        theirs = holds_some(plan, some, grown(plan, each.before, each.latest), world.as_of, given)
        starts = {
            "the beginning": None,
            "an answer to all": told(plan, each.before, each.latest.at, then),
            "an answer to these": told(narrow, left, each.latest.at, then),
        }
        ours: dict[str, object] = {
            f"from {name}": conditions_of(told(narrow, part, world.as_of, given, start).bits) & frozenset(some)
            for name, start in starts.items()
        }
        ours["by themselves"] = holds_some(narrow, some, part, world.as_of, given)
        wrong += [f"{each.name} {how} {theirs} {found}" for how, found in ours.items() if found != theirs]
    return wrong


@SETTINGS
@given(SEEDS)
def test_grown_for_what_is_asked_alone(seed: int) -> None:
    assert told_of_the_latest(seed, plan_of_few) == []


def test_of_all_conditions_few_are_all() -> None:
    for seed in range(6):
        _, world, conditions = made(seed)
        plan = plan_of(world, conditions)
        few = plan_of_few(plan, range(len(conditions)))
        assert few.only is not None
        assert replace(few, hitting=plan.hitting, tells=plan.tells, only=None) == plan


def test_a_fact_that_was_not_grown_is_found() -> None:
    """Control: with the facts of half of them the answers differ somewhere."""

    def half(plan: Plan, some: list[int]) -> Plan:
        return replace(plan_of_few(plan, some), grown_by=plan_of_few(plan, some[:5]).grown_by)

    assert any(told_of_the_latest(seed, half) for seed in range(6))


def test_what_was_left_out_is_never_taken_for_nothing() -> None:
    rng, world, conditions = made(3)
    plan = plan_of(world, conditions)
    standing = next(buyers(plan, world)).before
    few = plan_of_few(plan, rng.sample(range(len(conditions)), 10))
    with pytest.raises(AssertionError, match="not one of those"):
        holds_some(plan, range(len(conditions)), standing_of_few(few, standing), world.as_of, Given(basket=BASKET))


def gone_on_from_few(seed: int, *, mark: bool) -> list[str]:
    """Ask all conditions after few were asked; ``mark``: an answer of few bears its own."""
    rng, world, conditions = made(seed)
    plan, wrong = plan_of(world, conditions), list[str]()
    for each in buyers(plan, world):
        few, given = plan_of_few(plan, rng.sample(range(len(conditions)), 10)), each.told.given or Given()
        few = few if mark else replace(few, tells=plan.digest)
        before = told(few, each.before, each.latest.at, Given(cuts=given.cuts))
        now = told(plan, grown(plan, each.before, each.latest), world.as_of, given, before)
        wrong += [] if now.bits == each.told.bits else [each.name]
    return wrong


def test_an_answer_of_few_is_not_gone_on_from_for_all() -> None:
    assert [gone_on_from_few(seed, mark=True) for seed in range(6)] == [[]] * 6
    assert any(gone_on_from_few(seed, mark=False) for seed in range(6)), "control: without its mark it is believed"


def forgetful(plan: Plan) -> Plan:
    grown = {
        where: tuple((fact, kind, of, Need(axis=need.axis)) for fact, kind, of, need in each)
        for where, each in plan.grown_by.items()
    }
    return replace(plan, grown_by=grown)


def deaf(plan: Plan) -> Plan:
    return replace(plan, followed_by={}, grown_by=dict(list(plan.grown_by.items())[::2]))


@pytest.mark.parametrize("broken", [forgetful, deaf])
def test_a_wrong_fold_is_found(broken: object) -> None:
    found: list[str] = []
    for seed in range(6):
        _, world, conditions = made(seed)
        plan = broken(plan_of(world, conditions))  # type: ignore[operator]
        found += differences(world, conditions, answers(plan, world, folded(plan, world)))
    assert found


def undying(one: Answers) -> Answers:
    return replace(one, turns={})


def misgrounded(one: Answers) -> Answers:
    """As if each true condition were not true by its first part: nobody looks at the others."""
    return replace(one, grounds=bytearray(0 if ground == ALL else ground for ground in one.grounds))


def unopened(one: Answers) -> Answers:
    """As if what is open were known to be false."""
    return replace(one, truths=bytearray(0 if truth == OPEN else truth for truth in one.truths))


@pytest.mark.parametrize("broken", [None, undying, misgrounded, unopened])
def test_an_answer_believed_too_long_is_found(broken: Callable[[Answers], Answers] | None) -> None:
    """40 and 400 days without an event, each asked from the answer of before, which (broken) knows too little."""
    found: list[str] = []
    for seed in range(6):
        _, world, conditions = made(seed)
        now = replace(world, purchases=[one for one in world.purchases if one.at <= world.as_of])
        plan = plan_of(now, conditions)
        standings = folded(plan, now)
        before = answers(plan, now, standings)
        for days in (40, 400):
            later = replace(now, as_of=now.as_of + timedelta(days=days))
            if broken is not None:
                before = {name: broken(one) for name, one in before.items()}
            before = answers(plan, later, standings, before)
            found += differences(later, conditions, before)
    assert bool(found) is (broken is not None)


@pytest.mark.parametrize("forgotten", [False, True])
def test_an_answer_kept_as_bytes_knows_what_touched_her_since(forgotten: bool) -> None:
    """Kept with an answer, then a purchase is added and kept again; (forgotten) without what it touched."""
    found: list[str] = []
    for seed in range(6):
        rng, world, conditions = made(seed)
        last = max(one.at.astimezone(UTC) for one in world.purchases)
        early = replace(world, as_of=(last - timedelta(days=rng.randint(1, 30))).astimezone(world.zone))
        late = replace(world, as_of=last.astimezone(world.zone))
        plan = plan_of(world, conditions)
        standings = folded(plan, early)
        kept = answers(plan, early, standings)
        since = early.as_of.astimezone(UTC)
        for name, one in standings.items():
            standing = grow(plan, opened(plan, pack(plan, one, kept[name])), late, name, since)
            if forgotten:
                standing = replace(standing, trail=tuple(frozenset[int]() for _ in standing.trail))
            standings[name] = opened(plan, pack(plan, standing))
        assert any(one.kept is not None for one in standings.values())
        found += differences(late, conditions, answers(plan, late, standings))
    assert bool(found) is forgotten

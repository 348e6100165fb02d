"""The naive evaluator's laboratory, as the live evaluator is told it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from tests.property import naive_world as w

from noren.audience.language import Condition
from noren.audience.live import (
    Answers,
    Given,
    Goods,
    History,
    Line,
    Lot,
    Message,
    Place,
    Plan,
    Purchase,
    Redemption,
    Standing,
    Traits,
    compile_plan,
    cuts,
    fold,
    holds,
)

TRAITS = ("sex", "birth_year", "birth_month", "prefecture", "postal3", "tier", "since", "email_ok", "post_ok")


def plan_of(world: w.World, conditions: Iterable[Condition]) -> Plan:
    return compile_plan(
        tuple(conditions),
        goods={product: Goods(**row) for product, row in world.products.items()},
        lists={name: frozenset(values) for name, values in world.lists.items()},
        zone=world.zone,
        horizon=world.horizon,
    )


def purchase_of(one: w.Purchase) -> Purchase:
    return Purchase(
        one.at,
        tuple(Line(line.product, line.quantity, line.amount) for line in one.lines),
        Place(one.shop, one.partner, one.industry),
        one.points or 0,
        one.recorded_at,
    )


def until(world: w.World, member: str, as_of: datetime) -> list[Purchase]:
    mine = [one for one in world.purchases if one.member == member and one.at.astimezone(UTC) <= as_of.astimezone(UTC)]
    return [purchase_of(one) for one in mine]


def given_of(world: w.World, member: w.Member, cut: dict[int, int | None]) -> Given:
    return Given(
        Traits(**{name: getattr(member, name) for name in TRAITS}),
        History(
            tuple(Message(m.campaign, m.at, m.kind == "message") for m in world.messages if m.member == member.member),
            tuple(Redemption(m.campaign, m.at) for m in world.redemptions if m.member == member.member),
            tuple(Lot(lot.points, lot.expires) for lot in world.lots if lot.member == member.member),
        ),
        cut,
    )


def folded(plan: Plan, world: w.World) -> dict[str, Standing]:
    return {one.member: fold(plan, until(world, one.member, world.as_of)) for one in world.members}


def answers(
    plan: Plan, world: w.World, standings: dict[str, Standing], before: dict[str, Answers] | None = None
) -> dict[str, Answers]:
    cut = cuts(plan, standings.values(), world.as_of)
    out: dict[str, Answers] = {}
    for member in world.members:
        name = member.member
        given = given_of(world, member, cut)
        found = holds(plan, standings[name], world.as_of, given, (before or {}).get(name))
        assert isinstance(found, Answers), found
        out[name] = found
    return out


def who(found: dict[str, Answers], number: int) -> list[str]:
    return sorted(name for name, one in found.items() if one.bits >> number & 1)

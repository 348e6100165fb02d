"""What the naive evaluator says at a till: predicates over the basket in hand, from the contract's text alone."""

from __future__ import annotations

from tests.property.naive_evaluator import Naive, Truth, compare, counting
from tests.property.naive_random import Conditions
from tests.property.naive_world import Member, Purchase, World

from noren.audience.judging import has_basket
from noren.audience.language import nodes as n


class NaiveTill(Naive):
    """Knows the basket in hand. Whether it is a purchase already is for the world to say."""

    def __init__(self, world: World, basket: Purchase) -> None:
        super().__init__(world)
        self.basket = basket

    def predicate(self, p: n.Predicate, member: Member) -> Truth:
        match p:
            case n.BasketTotal(cmp, amount):
                return compare(sum(line.amount for line in counting(self.basket)), cmp, amount)
            case n.BasketHas(asked):
                return self.matches(asked, self.basket)
            case n.BasketLacks(asked):
                return not self.matches(asked, self.basket)
            case _:
                return super().predicate(p, member)


class TillConditions(Conditions):
    """Random conditions of which each speaks of the basket in hand, among other things."""

    def condition(self) -> n.Condition:
        while True:
            found = super().condition()
            if has_basket(found):
                return found

    def predicate(self) -> n.Predicate:
        rng = self.rng
        if rng.random() < 0.5:
            return super().predicate()
        return rng.choice(
            [
                lambda: n.BasketTotal(self.cmp(), rng.choice([0, 100, 150, 300])),
                lambda: n.BasketHas(self.filter()),
                lambda: n.BasketLacks(self.lines()),
            ]
        )()

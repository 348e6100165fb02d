"""Random tills against the plain arithmetic: purchases, uses, returns in parts, resends, debts.

A state machine plays one terminal and three members at the real door; after each step the
answers, and at the end the balances and what `find` says is left, equal the model's.
"""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.property.till_model import Account, Sold, bring_back, sell

from noren.testing.till import shared_house
from noren.testing.till_bodies import Body, line, purchase, shuffled
from noren.testing.till_http import Answer

AMOUNT = st.one_of(st.integers(0, 400), st.sampled_from([0, 1, 99, 100, 101, 10**6]))
LINES = st.lists(st.tuples(st.integers(1, 4), AMOUNT), min_size=1, max_size=4)


WHO = st.integers(0, 2)
USED = st.integers(-30, 100).map(lambda points: max(0, points))  # often none, so that points gather


class Door(RuleBasedStateMachine):
    """One till, three members, everything that they have bought."""

    @initialize()
    def open(self) -> None:
        self.house = shared_house()
        self.terminal = self.house.terminal()
        self.client = self.house.client(self.terminal)
        self.cards = [shopper.card for shopper in self.house.shoppers(3)]
        self.accounts = [Account() for _ in self.cards]
        self.sold: list[tuple[Body, Answer, Sold]] = []
        self.returned: list[tuple[str, Body, Answer]] = []

    def teardown(self) -> None:
        for body, answer, sold in self.sold:
            self._left_is(body, answer, sold)
        self.client.close()

    @rule(who=WHO, lines=LINES, base=st.one_of(st.none(), st.floats(0, 1)), used=USED, offline=st.booleans())
    def sell(self, who: int, lines: list[tuple[int, int]], base: float | None, used: int, offline: bool) -> None:
        body = purchase(self.cards[who], *(line(f"p{n}", q, a) for n, (q, a) in enumerate(lines)))
        if base is not None:
            body["points_base"] = int(body["amount"] * base)
        if used:
            body["points_used"] = used
        offline = offline and body.get("points_used", 0) <= body["amount"]
        expected = sell(self.accounts[who], body, offline=offline)
        answer = self._offline(body) if offline else self.client.purchase(body)
        if isinstance(expected, str):
            assert answer.problem == expected, answer.body
            return
        points = {"earned": expected.earned, "used": expected.used, "balance": self.accounts[who].points}
        assert answer.json["points"] == points
        self.sold.append((body, answer, expected))

    def _offline(self, body: Body) -> Answer:
        """Send by the batch door, then by the plain one, which has to find it."""
        (said,) = self.client.batch([body]).lines
        assert (said["status"], said["replayed"]) == (201, False)
        answer = self.client.purchase(body)
        assert answer.replayed
        assert answer.json == said["body"]
        return answer

    @precondition(lambda self: self.sold)
    @rule(data=st.data(), base=st.one_of(st.none(), st.floats(0, 1.2)))
    def bring_back(self, data: Any, base: float | None) -> None:
        _, answer, sold = data.draw(st.sampled_from(self.sold))
        back = {"return": f"r-{len(self.returned)}", "lines": data.draw(_some_of(sold))}
        if base is not None:
            back["points_base"] = int(sold.base * base)
        kept = copy.deepcopy(sold.lines)
        expected = bring_back(sold, back)
        got = self.client.bring_back(answer.json["purchase"], back)
        if isinstance(expected, str):
            assert got.problem == expected, (got.body, back, kept)
            return
        assert got.json == {"return": back["return"], "points": expected, "voided": []}
        self.returned.append((answer.json["purchase"], back, got))

    @precondition(lambda self: self.sold)
    @rule(data=st.data())
    def send_again(self, data: Any) -> None:
        body, answer, _ = data.draw(st.sampled_from(self.sold))
        again = self.client.purchase(shuffled(body))
        assert (again.status, again.replayed, again.body) == (201, True, answer.body)
        other = self.client.purchase(body | {"points_base": body["amount"] + 0, "points_used": 10**9})
        assert (other.status, other.problem) == (409, "receipt-conflict")

    @precondition(lambda self: self.returned)
    @rule(data=st.data())
    def bring_back_again(self, data: Any) -> None:
        name, back, answer = data.draw(st.sampled_from(self.returned))
        again = self.client.bring_back(name, shuffled(back))
        assert (again.status, again.replayed, again.body) == (201, True, answer.body)
        other = self.client.bring_back(name, back | {"points_base": 10**9})
        assert (other.status, other.problem) == (409, "receipt-conflict")

    @rule(who=st.integers(0, 2), lines=LINES, used=st.integers(0, 20))
    def preview(self, who: int, lines: list[tuple[int, int]], used: int) -> None:
        body = purchase(self.cards[who], *(line("p", q, a) for q, a in lines), points_used=used)
        expected = sell(copy.deepcopy(self.accounts[who]), body)
        answer = self.client.preview(body)
        if isinstance(expected, str):
            assert answer.problem == expected
            return
        after = self.accounts[who].points - used + expected.earned
        assert answer.json == {"points": {"earned": expected.earned, "used": used, "balance": after}, "effects": []}

    @invariant()
    def balances_agree(self) -> None:
        for card, account in zip(getattr(self, "cards", []), getattr(self, "accounts", []), strict=True):
            assert self.client.balance(card).json["points"] == account.points

    def _left_is(self, body: Body, answer: Answer, sold: Sold) -> None:
        found = self.client.find("S1", self.terminal.terminal, body["business_date"], body["receipt"]).json
        assert found["purchase"] == answer.json["purchase"]
        left = [[each["quantity_left"], each["amount_left"]] for each in found["lines"]]
        assert left == sold.lines
        assert [each["product"] for each in found["lines"]] == [each["product"] for each in body["lines"]]
        assert [each["line"] for each in found["lines"]] == list(range(len(sold.lines)))


def _some_of(sold: Sold) -> st.SearchStrategy[list[Body]]:
    """Parts of what is left: mostly what fits, now and then one too many, at times all of it."""
    whole = [
        {"line": n, "quantity": quantity, "amount": amount}
        for n, (quantity, amount) in enumerate(sold.lines)
        if quantity
    ]
    one = st.integers(0, len(sold.lines) - 1).flatmap(
        lambda n: st.fixed_dictionaries(
            {
                "line": st.just(n),
                "quantity": st.integers(1, max(1, sold.lines[n][0])),
                "amount": st.integers(0, sold.lines[n][1]) | st.just(sold.lines[n][1] + 1),
            }
        )
    )
    parts = st.lists(one, min_size=1, max_size=2)
    return st.one_of(parts, st.just(whole)) if whole else parts


TestDoor = Door.TestCase
TestDoor.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

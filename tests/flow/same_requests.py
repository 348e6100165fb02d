"""A seeded stream of all that tills send: purchases with 9.4 lines on average, resends, conflicts, returns, nonsense.

What a till must have been told (a purchase's name) it learns from the answers, which must not depend on the engine.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from noren.testing.till_bodies import Body, shuffled, spoken
from noren.testing.till_http import JSON, NDJSON, Answer

MEAN_LINES = 9.4
KEPT = 400
BATCH = 12


@dataclass(frozen=True, slots=True)
class Request:
    """One request of one terminal (by number); ``sold``: the purchase that it tells of, if it does."""

    terminal: int
    method: str
    path: str
    body: bytes | None
    headers: dict[str, str]
    sold: Body | None = None


@dataclass(frozen=True, slots=True)
class Sold:
    """A purchase that was answered: where, as what, and what the till sent."""

    terminal: int
    name: str
    body: Body


class Requests:
    """Makes requests one after another. ``terminals``: (shop, terminal) by number."""

    def __init__(
        self, seed: int, *, cards: list[str], coupons: list[str], terminals: list[tuple[str, str]], start: datetime
    ) -> None:
        self._random = random.Random(seed)
        self._cards, self._coupons, self._terminals = cards, coupons, terminals
        self._sold: list[Sold] = []
        self._returns: list[Request] = []
        self._number = 0
        self.now = start
        self._kinds: list[tuple[int, Callable[[], Request]]] = [
            (55, self._purchase), (8, self._resend), (5, self._conflict), (9, self._bring_back),
            (3, self._return_again), (5, self._preview), (5, self._find), (6, self._balance), (1, self._batch),
            (4, self._nonsense),
        ]  # fmt: skip

    def next(self) -> Request:
        """Return the next request."""
        self._number += 1
        self.now += timedelta(seconds=self._random.randrange(3))
        weights = [weight for weight, _ in self._kinds]
        return self._random.choices([make for _, make in self._kinds], weights)[0]()

    def learn(self, request: Request, answer: Answer) -> None:
        """Remember what a till would remember of an answer."""
        if answer.status == 201 and request.sold is not None and request.path == "/v1/purchases":
            self._sold = [*self._sold[-KEPT:], Sold(request.terminal, answer.json["purchase"], request.sold)]

    def _post(self, terminal: int, path: str, body: object, *, sold: Body | None = None) -> Request:
        raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
        headers = {"Content-Type": JSON, "Accept-Language": self._random.choice(("ja", "en", "de;q=0.5, ja", "*"))}
        return Request(terminal, "POST", path, raw, headers, sold)

    def _lines(self) -> list[Body]:
        count = min(60, 1 + int(self._random.expovariate(1 / (MEAN_LINES - 0.5))))
        return [
            {
                "product": f"49{self._random.randrange(600):011}",
                "quantity": self._random.choice((1, 1, 1, 2, 3, 12, 1250)),
                "amount": self._random.randrange(1, 900),
            }
            for _ in range(count)
        ]

    def _body(self) -> Body:
        chance, lines = self._random, self._lines()
        amount = sum(line["amount"] for line in lines)
        at = self.now - timedelta(minutes=chance.randrange(1, 2000))
        body: Body = {
            "receipt": f"R{self._number}", "business_date": at.date().isoformat(), "at": spoken(at),
            "card": chance.choice(self._cards), "lines": lines, "amount": amount,
        }  # fmt: skip
        if chance.random() < 0.15:
            body["points_used"] = chance.randrange(0, 40)
        if chance.random() < 0.1:
            body["points_base"] = chance.randrange(0, amount + 1)
        if chance.random() < 0.08:
            body["coupons"] = [chance.choice(self._coupons)]
        return body

    def _terminal(self) -> int:
        return self._random.randrange(len(self._terminals))

    def _purchase(self) -> Request:
        body = self._body()
        return self._post(self._terminal(), "/v1/purchases", body, sold=body)

    def _resend(self) -> Request:
        if not self._sold:
            return self._purchase()
        sold = self._random.choice(self._sold)
        raw = shuffled(sold.body) if self._random.random() < 0.3 else sold.body
        return self._post(sold.terminal, "/v1/purchases", raw)

    def _conflict(self) -> Request:
        if not self._sold:
            return self._purchase()
        sold = self._random.choice(self._sold)
        return self._post(sold.terminal, "/v1/purchases", {**self._body(), "receipt": sold.body["receipt"]})

    def _bring_back(self) -> Request:
        if not self._sold:
            return self._purchase()
        sold = self._random.choice(self._sold)
        number = self._random.randrange(len(sold.body["lines"]) + self._random.randrange(2))
        line = sold.body["lines"][min(number, len(sold.body["lines"]) - 1)]
        quantity = self._random.randrange(1, line["quantity"] + 1)
        back = {"line": number, "quantity": quantity, "amount": line["amount"] * quantity // line["quantity"]}
        body = {"return": f"B{self._number}", "lines": [back]}
        request = self._post(sold.terminal, f"/v1/purchases/{sold.name}/returns", body)
        self._returns = [*self._returns[-KEPT:], request]
        return request

    def _return_again(self) -> Request:
        return self._random.choice(self._returns) if self._returns else self._purchase()

    def _preview(self) -> Request:
        return self._post(self._terminal(), "/v1/purchases/preview", self._body())

    def _find(self) -> Request:
        if not self._sold:
            return self._purchase()
        sold = self._random.choice(self._sold)
        shop, terminal = self._terminals[sold.terminal]
        receipt = sold.body["receipt"] if self._random.random() < 0.8 else "nowhere"
        asked = {"shop": shop, "terminal": terminal, "business_date": sold.body["business_date"], "receipt": receipt}
        return self._post(self._terminal(), "/v1/purchases/find", asked)

    def _balance(self) -> Request:
        card = self._random.choice(self._cards) if self._random.random() < 0.9 else "2999999999999999"
        return self._post(self._terminal(), "/v1/balance", {"card": card})

    def _batch(self) -> Request:
        lines = [msgspec.json.encode(self._body() | {"receipt": f"R{self._number}-{i}"}) for i in range(BATCH)]
        lines[self._random.randrange(BATCH)] = b'{"receipt": '
        request = self._post(self._terminal(), "/v1/purchases/batch", b"\n".join(lines))
        request.headers["Content-Type"] = NDJSON
        return request

    def _nonsense(self) -> Request:
        body: dict[str, Any] = self._body()
        chance = self._random
        changed: object = chance.choice(
            (
                b"{", b"", b"[]", b"\xff\xfe", {**body, "name": "x"}, {**body, "amount": -1}, {**body, "lines": []},
                {**body, "at": "yesterday"}, {**body, "card": "29ab"}, {**body, "card": "2999999999999999"},
                {**body, "amount": body["amount"] + 1}, {**body, "business_date": "2001-02-30"},
                {**body, "points_used": 10**8}, {**body, "coupons": ["no such coupon"]},
            )
        )  # fmt: skip
        path = chance.choice(("/v1/purchases", "/v1/purchases/preview", "/v1/purchases/pu_0/returns", "/v1/nowhere"))
        return self._post(self._terminal(), path, changed)

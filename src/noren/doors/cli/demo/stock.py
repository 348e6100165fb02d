"""Brings in what must stand before the first purchase: agreement, shops, products, members, cards, terminals.

Everything goes through the zones' inner doors, persons through the vault's only; members are
shuffled first, so that the order in neither store tells who is who. Repeatable: what is
there already stays as it is.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Final, Protocol, TypeVar

import msgspec

from noren.doors.cli.demo.errors import StockRefused
from noren.doors.cli.demo.people import Person
from noren.doors.cli.demo.reference import agreement_row, product_rows, shop_rows
from noren.doors.cli.demo.year import LANES, Year

_ROWS: Final = 500
_REFERENCE_ROWS: Final = 5_000
_KEY_DAYS: Final = 400
_VISITOR_LANE: Final = "demo"
_TAKEN: Final = ("added", "changed", "same")

Row = TypeVar("Row")
Tell = Callable[[int], None]


class InnerDoor(Protocol):
    """A zone's inner door (``house.inner.InnerClient``)."""

    def call(self, path: str, body: object = None, *, method: str = "POST") -> Any:
        """Call one operation and return the decoded answer."""


def bring_reference(worker: InnerDoor, year: Year, start: date) -> None:
    """Bring in the company's agreement, its shops and products."""
    worker.call("/reference/partner", agreement_row(start))
    worker.call("/reference/shops", {"rows": shop_rows(year.shops())})
    for rows in _batches(product_rows(year.products()), _REFERENCE_ROWS):
        worker.call("/reference/products", {"rows": rows})


def bring_members(vault: InnerDoor, persons: Sequence[Person], tell: Tell) -> None:
    """Enrol the members with their first cards, then give some a second one. ``tell``: how many are in by now."""
    shuffled = random.SystemRandom().sample(persons, len(persons))
    done = 0
    for some in _batches(shuffled, _ROWS):
        _judge(vault.call("/enrol", {"members": [_member(person) for person in some]}))
        done += len(some)
        tell(done)
    cards = [{"card": card, "member_number": person.member_number} for person in shuffled for card in person.cards[1:]]
    for rows in _batches(cards, _ROWS):
        _judge(vault.call("/cards/add", {"rows": rows}))


def bring_terminals(worker: InnerDoor, shops: Sequence[str]) -> dict[tuple[str, str], str]:
    """Make a fresh test key for every lane of every shop; return the keys by (shop, terminal)."""
    lanes = [(shop, lane) for shop in shops for lane in LANES]
    keys: dict[tuple[str, str], str] = {}
    for some in _batches(lanes, _ROWS):
        rows = [{"shop": shop, "terminal": lane, "expires_days": _KEY_DAYS, "test": True} for shop, lane in some]
        answer = worker.call("/terminals/add", {"rows": rows})
        keys |= {place: str(made["key"]) for place, made in zip(some, answer["rows"], strict=True)}
    return keys


def one_key(worker: InnerDoor, shop: str) -> str:
    """Make a test key for whoever looks on, at a lane of its own."""
    row = {"shop": shop, "terminal": _VISITOR_LANE, "expires_days": _KEY_DAYS, "test": True}
    return str(worker.call("/terminals/add", {"rows": [row]})["rows"][0]["key"])


def _member(person: Person) -> dict[str, object]:
    """Return the row of ``noren import members``."""
    row: dict[str, object] = msgspec.to_builtins(person)
    del row["household"], row["cards"]
    return {**row, "card": person.cards[0]}


def _judge(answer: Any) -> None:
    refused = [result for result in answer["results"] if result not in _TAKEN]
    if refused:
        raise StockRefused(refused[0]["reason_ja"], refused[0]["reason_en"])


def _batches(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]

"""Where each kind of file goes, and how a zone's answer is understood."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import msgspec

from noren.doors.cli.answers import refusal_text
from noren.doors.cli.imports.items import Item
from noren.house.children import Inner
from noren.house.inner import CallRefused
from noren.kernel.say import Say

BATCH_ITEMS: Final = 2_000

# Answers about the rows themselves; with another status the call was wrong, not a row.
ABOUT_ROWS: Final = (400, 409, 413, 422)
_DONE: Final = {"added": "added", "imported": "added", "changed": "changed", "same": "same"}

Call = Callable[[str, object], Any]
"""Calls a path of a zone with a body: ``InnerClient.call``, or a fake in tests."""


@dataclass(frozen=True, slots=True)
class Target:
    """A zone's operation that takes rows of one kind under the name ``field``."""

    zone: Inner
    path: str
    field: str


TARGETS: Final[dict[str, Target]] = {
    "members": Target("vault", "/enrol", "members"),
    "cards": Target("vault", "/cards/add", "rows"),
    "products": Target("ledger-worker", "/reference/products", "rows"),
    "shops": Target("ledger-worker", "/reference/shops", "rows"),
    "purchases": Target("ledger-worker", "/purchases/import", "purchases"),
    "lots": Target("ledger-worker", "/cutover/lots", "rows"),
    "coupons": Target("ledger-worker", "/cutover/coupons", "rows"),
    "consents": Target("vault", "/choices/consents", "rows"),
    "stops": Target("vault", "/choices/stops", "rows"),
}


@dataclass(slots=True)
class Outcome:
    """What became of a batch. ``refused``: reasons by line of the file; ``doubts`` likewise."""

    added: int = 0
    changed: int = 0
    same: int = 0
    refused: dict[int, Say] | None = None
    doubts: tuple[tuple[int, Say], ...] = ()


def send(call: Call, target: Target, items: Sequence[Item]) -> Iterator[Outcome]:
    """Send items and yield what became of them; a batch that is refused as a whole is halved to find the culprit.

    Raises:
        CallRefused: the zone refused for a reason that is not in the rows.
        ZoneDown: it does not answer.
    """
    try:
        answer = call(target.path, {target.field: [msgspec.Raw(item.body) for item in items]})
    except CallRefused as refused:
        if refused.status not in ABOUT_ROWS:
            raise
        if len(items) == 1:
            yield Outcome(refused=dict.fromkeys(items[0].rows, refusal_text(refused.status, refused.body)))
            return
        half = len(items) // 2
        yield from send(call, target, items[:half])
        yield from send(call, target, items[half:])
        return
    yield _understood(answer, items)


def _understood(answer: dict[str, Any], items: Sequence[Item]) -> Outcome:
    if "results" not in answer:
        return Outcome(int(answer["added"]), int(answer["changed"]), int(answer["same"]))
    outcome, refused = Outcome(), dict[int, Say]()
    for item, result in zip(items, answer["results"], strict=True):
        if isinstance(result, str) and result in _DONE:
            name = _DONE[result]
            setattr(outcome, name, getattr(outcome, name) + 1)
        else:
            refused.update(dict.fromkeys(item.rows, _said(result)))
    outcome.refused = refused
    outcome.doubts = tuple(
        (items[int(doubt["row"])].rows[0], Say(doubt["ja"], doubt["en"])) for doubt in answer.get("warnings", ())
    )
    return outcome


def _said(result: object) -> Say:
    if isinstance(result, dict):
        given = cast("dict[str, Any]", result)
        return Say(str(given.get("reason_ja", "")), str(given.get("reason_en", "")))
    return Say(str(result), str(result))

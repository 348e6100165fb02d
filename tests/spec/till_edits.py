"""How a row of the till's table changes a good body: by a JSON pointer, or in its bytes.

Every edit names itself in a way that needs no language, so that the rows can be printed
in the reference page as they are.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from noren.testing.till_bodies import JAPAN, Body, spoken

Change = Callable[[Body], "Body | bytes"]
_SHOWN = 110


@dataclass(frozen=True, slots=True)
class Edit:
    """A named change of a good body."""

    name: str
    change: Change

    def __call__(self, body: Body) -> bytes:
        changed = self.change(copy.deepcopy(body))
        return changed if isinstance(changed, bytes) else msgspec.json.encode(changed)


def put(pointer: str, value: Any) -> Edit:
    """Set the member at ``pointer``."""

    def change(body: Body) -> Body:
        place, last = _walk(body, pointer)
        place[last] = value
        return body

    return Edit(f"{pointer} = {_shown(msgspec.json.encode(value).decode())}", change)


def drop(pointer: str) -> Edit:
    """Leave the member at ``pointer`` out."""

    def change(body: Body) -> Body:
        place, last = _walk(body, pointer)
        del place[last]
        return body

    return Edit(f"{pointer} —", change)


def literal(pointer: str, text: str) -> Edit:
    """Set the member at ``pointer`` to JSON text that an encoder would not write."""

    def change(body: Body) -> bytes:
        place, last = _walk(body, pointer)
        place[last] = "@@here@@"
        return msgspec.json.encode(body).replace(b'"@@here@@"', text.encode("utf-8", "surrogatepass"))

    return Edit(f"{pointer} = {_shown(text)}", change)


def priced(value: Any) -> Edit:
    """Set the only line's amount and the total to the same value."""

    def change(body: Body) -> Body:
        body["lines"][0]["amount"] = body["amount"] = value
        return body

    return Edit(f"/lines/0/amount = /amount = {value}", change)


def many_lines(count: int) -> Edit:
    """Set ``count`` lines of 1 each."""

    def change(body: Body) -> Body:
        return body | {"lines": [body["lines"][0] | {"amount": 1} for _ in range(count)], "amount": count}

    return Edit(f"/lines: {count}", change)


def sold(name: str, **ago: float) -> Edit:
    """Move ``at`` from now by a time difference (and ``business_date`` with it)."""

    def change(body: Body) -> Body:
        at = datetime.now(JAPAN) + timedelta(**ago)
        return body | {"at": spoken(at), "business_date": at.date().isoformat()}

    return Edit(f"/at = now {name}", change)


def business_day(days: int) -> Edit:
    """Move ``business_date`` away from the day of ``at``."""

    def change(body: Body) -> Body:
        day = date.fromisoformat(body["business_date"]) + timedelta(days=days)
        return body | {"business_date": day.isoformat()}

    return Edit(f"/business_date = /at {days:+d} d", change)


def respoken(name: str, how: Callable[[datetime], str]) -> Edit:
    """Say ``at`` in another form."""

    def change(body: Body) -> Body:
        return body | {"at": how(datetime.fromisoformat(body["at"]))}

    return Edit(f"/at = {name}", change)


def raw(name: str, change: Callable[[bytes], bytes]) -> Edit:
    """Change the encoded bytes."""
    return Edit(name, lambda body: change(msgspec.json.encode(body)))


def twice(pointer: str, key: str | None = None) -> Edit:
    """Give the member at ``pointer`` a second time with the same value (``key``: another spelling of its name)."""

    def change(body: Body) -> bytes:
        place, last = _walk(body, pointer)
        place["@@again@@"] = place[last]
        return msgspec.json.encode(body).replace(b'"@@again@@"', f'"{key or last}"'.encode())

    return Edit(f"{pointer} × 2" + (f" ({key})" if key else ""), change)


def both(*edits: Edit) -> Edit:
    """Make several changes; all but the last must keep the body a body."""

    def change(body: Body) -> Body | bytes:
        for edit in edits[:-1]:
            kept = edit.change(body)
            assert not isinstance(kept, bytes)
            body = kept
        return edits[-1].change(body)

    return Edit(" & ".join(edit.name for edit in edits), change)


def _walk(body: Body, pointer: str) -> tuple[Any, Any]:
    *above, last = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    place: Any = body
    for part in above:
        place = place[int(part) if isinstance(place, list) else part]
    return place, int(last) if isinstance(place, list) else last


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 24]}…{text[-10:]} ({len(text)})"

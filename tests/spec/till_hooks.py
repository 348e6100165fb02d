"""What schemathesis must be told to reach the till's core: what no schema can say, and how NDJSON is written.

A schema cannot say that lines add up, that a date lies near an instant, which cards there are or
what was sold. So bodies that are meant to be good are mended in exactly these respects; bodies
that are meant to be bad go out as they were made. What is known stands in the file ``known``.
"""

from __future__ import annotations

import itertools
import secrets
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

import msgspec
import schemathesis

KNOWN: Final = Path("known")
JAPAN: Final = timezone(timedelta(hours=9))
NDJSON: Final = "application/x-ndjson"
LINE: Final = {"line", "status", "replayed", "body"}
_RUN: Final = secrets.token_hex(4)
_numbers = itertools.count()


class Known(msgspec.Struct):
    """What a good body may name: a card, and a sold receipt of which much can be brought back."""

    card: str
    purchase: str
    shop: str
    terminal: str
    business_date: str
    receipt: str


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Mend a body that is meant to be good. No call moves the clock: others would meet another time."""
    if not isinstance(case.body, dict):
        return
    if case.path == "/v1/sandbox/clock" and _is_instant(case.body.get("at")):
        case.body["at"] = datetime.now(JAPAN).isoformat()
    if case.meta is not None and case.meta.generation.mode.is_positive:
        case.body = _whole(case.body)
        _mend(case, msgspec.json.decode(KNOWN.read_bytes(), type=Known))


def _mend(case: Any, known: Known) -> None:
    body = case.body
    if "card" in body:
        body["card"] = known.card
    if "lines" in body and "card" in body:
        _mend_purchase(body)
    elif "return" in body:
        case.path_parameters["purchase"] = known.purchase
        _mend_return(body)
    elif "shop" in body:
        body.update({name: getattr(known, name) for name in ("shop", "terminal", "business_date", "receipt")})


def _mend_purchase(body: dict[str, Any]) -> None:
    now = datetime.now(JAPAN)
    body["receipt"] = _fresh()
    body["at"], body["business_date"] = now.isoformat(), now.date().isoformat()
    body["lines"] = [line | {"amount": line["amount"] % 10_000} for line in body["lines"]]
    body["amount"] = sum(line["amount"] for line in body["lines"])
    if "points_base" in body:
        body["points_base"] %= body["amount"] + 1
    body.pop("points_used", None)
    body.pop("coupons", None)


def _mend_return(body: dict[str, Any]) -> None:
    body["return"] = _fresh()
    body["lines"] = [{"line": 0, "quantity": 1, "amount": body["lines"][0]["amount"] % 100}]
    body.pop("points_base", None)


def _fresh() -> str:
    return f"{_RUN}-{next(_numbers)}"


def _is_instant(value: object) -> bool:
    try:
        return datetime.fromisoformat(str(value)).tzinfo is not None
    except ValueError:
        return False


def _whole(value: Any) -> Any:
    """Write whole numbers without a point: to a schema 3.0 is an integer, to the till it is not (the contract)."""
    if isinstance(value, dict):
        return {name: _whole(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


@schemathesis.serializer(NDJSON)
def write_lines(context: Any, value: Any) -> bytes:
    """Write one object as a line twice, so that an answer has more than one."""
    line = value if isinstance(value, bytes) else msgspec.json.encode(value)
    return line + b"\n" + line + b"\n"


@schemathesis.deserializer(NDJSON)
def read_lines(context: Any, response: Any) -> Any:
    """Return the last line of an answer, to be judged by the schema of a line; that all are lines is judged here."""
    lines = [msgspec.json.decode(line) for line in response.content.split(b"\n") if line]
    if any(set(line) != LINE for line in lines) or [line["line"] for line in lines] != [*range(1, len(lines) + 1)]:
        raise ValueError("these are not the lines of a batch")
    return lines[-1] if lines else {"line": 0, "status": 200, "replayed": False, "body": {}}

"""Bodies at the till, of every kind: taken and then equal to what was sent, or refused in words that repeat nothing.

Judged against the standard library's decoder: whatever the till takes, that reads too, without a
key that stands twice, to the very same values. Data: one byte for the kind, then the body.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from tests.fuzz.judging import numbers

from noren.doors.till.bodies import read_body
from noren.doors.till.problems import problem_body, status_of
from noren.register.refusals import PROBLEMS, Refusal
from noren.register.requests import BalanceRequest, ClockRequest, FindRequest, PurchaseRequest, ReturnRequest

KINDS: tuple[type[Any], ...] = (PurchaseRequest, ReturnRequest, FindRequest, BalanceRequest, ClockRequest)
LONGEST_REFUSAL = 4_096

_PURCHASE = (
    b'{"receipt":"000123","business_date":"2026-11-22","at":"2026-11-22T10:15:30+09:00","card":"2980001234567890",'
    b'"lines":[{"product":"4901777018888","quantity":2,"amount":300}],"amount":300,"points_base":273,'
    b'"points_used":0,"coupons":["98aB"]}'
)
SEEDS = (
    b"\0" + _PURCHASE,
    b'\1{"return":"r-1","lines":[{"line":0,"quantity":1,"amount":150}],"points_base":137}',
    b'\2{"shop":"S1","terminal":"T1","business_date":"2026-11-22","receipt":"000123"}',
    b'\3{"card":"2980001234567890"}',
    b'\4{"at":"2026-11-22T10:15:30.25Z"}',
    b'\3{"card":"2980001234567890","card":"2980001234567890"}',
    b'\3{"\\u0063ard":"29800012345678\\u0039\\u0030"}',
    '\0{"receipt":"１２３","29800012345678９0":{"a/b~c":[1e2,-0.0,null,true]}}'.encode(),
)
WORDS = (
    "receipt", "business_date", "at", "card", "lines", "product", "quantity", "amount", "points_base", "points_used",
    "coupons", "return", "shop", "terminal", "line",
)  # fmt: skip


Read = Callable[[type[Any], bytes], Any]


def make(*, broken: bool = False) -> Callable[[bytes], None]:
    """Return the harness. ``broken``: the decoder alone reads, without the checks that follow it."""
    read: Read = _decode_only if broken else read_body

    def one(data: bytes) -> None:
        if not data:
            return
        kind, raw = KINDS[data[0] % len(KINDS)], data[1:]
        got = read(kind, raw)
        if isinstance(got, Refusal):
            is_refused_well(got)
        else:
            assert type(got) is kind
            is_what_was_sent(got, raw)
            assert read(kind, msgspec.json.encode(got)) == got, "an accepted body does not come back"

    return one


def _decode_only(kind: type[Any], raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Refusal("bad-json")


def is_refused_well(refusal: Refusal) -> None:
    """Assert that a refusal is one of the table, short, in both languages, and holds no number."""
    assert refusal.problem in PROBLEMS
    assert 400 <= status_of(refusal) < 500
    for lang in ("ja", "en"):
        said = msgspec.json.encode(problem_body(refusal, lang))
        assert len(said) < LONGEST_REFUSAL
        assert not list(numbers(said.decode())), "a refusal repeats a number"


def is_what_was_sent(body: Any, raw: bytes) -> None:
    """Assert that the standard library reads the same, and no key twice."""
    sent = json.loads(raw.decode("utf-8"), object_pairs_hook=_once)
    taken = json.loads(msgspec.json.encode(body))
    if "at" in sent:
        assert datetime.fromisoformat(sent.pop("at").upper()) == body.at
        del taken["at"]
    assert sent == taken
    assert repr(sent) == repr({name: taken[name] for name in sent}), "true is not 1, 1.0 is not 1"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len(dict(pairs)) == len(pairs), "a key stands twice"
    return dict(pairs)

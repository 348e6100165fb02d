"""Whatever is sent: an answer the contract knows, in the problem's form, never a 5xx, and the till goes on.

What no schema would make, at a real door: odd values deep inside, cut and broken bytes, any path. What the
document says is judged by `tests/spec/test_till_openapi.py`, the decoder alone by `tests/fuzz`.
"""

from __future__ import annotations

import copy
import os
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.spec.till_form import well_formed

from noren.testing.till import TillHouse, shared_house
from noren.testing.till_bodies import Body, line, purchase
from noren.testing.till_http import NDJSON, TillClient

PATHS = (
    "/v1/purchases",
    "/v1/purchases/preview",
    "/v1/purchases/find",
    "/v1/balance",
    "/v1/purchases/batch",
    "/v1/sandbox/clock",
    "/v1/purchases/pu_00000000000000000000000000000000/returns",
)
KNOWN = {200, 201, 400, 404, 409, 413, 422}
CARD = "2980999999999999"
SOMEBODY = "nt_test_nobody"
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from([CARD, "2980", "２９８０", "a" * 33, "\u202e", "\x00", "=1+1", "2026-11-22", "-0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
SETTINGS = settings(
    max_examples=1_500 if os.environ.get("NOREN_NIGHT") else 75,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def house() -> TillHouse:
    return shared_house()


@pytest.fixture(scope="module")
def client(house: TillHouse) -> TillClient:
    return house.client(house.terminal())


def _judge(client: TillClient, path: str, body: bytes) -> None:
    content = NDJSON if path.endswith("batch") else "application/json"
    answer = client.send("POST", path, body, content=content)
    assert answer.status in KNOWN, (answer.status, answer.body[:300])
    assert CARD.encode() not in answer.body
    if answer.status >= 400:
        well_formed(answer)


@SETTINGS
@given(path=st.sampled_from(PATHS[:-2]), where=st.integers(0, 11), value=VALUES)
def test_any_value_in_any_place(client: TillClient, path: str, where: int, value: Any) -> None:
    body = purchase(CARD, line(), line("B", 1, 5), points_used=0)
    _judge(client, path, msgspec.json.encode(_replaced(body, where, value)))


def _replaced(body: Body, where: int, value: Any) -> Any:
    changed = copy.deepcopy(body)
    names = list(changed)
    if where < len(names):
        changed[names[where]] = value
    elif where == len(names):
        changed["lines"][1] = value
    elif where == len(names) + 1:
        changed["lines"][0]["amount"] = value
    elif where == len(names) + 2:
        changed["coupons"] = [value]
    else:
        return value
    return changed


@SETTINGS
@given(path=st.sampled_from(PATHS), at=st.integers(0, 400), junk=st.binary(max_size=6), cut=st.integers(0, 5))
def test_any_bytes(client: TillClient, path: str, at: int, junk: bytes, cut: int) -> None:
    body = msgspec.json.encode(purchase(CARD, line(), points_base=1))
    at %= len(body)
    _judge(client, path, body[:at] + junk + body[at + cut :])


@SETTINGS
@given(path=st.sampled_from(PATHS), name=st.text(max_size=40), value=VALUES, deep=st.booleans())
def test_any_other_field(client: TillClient, path: str, name: str, value: Any, deep: bool) -> None:
    body = purchase(CARD, line())
    target = body["lines"][0] if deep else body
    if name in target or name in {"points_base", "points_used", "coupons"}:
        return
    target[name] = value
    content = msgspec.json.encode(body)
    answer = client.send("POST", path, content)
    if path in {"/v1/purchases", "/v1/purchases/preview"}:
        assert answer.problem == "unknown-field"
    _judge(client, path, content)


@SETTINGS
@given(
    path=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60),
    method=st.sampled_from(["GET", "POST"]),
)
def test_any_path(house: TillHouse, path: str, method: str) -> None:
    with house.client(SOMEBODY) as client:  # what is no path at all may cost the connection
        answer = client.send(method, "/" + path, b"{}" if method == "POST" else None)
    assert answer.status < 500

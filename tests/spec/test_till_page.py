"""The problem types are those promised, each is shown by some row or test, and the reference page says them all."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.spec.till_page import PAGE, render
from tests.spec.till_problems import PROMISED
from tests.spec.till_purchase_rows import ROWS
from tests.spec.till_return_rows import BALANCE_ROWS, FIND_ROWS, RETURN_ROWS

from noren.register.refusals import PROBLEMS

# What no request of a table can bring about; the tests that do, or the issue that will.
ELSEWHERE = {
    "bad-key": "test_till_keys.py",
    "revoked-key": "test_till_keys.py",
    "not-allowed": "test_till_keys.py",
    "not-found": "test_till_http.py",
    "wrong-method": "test_till_http.py",
    "receipt-conflict": "test_till_idempotency.py",
    "blocked-card": "test_till_idempotency.py",
    "code-used": "test_till_codes.py",
    "coupon-used": "test_till_coupons.py",
    "coupon-expired": "../property/test_coupons.py",
    "coupon-not-hers": "test_till_coupons.py",
    "coupon-not-here": "test_till_coupons.py",
    "slow-down": "test_till_keys.py",
    "too-slow": "test_till_limits.py",
    "not-durable": "../crash/test_till_not_durable.py",
}
LATER = {
    "erased": "erasure comes with governance",
    "broken": "no request is known that breaks the till",
}


def test_the_types_are_those_promised() -> None:
    assert {word: problem.status for word, problem in PROBLEMS.items()} == {
        word: promised.status for word, promised in PROMISED.items()
    }


@pytest.mark.parametrize("word", PROBLEMS)
def test_texts_are_in_both_languages(word: str) -> None:
    problem = PROBLEMS[word]
    for text in (problem.title, problem.fix):
        assert not text.ja.isascii()
        assert text.en.strip()
        assert sum(not sign.isascii() for sign in text.en) == 0


def test_every_type_is_shown_somewhere() -> None:
    rows = (*ROWS, *RETURN_ROWS, *FIND_ROWS, *BALANCE_ROWS)
    shown = {outcome.problem for row in rows for outcome in row.expect.outcomes} - {""}
    assert shown | set(ELSEWHERE) | set(LATER) == set(PROMISED)
    doors = Path(__file__).parents[1] / "door"
    for word, file in ELSEWHERE.items():
        assert f'"{word}"' in (doors / file).read_text("utf-8") or word in {"not-found", "wrong-method"}


def test_the_page_is_as_the_tables_say() -> None:
    assert PAGE.read_text("utf-8") == render(), "stale: remake it with python -m tests.spec.till_page"

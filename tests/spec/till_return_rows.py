"""What `contracts/till.md` says of the bodies of returns, find and balance, row by row.

The good return brings one piece (100) back of a purchase of three lines
(2 pieces for 200, 1 piece for 50, 1 piece for 0), base 250; the good question asks for that purchase.
"""

from __future__ import annotations

from tests.spec.till_edits import both, drop, literal, put, raw, twice
from tests.spec.till_expect import BAD_JSON, TAKEN, Expect, Outcome, Row, bad, duplicate, refused, unknown
from tests.spec.till_purchase_rows import WORDS_OUT

OVER = refused(409, "over-return")
NUMBERS_OUT = ("1", None, True, 0.5, [], {}, -1, 2**64)
NUMBER_TEXTS_OUT = ("1.0", "1e0")


def _line(line: object, quantity: object, amount: object) -> dict[str, object]:
    return {"line": line, "quantity": quantity, "amount": amount}


RETURN_ROWS: tuple[Row, ...] = (
    *(Row(put("/return", text), TAKEN) for text in ("0", "R" * 32, "a.b_c-Z9")),
    *(Row(put("/return", value), bad("/return")) for value in WORDS_OUT),
    *(Row(put("/lines/0", _line(*given)), TAKEN) for given in ((0, 2, 200), (0, 1, 0), (1, 1, 50), (2, 1, 0))),
    *(
        Row(put("/lines/0", _line(*given)), OVER)
        for given in ((0, 3, 200), (0, 2, 201), (1, 1, 51), (1, 2, 50), (2, 1, 1), (0, 999_999, 10**9))
    ),
    Row(put("/lines", [_line(0, 1, 100), _line(0, 1, 100)]), TAKEN),
    Row(put("/lines", [_line(0, 1, 100), _line(0, 2, 100)]), OVER),
    Row(put("/lines", [_line(0, 1, 150), _line(0, 1, 51)]), OVER),
    *(Row(put("/lines/0/line", value), OVER | bad("/lines/0/line")) for value in (3, 499)),
    *(Row(put("/lines/0/line", value), bad("/lines/0/line")) for value in NUMBERS_OUT),
    *(Row(put("/lines/0/quantity", value), bad("/lines/0/quantity")) for value in (1_000_000, *NUMBERS_OUT)),
    *(Row(put("/lines/0/amount", value), bad("/lines/0/amount")) for value in (10**9 + 1, *NUMBERS_OUT)),
    *(
        Row(literal(f"/lines/0/{name}", text), bad(f"/lines/0/{name}"))
        for name in ("line", "quantity", "amount")
        for text in NUMBER_TEXTS_OUT
    ),
    *(Row(put("/points_base", value), TAKEN) for value in (0, 100)),
    *(Row(put("/points_base", value), OVER | bad("/points_base")) for value in (251, 10**9)),
    *(Row(put("/points_base", value), bad("/points_base")) for value in (10**9 + 1, *NUMBERS_OUT)),
    *(Row(put("/lines", value), bad("/lines")) for value in ([], None, "x", {}, [_line(0, 1, 0)] * 501)),
    *(Row(put("/lines/0", value), bad("/lines/0")) for value in (None, 0, "x", [])),
    *(
        Row(drop(pointer), bad(pointer))
        for pointer in ("/return", "/lines", "/lines/0/line", "/lines/0/quantity", "/lines/0/amount")
    ),
    *(Row(put(f"/{name}", "x"), unknown(f"/{name}")) for name in ("name", "card", "at", "amount", "Return")),
    *(Row(put(f"/lines/0/{name}", "x"), unknown(f"/lines/0/{name}")) for name in ("name", "product")),
    Row(both(put("/return", ""), put("/lines/0/name", "x")), unknown("/lines/0/name")),
    Row(both(put("/lines/0", _line(0, 3, 1) | {"note": 1}), put("/return", "r")), unknown("/lines/0/note")),
    *(Row(twice(pointer), duplicate(pointer)) for pointer in ("/return", "/lines", "/lines/0/line")),
    Row(raw("(empty)", lambda _: b""), BAD_JSON),
    Row(raw("{…", lambda body: body[:-1]), BAD_JSON),
    Row(literal("/lines/0/amount", "NaN"), BAD_JSON),
    Row(raw("[]", lambda _: b"[]"), BAD_JSON),
    Row(raw("1 MiB + 1", lambda body: body + b" " * (2**20 + 1 - len(body))), refused(413, "too-large")),
)

NO_SUCH = refused(404, "unknown-purchase")

FIND_ROWS: tuple[Row, ...] = (
    Row(put("/receipt", "never-sold"), NO_SUCH),
    Row(put("/terminal", "no-such"), NO_SUCH),
    Row(put("/shop", "no-such"), NO_SUCH | refused(403, "not-allowed")),
    # From the 400th day after it, this day is of before what is kept.
    Row(put("/business_date", "2026-11-01"), NO_SUCH | refused(422, "too-old", "/business_date")),
    Row(put("/business_date", "1999-01-01"), NO_SUCH | refused(422, "too-old", "/business_date")),
    *(Row(put(f"/{name}", value), bad(f"/{name}")) for name in ("shop", "terminal", "receipt") for value in WORDS_OUT),
    *(
        Row(put("/business_date", value), bad("/business_date"))
        for value in ("", "2026-02-30", "20261122", "２０２６-11-22", 20261122, None)
    ),
    *(Row(drop(f"/{name}"), bad(f"/{name}")) for name in ("shop", "terminal", "business_date", "receipt")),
    *(Row(put(f"/{name}", "x"), unknown(f"/{name}")) for name in ("name", "card", "amount")),
    Row(both(put("/receipt", ""), put("/name", "x")), unknown("/name")),
    Row(twice("/receipt"), duplicate("/receipt")),
    Row(raw("(empty)", lambda _: b""), BAD_JSON),
    Row(raw("[]", lambda _: b"[]"), BAD_JSON),
)

BALANCE_ROWS: tuple[Row, ...] = (
    *(
        Row(put("/card", value), bad("/card"))
        for value in (
            "1234567",
            "1" * 41,
            "",
            "２９８０００１２３４５６７８９０",
            "2980001234567890\n",
            2980001234567890,
            None,
        )
    ),
    *(Row(put("/card", value), refused(404, "unknown-card", "/card")) for value in ("10000007", "9" * 40)),
    Row(drop("/card"), bad("/card")),
    *(Row(put(f"/{name}", "x"), unknown(f"/{name}")) for name in ("name", "receipt", "shop")),
    Row(both(put("/card", ""), put("/name", "x")), unknown("/name")),
    Row(twice("/card"), duplicate("/card")),
    Row(raw("(empty)", lambda _: b""), BAD_JSON),
    Row(raw("[]", lambda _: b"[]"), BAD_JSON),
)

READ = Expect((Outcome(200),))

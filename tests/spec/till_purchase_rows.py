"""What `contracts/till.md` says of a purchase's body, row by row: an edit of a good body, and what comes of it.

The good body: one line of 300, no points used, a card with no points. The same rows hold
for purchases and for preview.
"""

from __future__ import annotations

from datetime import UTC

from tests.spec.till_edits import (
    both,
    business_day,
    drop,
    literal,
    many_lines,
    priced,
    put,
    raw,
    respoken,
    sold,
    twice,
)
from tests.spec.till_expect import BAD_JSON, TAKEN, Row, bad, duplicate, refused, unknown

WORDS_OUT = ("", "A" * 33, "a b", "１２３", "あ", "a/b", "a\n", "000123\u0000", "a\u200b", "é", 5, True, None, [], {})
NUMBERS_OUT = ("300", "", None, True, False, 300.5, [], {}, -1, 2**63, 2**64, 10**30)
NUMBER_TEXTS_OUT = ("300.0", "3e2", "3E2", "300.0000000000000001", "-300")
NOT_JSON = ("NaN", "Infinity", "-Infinity", "0300", "+300", "300.", ".5", "0x12", "'300'", "undefined", "")

ROWS: tuple[Row, ...] = (
    # words
    *(Row(put("/receipt", text), TAKEN) for text in ("0", "A" * 32, "a.b_c-Z9", "00000000000000000000000000000001")),
    *(Row(put("/receipt", value), bad("/receipt")) for value in WORDS_OUT),
    *(Row(put("/lines/0/product", text), TAKEN) for text in ("0", "P" * 32, "a.b_c-Z9", "0049012345678")),
    *(Row(put("/lines/0/product", value), bad("/lines/0/product")) for value in WORDS_OUT),
    # the card
    *(
        Row(put("/card", value), bad("/card"))
        for value in (
            "1234567",
            "1" * 41,
            "",
            "２９８０００１２３４５６７８９０",
            "2980 0012 3456 7890",
            "29800012345678９0",
            "298000123456789a",
            "-2980001234567",
            "+2980001234567",
            "29800012345678.0",
            "٢٩٨٠٠٠١٢٣٤٥٦٧٨٩٠",
            " 2980001234567890",
            "2980001234567890\n",
            2980001234567890,
            None,
            True,
            [],
            {},
        )
    ),
    *(Row(put("/card", value), refused(404, "unknown-card", "/card")) for value in ("10000007", "9" * 40, "0" * 16)),
    # numbers
    *(Row(put("/lines/0/quantity", value), TAKEN) for value in (1, 999_999)),
    *(Row(put("/lines/0/quantity", value), bad("/lines/0/quantity")) for value in (0, 1_000_000, *NUMBERS_OUT)),
    *(Row(literal("/lines/0/quantity", text), bad("/lines/0/quantity")) for text in NUMBER_TEXTS_OUT),
    *(Row(priced(value), TAKEN) for value in (0, 1, 10**9)),
    *(Row(priced(value), bad("/lines/0/amount", "/amount")) for value in (10**9 + 1, -1, 2**63)),
    *(Row(put("/lines/0/amount", value), bad("/lines/0/amount")) for value in NUMBERS_OUT),
    *(Row(literal("/lines/0/amount", text), bad("/lines/0/amount")) for text in NUMBER_TEXTS_OUT),
    *(Row(put("/amount", value), bad("/amount")) for value in NUMBERS_OUT),
    *(Row(literal("/amount", text), bad("/amount")) for text in NUMBER_TEXTS_OUT),
    *(Row(put("/points_base", value), TAKEN) for value in (0, 1, 300)),
    *(Row(put("/points_base", value), bad("/points_base")) for value in (301, 10**9 + 1, *NUMBERS_OUT)),
    *(Row(literal("/points_base", text), bad("/points_base")) for text in NUMBER_TEXTS_OUT),
    Row(put("/points_used", 0), TAKEN),
    *(Row(put("/points_used", value), refused(409, "points-short")) for value in (1, 301, 10**9)),
    *(Row(put("/points_used", value), bad("/points_used")) for value in (10**9 + 1, *NUMBERS_OUT)),
    *(Row(literal("/points_used", text), bad("/points_used")) for text in NUMBER_TEXTS_OUT),
    *(Row(literal("/amount", text), BAD_JSON) for text in NOT_JSON),
    Row(literal("/amount", "３００"), bad() | BAD_JSON),  # no JSON, but told as what it is: full-width digits
    # the sum
    *(Row(put("/amount", value), refused(422, "sum-mismatch", "/amount", "/lines")) for value in (0, 299, 301, 10**9)),
    Row(put("/lines/0/amount", 299), refused(422, "sum-mismatch", "/amount", "/lines")),
    # lists
    *(Row(many_lines(count), TAKEN) for count in (1, 2, 500)),
    *(Row(many_lines(count), bad("/lines")) for count in (0, 501)),
    *(Row(put("/lines", value), bad("/lines")) for value in (None, "x", 1, True, {})),
    *(Row(put("/lines/0", value), bad("/lines/0")) for value in (None, "x", 1, True, [])),
    Row(put("/coupons", []), TAKEN),
    *(Row(put("/coupons", value), bad("/coupons")) for value in (None, "x", 1, True, {})),
    *(Row(put("/coupons", [value]), bad("/coupons/0")) for value in (None, 5, True, [], {})),
    # what must be there
    *(
        Row(drop(pointer), bad(pointer))
        for pointer in (
            "/receipt",
            "/business_date",
            "/at",
            "/card",
            "/lines",
            "/amount",
            "/lines/0/product",
            "/lines/0/quantity",
            "/lines/0/amount",
        )
    ),
    Row(put("/lines", [{}]), bad("/lines/0/product", "/lines/0/quantity", "/lines/0/amount")),
    # time
    Row(respoken("…Z", lambda at: at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")), TAKEN),
    Row(respoken("….123456+09:00", lambda at: at.strftime("%Y-%m-%dT%H:%M:%S.123456+09:00")), TAKEN),
    Row(respoken("… (no offset)", lambda at: at.strftime("%Y-%m-%dT%H:%M:%S")), bad("/at")),
    Row(respoken("date only", lambda at: at.strftime("%Y-%m-%d")), bad("/at")),
    Row(respoken("second 61", lambda at: at.strftime("%Y-%m-%dT%H:%M:61+09:00")), bad("/at")),
    Row(respoken("hour 24", lambda at: at.strftime("%Y-%m-%dT24:00:00+09:00")), bad("/at")),
    Row(respoken("+25:00", lambda at: at.strftime("%Y-%m-%dT%H:%M:%S+25:00")), bad("/at")),
    Row(
        respoken("２０…", lambda at: "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in at.isoformat())),
        bad("/at"),
    ),
    *(Row(put("/at", value), bad("/at")) for value in ("", "now", "2026-02-30T10:00:00+09:00", 1795000000, None, {})),
    *(Row(business_day(days), TAKEN) for days in (-1, 0, 1)),
    *(Row(business_day(days), bad("/business_date")) for days in (-2, 2, 30)),
    *(
        Row(put("/business_date", value), bad("/business_date"))
        for value in ("", "2026-02-30", "20261122", "２０２６-11-22", "2026-11-22T00:00:00", "R8-11-22", 20261122, None)
    ),
    Row(sold("+ 47 h 50 min", hours=47, minutes=50), TAKEN),
    Row(sold("+ 48 h 10 min", hours=48, minutes=10), refused(422, "in-the-future", "/at")),
    Row(sold("+ 400 d", days=400), refused(422, "in-the-future", "/at")),
    Row(put("/at", "9999-12-31T23:59:59Z"), refused(422, "in-the-future", "/at")),
    Row(put("/at", "0001-01-01T00:00:00+09:00"), bad("/at")),
    Row(put("/at", "1970-12-31T23:59:59Z"), bad("/at")),
    Row(sold("- 25 h", hours=-25), TAKEN),
    Row(sold("- 399 d", days=-399), TAKEN),
    Row(sold("- 402 d", days=-402), refused(422, "too-old", "/business_date")),
    Row(sold("- 9000 d", days=-9000), refused(422, "too-old", "/business_date")),
    # fields that are not the till's to send
    *(
        Row(put(f"/{name}", value), unknown(f"/{name}"))
        for name, value in (
            ("name", "x"),
            ("氏名", "x"),
            ("Receipt", "1"),
            ("shop", "S1"),
            ("terminal", "1"),
            ("points", 1),
            ("", 1),
            ("a~1b", 1),
            ("m~0n", 1),
            ("name", {"deep": {"er": 1}}),
            ("e-mail", None),
            ("phone", []),
        )
    ),
    Row(raw("/<\\ud800> = 1", lambda body: body[:-1] + b',"\\ud800":1}'), unknown() | BAD_JSON),
    Row(raw("/<NUL> = 1", lambda body: body[:-1] + b',"\\u0000":1}'), unknown()),
    Row(put("/lines/0/name", "x"), unknown("/lines/0/name")),
    Row(both(many_lines(500), put("/lines/499/note", None)), unknown("/lines/499/note")),
    Row(put("/lines/0/Product", "x"), unknown("/lines/0/Product")),
    Row(put("/coupons", [{"name": "x"}]), unknown("/coupons/0/name")),
    Row(put("/coupons", {"name": "x"}), unknown("/coupons/name")),
    Row(put("/card", {"name": "x"}), unknown("/card/name")),
    Row(put("/lines/0/product", {"name": "x"}), unknown("/lines/0/product/name")),
    # such a field is named before anything else is looked at
    Row(both(put("/receipt", ""), put("/name", "x")), unknown("/name")),
    Row(both(put("/lines/0/product", 5), put("/lines/0/name", "x")), unknown("/lines/0/name")),
    Row(both(put("/amount", 299), put("/name", "x")), unknown("/name")),
    Row(both(put("/card", "10000007"), put("/name", "x")), unknown("/name")),
    Row(both(put("/points_used", 5), put("/name", "x")), unknown("/name")),
    Row(both(drop("/at"), put("/name", "x")), unknown("/name")),
    Row(both(many_lines(501), put("/name", "x")), unknown("/name")),
    Row(both(sold("+ 49 h", hours=49), put("/lines/0/name", "x")), unknown("/lines/0/name")),
    # the same name twice
    *(
        Row(twice(pointer), duplicate(pointer))
        for pointer in ("/receipt", "/card", "/amount", "/lines", "/lines/0/product", "/lines/0/amount")
    ),
    Row(twice("/amount", "\\u0061mount"), duplicate("/amount")),
    Row(twice("/lines/0/quantity", "quantit\\u0079"), duplicate("/lines/0/quantity")),
    # not one JSON object
    Row(raw("(empty)", lambda _: b""), BAD_JSON),
    Row(raw("(spaces)", lambda _: b"  \r\n"), BAD_JSON),
    Row(raw("{", lambda _: b"{"), BAD_JSON),
    Row(raw("{…", lambda body: body[:-1]), BAD_JSON),
    Row(raw("{…}}", lambda body: body + b"}"), BAD_JSON),
    Row(raw("{…}{…}", lambda body: body + body), BAD_JSON),
    Row(raw("{…,}", lambda body: body[:-1] + b",}"), BAD_JSON),
    Row(raw("{…} // comment", lambda body: body + b" // comment"), BAD_JSON),
    Row(raw("{'…'}", lambda body: body.replace(b'"', b"'")), BAD_JSON),
    Row(raw("BOM {…}", lambda body: b"\xef\xbb\xbf" + body), BAD_JSON),
    Row(raw("UTF-16", lambda body: body.decode().encode("utf-16")), BAD_JSON),
    Row(raw("cp932", lambda body: body[:-1] + ',"名":1}'.encode("cp932")), BAD_JSON),
    Row(raw("NUL", lambda body: body + b"\x00"), BAD_JSON),
    Row(raw("/receipt = <FF>", lambda body: body.replace(b'"receipt":"', b'"receipt":"\xff')), BAD_JSON),
    Row(raw("/receipt = <raw newline>", lambda body: body.replace(b'"receipt":"', b'"receipt":"\n')), BAD_JSON),
    Row(raw("receipt=…&amount=…", lambda _: b"receipt=1&amount=300"), BAD_JSON),
    Row(literal("/receipt", '"\\ud800"'), BAD_JSON | bad("/receipt")),
    Row(literal("/lines/0/product", '"\\udc00\\ud800"'), BAD_JSON | bad("/lines/0/product")),
    Row(literal("/amount", "1e400"), BAD_JSON | bad("/amount")),
    Row(literal("/amount", "9" * 5000), BAD_JSON | bad("/amount")),
    Row(raw("[ × 100000", lambda _: b"[" * 100_000), BAD_JSON | bad("")),
    Row(raw('{"a": × 100000', lambda _: b'{"a":' * 100_000), BAD_JSON | unknown("/a")),
    Row(
        raw(
            "/lines = [ × 5000",
            lambda body: body.replace(b'"lines":', b'"coupons":' + b"[" * 5000 + b"]" * 5000 + b',"lines":'),
        ),
        BAD_JSON | bad("/coupons/0", "/coupons"),
    ),
    *(Row(raw(text, lambda _, text=text: text.encode()), BAD_JSON) for text in ("[]", '"x"', "1", "null", "true")),
    # other forms of the same
    Row(raw("{ … } spaces", lambda body: b" \r\n\t" + body.replace(b",", b" ,\n ") + b"\n"), TAKEN),
    Row(raw("\\u escapes", lambda body: body.replace(b'"receipt"', b'"\\u0072eceipt"')), TAKEN),
    # size
    Row(raw("1 MiB", lambda body: body + b" " * (2**20 - len(body))), TAKEN),
    Row(raw("1 MiB + 1", lambda body: body + b" " * (2**20 + 1 - len(body))), refused(413, "too-large")),
    Row(raw("8 MiB", lambda body: body + b" " * (2**23)), refused(413, "too-large")),
)

"""A slip's paper: in English where a shop's is, with a code that any phone checks, with a GS1 coupon number.

Whatever stands on it, the same verifiers accept the slip, and refuse it where the paper was changed.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from tests.store.test_drawing import KEYS, SELLER, Shop, card_of

from noren.campaign.reading import COLUMNS, columns
from noren.campaign.slips import Fault, Proof, check_slip
from noren.house.home import Slips
from noren.register.barcodes import is_checked
from noren.register.jobs import Answered, PurchaseJob
from noren.register.paper import CHECK, PRINT_QR, Paper, slip_svg
from noren.register.requests import LineRequest, PurchaseRequest
from noren.testing.campaign_book import campaign_file
from noren.testing.ledger_engines import LedgerPlace

FRONT, REFERENCE = "https://points.example", "456789012345"
PAPERS = [Paper(english, at, number) for english in (False, True) for at in ("", FRONT) for number in ("", REFERENCE)]


@pytest.fixture
def shop(place: LedgerPlace) -> Iterator[Shop]:
    made = Shop(place, members=len(PAPERS))
    made.book.run(campaign_file("fans", products="any"))
    yield made
    made.writer.stop()


def told(shop: Shop, member: int, receipt: str = "1", coupons: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    day = shop.now.date()
    lines = [LineRequest("0490", 1, 300)]
    request = PurchaseRequest(f"{member}-{receipt}", day, shop.now, card_of(member), lines, 300, coupons=[*coupons])
    (outcome,) = shop.ask(PurchaseJob(request, SELLER, KEYS))
    assert isinstance(outcome, Answered), outcome
    return msgspec.json.decode(outcome.body)["effects"]


def test_every_paper_fits_and_is_accepted_and_taken_again(shop: Shop) -> None:
    for member, paper in enumerate(PAPERS, 1):
        shop.book.printed = paper
        slip, *more = told(shop, member)
        terms = shop.book.terms["fans"]
        assert isinstance(check_slip(terms, slip), Proof)
        assert check_slip(terms, {**slip, "print": [*slip["print"], "+"]}) is Fault.BAD_SIGNATURE
        assert set(slip) == {
            "type", "coupon", "campaign", "title", "print", "barcode", "valid_from", "valid_until", "proof",
        }  # fmt: skip
        assert len(slip["proof"]) <= 500
        assert all(columns(line) <= COLUMNS for line in slip["print"])
        assert slip["print"][0] == ("50 yen off" if paper.english else "新商品コーヒー 50円引きクーポン")
        assert slip["print"][-1].startswith("Valid until " if paper.english else "有効期限 ")
        assert [each["type"] for each in more] == ([PRINT_QR] if paper.check_at else [])
        assert [links_to(each) for each in more] == [slip for _ in more]
        value = slip["barcode"]["value"]
        if paper.reference:
            assert (slip["barcode"]["symbology"], value[:15]) == ("gs1-128", f"255{REFERENCE}")
            assert is_checked(value[3:16])
        else:
            assert slip["barcode"]["symbology"] == "ean13"
        used = [each for each in told(shop, member, "2", (value,)) if each["type"] == "redeem_coupon"]
        assert [each["coupon"] for each in used] == [slip["coupon"]]


def links_to(effect: dict[str, Any]) -> dict[str, Any]:
    """Return the slip that a code's link holds, as the public page reads it."""
    assert all(columns(line) <= COLUMNS for line in effect["lines"])
    assert effect["value"].startswith(f"{FRONT}/slip#")
    text = effect["value"].partition("#")[2]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def test_a_slip_as_a_picture_has_its_lines_and_its_barcode(shop: Shop) -> None:
    for member, paper in enumerate(PAPERS, 1):
        shop.book.printed = paper
        slip, *more = told(shop, member)
        link = more[0]["value"] if more else ""
        picture = slip_svg({**slip, "print": [*slip["print"], "<&"]}, link)
        texts = re.findall("<text[^>]*>([^<]*)</text>", picture)
        assert texts == [*slip["print"], "&lt;&amp;", slip["barcode"]["value"]]
        assert len(re.findall("<path", picture)) == (3 if link else 2)


def test_a_campaign_without_english_lines_prints_japanese_ones(shop: Shop) -> None:
    without = campaign_file("plain", products="any")
    slip = msgspec.structs.replace(without.text.slip, en=[])
    shop.book.live.clear()
    shop.book.run(msgspec.structs.replace(without, text=msgspec.structs.replace(without.text, slip=slip)))
    shop.book.printed = Paper(english=True)
    assert told(shop, 1)[0]["print"][0] == "新商品コーヒー 50円引きクーポン"


def test_the_settings_take_what_they_mean() -> None:
    good = {"check_at": FRONT, "gs1_reference": REFERENCE, "english_at": ["S1"]}
    assert msgspec.convert(good, Slips) == Slips(["S1"], FRONT, REFERENCE)
    assert msgspec.convert({}, Slips) == Slips([], "", "")
    for bad in ({"check_at": "points.example"}, {"gs1_reference": "45678901234"}, {"gs1_reference": "45678901234５"}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(bad, Slips)
    assert columns(CHECK.ja) <= COLUMNS

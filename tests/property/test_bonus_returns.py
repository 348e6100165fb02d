"""Points that a coupon gave, and goods that come back in any pieces and order: pure decisions, held against the words.

Whatever comes back, what stays of the bonus is never more than the part of its goods that stays; when all has come back
nothing of it stays; and each movement is posted, so that the member's pool is the sum of what she was told.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from noren.activity.model import CardState, Coupon, Member, MemberState, Posting, Purchase, ReceiptKey, Return
from noren.activity.points import Standing, earned_points
from noren.register.decide import Facts, Sale, Terms, decide_purchase
from noren.register.reach import Basket, reach_of
from noren.register.requests import LineRequest, PurchaseRequest, ReturnLineRequest, ReturnRequest
from noren.register.returning import Brought, OfCoupons, decide_return, lines_left

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Tokyo")
TERMS = Terms("S1", "T1", "P1", 100, 365, 400, ZONE, NOW)
GOODS = {code: (code, code, code[0], None, None, None, None) for code in ("C1", "C2", "B1", "B2")}
FILTERS = st.sampled_from(["any", 'category = "C"', 'product = "B1"'])
LINES = st.lists(
    st.tuples(st.sampled_from(["C1", "C2", "B1", "B2"]), st.integers(1, 4), st.integers(0, 2_000)),
    min_size=1,
    max_size=5,
)


def sold(lines: list[tuple[str, int, int]], coupon: Coupon, used: int) -> Sale | None:
    asked = [LineRequest(*each) for each in lines]
    request = PurchaseRequest(
        "1", date(2026, 11, 22), NOW, "29800001", asked, sum(each.amount for each in asked), points_used=used,
        coupons=[coupon.barcode],
    )  # fmt: skip
    member = Member(b"h" * 16, MemberState.ACTIVE, False, 10_000, date(2026, 11, 1).toordinal(), 0, 0)
    reach = reach_of([coupon.products], Basket(request.as_lines(), "S1", "P1", NOW, GOODS))
    facts = Facts(
        7, "pu_1", ReceiptKey(1, b"r"), b"b", request.as_lines(), Standing(member), CardState.ACTIVE,
        coupons=(coupon,), reach=reach,
    )  # fmt: skip
    decided = decide_purchase(request, facts, TERMS)
    return decided if isinstance(decided, Sale) else None


def brought(
    data: st.DataObject, number: int, purchase: Purchase, back: list[Return], postings: list[Posting],
    standing: Standing, meant: tuple[int, ...] | None,
) -> Brought | None:  # fmt: skip
    left = [each for each in lines_left(purchase, back) if each.quantity_left]
    if not left:
        return None
    line = data.draw(st.sampled_from(left))
    quantity = data.draw(st.integers(1, line.quantity_left))
    whole = quantity == line.quantity_left
    amount = line.amount_left if whole else data.draw(st.integers(0, line.amount_left))
    request = ReturnRequest(f"r{number}", [ReturnLineRequest(line.line, quantity, amount)])
    found = decide_return(
        request, entry=100 + number, body_hash=b"", purchase=purchase, returns=back, used=postings, standing=standing,
        terms=TERMS, coupons=OfCoupons(meant=meant),
    )  # fmt: skip
    assert isinstance(found, Brought), found
    return found


@settings(max_examples=150, deadline=None)
@given(
    st.data(), LINES, FILTERS, st.sampled_from(["points", "points_multiplier"]), st.integers(2, 40), st.integers(0, 300)
)
def test_what_stays_of_a_bonus_is_the_part_of_its_goods_that_stays(
    data: st.DataObject, lines: list[tuple[str, int, int]], products: str, kind: str, value: int, used: int
) -> None:
    coupon = Coupon(
        b"c" * 16, b"h" * 16, "29", "", "", 0, 0, (), 1, 999_999, campaign="fans", kind=kind, value=value,
        products=products, stack="alone",
    )  # fmt: skip
    sale = sold(lines, coupon, min(used, sum(each[2] for each in lines)))
    if sale is None:
        return  # none of its goods is there
    told = msgspec.json.decode(sale.answer)
    bonus = sum(each.get("points", 0) for each in told["effects"])
    purchase, standing = sale.purchase, sale.standing
    assert purchase.earned == told["points"]["earned"] + bonus == sum(m.points for m in sale.moves if m.points > 0)
    assert standing.member.pool == told["points"]["balance"] == 10_000 + sum(m.points for m in sale.moves)
    assert purchase.lines is not None
    reach = reach_of([products], Basket(purchase.lines, "S1", "P1", NOW, GOODS))
    meant = None if products == "any" else reach[products]
    counted = range(len(purchase.lines)) if meant is None else meant
    of_goods = sum(purchase.lines[number].amount for number in counted)
    postings = [Posting(7, n, m.kind, b"h" * 16, m.lot, m.partner, 1, m.points) for n, m in enumerate(sale.moves)]
    back: list[Return] = []
    for number in range(40):
        found = brought(data, number, purchase, back, postings, standing, meant)
        if found is None:
            break
        assert found.standing.member.pool - standing.member.pool == sum(move.points for move in found.moves)
        postings += [
            Posting(100 + number, n, m.kind, b"h" * 16, m.lot, m.partner, 1, m.points)
            for n, m in enumerate(found.moves)
        ]
        back.append(found.goods)
        purchase, standing = found.purchase, found.standing
        ordinary = earned_points(base=purchase.base_left, used=purchase.used_left, per=100)
        stays = purchase.earned_left - ordinary
        left = sum(each.amount_left for each in lines_left(purchase, back) if each.line in counted)
        assert 0 <= stays <= bonus
        if of_goods and purchase.amount_left:
            assert stays * of_goods <= bonus * left
    if not any(each.quantity_left for each in lines_left(purchase, back)):
        assert (purchase.earned_left, purchase.used_left) == (0, 0)
        assert standing.member.pool == 10_000


def test_a_bonus_taken_back_by_the_whole_amount_alone_would_be_won() -> None:
    """The negative control: were the goods not looked at, who brings the coffee back would keep most of its points."""
    lines = [("C1", 1, 100), ("B1", 1, 900)]
    coupon = Coupon(
        b"c" * 16, b"h" * 16, "29", "", "", 0, 0, (), 1, 999_999, campaign="fans", kind="points", value=100,
        products='category = "C"', stack="alone",
    )  # fmt: skip
    sale = sold(lines, coupon, 0)
    assert sale is not None
    request = ReturnRequest("r", [ReturnLineRequest(0, 1, 100)])
    kept: list[int] = []
    for meant in ((0,), None):
        found = decide_return(
            request, entry=9, body_hash=b"", purchase=sale.purchase, returns=(), used=(), standing=sale.standing,
            terms=replace(TERMS), coupons=OfCoupons(meant=meant),
        )  # fmt: skip
        assert isinstance(found, Brought)
        kept.append(found.purchase.earned_left - 9)
    assert kept == [0, 90]

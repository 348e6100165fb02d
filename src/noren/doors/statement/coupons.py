"""The member's coupons, why she has them, and why she has not others: a page, and the same as JSON."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get
from litestar.response import Template

from noren.doors.pages.language import Asked
from noren.doors.statement.bars import barcode_picture
from noren.doors.statement.coupon_view import LAST_PURCHASES, CouponViewer
from noren.doors.statement.given import GivenDesk, GivenHandle


@get("/coupons", sync_to_thread=True)
def coupons_page(request: Asked, desk: GivenDesk, handle: GivenHandle) -> Template:
    """Show her coupons, and the campaigns that could have given her one."""
    with desk.view(handle) as viewer:
        told = CouponViewer(viewer, desk.shell.origins.front).all()
    return desk.shell.page(request, "coupons.html", told=told, picture=barcode_picture, last=LAST_PURCHASES)


@get("/v1/coupons", sync_to_thread=True)
def coupons_json(desk: GivenDesk, handle: GivenHandle) -> Response[Any]:
    """Answer the same to a program of hers."""
    with desk.view(handle) as viewer:
        told = CouponViewer(viewer, desk.shell.origins.front).all()
    return Response(msgspec.json.encode(told), media_type="application/json")

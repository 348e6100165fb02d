"""The same for programs of the member's own: JSON under her session."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, get
from litestar.params import FromQuery, QueryParameter

from noren.activity.queries import MAX_PAGE
from noren.doors.statement.given import GivenDesk, GivenHandle
from noren.doors.statement.tier_view import tier_of
from noren.doors.statement.view import PAGE_PURCHASES

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE)]


def _json(value: object) -> Response[Any]:
    return Response(msgspec.json.encode(value), media_type="application/json")


@get("/v1/balance", sync_to_thread=True)
def balance_json(desk: GivenDesk, handle: GivenHandle) -> Response[Any]:
    """Answer her balance."""
    with desk.view(handle) as viewer:
        return _json(viewer.balance())


@get("/v1/tier", sync_to_thread=True)
def tier_json(desk: GivenDesk, handle: GivenHandle) -> Response[Any]:
    """Answer her tier, what counts already for the next time, and the rules; null where there are none."""
    with desk.view(handle) as viewer:
        return _json({"tier": tier_of(desk.room, viewer.feed, handle)})


@get("/v1/uses", sync_to_thread=True)
def uses_json(desk: GivenDesk, handle: GivenHandle) -> Response[Any]:
    """Answer who was provided with her data, the newest first."""
    with desk.view(handle) as viewer:
        return _json({"uses": viewer.uses()})


@get("/v1/purchases", sync_to_thread=True)
def purchases_json(
    desk: GivenDesk, handle: GivenHandle, before: FromQuery[str | None] = None, limit: Limit = PAGE_PURCHASES
) -> Response[Any]:
    """Answer a page of her purchases, newest first."""
    with desk.view(handle) as viewer:
        return _json(viewer.purchases(before, limit))

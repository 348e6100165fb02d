"""The inner door of a zone: Litestar on a Unix socket, every operation behind a pass, deny by default."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import structlog
from litestar import Litestar, Request, Response, get
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler
from litestar.status_codes import HTTP_403_FORBIDDEN

from noren.doors.staff_guard import StaffGuard
from noren.governance.acting import NOBODY, let_act
from noren.governance.staffing.refusing import Refused
from noren.house.passes import PassRefused, Porter
from noren.house.staff_token import TOKEN_HEADER

MAX_BODY_BYTES: Final = 64 << 20
_BEARER: Final = "Bearer "
_HEALTH: Final = "/healthz"
_log = structlog.get_logger("inner_door")


@get(_HEALTH, sync_to_thread=False)
def health() -> dict[str, bool]:
    """Say that the process lives."""
    return {"ok": True}


def inner_app(porter: Porter, handlers: Sequence[Any], staff: StaffGuard | None = None) -> Litestar:
    """Return the application: ``handlers`` whose path's first step is the operation that a pass must allow.

    ``staff``: asks who is signed in when the operator calls; None: in tests of a zone's room alone.
    """

    def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        path = connection.url.path
        if path == _HEALTH:
            return
        operation = path.strip("/").split("/", 1)[0]
        header = connection.headers.get("authorization", "")
        token = header[len(_BEARER) :] if header.startswith(_BEARER) else ""
        try:
            connection.state.caller = porter.check(token, operation)
        except PassRefused:
            _log.warning("pass_refused", operation=operation)
            raise NotAuthorizedException("no pass for this operation") from None

    async def ask(request: Request[Any, Any, Any]) -> Response[Any] | None:
        let_act(NOBODY)
        if staff is None or getattr(request.state, "caller", None) != "operator":
            return None
        token = request.headers.get(TOKEN_HEADER, "")
        judged = await asyncio.to_thread(staff.judge, request.url.path, token, await request.body())
        if isinstance(judged, Refused):
            return refusal(judged)
        let_act(judged)
        return None

    return Litestar(
        route_handlers=[health, *handlers],
        guards=[guard],
        before_request=ask,
        openapi_config=None,
        logging_config=None,  # the framework's own would log with times finer than an hour, httpx's calls included
        request_max_body_size=MAX_BODY_BYTES,
        debug=False,
    )


def refusal(refused: Refused) -> Response[Any]:
    """Answer that staff may not, with the rule's name."""
    _log.warning("staff_refused", rule=refused.rule)
    return Response(refusal_body(refused), status_code=HTTP_403_FORBIDDEN)


def refusal_body(refused: Refused) -> dict[str, str]:
    """Return a refusal as it goes out."""
    says, fix = refused.says, refused.fix
    return {
        "rule": refused.rule,
        "reason_ja": f"[{refused.rule}] {says.ja}{fix.ja}",
        "reason_en": f"[{refused.rule}] {says.en} {fix.en}".rstrip(),
    }

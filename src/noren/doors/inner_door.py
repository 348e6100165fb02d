"""The inner door of a zone: Litestar on a Unix socket, every operation behind a pass, deny by default."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import structlog
from litestar import Litestar, get
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler

from noren.house.passes import PassRefused, Porter

MAX_BODY_BYTES: Final = 64 << 20
_BEARER: Final = "Bearer "
_HEALTH: Final = "/healthz"
_log = structlog.get_logger("inner_door")


@get(_HEALTH, sync_to_thread=False)
def health() -> dict[str, bool]:
    """Say that the process lives."""
    return {"ok": True}


def inner_app(porter: Porter, handlers: Sequence[Any]) -> Litestar:
    """Return the application: ``handlers`` whose path's first step is the operation that a pass must allow."""

    def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        path = connection.url.path
        if path == _HEALTH:
            return
        operation = path.strip("/").split("/", 1)[0]
        header = connection.headers.get("authorization", "")
        token = header[len(_BEARER) :] if header.startswith(_BEARER) else ""
        try:
            porter.check(token, operation)
        except PassRefused:
            _log.warning("pass_refused", operation=operation)
            raise NotAuthorizedException("no pass for this operation") from None

    return Litestar(
        route_handlers=[health, *handlers],
        guards=[guard],
        openapi_config=None,
        logging_config=None,  # the framework's own would log with times finer than an hour, httpx's calls included
        request_max_body_size=MAX_BODY_BYTES,
        debug=False,
    )

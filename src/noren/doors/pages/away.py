"""Going elsewhere with cookies of our own writing: the framework's cookies know no ``Partitioned`` attribute."""

from __future__ import annotations

from typing import Any

from litestar import Response
from litestar.response.base import ASGIResponse


class Away(Response[None]):
    """303 to ``where``, setting ``cookies`` (whole ``Set-Cookie`` values)."""

    def __init__(self, where: str, *cookies: str) -> None:
        super().__init__(None, status_code=303)
        self._headers = [("location", where), *(("set-cookie", cookie) for cookie in cookies)]

    def to_asgi_response(self, *_: Any, **__: Any) -> ASGIResponse:
        """Return the answer as the server sends it."""
        return ASGIResponse(body=b"", status_code=303, headers=self._headers, media_type="text/plain")

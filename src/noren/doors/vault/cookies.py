"""The two cookies of the sign-in: the one a form's token is bound to, and the session.

``SameSite=None; Secure; Partitioned``: inside the member page's frame only a partitioned
cookie comes along (measured in Chromium; browsers take Secure from ``*.localhost`` without
TLS). What SameSite would guard, the form's token and ``Sec-Fetch-Site`` guard.
"""

from __future__ import annotations

from typing import Any, Final

from litestar import Response
from litestar.response.base import ASGIResponse

FORM: Final = "__Host-noren-vault-form"
SESSION: Final = "__Host-noren-vault"
FORM_SECONDS: Final = 3_600
_GUARDS: Final = "Path=/; Secure; HttpOnly; SameSite=None; Partitioned"


def set_cookie(name: str, value: str, *, seconds: int) -> str:
    """Return the ``Set-Cookie`` value that sets a cookie; 0 seconds takes it away."""
    return f"{name}={value}; Max-Age={seconds}; {_GUARDS}"


class Away(Response[None]):
    """303 to ``where``, setting ``cookies``: the framework's own cookies know no ``Partitioned`` attribute."""

    def __init__(self, where: str, *cookies: str) -> None:
        super().__init__(None, status_code=303)
        self._headers = [("location", where), *(("set-cookie", cookie) for cookie in cookies)]

    def to_asgi_response(self, *_: Any, **__: Any) -> ASGIResponse:
        """Return the answer as the server sends it."""
        return ASGIResponse(body=b"", status_code=303, headers=self._headers, media_type="text/plain")

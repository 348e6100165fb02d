"""Security headers on every answer, refusals included: a layer around the application, so that none slips by."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs

from noren.doors.pages import language

Scope = Any
"""ASGI scope, receive and send as the server passes them; only plain parts of a request are read here."""
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]

_ALWAYS: Final = {
    "x-content-type-options": "nosniff",
    # Same origin only: the vault and the statement never learn by a Referer what the other showed.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_HSTS: Final = "max-age=31536000; includeSubDomains"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a door's pages may do. Empty: their own origin only, and nobody may frame them.

    ``posts_to``: other origins its forms are sent to; ``frames``: origins it shows in frames;
    ``framed_by``: origins that may show it; ``keep``: may its answers be kept by browsers.
    """

    posts_to: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    framed_by: tuple[str, ...] = ()
    keep: bool = False

    def content_security(self) -> str:
        """Return the Content-Security-Policy: no inline script or style anywhere, no other site."""
        return "; ".join(
            (
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                "img-src 'self'",
                "connect-src 'self'",
                "base-uri 'none'",
                "form-action " + " ".join(("'self'", *self.posts_to)),
                "frame-src " + (" ".join(self.frames) or "'none'"),
                "frame-ancestors " + (" ".join(self.framed_by) or "'none'"),
            )
        )

    def headers(self, scheme: str) -> dict[str, str]:
        """Return all headers for an answer over ``scheme``."""
        out = {**_ALWAYS, "content-security-policy": self.content_security()}
        out["cache-control"] = "no-cache" if self.keep else "no-store"
        if not self.framed_by:
            out["x-frame-options"] = "DENY"
        if scheme == "https":
            out["strict-transport-security"] = _HSTS
        return out


def secured(app: App, policy: Policy) -> App:
    """Wrap ``app``: adds the policy's headers where the answer does not say otherwise, and remembers ``?lang=``."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return

        async def send_guarded(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _with(policy, scope, list(message["headers"]))}
            await send(message)

        await app(scope, receive, send_guarded)

    return guarded


def _with(policy: Policy, scope: Scope, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    said = {name.lower() for name, _ in headers}
    for name, value in policy.headers(scope["scheme"]).items():
        if name.encode() not in said:
            headers.append((name.encode(), value.encode()))
    words = parse_qs(scope["query_string"].decode("latin-1")).get(language.QUERY, [])
    lang = language.known(words[-1] if words else None)
    if lang:
        in_frame = (b"sec-fetch-dest", b"iframe") in scope["headers"]
        headers.append((b"set-cookie", language.cookie(lang, in_frame=in_frame).encode()))
    return headers

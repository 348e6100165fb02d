"""Calling another zone's inner door: HTTP over its Unix socket, with a pass for one operation."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

import httpx
import msgspec

from noren.house.home import Home, Zone
from noren.house.passes import Porter
from noren.house.staff_token import TOKEN_HEADER, token_of

TIMEOUT_SECONDS: Final = 120.0

# A Unix socket speaks no TLS: httpx would load all of the machine's certificates for it (20 ms each time).
_NO_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class ZoneDown(Exception):
    """A zone's inner door does not answer."""


class CallRefused(Exception):
    """A zone refused a call; ``status`` and ``body`` say why."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"refused with {status}: {body[:500].decode('utf-8', 'replace')}")
        self.status = status
        self.body = body


class InnerClient:
    """Calls one zone. Thread-safe; keeps its connection."""

    def __init__(self, home: Home, porter: Porter, audience: Zone, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._porter = porter
        self._audience: Zone = audience
        # A command bears whoever is signed in at its terminal; zones call for themselves.
        self._terminal = (lambda: token_of(home)) if porter.zone == "operator" else (lambda: "")
        self._borne: str | None = None
        transport = httpx.HTTPTransport(uds=str(home.socket(audience)), verify=_NO_TLS)
        self._http = httpx.Client(transport=transport, base_url="http://zone", timeout=timeout_seconds)

    def bear(self, token: str | None) -> None:
        """Bear another's token than that of this terminal from now on; None: the terminal's again."""
        self._borne = token

    def call(self, path: str, body: object = None, *, method: str = "POST") -> Any:
        """Call ``/<operation>/…`` and return the decoded JSON answer.

        Raises:
            ZoneDown: the zone does not answer.
            CallRefused: it answered with anything but 2xx.
        """
        operation = path.strip("/").split("/", 1)[0]
        headers = self._headers(operation)
        content = None if body is None else msgspec.json.encode(body)
        if content is not None:
            headers["Content-Type"] = "application/json"
        try:
            answer = self._http.request(method, path, content=content, headers=headers)
        except httpx.TransportError as wrong:
            raise ZoneDown(f"the zone {self._audience} does not answer: {type(wrong).__name__}") from None
        if answer.status_code >= HTTPStatus.MULTIPLE_CHOICES:
            raise CallRefused(answer.status_code, answer.content)
        return msgspec.json.decode(answer.content) if answer.content else None

    def stream(self, path: str, body: object) -> Iterator[bytes]:
        """Call ``/<operation>/…`` and yield the answer's bytes as they come.

        Raises:
            ZoneDown: the zone does not answer, or breaks off.
            CallRefused: it answered with anything but 2xx.
        """
        operation = path.strip("/").split("/", 1)[0]
        headers = self._headers(operation)
        headers["Content-Type"] = "application/json"
        try:
            with self._http.stream("POST", path, content=msgspec.json.encode(body), headers=headers) as answer:
                if answer.status_code >= HTTPStatus.MULTIPLE_CHOICES:
                    raise CallRefused(answer.status_code, answer.read())
                yield from answer.iter_raw()
        except httpx.TransportError as wrong:
            raise ZoneDown(f"the zone {self._audience} does not answer: {type(wrong).__name__}") from None

    def _headers(self, operation: str) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self._porter.make(self._audience, operation)}"}
        token = self._terminal() if self._borne is None else self._borne
        return {**headers, TOKEN_HEADER: token} if token else headers

    def alive(self) -> bool:
        """Return whether the zone answers its health question."""
        try:
            return self._http.get("/healthz", timeout=2.0).status_code == HTTPStatus.OK
        except httpx.TransportError:
            return False

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

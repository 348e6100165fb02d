"""A till's side of the wire, for tests: one kept connection, bodies as exact bytes, answers as exact bytes.

It promises to send what it was given, byte for byte, so that odd bodies reach the door as
they are; it never retries by itself, because resending is what the tests are about.
"""

from __future__ import annotations

import contextlib
import http.client
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self

import msgspec

PROBLEM_PREFIX: Final = "urn:noren:problem:"
JSON: Final = "application/json"
NDJSON: Final = "application/x-ndjson"
_TIMEOUT_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: ``headers`` by lower-case name, ``body`` as it came."""

    status: int
    headers: dict[str, str] = field(repr=False)
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return msgspec.json.decode(self.body)

    @property
    def lines(self) -> list[Any]:
        """The body as lines of JSON, one per line sent."""
        return [msgspec.json.decode(line) for line in self.body.split(b"\n") if line.strip()]

    @property
    def problem(self) -> str:
        """The problem's word without its prefix; empty when the answer is no problem."""
        if not self.headers.get("content-type", "").startswith("application/problem+json"):
            return ""
        return str(self.json.get("type", "")).removeprefix(PROBLEM_PREFIX)

    @property
    def replayed(self) -> bool:
        """Whether the till says that it had answered this before."""
        return self.headers.get("idempotent-replayed") == "true"


class TillClient:
    """One connection of one terminal to the till's door."""

    def __init__(self, port: int, key: str | None, *, timeout: float = _TIMEOUT_SECONDS) -> None:
        self.key = key
        self.port = port
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def send(
        self, method: str, path: str, body: bytes | None = None, *, content: str | None = JSON, key: str | None = None
    ) -> Answer:
        """Send exactly ``body``. ``content``: the Content-Type (None: none); ``key`` replaces the client's own.

        Raises:
            OSError: the connection broke before a whole answer came.
        """
        headers: dict[str, str] = {}
        if content is not None and body is not None:
            headers["Content-Type"] = content
        bearer = self.key if key is None else key
        if bearer:
            headers["Authorization"] = bearer if " " in bearer else f"Bearer {bearer}"
        return self.exchange(method, path, body, headers)

    def exchange(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        """Send with exactly these headers (and Content-Length).

        A door may refuse a large body before it has read it all: what it had already answered still counts.
        """
        try:
            if self._http.sock is None:
                self._http.connect()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self._http.request(method, path, body=body, headers=headers)
            got = self._http.getresponse()
            content = got.read()
        except OSError:
            self._http.close()
            raise
        except http.client.HTTPException as wrong:
            self._http.close()
            raise ConnectionAbortedError("half an answer came") from wrong
        return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, content)

    def post(self, path: str, body: object, *, key: str | None = None) -> Answer:
        """Post ``body`` as JSON (bytes are sent as they are)."""
        return self.send("POST", path, _encoded(body), key=key)

    def get(self, path: str, *, key: str | None = None) -> Answer:
        """Get ``path``."""
        return self.send("GET", path, key=key)

    def purchase(self, body: object) -> Answer:
        """Post a purchase."""
        return self.post("/v1/purchases", body)

    def preview(self, body: object) -> Answer:
        """Ask what a purchase would answer."""
        return self.post("/v1/purchases/preview", body)

    def bring_back(self, purchase: str, body: object) -> Answer:
        """Post a return of a purchase."""
        return self.post(f"/v1/purchases/{purchase}/returns", body)

    def find(self, shop: str, terminal: str, business_date: str, receipt: str) -> Answer:
        """Look a purchase up by its receipt."""
        asked = {"shop": shop, "terminal": terminal, "business_date": business_date, "receipt": receipt}
        return self.post("/v1/purchases/find", asked)

    def balance(self, card: str) -> Answer:
        """Ask for a card's standing."""
        return self.post("/v1/balance", {"card": card})

    def batch(self, lines: list[object]) -> Answer:
        """Post purchases as lines."""
        body = b"\n".join(_encoded(line) for line in lines) + b"\n"
        return self.send("POST", "/v1/purchases/batch", body, content=NDJSON)


def _encoded(body: object) -> bytes:
    return body if isinstance(body, bytes) else msgspec.json.encode(body)

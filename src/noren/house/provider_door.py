"""Asking the company's OpenID provider over the network: what is configured and what it names itself, nothing else.

No redirect is followed, no proxy of the environment taken, no long answer read, and nobody waits long.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, cast
from urllib.parse import quote

import httpx
import msgspec

from noren.governance.signing_in.provider import WELL_KNOWN, Provider, ProviderWrong, Tokens

ANSWER_SECONDS: Final = 5.0
MAX_ANSWER_BYTES: Final = 1 << 18


class HttpProviderDoor:
    """The provider's door; threads may share it."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._http = httpx.Client(timeout=ANSWER_SECONDS, follow_redirects=False, trust_env=False)

    def metadata(self) -> Mapping[str, Any]:
        """Return the issuer's document."""
        return self._asked("GET", self._provider.issuer.rstrip("/") + WELL_KNOWN)

    def keys(self, address: str) -> Mapping[str, Any]:
        """Return the key set at an address of that document."""
        return self._asked("GET", address)

    def exchange(self, address: str, *, code: str, verifier: str) -> Tokens:
        """Exchange a code for tokens."""
        # RFC 6749 2.3.1: both halves are form-encoded before they are put together.
        who = httpx.BasicAuth(quote(self._provider.client_id, safe=""), quote(self._provider.client_secret, safe=""))
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._provider.back_to,
            "code_verifier": verifier,
        }
        found = self._asked("POST", address, data=form, auth=who)
        id_token, access = found.get("id_token"), found.get("access_token", "")
        if not isinstance(id_token, str) or not isinstance(access, str):
            raise ProviderWrong("no ID token came")
        return Tokens(id_token, access)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _asked(self, method: str, address: str, **more: Any) -> Mapping[str, Any]:
        try:
            with self._http.stream(method, address, headers={"Accept": "application/json"}, **more) as answer:
                if answer.status_code != HTTPStatus.OK:
                    raise ProviderWrong(f"it answered {answer.status_code}")
                return _read(answer)
        except httpx.HTTPError as wrong:
            raise ProviderWrong(type(wrong).__name__) from None


def _read(answer: httpx.Response) -> Mapping[str, Any]:
    body = b""
    for piece in answer.iter_bytes():
        body += piece
        if len(body) > MAX_ANSWER_BYTES:
            raise ProviderWrong("it answered too much")
    try:
        found = msgspec.json.decode(body)
    except msgspec.DecodeError:
        raise ProviderWrong("it did not answer JSON") from None
    if not isinstance(found, dict):
        raise ProviderWrong("it did not answer an object")
    return cast("dict[str, Any]", found)

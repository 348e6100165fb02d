"""A member of the demo at her own pages, by their forms: what she alone may do, nobody's operation does for her."""

from __future__ import annotations

import html
import re
from typing import Final
from urllib.parse import parse_qs, urlsplit

import httpx

from noren.house.home import Home

_SEE_OTHER: Final = 303


class Browser:
    """Cookies a door, as a browser keeps them; forms are taken from the pages themselves."""

    def __init__(self, home: Home) -> None:
        self._ports = {"vault": home.settings.doors.vault, "statement": home.settings.doors.statement}
        self._cookies: dict[str, dict[str, str]] = {"vault": {}, "statement": {}}
        self._http = httpx.Client(timeout=30, trust_env=False)

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *reason: object) -> None:
        self._http.close()

    def sign_in(self, number: str, password: str) -> None:
        """Sign in at the vault, and go over to her ledger door with a ticket."""
        nonce = parse_qs(urlsplit(self._ask("statement", "/").headers["location"]).query)["nonce"][0]
        token = _hidden(self.get("vault", f"/sign-in?nonce={nonce}").text, "token")
        form = {"token": token, "nonce": nonce, "number": number, "password": password}
        onward = self.post("vault", "/sign-in", form).headers["location"]
        self.post("statement", "/enter", {"ticket": _hidden(self.get("vault", onward).text, "ticket")})
        self.post("vault", "/leave", {"token": _hidden(self.get("vault", "/").text, "token")})

    def get(self, door: str, path: str) -> httpx.Response:
        """Answer a page."""
        return self._ask(door, path).raise_for_status()

    def post(self, door: str, path: str, form: dict[str, str]) -> httpx.Response:
        """Send a form; every one of these leads onwards."""
        answer = self._ask(door, path, form)
        if answer.status_code != _SEE_OTHER:
            raise httpx.HTTPError(f"{door} {path} answered {answer.status_code}")
        return answer

    def _ask(self, door: str, path: str, form: dict[str, str] | None = None) -> httpx.Response:
        held, port = self._cookies[door], self._ports[door]
        cookies = "; ".join(f"{name}={value}" for name, value in held.items())
        headers = {"Host": f"{door}.localhost:{port}", "Cookie": cookies, "Sec-Fetch-Site": "same-origin"}
        method = "GET" if form is None else "POST"
        answer = self._http.request(method, f"http://127.0.0.1:{port}{path}", data=form, headers=headers)
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            held[name] = value
        return answer


def _hidden(page: str, name: str) -> str:
    tag = next((each for each in re.findall(r"<input[^>]*>", page) if f'name="{name}"' in each), "")
    value = re.search(r'value="([^"]*)"', tag)
    if value is None:
        raise httpx.HTTPError(f"the page has no {name}")
    return html.unescape(value[1])

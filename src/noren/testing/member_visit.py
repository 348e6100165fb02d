"""A member who signs in, goes on to her own ledger door and takes a one-time code: the whole way, without a browser."""

from __future__ import annotations

import html
import re
from typing import Final, Protocol
from urllib.parse import parse_qs, urlsplit

import httpx

from noren.house.home import Home
from noren.testing.member_house import NUMBER, PASSWORD

_CODE: Final = re.compile(r"9\d{3}(?:[\s ]\d{4}){9}")
_OK: Final = 200
_SEE_OTHER: Final = 303


class WrongWay(AssertionError):
    """A door did not answer as it should; says which step and with what status."""


class Housed(Protocol):
    """Whoever has a home whose doors are open."""

    @property
    def home(self) -> Home:
        """The home."""
        ...


class MemberVisit:
    """One visit. Cookies are kept per door, as a browser keeps them."""

    def __init__(self, house: Housed, number: str = NUMBER, password: str = PASSWORD) -> None:
        doors = house.home.settings.doors
        self._who = {"number": number, "password": password}
        self._ports = {"vault": doors.vault, "statement": doors.statement}
        self._cookies: dict[str, dict[str, str]] = {"vault": {}, "statement": {}}
        self._http = httpx.Client(timeout=30, trust_env=False)

    def code(self) -> str:
        """Sign in, go over, and return a one-time code."""
        self.enter()
        found = _CODE.search(html.unescape(self._get("statement", "/code")))
        if found is None:
            raise WrongWay("no code on the page")
        return re.sub(r"\s", "", found[0])

    def enter(self) -> None:
        """Sign in at the vault and go over to her ledger door."""
        nonce = parse_qs(urlsplit(self._away("statement", "/")).query)["nonce"][0]
        page = self._get("vault", f"/sign-in?nonce={nonce}")
        form = {"token": _hidden(page, "token"), "nonce": nonce, **self._who}
        own = self._get("vault", self._away("vault", "/sign-in", form))
        self._away("statement", "/enter", {"ticket": _hidden(own, "ticket")})

    def ask(self, door: str, path: str, **form: str) -> httpx.Response:
        """Post a form of one of her two pages, with the token that the vault's forms bring."""
        if door == "vault":
            form = {"token": _hidden(self._get("vault", "/rights"), "token"), **form}
        return self._ask(door, path, form)

    def strange(self, door: str, path: str) -> int:
        """Return how a door answers the same form from a browser in which nobody is signed in."""
        held, self._cookies = self._cookies, {"vault": {}, "statement": {}}
        try:
            return self._ask(door, path, {"token": "x", "number": "x"}).status_code
        finally:
            self._cookies = held

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _get(self, door: str, path: str) -> str:
        answer = self._ask(door, path)
        if answer.status_code != _OK:
            raise WrongWay(f"{door} {path.partition('?')[0]} answered {answer.status_code}")
        return answer.text

    def _away(self, door: str, path: str, form: dict[str, str] | None = None) -> str:
        answer = self._ask(door, path, form)
        if answer.status_code != _SEE_OTHER:
            raise WrongWay(f"{door} {path.partition('?')[0]} answered {answer.status_code}, not onwards")
        return answer.headers["location"]

    def _ask(self, door: str, path: str, form: dict[str, str] | None = None) -> httpx.Response:
        held, port = self._cookies[door], self._ports[door]
        headers = {
            "Host": f"{door}.localhost:{port}",
            "Cookie": "; ".join(f"{name}={value}" for name, value in held.items()),
            "Sec-Fetch-Site": "same-origin",
        }
        method = "GET" if form is None else "POST"
        answer = self._http.request(method, f"http://127.0.0.1:{port}{path}", data=form, headers=headers)
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            held[name] = value
        return answer


def _hidden(page: str, name: str) -> str:
    tag = next((t for t in re.findall(r"<input[^>]*>", page) if f'name="{name}"' in t), "")
    value = re.search(r'value="([^"]*)"', tag)
    if value is None:
        raise WrongWay(f"the page has no {name}")
    return html.unescape(value[1])

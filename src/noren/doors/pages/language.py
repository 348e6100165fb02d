"""Which language a page is told in: ``?lang=`` when given, else the cookie, else Japanese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request

from noren.kernel.say import Lang

QUERY: Final = "lang"
COOKIE: Final = "noren-lang"
COOKIE_DAYS: Final = 365

Asked = Request[Any, Any, Any]
"""A request at one of our pages; no page uses the framework's users or sessions."""


def known(word: str | None) -> Lang | None:
    """Return the language that a query or cookie names, None when it names none of ours."""
    return "ja" if word == "ja" else "en" if word == "en" else None


def language(request: Asked) -> Lang:
    """Return the language to tell this page in. Japanese first: the browser's own wish is not asked."""
    return known(request.query_params.get(QUERY)) or known(request.cookies.get(COOKIE)) or "ja"


def switch_url(request: Asked, lang: Lang) -> str:
    """Return this page's address in the other language, its other settings kept."""
    if request.method != "GET":
        return f"/?{QUERY}={lang}"
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != QUERY]
    return f"{request.url.path}?{urlencode([*kept, (QUERY, lang)])}"


def framed(headers: Mapping[str, str]) -> bool:
    """Return whether a page is asked for by a frame, as the browser says."""
    return headers.get("sec-fetch-dest") == "iframe"


def cookie(lang: Lang, *, in_frame: bool) -> str:
    """Return the ``Set-Cookie`` value that remembers a choice of language: a word, nothing about the person.

    In another origin's frame only a partitioned cookie is kept (see ``cookies.py``).
    """
    guards = "SameSite=None; Secure; Partitioned" if in_frame else "SameSite=Lax"
    return f"{COOKIE}={lang}; Path=/; Max-Age={COOKIE_DAYS * 86_400}; HttpOnly; {guards}"

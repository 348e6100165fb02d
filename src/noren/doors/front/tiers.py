"""The public page of the rules of member tiers: those in force and those to come. No member is in it, and no count."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.response import Template
from litestar.status_codes import HTTP_200_OK, HTTP_503_SERVICE_UNAVAILABLE

from noren.doors.pages import Shell
from noren.doors.pages.language import Asked
from noren.house.front import FrontRoom
from noren.house.inner import CallRefused, ZoneDown
from noren.kernel.say import Say


class LevelShown(msgspec.Struct, frozen=True):
    """A level of the rules: its word, its title, what it takes."""

    id: str
    title: Say
    says: Say


class RulesShown(msgspec.Struct, frozen=True):
    """Rules in words, and the day from which they hold."""

    first: date
    says: Say
    levels: tuple[LevelShown, ...]


@get("/tiers")
async def tiers(
    request: Asked,
    shell: NamedDependency[SkipValidation[Shell]],
    room: NamedDependency[SkipValidation[FrontRoom]],
) -> Template:
    """Show the rules of tiers."""
    return shell.page(request, "tiers.html", rules=await _rules(room))


@get("/tiers.json")
async def tiers_json(room: NamedDependency[SkipValidation[FrontRoom]]) -> Response[bytes]:
    """Answer the same to a machine; null: the ledger worker does not answer."""
    found = await _rules(room)
    status = HTTP_503_SERVICE_UNAVAILABLE if found is None else HTTP_200_OK
    return Response(msgspec.json.encode({"rules": found}), media_type="application/json", status_code=status)


async def _rules(room: FrontRoom) -> list[RulesShown] | None:
    try:
        found: Any = await asyncio.to_thread(room.tiers)
    except (ZoneDown, CallRefused):
        return None
    return msgspec.convert(found, list[RulesShown])

"""Campaigns that take entries: their list, the entry of who is signed in, and the way back. The act is the worker's."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import msgspec
from litestar import Response, delete, get, post, put
from litestar.response import Template
from litestar.status_codes import HTTP_200_OK

from noren.campaign.entering import NotTaken
from noren.doors.pages import PageProblem, ZoneUnavailable
from noren.doors.pages.away import Away
from noren.doors.pages.language import Asked
from noren.doors.statement.entry_view import EntryViewer
from noren.doors.statement.given import Desk, GivenDesk, GivenHandle, from_here
from noren.doors.statement.troubles import NOT_ENTERED
from noren.house.inner import CallRefused, ZoneDown
from noren.kernel.ids import Handle

ENTER: Final = "/entries/enter"
TAKE_BACK: Final = "/entries/take-back"


@get("/campaigns", sync_to_thread=True)
def campaigns_page(request: Asked, desk: GivenDesk, handle: GivenHandle) -> Template:
    """Show the campaigns that take entries."""
    with desk.view(handle) as viewer:
        told = EntryViewer(viewer).all()
    return desk.shell.page(request, "campaigns.html", told=told)


@post("/campaigns/enter")
async def enter_campaign(request: Asked, desk: GivenDesk, handle: GivenHandle) -> Away:
    """Take her entry."""
    return await _by_form(request, desk, handle, ENTER)


@post("/campaigns/take-back")
async def leave_campaign(request: Asked, desk: GivenDesk, handle: GivenHandle) -> Away:
    """Take it back."""
    return await _by_form(request, desk, handle, TAKE_BACK)


@get("/v1/campaigns", sync_to_thread=True)
def campaigns_json(desk: GivenDesk, handle: GivenHandle) -> Response[Any]:
    """Answer the list to a program of hers."""
    return _listed(desk, handle)


@put("/v1/campaigns/{campaign:str}/entry", status_code=HTTP_200_OK)
async def put_entry(request: Asked, desk: GivenDesk, handle: GivenHandle, campaign: str) -> Response[Any]:
    """Take her entry from a program of hers, and answer the list."""
    return await _by_program(request, desk, handle, (campaign, ENTER))


@delete("/v1/campaigns/{campaign:str}/entry", status_code=HTTP_200_OK)
async def delete_entry(request: Asked, desk: GivenDesk, handle: GivenHandle, campaign: str) -> Response[Any]:
    """Take it back from a program of hers, and answer the list."""
    return await _by_program(request, desk, handle, (campaign, TAKE_BACK))


async def _by_program(request: Asked, desk: Desk, handle: Handle, asked: tuple[str, str]) -> Response[Any]:
    from_here(request)
    await asyncio.to_thread(_told, desk, handle, *asked)
    return await asyncio.to_thread(_listed, desk, handle)


async def _by_form(request: Asked, desk: Desk, handle: Handle, path: str) -> Away:
    from_here(request)
    campaign = (await request.form()).get("campaign")
    name = campaign if isinstance(campaign, str) else ""
    await asyncio.to_thread(_told, desk, handle, name, path)
    return Away(f"/campaigns#{name}")


def _told(desk: Desk, handle: Handle, campaign: str, path: str) -> None:
    """Have the ledger side take an act of hers; what it does not take is told on a page."""
    with desk.view(handle) as viewer:
        found = viewer.feed.campaign_called(campaign)
        if found is None or not found.started:  # what was never started is nobody's to know of
            raise PageProblem(NOT_ENTERED[NotTaken.NO_SUCH])
    try:
        answer = desk.room.asking.call(path, {"handle": handle.reveal(), "campaign": campaign})
    except (ZoneDown, CallRefused) as wrong:
        raise ZoneUnavailable from wrong
    if answer["word"]:
        raise PageProblem(NOT_ENTERED[NotTaken(answer["word"])])


def _listed(desk: Desk, handle: Handle) -> Response[Any]:
    with desk.view(handle) as viewer:
        told = EntryViewer(viewer).all()
    return Response(msgspec.json.encode(told), media_type="application/json")

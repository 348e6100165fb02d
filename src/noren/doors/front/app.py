"""Routes of the public door."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import SkipValidation
from litestar.response import Template
from litestar.status_codes import HTTP_200_OK, HTTP_503_SERVICE_UNAVAILABLE

from noren.doors.front.figures import LiveFigures, Reading
from noren.doors.front.handling import LiveHandling, day_asked
from noren.doors.front.logs import acknowledgement_keys, checkpoint, tile, vkeys
from noren.doors.front.published import LiveRegister
from noren.doors.front.tiers import tiers, tiers_json
from noren.doors.pages import Policy, Shell, compose
from noren.doors.pages.headers import App
from noren.doors.pages.language import Asked
from noren.house.front import FrontRoom
from noren.kernel.clock import SystemClock

FOLDER: Final = Path(__file__).parent

GivenShell = NamedDependency[SkipValidation[Shell]]
GivenFigures = NamedDependency[SkipValidation[LiveFigures]]
GivenHandling = NamedDependency[SkipValidation[LiveHandling]]
GivenRegister = NamedDependency[SkipValidation[LiveRegister]]


@get("/")
async def first_page(request: Asked, shell: GivenShell, figures: GivenFigures, register: GivenRegister) -> Template:
    """Show what this programme is, its figures, and what it has made public."""
    reading = await figures.now()
    at = (reading.summary.now if reading.summary else SystemClock().now()).astimezone(shell.home.zone)
    # The till takes a purchase whose day is near its own clock's: the example is of the programme's today.
    example: dict[str, Any] = {"today": at.date().isoformat(), "at": at.replace(microsecond=0).isoformat()}
    example["now"] = SystemClock().now()  # keys age by the machine's clock, not by the sandbox's
    example["published"] = await register.at(at)
    return shell.page(request, "first.html", reading=reading, **example)


@get("/figures")
async def figures_part(request: Asked, shell: GivenShell, figures: GivenFigures) -> Template:
    """Answer the figures alone: the part of the first page that renews itself."""
    return shell.page(request, "figures.html", reading=await figures.now())


@get("/figures.json")
async def figures_json(figures: GivenFigures) -> Response[bytes]:
    """Answer the figures to a machine."""
    return Response(msgspec.json.encode(_as_json(await figures.now())), media_type="application/json")


@get("/handling")
async def handling(request: Asked, shell: GivenShell, figures: GivenFigures, live: GivenHandling) -> Template:
    """Say how data are handled, as things stand now or stood on a day (``?at=``)."""
    shown = await live.at(await _instant(figures), day_asked(request.query_params.get("at")))
    return shell.page(request, "handling.html", shown=shown, zone=shell.home.zone)


@get("/handling.json")
async def handling_json(request: Asked, figures: GivenFigures, live: GivenHandling) -> Response[bytes]:
    """Answer the same to a machine: questions, answers, what they rest on, and when they changed."""
    shown = await live.at(await _instant(figures), day_asked(request.query_params.get("at")))
    status = HTTP_200_OK if shown else HTTP_503_SERVICE_UNAVAILABLE
    return Response(msgspec.json.encode(shown), media_type="application/json", status_code=status)


async def _instant(figures: LiveFigures) -> datetime:
    """Return the programme's instant, or the machine's where the ledger does not answer."""
    reading = await figures.now()
    return reading.summary.now if reading.summary else SystemClock().now()


@get("/member", sync_to_thread=False)
def member(request: Asked, shell: GivenShell) -> Template:
    """Show the empty shell of the member's page: two frames, each of another origin, neither read by us."""
    return shell.page(request, "member.html")


@get("/member/window", sync_to_thread=False)
def member_window(request: Asked, shell: GivenShell) -> Template:
    """Show what the second window says before it is opened: first sign in at the other one."""
    return shell.page(request, "window.html")


@get("/slip", sync_to_thread=False)
def slip(request: Asked, shell: GivenShell) -> Template:
    """Show the page that checks a coupon slip, in the reader's browser alone."""
    return shell.page(request, "slip.html")


@get("/healthz", sync_to_thread=False)
def healthz() -> Response[bytes]:
    """Say that this process answers."""
    return Response(b'{"ok":true}', media_type="application/json")


def front_app(room: FrontRoom) -> App:
    """Return the application of the front process."""
    shell = Shell(room.home, FOLDER)
    figures, register, live = LiveFigures(room, time.monotonic), LiveRegister(room), LiveHandling(room)
    routes: list[Any] = [first_page, figures_part, figures_json, member, member_window, slip, healthz]
    routes += [tiers, tiers_json, handling, handling_json, checkpoint, vkeys, tile, acknowledgement_keys]
    given = {
        "shell": Provide(lambda: shell, sync_to_thread=False),
        "register": Provide(lambda: register, sync_to_thread=False),
        "live": Provide(lambda: live, sync_to_thread=False),
        "figures": Provide(lambda: figures, sync_to_thread=False),
        "room": Provide(lambda: room, sync_to_thread=False),
    }
    policy = Policy(frames=("'self'", shell.origins.vault, shell.origins.statement), framed_by=("'self'",))
    return compose(shell, routes, policy, given)


def _as_json(reading: Reading) -> dict[str, object]:
    return {
        "fresh": reading.fresh,
        "counts_rounded_down_to": reading.count_step,
        "amounts_rounded_down_to": reading.amount_step,
        "purchases_per_second": reading.per_second,
        "summary": reading.summary,
        "year": reading.year,
    }

"""The year passes through the till: what is still to come is sent, with progress, until all is acknowledged."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Final

import uvloop

from noren.doors.cli.demo.drive import CONNECTIONS, Driven, Driver
from noren.doors.cli.demo.nights import Nights
from noren.doors.cli.demo.people import Person
from noren.doors.cli.demo.screen import Screen
from noren.doors.cli.demo.timetable import CHUNK_PURCHASES, Writer, requests
from noren.doors.cli.demo.wallet import Wallet
from noren.doors.cli.demo.year import ZONE, Basket, Totals, Year
from noren.kernel.say import Say

_HOST: Final = "127.0.0.1"
_TOLD_TO_END: Final = 128 + signal.SIGTERM
_MAY_BE_MISSING: Final = 4 * CHUNK_PURCHASES
"""Before the newest purchase of an interrupted year, so many may not have been acknowledged."""


def send_year(
    port: int,
    year: Year,
    totals: Totals,
    persons: Sequence[Person],
    keys: Mapping[tuple[str, str], str],
    *,
    known: int,
    screen: Screen,
    look: Callable[[Driven], None],
    wallet: Wallet,
    nights: Nights,
    connections: int = CONNECTIONS,
) -> Driven:
    """Send the year to the till. ``known``: purchases that the ledger has already; those long known are not sent.

    ``look`` is called a few times a second with what came of it so far: a zone that fell is started again meanwhile,
    and the driver waits for it.
    """
    writer = Writer(f"{_HOST}:{port}", keys, {person.household: person.cards for person in persons}, wallet.show)
    skipped = max(0, known - _MAY_BE_MISSING)
    with screen.work(Say("購買", "Purchases"), totals.purchases) as watch:

        def show(driven: Driven) -> None:
            look(driven)
            speed = f"{driven.per_second:,.0f}/s"
            watch(skipped + driven.purchases, f"{speed} {driven.clock_day(ZONE)}")

        async def drive(baskets: Iterable[Basket]) -> None:
            driver = Driver(port, requests(baskets, writer), host=_HOST, pocket=wallet, driven=driven)
            _end_when_told(driver)
            await driver.run(connections=connections, watch=show)

        before, driven = signal.getsignal(signal.SIGTERM), Driven()
        for number, (day, baskets) in enumerate(nights.parts(islice(year.baskets(), skipped, None))):
            if number:
                nights.rest(day)
            try:
                uvloop.run(drive(baskets))
            finally:
                signal.signal(signal.SIGTERM, before)
        return driven


def _end_when_told(driver: Driver) -> None:
    """End the drive on SIGTERM from within its loop: raised in a callback it would be taken for a fault."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, driver.failed, SystemExit(_TOLD_TO_END))

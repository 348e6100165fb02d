"""The year passes through the till: what is still to come is sent, with progress, until all is acknowledged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Final

import uvloop

from noren.doors.cli.demo.drive import CONNECTIONS, Driven, Driver
from noren.doors.cli.demo.people import Person
from noren.doors.cli.demo.screen import Screen
from noren.doors.cli.demo.timetable import CHUNK_PURCHASES, Writer, requests
from noren.doors.cli.demo.year import ZONE, Totals, Year
from noren.kernel.say import Say

_HOST: Final = "127.0.0.1"
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
    look: Callable[[], None],
    connections: int = CONNECTIONS,
) -> Driven:
    """Send the year to the till. ``known``: purchases that the ledger has already; those long known are not sent.

    ``look`` is called a few times a second: a zone that fell is started again, and the driver waits for it.
    """
    writer = Writer(f"{_HOST}:{port}", keys, {person.household: person.cards for person in persons})
    skipped = max(0, known - _MAY_BE_MISSING)
    with screen.work(Say("購買", "Purchases"), totals.purchases) as watch:

        def show(driven: Driven) -> None:
            look()
            speed = f"{driven.per_second:,.0f}/s"
            watch(skipped + driven.purchases, f"{speed} {driven.clock_day(ZONE)}")

        async def drive() -> Driven:
            source = requests(islice(year.baskets(), skipped, None), writer)
            return await Driver(port, source, host=_HOST).run(connections=connections, watch=show)

        return uvloop.run(drive())

"""What the routes of this door are given: its room, its sessions, and whose page it is."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from noren.doors.pages import PageProblem, Shell, ZoneUnavailable
from noren.doors.pages.language import Asked
from noren.doors.pages.sessions import Sessions
from noren.doors.statement.cookies import SESSION
from noren.doors.statement.troubles import FROM_ELSEWHERE, NOT_SIGNED_IN
from noren.doors.statement.view import Viewer
from noren.house.statement import LedgerAsleep, StatementRoom
from noren.kernel.ids import Handle


@dataclass(frozen=True, slots=True)
class Desk:
    """The door's own things."""

    room: StatementRoom
    shell: Shell
    sessions: Sessions[Handle]

    def visitor(self, request: Asked) -> Handle | None:
        """Return whose browser this is, None when nobody is signed in."""
        return self.sessions.whose(request.cookies.get(SESSION))

    @contextmanager
    def view(self, handle: Handle) -> Generator[Viewer]:
        """Open the ledger for one member and one answer."""
        try:
            with self.room.reader.open() as feed:
                yield Viewer(self.room, feed, handle)
        except LedgerAsleep as asleep:
            raise ZoneUnavailable from asleep


GivenDesk = NamedDependency[SkipValidation[Desk]]
GivenHandle = NamedDependency[SkipValidation[Handle]]


def from_here(request: Asked) -> None:
    """Refuse what another site's page asks for."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise PageProblem(FROM_ELSEWHERE)


def whose(request: Asked, desk: GivenDesk) -> Handle:
    """Return whose page is asked for; refuse where nobody is signed in."""
    handle = desk.visitor(request)
    if handle is None:
        raise PageProblem(NOT_SIGNED_IN)
    return handle

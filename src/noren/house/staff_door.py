"""Who is signed in, asked at the desk by the other zones.

Fails closed: in a home that has accounts nothing is done while the desk does not answer.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from noren.governance.staff import Role
from noren.governance.staffing.tokens import read_token
from noren.house.inner import CallRefused, InnerClient, ZoneDown
from noren.house.passes import Porter
from noren.kernel.clock import SystemClock

FRESH_SECONDS: Final = 1.0
"""How long an answer of the desk serves: a session that ended, a role taken away holds within that time."""
STAFF_SECONDS: Final = 5.0
"""How long an act waits for the desk's word."""
MAX_KEPT: Final = 256


@dataclass(frozen=True, slots=True)
class Standing:
    """Who is signed in now, and the roles that she has now."""

    account: str
    roles: frozenset[Role]


class StaffDoor(Protocol):
    """Knows who is signed in."""

    def standing(self, token: str) -> Standing | None:
        """Return who a token stands for now; None: nobody.

        Raises:
            ZoneDown: the desk does not answer.
        """
        ...


class DeskDoor:
    """Asks the desk. Thread-safe; a token's signature is looked at first."""

    def __init__(self, client: InnerClient, porter: Porter, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._porter = porter
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Standing | None]] = {}

    def standing(self, token: str) -> Standing | None:
        """Return who a token stands for now, as of at most a second ago. Raises ZoneDown."""
        if read_token(token, self._porter.publics("desk"), SystemClock().now()) is None:
            return None
        with self._lock:
            now = self._monotonic()
            asked, found = self._known.get(token, (-FRESH_SECONDS, None))
            if now - asked < FRESH_SECONDS:
                return found
            found = self._ask(token)
            if len(self._known) >= MAX_KEPT:
                self._known.clear()
            self._known[token] = now, found
            return found

    def _ask(self, token: str) -> Standing | None:
        try:
            answer = self._client.call("/standing", {"token": token})
        except CallRefused as refused:
            raise ZoneDown(f"the desk refused with {refused.status}") from None
        if answer["account"] is None:
            return None
        return Standing(answer["account"], frozenset(Role(each) for each in answer["roles"]))

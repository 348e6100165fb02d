"""A campaign for tests with real processes: three persons, step by step, each with a share of her own."""

from __future__ import annotations

import base64
import time
from typing import Any, Final, Protocol

from noren.campaign.draw import commitment
from noren.campaign.terms import new_share
from noren.house.draw_shares import seal_share
from noren.house.home import Home

WAIT_SECONDS: Final = 90.0
"""In a home with thousands of members conditions are made ready for all of them meanwhile."""

PERSONS: Final = ("aoki", "baba", "chiba")


class LedgerSide(Protocol):
    """Whoever has a home and a running ledger side: ``TillHouse``, and others by a few lines."""

    @property
    def home(self) -> Home:
        """The home."""
        ...

    def ask(self, path: str, body: object = None) -> Any:
        """Call the worker's inner door as the operator."""
        ...


def start_campaign(house: LedgerSide, text: str, name: str) -> dict[str, Any]:
    """Draft, approve twice and start a campaign; return what is told of it once a till draws by it."""
    house.ask("/campaigns/draft", {"text": text, "author": PERSONS[0], **_share(house, name, 0)})
    wait_for(house, name, ready=True)
    for step in (1, 2):
        asked = {"campaign": name, "approver": PERSONS[step], "step": step, **_share(house, name, step)}
        house.ask("/campaigns/approve", asked)
    house.ask("/campaigns/start", {"campaign": name, "by": PERSONS[0]})
    return wait_for(house, name, state="running")


def wait_for(house: LedgerSide, name: str, **wanted: object) -> dict[str, Any]:
    """Wait until a campaign is told with these values, and return it."""
    until = time.monotonic() + WAIT_SECONDS
    while True:
        told: dict[str, Any] = house.ask("/campaigns/show", {"campaign": name})
        if all(told[field] == value for field, value in wanted.items()):
            return told
        assert time.monotonic() < until, f"{name} is {told['state']}, and not {wanted}"
        time.sleep(0.1)


def _share(house: LedgerSide, name: str, step: int) -> dict[str, str]:
    share = new_share()
    made = {"share_hash": commitment(share), "sealed": seal_share(house.home, share, name, step)}
    return {field: base64.b64encode(raw).decode() for field, raw in made.items()}

"""The demo's claim: a slip that was never shown again "did not come out"; a counter settles it by receipt and card.

Once in a home's life. The receipt is kept in the home, so that whoever looks at the demo can claim it too.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from noren.doors.cli.demo.campaigns import FOLDER
from noren.doors.cli.demo.staff import COUNTER, Cast
from noren.doors.cli.demo.stage import Stage
from noren.doors.cli.demo.wallet import Given, Wallet
from noren.doors.cli.demo.year import Year
from noren.doors.cli.speech import called
from noren.house.home import Home
from noren.house.showing_campaigns import ClaimShown

_FILE: Final = "claim.json"


class _Receipt(msgspec.Struct, frozen=True):
    """A receipt as a counter reads it."""

    shop: str
    terminal: str
    business_date: str
    receipt: str


def bring_claim(stage: Stage, cast: Cast, year: Year, wallet: Wallet, cards: Mapping[str, str]) -> ClaimShown | None:
    """Let a slip be claimed that nobody has shown since. ``cards``: household to a card; None: there is no slip."""
    given = wallet.forgotten()
    if given is None:
        return None
    receipt = _receipt(year, given)
    with cast.as_(COUNTER):
        found: Any = stage.worker.call("/claims", {**msgspec.structs.asdict(receipt), "card": cards[given.household]})
    _path(stage.home).write_bytes(msgspec.json.encode(receipt))
    return next((_shown(found, each, given) for each in found["slips"] if _is_of(each, given)), None)


def claim_command(home: Home) -> str:
    """Return the command that claims it again, without the card; empty: nothing was claimed."""
    path = _path(home)
    if not path.exists():
        return ""
    receipt = msgspec.json.decode(path.read_bytes(), type=_Receipt)
    words = ["--shop", receipt.shop, "--terminal", receipt.terminal, "--date", receipt.business_date]
    words += ["--receipt", receipt.receipt]
    return f"{called()} --home {shlex.quote(str(home.path))} coupon claim {shlex.join(words)}"


def _receipt(year: Year, given: Given) -> _Receipt:
    shop, terminal, day = year.place_of(given.receipt)
    return _Receipt(shop, terminal, day.isoformat(), given.receipt)


def _is_of(slip: Mapping[str, Any], given: Given) -> bool:
    return bool(slip["effect"]) and slip["effect"]["campaign"] == given.slip["campaign"]


def _shown(found: Mapping[str, Any], slip: Mapping[str, Any], given: Given) -> ClaimShown:
    title, says, fate = slip["title"], found["says"], slip["says"]
    return ClaimShown(
        title["ja"], title["en"], says["ja"], says["en"], fate["ja"], fate["en"], slip["effect"] == given.slip
    )


def _path(home: Home) -> Path:
    return home.path / FOLDER / _FILE

"""What the demo's members do with their slips: carry them, and show some at a later purchase that they are good for.

Kept in a file of the sandbox's home, a line an event, written before a purchase is sent: a demo that was interrupted
sends the same bytes again. A till that refuses a slip gets the same purchase without it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from noren.doors.cli.demo.year import Basket

_SHOWN_OF: Final = 10
_SHOWN: Final = 6
"""Of ten members' slips so many come back; the others are forgotten in a drawer."""


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """An event. ``said``: a slip was given, is shown, was taken (``off``: what it took off), or was refused."""

    said: Literal["given", "shown", "taken", "refused"]
    receipt: str
    household: str = ""
    slip: dict[str, Any] | None = None
    off: int = 0
    points: int = 0


class Given(msgspec.Struct, frozen=True):
    """A slip, and the receipt of the purchase that it came with."""

    receipt: str
    household: str
    slip: dict[str, Any]


class Wallet:
    """The members' slips. ``goods``: of each campaign, the products that its slips are for; None: all.

    ``entered``: the campaign that members enter; who did shows its slip before any other.
    """

    def __init__(self, file: Path, goods: Mapping[str, frozenset[str] | None], entered: str = "") -> None:
        self._goods, self._entered = goods, entered
        self._drawer: dict[str, Given] = {}
        self._slips: dict[str, dict[str, dict[str, Any]]] = {}
        self._shown: dict[str, str] = {}
        self._plain: set[str] = set()
        self._taken: set[str] = set()
        self._campaign_of: dict[str, str] = {}
        self.issued: Counter[str] = Counter()
        self.used: Counter[str] = Counter()
        self.off: Counter[str] = Counter()
        self.points: Counter[str] = Counter()
        self.examples: dict[str, tuple[str, dict[str, Any]]] = {}
        """Of each campaign: the receipt of its first slip, and that slip."""
        for line in file.read_bytes().splitlines() if file.exists() else ():
            self._note(msgspec.json.decode(line, type=Note))
        file.touch(mode=0o600)
        self._file = file.open("ab", buffering=0)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def show(self, basket: Basket) -> str | None:
        """Return the barcode of the slip that a purchase shows, the same whenever it is asked."""
        if basket.receipt in self._plain:
            return None
        if basket.receipt in self._shown:
            return self._shown[basket.receipt]
        held = self._slips.get(basket.household, {})
        for barcode, slip in sorted(held.items(), key=lambda each: each[1]["campaign"] != self._entered):
            if self._is_good(slip, basket):
                self._keep(Note("shown", basket.receipt, basket.household, {"barcode": barcode}))
                return barcode
        return None

    def forgotten(self) -> Given | None:
        """Return the slip that is good longest of those that were never shown; None: there is none."""
        return max(self._drawer.values(), key=lambda each: str(each.slip["valid_until"]), default=None)

    def refused(self, receipt: str) -> None:
        """Note that a purchase goes without its slip."""
        self._keep(Note("refused", receipt))

    def answered(self, household: str, receipt: str, effects: list[dict[str, Any]]) -> None:
        """Note what a purchase brought, once."""
        off = sum(each["discount"] for each in effects if each["type"] == "redeem_coupon")
        points = sum(each["points"] for each in effects if each["type"] == "points")
        if receipt in self._shown and receipt not in self._taken:
            self._keep(Note("taken", receipt, household, None, off, points))
        for each in effects:
            if each["type"] == "issue_coupon" and each["coupon"] not in self._campaign_of:
                self._keep(Note("given", receipt, household, each))

    def _keep(self, note: Note) -> None:
        self._file.write(msgspec.json.encode(note) + b"\n")
        self._note(note)

    def _note(self, note: Note) -> None:
        match note:
            case Note("given", receipt, household, slip) if slip is not None:
                self._given(receipt, household, slip)
            case Note("shown", receipt, household, slip) if slip is not None:
                self._shown[receipt] = barcode = str(slip["barcode"])
                self._slips.get(household, {}).pop(barcode, None)
                self._drawer.pop(barcode, None)
            case Note("taken", receipt, off=off, points=points):
                campaign = self._campaign_of[self._shown[receipt]]
                self._taken.add(receipt)
                self.used[campaign] += 1
                self.off[campaign] += off
                self.points[campaign] += points
            case _:
                self._plain.add(note.receipt)

    def _given(self, receipt: str, household: str, slip: dict[str, Any]) -> None:
        campaign, barcode = str(slip["campaign"]), str(slip["barcode"]["value"])
        self._campaign_of[barcode] = self._campaign_of[str(slip["coupon"])] = campaign
        self.issued[campaign] += 1
        self.examples.setdefault(campaign, (receipt, slip))
        self._drawer[barcode] = Given(receipt, household, slip)
        if campaign == self._entered or int(household) % _SHOWN_OF < _SHOWN:
            self._slips.setdefault(household, {})[barcode] = slip

    def _is_good(self, slip: Mapping[str, Any], basket: Basket) -> bool:
        """Return whether a basket has the slip's goods, on a day of its."""
        if not slip["valid_from"] <= basket.at.date().isoformat() <= slip["valid_until"]:
            return False
        goods = self._goods[str(slip["campaign"])]
        return goods is None or any(line.product in goods for line in basket.lines)

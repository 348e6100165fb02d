"""The canary among campaigns: she is given a slip, enters, claims what did not come out, has a tier.

What the till made of it for her alone is gathered too: names, numbers and proofs of slips, tickets and salts of draws.
Leaves of draws stay by contract, so no needle is made of them.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from noren.house.home import Home
from noren.testing.campaigns import start_campaign
from noren.testing.member_visit import MemberVisit

_SEE_OTHER: Final = 303
_PATIENCE_SECONDS: Final = 180.0
LEVEL: Final = "silver"

RULES: Final = """
from = {first}
measure = "spend"
window = "last-months"
months = 2
[[level]]
id = "blue"
title = {{ ja = "ブルー", en = "Blue" }}
threshold = 0
[[level]]
id = "silver"
title = {{ ja = "シルバー", en = "Silver" }}
threshold = 5000
"""
CAMPAIGN: Final = """
id = "{id}"
title = {{ ja = "小鳥の券", en = "A small slip" }}
purpose = "register-coupon"
condition = 'visits(partner = "{partner}") >= 1'
[issue]
partners = ["{partner}"]
from = {first}
until = {until}
draw = "member"
rate = "1"
holdout = "0"
entry = {entry}
[offer]
kind = "amount"
value = 10
min_spend = 0
redeem_at = ["{partner}"]
valid_days = 14
[text]
slip = {{ ja = ["小鳥の券"], en = ["A small slip"] }}
"""

Zone = Literal["vault", "ledger-worker"]


@dataclass(frozen=True, slots=True)
class Side:
    """Fills ``campaigns.LedgerSide``."""

    home: Home
    zone: Callable[[Zone, str, object], Any]

    def ask(self, path: str, body: object = None) -> Any:
        """Call the worker's inner door as the operator."""
        return self.zone("ledger-worker", path, body)


def begin(side: Side, tag: str, *, partner: str = "P1") -> tuple[str, str]:
    """Start two campaigns at whose tills everybody is given a slip; return them: one for all, one for who entered."""
    today = datetime.now(side.home.zone).date()
    names = f"for-all-{tag}", f"entered-{tag}"
    for name, entry in zip(names, ("false", "true"), strict=True):
        days = {"first": today, "until": today + timedelta(days=9)}
        start_campaign(side, CAMPAIGN.format(id=name, partner=partner, entry=entry, **days), name)
    return names


def enter(visit: MemberVisit, campaign: str) -> None:
    """Enter on her own page."""
    assert visit.ask("statement", "/campaigns/enter", campaign=campaign).status_code == _SEE_OTHER


def slips_of(bought: Mapping[str, Any], names: tuple[str, str]) -> list[dict[str, Any]]:
    """Return the slips that a purchase brought by her two campaigns."""
    given = [each for each in bought["effects"] if each["type"] == "issue_coupon" and each["campaign"] in names]
    assert sorted(each["campaign"] for each in given) == sorted(names), "a slip of each campaign"
    return given


def needles_of(slip: Mapping[str, Any]) -> Iterator[str]:
    """Yield what of a slip is hers alone."""
    yield from (slip["coupon"], slip["barcode"]["value"], slip["proof"])


def of_draws(ledger: sqlite3.Connection, entry: int) -> Iterator[bytes]:
    """Yield tickets and salts of a purchase's draws."""
    for ticket, salt in ledger.execute("SELECT ticket, salt FROM draw WHERE entry = ?", (entry,)):
        yield from (bytes(ticket), bytes(salt))


def publish_rules(side: Side) -> bool:
    """Publish rules of tiers where there are none; return whether that was done now."""
    if side.ask("/tiers/show", {})["versions"]:
        return False
    text = RULES.format(first=datetime.now(side.home.zone).date())
    version = side.ask("/tiers/draft", {"text": text, "author": "aoki"})["version"]
    side.ask("/tiers/approve", {"version": version, "approver": "baba"})
    return True


def month_before(day: date) -> date:
    """Return a day of the month before."""
    return day.replace(day=1) - timedelta(days=3)


def wait_for_tier(home: Home, handles: list[bytes]) -> None:
    """Wait until she has a tier that is more than the lowest."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        with sqlite3.connect(f"file:{home.ledger_db}?mode=ro", uri=True) as ledger:
            for handle in handles:
                if ledger.execute("SELECT 1 FROM tier WHERE handle = ? AND level = ?", (handle, LEVEL)).fetchall():
                    return
        time.sleep(0.3)
    raise AssertionError("the canary has no tier")

"""What waits in the demo for two others' approval: a new flow, put forward by one officer and approved by one other.

A third person is left for whoever looks at the demo. Put forward once in a home's life, and again where it lapsed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from noren.doors.cli.demo.errors import StockRefused
from noren.doors.cli.demo.staff import DEPUTY, OFFICER, Cast
from noren.doors.cli.demo.year import ZONE
from noren.doors.cli.governance.desk import as_body
from noren.doors.cli.governance.files import read_file
from noren.house.inner import InnerClient
from noren.house.showing import WaitingShown
from noren.kernel.say import Say

PAPER: Final = Path(__file__).parent / "papers" / "waiting" / "flow.toml"


def bring_waiting(cast: Cast, desk: InnerClient) -> WaitingShown | None:
    """Let the flow wait, unless somebody decided on it; return it as it waits now, None where it does not.

    Raises:
        StockRefused: the desk does not take it.
    """
    rows = _rows(desk)
    if all(each["outcome"] == "lapsed" for each in rows):
        number = _put_forward(cast, desk)
        with cast.as_(DEPUTY):
            desk.call("/staff/approve", {"number": number})
        rows = _rows(desk)
    waits = next((each for each in rows if each["outcome"] == "waits"), None)
    if waits is None:
        return None
    have, says = len(waits["approvals"]), (waits["says_ja"], waits["says_en"])
    return WaitingShown(waits["number"], *says, have, waits["needs"])


def _rows(desk: InnerClient) -> list[dict[str, Any]]:
    """Return what was ever asked for of this flow, the newest first."""
    (paper,) = read_file(PAPER, ZONE)
    asked: list[dict[str, Any]] = desk.call("/staff/approvals", {})
    return [each for each in asked if each["act"] == "announce" and paper.wanted.id in each["says_en"]]


def _put_forward(cast: Cast, desk: InnerClient) -> int:
    with cast.as_(OFFICER):
        answer: Any = desk.call("/announce", {"papers": [as_body(paper) for paper in read_file(PAPER, ZONE)]})
    for each in answer["refused"]:
        raise StockRefused(each["says"]["ja"], each["says"]["en"])
    return int(answer["waiting"])


def in_words(found: WaitingShown) -> Say:
    """Say what waits, and how to decide on it."""
    return Say(
        f"承認を待っています({found.number}番): {found.says_ja}。承認 {found.have}/{found.needs}。"
        "起案した人とも承認した人とも別の担当者(kato など)でサインインし、「承認を待つもの」を見てください。",
        f"Waiting (number {found.number}): {found.says_en}; approved {found.have}/{found.needs}. Sign in as somebody "
        "who neither wrote nor approved it (kato, say) and look at what waits.",
    )

"""Announces the demo's parties, notices, terms and flows at the desk, from the files in ``papers/``.

Everything that its year rests on was announced sixty days before the year begins; one group company joins today, so
that the first page shows what an announcement looks like before it takes effect. Repeatable: what stands already stays.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from noren.doors.cli.demo.errors import StockRefused
from noren.doors.cli.demo.stock import InnerDoor
from noren.doors.cli.demo.year import PARTNER, ZONE
from noren.doors.cli.governance.desk import as_body
from noren.doors.cli.governance.files import read_file
from noren.governance.announced.announcing import Wanted
from noren.governance.announced.papers import Paper
from noren.governance.parties import Handling, Party, PartyKind
from noren.governance.register import DocumentKind
from noren.kernel.say import Say

PAPERS: Final = Path(__file__).parent / "papers"
BEFORE: Final = timedelta(days=60)
_HANDLED: Final = frozenset({"name", "address", "birth-date", "phone"})
_DOOR: Final = "counter"


def announce_all(desk: InnerDoor, first: datetime, handling: Sequence[str]) -> None:
    """Announce everything. ``first``: the year's first instant; ``handling``: the shops that handle member data.

    Raises:
        StockRefused: the desk refuses a document.
    """
    known = {row["id"] for row in desk.call("/register", method="GET")["documents"]}
    for file in sorted(PAPERS.glob("*.toml")):
        _announce(desk, read_file(file, ZONE), first - BEFORE, known)
    _announce(desk, [_shop(shop) for shop in handling], first - BEFORE, known)
    for file in sorted((PAPERS / "later").glob("*.toml")):
        _announce(desk, read_file(file, ZONE), None, known)


def _announce(desk: InnerDoor, papers: Sequence[Paper], now: datetime | None, known: Container[str]) -> None:
    """Announce papers together, unless the first of them stands already: an earlier run has been here."""
    if not papers or papers[0].wanted.id in known:
        return
    answer: Any = desk.call("/announce", {"papers": [as_body(paper) for paper in papers], "now": now})
    for each in answer["refused"]:
        raise StockRefused(each["says"]["ja"], each["says"]["en"])


def _shop(shop: str) -> Paper:
    """Return the registration of a shop that handles member information: which items, through which door."""
    name = Say(f"CJマート {shop}(会員情報取扱店)", f"CJ Mart {shop} (handles member information)")
    party = Party(shop, PartyKind.IDENTITY_SHOP, name, representative=PARTNER, handles=Handling(_HANDLED, _DOOR))
    return Paper(Wanted(DocumentKind.PARTY, shop, party))

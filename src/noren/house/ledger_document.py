"""What the ledger side holds of a member, whole: her purchases, points, coupons, traits, uses. It knows no name.

The audiences that she was in are told as purposes: what a campaign is called and asks for is another company's secret,
and she is told the reason of what reached her elsewhere.
"""

from __future__ import annotations

from noren.governance.disclosing.model import Document
from noren.house.ledger_content import Names, content_of
from noren.house.ledger_owned import gather
from noren.house.ledger_paper import sections_of
from noren.house.ledger_worker import WorkerRoom
from noren.kernel.clock import SystemClock, local_date
from noren.kernel.ids import Handle
from noren.kernel.say import Say
from noren.register.names import name_purchase


def own_document(room: WorkerRoom, handle: Handle) -> Document | None:
    """Return all that the ledger side holds of a member; None: no such member (any more)."""
    hers = gather(room, handle)
    if hers is None:
        return None
    names = Names(lambda entry: name_purchase(room.receipts.purchase_id, entry), _Shops(room), room.home.zone)
    made, programme = local_date(SystemClock().now(), room.home.zone), room.home.settings.programme
    said = Say(programme.name_ja, programme.name_en)
    return Document("ledger", made, said, content_of(hers, names), sections_of(hers, names))


class _Shops:
    """What shops are called, each asked once."""

    def __init__(self, room: WorkerRoom) -> None:
        self._room = room
        self._known: dict[str, str] = {}

    def __call__(self, shop: str) -> str:
        """Return a shop's name, or its code."""
        if shop not in self._known:
            found = self._room.directory.shop(shop)
            self._known[shop] = (found.name if found else None) or shop
        return self._known[shop]

"""What the ledger-worker's campaigns work on: the ledger's rows, the side's log, and what the programme knows."""

from __future__ import annotations

from noren.activity.campaigns import CampaignRow
from noren.campaign.logged import Logged, logged_of
from noren.campaign.operations import Room
from noren.campaign.reviewing import Around
from noren.governance.log.bundles import Bundles
from noren.governance.ports import EntryKind
from noren.house.ledger_worker import WorkerRoom


def around(room: WorkerRoom) -> Around:
    """Return what the programme knows today."""
    audiences = room.audiences
    shops = {shop.shop: shop.partner for shop in room.directory.shops()}
    currency = room.home.settings.programme.currency
    return Around(audiences.names(), audiences.rules, audiences.flows, shops, currency, room.today())


def campaign_room(room: WorkerRoom) -> Room:
    """Return what a step works on; the caller holds the ledger's turn while it uses it."""
    return Room(room.ledger, room.log, around(room), room.now(), room.home.zone)


def logged(room: WorkerRoom, campaign: str) -> list[Logged]:
    """Return what the side's log says of a campaign, the oldest first."""
    size = room.log.size
    return list(logged_of(Bundles(room.log.folder / "private" / "records").stretch(0, size), campaign))


def is_logged(room: WorkerRoom, row: CampaignRow) -> bool:
    """Return whether a campaign's seed stands in the log."""
    return any(each.kind is EntryKind.CAMPAIGN_REVEALED for each in logged(room, row.campaign))

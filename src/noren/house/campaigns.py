"""What the ledger-worker's campaigns work on: the ledger's rows, the side's log, and what the programme knows."""

from __future__ import annotations

from noren.activity.campaigns import CampaignRow
from noren.activity.lake.old_lines import LakeLines
from noren.audience.batch.loading.lists import read_lists
from noren.audience.ledger_rules import LedgerStops
from noren.audience.model import Asked as Use
from noren.campaign.audit.auditing import Asked, Limit, audit
from noren.campaign.audit.findings import Report
from noren.campaign.audit.papers import Papers
from noren.campaign.eligibility import World
from noren.campaign.logged import Logged, logged_of
from noren.campaign.operations import Room
from noren.campaign.reviewing import Around
from noren.campaign.simulating import Span, Tried, tried
from noren.campaign.spec import Campaign
from noren.governance.log.bundles import Bundles
from noren.governance.log.keys import read_vkeys
from noren.governance.ports import EntryKind
from noren.house.ledger_worker import WorkerRoom
from noren.house.standing_desk import DirectoryShops


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


def audited(room: WorkerRoom, row: CampaignRow) -> Report:
    """Return what does not fit of a campaign."""
    return audit(to_audit(room, row))


def to_audit(room: WorkerRoom, row: CampaignRow) -> Asked:
    """Return what an audit reads of a campaign."""
    said, home = room.home.settings.campaigns, room.home
    papers = Papers(
        row, room.feed.share_steps(row.number), logged(room, row.campaign), read_vkeys(home.log_keys("ledger"))
    )
    limit = Limit(said.member_slips, said.member_days)
    return Asked(room.feed, world_of(room), papers, limit, room.today().toordinal())


def world_of(room: WorkerRoom) -> World:
    """Return what conditions of the past are asked in."""
    home = room.home
    shops, lists = DirectoryShops(room.directory), read_lists(home.lists)
    return World(room.feed, shops, lists, home.zone, LakeLines(home.lake), room.feed)


def trial(room: WorkerRoom, campaign: Campaign, span: Span, use: Use) -> Tried:
    """Return what a campaign would have come to, without who stopped such use: numbers that become private figures."""
    stopped = frozenset(LedgerStops(room.feed).stopped(use))
    return tried(campaign, span, room.feed, world_of(room), stopped)


def is_logged(room: WorkerRoom, row: CampaignRow) -> bool:
    """Return whether a campaign's seed stands in the log."""
    return any(each.kind is EntryKind.CAMPAIGN_REVEALED for each in logged(room, row.campaign))

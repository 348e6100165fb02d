"""Entry: a campaign of which only members who entered take part. Who may enter, who may take it back, and until when.

Nothing here asks a condition: campaigns with entry are open to every member alike, or entering would tell who fits. For
the same reason an entry is not taken back "until the first draw", for a draw tells that she fitted; it is until her
first purchase where and when the campaign's slips come out, which she knows of herself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from noren.activity.campaigns import CampaignRow, CampaignState
from noren.activity.entered import Entered
from noren.activity.model import MemberState, Purchase
from noren.activity.ports import LedgerBatch, LedgerStore
from noren.campaign.terms import campaign_in
from noren.kernel.clock import instant_of, local_date, microseconds

IN_TERMS: Final = b'"entry":true'
"""Stands in the one text of public terms with entry, and in no other: within a text a quotation mark is escaped."""


class NotTaken(StrEnum):
    """Why an entry, or its taking back, was not taken."""

    NO_SUCH = "no-such-campaign"
    OVER = "over"
    NOBODY = "nobody"
    POINTS_ONLY = "points-only"
    YOUNG = "young"
    BOUGHT = "bought"


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for what. ``now``: the programme's, asked within the transaction; ``young``: nothing draws for her."""

    handle: bytes
    campaign: str
    now: Callable[[], datetime]
    zone: ZoneInfo
    young: bool = False


def enter(store: LedgerStore, asking: Asking) -> Entered | NotTaken:
    """Let a member enter a campaign; who has entered already has. Its instant is of after the ledger's turn began."""
    with store.batch() as batch:
        behind = batch.next_entry() - 1  # told once the ledger's turn is this one's: on PostgreSQL not before
        now = asking.now()
        row = batch.campaign_named(asking.campaign)
        if row is None or not row.started or not campaign_in(row.file).issue.entry:
            return NotTaken.NO_SUCH
        if row.state is not CampaignState.RUNNING or local_date(now, asking.zone).toordinal() > row.last_day:
            return NotTaken.OVER
        refused = _may_not(batch, asking)
        if refused is not None:
            return refused
        made = Entered(row.number, microseconds(now), behind)
        batch.enter(asking.handle, made)
        return batch.entered(asking.handle).get(row.number, made)


def take_back(store: LedgerStore, asking: Asking) -> NotTaken | None:
    """Take an entry back; None: it is not there (any more)."""
    with store.batch() as batch:
        row = batch.campaign_named(asking.campaign)
        if row is None:
            return NotTaken.NO_SUCH
        entered = batch.entered(asking.handle).get(row.number)
        if entered is None:
            return None
        if _was_used(batch, asking, row, entered):
            return NotTaken.BOUGHT
        batch.take_back_entry(asking.handle, row.number)
        return None


def is_used(entered: Entered, terms: Mapping[str, Any], purchases: Iterable[Purchase], zone: ZoneInfo) -> bool:
    """Return whether one of her purchases since she entered was where and when slips come out, by the public terms."""
    return any(each.entry > entered.behind and _is_there(terms, each, zone) for each in purchases)


def _is_there(terms: Mapping[str, Any], purchase: Purchase, zone: ZoneInfo) -> bool:
    if not purchase.shop:
        return True  # she had it forgotten: where it was nobody knows, and it may have been drawn for
    late = local_date(instant_of(purchase.received), zone).isoformat()
    early = local_date(instant_of(min(purchase.at, purchase.received)), zone).isoformat()
    there = purchase.shop in terms.get("shops", ()) or purchase.partner in terms.get("partners", ())
    return there and early <= terms["until"] and late >= terms["from"]


def _may_not(batch: LedgerBatch, asking: Asking) -> NotTaken | None:
    member = batch.members([asking.handle]).get(asking.handle)
    if member is None or member.state is not MemberState.ACTIVE:
        return NotTaken.NOBODY
    if member.points_only:
        return NotTaken.POINTS_ONLY
    return NotTaken.YOUNG if asking.young else None


def _was_used(batch: LedgerBatch, asking: Asking, row: CampaignRow, entered: Entered) -> bool:
    drawn = any(each.number == row.number and each.last >= 0 for each in batch.draws_of(asking.handle))
    since = _since(batch, asking.handle, entered.behind)
    return drawn or is_used(entered, json.loads(row.terms), since, asking.zone)


def _since(batch: LedgerBatch, handle: bytes, behind: int) -> Iterator[Purchase]:
    """Yield her purchases, the newest first, as far as they are newer; all of them where two chains became one."""
    member, one = batch.members([handle]).get(handle), not batch.merged_into(handle)
    entry = 0 if member is None else member.last_purchase
    while entry and not (one and entry <= behind):
        found = batch.purchases([entry])[entry]
        yield found
        entry = found.previous

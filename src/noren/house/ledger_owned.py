"""All that the ledger side holds of one member, gathered from its stores for the document that she is given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from noren.activity.lake.own import DaySum, LakeLine, LakeOwn, LakeReturn, own_lake
from noren.activity.model import FORGOTTEN_LINE, Line, Lot, Member, MemberState, Purchase, Return, ReturnLine
from noren.activity.own_rows import Owned
from noren.activity.ports import AuditFeed
from noren.activity.queries import OwnBalance, own_balance
from noren.audience.committing import holds
from noren.audience.store import AudienceStore
from noren.house.ledger_worker import WorkerRoom
from noren.kernel.ids import Handle
from noren.provision.model import ProvisionRecord

MAX_PURCHASES: Final = 100_000
AUDIENCE_DAYS: Final = 35
"""For how many days back it is looked who was in a committed audience."""

_STEP: Final = 200

Kept = Literal["lines", "no-lines", "not-kept", "day-sum"]
"""What stands of a purchase: its lines; none (points-only mode, or their time is over); she did not want it kept; all
of a day at a company, past its term."""


@dataclass(frozen=True, slots=True, repr=False)
class OwnedPurchase:
    """A purchase with what came back of it; lines from the ledger, or from the lake where they stand there alone."""

    purchase: Purchase
    lines: tuple[Line, ...] | None
    returns: tuple[Return, ...] = ()

    @property
    def kept(self) -> Kept:
        """What stands of it."""
        if not self.purchase.body_hash:
            return "day-sum"
        if self.lines is not None:
            return "lines"
        return "no-lines" if self.purchase.shop else "not-kept"

    @property
    def entry(self) -> int:
        """The ledger's own number of it."""
        return self.purchase.entry


@dataclass(frozen=True, slots=True, repr=False)
class Hers:
    """All of it. ``beside``: lines in the lake whose purchase is a day's sum in the ledger by now."""

    member: Member
    balance: OwnBalance
    lots: Sequence[Lot]
    owned: Owned
    purchases: Sequence[OwnedPurchase]
    beside: Sequence[LakeLine]
    sums: Sequence[DaySum]
    names: Mapping[str, str]
    uses: Sequence[tuple[str, str, date]]
    provided: Sequence[ProvisionRecord]


def gather(room: WorkerRoom, handle: Handle) -> Hers | None:
    """Return all that the ledger side holds of a member; None: no such member (any more)."""
    feed, mine, today = room.feed, handle.reveal(), room.today()
    balance = own_balance(feed=feed, handle=handle, today=today, expiry_days=room.home.settings.points.expiry_days)
    member = feed.member(mine)
    if member is None or member.state is MemberState.MERGED:
        return None
    if balance is None:  # she has left, and what is kept until her day is hers to see all the same
        balance = OwnBalance(0, None, (), member.points_only)
    owned = feed.owned(mine)
    lake = own_lake(room.home.lake, owned.handles)
    purchases = joined(list(_chain(feed, mine)), owned, lake)
    whole = {each.entry for each in purchases if each.kept == "lines"}
    beside = [line for line in lake.lines if line.purchase not in whole]
    products = {line.product for each in purchases for line in each.lines or ()} | {line.product for line in beside}
    return Hers(
        member=member,
        balance=balance,
        lots=sorted(feed.member_lots(mine), key=lambda lot: lot.number),
        owned=owned,
        purchases=purchases,
        beside=beside,
        sums=lake.sums,
        names=feed.product_names(products - {FORGOTTEN_LINE.product}),
        uses=audience_uses(room.audiences.store, owned.handles, today),
        provided=[each for each in room.provisions.records_of(mine) if each.completed_on is not None],
    )


def joined(purchases: Sequence[Purchase], owned: Owned, lake: LakeOwn) -> list[OwnedPurchase]:
    """Return purchases with their lines and returns, those of the lake where the ledger has none any more."""
    lines, back = defaultdict[int, list[LakeLine]](list), defaultdict[int, list[LakeReturn]](list)
    for line in lake.lines:
        lines[line.purchase].append(line)
    for each in lake.returns:
        back[each.entry].append(each)
    return [
        OwnedPurchase(
            one,
            one.lines if one.lines is not None else _of_lake(one, lines.get(one.entry)),
            tuple(_whole(each, back.get(each.entry)) for each in owned.returns.get(one.entry, ())),
        )
        for one in purchases
    ]


def audience_uses(store: AudienceStore, handles: Sequence[bytes], today: date) -> list[tuple[str, str, date]]:
    """Return for which purposes and recipients she was in a committed audience, and the last day of each."""
    found: dict[tuple[str, str], date] = {}
    for each in store.openings_since(today - timedelta(days=AUDIENCE_DAYS - 1)):
        known = each.purpose, each.recipient
        if each.day > found.get(known, date.min) and any(holds(each.leaves, each.salt, one) for one in handles):
            found[known] = each.day
    return sorted((purpose, recipient, day) for (purpose, recipient), day in found.items())


def _chain(feed: AuditFeed, handle: bytes) -> Iterator[Purchase]:
    before, left = None, MAX_PURCHASES
    while left > 0:
        found = feed.chain(handle, before, min(_STEP, left))
        yield from found
        if len(found) < _STEP:
            return
        before, left = found[-1].entry, left - len(found)


def _of_lake(purchase: Purchase, lines: Sequence[LakeLine] | None) -> tuple[Line, ...] | None:
    if not lines or not purchase.body_hash:
        return None
    return tuple(Line(line.product, line.quantity, line.amount) for line in lines)


def _whole(one: Return, lines: Sequence[LakeReturn] | None) -> Return:
    if one.lines is not None or not lines:
        return one
    told = tuple(ReturnLine(line.line, line.quantity, line.amount) for line in lines)
    return Return(one.entry, one.purchase, one.name, one.body_hash, one.at, one.amount, told, one.answer)

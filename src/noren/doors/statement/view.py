"""What the member is shown, from the queries' values: with names of shops and outer names of purchases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from noren.activity.forgetting import WHOLE
from noren.activity.ports import OwnPageFeed
from noren.activity.queries import Lapsing, OwnBalance, OwnLine, OwnPurchase, own_balance, own_purchase, own_purchases
from noren.doors.pages import PageProblem
from noren.doors.statement.troubles import NO_SUCH_PAGE, NOT_HERE
from noren.governance.purposes import ITEMS, PURPOSES
from noren.governance.routes import ROUTE_SAYS, Route
from noren.house.statement import StatementRoom
from noren.kernel.clock import local_date
from noren.kernel.ids import Handle
from noren.kernel.say import Say
from noren.provision.model import ProvisionRecord
from noren.register.names import name_purchase, read_name

PAGE_PURCHASES: Final = 20


class LapsingView(msgspec.Struct, frozen=True, omit_defaults=True):
    """Points that lapse, and their last valid day; ``company`` where only that company takes them."""

    date: date
    points: int
    company: str = ""


class BalanceView(msgspec.Struct, frozen=True):
    """A member's balance."""

    points: int
    next_expiry: LapsingView | None
    restricted: tuple[LapsingView, ...]
    points_only: bool


class LineView(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of a receipt."""

    product: str
    name: str | None
    quantity: int
    amount: int
    state: Literal["kept", "waits", "gone"] = "kept"


class PurchaseView(msgspec.Struct, frozen=True, omit_defaults=True):
    """A purchase. ``lines`` is null where none were kept.

    ``state``: ``waits`` while it is to be forgotten, ``gone`` once it is, ``sum`` what is left of a day past its term.
    """

    purchase: str
    date: date
    company: str
    shop: str
    shop_name: str | None
    amount: int
    returned: int
    points_earned: int
    points_used: int
    lines: tuple[LineView, ...] | None
    state: Literal["kept", "waits", "gone", "sum"] = "kept"


class PurchasesView(msgspec.Struct, frozen=True):
    """Some purchases, newest first; ``next`` is what to ask ``before`` for older ones."""

    purchases: tuple[PurchaseView, ...]
    next: str | None


class UseView(msgspec.Struct, frozen=True):
    """A use of her data: when, by whom, what for, which items, on which ground, until when they are to be gone."""

    date: date
    company: str
    purpose: Say
    items: Say
    ground: Say
    until: date


@dataclass(frozen=True, slots=True)
class Viewer:
    """Looks at the ledger for one member."""

    room: StatementRoom
    feed: OwnPageFeed
    handle: Handle

    def balance(self) -> BalanceView:
        """Return her balance today, or say that there is no record."""
        settings = self.room.home.settings
        today = local_date(self.room.programme_now(self.feed), self.room.home.zone)
        found = own_balance(feed=self.feed, handle=self.handle, today=today, expiry_days=settings.points.expiry_days)
        if found is None:
            raise PageProblem(NOT_HERE)
        return _balance(found)

    def purchases(self, before: str | None, limit: int = PAGE_PURCHASES) -> PurchasesView:
        """Return a page of her purchases."""
        entry = read_name(self.room.purchase_ids, before) if before else None
        if before and entry is None:
            raise PageProblem(NO_SUCH_PAGE)
        page = own_purchases(feed=self.feed, handle=self.handle, zone=self.room.home.zone, before=entry, limit=limit)
        told = tuple(self._purchase(one) for one in page.purchases)
        return PurchasesView(told, told[-1].purchase if page.more and told else None)

    def uses(self) -> tuple[UseView, ...]:
        """Return the provisions in which her rows went, the newest first."""
        zone = self.room.home.zone
        return tuple(_use(each, zone) for each in self.room.provisions.records_of(self.handle.reveal()))

    def outer_name(self, entry: int) -> str:
        """Return the outer name of a purchase, the one that the till gave."""
        return name_purchase(self.room.purchase_ids, entry)

    def purchase(self, name: str) -> tuple[int, PurchaseView]:
        """Return one purchase of hers by its outer name, with its entry."""
        entry = read_name(self.room.purchase_ids, name)
        found = (
            None
            if entry is None
            else own_purchase(feed=self.feed, handle=self.handle, zone=self.room.home.zone, entry=entry)
        )
        if found is None:
            raise PageProblem(NO_SUCH_PAGE)
        return found.entry, self._purchase(found)

    def _purchase(self, one: OwnPurchase) -> PurchaseView:
        waits = {each.line for each in self.feed.forgetting_of(one.entry)}
        return PurchaseView(
            purchase=self.outer_name(one.entry),
            date=one.day,
            company=one.partner,
            shop=one.shop,
            shop_name=self.room.reader.shop_name(one.shop),
            amount=one.amount,
            returned=one.returned,
            points_earned=one.points,
            points_used=one.points_used,
            lines=None
            if one.lines is None or WHOLE in waits
            else tuple(_line(line, number in waits) for number, line in enumerate(one.lines)),
            state="sum" if one.is_sum else "waits" if WHOLE in waits else "kept" if one.shop else "gone",
        )


def _use(record: ProvisionRecord, zone: ZoneInfo) -> UseView:
    purpose, route = PURPOSES.get(record.purpose), ROUTE_SAYS[Route(record.route)]
    items = [ITEMS[name].name if name in ITEMS else Say(name, name) for name in record.items]
    return UseView(
        date=record.begun_on,
        company=record.recipient_name,
        purpose=purpose.name if purpose else Say(record.purpose, record.purpose),
        items=Say("、".join(each.ja for each in items), ", ".join(each.en for each in items)),
        ground=Say(
            f"{route.ja}({record.notice} 版{record.notice_version})",
            f"{route.en} ({record.notice} v{record.notice_version})",
        ),
        until=local_date(record.expires_at, zone),
    )


def _balance(found: OwnBalance) -> BalanceView:
    first = found.next_expiry
    return BalanceView(
        found.points, _lapsing(first) if first else None, tuple(map(_lapsing, found.restricted)), found.points_only
    )


def _lapsing(one: Lapsing) -> LapsingView:
    return LapsingView(one.last_day, one.points, one.partner)


def _line(line: OwnLine, waits: bool) -> LineView:
    state = "waits" if waits else "kept" if line.product else "gone"
    return LineView(line.product, line.name, line.quantity, line.amount, state)

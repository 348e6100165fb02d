"""What the ledger needs of a store. SQLite and PostgreSQL both fill this; the conformance suite runs on each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from noren.activity.about import AboutEveryone, AboutSome
from noren.activity.campaigns import CampaignBatch, CampaignFeed
from noren.activity.closing import (
    ErasingFeed,
    ErasingRows,
    Forgetting,
    ForgettingFeed,
    ForgettingRows,
    ThinningFeed,
    ThinningRows,
)
from noren.activity.entered import EnteredBatch, EnteredFeed
from noren.activity.model import (
    Card,
    Changes,
    Coupon,
    Lot,
    Member,
    OpenAccount,
    OpenDay,
    Opening,
    Posting,
    Profile,
    Purchase,
    ReceiptKey,
    Return,
    Stop,
    Tally,
    Traits,
)
from noren.activity.own_draws import OwnDrawFeed
from noren.activity.own_rows import OwnFeed
from noren.activity.rekeying import Keyed, Rekeyed
from noren.activity.settling import SettlementFeed
from noren.activity.tiers import TierBatch, TierFeed
from noren.governance.stopping import Rule


@dataclass(slots=True)
class Asked:
    """What a batch surely reads, so that a store far away can be asked once.

    ``prefixes``: of the handles that one-time codes name; ``codes``: their hashes; ``purchases``: entries
    that something is brought back of; ``products``: whose attributes count.
    """

    receipts: set[ReceiptKey] = field(default_factory=set[ReceiptKey])
    cards: set[bytes] = field(default_factory=set[bytes])
    prefixes: set[bytes] = field(default_factory=set[bytes])
    codes: set[bytes] = field(default_factory=set[bytes])
    purchases: set[int] = field(default_factory=set[int])
    products: set[str] = field(default_factory=set[str])


@dataclass(slots=True)
class Known:
    """What a store knows of what was asked for; what it does not know stands in none of these.

    ``members``: of the cards, of the prefixes and of the purchases, with the ``lots`` of those who have any;
    ``purchases``: also of the receipts that are known; ``returns`` of those asked for.
    """

    receipts: dict[ReceiptKey, int | None] = field(default_factory=dict[ReceiptKey, "int | None"])
    cards: dict[bytes, Card] = field(default_factory=dict[bytes, Card])
    members: dict[bytes, Member] = field(default_factory=dict[bytes, Member])
    lots: dict[bytes, list[Lot]] = field(default_factory=dict[bytes, "list[Lot]"])
    prefixes: dict[bytes, list[bytes]] = field(default_factory=dict[bytes, "list[bytes]"])
    codes: dict[bytes, int] = field(default_factory=dict[bytes, int])
    purchases: dict[int, Purchase] = field(default_factory=dict[int, Purchase])
    returns: dict[int, list[Return]] = field(default_factory=dict[int, "list[Return]"])


def members_of(asked: Asked, known: Known) -> set[bytes]:
    """Return the handles whose standing a batch needs: of cards, of codes that name one member, of returned goods."""
    handles = {card.handle for card in known.cards.values()}
    handles |= {found[0] for found in known.prefixes.values() if len(found) == 1}
    return handles | {known.purchases[entry].handle for entry in asked.purchases & known.purchases.keys()}


class LedgerBatch(Rekeyed, ErasingRows, ThinningRows, ForgettingRows, CampaignBatch, EnteredBatch, TierBatch, Protocol):
    """One exclusive transaction: read what the requests need, then write once. Commits at the end of ``with``."""

    def next_entry(self) -> int:
        """Return the first entry number not yet used."""
        ...

    def prefetch(self, asked: Asked) -> Known:
        """Return what is known of what was asked for. ``products``: remembered for :meth:`has_attribute`."""
        ...

    def receipts(self, keys: Iterable[ReceiptKey]) -> dict[ReceiptKey, int | None]:
        """Return known receipts: key to purchase entry, or None where the member was erased."""
        ...

    def cards(self, indexes: Iterable[bytes]) -> dict[bytes, Card]:
        """Return the known cards among the keyed indexes."""
        ...

    def members(self, handles: Iterable[bytes]) -> dict[bytes, Member]:
        """Return members by handle."""
        ...

    def handles_starting(self, prefix: bytes) -> list[bytes]:
        """Return at most two handles that start with ``prefix`` (8 bytes): what a one-time code names."""
        ...

    def lots(self, handles: Iterable[bytes]) -> dict[bytes, list[Lot]]:
        """Return the lots of members, empty lots left out."""
        ...

    def purchases(self, entries: Iterable[int]) -> dict[int, Purchase]:
        """Return purchases by entry number."""
        ...

    def returns(self, purchase: int) -> list[Return]:
        """Return the returns of one purchase in the order they came."""
        ...

    def postings(self, entry: int) -> list[Posting]:
        """Return the postings of one entry."""
        ...

    def used_codes(self, hashes: Iterable[bytes]) -> dict[bytes, int]:
        """Return which one-time codes were used, and by which purchase entry."""
        ...

    def coupons(self, handle: bytes, barcodes: Iterable[str]) -> list[Coupon]:
        """Return a member's coupons with these barcodes, used ones too, those that end first in front."""
        ...

    def coupons_of(self, handle: bytes) -> list[Coupon]:
        """Return a member's coupons that are not used, those that end first in front."""
        ...

    def coupons_named(self, names: Iterable[bytes]) -> dict[bytes, Coupon]:
        """Return the known coupons by outer name."""
        ...

    def openings(self, keys: Iterable[bytes]) -> dict[bytes, Opening]:
        """Return the known opening balances by the keyed hash of their rows."""
        ...

    def has_attribute(self, products: Iterable[str], attribute: str, values: frozenset[str]) -> set[str]:
        """Return the products whose ``attribute`` is one of ``values``; unknown products have none."""
        ...

    def goods(self, products: Iterable[str]) -> dict[str, tuple[str | None, ...]]:
        """Return known products: (product, name, category, department, brand, maker, sensitivity) by code."""
        ...

    def about(self) -> AboutSome | None:
        """Return what reads about members within the transaction, quicker than beside it.

        None: a question that breaks would end the transaction, so it is not to be asked here.
        """
        ...

    def write(self, changes: Changes) -> None:
        """Write a batch's changes; durable once the ``with`` block has ended without error."""
        ...

    def enrol(self, handle: bytes, draw_number: bytes, card_indexes: Sequence[bytes], traits: Traits) -> None:
        """Add a member with her cards, draw number and traits."""
        ...

    def set_card(self, card: Card) -> None:
        """Add a card or change its state or member."""
        ...

    def set_traits(self, handle: bytes, traits: Traits) -> None:
        """Replace a member's traits."""
        ...

    def set_points_only(self, handle: bytes, on: bool) -> None:
        """Turn a member's points-only mode on or off: from now on, lines are not or again written."""
        ...

    def stops(self, handle: bytes) -> list[Stop]:
        """Return a member's stops in force."""
        ...

    def set_stops(self, handle: bytes, stops: Sequence[Stop]) -> None:
        """Replace a member's stops by those in force now."""
        ...

    def keep_months(self, handle: bytes) -> int:
        """Return after how many months a member's lines go by her own choice; 0: she has not chosen."""
        ...

    def set_keep_months(self, handle: bytes, months: int) -> None:
        """Keep after how many months a member's lines go; 0: by the programme's own term."""
        ...

    def drop_receipts(self, receipts: Iterable[tuple[int, bytes, int | None]]) -> None:
        """Forget receipts (day, hash, entry), with their purchases' lines and answers."""
        ...

    def drop_codes(self, before_day: int) -> None:
        """Forget one-time codes used before a day."""
        ...

    def drop_coupons(self, before_day: int) -> None:
        """Forget coupons that ended before a day; their redemptions stay."""
        ...

    def turn_days(self, first: int, last: int, *, before: int) -> None:
        """Make room for receipts of the days ``first`` to ``last``; give up empty room of days before ``before``."""
        ...

    def put_products(self, products: Sequence[tuple[str | None, ...]]) -> tuple[int, int, int]:
        """Add or change products (rows as in the table); return (added, changed, same)."""
        ...

    def move_cards(self, source: bytes, target: bytes) -> None:
        """Give all cards, coupons and the whole purchase chain of one member to another (a merge)."""
        ...


class LedgerStore(Protocol):
    """The ledger's store."""

    @property
    def flushes_apart(self) -> bool:
        """Whether ``flush`` waits for the disk, so that it is worth a thread of its own."""
        ...

    def batch(self, *, durable: bool = True) -> AbstractContextManager[LedgerBatch]:
        """Open the one writing transaction; leaving it normally commits, an exception rolls it back.

        ``durable=False``: what was committed may be acknowledged only after the next :meth:`flush`; a
        store may so overlap its wait for the disk with the next decisions.
        """
        ...

    def flush(self) -> None:
        """Make everything committed before this call durable, or raise ``NotDurable``. May run beside a batch."""
        ...

    def carry_over(self) -> None:
        """Do now, while little is going on, what would make a later batch slow; often there is nothing to do."""
        ...

    def forget_deleted(self) -> bool:
        """Let no byte of what was deleted stay in the store's files; False: a reader hinders it, try again later."""
        ...

    def tally(self) -> Tally:
        """Return programme totals."""
        ...

    def clock_offset_us(self) -> int:
        """Return the sandbox clock's offset in microseconds."""
        ...

    def campaigns_edition(self) -> int:
        """See ``CampaignBatch``; read without a transaction, for it is asked every second."""
        ...

    def set_clock_offset_us(self, offset_us: int) -> None:
        """Keep the sandbox clock's offset, for the other ledger processes to see."""
        ...

    def probe(self) -> None:
        """Do one durable write, or raise: what readiness means."""
        ...

    def close(self) -> None:
        """Close the store."""
        ...


class LedgerFeed(Protocol):
    """Reading side of the ledger: for the lake, for the member's own page, for audits. Never writes."""

    def purchases_after(self, entry: int, limit: int) -> Sequence[Purchase]:
        """Return purchases with a greater entry number, ascending, ``lines`` decoded."""
        ...

    def returns_after(self, entry: int, limit: int) -> Sequence[tuple[Return, Purchase]]:
        """Return returns with a greater entry number, ascending, each with its purchase."""
        ...

    def merges_after(self, entry: int, limit: int) -> Sequence[tuple[int, bytes, bytes]]:
        """Return merges with a greater entry number: (entry, old handle, handle it went to)."""
        ...

    def chain(self, handle: bytes, before: int | None, limit: int) -> Sequence[Purchase]:
        """Return a member's purchases, newest first, from just before entry ``before`` (None: the newest)."""
        ...

    def member(self, handle: bytes) -> Member | None:
        """Return one member's standing."""
        ...

    def member_lots(self, handle: bytes) -> Sequence[Lot]:
        """Return one member's lots."""
        ...

    def forgetting_of(self, entry: int) -> Sequence[Forgetting]:
        """Return what of a purchase its member does not want kept, as long as it waits."""
        ...

    def product_names(self, products: Iterable[str]) -> dict[str, str]:
        """Return the names of those products that have one."""
        ...

    def tally(self) -> Tally:
        """Return programme totals."""
        ...

    def clock_offset_us(self) -> int:
        """Return the sandbox clock's offset in microseconds (0 in a live programme)."""
        ...

    def balance_sheet(self) -> Iterator[tuple[str, int]]:
        """Yield (account, points) of every account and of the sum of members, for the audit that they sum to 0."""
        ...


class CutOverFeed(Protocol):
    """What stands in the ledger of another system's balances and coupons: for the reconciliation."""

    def opening_sums(self) -> dict[str, tuple[int, int, int, int, int]]:
        """Return by company: rows and points as noted, rows and points as posted, points as booked to OPENING."""
        ...

    def coupon_sums(self) -> dict[str, tuple[int, int, int]]:
        """Return by companies (codes, parted by spaces): coupons, face value, how many are used."""
        ...

    def openings_after(self, key: bytes, limit: int) -> Sequence[Opening]:
        """Return opening balances with a greater key, ascending."""
        ...

    def coupons_after(self, name: bytes, limit: int) -> Sequence[Coupon]:
        """Return coupons from another system with a greater outer name, ascending."""
        ...


class DueFeed(Protocol):
    """What is due in the ledger today, found by reading."""

    def lapsing(self, after: bytes, *, day: int, expiry_days: int, limit: int) -> Sequence[bytes]:
        """Return handles greater than ``after`` that have points past their time on ``day``, ascending."""
        ...

    def old_receipts(
        self, after: tuple[int, bytes], *, before_day: int, up_to_entry: int, up_to_return: int, limit: int
    ) -> Sequence[tuple[int, bytes, int | None]]:
        """Return receipts (day, hash, entry) past their term, after the given one, ascending.

        Only of purchases up to ``up_to_entry`` whose returns are up to ``up_to_return``: what the lake
        has. Imported history keeps its receipts.
        """
        ...


class WholeFeed(Protocol):
    """The ledger read whole, for evaluating audiences; days are ordinals, instants microseconds since 1970 UTC."""

    def profiles(self) -> Iterable[Profile]:
        """Return the traits and pool of every active member."""
        ...

    def all_lots(self) -> Sequence[tuple[bytes, int, int]]:
        """Return all lots that hold points: (handle, points, last valid day)."""
        ...

    def all_stops(self) -> Sequence[tuple[bytes, Rule]]:
        """Return all stops in force: (handle, rule)."""
        ...

    def all_keeping(self) -> Sequence[tuple[bytes, int]]:
        """Return who chose after how many months her lines go: (handle, months)."""
        ...

    def issued_coupons(self) -> Sequence[tuple[bytes, str, int]]:
        """Return the coupons of campaigns: (handle, campaign, first valid day)."""
        ...

    def redeemed_coupons(self) -> Sequence[tuple[bytes, str, int]]:
        """Return the coupons of campaigns that were used: (handle, campaign, instant of the purchase)."""
        ...


class OwnPageFeed(LedgerFeed, OwnDrawFeed, TierFeed, Protocol):
    """What the member's own page reads."""


class AuditFeed(
    LedgerFeed,
    DueFeed,
    CutOverFeed,
    Keyed,
    WholeFeed,
    AboutEveryone,
    ErasingFeed,
    ThinningFeed,
    ForgettingFeed,
    CampaignFeed,
    EnteredFeed,
    OwnFeed,
    SettlementFeed,
    TierFeed,
    Protocol,
):
    """All that can be read of the ledger: for the ledger-worker, and for audits."""

    def last_entry(self) -> int:
        """Return the newest entry number given out."""
        ...

    def counts(self) -> tuple[int, int, int]:
        """Return how many (members, cards, products) there are."""
        ...

    def products(self) -> Sequence[tuple[str | None, ...]]:
        """Return all products: (product, name, category, department, brand, maker, sensitivity)."""
        ...

    def sums(self) -> tuple[int, int, int, int]:
        """Return (purchases, amount, earned, returns), counted from the rows."""
        ...

    def torn_purchases(self) -> int:
        """Return how many purchases' remains are not what their returns leave."""
        ...

    def unbalanced_members(self) -> int:
        """Return how many members' pools differ from the sum of their postings."""
        ...

    def unbalanced_lots(self) -> int:
        """Return how many lots' points differ from the sum of their postings."""
        ...

    def open_days(self) -> Sequence[OpenDay]:
        """Return the first company days on which what was sold and brought back is not what was posted."""
        ...

    def open_accounts(self) -> Sequence[OpenAccount]:
        """Return the companies' accounts that, with the members' postings, do not come to 0."""
        ...

    def close(self) -> None:
        """Close the feed."""
        ...

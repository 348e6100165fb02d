"""Values of the ledger: members under handles, purchases with lines, returns, lots, postings.

Days are proleptic ordinals (``date.toordinal``), instants are microseconds since 1970 UTC,
amounts are minor units, points are points: all of them integers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, NamedTuple

from noren.activity.campaigns import DrawCount, DrawRow, MemberDraws, Undrawn
from noren.activity.tier_days import NO_TIER, HerTier
from noren.governance.stopping import Rule
from noren.kernel.values import value

POOL: Final = 0
"""Lot number of the pool: the member's ordinary points, which expire together."""

PROGRAMME: Final = ""
"""Partner of movements that are the programme's own (expiry, corrections)."""


class CardState(IntEnum):
    """What a card may do at a till."""

    ACTIVE = 1
    LOST = 2
    BLOCKED = 3


class MemberState(IntEnum):
    """Standing of a member in the ledger. ``MERGED``: cards and points moved to another member."""

    ACTIVE = 1
    CLOSED = 2
    MERGED = 3


class Kind(IntEnum):
    """Why points moved."""

    EARN = 1
    USE = 2
    TAKE_BACK = 3
    GIVE_BACK = 4
    EXPIRE = 5
    LOT = 6
    MERGE = 7
    OPENING = 8
    CLOSE = 9


class Line(NamedTuple):
    """One line of a receipt. ``quantity`` in pieces or thousandths; ``amount`` in minor units, as paid.

    A tuple, for a till makes nine of them per purchase: a frozen dataclass took eight times as long.
    """

    product: str
    quantity: int
    amount: int


FORGOTTEN_LINE: Final = Line("", 0, 0)
"""What stands where a member did not want a line kept: the others keep their numbers, and it counts nowhere."""


@value
class Traits:
    """Coarse traits of a member, as the vault may tell them (brief M3, house §1).

    ``age_band`` is the lower bound of a 5-year band as of 1 April of ``age_band_year``;
    ``since`` is the month of joining, ``YYYY-MM``. None: unknown.
    """

    sex: str | None = None
    age_band: int | None = None
    age_band_year: int | None = None
    birth_month: int | None = None
    prefecture: str | None = None
    postal3: str | None = None
    since: str | None = None
    email_ok: bool | None = None
    post_ok: bool | None = None


@value
class Card:
    """A card as the ledger knows it: whose it is and what it may do. ``index`` = keyed index, 16 bytes."""

    index: bytes = field(repr=False)
    handle: bytes = field(repr=False)
    state: CardState


@value
class Member:
    """A member's standing.

    ``pool``: ordinary points, negative when in debt. ``last_movement``: day of the last earn,
    use or manual movement (0: none). ``last_purchase``: newest link of her chain of purchases.
    ``lots``: how many fixed-term lots she has, so that most calls need not look.
    """

    handle: bytes = field(repr=False)
    state: MemberState
    points_only: bool
    pool: int
    last_movement: int
    last_purchase: int
    lots: int


@value
class Profile:
    """What an audience's condition may ask of an active member beside her purchases: traits and pool."""

    handle: bytes = field(repr=False)
    pool: int
    last_movement: int
    traits: Traits
    tier: HerTier = NO_TIER


@value
class Lot:
    """Fixed-term points, perhaps of one company only (``partner`` empty: anywhere). ``expires``: last valid day."""

    number: int
    handle: bytes = field(repr=False)
    partner: str
    expires: int
    points: int


class ReceiptKey(NamedTuple):
    """What makes a receipt one: business day, and the keyed hash of (shop, terminal, day, number), 16 bytes.

    The day stands first and in clear so that receipts can be partitioned and dropped by day,
    independently of how purchases are partitioned by member.
    """

    day: int
    hash: bytes


@value
class Purchase:
    """A purchase as stored. ``lines`` is None in points-only mode and after their time.

    ``amount_left``, ``base_left``, ``used_left`` and ``earned_left`` are what stands after returns;
    ``per`` is the rate it earned at; ``previous`` links to the member's purchase before it;
    ``answer`` is the till's answer, byte for byte; ``imported`` purchases are history only.
    """

    entry: int
    handle: bytes = field(repr=False)
    key: ReceiptKey
    body_hash: bytes
    shop: str
    partner: str
    terminal: str
    receipt: str
    at: int
    received: int
    amount: int
    amount_left: int
    base_left: int
    used_left: int
    earned: int
    earned_left: int
    per: int
    previous: int
    imported: bool
    lines: tuple[Line, ...] | None
    answer: bytes


@value
class ReturnLine:
    """What came back of one line of a purchase (``line`` counts from 0)."""

    line: int
    quantity: int
    amount: int


@value
class Return:
    """Goods brought back. ``lines`` is None in points-only mode."""

    entry: int
    purchase: int
    name: str
    body_hash: bytes
    at: int
    amount: int
    lines: tuple[ReturnLine, ...] | None
    answer: bytes


@value
class Posting:
    """One movement of points between a member's lot and the account of (partner, kind).

    ``points`` as the member sees them: positive comes to her, and the same number leaves the
    other account, so each posting balances by its form.
    """

    entry: int
    number: int
    kind: Kind
    handle: bytes = field(repr=False)
    lot: int
    partner: str
    day: int
    points: int


@value
class Coupon:
    """A coupon of one member. ``coupon``: 16 bytes, its outer name; ``barcode``: what the register reads.

    ``partners``: where it is usable (empty: everywhere); valid from and until days, both included;
    ``used``: the purchase that redeemed it, 0 while none has, -1: void; ``campaign`` empty: from another system.
    ``issued_by``: the purchase that gave it. ``kind``, ``value``, ``max_value``, ``products`` (a filter), ``stack`` and
    ``returns`` are the offer's (``noren.campaign.spec``; ``stack`` as its ``beside`` says); ``discount`` is what an
    amount takes off.
    """

    coupon: bytes
    handle: bytes = field(repr=False)
    barcode: str
    title_ja: str
    title_en: str
    discount: int
    min_spend: int
    partners: tuple[str, ...]
    valid_from: int
    valid_until: int
    used: int = 0
    campaign: str = ""
    issued_by: int = 0
    kind: str = "amount"
    value: int = 0
    max_value: int = 0
    products: str = "any"
    stack: str = ""
    returns: str = "keep"


@value
class Redemption:
    """A coupon shown with a purchase, kept for settlement: ``partner`` took ``discount`` off.

    ``problem`` names why a coupon that an offline till had honoured could not be accepted: that is the shop's to bear.
    """

    entry: int
    number: int
    barcode: str
    coupon: bytes | None
    partner: str
    discount: int
    day: int
    problem: str = ""


@value
class Opening:
    """An opening balance from another system. ``key``: the keyed hash of its row; ``expires`` 0: in the pool."""

    key: bytes
    entry: int
    partner: str
    earned: int
    expires: int
    points: int


@value
class OpenDay:
    """A company's business day on which purchases and postings do not say the same. ``points``: by how much in all."""

    partner: str
    day: int
    points: int


@value
class OpenAccount:
    """An account that is not the other side of its postings. ``points``: what is left when both are added."""

    partner: str
    kind: Kind
    points: int


@value
class Stop:
    """A member's rule that stops something; ``since`` as it came."""

    rule: Rule
    since: str


@value
class Chosen:
    """All that a member has chosen, as the vault tells it. None: she has not chosen, what is there stays.

    ``keep_months``: after how many months her lines go; 0: after the programme's own term.
    """

    stops: tuple[Stop, ...]
    points_only: bool | None = None
    keep_months: int | None = None


@dataclass(slots=True)
class Tally:
    """Programme totals since the beginning; never per company, never per member.

    ``amount_without_lines``: the part of ``amount`` of points-only purchases, which the lake never sees.
    """

    purchases: int = 0
    lines: int = 0
    amount: int = 0
    amount_without_lines: int = 0
    earned: int = 0
    used: int = 0
    returns: int = 0
    replays: int = 0
    imported: int = 0
    unknown_fields: int = 0


@dataclass(slots=True)
class Changes:
    """All that one batch writes, in one transaction. Members, lots, purchases, counts are row images after it.

    ``voided``: coupons taken back unused; ``given_back``: used ones that may be used again.
    """

    purchases: list[Purchase] = field(default_factory=list[Purchase])
    amended: list[Purchase] = field(default_factory=list[Purchase])
    returns: list[Return] = field(default_factory=list[Return])
    postings: list[Posting] = field(default_factory=list[Posting])
    members: dict[bytes, Member] = field(default_factory=dict[bytes, Member])
    lots: dict[int, Lot] = field(default_factory=dict[int, Lot])
    codes: list[tuple[bytes, int, int]] = field(default_factory=list[tuple[bytes, int, int]])
    coupons: list[Coupon] = field(default_factory=list[Coupon])
    redemptions: list[Redemption] = field(default_factory=list[Redemption])
    openings: list[Opening] = field(default_factory=list[Opening])
    draws: list[DrawRow] = field(default_factory=list[DrawRow])
    draw_members: dict[tuple[bytes, int], MemberDraws] = field(default_factory=dict[tuple[bytes, int], MemberDraws])
    draw_counts: dict[int, DrawCount] = field(default_factory=dict[int, DrawCount])
    draw_days: dict[tuple[int, int], int] = field(default_factory=dict[tuple[int, int], int])
    undrawn: list[Undrawn] = field(default_factory=list[Undrawn])
    voided: list[bytes] = field(default_factory=list[bytes])
    given_back: list[bytes] = field(default_factory=list[bytes])
    tally: Tally = field(default_factory=Tally)
    next_entry: int = 0

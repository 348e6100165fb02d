"""What the ledger-worker's inner door takes and gives. What carries a card, token or key prints as its type alone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from noren.activity.model import CardState, Traits
from noren.governance.routes import INCOMING, Route
from noren.kernel.discreet import Discreet
from noren.register.requests import BARCODE_PATTERN, CARD_PATTERN, CODE_PATTERN, LineRequest

CardText = Annotated[str, msgspec.Meta(pattern=rf"\A{CARD_PATTERN}\Z")]
Code = Annotated[str, msgspec.Meta(pattern=rf"\A{CODE_PATTERN}\Z")]
_NO_NUL = r"\A[^\x00]*\Z"
Text = Annotated[str, msgspec.Meta(pattern=_NO_NUL)]
"""Words of somebody else's. PostgreSQL's text holds no NUL, and what one engine takes the other must take."""

Partner = Annotated[str, msgspec.Meta(min_length=1, max_length=32, pattern=_NO_NUL)]
Part = Annotated[str, msgspec.Meta(max_length=32, pattern=_NO_NUL)]
Rate = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
MAX_ROWS = 5_000
MAX_KEEP_MONTHS = 1_200


class ArrivalBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A member to enrol."""

    cards: Annotated[list[CardText], msgspec.Meta(min_length=1, max_length=100)]
    traits: Traits


class EnrolBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Members to enrol."""

    members: Annotated[list[ArrivalBody], msgspec.Meta(max_length=MAX_ROWS)]


class TokensAnswer(Discreet, msgspec.Struct, frozen=True):
    """A link token per member, None where her cards belong to different members."""

    tokens: list[bytes | None]


class CardStateBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A card's new state."""

    card: CardText
    state: Literal["active", "lost", "blocked"]

    @property
    def value(self) -> CardState:
        """The state as the ledger's."""
        return CardState[self.state.upper()]


class MergeBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two members that are one person: ``source`` goes into ``target``."""

    source: bytes
    target: bytes


class TokenBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A member by token."""

    token: bytes


class TagBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What leads to records of provision of somebody erased, and the month in which it ends."""

    tag: bytes
    month: str


class ErasedAnswer(Discreet, msgspec.Struct, frozen=True):
    """A member was erased, now or before; ``kept``: for the vault to keep beside a mark of her number."""

    kept: list[TagBody]
    ok: bool = True


class ForgetBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A purchase of a member, or a line of it (-1: all), by the ledger side's own names."""

    handle: bytes
    entry: Annotated[int, msgspec.Meta(ge=1)]
    line: Annotated[int, msgspec.Meta(ge=-1, le=32_767)]


class EntryBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A campaign that a member enters, or no longer."""

    handle: bytes
    campaign: Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9-]{3,40}\Z")]


class TokensBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Link tokens to be made anew."""

    tokens: Annotated[list[bytes], msgspec.Meta(max_length=MAX_ROWS)]


class CardsBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Cards to be indexed under the current key."""

    cards: Annotated[list[CardText], msgspec.Meta(max_length=50 * MAX_ROWS)]


class WorkBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stretch of a rotation's work: the key, and where the last stretch ended (empty: at the beginning)."""

    name: Literal["card-index", "receipt-index", "body-hash", "terminal-key", "ledger-copies"]
    after: str = ""


class WorkAnswer(msgspec.Struct, frozen=True):
    """What a stretch did; ``after`` is empty at the end. ``left``: rows on an old version that nobody here can move."""

    after: str
    seen: int
    moved: int
    left: int = 0


class StopBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stop in force; an empty part means any."""

    purpose: Part
    recipient: Part
    channel: Part
    since: Annotated[str, msgspec.Meta(min_length=10, max_length=40, pattern=_NO_NUL)]


class ChosenBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that a member has chosen: the stops in force; what is null she has not chosen."""

    token: bytes
    stops: Annotated[list[StopBody], msgspec.Meta(max_length=200)]
    points_only: bool | None = None
    keep_months: Annotated[int, msgspec.Meta(ge=0, le=MAX_KEEP_MONTHS)] | None = None


class ChoicesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Members' choices."""

    rows: Annotated[list[ChosenBody], msgspec.Meta(max_length=MAX_ROWS)]


class RecallRow(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A member by token, and cards of hers."""

    token: bytes
    cards: Annotated[list[CardText], msgspec.Meta(max_length=50)]


class RecallBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Members of whom a restored vault asks what is known here."""

    rows: Annotated[list[RecallRow], msgspec.Meta(max_length=MAX_ROWS)]


class RecalledRow(Discreet, msgspec.Struct, frozen=True):
    """What is known of a member: the stops in force, what she chose, what each card may do (null: unknown)."""

    state: Literal["here", "left", "unknown"]
    stops: list[StopBody]
    points_only: bool
    keep_months: int
    cards: list[str | None]


class RecalledAnswer(msgspec.Struct, frozen=True):
    """What is known of each, in the order asked."""

    rows: list[RecalledRow]


class ProductRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A product of the master data."""

    product: Code
    name: Text | None = None
    category: Text | None = None
    department: Text | None = None
    brand: Text | None = None
    maker: Text | None = None
    sensitivity: Text | None = None


class ProductsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Products."""

    rows: Annotated[list[ProductRow], msgspec.Meta(max_length=MAX_ROWS)]


class ShopRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shop of the master data."""

    shop: Code
    partner: Partner
    name: Text | None = None
    industry: Text | None = None
    postal_code: Text | None = None
    prefecture: Text | None = None
    handles_personal_information: bool | None = None


class ShopsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Shops."""

    rows: Annotated[list[ShopRow], msgspec.Meta(max_length=MAX_ROWS)]


class PartnerBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A company's agreement."""

    partner: Partner
    route: Route
    since: date = msgspec.field(name="from")
    per: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = None
    exclude: Annotated[str, msgspec.Meta(max_length=2000)] | None = None
    balance: bool = True
    until: date | None = None

    def __post_init__(self) -> None:
        if self.route not in INCOMING:
            raise ValueError(f"purchases do not come in by the route {self.route}")
        if self.until is not None and self.until < self.since:
            raise ValueError("an agreement does not end before it begins")


class PartnerEndBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The end of a company's agreement: its last day."""

    partner: Partner
    until: date


class Counted(msgspec.Struct, frozen=True):
    """How many rows were new, changed, or there already."""

    added: int
    changed: int
    same: int


class TerminalRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A terminal that wants a key."""

    shop: Code
    terminal: Code
    expires_days: Annotated[int, msgspec.Meta(ge=1, le=3660)] = 3660
    test: bool = False
    rate: Rate | None = None


class TerminalsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Terminals that want keys."""

    rows: Annotated[list[TerminalRow], msgspec.Meta(max_length=MAX_ROWS)]


class KeyRow(Discreet, msgspec.Struct, frozen=True):
    """A terminal's new key: shown once."""

    shop: str
    terminal: str
    key: str
    expires: date


class KeysAnswer(msgspec.Struct, frozen=True):
    """New keys, in the order asked for."""

    rows: list[KeyRow]


class TerminalAnswer(msgspec.Struct, frozen=True):
    """A terminal key without its secret."""

    shop: str
    terminal: str
    test: bool
    created: date
    expires: date
    state: Literal["valid", "expired", "revoked"]
    rate: int | None = None


class TerminalsAnswer(msgspec.Struct, frozen=True):
    """All terminal keys."""

    terminals: list[TerminalAnswer]


class RevokeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A terminal whose keys are to stop working."""

    shop: Text
    terminal: Text


class RateBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many requests a second a terminal may send; None: the programme's limit."""

    shop: Text
    terminal: Text
    rate: Rate | None


class AlertsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many days back to look."""

    days: Annotated[int, msgspec.Meta(ge=1, le=3660)] = 7


class AlertAnswer(msgspec.Struct, frozen=True):
    """An alert of one hour; ``shop`` and ``terminal`` where it names them."""

    hour: datetime
    alert: str
    shop: str | None
    terminal: str | None
    count: int


class AlertsAnswer(msgspec.Struct, frozen=True):
    """Alerts, the newest first."""

    alerts: list[AlertAnswer]


class PastBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A purchase of the past."""

    shop: Code
    terminal: Code
    business_date: date
    receipt: Code
    card: CardText
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    lines: Annotated[list[LineRequest], msgspec.Meta(min_length=1, max_length=500)]


class PurchasesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Purchases of the past."""

    purchases: Annotated[list[PastBody], msgspec.Meta(max_length=MAX_ROWS)]


PointsText = Annotated[int, msgspec.Meta(ge=-1_000_000_000, le=1_000_000_000)]
Money = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]
Title = Annotated[str, msgspec.Meta(max_length=200, pattern=_NO_NUL)]


class LotBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An opening balance; ``number``: its running number among rows that say the same."""

    card: CardText
    points: PointsText
    earned: date
    expires: date | None = None
    company: Code | None = None
    number: Annotated[int, msgspec.Meta(ge=0)] = 0


class LotsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Opening balances; ``dry``: only say what would become of them."""

    rows: Annotated[list[LotBody], msgspec.Meta(max_length=MAX_ROWS)]
    dry: bool = False


class CouponBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A live coupon; ``number``: its running number among those of one card and barcode."""

    coupon: Annotated[str, msgspec.Meta(pattern=rf"\A{BARCODE_PATTERN}\Z")]
    card: CardText
    title_ja: Annotated[Title, msgspec.Meta(min_length=1)]
    discount: Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000)]
    valid_from: date
    valid_until: date
    title_en: Title | None = None
    min_spend: Money | None = None
    companies: Annotated[str, msgspec.Meta(pattern=rf"\A{CODE_PATTERN}( {CODE_PATTERN})*\Z")] | None = None
    number: Annotated[int, msgspec.Meta(ge=0)] = 0


class CouponsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Live coupons; ``dry``: only say what would become of them."""

    rows: Annotated[list[CouponBody], msgspec.Meta(max_length=MAX_ROWS)]
    dry: bool = False


class Reason(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a row was not taken; ``word``: what a reconciliation counts it under."""

    reason_ja: str
    reason_en: str
    word: str = ""


class ResultsAnswer(msgspec.Struct, frozen=True):
    """One result per row, in order."""

    results: list[str | Reason]


class Finding(msgspec.Struct, frozen=True):
    """Something that an audit found wrong."""

    what_ja: str
    what_en: str


class CheckAnswer(msgspec.Struct, frozen=True):
    """An audit's result."""

    ok: bool
    findings: list[Finding]

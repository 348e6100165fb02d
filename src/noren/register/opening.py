"""Cut-over: opening balances and live coupons from another system. Pure decisions, one result per row.

Idempotent: a row is known again by a keyed hash of all it says, so a file may come twice, in
pieces, or be broken off. What comes in is posted against the account (company, OPENING), so points still sum to zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from noren.activity.model import PROGRAMME, Card, CardState, Changes, Coupon, Lot, MemberState, Opening, Posting
from noren.activity.points import Move, Standing, bring_in, lapse
from noren.activity.ports import LedgerBatch, LedgerStore
from noren.kernel.marks import marks
from noren.kernel.say import Say
from noren.register.till_keys import ReceiptKeys

CHUNK: Final = 500
"""Rows in one transaction: the till waits no longer than this takes."""


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why a row does not come in; ``word`` is what the reconciliation counts it under."""

    word: Literal["unknown-card", "blocked-card", "unknown-company", "expired", "unfit", "other-terms"]
    reason: Say


Result = Literal["imported", "same"] | Unfit

_UNKNOWN_CARD: Final = Unfit("unknown-card", Say("このカードは登録されていません。", "The card is not known."))
_BLOCKED: Final = Unfit(
    "blocked-card",
    Say(
        "このカードは止められています。会員の有効なカードの番号で取り込んでください。",
        "The card is blocked: give a card of the member that works.",
    ),
)
_UNKNOWN_COMPANY: Final = Unfit(
    "unknown-company",
    Say(
        "提携先が登録されていません。先に店舗を取り込んでください。",
        "The company is not known: import its shops first.",
    ),
)
_DEBT: Final = Unfit(
    "unfit",
    Say("マイナスのポイントに期限や提携先は付けられません。", "A debt has neither a last day (expires) nor a company."),
)
_FUTURE: Final = Unfit("unfit", Say("earned が未来の日です。", "earned lies in the future."))
_BACKWARDS: Final = Unfit("unfit", Say("期限の始まりが終わりより後です。", "It begins after it ends."))


@dataclass(frozen=True, slots=True)
class LotRow:
    """An opening balance of a card. ``number``: running number among rows that say the same (0, 1, ...)."""

    card: str = field(repr=False)
    points: int
    earned: date
    expires: date | None
    company: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class CouponRow:
    """A live coupon of a card. ``number``: running number among rows of one card and barcode."""

    card: str = field(repr=False)
    barcode: str
    title_ja: str
    title_en: str
    discount: int
    min_spend: int
    companies: tuple[str, ...]
    valid_from: date
    valid_until: date
    number: int = 0


@dataclass(frozen=True, slots=True)
class Setting:
    """What holds at the import: today, the programme's days of expiry, the companies it knows."""

    today: int
    expiry_days: int
    companies: frozenset[str]


def lot_keys(keys: ReceiptKeys, row: LotRow) -> list[bytes]:
    """Return the keyed hash of a balance's row under each live key version, the current one first."""
    expires = row.expires.isoformat() if row.expires else ""
    said = (row.card, str(row.points), row.earned.isoformat(), expires, row.company, str(row.number))
    return _hashes(keys, "opening", said)


def coupon_names(keys: ReceiptKeys, row: CouponRow) -> list[bytes]:
    """Return a coupon's outer name under each live key version, the current one first."""
    return _hashes(keys, "coupon", (row.card, row.barcode, str(row.number)))


def _hashes(keys: ReceiptKeys, kind: str, said: Iterable[str]) -> list[bytes]:
    parts = [part.encode() for part in (kind, *said)]
    return marks(keys.body_hash, *parts)


def import_lots(
    store: LedgerStore, *, keys: ReceiptKeys, rows: Sequence[LotRow], setting: Setting, dry: bool = False
) -> list[Result]:
    """Take opening balances in; ``dry``: only say what would become of them ("same" = it stands)."""
    out: list[Result] = []
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        with store.batch() as batch:
            desk = _Desk(batch, keys, setting, [row.card for row in chunk])
            known = batch.openings(key for row in chunk for key in lot_keys(keys, row))
            out.extend(_take_lot(desk, row, known) for row in chunk)
            if not dry:
                batch.write(desk.changes)
    return out


def _take_lot(desk: _Desk, row: LotRow, known: dict[bytes, Opening]) -> Result:
    names = lot_keys(desk.keys, row)
    if not known.keys().isdisjoint(names):
        return "same"
    handle = desk.holder(row.card)
    if isinstance(handle, Unfit):
        return handle
    unfit = _check_lot(row, desk.setting)
    if unfit is not None:
        return unfit
    entry = desk.entry()
    last = row.expires.toordinal() if row.expires else row.earned.toordinal() + desk.setting.expiry_days
    in_pool = (row.expires is None and not row.company) or row.points == 0
    opening = Opening(names[0], entry, row.company, row.earned.toordinal(), 0 if in_pool else last, row.points)
    desk.bring_in(handle, opening)
    known[names[0]] = opening
    return "imported"


def _check_lot(row: LotRow, setting: Setting) -> Unfit | None:
    if row.company and row.company not in setting.companies:
        return _UNKNOWN_COMPANY
    if row.earned.toordinal() > setting.today:
        return _FUTURE
    if row.points < 0:
        return _DEBT if row.expires or row.company else None
    if row.expires and row.expires < row.earned:
        return _BACKWARDS
    return _check_alive(row, setting) if row.points else None


def _check_alive(row: LotRow, setting: Setting) -> Unfit | None:
    """Refuse what has lapsed already: by its own last day, else by the programme's rule after the last movement."""
    if row.expires is not None:
        last, ja, en = row.expires, "", ""
    else:
        last = date.fromordinal(row.earned.toordinal() + setting.expiry_days)
        ja = f"(最後の動きから{setting.expiry_days}日。earned には会員の最後の動きの日を書いてください)"
        en = f" ({setting.expiry_days} days after the last movement: earned is the day of the member's last movement)"
    if last.toordinal() >= setting.today:
        return None
    return Unfit("expired", Say(f"{last}に失効しています{ja}。", f"lapsed on {last}{en}."))


def import_coupons(
    store: LedgerStore, *, keys: ReceiptKeys, rows: Sequence[CouponRow], setting: Setting, dry: bool = False
) -> list[Result]:
    """Take live coupons in; ``dry``: only say what would become of them."""
    out: list[Result] = []
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        with store.batch() as batch:
            desk = _Desk(batch, keys, setting, [row.card for row in chunk])
            known = batch.coupons_named(name for row in chunk for name in coupon_names(keys, row))
            out.extend(_take_coupon(desk, row, known) for row in chunk)
            if not dry:
                batch.write(desk.changes)
    return out


def _take_coupon(desk: _Desk, row: CouponRow, known: dict[bytes, Coupon]) -> Result:
    names = coupon_names(desk.keys, row)
    there = next((known[name] for name in names if name in known), None)
    if there is not None:
        other = _differences(there, _coupon(row, there.coupon, there.handle))
        return "same" if not other else _other_terms(other)
    handle = desk.holder(row.card)
    if isinstance(handle, Unfit):
        return handle
    unfit = _check_coupon(row, desk.setting)
    if unfit is not None:
        return unfit
    coupon = _coupon(row, names[0], handle)
    desk.changes.coupons.append(coupon)
    known[names[0]] = coupon
    return "imported"


def _coupon(row: CouponRow, name: bytes, handle: bytes) -> Coupon:
    return Coupon(
        name, handle, row.barcode, row.title_ja, row.title_en or row.title_ja, row.discount, row.min_spend,
        tuple(sorted(set(row.companies))), row.valid_from.toordinal(), row.valid_until.toordinal(),
    )  # fmt: skip


_TERMS: Final = ("title_ja", "title_en", "discount", "min_spend", "partners", "valid_from", "valid_until")


def _differences(there: Coupon, given: Coupon) -> list[str]:
    return [name for name in _TERMS if getattr(there, name) != getattr(given, name)]


def _other_terms(names: Sequence[str]) -> Unfit:
    columns = ", ".join("companies" if name == "partners" else name for name in names)
    return Unfit(
        "other-terms",
        Say(
            f"このクーポンはすでに別の内容で取り込まれています(違う列: {columns})。",
            f"The coupon is there already with other terms (they differ in: {columns}).",
        ),
    )


def _check_coupon(row: CouponRow, setting: Setting) -> Unfit | None:
    if not setting.companies.issuperset(row.companies):
        return _UNKNOWN_COMPANY
    if row.valid_from > row.valid_until:
        return _BACKWARDS
    if row.valid_until.toordinal() < setting.today:
        return Unfit("expired", Say(f"{row.valid_until}に期限が切れています。", f"ended on {row.valid_until}."))
    return None


class _Desk:
    """One transaction in hand: cards, standings as decided so far, and what is to be written."""

    def __init__(self, batch: LedgerBatch, keys: ReceiptKeys, setting: Setting, cards: Iterable[str]) -> None:
        self.keys = keys
        self.setting = setting
        self.changes = Changes()
        self._batch = batch
        self._indexes = {card: keys.cards(card) for card in cards}
        self._cards: dict[bytes, Card] = batch.cards({i for found in self._indexes.values() for i in found})
        self._standings: dict[bytes, Standing | None] = {}
        self._next = 0

    def holder(self, card: str) -> bytes | Unfit:
        """Return the handle of the member with this card."""
        found = next((self._cards[index] for index in self._indexes[card] if index in self._cards), None)
        if found is None or self._standing(found.handle) is None:
            return _UNKNOWN_CARD
        return found.handle if found.state is CardState.ACTIVE else _BLOCKED

    def _standing(self, handle: bytes) -> Standing | None:
        if handle not in self._standings:
            member = self._batch.members([handle]).get(handle)
            lives = member is not None and member.state is MemberState.ACTIVE
            lots = self._batch.lots([handle])[handle] if member is not None and member.lots else ()
            self._standings[handle] = Standing(member, tuple(lots)) if member is not None and lives else None
        return self._standings[handle]

    def entry(self) -> int:
        """Return the next entry number, and count on."""
        entry = self._next or self._batch.next_entry()
        self._next = self.changes.next_entry = entry + 1
        return entry

    def bring_in(self, handle: bytes, opening: Opening) -> None:
        """Post one opening balance; what had lapsed before lapses first, so that nothing is revived."""
        before = self._standing(handle)
        assert before is not None, "a holder has a standing"
        standing, lapsed = lapse(before, day=self.setting.today, expiry_days=self.setting.expiry_days)
        lot = None
        if opening.expires:
            lot = Lot(opening.entry, handle, opening.partner, opening.expires, opening.points)
        partner = opening.partner or PROGRAMME
        standing, moves = bring_in(standing, partner=partner, points=opening.points, earned=opening.earned, lot=lot)
        self._standings[handle] = standing
        self.changes.openings.append(opening)
        self.changes.members[handle] = standing.member
        self.changes.lots.update({each.number: each for each in standing.lots})
        self._post(opening.entry, handle, lapsed + moves)

    def _post(self, entry: int, handle: bytes, moves: Sequence[Move]) -> None:
        self.changes.postings += [
            Posting(entry, number, move.kind, handle, move.lot, move.partner, self.setting.today, move.points)
            for number, move in enumerate(moves)
        ]

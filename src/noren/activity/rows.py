"""Between rows of the store and values of the model. Lines are kept column by column, as msgpack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from noren.activity.model import (
    Coupon,
    Kind,
    Line,
    Lot,
    Member,
    MemberState,
    Opening,
    Posting,
    Purchase,
    ReceiptKey,
    Redemption,
    Return,
    ReturnLine,
    Stop,
    Traits,
)
from noren.governance.stopping import Rule

_PACK: Final = msgspec.msgpack.Encoder()
_LINES: Final = msgspec.msgpack.Decoder(tuple[list[str], list[int], list[int]])
_RETURN_LINES: Final = msgspec.msgpack.Decoder(tuple[list[int], list[int], list[int]])

Row = tuple[Any, ...]


def pack_lines(lines: Sequence[Line] | None) -> bytes | None:
    """Return the stored form of a purchase's lines; None stays None (points-only mode)."""
    if lines is None:
        return None
    return _PACK.encode(tuple(zip(*lines, strict=True)) if lines else ((), (), ()))


def unpack_lines(packed: bytes | None) -> tuple[Line, ...] | None:
    """Return the lines that :func:`pack_lines` packed."""
    return None if packed is None else tuple(map(Line, *_LINES.decode(packed)))


def stop_of(row: Sequence[Any]) -> Stop:
    """Return a stop of a row: purpose, recipient, channel, since."""
    return Stop(Rule(row[0], row[1], row[2]), row[3])


def pack_return_lines(lines: Sequence[ReturnLine] | None) -> bytes | None:
    """Return the stored form of a return's lines."""
    if lines is None:
        return None
    return _PACK.encode(([x.line for x in lines], [x.quantity for x in lines], [x.amount for x in lines]))


def unpack_return_lines(packed: bytes | None) -> tuple[ReturnLine, ...] | None:
    """Return the lines that :func:`pack_return_lines` packed."""
    return None if packed is None else tuple(map(ReturnLine, *_RETURN_LINES.decode(packed)))


def purchase_row(p: Purchase) -> Row:
    """Return a purchase as its row, in the order of ``PURCHASE_COLUMNS``."""
    return (
        p.entry, p.handle, p.key.day, p.key.hash, p.body_hash, p.shop, p.partner, p.terminal, p.receipt, p.at,
        p.received, p.amount, p.amount_left, p.base_left, p.used_left, p.earned, p.earned_left, p.per, p.previous,
        int(p.imported), pack_lines(p.lines), p.answer,
    )  # fmt: skip


def purchase(row: Row) -> Purchase:
    """Return the purchase of a row."""
    fields: list[Any] = [
        *row[:2],
        ReceiptKey(row[2], row[3]),
        *row[4:19],
        bool(row[19]),
        unpack_lines(row[20]),
        row[21],
    ]
    return Purchase(*fields)


def goods_return(row: Row) -> Return:
    """Return the return of a row."""
    fields: list[Any] = [*row[:6], unpack_return_lines(row[6]), row[7]]
    return Return(*fields)


def return_row(r: Return) -> Row:
    """Return a return as its row, in the order of ``RETURN_COLUMNS``."""
    return r.entry, r.purchase, r.name, r.body_hash, r.at, r.amount, pack_return_lines(r.lines), r.answer


def member(row: Row) -> Member:
    """Return the member of a row."""
    return Member(row[0], MemberState(row[1]), bool(row[2]), *row[3:])


def member_row(m: Member) -> Row:
    """Return a member as the parameters of ``SET_MEMBER``."""
    return int(m.state), int(m.points_only), m.pool, m.last_movement, m.last_purchase, m.lots, m.handle


def lot_row(x: Lot) -> Row:
    """Return a lot as its row."""
    return x.number, x.handle, x.partner, x.expires, x.points


def posting(row: Row) -> Posting:
    """Return the posting of a row."""
    return Posting(row[0], row[1], Kind(row[2]), *row[3:])


def posting_row(p: Posting) -> Row:
    """Return a posting as its row."""
    return p.entry, p.number, int(p.kind), p.handle, p.lot, p.partner, p.day, p.points


def coupon(row: Row) -> Coupon:
    """Return the coupon of a row."""
    fields: list[Any] = [*row[:7], tuple(row[7].split()), *row[8:]]
    return Coupon(*fields)


def coupon_row(c: Coupon) -> Row:
    """Return a coupon as its row, in the order of ``COUPON_COLUMNS``; companies are parted by spaces."""
    return (
        c.coupon, c.handle, c.barcode, c.title_ja, c.title_en, c.discount, c.min_spend, " ".join(c.partners),
        c.valid_from, c.valid_until, c.used, c.campaign, c.issued_by, c.kind, c.value, c.max_value, c.products, c.stack,
        c.returns,
    )  # fmt: skip


def redemption_row(r: Redemption) -> Row:
    """Return a redemption as its row."""
    return r.entry, r.number, r.barcode, r.coupon, r.partner, r.discount, r.day, r.problem


def opening_row(o: Opening) -> Row:
    """Return an opening balance as its row."""
    return o.key, o.entry, o.partner, o.earned, o.expires, o.points


TRAITS: Final = 9
"""So many columns hold a member's traits."""


def traits_of(row: Sequence[Any]) -> Traits:
    """Return the traits of a row in the order of the profile's columns; PostgreSQL has truth values, SQLite numbers."""
    *told, email_ok, post_ok = row
    return Traits(*told, *(None if flag is None else bool(flag) for flag in (email_ok, post_ok)))


def traits_row(t: Traits) -> Row:
    """Return traits in the order of the profile's columns."""
    return (
        t.sex, t.age_band, t.age_band_year, t.birth_month, t.prefecture, t.postal3, t.since,
        None if t.email_ok is None else int(t.email_ok), None if t.post_ok is None else int(t.post_ok),
    )  # fmt: skip

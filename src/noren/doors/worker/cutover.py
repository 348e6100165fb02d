"""Cut-over: opening balances and live coupons in, and what stands of them, for the reconciliation.

Card numbers stay in memory here. What is listed is named by keyed hashes: it says of no card or member whose it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar import post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from noren.doors.worker.bodies import (
    MAX_ROWS,
    CouponBody,
    CouponsBody,
    LotBody,
    LotsBody,
    Reason,
)
from noren.doors.worker.turn import Turn
from noren.register.opening import (
    CouponRow,
    LotRow,
    Result,
    Setting,
    Unfit,
    coupon_names,
    import_coupons,
    import_lots,
    lot_keys,
)


class StandsAnswer(msgspec.Struct, frozen=True):
    """One result per row, and the keyed hashes under which it may stand (one per live key version), in order."""

    results: list[str | Reason]
    keys: list[list[str]]


class ListBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a listing goes on."""

    after: Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{2}){0,32}\Z")] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_ROWS)] = MAX_ROWS


class Sums(msgspec.Struct, frozen=True):
    """What stands of one company (empty: the programme, everywhere) from another system."""

    company: str
    rows: int
    value: int
    posted_rows: int
    posted: int
    booked: int


class SumsAnswer(msgspec.Struct, frozen=True):
    """What stands, by company."""

    lots: list[Sums]
    coupons: list[Sums]


class Standing(msgspec.Struct, frozen=True):
    """One row that stands."""

    key: str
    company: str
    value: int


class ListAnswer(msgspec.Struct, frozen=True):
    """Rows that stand, in the order of their keyed hashes."""

    rows: list[Standing]


def cutover_handlers(turn: Turn) -> list[Any]:
    """Return the handlers of ``/cutover``."""
    return [*_importing(turn), *_reporting(turn)]


def _importing(turn: Turn) -> list[Any]:
    room = turn.room

    def setting() -> Setting:
        return Setting(room.today().toordinal(), room.home.settings.points.expiry_days, room.directory.partners())

    @post("/cutover/lots", status_code=HTTP_200_OK, sync_to_thread=True)
    def lots(data: JSONBody[LotsBody]) -> StandsAnswer:
        rows = [_lot(row) for row in data.rows]
        with turn:
            results = import_lots(room.ledger, keys=room.receipts, rows=rows, setting=setting(), dry=data.dry)
        return _answer(results, [lot_keys(room.receipts, row) for row in rows])

    @post("/cutover/coupons", status_code=HTTP_200_OK, sync_to_thread=True)
    def coupons(data: JSONBody[CouponsBody]) -> StandsAnswer:
        rows = [_coupon(row) for row in data.rows]
        with turn:
            results = import_coupons(room.ledger, keys=room.receipts, rows=rows, setting=setting(), dry=data.dry)
        return _answer(results, [coupon_names(room.receipts, row) for row in rows])

    return [lots, coupons]


def _lot(row: LotBody) -> LotRow:
    return LotRow(row.card, row.points, row.earned, row.expires, row.company or "", row.number)


def _coupon(row: CouponBody) -> CouponRow:
    return CouponRow(
        row.card, row.coupon, row.title_ja, row.title_en or "", row.discount, row.min_spend or 0,
        tuple((row.companies or "").split()), row.valid_from, row.valid_until, row.number,
    )  # fmt: skip


def _answer(results: Sequence[Result], keys: Sequence[Sequence[bytes]]) -> StandsAnswer:
    said = [Reason(r.reason.ja, r.reason.en, r.word) if isinstance(r, Unfit) else r for r in results]
    return StandsAnswer(said, [[name.hex() for name in names] for names in keys])


def _reporting(turn: Turn) -> list[Any]:
    feed = turn.room.feed

    @post("/cutover/sums", status_code=HTTP_200_OK, sync_to_thread=True)
    def sums() -> SumsAnswer:
        return SumsAnswer(
            [Sums(company, *found) for company, found in feed.opening_sums().items()],
            [
                Sums(company, rows, value, rows, value, value)
                for company, (rows, value, _) in feed.coupon_sums().items()
            ],
        )

    @post("/cutover/lots-listed", status_code=HTTP_200_OK, sync_to_thread=True)
    def lots_listed(data: JSONBody[ListBody]) -> ListAnswer:
        found = feed.openings_after(bytes.fromhex(data.after), data.limit)
        return ListAnswer([Standing(each.key.hex(), each.partner, each.points) for each in found])

    @post("/cutover/coupons-listed", status_code=HTTP_200_OK, sync_to_thread=True)
    def coupons_listed(data: JSONBody[ListBody]) -> ListAnswer:
        found = feed.coupons_after(bytes.fromhex(data.after), data.limit)
        return ListAnswer([Standing(each.coupon.hex(), " ".join(each.partners), each.discount) for each in found])

    return [sums, lots_listed, coupons_listed]

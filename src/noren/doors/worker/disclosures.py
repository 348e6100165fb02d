"""The ledger side's document: for the member's own door, in clear; for staff to hand over, sealed to her code.

Staff come with an order of the vault, at which a request of hers is open; here nobody knows whose handle it is.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any, Final

import msgspec
from litestar import Response, post
from litestar.exceptions import NotFoundException
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT, HTTP_503_SERVICE_UNAVAILABLE

from noren.doors.worker.bodies import Reason
from noren.doors.worker.turn import Turn
from noren.governance.disclosing.numbers import code_of, last_day
from noren.governance.disclosing.signing import digest
from noren.governance.leases.copies import Refused as CopyRefused
from noren.governance.leases.model import CopyKind, Wanted
from noren.governance.leases.sealed_file import SealedWriter
from noren.governance.ports import EntryKind
from noren.house.disclosing import NotInstalled, PrinterBusy, files_of, packed, sealed
from noren.house.exporting import Order, open_order
from noren.house.ledger_document import own_document
from noren.kernel.clock import SystemClock
from noren.kernel.discreet import Discreet
from noren.kernel.ids import Handle, LinkToken, MalformedId
from noren.kernel.say import Lang, Say
from noren.kernel.sealing import DoesNotOpen, open_link_token

DATA: Final = "purchases.json"
NOT_AN_ORDER: Final = Say(
    "会員情報庫の、いまの依頼ではありません。もう一度 noren member export を行ってください。",
    "This is no order of the vault of just now. Run noren member export again.",
)
NO_MEMBER: Final = Say("取引台帳に、この会員の記録がありません。", "The ledger side has no record of this member.")
BUSY: Final = Say(
    "ほかの開示書を作っています。少し待ってからもう一度お試しください。",
    "Another document is being made. Please try again in a moment.",
)
NO_SEAL: Final = Say(
    "封をするための追加部品がありません。extra [pdf] を入れてください。",
    "What seals the file is not installed: install the extra [pdf].",
)


class OwnBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose document, by token, in which language."""

    token: bytes
    lang: Lang = "ja"


class OrderBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The vault's order."""

    order: str
    lang: Lang = "ja"


def disclosure_handlers(turn: Turn) -> list[Any]:
    """Return the handlers of ``/disclose`` and ``/export``."""

    @post("/disclose/own", status_code=HTTP_200_OK, sync_to_thread=True)
    def own(data: JSONBody[OwnBody]) -> Response[Any]:
        handle = _handle(turn, data.token)
        return _answered(lambda: _own(turn, handle, data.lang))

    @post("/export/member", status_code=HTTP_200_OK, sync_to_thread=True)
    def export(data: JSONBody[OrderBody]) -> Response[Any]:
        room = turn.room
        order = open_order(room.home, room.zone_keys, data.order, SystemClock().now())
        if order is None:
            return _refuse(NOT_AN_ORDER)
        return _answered(lambda: _exported(turn, order, data.lang))

    return [own, export]


def _own(turn: Turn, handle: Handle, lang: Lang) -> Response[Any]:
    files = _files(turn, handle, lang, by="member")
    return _refuse(NO_MEMBER) if files is None else Response({"file": base64.b64encode(packed(files)).decode()})


def _exported(turn: Turn, order: Order, lang: Lang) -> Response[Any]:
    room, handle = turn.room, _handle(turn, order.token.reveal())
    files = _files(turn, handle, lang, by="staff")
    if files is None:
        return _refuse(NO_MEMBER)
    content = sealed(files, code_of(room.receipts.purchase_id.key(), handle.reveal(), order.number))
    end = datetime.combine(last_day(order.number) + timedelta(days=1), time(), room.home.zone)

    def write(out: SealedWriter) -> int:
        out.write(content)
        return 1

    made = room.copies.make(Wanted(CopyKind.DISCLOSURE, order.who, "inquiry", ("purchase-line", "points"), end), write)
    if isinstance(made, CopyRefused):
        return _refuse(made.says)
    return Response({"copy": made.copy, "file": base64.b64encode(content).decode()})


def _files(turn: Turn, handle: Handle, lang: Lang, *, by: str) -> dict[str, bytes] | None:
    room = turn.room
    document = own_document(room, handle)
    if document is None:
        return None
    files = files_of(document, room.log, lang)
    # Nobody's tag: the vault writes that she was given a document, and an act stands under a tag in one log alone.
    room.note(EntryKind.DISCLOSURE, by=by, document=digest(files[DATA]))
    return files


def _handle(turn: Turn, token: bytes) -> Handle:
    try:
        return open_link_token(turn.room.link, LinkToken(token))
    except (DoesNotOpen, MalformedId):
        raise NotFoundException("no such member") from None


def _answered(make: Callable[[], Response[Any]]) -> Response[Any]:
    try:
        return make()
    except PrinterBusy:
        return _refuse(BUSY, HTTP_503_SERVICE_UNAVAILABLE)
    except NotInstalled:
        return _refuse(NO_SEAL)


def _refuse(says: Say, status: int = HTTP_409_CONFLICT) -> Response[Any]:
    return Response(Reason(says.ja, says.en), status_code=status)

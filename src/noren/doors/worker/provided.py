"""The ledger side's records of provision of somebody who was erased: by the vault's order, which holds tags alone."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT

from noren.doors.worker.bodies import Reason
from noren.doors.worker.disclosures import NOT_AN_ORDER
from noren.doors.worker.turn import Turn
from noren.governance.ports import EntryKind
from noren.house.exporting import open_tags
from noren.house.ledger_content import provision_told
from noren.kernel.clock import SystemClock
from noren.kernel.discreet import Discreet
from noren.provision.beyond import MONTHS, Tag, month_after


class TagsBody(Discreet, msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The vault's order, and who carries it."""

    order: str
    who: Annotated[str, msgspec.Meta(max_length=64)]


def provided_handlers(turn: Turn) -> list[Any]:
    """Return the handler of ``/provide/beyond``."""

    @post("/provide/beyond", status_code=HTTP_200_OK, sync_to_thread=True)
    def beyond(data: JSONBody[TagsBody]) -> Response[Any]:
        room = turn.room
        order = open_tags(room.home, room.zone_keys, data.order, SystemClock().now())
        if order is None or order.who != data.who:
            return Response(Reason(NOT_AN_ORDER.ja, NOT_AN_ORDER.en), status_code=HTTP_409_CONFLICT)
        found = room.provisions.records_under([Tag(*each) for each in order.tags])
        room.note(EntryKind.LOOK, by=order.who, about="provision-records")
        told = [
            {**provision_told(each, room.home.zone), "kept_until": month_after(each.begun_on, MONTHS)} for each in found
        ]
        return Response({"records": told})

    return [beyond]

"""``/dormant``: the vault asks of link tokens which members are dormant here; yes or no, and nothing is kept of it."""

from __future__ import annotations

from typing import Any

from litestar import post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from noren.activity.dormancy import is_dormant, last_quiet_day
from noren.doors.worker.bodies import TokensBody
from noren.doors.worker.turn import Turn
from noren.kernel.ids import LinkToken, MalformedId
from noren.kernel.sealing import DoesNotOpen, open_link_token


def dormant_handlers(turn: Turn) -> list[Any]:
    """Return the handler of ``/dormant``. The term is this side's own setting: the vault can not ask by another."""
    room = turn.room
    settings = room.home.settings

    @post("/dormant", status_code=HTTP_200_OK, sync_to_thread=True)
    def dormant(data: JSONBody[TokensBody]) -> dict[str, list[bool]]:
        months = settings.retention.dormant_months
        if not months:
            return {"dormant": [False] * len(data.tokens)}
        quiet = last_quiet_day(room.today(), months=months, expiry_days=settings.points.expiry_days)
        return {"dormant": [_is(token, quiet) for token in data.tokens]}

    def _is(token: bytes, quiet: Any) -> bool:
        try:
            handle = open_link_token(room.link, LinkToken(token)).reveal()
        except (DoesNotOpen, MalformedId):
            return False  # one that leads to nobody must not stop the others' answers
        return is_dormant(room.feed, handle, quiet=quiet, zone=room.home.zone)

    return [dormant]

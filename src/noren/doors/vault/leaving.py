"""The inner door's part for who leaves: withdrawal and erasure, by card."""

from __future__ import annotations

from typing import Any

from litestar import Response, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT

from noren.doors.vault.bodies import CardBody, as_reason
from noren.identity.erasing import erase_member
from noren.identity.model import Refused
from noren.identity.vault import Vault
from noren.identity.withdrawing import erase_due, withdraw_member
from noren.kernel.ids import CardNumber


def leaving_handlers(vault: Vault, keep_days: int) -> list[Any]:
    """Return the handlers of ``/erase``. ``keep_days``: how long the data of who has left is kept."""

    @post("/erase/member", status_code=HTTP_200_OK, sync_to_thread=True)
    def erase(data: JSONBody[CardBody]) -> Response[Any]:
        done = erase_member(vault, card=CardNumber(data.card))
        if isinstance(done, Refused):
            return Response(as_reason(done.reason), status_code=HTTP_409_CONFLICT)
        return Response({"ok": True, "told": done.told})

    @post("/erase/withdraw", status_code=HTTP_200_OK, sync_to_thread=True)
    def withdraw(data: JSONBody[CardBody]) -> Response[Any]:
        done = withdraw_member(vault, card=CardNumber(data.card), keep_days=keep_days)
        if isinstance(done, Refused):
            return Response(as_reason(done.reason), status_code=HTTP_409_CONFLICT)
        return Response({"ok": True, "told": done.told, "erased_on": done.erased_on.isoformat()})

    @post("/erase/finish", status_code=HTTP_200_OK, sync_to_thread=True)
    def finish() -> dict[str, int]:
        """Do now what a day brings."""
        return {"erased": erase_due(vault)}

    return [erase, withdraw, finish]

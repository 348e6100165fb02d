"""What a member does not want kept: asked, and taken back, at the ledger side's inner door by the statement alone."""

from __future__ import annotations

from typing import Any

from litestar import post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from noren.activity import forgetting
from noren.doors.worker.bodies import ForgetBody
from noren.doors.worker.turn import Turn
from noren.kernel.clock import SystemClock, microseconds


def forget_handlers(turn: Turn) -> list[Any]:
    """Return the handlers of ``/forget``."""
    ledger = turn.room.ledger

    @post("/forget/ask", status_code=HTTP_200_OK, sync_to_thread=True)
    def ask(data: JSONBody[ForgetBody]) -> dict[str, bool]:
        now_us = microseconds(SystemClock().now())  # the machine's own, as erasures count
        with turn:
            return {"ok": forgetting.ask(ledger, handle=data.handle, entry=data.entry, line=data.line, now_us=now_us)}

    @post("/forget/undo", status_code=HTTP_200_OK, sync_to_thread=True)
    def undo(data: JSONBody[ForgetBody]) -> dict[str, bool]:
        with turn:
            return {"ok": forgetting.undo(ledger, handle=data.handle, entry=data.entry, line=data.line)}

    return [ask, undo]

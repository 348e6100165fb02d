"""The inner door's part for who leaves: withdrawal and erasure, by card."""

from __future__ import annotations

from typing import Any

from litestar import Response, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT

from noren.doors.vault.bodies import CardBody, as_reason
from noren.governance.acknowledgement import signed
from noren.house.vault import VaultRoom
from noren.identity.erasing import erase_member, what_stays
from noren.identity.model import Refused
from noren.identity.statutory.model import Kept
from noren.identity.withdrawing import erase_due, withdraw_member
from noren.kernel.ids import CardNumber


def leaving_handlers(room: VaultRoom) -> list[Any]:
    """Return the handlers of ``/erase``."""
    vault, keep_days = room.vault, room.home.settings.erasure.keep_withdrawn_days

    @post("/erase/preview", status_code=HTTP_200_OK, sync_to_thread=True)
    def preview(data: JSONBody[CardBody]) -> Response[Any]:
        found = what_stays(vault, card=CardNumber(data.card))
        if isinstance(found, Refused):
            return Response(as_reason(found.reason), status_code=HTTP_409_CONFLICT)
        return Response({"kept": list(map(_shown, found))})

    @post("/erase/member", status_code=HTTP_200_OK, sync_to_thread=True)
    def erase(data: JSONBody[CardBody]) -> Response[Any]:
        done = erase_member(vault, card=CardNumber(data.card))
        if isinstance(done, Refused):
            return Response(as_reason(done.reason), status_code=HTTP_409_CONFLICT)
        kept = list(map(_shown, done.kept))
        said = {"kind": "noren-erasure", "erased_on": vault.today().isoformat(), "kept": kept}
        file = signed(said, room.keys.signing).decode()
        return Response({"ok": True, "told": done.told, "kept": kept, "acknowledgement": file})

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

    return [preview, erase, withdraw, finish]


def _shown(kept: Kept) -> dict[str, Any]:
    """Return what she is shown of a record: which fields stay, until when, by which law."""
    return {
        "record": {"ja": kept.kind.says.ja, "en": kept.kind.says.en},
        "fields": [{"ja": kept.kind.fields[name].ja, "en": kept.kind.fields[name].en} for name in kept.fields],
        "until": kept.until,
        "law": {"ja": kept.kind.law.ja, "en": kept.kind.law.en},
    }

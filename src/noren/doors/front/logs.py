"""The public files of the audit logs, as C2SP's tlog-tiles names them: ``/log/<side>/checkpoint`` and ``…/tile/…``.

They hold commitments alone: how many entries there are, and nothing of what they say. Beside them the public keys of
acknowledgements.
"""

from __future__ import annotations

from typing import Final, Literal

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import SkipValidation

from noren.house.front import FrontRoom

GivenRoom = NamedDependency[SkipValidation[FrontRoom]]
Side = Literal["identity", "ledger", "house"]

_FOR_EVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
_A_MOMENT: Final = {"Cache-Control": "no-cache"}


@get("/log/{side:str}/checkpoint", sync_to_thread=True)
def checkpoint(room: GivenRoom, side: Side) -> Response[bytes]:
    """Answer the newest signed checkpoint."""
    return _found(room.of_log(side, "checkpoint"), "text/plain", _A_MOMENT)


@get("/log/{side:str}/vkeys", sync_to_thread=True)
def vkeys(room: GivenRoom, side: Side) -> Response[bytes]:
    """Answer the public keys that the log ever had; whoever checks compares them with those from another way."""
    return _found(room.log_keys(side), "text/plain", _A_MOMENT)


@get("/acknowledgement-keys", sync_to_thread=True)
def acknowledgement_keys(room: GivenRoom) -> Response[bytes]:
    """Answer the public keys by which what members are given was ever signed."""
    return _found(room.acknowledgement_keys(), "text/plain", _A_MOMENT)


@get("/log/{side:str}/tile/{name:path}", sync_to_thread=True)
def tile(room: GivenRoom, side: Side, name: str) -> Response[bytes]:
    """Answer a tile or an entry bundle."""
    return _found(room.of_log(side, f"tile{name}"), "application/octet-stream", _FOR_EVER)


def _found(content: bytes | None, kind: str, headers: dict[str, str]) -> Response[bytes]:
    if content is None:
        raise NotFoundException
    return Response(content, media_type=kind, headers=headers)

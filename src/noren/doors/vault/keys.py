"""The inner door's part for rotations: a second's worth of rows moved to the current key, and how far it came."""

from __future__ import annotations

import time
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from noren.governance.leases.copies import Copies
from noren.identity.rotation import move
from noren.identity.vault import Vault

SLICE_SECONDS: Final = 1.0
REST: Final = 1.0
"""Rest after a stretch, in times what it took: enrolments and sign-ins get in between."""


class WorkBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stretch of a rotation's work: the key, and where the last stretch ended (hex; empty: at the beginning)."""

    name: Literal["member-wrap", "vault-index", "link", "card-index", "vault-copies"]
    after: Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{2})*\Z")] = ""


class WorkAnswer(msgspec.Struct, frozen=True):
    """What a stretch did; ``after`` is empty at the end."""

    after: str
    seen: int
    moved: int
    left: int = 0


def key_handlers(vault: Vault, copies: Copies) -> list[Any]:
    """Return the handler of ``/keys``."""

    @post("/keys/work", status_code=HTTP_200_OK, sync_to_thread=True)
    def work(data: JSONBody[WorkBody]) -> WorkAnswer:
        if data.name == "vault-copies":  # copies are few: one pass
            return WorkAnswer("", *copies.rewrap())
        until, after, seen, moved = time.monotonic() + SLICE_SECONDS, bytes.fromhex(data.after), 0, 0
        while True:
            begun = time.monotonic()
            done = move(vault, name=data.name, after=after)
            after, seen, moved = done.after, seen + done.seen, moved + done.moved
            if not after or time.monotonic() > until:
                return WorkAnswer(after.hex(), seen, moved)
            time.sleep(REST * (time.monotonic() - begun))

    return [work]

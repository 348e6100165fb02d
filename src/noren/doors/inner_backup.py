"""The inner door's part for backups: each side's own process writes its own, into a folder that the host names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec
from litestar import Response, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT

from noren.governance.leases.copies import Copies, name_of
from noren.governance.leases.errors import CopyEnded
from noren.governance.ports import Entry, EntryKind, Fact, Journal
from noren.house.backup_file import Made
from noren.house.home import HomeProblem


class FolderBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where to write."""

    folder: str


class EndedBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Backups whose files the host has removed, by the copy that their first line names."""

    copies: list[Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")]]


def backup_handlers(back_up: Callable[[Path], Made], journal: Journal, copies: Copies) -> list[Any]:
    """Return the handler of ``/backup``; each backup stands in the side's log before it is said to be made."""

    @post("/backup/make", status_code=HTTP_200_OK, sync_to_thread=True)
    def make(data: JSONBody[FolderBody]) -> Response[Any]:
        try:
            made = back_up(Path(data.folder))
        except HomeProblem as wrong:
            said = {"reason_ja": wrong.say.ja, "reason_en": wrong.say.en}
            return Response(said, status_code=HTTP_409_CONFLICT)
        journal.append([made_entry(made)])
        return Response(
            {
                "file": str(made.path),
                "side": made.head.side,
                "size": made.size,
                "files": made.files,
                "made_at": made.head.made_at.isoformat(),
                "expires_at": made.head.expires_at.isoformat(),
            }
        )

    @post("/backup/ended", status_code=HTTP_200_OK, sync_to_thread=True)
    def ended(data: JSONBody[EndedBody]) -> dict[str, int]:
        return {"ended": sum(_end(copies, bytes.fromhex(copy)) for copy in data.copies)}

    return [make, ended]


def _end(copies: Copies, copy: bytes) -> bool:
    """Write into the census that the host has removed a backup; False: it is not there, or has ended before."""
    try:
        copies.attest(name_of(copy), by="host")
    except CopyEnded:
        return False
    return True


def made_entry(made: Made) -> Entry:
    """Return what the log tells of a backup."""
    head = made.head
    facts: dict[str, Fact] = {"side": head.side, "copy": head.copy, "until": head.expires_at.date().isoformat()}
    return Entry(EntryKind.BACKUP_MADE, head.made_at, {**facts, "files": made.files, "size": made.size})

"""The inner door's part for backups: each side's own process writes its own, into a folder that the host names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from litestar import Response, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_409_CONFLICT

from noren.house.backup_file import Made
from noren.house.home import HomeProblem


class FolderBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where to write."""

    folder: str


def backup_handlers(back_up: Callable[[Path], Made]) -> list[Any]:
    """Return the handler of ``/backup``."""

    @post("/backup/make", status_code=HTTP_200_OK, sync_to_thread=True)
    def make(data: JSONBody[FolderBody]) -> Response[Any]:
        try:
            made = back_up(Path(data.folder))
        except HomeProblem as wrong:
            said = {"reason_ja": wrong.say.ja, "reason_en": wrong.say.en}
            return Response(said, status_code=HTTP_409_CONFLICT)
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

    return [make]

"""What a restore says of itself, and what both sides' restores share: looking before, putting stores in place."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from noren.house.home import HomeProblem
from noren.kernel.say import Say


class Restored(msgspec.Struct, frozen=True):
    """A restore or a drill. ``point``: what came after it is not in the backup; ``seconds``: how long it took.

    ``ended``: documents that changed after it, and are ended until they are announced anew. ``invite_again``: accounts
    of staff that nobody signs in with before that.
    """

    side: str
    point: datetime
    seconds: float
    files: int
    members: int
    erased: int
    drill: bool
    ended: list[str] = msgspec.field(default_factory=list[str])
    invite_again: list[str] = msgspec.field(default_factory=list[str])


def refuse_over(targets: Sequence[Path]) -> None:
    """Refuse to write over a store that is there. Raises HomeProblem."""
    there = [path for path in targets if path.exists()]
    if there:
        names = "、".join(map(str, there)), ", ".join(map(str, there))
        raise HomeProblem(
            Say(
                f"{names[0]} がすでにあります。動いているホームの上には戻しません。"
                "鍵と消去リストだけを写した別のホームに戻すか、いまのストアを先にどけてください。",
                f"{names[1]} is there already: nothing is restored over a living home. Restore into another home that "
                "has the keys and the erasure lists, or move the stores away first.",
            )
        )


def refuse_without_list(path: Path) -> HomeProblem:
    """Return why nothing is restored without the erasure list."""
    return HomeProblem(
        Say(
            f"消去リスト {path} がありません。消去した会員が戻ってしまいます。"
            "控え(erasure.second_lists)から戻してください。",
            f"The erasure list {path} is not there: without it erased members would come back. Bring it back from its "
            "second place (erasure.second_lists).",
        )
    )


def put_in_place(pairs: Sequence[tuple[Path, Path]]) -> None:
    """Move unpacked stores (from, to) to where they belong."""
    for source, target in pairs:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if source.exists():
            source.rename(target)


def cleared(folder: Path) -> Path:
    """Return a folder's path with nothing there."""
    shutil.rmtree(folder, ignore_errors=True)
    return folder

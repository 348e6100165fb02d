"""Named lists: ``NAME.txt``, a value a line, UTF-8."""

from __future__ import annotations

from pathlib import Path

from noren.audience.batch.errors import FileWrong
from noren.kernel.say import Say


def read_lists(folder: Path | None) -> dict[str, frozenset[str]]:
    """Return the lists of a folder by name. Raises FileWrong."""
    if folder is None:
        return {}
    return {path.stem: _values(path) for path in sorted(folder.glob("*.txt"))}


def list_marks(folder: Path) -> list[tuple[str, int, int]]:
    """Return what tells a folder's lists from the same ones of before, unread: names, times, sizes."""
    found = [(path.name, path.stat()) for path in sorted(folder.glob("*.txt"))]
    return [(name, said.st_mtime_ns, said.st_size) for name, said in found]


def _values(path: Path) -> frozenset[str]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as wrong:
        kind = type(wrong).__name__
        raise FileWrong(
            Say(
                f"リスト {path} をUTF-8のテキストとして読めません({kind})。",
                f"The list {path} can not be read as UTF-8 text ({kind}).",
            )
        ) from None
    return frozenset(line.removesuffix("\r") for line in text.split("\n") if line.strip())

"""Reading the files of a home whose processes run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path


def live_files(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Yield every file with its content. Write-ahead logs come and go: what is gone when its turn comes is not told."""
    for path in sorted(folder.rglob("*")):
        with contextlib.suppress(FileNotFoundError):
            if path.is_file():
                yield path, path.read_bytes()

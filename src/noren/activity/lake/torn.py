"""After a power cut: the newest log entry or checkpoint may be half on the disk. What is torn was never built upon.

Every entry is flushed before the next is made and closes with a seal that counts its words, so
only the newest can be torn and it shows. Taking it away brings the table, and the cursor that
stands in the same entry, back to the entry before: the rows come again from the ledger.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any, Final

from noren.activity.lake.arrow import pa, pq
from noren.activity.lake.disk import flush

LOG: Final = "_delta_log"
SEAL: Final = "noren.seal"
"""App transaction that closes each of our entries; its version counts the words before it."""

_HINT: Final = "_last_checkpoint"
_OPENING: Final = ["metaData", "protocol"]


def entry_path(folder: Path, version: int) -> Path:
    """Return where the log entry of a version stands."""
    return folder / LOG / f"{version:020d}.json"


def mend(folder: Path) -> bool:
    """Take away what a power cut left half written; tell whether a log entry went."""
    log = folder / LOG
    if not log.is_dir():
        return False
    for leftover in log.glob("_commit_*.tmp"):
        leftover.unlink()
    _mend_checkpoint(log)
    entries = sorted(log.glob("[0-9]*.json"))
    torn = bool(entries) and not is_whole(entries[-1].read_bytes(), first=int(entries[-1].stem) == 0)
    if torn:
        entries[-1].unlink()
    elif entries:
        flush(entries[-1])
    flush(log)
    return torn


def is_whole(entry: bytes, *, first: bool) -> bool:
    """Tell whether a log entry is complete. ``first``: the entry that makes the table, which has no seal."""
    try:
        words = [word for line in entry.splitlines() if (word := _word(line)) is not None]
    except (ValueError, AttributeError):
        return False
    if first:
        return sorted(kind for kind, _ in words) == _OPENING
    if not words:
        return True  # says nothing about rows: the report of a vacuum, or an entry cut before its first word
    kind, body = words[-1]
    return kind == "txn" and body.get("appId") == SEAL and body.get("version") == len(words) - 1


def _word(line: bytes) -> tuple[str, dict[str, Any]] | None:
    """Return (kind, body) of one line of the log, or None for remarks, which carry no meaning."""
    ((kind, body),) = json.loads(line).items()
    return None if kind == "commitInfo" else (kind, body)


def _mend_checkpoint(log: Path) -> None:
    """Take away a newest checkpoint that can not be read, and a hint that names none: the entries still say it all."""
    checkpoints = sorted(log.glob("*.checkpoint.parquet"))
    if checkpoints and not _readable(checkpoints[-1]):
        checkpoints.pop().unlink()
    hint = log / _HINT
    if hint.exists() and not _names_one(hint, checkpoints):
        hint.unlink()


def _readable(checkpoint: Path) -> bool:
    try:
        pq.ParquetFile(checkpoint).read()
    except (pa.ArrowException, OSError):
        return False
    return True


def _names_one(hint: Path, checkpoints: list[Path]) -> bool:
    with contextlib.suppress(ValueError, KeyError, TypeError):
        version = json.loads(hint.read_bytes())["version"]
        return any(path.name.startswith(f"{version:020d}.") for path in checkpoints)
    return False

"""An audit log with keys of its own, for tests: the real one, on a folder of the test's."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from noren.governance.log import Log, LogKeys
from noren.governance.log.disk import Disk
from noren.governance.log.verifying import Demand, Report, verify_folder
from noren.governance.ports import Entry, EntryKind
from noren.kernel.clock import FixedClock
from noren.kernel.keyring import KeyRing

ORIGIN: Final = "noren.example/log/identity"
AT: Final = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)


def secret(name: str) -> bytes:
    """Return a key that is the same in every run."""
    return hashlib.sha256(name.encode()).digest()


def log_keys(folder: Path, *, signing: dict[int, bytes] | None = None, current: int = 1) -> LogKeys:
    """Return the keys of a test's log; its public keys are written beside the log's folder."""
    rings = (
        KeyRing("log", current, signing or {1: secret("log")}),
        KeyRing("log-subject", 1, {1: secret("log-subject")}),
    )
    return LogKeys(ORIGIN, *rings, folder.with_name(f"{folder.name}.vkeys"))


def open_log(folder: Path, keys: LogKeys | None = None, disk: Disk | None = None) -> Log:
    """Open a log as a member's side does: it keeps days alone."""
    return Log(folder, keys or log_keys(folder), FixedClock(AT), lambda at: at.date().isoformat(), disk)


def verified(folder: Path, **more: object) -> Report:
    """Check a whole log."""
    return verify_folder(folder, Demand(**({"keys": log_keys(folder).known()} | more)))  # type: ignore[arg-type]


def stop_entry(log: Log, member: int, **body: str | int | bool) -> Entry:
    """Return the entry of a member's stop."""
    return Entry(EntryKind.STOP, AT, {"scope": "all", **body}, log.subject(member.to_bytes(8, "big")))

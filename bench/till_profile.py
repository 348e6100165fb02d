"""Where the till's time goes: stacks sampled by py-spy while it is under load, summed up by part."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

_RATE: Final = 200
# Innermost frame whose file names a part wins; what no line names is counted by its file.
PARTS: Final = (
    ("register/till_keys.py", "keyed hashes"),
    ("kernel/keyring.py", "keyed hashes"),
    ("register/codes.py", "keyed hashes"),
    ("register/names.py", "outer names"),
    ("doors/till/bodies.py", "decode and check"),
    ("doors/till/metrics.py", "metrics"),
    ("prometheus_client", "metrics"),
    ("doors/till/terminals.py", "terminal keys"),
    ("doors/till/app.py", "door"),
    ("activity/rows.py", "rows"),
    ("activity/store.py", "store"),
    ("activity/pg_", "store"),
    ("psycopg", "store"),
    ("activity/points.py", "points"),
    ("register/decide.py", "decision"),
    ("register/jobs.py", "jobs"),
    ("register/work.py", "work"),
    ("register/batches.py", "writer"),
    ("register/writer.py", "writer"),
    ("threading.py", "waiting"),
    ("granian", "server"),
)


def sample(pid: int, seconds: float, out: Path) -> None:
    """Write the collapsed stacks of a process that is under load to ``out``."""
    command = [
        str(Path(sys.executable).parent / "py-spy"), "record", "--pid", str(pid), "--format", "raw",
        "--rate", str(_RATE), "--duration", str(int(seconds)), "--nonblocking", "--output",
        str(out), "--full-filenames",
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)


def parts(raw: Path) -> list[tuple[str, float]]:
    """Return (part, share of all samples), the largest first."""
    return _shares(raw, _part)


def functions(raw: Path, limit: int = 15) -> list[tuple[str, float]]:
    """Return (innermost function, share of all samples), the largest first."""
    return _shares(raw, lambda frames: _short(frames[-1]))[:limit]


def _shares(raw: Path, name: Callable[[list[str]], str]) -> list[tuple[str, float]]:
    counted: Counter[str] = Counter()
    for line in raw.read_text("utf-8").splitlines():
        stack, count = line.rsplit(" ", 1)
        counted[name(stack.split(";"))] += int(count)
    whole = sum(counted.values())
    assert whole, "py-spy saw nothing"
    return [(part, count / whole) for part, count in counted.most_common()]


def _part(frames: list[str]) -> str:
    for frame in reversed(frames):
        for piece, part in PARTS:
            if piece in frame:
                return part
    return "event loop"


def _short(frame: str) -> str:
    return frame.replace(str(Path(sys.prefix)), "").replace(str(Path(__file__).parents[1]), "").rsplit(":", 1)[0]

"""P8: killed at any moment, no figure was told whose charge is not kept. Control: one that tells first is found."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from noren.audience.figure.spent import SpentFile
from noren.audience.store import AudienceStore

SEED = 20261126
ROUNDS = 6
ROOT = Path(__file__).parents[2]


def killed(folder: Path, seconds: float, *words: str) -> int:
    """Let the asker run for so long after its first figure, kill it; return how many it told."""
    command = [sys.executable, "-m", "tests.crash.figure_asker", str(folder), *words]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    assert child.stdout is not None
    try:
        first = child.stdout.readline()
        time.sleep(seconds)
    finally:
        child.kill()
    rest = child.stdout.read()
    child.stdout.close()
    child.wait()
    return (first + rest).count(b"\n")


def owing(folder: Path, *words: str) -> list[int]:
    """Return round by round how many figures were told that nobody has paid for, by mark and by store."""
    drawn = random.Random(SEED)
    folder.mkdir()
    SpentFile(folder / "spent").begin({})
    told, out = 0, list[int]()
    for _ in range(ROUNDS):
        told += killed(folder, drawn.uniform(0.0, 0.15), *words)
        marked = sum(SpentFile(folder / "spent").read().get("2026-11", {}).values())
        store = AudienceStore(folder / "audiences.db")
        kept = sum(store.spent("2026-11").values())
        store.close()
        out.append(max(told - marked, told - kept))
    print(f"seed {SEED}: {told} figures told in {ROUNDS} rounds")
    return out


def test_what_was_told_was_paid(tmp_path: Path) -> None:
    assert max(owing(tmp_path / "real")) <= 0


def test_who_tells_first_is_found_out(tmp_path: Path) -> None:
    assert max(owing(tmp_path / "hasty", "hasty")) > 0

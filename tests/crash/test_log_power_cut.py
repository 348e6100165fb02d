"""P9: whatever a power cut leaves of a log, all that it acknowledged is there, under a checkpoint that fits.

What the disk was told is written down; at random places the power goes: what was flushed stays, of the rest any part,
torn and reordered. The control is a disk that lies about flushing records.
"""

from __future__ import annotations

import os
import random
import secrets
import shutil
from pathlib import Path

from noren.governance.log import LogError
from noren.testing.audit_log import open_log, stop_entry, verified
from noren.testing.log_disk import RecordingDisk
from noren.testing.power_cut import PowerCut

OUTCOMES = 20_000 if os.environ.get("NOREN_NIGHT") else 200

Acks = list[tuple[int, int]]
"""At which event something was acknowledged, and how many entries there were then."""


def recorded(folder: Path, *, lying: bool) -> tuple[RecordingDisk, Acks]:
    """Append in groups of all sizes, and forget a little; return what the disk was told and what was acknowledged."""
    open_log(folder).close()
    disk = RecordingDisk(folder, lying=lying)
    log, acks = open_log(folder, disk=disk), [(disk.told.now(), 1)]
    for group in (1, 3, 120, 140, 1, 1, 300, 7, 90):
        log.append([stop_entry(log, number % 11, number=log.size + number) for number in range(group)])
        acks.append((disk.told.now(), log.size))
    log.forget_member((4).to_bytes(8, "big"), reason="erasure")
    acks.append((disk.told.now(), log.size))
    log.append([stop_entry(log, 1, number=log.size)])
    acks.append((disk.told.now(), log.size))
    log.close()
    return disk, acks


def lost(folder: Path, outcome: dict[str, bytes], acknowledged: int) -> str:
    """Put an outcome on a disk and open it; return what is wrong with it, if anything."""
    for name, content in outcome.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    try:
        log = open_log(folder)
        told = [log.at(place).entry for place in range(1, min(acknowledged, log.size))]
    except LogError as broken:
        return f"it does not open, or a record is gone: {broken}"
    size = log.size
    log.close()
    if size < acknowledged:
        return f"{acknowledged} were acknowledged, {size} are there"
    numbers = [(place, entry.body.get("number", place)) for place, entry in enumerate(told, 1) if entry is not None]
    if any(place != number for place, number in numbers):
        return "another entry stands there"
    return "".join(wrong.where for wrong in verified(folder).wrong)


def cuts(tmp_path: Path, *, lying: bool, outcomes: int) -> list[str]:
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    dice, folder = random.Random(seed), tmp_path / "log"
    disk, acks = recorded(folder, lying=lying)
    memory = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else tmp_path
    found: list[str] = []
    for place in sorted(dice.randint(acks[0][0], disk.told.now()) for _ in range(outcomes)):
        cut = PowerCut(disk.told.events)
        cut.go_to(place)
        room = memory / f"noren-cut-{secrets.token_hex(8)}"
        room.mkdir()
        shutil.copy(folder.with_name("log.vkeys"), room)
        wrong = lost(room / "log", cut.outcome(dice), max(size for event, size in acks if event <= place))
        shutil.rmtree(room)
        if wrong:
            found.append(f"cut at {place}: {wrong}")
    return found


def test_a_power_cut_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    assert cuts(tmp_path, lying=False, outcomes=OUTCOMES) == []


def test_a_disk_that_lies_about_records_is_found_out(tmp_path: Path) -> None:
    """The control."""
    assert len(cuts(tmp_path, lying=True, outcomes=40)) > 5

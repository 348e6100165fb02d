"""What the machine spends and what it can: CPU, memory and bytes written of processes; the disk's own sync."""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_SYNCS: Final = 2_000
_PAGE: Final = 8_192


@dataclass(frozen=True, slots=True)
class Spent:
    """What processes have used so far: CPU seconds and bytes handed to the disk."""

    cpu: float
    written: int

    def __sub__(self, before: Spent) -> Spent:
        return Spent(self.cpu - before.cpu, self.written - before.written)


def spent(pids: list[int]) -> Spent:
    """Return what some processes have used since they began."""
    cpu = written = 0.0
    for pid in pids:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            io = dict(line.split(": ") for line in Path(f"/proc/{pid}/io").read_text().splitlines())
        except OSError:
            continue  # it ended meanwhile
        cpu += (int(stat[11]) + int(stat[12])) / _TICKS
        written += int(io["write_bytes"])
    return Spent(cpu, int(written))


def family(pid: int) -> list[int]:
    """Return a process and its children, grandchildren and so on."""
    out = [pid]
    for known in out:
        try:
            out += [int(child) for child in Path(f"/proc/{known}/task/{known}/children").read_text().split()]
        except OSError:
            continue
    return out


def memory_mb(pid: int) -> float:
    """Return the most that a process has held in memory, in MB."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) / 1024


def sync_times(folder: Path) -> list[float]:
    """Return how long each of many small appends took to sync on the disk under ``folder``, in ms, ascending."""
    times: list[float] = []
    with tempfile.NamedTemporaryFile(dir=folder) as out:
        for number in range(_SYNCS):
            os.pwrite(out.fileno(), os.urandom(_PAGE), number * _PAGE)
            begun = time.perf_counter()
            os.fdatasync(out.fileno())
            times.append(1000 * (time.perf_counter() - begun))
    return sorted(times)

"""The lossy disk as a test uses it: mounted over a folder, cut off, mounted again with what was left."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

_SECONDS: Final = 90.0
_CAP_SYS_ADMIN: Final = 21
"""The bit of the right to mount; a container's root may lack it."""


class LossyMount:
    """One folder that lives on a :mod:`lossy_disk`. ``behind``: where its content lies while it is not mounted."""

    def __init__(self, mount: Path, behind: Path, *, lying: bool = False) -> None:
        self.mount, self.behind = mount, behind
        self._lying = lying
        self._process: subprocess.Popen[str] | None = None

    @staticmethod
    def hindrance() -> str | None:
        """Return why this machine can not mount one; None: it can."""
        if os.geteuid() != 0:
            return "only root may mount a file system"
        if not os.access("/dev/fuse", os.R_OK | os.W_OK):
            return "there is no /dev/fuse"
        if not _capabilities() >> _CAP_SYS_ADMIN & 1:
            return "this root may not mount: it lacks CAP_SYS_ADMIN"
        return None

    def power_on(self) -> None:
        """Mount it with what the disk holds."""
        command = [sys.executable, "-m", "noren.testing.lossy_disk", str(self.mount), str(self.behind)]
        command += ["lying"] if self._lying else []
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        until = time.monotonic() + _SECONDS
        while not self.mount.is_mount():
            assert self._process.poll() is None, "the lossy disk ended"
            assert time.monotonic() < until, "the lossy disk is not mounted"
            time.sleep(0.01)

    def cut(self, seed: int) -> int:
        """Cut the power; return how many things the disk had been told."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        assert self._process.poll() is None, f"the lossy disk ended by itself: {self._process.returncode}"
        self._process.stdin.write(f"cut {seed}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def take_away(self) -> None:
        """Unmount it; whoever had it open must have ended."""
        if self._process is None:
            return
        subprocess.run(["fusermount3", "-u", "-z", str(self.mount)], check=True)
        process, self._process = self._process, None
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()
        try:
            process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _capabilities() -> int:
    """Return this process's effective capabilities, a bit each."""
    rows = Path("/proc/self/status").read_text("ascii", "replace").splitlines()
    return int(next(row for row in rows if row.startswith("CapEff:")).split()[1], 16)

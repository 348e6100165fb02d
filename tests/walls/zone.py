"""A zone's real process, watched from outside: what it loaded, which files it has open, which keys it remembers."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from noren.house.home import Home, Zone
from noren.testing.till import take_port

READY_SECONDS = 60
_PIECE = 16 << 20
# The command line itself, with one witness who writes down at the very end what has been loaded.
WITNESS = """
import atexit, json, pathlib, sys
seen = pathlib.Path(sys.argv[1])
atexit.register(lambda: seen.write_text(json.dumps(sorted(sys.modules))))
sys.argv[:] = ["noren", *sys.argv[2:]]
from noren.doors.cli.main import run
run()
"""


@dataclass(slots=True)
class Watched:
    """A running zone. ``stop`` ends it and returns the modules that it had loaded."""

    zone: Zone
    home: Home
    process: subprocess.Popen[bytes]
    seen: Path
    port: int | None = None
    lock: object = field(default=None, repr=False)

    def wait(self) -> None:
        """Wait until the zone takes connections."""
        until = time.monotonic() + READY_SECONDS
        while not self._connects():
            assert self.process.poll() is None, f"{self.zone} ended: {self.log()[-2000:]}"
            assert time.monotonic() < until, f"{self.zone} does not answer: {self.log()[-2000:]}"
            time.sleep(0.05)

    def _connects(self) -> bool:
        family = socket.AF_UNIX if self.port is None else socket.AF_INET
        where = str(self.home.socket(self.zone)) if self.port is None else ("127.0.0.1", self.port)
        with socket.socket(family) as probe:
            return probe.connect_ex(where) == 0

    def log(self) -> str:
        """Return what the process printed."""
        return self.seen.with_suffix(".log").read_text("utf-8", "replace")

    def open_files(self) -> set[str]:
        """Return the files of the home that the process has open or mapped, relative to the home."""
        proc = Path("/proc") / str(self.process.pid)
        found: set[str] = set()
        for descriptor in (proc / "fd").iterdir():
            with contextlib.suppress(OSError):
                found.add(str(descriptor.readlink()))
        found |= {row.split(maxsplit=5)[-1] for row in (proc / "maps").read_text().splitlines()}
        root = str(self.home.path) + "/"
        return {path.removeprefix(root) for path in found if path.startswith(root)}

    def memory_holds(self, secrets: Iterable[bytes]) -> list[bool]:
        """Return, for each secret, whether it stands in the process's memory."""
        left = dict.fromkeys(secrets, False)
        for piece in self._memory(max(map(len, left))):
            for secret in [s for s, found in left.items() if not found and s in piece]:
                left[secret] = True
        return list(left.values())

    def _memory(self, longest: int) -> Iterator[bytes]:
        """Yield what is mapped for writing, in pieces; each begins with the end of the one before it in its region."""
        proc = Path("/proc") / str(self.process.pid)
        with (proc / "mem").open("rb", buffering=0) as memory:
            for row in (proc / "maps").read_text().splitlines():
                found = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", row)
                if found:
                    start, end = (int(edge, 16) for edge in found.groups())
                    with contextlib.suppress(OSError, ValueError, OverflowError):
                        for at in range(start, end, _PIECE):
                            memory.seek(at)
                            yield memory.read(min(_PIECE + longest, end - at))

    def stop(self) -> set[str]:
        """End the process by SIGTERM; return the names of the modules it had loaded."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)
        return set(json.loads(self.seen.read_text())) if self.seen.exists() else set()


def start(home: Home, zone: Zone, folder: Path, *, source: Path | None = None, port: int | None = None) -> Watched:
    """Start a zone as ``noren ZONE --home …`` does; ``source``: another folder of packages, broken on purpose."""
    seen = folder / f"{zone}.json"
    lock = None
    if port is None and zone != "ledger-worker":
        port, lock = take_port()
    more = [] if port is None else ["--port", str(port)]
    command = [sys.executable, "-c", WITNESS, str(seen), zone, "--home", str(home.path), *more]
    environment = dict(os.environ) if source is None else {**os.environ, "PYTHONPATH": str(source)}
    with seen.with_suffix(".log").open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, env=environment
        )
    return Watched(zone, home, process, seen, port, lock)

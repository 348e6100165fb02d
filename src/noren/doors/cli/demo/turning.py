"""A key turns while the demo's till sells: ``noren keys rotate`` as a process of its own, watched from beside it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import msgspec

from noren.doors.cli.demo.drive import Driven
from noren.doors.cli.demo.errors import KeyStuck
from noren.house.showing import Turned

KEY: Final = "card-index"
"""The key that every purchase needs, and under which every card is indexed anew."""

_PATIENCE_SECONDS: Final = 300.0
_END_SECONDS: Final = 20.0
_POLL_SECONDS: Final = 0.1


class Turning:
    """A rotation under way. As a context manager: left early, it is cut off, and goes on at the next one."""

    def __init__(self, home: Path) -> None:
        words = ["keys", "rotate", KEY, "--yes", "--json", "--lang", "en", "--home", str(home)]
        command = [sys.executable, "-m", "noren.doors.cli.main", *words]
        self._began = time.monotonic()
        self._child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.turned: Turned | None = None

    def __enter__(self) -> Turning:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child.poll() is None:
            self._child.terminate()
            self._child.wait(_END_SECONDS)
        for pipe in (self._child.stdout, self._child.stderr):
            if pipe is not None:
                pipe.close()

    def look(self, driven: Driven) -> None:
        """Note what the till has done when the rotation has ended; called a few times a second.

        Raises:
            KeyStuck: the rotation failed.
        """
        if self.turned is not None or self._child.poll() is None:
            return
        said, complaint = self._child.communicate()
        if self._child.returncode:
            raise KeyStuck(complaint.strip())
        answer: dict[str, Any] = msgspec.json.decode(said)
        self.turned = Turned(
            name=KEY,
            version=max(int(row["version"]) for row in answer["keys"] if row["state"] == "current"),
            moved=sum(int(each["rows"]) for each in answer["moved"]),
            seconds=round(time.monotonic() - self._began, 1),
            purchases=driven.purchases,
            refused=driven.refused.total(),
            put_off=driven.resent,
        )

    def wait(self, driven: Driven) -> Turned:
        """Wait for the end; the year may be shorter than the rotation.

        Raises:
            KeyStuck: it does not end, or it failed.
        """
        until = self._began + _PATIENCE_SECONDS
        while self.turned is None:
            if time.monotonic() > until:
                raise KeyStuck(f"{_PATIENCE_SECONDS:.0f} s")
            self.look(driven)
            time.sleep(_POLL_SECONDS)
        return self.turned

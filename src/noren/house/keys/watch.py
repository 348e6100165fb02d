"""A running process follows its key file, and says which one it has read.

No signal and no restart: a thread looks at the file twice a second and renews the rings where
it has changed. What it has read it writes into ``run/<zone>-<pid>.keys``, on which it holds a
lock while it lives; so that whoever rotates knows that every process holds a new version
before it is used, and that a process that is gone is not waited for. Retiring versions whose
overlap has ended are destroyed in the zone's own file by the zone itself.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog

from noren.house.home import Home, HomeProblem, Zone
from noren.house.keys import keyfile
from noren.house.keys.keeper import destroy_due
from noren.house.keys.trust import publish
from noren.house.keys.zone import LOOK_SECONDS, ZoneKeys
from noren.house.occupancy import occupant

_DUE_EVERY_LOOKS: Final = 20
_log = structlog.get_logger("keys")


class KeyWatch:
    """Keeps one process's keys as its key file says. Started by the zone's room."""

    def __init__(self, keys: ZoneKeys) -> None:
        self._keys = keys
        self._stop = threading.Event()
        path = _word(keys.home, keys.zone, os.getpid())
        path.parent.mkdir(parents=True, exist_ok=True)
        self._said = os.open(path, os.O_RDWR | os.O_CREAT, keyfile.PRIVATE)
        fcntl.flock(self._said, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._path, self._serial = path, -1
        self._say()
        self._thread = threading.Thread(target=self._run, name="key-watch", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        looks = 0
        while not self._stop.wait(LOOK_SECONDS):
            try:
                self._keys.look(at_once=True)
                self._say()
                looks += 1
                if looks % _DUE_EVERY_LOOKS == 0:
                    self._destroy_due()
            except HomeProblem:
                _log.warning("keys_not_renewed", zone=self._keys.zone)
            except OSError as wrong:
                _log.warning("keys_not_renewed", zone=self._keys.zone, kind=type(wrong).__name__)

    def _say(self) -> None:
        if self._serial != self._keys.serial:
            self._serial = self._keys.serial
            os.pwrite(self._said, f"{self._serial:020}".encode(), 0)

    def _destroy_due(self) -> None:
        home, zone, now = self._keys.home, self._keys.zone, datetime.now(UTC)
        if not destroy_due(keyfile.read(home, zone), now):
            return
        with keyfile.alone(home, zone):
            content = keyfile.read(home, zone)
            if destroy_due(content, now):
                keyfile.write(home, content)
                self._keys.look(at_once=True)
                publish(home, zone, *self._keys.publics())
                _log.info("key_versions_destroyed", zone=zone)

    def close(self) -> None:
        """End the thread and take the word back."""
        self._stop.set()
        self._thread.join()
        self._path.unlink(missing_ok=True)
        os.close(self._said)


@contextmanager
def watching(keys: ZoneKeys) -> Generator[None]:
    """Follow a zone's key file while the context lasts."""
    watch = KeyWatch(keys)
    try:
        yield
    finally:
        watch.close()


def behind(home: Home, zone: Zone, serial: int) -> bool:
    """Return whether some running process of a zone has not yet read its key file of this serial."""
    words = [_living(path) for path in sorted((home.path / "run").glob(f"{zone}-*.keys"))]
    read = [word for word in words if word is not None]
    if not read:
        return occupant(home, zone) is not None
    return min(read) < serial


def _living(path: Path) -> int | None:
    """Return what a living process says that it has read; None where it is gone."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return int(os.pread(descriptor, 20, 0) or b"-1")
    else:
        path.unlink(missing_ok=True)
        return None
    finally:
        os.close(descriptor)


def _word(home: Home, zone: Zone, number: int) -> Path:
    return home.path / "run" / f"{zone}-{number}.keys"

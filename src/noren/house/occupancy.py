"""Who is in a zone: one process per zone and home (tills on PostgreSQL may be several), and which commands use it.

A zone's process holds ``run/<zone>.lock`` for as long as it lives and writes its number into
it; the operating system lets go of the lock even when the process is killed, so a number found
there is trusted only while the lock is held.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from noren.house.home import Home, HomeProblem, Zone
from noren.kernel.say import Say

PASSING: Final = "passing"
"""Environment variable ``NOREN_STAY``: a zone started for a command's time only."""

MAX_TILLS: Final = 8
"""Till processes of one home on one machine; each machine has a home of its own."""

_WAIT_SECONDS: Final = 0.05


@contextmanager
def occupy(home: Home, zone: Zone) -> Generator[None]:
    """Be the process of a zone.

    Raises:
        HomeProblem: another process is it already.
    """
    for seat in _seats(home, zone):
        with _file(home, zone, seat) as lock:
            if not _lock(lock, fcntl.LOCK_EX):
                continue
            stay = os.environ.get("NOREN_STAY", "")
            lock.truncate(0)
            lock.write(f"{os.getpid()} {stay}".encode())
            lock.flush()
            yield
            return
    raise HomeProblem(
        Say(
            f"ゾーン {zone} は {home.path} ですでに動いています。先にそれを終えてください。",
            f"The zone {zone} is already running in {home.path}. End it first, or use the one that runs.",
        )
    )


def _seats(home: Home, zone: Zone) -> list[str]:
    """Return a zone's locks. Tills take turns in PostgreSQL itself; all else has one process, or one writer."""
    several = zone == "till" and home.settings.stores.engine == "postgresql"
    return ["lock", *(f"lock-{number}" for number in range(2, MAX_TILLS + 1))] if several else ["lock"]


def occupant(home: Home, zone: Zone) -> tuple[int, bool] | None:
    """Return the process number of a running zone (any, of several) and whether it is there for a command only."""
    for seat in _seats(home, zone):
        with _file(home, zone, seat) as lock:
            if _lock(lock, fcntl.LOCK_SH):
                continue
            lock.seek(0)
            number, _, stay = lock.read().decode("ascii", "replace").partition(" ")
        if number.isdigit():
            return int(number), stay == PASSING
    return None


@contextmanager
def using(home: Home, zone: Zone) -> Generator[IO[bytes]]:
    """Count this command among the users of a zone while the context lasts."""
    with _file(home, zone, "users") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        yield users


def is_last_user(users: IO[bytes]) -> bool:
    """Return whether no other command uses the zone; to be asked while :func:`alone` keeps newcomers out."""
    return _lock(users, fcntl.LOCK_EX)


@contextmanager
def alone(home: Home, zone: Zone, limit_seconds: float) -> Generator[None]:
    """Be the only command that is starting or ending a zone.

    Raises:
        HomeProblem: another command has been doing so for longer than the limit.
    """
    with _file(home, zone, "start") as start:
        until = time.monotonic() + limit_seconds
        while not _lock(start, fcntl.LOCK_EX):
            if time.monotonic() > until:
                raise HomeProblem(
                    Say(
                        f"別のコマンドがゾーン {zone} を{limit_seconds:.0f}秒以上起動しています。やり直してください。",
                        f"Another command has been starting the zone {zone} for {limit_seconds:.0f} s. Try again.",
                    )
                )
            time.sleep(_WAIT_SECONDS)
        yield


@contextmanager
def _file(home: Home, zone: Zone, kind: str) -> Generator[IO[bytes]]:
    path: Path = home.path / "run" / f"{zone}.{kind}"
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as opened:
        yield opened


def _lock(opened: IO[bytes], how: int) -> bool:
    try:
        fcntl.flock(opened, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

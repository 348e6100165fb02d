"""Calling zones from a command: the running zone when it answers, else a child started for the command's time.

Embedded, nobody needs to start anything before a command. Several commands at once share one
child: the first starts it, the last ends it, and a child left behind by a killed command is
used, then ended, by the next one.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Final, Literal

from noren.house.home import Home, HomeProblem, Zone
from noren.house.inner import TIMEOUT_SECONDS, InnerClient
from noren.house.keys import open_keys
from noren.house.keys.custody import inherited
from noren.house.occupancy import PASSING, alone, is_last_user, occupant, using
from noren.house.passes import Porter
from noren.house.staff_mark import has_staff
from noren.kernel.say import Say

START_SECONDS: Final = 60.0
END_SECONDS: Final = 20.0
LOG_TAIL_LINES: Final = 12

Inner = Literal["ledger-worker", "vault", "desk"]
"""Zones with an inner door (a Unix socket)."""

# The vault tells the ledger side of each enrolment, so it can not work alone.
_NEEDS: Final[dict[Inner, tuple[Inner, ...]]] = {"ledger-worker": (), "vault": ("ledger-worker",), "desk": ()}

_POLL_SECONDS: Final = 0.1


class ZoneDidNotStart(HomeProblem):
    """A zone was started and does not answer; the message ends with the last lines of its log."""


@contextmanager
def zone_client(home: Home, zone: Inner, *, patience: float = TIMEOUT_SECONDS) -> Generator[InnerClient]:
    """Give a client of ``zone``, with all zones running that it needs. ``patience``: seconds that an answer may take.

    Raises:
        ZoneDidNotStart: it was not running and does not come up.
        HomeProblem: the operator's keys can not be read.
    """
    porter = Porter(home, open_keys(home, "operator"))
    with ExitStack() as stack:
        for needed in needs_of(home, zone):
            stack.enter_context(_running(home, needed, porter))
        yield stack.enter_context(_running(home, zone, porter, patience))


def needs_of(home: Home, zone: Inner) -> tuple[Inner, ...]:
    """Return the zones without which a zone can not work: in a home with staff accounts, the desk for any other."""
    return _NEEDS[zone] if zone == "desk" or not has_staff(home) else (*_NEEDS[zone], "desk")


@contextmanager
def _running(home: Home, zone: Inner, porter: Porter, patience: float = TIMEOUT_SECONDS) -> Generator[InnerClient]:
    """Keep a zone running while the context lasts; give a client of it."""
    with ExitStack() as stack:
        client = InnerClient(home, porter, zone, timeout_seconds=patience)
        stack.callback(client.close)
        with alone(home, zone, START_SECONDS):
            users = stack.enter_context(using(home, zone))
            if not client.alive():
                _start(home, zone, client)
        try:
            yield client
        finally:
            with alone(home, zone, START_SECONDS):
                _end_if_last(home, zone, users)


def _start(home: Home, zone: Inner, client: InnerClient) -> None:
    log = home.log(zone)
    begin = log.stat().st_size if log.exists() else 0
    # Another process may hold the zone and still be starting: then it is waited for, not doubled.
    child = spawn(home, zone, stay=PASSING) if occupant(home, zone) is None else None
    until = time.monotonic() + START_SECONDS
    while not client.alive():
        ended = child is not None and child.poll() is not None
        if ended or time.monotonic() > until:
            if child is not None:
                end(child)
            raise ZoneDidNotStart(_did_not_start(zone, log, begin, ended))
        time.sleep(_POLL_SECONDS)


def spawn(home: Home, zone: Zone, *, stay: str = "", arguments: tuple[str, ...] = ()) -> subprocess.Popen[bytes]:
    """Start a zone as a child in a session of its own (Ctrl-C is ours to pass on), its output in ``log/``."""
    log = home.log(zone)
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "noren.doors.cli.main", zone, "--home", str(home.path), *arguments]
    with _append(log) as out:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=inherited(),
            env={**os.environ, "NOREN_STAY": stay},
        )


def end(child: subprocess.Popen[bytes]) -> bool:
    """Ask a child to end (SIGTERM), kill it after the limit; return whether it ended by itself."""
    child.terminate()
    try:
        child.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return False
    return True


def _end_if_last(home: Home, zone: Inner, users: IO[bytes]) -> None:
    """End a zone that runs for commands' time only, when no other command uses it."""
    if not is_last_user(users):
        return
    found = occupant(home, zone)
    if found is None or not found[1]:
        return
    os.kill(found[0], signal.SIGTERM)
    until = time.monotonic() + END_SECONDS
    while occupant(home, zone) is not None and time.monotonic() < until:
        time.sleep(_POLL_SECONDS)


def tail(log: Path, begin: int = 0, lines: int = LOG_TAIL_LINES) -> str:
    """Return the last lines of a log, from byte ``begin`` on."""
    if not log.exists():
        return ""
    with log.open("rb") as stream:
        stream.seek(begin)
        return "\n".join(stream.read().decode("utf-8", "replace").splitlines()[-lines:])


def _did_not_start(zone: Zone, log: Path, begin: int, ended: bool) -> Say:
    ja = "起動直後に終了しました" if ended else f"{START_SECONDS:.0f}秒以内に応答しませんでした"
    en = "ended at once" if ended else f"did not answer within {START_SECONDS:.0f} s"
    last = tail(log, begin)
    return Say(
        f"ゾーン {zone} は{ja}。ログ {log} の末尾:\n{last}", f"The zone {zone} {en}. The end of its log {log}:\n{last}"
    )


@contextmanager
def _append(log: Path) -> Generator[IO[bytes]]:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as out:
        yield out

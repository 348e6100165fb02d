"""Keeping a home's zones running: starts them, sees that they answer, restarts what crashed, ends them together."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, get_args

import httpx

from noren.house.children import START_SECONDS, Inner, end, spawn, tail
from noren.house.home import Home, HomeProblem, Zone
from noren.house.occupancy import occupant
from noren.house.origins import origins
from noren.kernel.say import Say

# The ledger side first: the vault and the front ask it.
ORDER: Final[tuple[Zone, ...]] = ("ledger-worker", "till", "vault", "statement", "desk", "front")
FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 60.0
STEADY_SECONDS: Final = 60.0
"""A zone that ran for so long is taken to be well again: its next pause is the first."""

POLL_SECONDS: Final = 0.2
_HEALTH_SECONDS: Final = 2.0

Tell = Callable[[Say], None]


@dataclass(slots=True)
class Kept:
    """A zone that is kept running. ``due``: when it is started again (monotonic), None while it runs."""

    zone: Zone
    child: subprocess.Popen[bytes]
    since: float
    pause: float = FIRST_PAUSE_SECONDS
    due: float | None = None
    log_begin: int = field(default=0)


class Supervisor:
    """Runs all zones of a home. Use as a context manager: leaving it ends them."""

    def __init__(self, home: Home, tell: Tell) -> None:
        self._home = home
        self._tell = tell
        self._kept: list[Kept] = []

    def __enter__(self) -> Supervisor:
        for zone in ORDER:
            self._vacate(zone)
        return self

    def __exit__(self, *_: object) -> None:
        running = [kept for kept in reversed(self._kept) if kept.child.poll() is None]
        for kept in running:
            kept.child.terminate()
        for kept in running:
            if not end(kept.child):
                self._tell(
                    Say(f"{kept.zone} が終わらないので強制終了しました。", f"{kept.zone} did not end and was killed.")
                )

    def start(self) -> None:
        """Start all zones and wait until they answer.

        Raises:
            HomeProblem: one of them does not come up; its log's end is in the message.
        """
        for zone in ORDER:
            first = not (self._kept or self._home.on_postgresql or self._home.register_db.exists())
            self._kept.append(self._spawned(zone))
            if first:  # it makes the ledger side's stores: who only reads them would find none
                self._await(self._kept[0])
        for kept in self._kept:
            self._await(kept)

    def look(self) -> None:
        """Look once: note who crashed, restart who is due."""
        now = time.monotonic()
        for kept in self._kept:
            if kept.due is not None and now >= kept.due:
                self._restart(kept, now)
            elif kept.due is None and kept.child.poll() is not None:
                self._crashed(kept, now)

    def _spawned(self, zone: Zone) -> Kept:
        log = self._home.log(zone)
        begin = log.stat().st_size if log.exists() else 0
        return Kept(zone, spawn(self._home, zone), time.monotonic(), log_begin=begin)

    def _await(self, kept: Kept) -> None:
        until = time.monotonic() + START_SECONDS
        while not answers(self._home, kept.zone):
            ended = kept.child.poll() is not None
            if ended or time.monotonic() > until:
                last = tail(self._home.log(kept.zone), kept.log_begin)
                raise HomeProblem(Say(f"{kept.zone} が起動しません:\n{last}", f"{kept.zone} does not start:\n{last}"))
            time.sleep(POLL_SECONDS)

    def _crashed(self, kept: Kept, now: float) -> None:
        steady = now - kept.since >= STEADY_SECONDS
        kept.pause = FIRST_PAUSE_SECONDS if steady else kept.pause
        kept.due = now + kept.pause
        code, last = kept.child.returncode, tail(self._home.log(kept.zone), kept.log_begin, lines=3)
        self._tell(
            Say(
                f"{kept.zone} が止まりました(終了コード {code})。{kept.pause:.0f}秒後に起動し直します。\n{last}",
                f"{kept.zone} stopped (exit code {code}); it is started again in {kept.pause:.0f} s.\n{last}",
            )
        )
        kept.pause = min(kept.pause * 2, LONGEST_PAUSE_SECONDS)

    def _restart(self, kept: Kept, now: float) -> None:
        fresh = self._spawned(kept.zone)
        kept.child, kept.since, kept.due, kept.log_begin = fresh.child, now, None, fresh.log_begin
        self._tell(Say(f"{kept.zone} を起動し直しました。", f"{kept.zone} was started again."))

    def _vacate(self, zone: Zone) -> None:
        """Wait for a command's child to end; refuse when the zone runs already."""
        told = False
        while (found := occupant(self._home, zone)) is not None:
            if not found[1]:
                raise HomeProblem(
                    Say(
                        f"{zone} はすでに動いています(プロセス {found[0]})。noren up は1つのホームに1つです。",
                        f"{zone} is running already (process {found[0]}): a home takes one noren up.",
                    )
                )
            if not told:
                told = True
                self._tell(
                    Say(
                        f"{zone} を使っているコマンドの終わりを待っています。",
                        f"Waiting for a command that uses {zone}.",
                    )
                )
            time.sleep(POLL_SECONDS)


def answers(home: Home, zone: Zone) -> bool:
    """Return whether a zone answers its health question at the door it opens."""
    transport = httpx.HTTPTransport(uds=str(home.socket(zone))) if zone in get_args(Inner) else None
    with httpx.Client(transport=transport, trust_env=False, timeout=_HEALTH_SECONDS) as http:
        try:
            return http.get(health_url(home, zone)).status_code == HTTPStatus.OK
        except httpx.TransportError:
            return False


def health_url(home: Home, zone: Zone) -> str:
    """Return where a zone is asked for its health."""
    doors = home.settings.doors
    ports = {"till": doors.till, "statement": doors.statement, "front": doors.front}
    port = ports.get(zone)
    return f"http://127.0.0.1:{port}/healthz" if port else "http://zone/healthz"


def addresses(home: Home) -> list[tuple[Say, str]]:
    """Return what a person may open, with its address."""
    where = origins(home)
    return [
        (Say("公開ページ", "Public pages"), where.front),
        (Say("レジの扉(API)", "Till (API)"), f"{where.till}/openapi.json"),
        (Say("会員のサインイン", "Members' sign-in"), where.vault),
        (Say("会員の取引", "Members' purchases"), where.statement),
        (Say("職員のサインイン", "Staff sign-in"), where.desk),
    ]

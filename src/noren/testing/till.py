"""A whole ledger side for tests: a home of its own, real processes, invented cards and terminals.

Promises: every process is the one that ``noren till`` and ``noren ledger-worker`` start, in a
fresh folder, on a port that no other test of this machine holds, and is gone at the end.
Plays the vault and the operator towards the worker's inner door; opens no store.
"""

from __future__ import annotations

import atexit
import base64
import fcntl
import functools
import itertools
import os
import resource
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import IO, Any, Final, Literal

from noren.house.home import CONFIG, Home, Programme, Settings, Zone, open_home, write_settings
from noren.house.inner import InnerClient
from noren.house.keys import SIDES, make_side, open_keys
from noren.house.passes import Porter
from noren.testing.databases import EngineName, provide, settings_on
from noren.testing.live_files import live_files
from noren.testing.till_http import TillClient

PORTS: Final = range(18300, 18400)
ZONE: Final = timezone(timedelta(hours=9))
_READY_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 90.0
_STEP_SECONDS: Final = 0.02
_TRAITS: Final = {"sex": "f", "age_band": 40, "age_band_year": 2026, "prefecture": "東京都", "postal3": "100"}

Caller = Literal["operator", "vault", "statement"]


class HouseDown(Exception):
    """A process of the house did not come up, or went away; the message carries the end of its log."""


@dataclass(frozen=True, slots=True)
class Shopper:
    """An invented member: one card, and the link token that the vault would keep."""

    card: str
    token: str = field(repr=False)

    def link_token(self) -> bytes:
        """Return the link token's bytes."""
        return base64.b64decode(self.token)


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal and its secret."""

    shop: str
    terminal: str
    key: str = field(repr=False)


class TillHouse:
    """A home with a ledger worker and a till running in it. Use as a context manager, or :func:`shared_house`."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.port, self._port_lock = take_port()
        self._running: dict[Zone, subprocess.Popen[bytes]] = {}
        self._callers: dict[Zone, InnerClient] = {}
        self._numbers = itertools.count(secrets.randbelow(10**9) * 1000)

    @classmethod
    def temporary(
        cls,
        *,
        kind: Literal["live", "sandbox"] = "sandbox",
        settings: Settings | None = None,
        engine: EngineName = "sqlite",
    ) -> TillHouse:
        """Return a new house, not yet started, in a folder that is removed when this test process ends."""
        folder = Path(tempfile.mkdtemp(prefix="noren-till-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        path = folder / "home"
        path.mkdir()
        wanted = settings_on(engine, settings or Settings(programme=Programme(kind=kind)))
        (path / CONFIG).write_text(write_settings(wanted), "utf-8")
        home = open_home(path)
        for side in SIDES:
            make_side(home, side)
        provide(home)
        return cls(home)

    @classmethod
    def again(cls, path: Path) -> TillHouse:
        """Return a house, not yet started, in a home that exists: a copy of another's, say."""
        return cls(open_home(path))

    def __enter__(self) -> TillHouse:
        self.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start worker and till and wait until both answer; shops S1, S2 (company P1) and Q1 (P2) are known."""
        self.start_worker()
        self.tell_reference()
        self.start_till()

    def start_worker(self) -> None:
        """Start the ledger worker and wait for its inner door."""
        self._spawn("ledger-worker")
        caller = InnerClient(self.home, Porter(self.home, open_keys(self.home, "operator")), "ledger-worker")
        self._callers["operator"] = caller
        beside: tuple[Zone, ...] = ("vault", "statement")
        for zone in beside:
            porter = Porter(self.home, open_keys(self.home, zone))
            self._callers[zone] = InnerClient(self.home, porter, "ledger-worker")
        self._wait("ledger-worker", caller.alive)

    def start_till(self) -> None:
        """Start the till and wait until it can take a durable write."""
        self._spawn("till", "--port", str(self.port))
        self._wait("till", self.ready)

    def stop_worker(self) -> int:
        """Ask the ledger worker to end; return its exit status."""
        return self._end("ledger-worker")

    def pid(self, zone: Zone) -> int:
        """Return the process of a zone that runs."""
        return self._running[zone].pid

    def ready(self) -> bool:
        """Return whether the till says it is ready."""
        try:
            with TillClient(self.port, None, timeout=2.0) as client:
                return client.get("/readyz").status == 200
        except OSError:
            return False

    def kill_till(self) -> None:
        """SIGKILL the till: no goodbye, no flush."""
        process = self._running.pop("till")
        process.send_signal(signal.SIGKILL)
        process.wait()

    def cpu_seconds(self, zone: Zone) -> float:
        """Return how long a process has kept a processor busy so far."""
        fields = Path(f"/proc/{self._running[zone].pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def limit_file_size(self, size_bytes: int) -> None:
        """Let no file that the till writes grow beyond ``size_bytes``: a full disk, for this process alone."""
        limit = (size_bytes, resource.RLIM_INFINITY)
        resource.prlimit(self._running["till"].pid, resource.RLIMIT_FSIZE, limit)

    def stop_till(self) -> int:
        """Ask the till to end; return its exit status."""
        return self._end("till")

    def stop(self) -> None:
        """End all processes of this house and give its port back."""
        for zone in list(self._running):
            self._end(zone)
        for caller in self._callers.values():
            caller.close()
        self._callers.clear()
        self._port_lock.close()

    def client(self, terminal: Terminal | str | None = None) -> TillClient:
        """Return a new connection, as a terminal or with a bare key."""
        return TillClient(self.port, terminal.key if isinstance(terminal, Terminal) else terminal)

    def ask(self, path: str, body: object = None, *, caller: Caller = "operator") -> Any:
        """Call the worker's inner door as the operator, the vault or the statement."""
        return self._callers[caller].call(path, body, method="GET" if body is None and path == "/summary" else "POST")

    def tell_reference(self) -> None:
        """Tell the shops and companies that tests use."""
        rows = [self.shop_row(shop, partner) for shop, partner in (("S1", "P1"), ("S2", "P1"), ("Q1", "P2"))]
        self.ask("/reference/shops", {"rows": rows})
        for partner in ("P1", "P2"):
            self.agree(partner)

    def shop_row(self, shop: str, partner: str) -> dict[str, object]:
        """Return a row of the shop list."""
        row: dict[str, object] = {"shop": shop, "partner": partner, "name": f"店 {shop}", "industry": "grocery"}
        return row | {"postal_code": "1000001", "prefecture": "東京都", "handles_personal_information": False}

    def agree(self, partner: str, **rules: object) -> None:
        """Put a company's agreement in force; ``per`` and ``exclude`` are its point rules."""
        since = (datetime.now(ZONE) - timedelta(days=500)).date().isoformat()
        self.ask("/reference/partner", {"partner": partner, "route": "third-party-consent", "from": since, **rules})

    def terminal(
        self, shop: str = "S1", terminal: str | None = None, *, test: bool | None = None, rate: int | None = None
    ) -> Terminal:
        """Add a terminal (default: with a fresh name)."""
        name = terminal or f"T{self.number()}"
        wanted = self.home.sandbox if test is None else test
        asked = {"shop": shop, "terminal": name, "expires_days": 90, "test": wanted, "rate": rate}
        return Terminal(shop, name, self.ask("/terminals/add", {"rows": [asked]})["rows"][0]["key"])

    def revoke(self, terminal: Terminal) -> None:
        """Revoke a terminal's key."""
        self.ask("/terminals/revoke", {"shop": terminal.shop, "terminal": terminal.terminal})

    def number(self) -> int:
        """Return a number not given before in this house."""
        return next(self._numbers)

    def shoppers(self, count: int) -> list[Shopper]:
        """Enrol invented members with one fresh card each."""
        cards = [f"2980{self.number():012d}" for _ in range(count)]
        members = [{"cards": [card], "traits": _TRAITS} for card in cards]
        tokens = self.ask("/enrol", {"members": members}, caller="vault")["tokens"]
        return [Shopper(card, token) for card, token in zip(cards, tokens, strict=True)]

    def shopper(self) -> Shopper:
        """Enrol one invented member."""
        return self.shoppers(1)[0]

    def set_card(self, card: str, state: Literal["active", "lost", "blocked"]) -> None:
        """Change a card's state as the vault would."""
        self.ask("/cards/state", {"card": card, "state": state}, caller="vault")

    def points_only(self, shopper: Shopper, on: bool = True) -> None:
        """Turn a member's points-only mode on or off as the vault would."""
        chosen: dict[str, object] = {"token": shopper.token, "stops": [], "points_only": on}
        self.ask("/choices/set", {"rows": [chosen]}, caller="vault")

    def summary(self) -> Any:
        """Return the programme's figures."""
        return self.ask("/summary")

    def findings(self) -> list[Any]:
        """Run the worker's full audit; return what it found."""
        return list(self.ask("/check", {})["findings"])

    def alerts(self) -> list[Any]:
        """Return the alerts of the last day."""
        return list(self.ask("/alerts", {"days": 1})["alerts"])

    def logs(self) -> dict[Path, bytes]:
        """Return what the processes have printed and logged so far."""
        return dict(live_files(self.home.path / "log"))

    def _spawn(self, zone: Zone, *more: str) -> None:
        assert zone not in self._running, f"{zone} already runs"
        log = self.home.path / "log" / f"{zone}.test-output.log"
        log.parent.mkdir(exist_ok=True)
        command = [
            sys.executable,
            "-m",
            "noren.doors.cli.main",
            zone,
            "--home",
            str(self.home.path),
            *more,
        ]
        with log.open("ab") as out:
            self._running[zone] = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)

    def _wait(self, zone: Zone, answers: Any) -> None:
        until = time.monotonic() + _READY_SECONDS
        while not answers():
            if self._running[zone].poll() is not None or time.monotonic() > until:
                log = self.home.path / "log" / f"{zone}.test-output.log"
                raise HouseDown(f"{zone} does not answer: {log.read_text('utf-8', 'replace')[-3000:]}")
            time.sleep(_STEP_SECONDS)

    def _end(self, zone: Zone) -> int:
        process = self._running.pop(zone)
        process.terminate()
        try:
            return process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


@functools.cache
def shared_house(engine: EngineName = "sqlite") -> TillHouse:
    """Return this test process's own running house, made at the first call and removed when the process ends."""
    house = TillHouse.temporary(engine=engine)
    atexit.register(house.stop)
    house.start()
    return house


def take_port() -> tuple[int, IO[bytes]]:
    """Return a port and the lock that holds it for us among all test processes of this machine."""
    folder = Path(tempfile.gettempdir()) / f"noren-till-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    for port in PORTS:
        lock = (folder / str(port)).open("wb")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        if _free(port):
            return port, lock
        lock.close()
    raise HouseDown(f"no free port in {PORTS.start}-{PORTS.stop - 1}")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0

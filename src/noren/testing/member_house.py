"""All five processes of one programme for tests of what a member sees: real doors, one invented member with a password.

Each process is the one that ``noren <zone>`` starts. Plays the operator towards the vault's
and the worker's inner doors, and a till at the till's door; opens no store.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal

import httpx

from noren.house.home import CONFIG, Doors, Home, Limits, Programme, Settings, Zone, open_home, write_settings
from noren.house.inner import InnerClient
from noren.house.keys import SIDES, make_side, open_keys
from noren.house.origins import Origins, origins
from noren.house.passes import Porter
from noren.testing.databases import EngineName, provide, settings_on

ZONES: Final[tuple[Zone, ...]] = ("ledger-worker", "vault", "till", "statement", "front")
CARD: Final = "2980009990000017"
NUMBER: Final = "M-HANAKO"
PASSWORD: Final = "暖簾をくぐる 2026"  # noqa: S105 - of an invented member of a sandbox that lives for a test
FAMILY_NAME: Final = "架空坂"
PRODUCT_NAME: Final = "深煎りコーヒー豆"
_READY_SECONDS: Final = 60.0
_STEP_SECONDS: Final = 0.05
_END_SECONDS: Final = 90.0
_ANSWER_SECONDS: Final = 60.0


class MemberHouse:
    """A home with all doors open. Use as a context manager. ``first_port``: it and the next four are taken."""

    def __init__(
        self, path: Path, first_port: int, engine: EngineName = "sqlite", limits: Limits | None = None
    ) -> None:
        path.mkdir(parents=True, exist_ok=True)
        doors = Doors(*range(first_port, first_port + 5))
        wanted = Settings(programme=Programme(kind="sandbox"), doors=doors, limits=limits or Limits())
        settings = settings_on(engine, wanted)
        (path / CONFIG).write_text(write_settings(settings), "utf-8")
        self.home: Home = open_home(path)
        for side in SIDES:
            make_side(self.home, side)
        provide(self.home)
        self._running: dict[Zone, subprocess.Popen[bytes]] = {}

    @property
    def origins(self) -> Origins:
        """Where the doors are."""
        return origins(self.home)

    def __enter__(self) -> MemberHouse:
        try:
            self.start("ledger-worker")  # it makes its side's stores; who looks before finds none
            self._wait("ledger-worker")
            for zone in ZONES[1:]:
                self.start(zone)
            for zone in ZONES[1:]:
                self._wait(zone)
            self._enrol()
        except BaseException:
            self.stop_all()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self.stop_all()

    def start(self, zone: Zone) -> None:
        """Start one process."""
        log = self.home.log(zone)
        log.parent.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "noren.doors.cli.main", zone, "--home", str(self.home.path)]
        with log.open("ab") as out:
            self._running[zone] = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)

    def stop_all(self) -> None:
        """End all processes, also where one of them does not end."""
        with ExitStack() as stack:
            for zone in list(self._running):
                stack.callback(self.stop, zone)

    def stop(self, zone: Zone) -> None:
        """End one process and wait until it is gone."""
        process = self._running.pop(zone)
        process.terminate()
        process.wait(_END_SECONDS)

    def wait(self, zone: Zone) -> None:
        """Wait until a process answers."""
        self._wait(zone)

    def lives(self, zone: Zone) -> bool:
        """Return whether a process runs."""
        return self._running[zone].poll() is None

    def pid(self, zone: Zone) -> int:
        """Return the process of a zone that runs."""
        return self._running[zone].pid

    def buy(self, receipt: str, amount: int, coupons: Sequence[str] = ()) -> dict[str, Any]:
        """Let the member buy something at a till; return what it was answered."""
        now = datetime.now(self.home.zone).replace(microsecond=0)
        body = {
            "receipt": receipt, "business_date": now.date().isoformat(), "at": now.isoformat(), "card": CARD,
            "lines": [{"product": "4901777018888", "quantity": 2, "amount": amount}], "amount": amount,
            "coupons": list(coupons),
        }  # fmt: skip
        return self._post("/v1/purchases", body)

    def balance(self, number: str) -> int:
        """Return the points that a till is told for a card number or one-time code."""
        return int(self._post("/v1/balance", {"card": number})["points"])

    @property
    def key(self) -> str:
        """The terminal's key."""
        return self._key

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Call the till as its terminal."""
        headers = {"Authorization": f"Bearer {self._key}"}
        to = f"{self.origins.till}{path}"
        answer = httpx.post(to, json=body, headers=headers, timeout=_ANSWER_SECONDS, trust_env=False)
        answer.raise_for_status()
        return answer.json()

    def ask(self, zone: Literal["vault", "ledger-worker", "desk"], path: str, body: object) -> Any:
        """Call an inner door as the operator."""
        client = InnerClient(self.home, Porter(self.home, open_keys(self.home, "operator")), zone)
        try:
            return client.call(path, body)
        finally:
            client.close()

    def log_bytes(self) -> bytes:
        """Return all that the processes have logged."""
        return b"".join(self.home.log(zone).read_bytes() for zone in ZONES)

    def _enrol(self) -> None:
        shop = {"shop": "S1", "partner": "P1", "name": "暖簾珈琲", "handles_personal_information": True}
        self.ask("ledger-worker", "/reference/shops", {"rows": [shop]})
        agreement = {"partner": "P1", "route": "third-party-consent", "from": "2020-01-01"}
        self.ask("ledger-worker", "/reference/partner", agreement)
        product = {"product": "4901777018888", "name": PRODUCT_NAME}
        self.ask("ledger-worker", "/reference/products", {"rows": [product]})
        terminal = {"shop": "S1", "terminal": "T1", "expires_days": 1, "test": True}
        self._key = str(self.ask("ledger-worker", "/terminals/add", {"rows": [terminal]})["rows"][0]["key"])
        member = {"member_number": NUMBER, "card": CARD, "family_name": FAMILY_NAME, "given_name": "花子"}
        self.ask("vault", "/enrol", {"members": [member]})
        self.ask("vault", "/choices/password", {"member_number": NUMBER, "password": PASSWORD})

    def _wait(self, zone: Zone) -> None:
        until = time.monotonic() + _READY_SECONDS
        while not self._answers(zone):
            if self._running[zone].poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{zone} does not answer: {self.home.log(zone).read_text('utf-8')[-2000:]}")
            time.sleep(_STEP_SECONDS)

    def _answers(self, zone: Zone) -> bool:
        doors = self.home.settings.doors
        port = {"till": doors.till, "statement": doors.statement, "front": doors.front, "vault": doors.vault}.get(zone)
        try:
            if zone in ("vault", "ledger-worker", "desk"):
                with httpx.Client(transport=httpx.HTTPTransport(uds=str(self.home.socket(zone)))) as client:
                    client.get("http://zone/healthz", timeout=2.0)
            if port:
                httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2.0, trust_env=False)
        except httpx.TransportError:
            return False
        return True

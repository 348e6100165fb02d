"""Members of staff at a terminal, for tests: invited, with a device of her own, signed in by the command line."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyotp.totp import TOTP
from typer.testing import CliRunner, Result

from noren.doors.cli.main import app
from noren.house.home import Home

PASSWORD = "a long sentence of mine"  # noqa: S105  # of accounts in tests
STEP_SECONDS = 30


@dataclass
class StaffTerminals:
    """A home and the people who work in it; each has a token file and a device of her own."""

    home: Home
    folder: Path
    devices: dict[str, TOTP] = field(default_factory=dict[str, TOTP])
    used: dict[str, int] = field(default_factory=dict[str, int])

    def call(self, who: str, *arguments: str, typed: str = "") -> Result:
        """Call ``noren`` as somebody (empty: nobody who is signed in)."""
        env = {"NOREN_HOME": None, "NOREN_TOKEN_FILE": str(self.folder / f"token-{who or 'nobody'}")}
        at = ["--home", str(self.home.path), "--lang", "en"]
        return CliRunner().invoke(app, [*at, *arguments], env=env, input=typed)

    def told(self, who: str, *arguments: str, typed: str = "") -> Any:
        """Call with ``--json`` and return what was told; it must have been done."""
        found = self.call(who, *arguments, "--json", typed=typed)
        assert found.exit_code == 0, found.output
        return json.loads(found.stdout)

    def join(self, name: str, roles: Sequence[str], by: str = "") -> None:
        """Add somebody and let her accept."""
        given = [word for role in roles for word in ("--role", role)]
        self.accept(name, self.told(by, "staff", "add", name, "--name", name.title(), *given)["code"])

    def accept(self, name: str, code: str) -> None:
        """Let somebody take her account with an invitation's code."""
        from noren.house.children import zone_client

        with zone_client(self.home, "desk") as desk:
            uri: str = desk.call("/staff/offer", {"code": code})["uri"]
        self.devices[name] = TOTP(uri.split("secret=")[1].split("&")[0])
        done = self.call(name, "staff", "accept", typed=f"{code}\n{PASSWORD}\n{self.code(name)}\n")
        assert done.exit_code == 0, done.output

    def code(self, name: str) -> str:
        """Return a code that she has not used: a step ahead of the clock is taken too, so two are there at once."""
        now = int(time.time()) // STEP_SECONDS
        step = max(now, self.used.get(name, 0) + 1)
        while step > int(time.time()) // STEP_SECONDS + 1:
            time.sleep(0.2)
        self.used[name] = step
        return self.devices[name].generate_otp(step)

    def sign_in(self, name: str) -> None:
        """Sign somebody in at her terminal."""
        done = self.call(name, "staff", "sign-in", name, typed=f"{PASSWORD}\n{self.code(name)}\n")
        assert done.exit_code == 0, done.output

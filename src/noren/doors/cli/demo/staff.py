"""The demo's people: accounts with devices of their own, made after the year's sales; what governs is done signed in.

Plays the people too: their passwords and devices lie in ``demo-staff.json`` of the sandbox home (0600), so that the
demo can be called again; they are printed at its end. Everything before, the founding, was done by who made the home.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
from pyotp.totp import TOTP

from noren.doors.cli.demo.stage import Stage

OFFICER: Final = "ito"
DEPUTY: Final = "ueda"
MARKETER: Final = "mori"
ANALYST: Final = "endo"
HOST: Final = "kato"
AUDITOR: Final = "ono"
COUNTER: Final = "hara"
_PEOPLE: Final = {
    OFFICER: ("伊藤 花", "privacy-officer"),
    DEPUTY: ("上田 実", "privacy-officer"),
    MARKETER: ("森 蒼", "marketer"),
    ANALYST: ("遠藤 結", "analyst"),
    HOST: ("加藤 陸", "host"),
    AUDITOR: ("小野 凪", "auditor"),
    COUNTER: ("原 陽", "counter"),
}
_FILE: Final = "demo-staff.json"
_STEP_SECONDS: Final = 30


class Persona(msgspec.Struct, frozen=True):
    """One of the sandbox's people. ``device``: the secret of her one-time codes."""

    id: str
    name: str
    role: str
    password: str
    device: str


class Cast:
    """The demo's people, signed in when something of theirs is to be done."""

    def __init__(self, stage: Stage, personas: tuple[Persona, ...]) -> None:
        self._stage = stage
        self._tokens: dict[str, str] = {}
        self.personas = personas

    @contextmanager
    def as_(self, name: str) -> Generator[None]:
        """Let all calls of the stage be those of one of the people."""
        clients = self._stage.worker, self._stage.vault, self._stage.desk
        for client in clients:
            client.bear(self.token(name))
        try:
            yield
        finally:
            for client in clients:
                client.bear(None)

    def token(self, name: str) -> str:
        """Return what shows that one of the people is signed in."""
        if name not in self._tokens:
            self._tokens[name] = self._sign_in(next(each for each in self.personas if each.id == name))
        return self._tokens[name]

    def _sign_in(self, persona: Persona) -> str:
        """Sign in with the next code that was not used; a demo called twice within half a minute waits for it."""
        from noren.house.inner import CallRefused

        body = {"id": persona.id, "password": persona.password}
        for step in (_now(), _now() + 1):
            try:
                found: Any = self._stage.desk.call("/staff/sign-in", {**body, "code": _code(persona, step)})
                return str(found["token"])
            except CallRefused:
                continue
        time.sleep(_STEP_SECONDS)
        found = self._stage.desk.call("/staff/sign-in", {**body, "code": _code(persona, _now() + 1)})
        return str(found["token"])


def bring_staff(stage: Stage) -> Cast:
    """Make the accounts, once in a home's life; return their people."""
    file = stage.home.path / _FILE
    if file.exists():
        return Cast(stage, msgspec.json.decode(file.read_bytes(), type=tuple[Persona, ...]))
    codes: dict[str, str] = {}
    for name, (called, role) in _PEOPLE.items():
        codes[name] = _invited(stage, name, called, role)
    made: list[Persona] = []
    for name, (called, role) in _PEOPLE.items():
        uri = str(stage.desk.call("/staff/offer", {"code": codes[name]})["uri"])
        device = uri.split("secret=")[1].split("&")[0]
        made.append(Persona(name, called, role, f"noren-{secrets.token_hex(8)}", device))
    for persona in made:
        body = {"code": codes[persona.id], "password": persona.password, "totp": _code(persona, _now())}
        stage.desk.call("/staff/accept", body)
    _keep(file, tuple(made))
    return Cast(stage, tuple(made))


def _invited(stage: Stage, name: str, called: str, role: str) -> str:
    known = {each["id"] for each in stage.desk.call("/staff/list", {})}
    if name in known:
        return str(stage.desk.call("/staff/invite", {"id": name})["code"])
    return str(stage.desk.call("/staff/add", {"id": name, "name": called, "roles": [role]})["code"])


def _now() -> int:
    return int(time.time()) // _STEP_SECONDS


def _code(persona: Persona, step: int) -> str:
    return TOTP(persona.device).generate_otp(step)


def _keep(file: Path, personas: tuple[Persona, ...]) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(msgspec.json.format(msgspec.json.encode(personas), indent=1) + b"\n")

"""A company's own OpenID Connect provider, real and in a process of its own: canaille with one client and its users.

``python -m noren.testing.company_provider FOLDER`` serves what ``FOLDER/canaille.toml`` and ``FOLDER/people.json``
say; everything is held in memory and gone with the process.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import httpx

CLIENT: Final = "noren-desk"
START_SECONDS: Final = 60.0
POLL_SECONDS: Final = 0.1
END_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom the company knows. ``name``: with which she signs in there, and her subject."""

    name: str
    password: str


class CompanyProvider:
    """Runs the provider on a port of this machine; leaving the context ends it."""

    def __init__(self, folder: Path, port: int, *, back_to: str, people: tuple[Person, ...]) -> None:
        self.issuer = f"http://localhost:{port}"
        self.client_secret = secrets.token_urlsafe(24)
        self._folder, self._port = folder, port
        folder.mkdir()
        (folder / "canaille.toml").write_text(_settings(port), "utf-8")
        held = {
            "client": {
                "id": CLIENT,
                "secret": self.client_secret,
                "back_to": back_to,
                "at": back_to.rpartition("/")[0],
            },
            "people": {each.name: each.password for each in people},
        }
        (folder / "people.json").write_text(json.dumps(held), "utf-8")

    def __enter__(self) -> CompanyProvider:
        command = [sys.executable, "-m", "noren.testing.company_provider", str(self._folder), str(self._port)]
        self._log = (self._folder / "log").open("wb")
        self._child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._child.poll() is None, (self._folder / "log").read_text("utf-8", "replace")
            assert time.monotonic() < until, "the provider does not answer"
            time.sleep(POLL_SECONDS)
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self._child.terminate()
        try:
            self._child.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._log.close()

    def _answers(self) -> bool:
        try:
            found = httpx.get(f"{self.issuer}/.well-known/openid-configuration", trust_env=False, timeout=10)
        except httpx.TransportError:
            return False
        return found.status_code == HTTPStatus.OK


def _settings(port: int) -> str:
    return "\n".join(
        (
            f'SECRET_KEY = "{secrets.token_urlsafe(24)}"',
            f'SERVER_NAME = "localhost:{port}"',
            'PREFERRED_URL_SCHEME = "http"',
            "[CANAILLE]",
            'NAME = "Noren Books"',
            'LANGUAGE = "en"',
            'DATABASE = "memory"',
            "[CANAILLE_OIDC]",
            "REQUIRE_NONCE = true",
        )
    )


def main(folder: Path, port: int) -> None:
    """Serve until told to stop."""
    import asyncio
    import tomllib

    import canaille  # pyright: ignore[reportMissingTypeStubs]
    import hypercorn.asyncio
    from asgiref.wsgi import WsgiToAsgi
    from hypercorn.config import Config

    made: Any = canaille
    served: Any = hypercorn.asyncio
    app = made.create_app(tomllib.loads((folder / "canaille.toml").read_text("utf-8")))
    with app.app_context():
        _people(json.loads((folder / "people.json").read_text("utf-8")))
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    asyncio.run(served.serve(WsgiToAsgi(app), config))


def _people(held: Mapping[str, Any]) -> None:
    from canaille import backends  # pyright: ignore[reportMissingTypeStubs]
    from canaille.app import models  # pyright: ignore[reportMissingTypeStubs]

    known: Any = models
    held_by: Any = backends
    keep = held_by.Backend.instance
    for name, password in held["people"].items():
        user = known.User(user_name=name, formatted_name=name, family_name=name, emails=[f"{name}@company.example"])
        user.password = password
        keep.save(user)
    of = held["client"]
    client = known.Client(
        client_id=of["id"],
        client_secret=of["secret"],
        client_name="noren",
        client_uri=of["at"],
        redirect_uris=[of["back_to"]],
        grant_types=["authorization_code"],
        response_types=["code"],
        scope=["openid"],
        token_endpoint_auth_method="client_secret_basic",  # noqa: S106 - a way, no secret
    )
    keep.save(client)
    client.audience = [client]  # as its own page for administrators does
    keep.save(client)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

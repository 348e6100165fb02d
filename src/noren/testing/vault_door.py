"""A vault's sign-in door for tests of the statement door: one page with one button that posts a real ticket."""

from __future__ import annotations

import html
import threading
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from noren.house.home import Home
from noren.house.keys import open_keys, trusted
from noren.house.origins import origins
from noren.kernel.clock import UTC
from noren.kernel.ids import LinkToken
from noren.kernel.ticket import make_ticket


class FakeVaultDoor:
    """Signs in whoever comes as the member of ``token``. It holds the vault's keys and no member."""

    def __init__(self, home: Home, token: LinkToken) -> None:
        self.home = home
        self.token = token
        self._keys = open_keys(home, "vault")

    def ticket(self, nonce: str) -> str:
        """Return a ticket for the browser with ``nonce``."""
        sealing = trusted(self.home, "statement").sealing
        return make_ticket(
            token=self.token, nonce=nonce, signing=self._keys.signing, sealing=sealing, now=datetime.now(UTC)
        )

    def __enter__(self) -> FakeVaultDoor:
        self._server = ThreadingHTTPServer(("127.0.0.1", self.home.settings.doors.vault), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def page(self, query: str) -> str:
        """Return the page with the button, or a plain one where no ticket is asked for."""
        nonce = parse_qs(query).get("nonce", [""])[0]
        if not nonce:
            return "<!doctype html><title>vault</title><p>who I am"
        action = f"{origins(self.home).statement}/enter"
        return (
            f'<!doctype html><title>vault</title><form method="post" action="{html.escape(action)}">'
            f'<input type="hidden" name="ticket" value="{html.escape(self.ticket(nonce))}"><button id="go">go'
        )

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        door = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                """Answer the sign-in page."""
                content = door.page(urlsplit(self.path).query).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's own name
                """Stay silent."""

        return Handler

"""A ledger worker's inner door for tests of who asks it: real HTTP on a Unix socket, real passes, made-up totals."""

from __future__ import annotations

import socketserver
import threading
from datetime import date, datetime, timedelta, timezone
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from noren.house.home import Home, Zone
from noren.house.keys import open_keys
from noren.house.passes import PassRefused, Porter


def a_summary(**changed: object) -> dict[str, object]:
    """Return totals of a programme half through its year, with ``changed`` parts."""
    whole: dict[str, object] = {
        "programme": {
            "name_ja": "のれんポイント",
            "name_en": "Noren Points",
            "kind": "sandbox",
            "currency": "USD",
            "zone": "Asia/Tokyo",
        },
        "now": datetime(2026, 5, 21, 18, 4, tzinfo=timezone(timedelta(hours=9))),
        "purchases": 84_211,
        "lines": 790_412,
        "amount": 248_913_377,
        "points_earned": 2_403_118,
        "points_used": 1_204_800,
        "returns": 0,
        "replays": 12,
        "imported": 0,
        "unknown_fields_refused": 3,
        "members": 2_469,
        "cards": 2_469,
        "shops": 457,
        "products": 92_331,
        "partners": 12,
        "lake_rows": 771_020,
        "lake_amount": 241_005_118,
        "lake_entry": 82_011,
        "ledger_entry": 84_211,
        "identity_shops": [
            {"shop": "S0031", "name": "のれんレンタル 三条店", "partner": "P03", "since": date(2026, 4, 1)},
        ],
    }
    return whole | changed


class FakeLedgerDoor:
    """Answers a GET with ``summary`` (which a test may change) to who has the right pass: worker or desk."""

    def __init__(self, home: Home, summary: dict[str, object] | None = None, zone: Zone = "ledger-worker") -> None:
        self.summary = a_summary() if summary is None else summary
        self.asked = 0
        self.porter = Porter(home, open_keys(home, zone))
        self._socket: Path = home.socket(zone)

    def __enter__(self) -> FakeLedgerDoor:
        self._socket.parent.mkdir(parents=True, exist_ok=True)
        self._socket.unlink(missing_ok=True)
        self._server = socketserver.ThreadingUnixStreamServer(str(self._socket), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._socket.unlink(missing_ok=True)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        door = self

        class Handler(BaseHTTPRequestHandler):
            # One request a connection: a stopped door then leaves nobody with a connection that still answers.
            protocol_version = "HTTP/1.0"

            def do_GET(self) -> None:
                """Answer the summary, or 403 without the right pass."""
                door.asked += 1
                token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
                try:
                    door.porter.check(token, self.path.strip("/"))
                except PassRefused:
                    self._answer(HTTPStatus.FORBIDDEN, {"reason": "no pass"})
                    return
                self._answer(HTTPStatus.OK, door.summary)

            def _answer(self, status: HTTPStatus, body: object) -> None:
                content = msgspec.json.encode(body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's own name
                """Stay silent."""

            def address_string(self) -> str:
                """A Unix socket has no address."""
                return "unix"

        return Handler

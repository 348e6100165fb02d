"""A till that lies in one respect: it asks the real one and changes the answer. For negative controls."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


@dataclass(frozen=True, slots=True)
class Said:
    """An answer on its way: what was asked, and what is answered."""

    method: str
    path: str
    status: int
    headers: dict[str, str]
    body: bytes


Lie = Callable[[Said], Said]


@contextmanager
def lying_till(port: int, lie: Lie) -> Iterator[int]:
    """Serve a double of the till on ``port``; yield its own port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(port, lie))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def _handler(port: int, lie: Lie) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            real = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            sent = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
            real.request(self.command, self.path, body, sent)
            got = real.getresponse()
            headers = {name.lower(): value for name, value in got.getheaders() if name.lower() not in HOP}
            said = lie(Said(self.command, self.path, got.status, headers, got.read()))
            real.close()
            self.send_response(said.status)
            for name, value in (said.headers | {"content-length": str(len(said.body))}).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(said.body)

        def __getattr__(self, name: str) -> Any:
            """Take every method, ``do_…``, in the same way."""
            if name.startswith("do_"):
                return self.handle_any
            raise AttributeError(name)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler

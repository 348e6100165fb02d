"""Serving an application from the process that holds it: one process, one or more listeners.

Granian's embedded server is used so that the process that a person starts, signals and
kills is the very process that holds the store: no supervisor, no orphaned worker.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import uvloop
from granian.constants import Interfaces, SSLProtocols
from granian.http import HTTP1Settings, HTTP2Settings
from granian.server.embed import Server

from noren.doors.idle import IdleWatch
from noren.house.home import HomeProblem, Limits
from noren.kernel.say import Say

_BACKLOG: Final = 1024
_MAX_HEAD_BYTES: Final = 1 << 16
"""Bounds what a caller who never ends a head can make us hold; bodies pass through it in pieces."""

_PLAIN_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Tls:
    """Certificate and key files of a listener; ``client_ca`` asks clients for a certificate (mTLS)."""

    certificate: Path
    key: Path
    client_ca: Path | None = None


async def serve(
    app: Any,
    *,
    interface: Literal["rsgi", "asgi"],
    host: str = "127.0.0.1",
    port: int | None = None,
    uds: Path | None = None,
    tls: Tls | None = None,
    limits: Limits = _PLAIN_LIMITS,
) -> None:
    """Serve ``app`` on one TCP port or one Unix socket until the task is cancelled.

    Raises:
        HomeProblem: another process listens on that port.
    """
    assert (port is None) != (uds is None), "a listener is either a port or a socket"
    if port is not None:
        _refuse_taken(host, port)
    if uds is not None:
        uds.parent.mkdir(parents=True, exist_ok=True)
        uds.unlink(missing_ok=True)
    server = Server(
        app,
        address=host,
        port=port or 0,
        uds=uds,
        interface=Interfaces.RSGI if interface == "rsgi" else Interfaces.ASGI,
        backlog=_BACKLOG,
        backpressure=limits.connections,
        websockets=False,
        log_enabled=False,
        http1_settings=HTTP1Settings(
            max_buffer_size=_MAX_HEAD_BYTES, header_read_timeout=1_000 * limits.header_seconds
        ),
        http2_settings=HTTP2Settings(
            keep_alive_interval=1_000 * limits.header_seconds, max_headers_size=_MAX_HEAD_BYTES
        ),
        ssl_cert=tls.certificate if tls else None,
        ssl_key=tls.key if tls else None,
        ssl_ca=tls.client_ca if tls else None,
        ssl_client_verify=bool(tls and tls.client_ca),
        ssl_protocol_min=SSLProtocols.tls12,
    )
    watch = None if port is None else IdleWatch(port=port, seconds=limits.idle_seconds)
    task = asyncio.ensure_future(server.serve())
    if watch is not None:
        watch.start()
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        server.stop()
        await asyncio.wait([task], timeout=5)
        raise
    finally:
        if watch is not None:
            watch.stop()
        if uds is not None:
            uds.unlink(missing_ok=True)


def _refuse_taken(host: str, port: int) -> None:
    """Refuse a port that somebody listens on.

    Granian shares ports (SO_REUSEPORT): without this look, two programmes on one port would each get some of the
    other's purchases.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as wrong:
            raise HomeProblem(
                Say(
                    f"{host}:{port} で待ち受けられません({wrong.strerror})。"
                    "使っているプロセスを終えるか、--port か noren.toml の [doors] で別のポートを選んでください。",
                    f"Can not listen on {host}:{port} ({wrong.strerror}). "
                    "End the process that does, or choose another by --port or under [doors] in noren.toml.",
                )
            ) from None


def run(start: Callable[[], Awaitable[None]]) -> None:
    """Run ``start`` on uvloop until it ends or SIGTERM/SIGINT asks it to end; then it is cancelled and awaited."""

    async def until_told() -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(start())
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            return

    before = os.umask(0o077)  # sockets and stores made from here on belong to this zone's user alone
    try:
        uvloop.run(until_told())
    finally:
        os.umask(before)

"""A PostgreSQL server of a test's own: Debian's binaries, a fresh cluster in a temporary folder, on a Unix socket only.

PostgreSQL refuses to run as root, so a root test runs it as Debian's user ``postgres``. The
administrator's password lies in a file (mode 0600), as in production; nothing is in argv.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypedDict

import psycopg

ADMIN: Final = "noren_admin"
PORT: Final = 5432
"""Names the socket's file only: no server listens on a network."""
_BINARIES: Final = Path("/usr/lib/postgresql")
_SERVER_USER: Final = "postgres"
_READY_SECONDS: Final = 60.0
_STEP_SECONDS: Final = 0.05


class ServerDown(Exception):
    """The server did not come up; the message carries the end of its log."""


class PostgresServer:
    """One cluster and the server that runs it. ``settings``: server settings beside the defaults."""

    def __init__(self, **settings: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="noren-pg-"))
        self.sockets = self.folder / "run"
        self.passfile = self.folder / "admin.pgpass"
        self._data = self.folder / "data"
        self._settings = {"listen_addresses": "", "unix_socket_directories": str(self.sockets), **settings}
        self._server: subprocess.Popen[bytes] | None = None
        atexit.register(self.remove)
        self._make()

    def start(self) -> None:
        """Start the server and wait until it answers: after a kill, it has replayed its log by then."""
        assert self._server is None, "the server runs already"
        asked = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "server.log").open("ab") as log:
            self._server = subprocess.Popen(
                [binary("postgres"), "-D", str(self._data), *asked], stdout=log, stderr=log, cwd=self.folder, **_as()
            )
        until = time.monotonic() + _READY_SECONDS
        while True:
            try:
                self.connect("postgres").close()
                return
            except psycopg.OperationalError:
                if self._server.poll() is not None or time.monotonic() > until:
                    log_end = (self.folder / "server.log").read_text("utf-8", "replace")[-2000:]
                    raise ServerDown(f"PostgreSQL does not answer: {log_end}") from None
                time.sleep(_STEP_SECONDS)

    def change(self, **settings: str) -> None:
        """Start the server anew with more settings."""
        self.stop()
        self._settings |= settings
        self.start()

    @property
    def pid(self) -> int:
        """The server's first process, parent of all others."""
        assert self._server is not None
        return self._server.pid

    def stop(self) -> None:
        """End the server and its sessions in order."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """SIGKILL the server and every one of its processes at once: no goodbye, no flush.

        The parent is stopped first: what it forked between a look and a kill would live on and hold the cluster.
        """
        assert self._server is not None
        self._server.send_signal(signal.SIGSTOP)
        processes = self.processes()
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._server.wait()
        self._server = None
        while any(map(_lives, processes)):
            time.sleep(_STEP_SECONDS / 10)
        (self._data / "postmaster.pid").unlink(missing_ok=True)

    def processes(self) -> list[int]:
        """Return the process numbers of the running server, the first of them its parent."""
        assert self._server is not None
        parent = self._server.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text("utf-8").split()
        return [parent, *map(int, children)]

    def remove(self) -> None:
        """End the server and remove its cluster."""
        if self._server is not None:
            self._end(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def connect(self, database: str) -> psycopg.Connection[Any]:
        """Connect as the administrator, each statement its own transaction."""
        return psycopg.connect(
            host=str(self.sockets), port=PORT, user=ADMIN, dbname=database, passfile=str(self.passfile), autocommit=True
        )

    def lying(self, needles: Iterable[bytes], where: Callable[[Path], bool] = lambda _file: True) -> set[bytes]:
        """Return which needles lie on the disk in what the server writes: its data and what it logs.

        ``where``: which files are looked through, one after the other; one that goes meanwhile is passed over.
        """
        with self.connect("postgres") as connection:
            connection.execute("CHECKPOINT")
        wanted, found = set(needles), set[bytes]()
        for path in (self.folder / "server.log", *self._data.rglob("*")):
            if not path.is_file() or not where(path):
                continue
            with contextlib.suppress(FileNotFoundError):
                content = path.read_bytes()
                found |= {needle for needle in wanted - found if needle in content}
        return found

    def _make(self) -> None:
        self.folder.chmod(0o755)
        secret = secrets.token_urlsafe(24)
        self.passfile.touch(mode=0o600)
        self.passfile.write_text(f"*:*:*:{ADMIN}:{secret}\n", "utf-8")
        once = self.folder / "initdb-password"
        for folder in (self._data, self.sockets):
            folder.mkdir(mode=0o755)
        once.touch(mode=0o600)
        once.write_text(secret, "utf-8")
        if os.geteuid() == 0:
            for path in (self._data, self.sockets, once):
                shutil.chown(path, _SERVER_USER, _SERVER_USER)
        made = subprocess.run(
            [
                binary("initdb"), "-D", str(self._data), "-U", ADMIN, f"--pwfile={once}", "--auth=scram-sha-256",
                "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions",
            ],
            capture_output=True, check=False, cwd=self.folder, **_as(),
        )  # fmt: skip
        once.unlink()
        if made.returncode:
            raise ServerDown(f"initdb failed: {made.stderr.decode('utf-8', 'replace')}")

    def _end(self, how: signal.Signals) -> None:
        server, self._server = self._server, None
        assert server is not None
        server.send_signal(how)
        server.wait(60)


@functools.cache
def shared_server() -> PostgresServer:
    """Return this test process's own running server, made at the first call and removed when the process ends."""
    server = PostgresServer()
    server.start()
    return server


def binary(name: str) -> str:
    """Return the path of one of the server's programs, of the newest version installed."""
    found = sorted(_BINARIES.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise ServerDown(f"{name} is not installed; install Debian's package postgresql (make system-test)")
    return str(found[-1])


def _lives(process: int) -> bool:
    """Whether a process is there and not only its entry, which waits for somebody to take note of its end."""
    try:
        return Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


class _User(TypedDict, total=False):
    user: str
    group: str
    extra_groups: list[str]


def _as() -> _User:
    """Return how to become the server's user, for who is root."""
    return {"user": _SERVER_USER, "group": _SERVER_USER, "extra_groups": []} if os.geteuid() == 0 else {}

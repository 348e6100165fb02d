"""A desk with its pages open, as a real process, and an invited officer: for tests in a browser and without one."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Final

import msgspec

from noren.governance.staff import Role
from noren.governance.staffing.room import StaffRoom
from noren.governance.staffing.secrets import Codes
from noren.governance.staffing.store import StaffStore
from noren.governance.staffing.tending import Invited, add, invite
from noren.house.home import CONFIG, Doors, Home, Programme, Settings, SignIn, open_home, write_settings
from noren.house.keys import make_side, open_keys
from noren.house.origins import origins
from noren.kernel.clock import SystemClock
from noren.testing.journal import MemoryJournal

OFFICER: Final = "hanako"
READY_SECONDS: Final = 60.0
STEP_SECONDS: Final = 0.05


class StaffHouse:
    """A home with its desk. ``sign_in``: its settings; a provider's secret is written to ``secret`` of the home."""

    def __init__(self, path: Path, port: int, sign_in: SignIn | None = None, secret: str = "") -> None:
        path.mkdir()
        if secret:
            kept = path / "secret"
            kept.write_text(secret, "utf-8")
            kept.chmod(0o600)
        programme = Programme(kind="sandbox")
        settings = Settings(programme=programme, doors=msgspec.structs.replace(Doors(), desk=port))
        settings = msgspec.structs.replace(settings, sign_in=sign_in or SignIn())
        (path / CONFIG).write_text(write_settings(settings), "utf-8")
        self.home: Home = open_home(path)
        make_side(self.home, "neither")

    @property
    def origin(self) -> str:
        """Where a browser finds the pages."""
        return origins(self.home).desk

    def room(self) -> StaffRoom:
        """Return a staff room on the home's own store, beside the running desk: for what a test sets up."""
        keys = open_keys(self.home, "desk")
        codes = Codes(keys.ring("staff-secrets"))
        store = StaffStore(self.home.staff_db)
        return StaffRoom(store, codes, MemoryJournal(), SystemClock(), lambda: keys.signing, list)

    def invited(self, account: str = OFFICER, name: str = "花子", role: Role = Role.PRIVACY_OFFICER) -> str:
        """Return the code of a new invitation to an account, which is added where it is not there."""
        room = self.room()
        known = room.account(account) is not None
        found = invite(room, account, "") if known else add(room, account, name, [role], "")
        room.store.close()
        assert isinstance(found, Invited), found
        return found.code

    def __enter__(self) -> StaffHouse:
        # here: the supervisor is the command line's, and fakes stand in for any floor
        from noren.house.children import spawn

        self._child: subprocess.Popen[bytes] = spawn(self.home, "desk")
        until = time.monotonic() + READY_SECONDS
        while not self._is_up():
            assert self._child.poll() is None, self.home.log("desk").read_text("utf-8")
            assert time.monotonic() < until, "the desk does not come up"
            time.sleep(STEP_SECONDS)
        return self

    def _is_up(self) -> bool:
        import httpx

        try:
            address = f"http://127.0.0.1:{self.home.settings.doors.desk}/healthz"
            return httpx.get(address, trust_env=False).is_success
        except httpx.TransportError:
            return False

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        from noren.house.children import end

        assert end(self._child), "the desk did not end by itself"

"""What the vault's door tests share: a room on a real home with a fake ledger side, and members in it."""

from __future__ import annotations

import re
from pathlib import Path

import httpx

from noren.doors.vault.app import sign_in_app
from noren.house.home import Home
from noren.house.keys import open_keys
from noren.house.passes import Porter
from noren.house.vault import VaultRoom, vault_room
from noren.identity.operations import enrol
from noren.identity.sign_in import set_password
from noren.kernel.clock import FixedClock
from noren.kernel.ids import MemberNumber
from noren.testing.ledger_side import FakeLedgerSide
from noren.testing.vault import NOW, a_home, a_row

PASSWORD = "a long password"
NONCE = "n" * 43


class Door:
    """The vault's room, with two members; the first has a password."""

    def __init__(self, folder: Path) -> None:
        self.home: Home = a_home(folder)
        self.side = FakeLedgerSide()
        self.clock = FixedClock(NOW)
        self.room: VaultRoom = vault_room(self.home, ledger=self.side, clock=self.clock)
        enrol(self.room.vault, rows=[a_row(1), a_row(2)])
        set_password(self.room.vault, who=MemberNumber("M0000001"), password=PASSWORD)

    def operator_headers(self, operation: str, audience: str = "vault") -> dict[str, str]:
        porter = Porter(self.home, open_keys(self.home, "operator"))
        return {"Authorization": f"Bearer {porter.make(audience, operation)}"}  # type: ignore[arg-type]

    def browser(self) -> httpx.AsyncClient:
        """Return a browser with its own cookies; https, so that Secure cookies come along."""
        transport = httpx.ASGITransport(app=sign_in_app(self.room))
        return httpx.AsyncClient(transport=transport, base_url="https://vault.localhost")


def hidden(page: httpx.Response, name: str) -> str:
    """Return the value of a hidden field of a form on the page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, f"the page has no field {name}"
    return found[1]


async def sign_in(
    browser: httpx.AsyncClient, *, number: str = "M0000001", password: str = PASSWORD, nonce: str = NONCE
) -> httpx.Response:
    """Fill in the form as a person does."""
    page = await browser.get("/sign-in", params={"nonce": nonce})
    fields = {"token": hidden(page, "token"), "nonce": hidden(page, "nonce"), "number": number, "password": password}
    return await browser.post("/sign-in", data=fields)

"""A room of staff in a folder, for store tests: people who joined, each with a device of her own, and a clock."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey
from pyotp.totp import TOTP

from noren.governance.staff import Role
from noren.governance.staffing import tending
from noren.governance.staffing.model import Door, Session, SignedIn
from noren.governance.staffing.refusing import Refused
from noren.governance.staffing.room import StaffRoom
from noren.governance.staffing.secrets import Codes
from noren.governance.staffing.store import StaffStore
from noren.kernel.clock import FixedClock
from noren.kernel.keyring import KeyRing
from noren.testing.journal import MemoryJournal

AT = datetime(2026, 11, 26, 3, tzinfo=UTC)
PASSWORD = "a long sentence of mine"
OFFICER, HOST = frozenset({Role.PRIVACY_OFFICER}), frozenset({Role.HOST})


@dataclass
class House:
    path: Path
    clock: FixedClock = field(default_factory=lambda: FixedClock(AT))
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    marked: list[bool] = field(default_factory=list)
    devices: dict[str, TOTP] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.room = self.room_on(StaffStore(self.path / "staff.db"))

    def room_on(self, store: StaffStore) -> StaffRoom:
        """Return a room of this house on a store."""
        public, ring = OKPKey.import_key(_jwk(self.key)), KeyRing("staff-secrets", 1, {1: b"k" * 32})
        return StaffRoom(
            store,
            Codes(ring),
            self.journal,
            self.clock,
            lambda: self.key,
            lambda: [public],
            lambda: self.marked.append(True),
        )

    def join(self, name: str, roles: frozenset[Role]) -> None:
        added = tending.add(self.room, name, name.title(), roles, "")
        assert isinstance(added, tending.Invited), added
        self.accept(name, added.code)

    def accept(self, name: str, code: str) -> None:
        offer = tending.offer(self.room, code, "noren")
        assert isinstance(offer, tending.Offer)
        secret = offer.uri.split("secret=")[1].split("&")[0]
        self.devices[name] = TOTP(secret)
        done = tending.accept(self.room, code, PASSWORD, self.code(name))
        assert not isinstance(done, Refused), done
        self.clock.instant += timedelta(seconds=30)

    def code(self, name: str) -> str:
        return self.devices[name].at(self.clock.now())

    def sign_in(self, name: str, door: Door = Door.COMMAND) -> Session:
        found = self.room.begin_password(name, PASSWORD, self.code(name), door)
        assert isinstance(found, Session), found
        self.clock.instant += timedelta(seconds=30)
        return found

    def signed_in(self, name: str) -> SignedIn:
        found = self.room.session(self.sign_in(name).token)
        assert found is not None
        return found


def _jwk(key: Ed25519PrivateKey) -> dict[str, str | list[str]]:
    raw = base64.urlsafe_b64encode(key.public_key().public_bytes_raw()).rstrip(b"=").decode()
    return {"kty": "OKP", "crv": "Ed25519", "x": raw}


def rule(found: object) -> str:
    assert isinstance(found, Refused), found
    return found.rule

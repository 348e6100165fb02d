"""What asking who is signed in costs: a password's check, a token's signature, a session's look, the policy's word.

.venv/bin/python bench/bench_staff.py       CPU of one thread, best of five rounds
"""

from __future__ import annotations

import base64
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey

from noren.governance.staff import Action, Circumstances, Role, refusing
from noren.governance.staffing.model import Account, Door, How, State
from noren.governance.staffing.room import StaffRoom
from noren.governance.staffing.secrets import Codes, hash_password, password_fits
from noren.governance.staffing.store import StaffStore
from noren.governance.staffing.tokens import read_token
from noren.kernel.clock import SystemClock
from noren.kernel.keyring import KeyRing
from noren.testing.journal import MemoryJournal

ROUNDS: Final = 5


def best(work: Callable[[], object], times: int) -> float:
    """Return the seconds of CPU that one call takes, of the best round."""
    found: list[float] = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for _ in range(times):
            work()
        found.append((time.process_time() - begun) / times)
    return min(found)


def main() -> None:
    """Measure and print."""
    key, clock = Ed25519PrivateKey.generate(), SystemClock()
    x = base64.urlsafe_b64encode(key.public_key().public_bytes_raw()).rstrip(b"=").decode()
    public = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": x})
    with tempfile.TemporaryDirectory() as folder:
        store, ring = StaffStore(Path(folder) / "staff.db"), KeyRing("staff-secrets", 1, {1: b"k" * 32})
        room = StaffRoom(store, Codes(ring), MemoryJournal(), clock, lambda: key, lambda: [public])
        officer = frozenset({Role.PRIVACY_OFFICER})
        account = Account("aoki", "Aoki", officer, State.ACTIVE, clock.now(), "")
        store.keep(account)
        token, hashed = room.open_session(account, How.PASSWORD, door=Door.COMMAND).token, hash_password("a long one")
        print(f"a password's check      {best(lambda: password_fits(hashed, 'another'), 3) * 1e3:8.1f} ms")
        print(f"an unknown id's check   {best(lambda: password_fits(None, 'another'), 3) * 1e3:8.1f} ms")
        print(f"a token's signature     {best(lambda: read_token(token, [public], clock.now()), 500) * 1e6:8.1f} us")
        print(f"who is signed in        {best(lambda: room.session(token), 300) * 1e6:8.1f} us")
        asked = Action.PUBLISH, "register", Circumstances()
        print(f"may she (the policies)  {best(lambda: refusing(officer, *asked), 500) * 1e6:8.1f} us")
        store.close()


if __name__ == "__main__":
    main()

"""The desk process: what it holds.

Stores: the register of dated documents, the cases (incidents and legal requests), the staff accounts, the census of
its copies, the house's log. Keys: those of the log and of its backups, the one that seals the secrets of one-time
codes, its own signing and opening keys.
Never: a member, a purchase, a handle, a contact; no store of the ledger side or of the vault.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from noren.governance.announced import entries
from noren.governance.announced.founding import found
from noren.governance.announced.store import DocumentStore
from noren.governance.cases import operations
from noren.governance.cases.incidents import Clocks
from noren.governance.cases.operations import CaseRoom
from noren.governance.cases.store import CaseStore
from noren.governance.leases.copies import Copies
from noren.governance.log import Log
from noren.governance.ports import Entry
from noren.governance.regimes import CLOCKS
from noren.governance.staffing.glass import Glass
from noren.governance.staffing.late import follow, missing
from noren.governance.staffing.room import StaffRoom
from noren.governance.staffing.secrets import Codes
from noren.governance.staffing.store import StaffStore
from noren.governance.staffing.telling import Said
from noren.house.copies import open_copies
from noren.house.documents import open_documents
from noren.house.home import Home
from noren.house.keys import ZoneKeys, open_keys
from noren.house.logs import open_log
from noren.house.passes import Porter
from noren.house.staff_door import Standing
from noren.house.staff_mark import has_staff, mark_staff
from noren.kernel.clock import SystemClock, local_date

SANDBOX_BEFORE: Final = timedelta(days=3 * 366)
"""A sandbox's register begins so long ago: its programme's clock may stand in the past."""

MAX_LATE: Final = 1_000


@dataclass(frozen=True, slots=True)
class DeskRoom:
    """Everything that the desk process holds. ``journal``: the house's log."""

    home: Home
    porter: Porter
    documents: DocumentStore
    cases: CaseStore
    staff: StaffRoom
    glass: Glass
    zone_keys: ZoneKeys
    journal: Log
    copies: Copies
    turn: threading.Lock = field(default_factory=threading.Lock)
    """One announcement at a time: each is judged by what the one before it left."""

    def now(self) -> datetime:
        """Return the machine's instant."""
        return SystemClock().now()

    def case_room(self) -> CaseRoom:
        """Return what works on incidents and legal requests."""

        def clocks() -> Clocks:
            regime = self.documents.register(self.now()).regime
            return regime.value.clocks if regime is not None else CLOCKS

        return CaseRoom(self.cases, self.journal, SystemClock(), clocks, lambda: local_date(self.now(), self.home.zone))

    def close(self) -> None:
        """Close the stores and the log."""
        self.copies.store.close()
        self.cases.close()
        self.staff.store.close()
        self.documents.close()
        self.journal.close()


def desk_room(home: Home) -> DeskRoom:
    """Open what the desk holds; a new register begins with what ships."""
    keys = open_keys(home, "desk")
    documents, cases = open_documents(home, "desk"), CaseStore(home.cases_db)
    porter, journal = Porter(home, keys), open_log(home, keys)
    staff, copies = staff_room(home, keys, porter, journal), open_copies(home, keys, SystemClock(), journal)
    glass = Glass(staff, lambda begin: (journal.at(place).entry for place in range(begin, journal.size)))
    room = DeskRoom(home, porter, documents, cases, staff, glass, keys, journal, copies)
    found(room.documents, room.now() - (SANDBOX_BEFORE if home.sandbox else timedelta(0)))
    log_what_is_missing(room)
    return room


def log_what_is_missing(room: DeskRoom) -> int:
    """Write into the log whatever stands in a store and not in it (a crash came between the two); return how many."""
    every = [(place, room.journal.at(place).entry) for place in range(room.journal.size)]
    told = [entry for _, entry in every if entry is not None]
    late = [*entries.missing(room.documents.documents(), told), *operations.missing(room.cases, told)]
    late += _late_of_staff(room, [Said(at, each.kind, each.at, each.body) for at, each in every if each is not None])
    for start in range(0, len(late), MAX_LATE):
        room.journal.append(late[start : start + MAX_LATE])
    return len(late)


def _late_of_staff(room: DeskRoom, told: list[Said]) -> list[Entry]:
    now, store = room.now(), room.staff.store
    follow(store, told, now)
    return missing(store, told, now)


def staff_room(home: Home, keys: ZoneKeys, porter: Porter, journal: Log) -> StaffRoom:
    """Open the staff accounts."""

    def signing() -> Ed25519PrivateKey:
        keys.look()
        return keys.signing

    room = StaffRoom(
        StaffStore(home.staff_db),
        Codes(keys.ring("staff-secrets")),
        journal,
        SystemClock(),
        signing,
        lambda: porter.publics("desk"),
        lambda: mark_staff(home),
    )
    if room.is_governed() and not has_staff(home):
        mark_staff(home)  # it was taken away: a home with accounts never takes claimed names again
    return room


@dataclass(frozen=True, slots=True)
class LocalDoor:
    """The desk's own knowledge of who is signed in."""

    staff: StaffRoom

    def standing(self, token: str) -> Standing | None:
        """Return who a token stands for now."""
        found = self.staff.session(token)
        return None if found is None else Standing(found.account.id, found.account.roles)

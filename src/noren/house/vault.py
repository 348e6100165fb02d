"""What the vault process holds: who members are, and no purchase, audience, campaign or handle.

Held: the vault store, the member-key store, the census of its copies; the keys member-wrap (wraps
each member's key, and seals whose a card is), vault-index (finds a member by number, card or link
token), sign-in and vault-copies (wraps its copies' keys); the drawer's opener; a pass to the ledger
worker's enrolment, cards and choices. Not held: any store or key of the ledger side; the statement
door's public key is all it knows of that door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from noren.governance.acknowledgement import signed
from noren.governance.erasure_list import ErasureList
from noren.governance.leases.copies import Copies, destroy_disclosures
from noren.governance.log import Log
from noren.governance.regimes import CLOCKS
from noren.governance.register import Register
from noren.governance.stop_texts import Names
from noren.house.copies import open_copies
from noren.house.databases import address_of
from noren.house.home import Home, HomeProblem
from noren.house.inner import CallRefused, InnerClient, ZoneDown
from noren.house.keys import ZoneKeys, open_keys, trusted
from noren.house.ledger_side import LedgerDoor
from noren.house.logs import open_log
from noren.house.passes import Porter
from noren.house.register_door import RegisterDoor
from noren.house.staff_door import STAFF_SECONDS, DeskDoor
from noren.identity.acknowledging import acknowledgement
from noren.identity.choices import Choices
from noren.identity.contacts import Drawer
from noren.identity.custodians import KeptKeys
from noren.identity.engine import VaultEngine
from noren.identity.member_keys import SqlMemberKeys
from noren.identity.ports import LedgerSide
from noren.identity.sealed import Indexes, Owners
from noren.identity.snapshots import Snapshots
from noren.identity.sqlite import SqliteEngine
from noren.identity.statutory.store import StatutoryVault
from noren.identity.statutory.tables import STATUTORY
from noren.identity.store import SqlVault
from noren.identity.tables import MEMBER_KEYS, VAULT
from noren.identity.vault import Vault
from noren.kernel.clock import Clock, SystemClock
from noren.kernel.ids import LinkToken
from noren.kernel.keyring import KeyRing
from noren.kernel.say import Say
from noren.kernel.ticket import make_ticket

DESK_SECONDS: Final = 2.0
"""A member's page does not wait for names longer than that."""


@dataclass(frozen=True, slots=True)
class VaultRoom:
    """All that the vault process can reach."""

    home: Home
    vault: Vault
    porter: Porter
    clock: Clock
    copies: Copies
    log: Log
    keys: ZoneKeys = field(repr=False)
    register: RegisterDoor

    def staff_door(self) -> DeskDoor:
        """Return what knows who is signed in: the desk."""
        return DeskDoor(self.desk(), self.porter)

    def desk(self) -> InnerClient:
        """Return the desk's inner door, for what staff ask."""
        return InnerClient(self.home, self.porter, "desk", timeout_seconds=STAFF_SECONDS)

    def ticket(self, token: LinkToken, nonce: str, now: datetime) -> str:
        """Return a ticket to the member's own ledger door, for the browser that holds ``nonce``."""
        sealing = trusted(self.home, "statement").sealing
        return make_ticket(token=token, nonce=nonce, signing=self.keys.signing, sealing=sealing, now=now)

    def register_now(self) -> Register | None:
        """Return the register at this instant; None: the desk does not answer."""
        try:
            return self.register.register(self.clock.now())
        except (ZoneDown, CallRefused):
            return None

    def names(self) -> Names:
        """Return what purposes and companies are called: in the register, or by what ships where it does not answer."""
        found = self.register_now()
        if found is None:
            return Names()
        purposes = {name: each.value.name for name, each in found.purposes.items()}
        return Names(purposes or Names().purposes, {name: each.value.name for name, each in found.parties.items()})

    def acknowledgement(self, row: bytes, choices: Choices) -> bytes | None:
        """Return the signed acknowledgement of a member's newest choice; None where she made none here."""
        journal = self.vault.journal
        subject = None if journal is None else journal.subject(row)
        name = Say(self.home.settings.programme.name_ja, self.home.settings.programme.name_en)
        said = acknowledgement(choices, programme=name, names=self.names(), subject=subject)
        return None if said is None else signed(said, self.keys.signing)

    def clocks(self) -> Mapping[str, int]:
        """Return the days of the law as it is configured now; as it ships where the desk does not answer."""
        found = self.register_now()
        known: Mapping[str, int] = {} if found is None or found.regime is None else found.regime.value.clocks
        return {**CLOCKS, **known}

    def close(self) -> None:
        """Close the stores and the log."""
        self.copies.store.close()
        self.vault.close()
        self.log.close()


def vault_room(home: Home, *, ledger: LedgerSide | None = None, clock: Clock | None = None) -> VaultRoom:
    """Wire the vault process. ``ledger`` and ``clock`` are given by tests alone."""
    keys, clock = open_keys(home, "vault"), clock or SystemClock()
    porter = Porter(home, keys)
    rows, member_keys = _engines(home)
    log = open_log(home, keys)
    copies = open_copies(home, keys, clock, log)
    vault = Vault(
        store=SqlVault(rows),
        keys=_kept_keys(home, member_keys, keys.ring("member-wrap")),
        drawer=Drawer(),
        ledger=ledger or LedgerDoor(InnerClient(home, porter, "ledger-worker")),
        indexes=Indexes(keys.ring("vault-index")),
        owners=Owners(keys.ring("member-wrap")),
        clock=clock,
        zone=home.zone,
        erasures=_erasure_list(home, keys.ring("vault-erasures")),
        statutory=StatutoryVault(SqliteEngine(home.statutory_db, STATUTORY), keys.ring("statutory")),
        journal=log,
        end_disclosures=lambda: destroy_disclosures(copies),
    )
    desk = RegisterDoor(InnerClient(home, porter, "desk", timeout_seconds=DESK_SECONDS))
    return VaultRoom(home, vault, porter, clock, copies, log, keys, desk)


def _erasure_list(home: Home, ring: KeyRing) -> ErasureList:
    path, second = home.erasures("vault")
    made = ErasureList(path, ring, second)
    made.begin()
    return made


def _kept_keys(home: Home, member_keys: VaultEngine, wrap: KeyRing) -> KeptKeys:
    """The member keys with their second custodian and their snapshots; what is missing is filled in first.

    Raises:
        HomeProblem: the second custodian's folder is not there: enrolling without it would break its promise.
    """
    second, at = None, home.settings.keys.second_custodian
    if at:
        path = home.path / at
        if not path.parent.is_dir():
            raise HomeProblem(
                Say(
                    f"会員鍵の第二の保管先(keys.second_custodian)のフォルダー {path.parent} がありません。",
                    f"{path.parent}, the folder of the member keys' second custodian (keys.second_custodian), "
                    "is not there.",
                )
            )
        second = SqlMemberKeys(SqliteEngine(path, MEMBER_KEYS), wrap)
    snapshots = Snapshots(home.key_snapshots, lambda path: SqlMemberKeys(SqliteEngine(path, MEMBER_KEYS), wrap))
    kept = KeptKeys(SqlMemberKeys(member_keys, wrap), second=second, snapshots=snapshots)
    kept.mend()
    return kept


def member_keys_of(home: Home, wrap: KeyRing) -> KeptKeys:
    """Open the member keys alone, filled from a custodian where they are lost: for a restore of the rows."""
    return _kept_keys(home, _key_engine(home), wrap)


def _key_engine(home: Home) -> VaultEngine:
    if not home.on_postgresql:
        return SqliteEngine(home.member_keys_db, MEMBER_KEYS)
    from noren.identity.postgres import PostgresEngine  # the driver is in no core install

    return PostgresEngine(address_of(home, "vault", "member_keys"), MEMBER_KEYS)


def _engines(home: Home) -> tuple[VaultEngine, VaultEngine]:
    """Open the vault's two databases: its rows, and the member keys."""
    if not home.on_postgresql:
        return SqliteEngine(home.vault_db, VAULT), _key_engine(home)
    from noren.identity.postgres import PostgresEngine

    return PostgresEngine(address_of(home, "vault", "vault"), VAULT), _key_engine(home)

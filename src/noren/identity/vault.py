"""What the operations of the vault are given: its parts behind their ports, put together by the wiring."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, MutableSequence
from dataclasses import dataclass, field
from datetime import date
from threading import Event, Lock
from typing import Any, Final
from zoneinfo import ZoneInfo

from noren.governance.erasure_list import ErasureList
from noren.governance.ports import Journal
from noren.identity.errors import StoreUnusable
from noren.identity.ports import Chance, ContactDrawer, LedgerSide, MemberKeys, VaultStore
from noren.identity.sealed import Indexes, Owners
from noren.identity.statutory.store import StatutoryVault
from noren.kernel.clock import Clock, local_date

ROW_BYTES = 16
ROW: Final = b"row"
NUMBER: Final = b"member-number"
"""What the marks of this side's erasure list stand for."""


class SystemChance:
    """Randomness of the operating system."""

    def row(self) -> bytes:
        """Return a fresh random row."""
        return secrets.token_bytes(ROW_BYTES)

    def shuffle(self, items: MutableSequence[Any]) -> None:
        """Put the items in a random order."""
        secrets.SystemRandom().shuffle(items)


@dataclass(frozen=True, slots=True)
class Vault:
    """The vault's parts. ``writing`` lets one writing operation at a time through, its crossing included.

    ``untold`` is set when the ledger side did not hear of something: whoever heals waits for it.
    """

    store: VaultStore
    keys: MemberKeys
    drawer: ContactDrawer
    ledger: LedgerSide
    indexes: Indexes
    owners: Owners
    clock: Clock
    zone: ZoneInfo
    erasures: ErasureList
    chance: Chance = field(default_factory=SystemChance)
    writing: Lock = field(default_factory=Lock)
    untold: Event = field(default_factory=Event)
    journal: Journal | None = None
    statutory: StatutoryVault | None = None
    end_disclosures: Callable[[], object] | None = None
    """Destroys the disclosures that lie on this side: an erasure's first step."""

    def today(self) -> date:
        """Return the programme's local day."""
        return local_date(self.clock.now(), self.zone)

    def forget_order(self) -> None:
        """Lay both stores anew, so that neither file tells in which order members came.

        Raises:
            StoreUnusable: a file is held just now; try again later.
        """
        with self.writing:
            self.store.lay_anew()
            self.keys.lay_anew()

    def close(self) -> None:
        """Close the stores, laid anew where they can be."""
        with contextlib.suppress(StoreUnusable):
            self.store.lay_anew()
            self.keys.lay_anew()
        self.store.close()
        if self.statutory is not None:
            self.statutory.close()
        self.keys.close()

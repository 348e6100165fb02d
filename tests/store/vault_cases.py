"""What the vault's store tests share: a vault that can be closed and opened again, as after a crash."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from noren.identity.audit import audit
from noren.identity.model import Finding, Refused
from noren.identity.operations import enrol
from noren.identity.vault import Vault
from noren.kernel.clock import FixedClock
from noren.kernel.ids import CardNumber
from noren.kernel.keyring import KeyRing
from noren.testing.databases import EngineName
from noren.testing.ledger_side import FakeLedgerSide
from noren.testing.vault import NOW, a_ring, a_vault


@dataclass
class House:
    """A vault on files in ``folder`` or in databases lent to it, and the ledger side it tells."""

    folder: Path
    side: FakeLedgerSide = field(default_factory=FakeLedgerSide)
    wrap: KeyRing = field(default_factory=lambda: a_ring("member-wrap"))
    index: KeyRing = field(default_factory=lambda: a_ring("vault-index"))
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    engine: EngineName = "sqlite"
    kept: bool = False

    def __post_init__(self) -> None:
        self.vault = self.open()

    def open(self) -> Vault:
        return a_vault(
            self.folder,
            self.side,
            wrap=self.wrap,
            index=self.index,
            clock=self.clock,
            engine=self.engine,
            kept=self.kept,
        )

    def restart(self, at: datetime | None = None) -> None:
        self.vault.close()
        if at is not None:
            self.clock.instant = at
        self.vault = self.open()

    def enrol(self, *rows: dict[str, object]) -> list[str]:
        """Enrol rows; return an outcome each, a refusal as its English reason."""
        return [o.reason.en if isinstance(o, Refused) else o for o in enrol(self.vault, rows=rows).outcomes]

    def findings(self) -> list[Finding]:
        return audit(self.vault)

    def row_of(self, number: CardNumber) -> bytes:
        """Return the row of the member with a card."""
        index = self.vault.indexes.card(number)
        with self.vault.store.reading() as batch:
            return self.vault.owners.open(batch.cards([index])[index])

    def pending(self) -> int:
        with self.vault.store.reading() as batch:
            return batch.summary().pending


def card(row: dict[str, object]) -> CardNumber:
    return CardNumber(str(row["card"]))

"""How long the month's look for dormant members takes: the vault's pass over everybody.

`python bench/bench_dormant.py --members 20000`: all are heard of, then none is.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from noren.identity.dormancy import Looked, Terms, look
from noren.identity.operations import enrol
from noren.identity.vault import Vault
from noren.kernel.clock import FixedClock
from noren.kernel.ids import LinkToken
from noren.testing.ledger_side import FakeLedgerSide
from noren.testing.vault import NOW, a_row, a_vault

TERMS: Final = Terms(months=36, notice_days=60)
_ROWS: Final = 1_000


class HalfAsleep(FakeLedgerSide):
    """Says yes of every second member."""

    def dormant(self, tokens: Sequence[LinkToken]) -> Sequence[bool]:
        """Answer at once: the ledger side's own time is not measured here."""
        return [number % 2 == 0 for number, _ in enumerate(tokens)]


def main(members: int) -> None:
    """Measure on a vault of invented members, with a ledger side in memory that says no to half."""
    side, clock = HalfAsleep(), FixedClock(NOW)
    with tempfile.TemporaryDirectory(prefix="noren-bench-dormant-") as folder:
        vault = a_vault(Path(folder), side, clock=clock)
        for first in range(0, members, _ROWS):
            enrol(vault, rows=[a_row(number) for number in range(first, min(first + _ROWS, members))])
        told("all heard of", vault, members)
        clock.instant = datetime(2029, 12, 4, tzinfo=UTC)
        told("none heard of, half of them dormant", vault, members)
        vault.close()


def told(what: str, vault: Vault, members: int) -> Looked:
    """Look once and print what it took."""
    began, cpu = time.perf_counter(), time.process_time()
    done = look(vault, TERMS)
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    print(f"{what}: {done}; {took:.1f} s, CPU {cpu:.1f} s, {cpu / members * 1e6:.0f} µs of CPU a member")
    return done


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--members", type=int, default=20_000)
    main(parser.parse_args().members)

"""How fast members enter the vault, side by side with the sealing alone: `make bench-enrol`.

Members are sealed field by field under keys of their own into real files; the ledger side is
the shipped fake, which costs next to nothing. The peer is AES-256-GCM-SIV over as many fields,
in memory: what sealing costs at least.
"""

from __future__ import annotations

import secrets
import sys
import tempfile
import time
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from noren.identity.model import CONTACT_FIELDS, PERSON_FIELDS
from noren.identity.operations import enrol
from noren.testing.databases import ENGINES, EngineName
from noren.testing.ledger_side import FakeLedgerSide
from noren.testing.vault import a_row, a_vault

MEMBERS = 20_000
A_CALL = 2_000
FIELD_BYTES = 48


def enrolled(engine: EngineName) -> tuple[float, float]:
    """Return members enrolled per second of wall clock, and for how long (s) laying them anew holds the vault."""
    with tempfile.TemporaryDirectory() as folder:
        vault = a_vault(Path(folder), FakeLedgerSide(), engine=engine)
        rows = [a_row(number) for number in range(MEMBERS)]
        begun = time.perf_counter()
        for start in range(0, MEMBERS, A_CALL):
            enrol(vault, rows=rows[start : start + A_CALL])
        rate, begun = MEMBERS / (time.perf_counter() - begun), time.perf_counter()
        vault.forget_order()
        held = time.perf_counter() - begun
        vault.close()
        return rate, held


def sealed() -> float:
    """Return members per second whose fields are only sealed, each under a fresh key, in memory."""
    fields = len(CONTACT_FIELDS) + len(PERSON_FIELDS)
    plain, begun = bytes(FIELD_BYTES), time.perf_counter()
    for _ in range(MEMBERS):
        cipher = AESGCMSIV(secrets.token_bytes(32))
        for _ in range(fields):
            cipher.encrypt(secrets.token_bytes(12), plain, b"place")
    return MEMBERS / (time.perf_counter() - begun)


def main() -> None:
    """Measure both and print them with their ratio."""
    bare = sealed()
    sys.stdout.write(f"sealed only {bare:,.0f}/s\n")
    for engine in ENGINES:
        whole, held = enrolled(engine)
        sys.stdout.write(f"{engine}: enrolled {whole:,.0f}/s, ratio {whole / bare:.2f}; laid anew in {held:.2f} s\n")


if __name__ == "__main__":
    main()

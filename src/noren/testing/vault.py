"""A vault on real files for tests, and members invented for it. No person here exists."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from noren.governance.erasure_list import ErasureList
from noren.house.home import CONFIG, Doors, Home, Programme, Settings, open_home, write_settings
from noren.house.keys import SIDES, make_side
from noren.identity.contacts import Drawer
from noren.identity.custodians import KeptKeys
from noren.identity.engine import VaultEngine
from noren.identity.member_keys import SqlMemberKeys
from noren.identity.ports import Chance, LedgerSide
from noren.identity.postgres import PostgresEngine
from noren.identity.sealed import Indexes, Owners
from noren.identity.snapshots import Snapshots
from noren.identity.sqlite import SqliteEngine
from noren.identity.statutory.store import StatutoryVault
from noren.identity.statutory.tables import STATUTORY
from noren.identity.store import SqlVault
from noren.identity.tables import MEMBER_KEYS, VAULT
from noren.identity.vault import SystemChance, Vault
from noren.kernel.clock import FixedClock
from noren.kernel.keyring import KEY_BYTES, KeyRing
from noren.testing.databases import EngineName, vault_databases

NOW: Final = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
_ERASURES: Final = bytes(KEY_BYTES)
TOKYO: Final = ZoneInfo("Asia/Tokyo")


def a_ring(name: str, key: bytes | None = None) -> KeyRing:
    """Return a key ring with one random version, or the one given."""
    return KeyRing(name, 1, {1: key or secrets.token_bytes(KEY_BYTES)})


def a_vault(
    folder: Path,
    ledger: LedgerSide,
    *,
    wrap: KeyRing | None = None,
    index: KeyRing | None = None,
    clock: FixedClock | None = None,
    chance: Chance | None = None,
    engine: EngineName = "sqlite",
    kept: bool = False,
    erasures: ErasureList | None = None,
) -> Vault:
    """Open a vault in ``folder``, or in databases lent to it; give the rings to open it again.

    ``kept``: its member keys have a second custodian (``second.db``) and snapshots, as the wiring gives them.
    """
    wrap = wrap or a_ring("member-wrap")
    rows, member_keys = engines(folder, engine)
    return Vault(
        store=SqlVault(rows),
        keys=_kept(folder, SqlMemberKeys(member_keys, wrap), wrap)
        if kept
        else KeptKeys(SqlMemberKeys(member_keys, wrap)),
        drawer=Drawer(),
        ledger=ledger,
        indexes=Indexes(index or a_ring("vault-index")),
        owners=Owners(wrap),
        clock=clock or FixedClock(NOW),
        zone=TOKYO,
        chance=chance or SystemChance(),
        erasures=erasures or ErasureList(folder / "erasures.list", a_ring("vault-erasures", _ERASURES)),
        statutory=StatutoryVault(SqliteEngine(folder / "statutory.db", STATUTORY), a_ring("statutory", _ERASURES)),
    )


def _kept(folder: Path, store: SqlMemberKeys, wrap: KeyRing) -> KeptKeys:
    def opened(path: Path) -> SqlMemberKeys:
        return SqlMemberKeys(SqliteEngine(path, MEMBER_KEYS), wrap)

    made = KeptKeys(store, second=opened(folder / "second.db"), snapshots=Snapshots(folder / "snapshots", opened))
    made.mend()
    return made


def engines(folder: Path, engine: EngineName) -> tuple[VaultEngine, VaultEngine]:
    """Open the two databases of a vault in ``folder``, made when missing."""
    if engine == "sqlite":
        return SqliteEngine(folder / "vault.db", VAULT), SqliteEngine(folder / "member-keys.db", MEMBER_KEYS)
    lent = vault_databases(folder)
    return PostgresEngine(lent[0], VAULT), PostgresEngine(lent[1], MEMBER_KEYS)


def a_row(number: int, **changed: object) -> dict[str, object]:
    """Return a whole enrolment row of an invented member, with ``changed`` columns."""
    row: dict[str, object] = {
        "member_number": f"M{number:07}",
        "card": f"{2_980_001_000_000_000 + number}",
        "family_name": "架空",
        "given_name": f"花子{'甲乙丙丁'[number % 4]}",
        "family_kana": "カクウ",
        "given_kana": "ハナコ",
        "birth_date": f"{1950 + number % 60}-{1 + number % 12:02}-{1 + number % 28:02}",
        "sex": ("female", "male", "other")[number % 3],
        "postal_code": "1500001",
        "prefecture": "東京都",
        "city": "渋谷区",
        "street": f"架空町{1 + number}番地",
        "phone": f"090{10_000_000 + number}",
        "email": f"kaku.hanako{number}@example.jp",
        "email_ok": number % 2 == 0,
        "post_ok": True,
        "since": "2019-05-04",
    }
    return row | changed


def a_home(folder: Path, **doors: int) -> Home:
    """Make the home of a sandbox programme in ``folder``, with the key files of both sides and of the doors."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(programme=Programme(kind="sandbox"), doors=Doors(**doors))
    (folder / CONFIG).write_text(write_settings(settings), "utf-8")
    home = open_home(folder)
    for side in SIDES:
        make_side(home, side)
    return home

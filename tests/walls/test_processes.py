"""P6 a, b, d: what each zone's running process holds. The same look at a process with a broken wall turns red."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.walls.test_imports import SOURCE
from tests.walls.zone import Watched, start

from noren.house.home import CONFIG, LOG_SIDES, Home, Programme, Settings, Zone, open_home, write_settings
from noren.house.inner import InnerClient
from noren.house.keys import HOLDS, SIDES, make_side, open_keys
from noren.house.passes import Porter

ZONES: tuple[Zone, ...] = ("ledger-worker", "till", "vault", "statement", "desk", "front")
IDENTITY = ("noren.identity", "noren.doors.vault", "noren.house.vault")
LEDGER = (
    "noren.activity", "noren.audience", "noren.register", "noren.doors.statement", "noren.doors.till",
    "noren.doors.worker", "noren.house.ledger_worker", "noren.house.statement", "noren.house.till",
)  # fmt: skip
LAYOUTS = ("alembic", "noren.revisions.history", "noren.revisions.running", "noren.house.upgrading")
"""What changes a store's layout: for the processes of ``noren migrate`` alone."""

ANALYTICS = ("duckdb", "pyarrow", "deltalake", "numpy", "pyroaring", "opendp", "pyspark")
"""What the core install does without."""

MUST_NOT_LOAD = {
    "till": (*IDENTITY, *LAYOUTS, *ANALYTICS),
    "ledger-worker": (*IDENTITY, *LAYOUTS),
    "statement": (*IDENTITY, *LAYOUTS, *ANALYTICS),
    "vault": (*LEDGER, *LAYOUTS, *ANALYTICS),
    "desk": (*IDENTITY, *LEDGER, *LAYOUTS, *ANALYTICS),
    "front": (*IDENTITY, *LEDGER, *LAYOUTS, *ANALYTICS),
}
MUST_LOAD = {
    "till": "noren.activity.store",
    "ledger-worker": "noren.activity.lake",
    "statement": "noren.activity.feed",
    "vault": "noren.identity.contacts",
    "desk": "noren.governance.announced.store",
    "front": "noren.doors.front",
}
MUST_NOT_OPEN = {
    "till": ("vault/", "log/identity/", "log/ledger/", "log/house/"),
    "ledger-worker": ("vault/", "log/identity/", "log/house/"),
    "statement": ("vault/", "log/identity/", "log/ledger/", "log/house/"),
    "vault": ("ledger/", "register/", "log/ledger/", "log/house/"),
    "desk": ("vault/", "ledger/", "register/", "log/identity/", "log/ledger/"),
    "front": ("vault/", "ledger/", "register/", *(f"log/{side}/private/" for side in LOG_SIDES)),
}
MUST_OPEN = {
    "till": "ledger/ledger.db", "ledger-worker": "ledger/ledger.db", "vault": "vault/vault.db",
    "desk": "governance/register.db",
}  # fmt: skip
RAW = (Encoding.Raw, PrivateFormat.Raw, NoEncryption())


def trespasses(zone: Zone, modules: set[str], files: set[str]) -> list[str]:
    """Return what a process of ``zone`` has loaded or opened that it must not."""
    loaded = [name for name in modules if name.startswith(tuple(f"{m}." for m in MUST_NOT_LOAD[zone]))]
    loaded += sorted(modules & set(MUST_NOT_LOAD[zone]))
    opened = [name for name in files if name.startswith(MUST_NOT_OPEN[zone])]
    others_keys = [name for name in files if name.startswith("keys/") and name != f"keys/{zone}.json"]
    return sorted(loaded + opened + others_keys)


def new_home(path: Path) -> Home:
    path.mkdir(parents=True)
    (path / CONFIG).write_text(write_settings(Settings(programme=Programme(kind="sandbox"))), "utf-8")
    home = open_home(path)
    for side in SIDES:
        make_side(home, side)
    return home


def caller(home: Home, zone: Zone) -> InnerClient:
    return InnerClient(home, Porter(home, open_keys(home, "operator")), zone)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Watched]]:
    """Start every zone, and let each do some of its work, so that what it loads late is loaded."""
    folder = tmp_path_factory.mktemp("zones")
    home = new_home(folder / "home")
    zones: dict[str, Watched] = {}
    try:
        for zone in ZONES:
            zones[zone] = start(home, zone, folder)
            zones[zone].wait()
        work(home, zones)
        yield zones
    finally:
        for watched in zones.values():
            watched.stop()


def work(home: Home, zones: dict[str, Watched]) -> None:
    card = f"2980{secrets.randbelow(10**12):012d}"
    member = {"member_number": "M1", "card": card, "family_name": "山田", "given_name": "花子"}
    assert caller(home, "vault").call("/enrol", {"members": [member]})["results"] == ["added"]
    worker = caller(home, "ledger-worker")
    assert worker.call("/summary", method="GET")["members"] == 1
    assert caller(home, "desk").call("/check")["ok"]
    with httpx.Client(timeout=30, trust_env=False) as http:
        assert http.get(f"http://127.0.0.1:{zones['till'].port}/readyz").status_code == 200
        assert http.post(f"http://127.0.0.1:{zones['till'].port}/v1/purchases", json={}).status_code == 401
        for zone in ("front", "vault", "statement"):
            http.get(f"http://127.0.0.1:{zones[zone].port}/", headers={"Host": f"{zone}.localhost"})


def secrets_of(home: Home, zone: Zone) -> set[bytes]:
    keys = open_keys(home, zone)
    rings = {ring.key(version) for ring in keys.rings.values() for version in range(1, ring.current + 1)}
    return rings | {keys.signing.private_bytes(*RAW)}


@pytest.mark.parametrize("zone", ZONES)
def test_a_zone_holds_what_it_may(zone: Zone, running: dict[str, Watched]) -> None:
    watched = running[zone]
    files = watched.open_files()
    assert MUST_OPEN.get(zone, "") in files | {""}
    secret = {name: secrets_of(watched.home, name) for name in HOLDS}
    strange = set().union(*(secret[other] for other in HOLDS)) - secret[zone]
    assert not any(watched.memory_holds(strange)), f"{zone} has another zone's key in its memory"
    if HOLDS[zone]:
        assert any(watched.memory_holds(secret[zone])), "the look into memory finds nothing, so it proves nothing"
    modules = watched.stop()
    assert MUST_LOAD[zone] in modules
    assert not trespasses(zone, modules, files)


BREACHES = {
    "by name": ("register/decide.py", 'import importlib\nimportlib.import_module("noren.identity.store")'),
    "plainly": ("house/till.py", "import noren.identity"),
    "late": ("doors/till/main.py", 'from noren.kernel import clock\n__import__("noren.identity.contacts")'),
    "layouts": ("doors/till/main.py", "import alembic"),
    "by file": ("doors/till/main.py", "KEPT = []\n"),
    "by key": ("doors/till/main.py", "KEPT = []\n"),
}
OPENS = {
    "by file": "KEPT.append(open_home(home).vault_db.open('ab'))",
    "by key": "KEPT.append((open_home(home).keys / 'vault.json').open('rb'))",
}


@pytest.mark.parametrize("breach", BREACHES)
def test_a_broken_wall_is_seen_in_the_running_till(breach: str, tmp_path: Path) -> None:
    package = tmp_path / "src" / "noren"
    shutil.copytree(SOURCE, package, ignore=shutil.ignore_patterns("__pycache__"))
    module, code = BREACHES[breach]
    text = (package / module).read_text("utf-8")
    if breach in OPENS:
        text = text.replace('log_to_stderr("till")', f'log_to_stderr("till")\n    {OPENS[breach]}')
    (package / module).write_text(f"{text}\n{code}\n", "utf-8")
    home = new_home(tmp_path / "home")
    home.vault_db.parent.mkdir()
    watched = start(home, "till", tmp_path, source=tmp_path / "src")
    try:
        watched.wait()
        files = watched.open_files()
    finally:
        modules = watched.stop()
    assert trespasses("till", modules, files), "the wall was broken and nobody saw it"

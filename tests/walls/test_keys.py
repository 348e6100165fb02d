"""P6 b: the walls as keys. No name and no secret stands on both sides, and no zone opens another's file or door."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from noren.house.home import Home, HomeProblem, Settings, Zone
from noren.house.keys import HOLDS, SIDES, make_side, open_keys
from noren.house.passes import MAY_CALL, PassRefused, Porter

ZONES = tuple(HOLDS)
FIRST_USER = 61_000
RAW = (Encoding.Raw, PrivateFormat.Raw, NoEncryption())


@pytest.fixture
def home() -> Iterator[Home]:
    """Give a home that holds nothing but keys, where other users may walk in."""
    folder = Path(tempfile.mkdtemp(prefix="noren-keys-"))
    folder.chmod(0o755)
    made = Home(folder, Settings())
    for side in SIDES:
        make_side(made, side)
    made.keys.chmod(0o755)  # whatever this machine's umask is
    yield made
    shutil.rmtree(folder)


def side_of(zone: str) -> str:
    return next(side for side, zones in SIDES.items() if zone in zones)


def secrets_of(home: Home, zone: Zone) -> set[bytes]:
    """Return every secret byte string that a zone's key file gives."""
    keys = open_keys(home, zone)
    rings = {ring.key(version) for ring in keys.rings.values() for version in range(1, ring.current + 1)}
    return rings | {keys.signing.private_bytes(*RAW), keys.opening.private_bytes(*RAW)}


def crossings(held: dict[str, set]) -> list[tuple[str, str]]:
    """Return the pairs of zones of different sides that hold something in common."""
    pairs = itertools.combinations(ZONES, 2)
    return [(a, b) for a, b in pairs if side_of(a) != side_of(b) and held[a] & held[b]]


def test_every_zone_stands_on_one_side() -> None:
    assert sorted(itertools.chain(*SIDES.values())) == sorted(ZONES)


def test_no_key_name_stands_on_two_sides() -> None:
    assert not crossings({zone: set(names) for zone, names in HOLDS.items()})


def test_a_name_on_two_sides_would_be_seen() -> None:
    held = {zone: set(names) for zone, names in HOLDS.items()}
    held["vault"].add(HOLDS["till"][0])
    assert ("till", "vault") in crossings(held) or ("vault", "till") in crossings(held)


def test_the_files_hold_what_the_table_says_and_no_secret_twice_across_sides(home: Home) -> None:
    for zone in ZONES:
        assert set(open_keys(home, zone).rings) == set(HOLDS[zone])
    assert not crossings({zone: secrets_of(home, zone) for zone in ZONES})


def test_a_secret_on_two_sides_would_be_seen(home: Home) -> None:
    held = {zone: secrets_of(home, zone) for zone in ZONES}
    held["vault"].add(next(iter(held["till"])))
    assert crossings(held)


def test_zones_of_a_side_share_a_key_only_under_its_name(home: Home) -> None:
    for a, b in itertools.combinations(ZONES, 2):
        shared = secrets_of(home, a) & secrets_of(home, b)
        named = {open_keys(home, a).ring(name).key() for name in set(HOLDS[a]) & set(HOLDS[b])}
        assert shared == named


OPENS = """
import json, os, sys
from pathlib import Path
from noren.house.home import Home, Settings
from noren.house.keys import HOLDS, open_keys
home, user = Home(Path(sys.argv[1]), Settings()), int(sys.argv[2])
os.setgroups([]); os.setgid(user); os.setuid(user)
opened = []
for zone in HOLDS:
    try:
        (home.keys / f"{zone}.json").read_bytes()
        opened.append(zone)
    except PermissionError:
        pass
print(json.dumps(opened))
"""


def opened_by(home: Home, user: int) -> list[str]:
    """Return the zones whose key files a user of this machine can read."""
    command = [sys.executable, "-c", OPENS, str(home.path), str(user)]
    return json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become the zones' users")
def test_each_user_opens_its_own_file_alone(home: Home) -> None:
    users = {zone: FIRST_USER + number for number, zone in enumerate(ZONES)}
    for zone, user in users.items():
        os.chown(home.keys / f"{zone}.json", user, user)
    for zone, user in users.items():
        assert opened_by(home, user) == [zone]
    (home.keys / "vault.json").chmod(0o644)  # the wall broken on purpose
    assert opened_by(home, users["till"]) == [zone for zone in ZONES if zone in {"till", "vault"}]


def test_a_file_that_others_can_read_is_refused(home: Home) -> None:
    (home.keys / "vault.json").chmod(0o640)
    with pytest.raises(HomeProblem, match="chmod 600"):
        open_keys(home, "vault")


def test_every_pass_is_tried_at_every_door(home: Home) -> None:
    porters = {zone: Porter(home, open_keys(home, zone)) for zone in ZONES}
    operations = sorted({operation for table in MAY_CALL.values() for operation in table} | {"nothing"})
    for caller, called, operation in itertools.product(ZONES, ZONES, operations):
        allowed = caller in MAY_CALL.get(called, {}).get(operation, ())
        assert passes(porters[called], porters[caller].make(called, operation), operation) == allowed


def passes(door: Porter, token: str, operation: str) -> bool:
    try:
        door.check(token, operation)
    except PassRefused:
        return False
    return True


def test_a_pass_is_good_for_one_operation_at_one_zone(home: Home) -> None:
    worker, vault, operator = (Porter(home, open_keys(home, zone)) for zone in ("ledger-worker", "vault", "operator"))
    token = operator.make("ledger-worker", "summary")
    assert passes(worker, token, "summary")
    assert not passes(worker, token, "terminals")
    assert not passes(vault, token, "summary")
    assert not passes(worker, token[:-2] + ("AA" if not token.endswith("AA") else "BB"), "summary")


def test_no_one_of_the_ledger_side_calls_the_vault() -> None:
    callers = {zone for allowed in MAY_CALL["vault"].values() for zone in allowed}
    assert callers == {"operator"}


def test_the_desk_calls_nobody() -> None:
    callers = {zone for table in MAY_CALL.values() for allowed in table.values() for zone in allowed}
    assert "desk" not in callers


def test_the_design_page_says_who_holds_which_key() -> None:
    page = (Path(__file__).parents[2] / "docs" / "design" / "overview.md").read_text("utf-8")
    table = page.split("\n## Keys\n")[1].split("\n## ")[0]
    rows = [re.split(r"\s*\|\s*", row.strip("| ")) for row in table.splitlines() if row.startswith("|")][2:]
    said = {key: set(zones.split(", ")) for key, zones, _ in rows}
    held = {key: {zone for zone in ZONES if key in HOLDS[zone]} for key in itertools.chain(*HOLDS.values())}
    assert said == held

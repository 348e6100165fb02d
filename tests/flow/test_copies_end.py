"""M6: the census as the operator sees it: a copy ends by itself, by the operator's word, or overdue it is an alarm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from noren.governance.leases.model import EXEMPT, CopyKind, CopyLease, Wanted
from noren.house.copies import open_copies
from noren.house.home import Zone, open_home
from noren.house.keys import open_keys
from noren.kernel.clock import FixedClock
from noren.testing.journal import MemoryJournal

NOREN = str(Path(sys.executable).parent / "noren")
NOW = datetime.now(UTC)


def noren(home: Path, *arguments: str, code: int = 0) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "NOREN_HOME"}
    command = [NOREN, "--home", str(home), "--lang", "en", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def listed(home: Path, *options: str, code: int = 0) -> dict[str, dict[str, Any]]:
    answer = json.loads(noren(home, "--json", "copy", "list", *options, code=code))
    assert [each["name"] for each in answer["exempt"]] == [each.name for each in EXEMPT]
    return {copy["copy"]: copy for copy in answer["copies"]}


def plant(home: Path, zone: Zone, expires: datetime, *, given: bool = False) -> tuple[str, Path]:
    """Make a copy yesterday, as its zone does, and return its name and file."""
    opened = open_home(home)
    copies = open_copies(opened, open_keys(opened, zone), FixedClock(NOW - timedelta(days=1)), MemoryJournal())
    wanted = Wanted(CopyKind.EXTRACT, "privacy", "shop-operation", ("day", "amount"), expires, "P1")
    lease = copies.make(wanted, lambda file: file.write(b"canary of a copy") // 16)
    assert isinstance(lease, CopyLease)
    if given:
        copies.give(lease.copy)
    copies.store.close()
    return lease.copy, opened.copies(zone) / lease.place


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("copies") / "home"
    noren(path, "init", "--sandbox")
    return path


def test_the_census(home: Path) -> None:
    """One story in one test, since every command starts the zones anew."""
    late, gone = plant(home, "ledger-worker", NOW - timedelta(seconds=1), given=True)
    ended = [plant(home, zone, NOW - timedelta(seconds=1)) for zone in ("ledger-worker", "vault")]
    living = [plant(home, zone, NOW + timedelta(days=7)) for zone in ("ledger-worker", "vault")]
    assert not gone.exists(), "ours ends when it is given"
    assert all(file.exists() for _, file in ended), "they lie there until their zone runs"
    every = listed(home, "--all", code=1)
    assert [file.exists() for _, file in (*ended, *living)] == [False, False, True, True]
    assert {every[name]["proof"] for name, _ in ended} == {"destroyed"}
    assert (every[living[0][0]]["owner"], every[living[0][0]]["purpose"]) == ("privacy", "shop-operation")
    assert (every[late]["overdue"], every[late]["state"], every[late]["recipient"]) == (True, "given", "P1")

    name, file = living[1]
    noren(home, "copy", "expire", name, code=2)
    assert file.exists(), "nobody had said yes"
    assert "destroyed" in noren(home, "copy", "expire", name, "--yes")
    assert not file.exists()
    assert set(listed(home, code=1)) == {late, living[0][0]}
    assert "Copies past their end: 1" in noren(home, "doctor", code=1)

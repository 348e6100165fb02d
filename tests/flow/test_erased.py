"""P5: a member who went through every feature is erased; then all files of the home are searched byte by byte."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tools.byte_search import Found, search_home

from noren.testing.canary import Canary, Needle
from noren.testing.member_house import CARD, MemberHouse
from noren.testing.ports import port_block


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MemberHouse]:
    with port_block(4) as first, MemberHouse(tmp_path_factory.mktemp("home"), first) as running:
        running.buy("000001", 1_200)
        yield running


def a_canary(house: MemberHouse) -> Canary:
    canary = Canary(house.home, house.ask, house.origins.till, house.key)
    canary.live()
    return canary


def erase(house: MemberHouse, canary: Canary) -> None:
    command = [sys.executable, "-m", "noren.doors.cli.main", "member", "erase", "-", "--now", "--yes", "--json"]
    command += ["--home", str(house.home.path)]
    done = subprocess.run(command, input=canary.card, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert (said["told"], said["waiting"]) == (True, 0), said


def told(found: Found) -> list[str]:
    return sorted({f"needle {hit.needle} as {hit.form} in {hit.where}" for hit in found.hits})


def search(home: Path, needles: list[Needle]) -> Found:
    return search_home(home, needles)


def test_after_an_erasure_nothing_of_her_stands_in_any_file(house: MemberHouse, tmp_path: Path) -> None:
    canary = a_canary(house)
    needles = canary.needles()
    before = search(house.home.path, needles)
    found = {hit.needle for hit in before.hits}
    assert before.count, "the search finds nothing of who is there"
    assert len(found) > 10
    erase(house, canary)
    after = search(house.home.path, needles)
    assert not after.count, "\n".join(told(after)) + str([needles[hit.needle - 1] for hit in after.hits[:1]])
    assert house.ask("vault", "/check", {})["ok"]
    assert house.ask("ledger-worker", "/check", {})["ok"]
    assert house.balance(CARD) > 0, "the others are as before"

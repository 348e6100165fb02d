"""P5: a member who went through every feature is erased; then all files of the home are searched byte by byte."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from tools.byte_search import Found, search_home

from noren.house.children import zone_client
from noren.house.home import open_home
from noren.revisions.copies import make_copy
from noren.testing.canary import Canary, Needle
from noren.testing.member_house import CARD, MemberHouse
from noren.testing.ports import port_block
from noren.testing.second_home import readable, replayed_off, second_home


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MemberHouse]:
    with port_block(5) as first, MemberHouse(tmp_path_factory.mktemp("home"), first) as running:
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
    assert disclosures(house) == ["vault", "ledger-worker"]
    erase(house, canary)
    assert disclosures(house) == [], "what staff were to hand over is destroyed with her"
    after = search(house.home.path, needles)
    assert not after.count, "\n".join(told(after)) + str([needles[hit.needle - 1] for hit in after.hits[:1]])
    assert house.ask("vault", "/check", {})["ok"]
    assert house.ask("ledger-worker", "/check", {})["ok"]
    assert house.balance(CARD) > 0, "the others are as before"


def disclosures(house: MemberHouse) -> list[str]:
    """Return on which sides a document lies that staff are to hand over, by census and by file."""
    zones: tuple[Literal["vault", "ledger-worker"], ...] = ("vault", "ledger-worker")
    here = [
        zone
        for zone in zones
        for each in house.ask(zone, "/copies/list", {})["copies"]
        if (each["kind"], each["state"]) == ("disclosure", "here")
    ]
    files = [zone for zone in zones for path in house.home.copies(zone).rglob("*") if path.is_file()]
    assert files == here
    return here


def noren(home: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    command = [sys.executable, "-m", "noren.doors.cli.main", *arguments, "--json", "--home", str(home)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "NOREN_LANG": "en"})
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout) if code == 0 else {"said": done.stdout + done.stderr}


@pytest.fixture(scope="module")
def backed_up(house: MemberHouse, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Needle], Path]:
    """Back up with a canary in it, then erase her; return the folder, her needles, and the member keys of before."""
    canary, folder = a_canary(house), tmp_path_factory.mktemp("backups")
    needles = canary.needles()
    made = noren(house.home.path, "backup", str(folder))["backups"]
    assert [each["side"] for each in made] == ["ledger", "vault", "desk"]
    assert search(folder, needles).count == 0, "a backup is sealed"
    keys = folder / "member-keys.db"
    make_copy(house.home.member_keys_db, keys)
    erase(house, canary)
    return folder, needles, keys


def test_a_restored_backup_does_not_bring_her_back(
    house: MemberHouse, backed_up: tuple[Path, list[Needle], Path], tmp_path: Path
) -> None:
    folder, needles, _ = backed_up
    drilled = noren(house.home.path, "restore", str(folder), "--drill")
    assert [each["erased"] for each in drilled["restored"]] == [2, 1, 0], "with who was merged into her"
    home = second_home(house.home, tmp_path / "home")
    done = noren(home, "restore", str(folder))["restored"]
    assert [each["drill"] for each in done] == [False, False, False]
    assert told(search(home, needles)) == []
    with zone_client(open_home(home), "vault") as vault:
        assert vault.call("/check")["ok"]
        with zone_client(open_home(home), "ledger-worker") as worker:
            assert worker.call("/check")["ok"]
    assert told(search(home, needles)) == []
    assert "living home" in noren(home, "restore", str(folder), code=1)["said"]


def test_negative_control_without_the_replay_she_is_back(
    house: MemberHouse, backed_up: tuple[Path, list[Needle], Path], tmp_path: Path
) -> None:
    folder, needles, _ = backed_up
    found = search(replayed_off(house.home, folder, tmp_path / "home"), needles)
    assert {"bytes", "utf-8"} <= {hit.form for hit in found.hits}
    assert any("lake" in hit.where for hit in found.hits)


def test_negative_control_with_her_key_kept_she_can_be_read(
    house: MemberHouse, backed_up: tuple[Path, list[Needle], Path], tmp_path: Path
) -> None:
    folder, needles, keys = backed_up
    names = {each for each in needles if isinstance(each, str) and "金糸雀" in each}
    words = {each for each in needles if isinstance(each, str) and ("ください" in each or "お断り" in each)}
    home = replayed_off(house.home, folder, tmp_path / "without")
    assert len(words) == 3
    assert not readable(home) & (names | words), "her key is destroyed: what the backup has of her does not open"
    home = replayed_off(house.home, folder, tmp_path / "with")
    shutil.copy(keys, home / "vault" / "member-keys.db")
    found = readable(home)
    assert found & names, "were her key kept, she could be read"
    assert words <= found, "and what she asked, and was answered, too"


@pytest.mark.parametrize("spoil", ["cut", "changed", "head", "foreign"])
def test_a_backup_that_is_not_whole_or_ours_is_refused(
    house: MemberHouse, backed_up: tuple[Path, list[Needle], Path], tmp_path: Path, spoil: str
) -> None:
    (good,) = backed_up[0].glob("*.vault.noren-backup")
    raw, bad, home = bytearray(good.read_bytes()), tmp_path / good.name, house.home.path
    if spoil == "cut":
        raw = raw[:-10]
    elif spoil == "changed":
        raw[len(raw) // 2] ^= 1
    elif spoil == "head":
        raw = bytearray(bytes(raw).replace(b'"expires_at":"20', b'"expires_at":"21', 1))
    else:
        home = tmp_path / "other"
        noren(home, "init", "--sandbox")
        (home / "vault").mkdir(exist_ok=True)
        (home / "vault" / "erasures.list").touch()
    bad.write_bytes(raw)
    said = noren(home, "restore", str(bad), "--drill", code=1)["said"]
    assert ("cut or changed" if spoil in ("cut", "changed") else "does not open with this home's keys") in said
    assert not (home / "vault" / "backup-work").exists()


def test_without_the_erasure_list_nothing_is_restored(
    house: MemberHouse, backed_up: tuple[Path, list[Needle], Path], tmp_path: Path
) -> None:
    home = second_home(house.home, tmp_path / "home")
    (home / "ledger" / "erasures.list").unlink()
    assert "erased members would come back" in noren(home, "restore", str(backed_up[0]), code=1)["said"]
    assert not (home / "ledger" / "ledger.db").exists()

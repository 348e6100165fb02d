"""A restored home undoes nothing since its backup: stops hold, removed companies stay out, logs do not fork."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import to_builtins

from noren.doors.cli.demo.announced import PAPERS
from noren.doors.cli.governance.desk import as_body
from noren.doors.cli.governance.files import read_file
from noren.doors.cli.health.logs import look_at_logs
from noren.house import desk_restore
from noren.house.children import zone_client
from noren.house.documents import reading_register
from noren.house.home import LOG_SIDES, LogSide, open_home
from noren.house.log_reading import EntryRow, check, shown
from noren.kernel.clock import SystemClock
from noren.testing.member_house import CARD, MemberHouse
from noren.testing.ports import port_block
from noren.testing.second_home import replayed_off, second_home

REMOVED, CHANGED = "NL", "CJ"


def noren(home: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    command = [sys.executable, "-m", "noren.doors.cli.main", *arguments, "--json", "--home", str(home)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "NOREN_LANG": "en"})
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout) if code == 0 else {"said": done.stdout + done.stderr}


@dataclass
class Backed:
    house: MemberHouse
    folder: Path
    old_log: Path


@pytest.fixture(scope="module")
def backed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backed]:
    """A house that was backed up; since then all was stopped, a company left and another changed."""
    with port_block(5) as first, MemberHouse(tmp_path_factory.mktemp("home"), first) as house:
        house.start("desk")
        house.wait("desk")
        old = tmp_path_factory.mktemp("old") / "log"
        _until_told(house)
        shutil.copytree(house.home.path / "log", old, ignore=shutil.ignore_patterns(".*.new"))  # not yet in its place
        then = (datetime.now(house.home.zone) - timedelta(days=90)).isoformat()
        papers = [paper for file in sorted(PAPERS.glob("*.toml")) for paper in read_file(file, house.home.zone)]
        house.ask("desk", "/announce", {"papers": [as_body(paper) for paper in papers], "now": then})
        for value in ("on", "off") * 3:  # so that the vault's log is longer than one that begins anew
            wishes = [{"what": "points-only", "value": value}]
            house.ask("vault", "/choices/decide", {"card": CARD, "wishes": wishes})
        folder = tmp_path_factory.mktemp("backups")
        made = noren(house.home.path, "backup", str(folder))["backups"]
        assert [each["side"] for each in made] == ["ledger", "vault", "desk"]
        _since(house)
        yield Backed(house, folder, old)


def _until_told(house: MemberHouse) -> None:
    """Wait until each side has written what turns of its keys there were."""
    until = time.monotonic() + 120
    while not all(
        (house.home.path / "log" / f"{side}.rotations").is_file() for side in ("house", "identity", "ledger")
    ):
        assert time.monotonic() < until, "a side never told of its keys"
        time.sleep(0.05)


def _since(house: MemberHouse) -> None:
    wishes = [{"what": "stop", "value": "all"}, {"what": "points-only", "value": "on"}]
    house.ask("vault", "/choices/decide", {"card": CARD, "wishes": wishes})
    documents = house.ask("desk", "/announce", {"papers": [{"kind": "party", "id": REMOVED, "body": None}]})
    assert documents["announced"], documents
    with reading_register(house.home, "operator") as register:
        assert register is not None
        party = register(SystemClock().now()).parties[CHANGED].value
    body = to_builtins(party) | {"address": "東京都港区9-9"}
    assert house.ask("desk", "/announce", {"papers": [{"kind": "party", "id": CHANGED, "body": body}]})["announced"]


def entries(home: Path, side: LogSide, kind: str) -> list[EntryRow]:
    return shown(open_home(home), side, 10_000, kind)


def stops(home: Path) -> int:
    with sqlite3.connect(f"file:{home / 'ledger' / 'ledger.db'}?mode=ro", uri=True) as ledger:
        return int(ledger.execute("SELECT count(*) FROM stop WHERE purpose = '' AND recipient = ''").fetchone()[0])


def test_with_its_logs_a_restored_home_undoes_nothing(backed: Backed, tmp_path: Path) -> None:
    home = second_home(backed.house.home, tmp_path / "home", logs=True)
    done = {each["side"]: each for each in noren(home, "restore", str(backed.folder))["restored"]}
    assert set(done["desk"]["ended"]) == {REMOVED, CHANGED}
    assert not (home / "vault" / "reconciling.json").exists()
    with zone_client(open_home(home), "vault") as vault:
        mine: Any = vault.call("/choices/show", {"card": CARD})
    assert "all" in json.dumps(mine)
    assert stops(home) == 1
    with reading_register(open_home(home), "operator") as register:
        assert register is not None
        parties = register(SystemClock().now()).parties
    now = SystemClock().now()
    assert {each for each in (REMOVED, CHANGED) if each in parties and parties[each].holds(now)} == set()
    for side in LOG_SIDES:
        report = check(open_home(home), side, [backed.house.home.audit_log(side) / "checkpoint"])
        assert report.good, report.wrong
        assert [row.body["log_lost"] for row in entries(home, side, "backup-restored")] == [False]


def test_a_lost_log_begins_anew_and_names_the_last_checkpoint_that_is_known(backed: Backed, tmp_path: Path) -> None:
    home = second_home(backed.house.home, tmp_path / "home")
    noren(home, "restore", str(backed.folder))
    for side in LOG_SIDES:
        (begun,) = entries(home, side, "log-begun")
        assert begun.body["origin"] == f"{begun.body['after']}/2"
        assert int(begun.body["after_size"]) > 0
        assert (home / "log" / f"{side}.past-1" / "checkpoint").exists()
        report = check(open_home(home), side, [])
        assert report.good, report.wrong
    assert stops(home) == 0, "of what neither side has, nothing can be read back: it is said in the decision"
    _stopped_since_the_log_began_anew(backed, home, tmp_path / "third")


def _stopped_since_the_log_began_anew(backed: Backed, home: Path, third: Path) -> None:
    """The old backup, restored once more beside the log that began since: all that this log knows holds."""
    with zone_client(open_home(home), "ledger-worker"), zone_client(open_home(home), "vault") as vault:
        vault.call("/choices/decide", {"card": CARD, "wishes": [{"what": "stop", "value": "all"}]})
    assert stops(home) == 1
    noren(second_home(open_home(home), third, logs=True), "restore", str(backed.folder))
    assert stops(third) == 1


def test_a_log_that_was_set_back_is_refused(backed: Backed, tmp_path: Path) -> None:
    home = second_home(backed.house.home, tmp_path / "home")
    shutil.copytree(backed.old_log, home / "log")
    (desk,) = backed.folder.glob("*.desk.noren-backup")
    assert "never set back" in noren(home, "restore", str(desk), code=1)["said"]
    assert not (home / "governance" / "register.db").exists()


def test_negative_control_without_the_log_being_asked_a_removed_company_is_back(backed: Backed, tmp_path: Path) -> None:
    path = replayed_off(backed.house.home, backed.folder, tmp_path / "home")
    (desk,) = backed.folder.glob("*.desk.noren-backup")
    now = SystemClock().now()
    desk_restore.restore(open_home(path), desk, now, drill=False, replay=False)
    with reading_register(open_home(path), "operator") as register:
        assert register is not None
        assert REMOVED in register(now).parties


def test_a_drill_says_point_and_time_and_changes_nothing(backed: Backed) -> None:
    before = backed.house.home.governance_db.stat().st_mtime_ns
    done = noren(backed.house.home.path, "restore", str(backed.folder), "--drill")["restored"]
    assert [(each["side"], each["drill"]) for each in done] == [("ledger", True), ("vault", True), ("desk", True)]
    assert all(each["point"] and each["seconds"] >= 0 for each in done)
    assert backed.house.home.governance_db.stat().st_mtime_ns == before


def test_the_doctor_looks_at_the_logs_and_finds_one_that_was_changed(backed: Backed, tmp_path: Path) -> None:
    said = noren(backed.house.home.path, "doctor", code=0)
    told = [each["what_en"] for each in said["findings"] if "Audit log" in each["what_en"]]
    assert len(told) == len(LOG_SIDES)
    assert all("none changed" in each for each in told), told
    home = second_home(backed.house.home, tmp_path / "home", logs=True)
    (tile,) = (home / "log" / "house" / "private" / "records").rglob("000*")
    raw = bytearray(tile.read_bytes())
    raw[len(raw) // 2] ^= 1
    tile.write_bytes(raw)
    found = [each for each in look_at_logs(open_home(home)) if each.level == "wrong"]
    assert ["house" in each.what.en for each in found] == [True]


def test_a_backup_past_its_end_is_removed_by_the_next_and_its_lease_ends(backed: Backed, tmp_path: Path) -> None:
    home = backed.house.home.path
    made = noren(home, "backup", str(tmp_path))["backups"]
    for each in made:
        path = Path(each["file"])
        line, _, rest = path.read_bytes().partition(b"\n")
        path.write_bytes(line.replace(each["expires_at"][:10].encode(), b"2020-01-01", 1) + b"\n" + rest)
    assert noren(home, "backup", str(tmp_path))["removed"] == len(made)
    assert not any(Path(each["file"]).exists() for each in made)
    copies = noren(home, "copy", "list", "--all")["copies"]
    ended = [each for each in copies if each["attested_by"] == "host"]
    assert [each["state"] for each in ended] == ["gone"] * len(made)
    assert all(each["owner"] and each["purpose"] and each["expires_at"] for each in copies)

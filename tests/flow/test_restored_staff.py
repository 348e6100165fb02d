"""Yesterday's desk restored: who was closed, taken from or signed out since stays so, before a desk opens its door."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from noren.doors.cli.health.staff import look_at_staff
from noren.governance.staff import Role
from noren.governance.staffing.model import Session
from noren.house import desk_restore
from noren.house.children import zone_client
from noren.house.desk import staff_room
from noren.house.home import CONFIG, Home, open_home
from noren.house.keys import open_keys
from noren.house.log_reading import check, shown
from noren.house.logs import open_log
from noren.house.passes import Porter
from noren.kernel.clock import SystemClock
from noren.testing.desk_home import desk_home
from noren.testing.staff_terminals import PASSWORD, StaffTerminals

PEOPLE = {"aoki": "privacy-officer", "sato": "privacy-officer", "kato": "host", "mori": "privacy-officer"}


@dataclass
class Backed:
    house: StaffTerminals
    file: Path


@pytest.fixture(scope="module")
def backed(tmp_path_factory: pytest.TempPathFactory) -> Backed:
    """A desk that was backed up; since then kato was closed, mori lost a role, sato signed out, endo came."""
    folder = tmp_path_factory.mktemp("staff")
    house = StaffTerminals(desk_home(folder / "home", "live"), folder)
    with zone_client(house.home, "desk") as desk:
        for name, code in {name: _added(house, name, role) for name, role in PEOPLE.items()}.items():
            house.accept(name, code)
        for name in ("aoki", "sato"):
            house.sign_in(name)
        out = folder / "backups"
        out.mkdir()
        made: dict[str, Any] = desk.call("/backup/make", {"folder": str(out)})
        old = (folder / "token-sato").read_text()
        _approved(house, "staff", "close", "kato", "--yes")
        _approved(house, "staff", "roles", "mori", "--role", "marketer")
        house.accept("endo", _approved(house, "staff", "add", "endo", "--name", "Endo", "--role", "analyst")["code"])
        house.told("sato", "staff", "sign-out")
        _token(house, "sato", old)
    return Backed(house, Path(made["file"]))


def _added(house: StaffTerminals, name: str, role: str) -> str:
    added = house.told("", "staff", "add", name, "--name", name.title(), "--role", role, "--role", "marketer")
    return str(added["code"])


def _approved(house: StaffTerminals, *act: str) -> Any:
    number = str(house.told("aoki", *act)["waiting"]["number"])
    return house.told("sato", "staff", "approve", number)


def _token(house: StaffTerminals, name: str, token: str) -> None:
    file = house.folder / f"token-{name}"
    file.write_text(token)
    file.chmod(0o600)


def second(home: Home, path: Path, *, log: bool = True) -> Home:
    path.mkdir()
    shutil.copy(home.path / CONFIG, path)
    shutil.copytree(home.keys, path / "keys")
    if log:
        shutil.copytree(home.path / "log", path / "log")
    return open_home(path)


def restored(backed: Backed, home: Home) -> tuple[StaffTerminals, Any]:
    command = [sys.executable, "-m", "noren.doors.cli.main", "restore", str(backed.file), "--home", str(home.path)]
    environment = {**os.environ, "NOREN_LANG": "en"}
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = json.loads(done.stdout)["restored"]
    old = backed.house
    return StaffTerminals(home, old.folder, old.devices, dict(old.used)), found


def signs_in(house: StaffTerminals, name: str) -> bool:
    found = house.call(name, "staff", "sign-in", name, typed=f"{PASSWORD}\n{house.code(name)}\n")
    assert found.exit_code == 0 or "[sign-in-wrong]" in found.output, found.output
    return found.exit_code == 0


def states(house: StaffTerminals) -> dict[str, tuple[str, list[str]]]:
    return {each["id"]: (each["state"], each["roles"]) for each in house.told("", "staff", "list")["accounts"]}


def test_what_the_log_says_is_gone_stays_gone(backed: Backed, tmp_path: Path) -> None:
    shutil.copytree(backed.house.folder, tmp_path / "tokens", ignore=shutil.ignore_patterns("home", "backups"))
    house, done = restored(backed, second(backed.house.home, tmp_path / "home"))
    house.folder = tmp_path / "tokens"
    assert done["invite_again"] == ["endo"]
    with zone_client(house.home, "desk"):
        assert states(house) == {
            "aoki": ("active", ["marketer", "privacy-officer"]),
            "endo": ("lost", ["analyst"]),
            "kato": ("closed", ["host", "marketer"]),
            "mori": ("active", ["marketer"]),
            "sato": ("active", ["marketer", "privacy-officer"]),
        }
        for name in ("aoki", "sato"):
            assert "Nobody is signed in" in house.call(name, "staff", "whoami").output, name
        assert not signs_in(house, "kato")
        said = [each.what.en for each in look_at_staff(house.home)]
        assert any("Lost in a restore" in each and "endo" in each for each in said), said
        assert "[lost in a restore, invite again]" in house.call("", "staff", "list").output
        told = {each["number"]: each for each in house.told("", "staff", "approvals", "--all")["approvals"]}
    assert sorted(told) == [1, 2, 3], "numbers that were given are not given again"
    assert [told[number]["approvals"] for number in (1, 2, 3)] == [["sato"]] * 3
    report = check(house.home, "house", [backed.house.home.audit_log("house") / "checkpoint"])
    assert report.good, report.wrong
    (row,) = [row for row in shown(house.home, "house", 1_000, "staff-changed") if row.body["change"] == "lost"]
    assert (row.body["account"], row.body["by"]) == ("endo", "restore")


def test_without_its_log_nobody_signs_in_until_invited_by_who_holds_the_home(backed: Backed, tmp_path: Path) -> None:
    house, done = restored(backed, second(backed.house.home, tmp_path / "home", log=False))
    assert done["invite_again"] == ["aoki", "kato", "mori", "sato"]
    with zone_client(house.home, "desk"):
        assert not signs_in(house, "mori")
        house.used.clear()  # a new invitation is a new device
        found = house.told("", "staff", "invite", "aoki", "--recover", "--yes")
        house.accept("aoki", found["code"])
        assert house.told("", "staff", "show", "aoki")["state"] == "active"
        assert house.told("", "staff", "invite", "mori", "--recover", "--yes")["waiting"]["outcome"] == "waits"


def test_negative_control_without_the_log_being_asked_who_was_closed_signs_in(backed: Backed, tmp_path: Path) -> None:
    home = second(backed.house.home, tmp_path / "home")
    desk_restore.restore(home, backed.file, SystemClock().now(), drill=False, replay=False)
    house = StaffTerminals(home, tmp_path, backed.house.devices, dict(backed.house.used))
    shutil.copy(backed.house.folder / "token-aoki", tmp_path)
    keys = open_keys(home, "desk")
    journal = open_log(home, keys)
    room = staff_room(home, keys, Porter(home, keys), journal)  # as a desk would that does not ask the log either
    found = room.begin_password("kato", PASSWORD, house.code("kato"))
    assert isinstance(found, Session), "the test above would see a restore that leaves the log out"
    assert room.session((tmp_path / "token-aoki").read_text().strip()) is not None, "and sessions that go on"
    assert {each.id for each in room.accounts()} == set(PEOPLE), "and names that are free again"
    assert room.accounts()[2].roles == {Role.MARKETER, Role.PRIVACY_OFFICER}
    room.store.close()
    journal.close()
    with zone_client(home, "desk"):
        assert states(house)["kato"][0] == "closed", "the second lock: a desk asks the log whenever it starts"
        (tmp_path / "token-kato").write_text(found.token)
        (tmp_path / "token-kato").chmod(0o600)
        assert "[not-signed-in]" in house.call("kato", "staff", "whoami").output

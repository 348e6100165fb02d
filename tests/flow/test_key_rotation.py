"""Every key rotates while tills, enrolments, sign-ins and codes go on: no error; the old keys' bytes are nowhere."""

from __future__ import annotations

import base64
import random
import subprocess
import sys
import time
from pathlib import Path

from noren.house.home import ZONES
from noren.house.keys import open_keys
from noren.house.keys.keeper import SideKeeper
from noren.testing.member_house import MemberHouse
from noren.testing.ports import port_block
from noren.testing.rotation import Traffic, enrol_members, secrets_of, standing_in

MEMBERS = 600


def noren(house: MemberHouse, *words: str) -> str:
    command = [sys.executable, "-m", "noren.doors.cli.main", "--home", str(house.home.path), "--lang", "en", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def kill_a_rotation(house: MemberHouse) -> None:
    """Begin to rotate every key and be killed somewhere on the way: the next run goes on from there."""
    seconds = random.uniform(1, 9)  # of the twenty that it takes
    print(f"killed after {seconds} s")
    command = [sys.executable, "-m", "noren.doors.cli.main", "--home", str(house.home.path), "keys", "rotate"]
    begun = subprocess.Popen([*command, "--all", "--yes"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    begun.kill()
    begun.wait()


def test_every_key_rotates_under_load_without_an_error_and_is_gone(tmp_path: Path) -> None:
    with port_block(5) as first, MemberHouse(tmp_path / "home", first) as house:
        enrol_members(house, MEMBERS)
        before = secrets_of(house.home)
        assert len(standing_in(house.home.path / "keys", before)) == 7, "the look must find what stands there: the keks"
        with Traffic(house, house.key) as traffic:
            kill_a_rotation(house)
            noren(house, "keys", "rotate", "--all", "--yes", "--no-wait")
        assert traffic.errors == []
        assert min(traffic.done[kind] for kind in ("resend", "return", "enrolment", "sign-in and code")) > 0
        noren(house, "keys", "destroy", "--all", "--yes")
        assert standing_in(house.home.path, before) == []
        after = secrets_of(house.home)
        assert not set(before.values()) & set(after.values())
        assert len(after) == len(before)
        assert {ring.current for zone in ZONES for ring in open_keys(house.home, zone).rings.values()} == {2}
        assert house.ask("vault", "/check", {})["findings"] == []
        assert house.ask("ledger-worker", "/check", {})["findings"] == []
        with Traffic(house, house.key, first=2_000_000) as later:
            time.sleep(2)
        assert later.errors == []


def test_a_version_destroyed_before_its_rows_moved_is_seen(tmp_path: Path) -> None:
    """The negative control: no work between promotion and destruction, and resends and cards fail at the till."""
    with port_block(5) as first, MemberHouse(tmp_path / "home", first) as house:
        enrol_members(house, 200)
        with Traffic(house, house.key) as traffic:
            for step in ("begin", "promote", "settle", "destroy"):
                with SideKeeper(house.home, "ledger") as keeper:
                    getattr(keeper, step)(["card-index", "receipt-index"])
            until = time.monotonic() + 60
            while not traffic.errors and time.monotonic() < until:
                time.sleep(0.1)
        assert traffic.errors, "nobody noticed"


def test_key_bytes_left_in_a_file_are_found(tmp_path: Path) -> None:
    secret = {"vault kek": bytes(range(32))}
    for name, content in {
        "raw": b"xx" + secret["vault kek"] + b"yy",
        "hex": b"key=" + secret["vault kek"].hex().encode(),
        "shifted base64": b"k" + base64.b64encode(b"ab" + secret["vault kek"] + b"c"),
        "at a seam": bytes((1 << 22) - 10) + secret["vault kek"],
    }.items():
        (tmp_path / name).write_bytes(content)
        assert standing_in(tmp_path, secret) == [f"vault kek in {name}"]
        (tmp_path / name).unlink()
    assert standing_in(tmp_path, secret) == []

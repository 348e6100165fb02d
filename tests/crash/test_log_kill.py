"""P9: a log killed at any moment has all that it acknowledged, under a signed checkpoint, and nothing else.

A child appends and prints each place once it was acknowledged; it is killed somewhere in the middle, many times on the
same folder. Besides, it is cut by itself at every single step towards the disk.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

import pytest

from noren.testing.audit_log import open_log, verified

NIGHT = bool(os.environ.get("NOREN_NIGHT"))
ROUNDS = 200 if NIGHT else 12

APPENDS = """
import sys
from pathlib import Path
from noren.testing.audit_log import open_log, stop_entry
early = sys.argv[2] == "early"
log = open_log(Path(sys.argv[1]))
number = 0
while True:
    number += 1
    group = [stop_entry(log, number % 9, number=number, at=at) for at in range(number * 37 % 120 + 1)]
    if early:  # the broken one: says so before it is done
        print(log.size, len(group), number, flush=True)
    places = log.append(group)
    if not early:
        print(places[0], len(group), number, flush=True)
    if number % 7 == 0:
        log.forget([told.place for told in log.of_member((number % 9).to_bytes(8, "big"))][:2], reason="erasure")
"""


def killed(folder: Path, seconds: float, how: str = "late") -> list[tuple[int, int, int]]:
    """Run the child, kill it after a while; return what it acknowledged: first place, how many, its number."""
    command = [sys.executable, "-c", APPENDS, str(folder), how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        first = child.stdout.readline()
        time.sleep(seconds)
        child.kill()
        lines = [first, *child.stdout]
    return [tuple(map(int, line.split())) for line in lines if line.endswith("\n")]  # type: ignore[misc]


def missing(folder: Path, acknowledged: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Open the log again; return what was acknowledged and is not there."""
    log = open_log(folder)
    lost = [
        (first, count, number)
        for first, count, number in acknowledged
        for at in range(count)
        if first + at >= log.size
        or (
            (entry := log.at(first + at).entry) is not None and (entry.body["number"], entry.body["at"]) != (number, at)
        )
    ]
    log.close()
    return lost


def test_whatever_was_acknowledged_is_there_after_a_kill(tmp_path: Path) -> None:
    folder, dice, total = tmp_path / "log", secrets.SystemRandom(), 0
    for _ in range(ROUNDS):
        acknowledged = killed(folder, dice.uniform(0.0, 0.25))
        total += len(acknowledged)
        assert missing(folder, acknowledged) == []
        assert verified(folder).wrong == []
    assert total >= ROUNDS


def test_one_that_says_so_too_early_is_found_out(tmp_path: Path) -> None:
    """The control: the same audit finds entries that are not there."""
    for number in range(40):
        folder = tmp_path / str(number)
        if missing(folder, killed(folder, 0.03, "early")):
            return
    pytest.fail("a log that acknowledges too early was not found out")


CUT = """
import os, sys
from pathlib import Path
from noren.testing.audit_log import open_log, stop_entry
log = open_log(Path(sys.argv[1]))
left = int(sys.argv[2])

def hook(event, arguments):
    global left
    if event in ("open", "os.rename", "os.remove", "os.truncate", "os.mkdir", "os.rmdir", "shutil.rmtree"):
        left -= 1
        if left < 0:
            os._exit(9)

sys.addaudithook(hook)
log.append([stop_entry(log, number % 3, text="zanzibar-9917") for number in range(250)])
log.append([stop_entry(log, 4, text="quetzal-4711")])
log.forget([told.place for told in log.of_member((4).to_bytes(8, "big"))], reason="erasure")
os._exit(0)
"""


def test_it_may_be_cut_at_any_step_towards_the_disk(tmp_path: Path) -> None:
    sizes: set[tuple[int, int]] = set()
    for step in range(0, 400, 1 if NIGHT else 5):
        folder = tmp_path / str(step)
        log = open_log(folder)
        log.close()
        done = subprocess.run([sys.executable, "-c", CUT, str(folder), str(step)], check=False).returncode
        log = open_log(folder)
        assert verified(folder).wrong == [], step
        sizes.add((log.size, verified(folder).forgotten))
        if log.size == 253:  # the forgetting was begun: then it is ended, whole
            left = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
            assert b"quetzal-4711" not in left
        log.close()
        if done == 0:
            break
    assert sizes >= {(1, 0), (251, 0), (252, 0), (253, 1)}
    assert done == 0

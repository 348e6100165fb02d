"""Zones as children: shared by commands, ended by the last; kept running and restarted by ``noren up``."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from noren.doors.cli.supervisor import ORDER, answers
from noren.house.children import ZoneDidNotStart, zone_client
from noren.house.home import Home, open_home
from noren.house.occupancy import occupant
from noren.testing.ports import port_block

CALL = [sys.executable, "-m", "noren.doors.cli.main"]
WAIT_SECONDS = 90.0


@pytest.fixture
def home() -> Iterator[Home]:
    with tempfile.TemporaryDirectory(prefix="noren-") as folder, port_block(5) as first:
        path = Path(folder) / "h"
        subprocess.run([*CALL, "init", "--sandbox", "--home", str(path)], check=True, capture_output=True)
        config = path / "noren.toml"
        text = config.read_text("utf-8")
        for port, door in enumerate(("front", "till", "vault", "statement", "desk"), first):
            text = re.sub(rf"(?m)^{door} = \d+", f"{door} = {port}", text)
        config.write_text(text, "utf-8")
        yield open_home(path)


def start(home: Home, *arguments: str) -> subprocess.Popen[str]:
    command = [*CALL, *arguments, "--home", str(home.path), "--lang", "en"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def wait_until(what: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not what():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.1)


def idle(home: Home) -> bool:
    return all(occupant(home, zone) is None for zone in ORDER)


def test_commands_at_once_share_one_child_and_the_last_ends_it(home: Home) -> None:
    running = [start(home, "summary", "--json") for _ in range(3)]
    answers_of_all = [json.loads(command.communicate(timeout=WAIT_SECONDS)[0]) for command in running]
    assert [command.returncode for command in running] == [0, 0, 0]
    assert [answer["purchases"] for answer in answers_of_all] == [0, 0, 0]
    assert idle(home)


def test_a_child_left_behind_is_used_and_ended_by_the_next_command(home: Home) -> None:
    first = start(home, "summary")
    wait_until(lambda: occupant(home, "ledger-worker") is not None)
    first.kill()
    first.communicate()
    found = occupant(home, "ledger-worker")
    assert found is not None
    assert found[1]
    with zone_client(home, "ledger-worker") as ledger:
        assert ledger.call("/summary", method="GET")["purchases"] == 0
        assert occupant(home, "ledger-worker") == found
    wait_until(lambda: occupant(home, "ledger-worker") is None)


def test_a_zone_that_does_not_start_shows_the_end_of_its_log(home: Home) -> None:
    (home.keys / "ledger-worker.json").write_text("{}", "utf-8")
    with pytest.raises(ZoneDidNotStart, match="ended at once") as wrong, zone_client(home, "ledger-worker"):
        pass
    assert "ledger-worker の鍵を読めません" in str(wrong.value)
    assert str(home.log("ledger-worker")) in wrong.value.say.ja


def test_up_keeps_all_zones_running_until_told(home: Home) -> None:
    up = start(home, "up")
    try:
        wait_until(lambda: all(answers(home, zone) for zone in ORDER))
        second = start(home, "up")
        assert "a home takes one noren up" in second.communicate(timeout=WAIT_SECONDS)[0]
        assert second.returncode == 1
        found = occupant(home, "statement")
        assert found is not None
        os.kill(found[0], signal.SIGKILL)
        wait_until(lambda: occupant(home, "statement") not in (None, found))
        wait_until(lambda: answers(home, "statement"))
    finally:
        up.send_signal(signal.SIGINT)
        said = up.communicate(timeout=WAIT_SECONDS)[0]
    assert "statement stopped (exit code -9)" in said
    assert "statement was started again" in said
    assert f"http://localhost:{home.settings.doors.front}" in said
    assert up.returncode == 0
    assert idle(home)
